//! Lines that were run, as `llvm-cov` says it in the form of `lcov`.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// How often each line with code was run, by its number from 1.
pub(crate) type Lines = BTreeMap<usize, u64>;

/// How many lines there are, and how many of them were run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Covered {
    pub(crate) lines: u64,
    pub(crate) run: u64,
}

impl Covered {
    /// Of a file's lines, those that stand before its tests.
    pub(crate) fn of(lines: &Lines, source: &str) -> Self {
        let end = first_of_tests(source);
        let own = lines.iter().filter(|(number, _)| end.is_none_or(|end| **number < end));
        own.fold(Self::default(), |sum, (_, times)| sum.with(Self { lines: 1, run: u64::from(*times > 0) }))
    }

    /// The sum.
    pub(crate) fn with(self, other: Self) -> Self {
        Self { lines: self.lines + other.lines, run: self.run + other.run }
    }

    /// The share that was run, in thousandths, rounded down.
    pub(crate) fn permille(self) -> u64 {
        self.run * 1000 / self.lines.max(1)
    }
}

/// Reads `SF:path`, `DA:line,times` and `end_of_record`.
pub(crate) fn read(report: &str) -> BTreeMap<PathBuf, Lines> {
    let mut files: BTreeMap<PathBuf, Lines> = BTreeMap::new();
    let mut file = PathBuf::new();
    for line in report.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            file = path.into();
        } else if let Some((number, times)) = line.strip_prefix("DA:").and_then(figures) {
            *files.entry(file.clone()).or_default().entry(number).or_default() += times;
        }
    }
    files
}

fn figures(text: &str) -> Option<(usize, u64)> {
    let (number, times) = text.split_once(',')?;
    Some((number.parse().ok()?, times.parse().ok()?))
}

/// The line where a module of tests begins, which is a file's last.
fn first_of_tests(source: &str) -> Option<usize> {
    let mut before = "";
    for (number, line) in (1..).zip(source.lines()) {
        if before == "#[cfg(test)]" && line.starts_with("mod ") && line.ends_with('{') {
            return Some(number - 1);
        }
        before = line;
    }
    None
}

/// The modules that a source declares for tests alone, in files of their own.
pub(crate) fn test_modules(source: &str) -> Vec<&str> {
    let lines: Vec<_> = source.lines().collect();
    let pairs = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]");
    pairs.filter_map(|pair| pair[1].strip_prefix("mod ")?.strip_suffix(';')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str =
        "fn a() {}\n#[cfg(test)]\nmod rig;\nfn b() {}\n\n#[cfg(test)]\nmod tests {\n    fn c() {}\n}\n";

    #[test]
    fn a_report_is_read_file_by_file_and_a_file_that_comes_twice_is_one() {
        let report = "SF:/a.rs\nFN:1,a\nDA:1,0\nDA:2,3\nLF:2\nend_of_record\nSF:/b.rs\nDA:7,1\nend_of_record\nSF:/a.rs\nDA:1,2\n";
        let files = read(report);
        assert_eq!(files[&PathBuf::from("/a.rs")], Lines::from([(1, 2), (2, 3)]));
        assert_eq!(files[&PathBuf::from("/b.rs")], Lines::from([(7, 1)]));
    }

    #[test]
    fn lines_of_tests_are_not_those_of_the_file() {
        let lines = Lines::from([(1, 1), (4, 0), (8, 5)]);
        assert_eq!(Covered::of(&lines, SOURCE), Covered { lines: 2, run: 1 });
        assert_eq!(test_modules(SOURCE), ["rig"]);
    }

    #[test]
    fn a_share_is_rounded_down() {
        assert_eq!(Covered { lines: 3, run: 2 }.permille(), 666);
        assert_eq!(Covered::default().permille(), 0);
    }
}
