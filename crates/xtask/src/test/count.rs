//! Counting: what each runner prints about how many tests passed.

/// Tests of one or more runs. A run of tests that another run skipped has them as negative `skipped`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: i64,
    pub(crate) failed: i64,
    pub(crate) skipped: i64,
    /// Of those that passed, the ones that failed at first.
    pub(crate) flaky: i64,
    /// What the runner called those that failed, also those that passed when they were run again; each once.
    pub(crate) failures: Vec<String>,
}

impl Counts {
    /// Adds those of another run.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.flaky += other.flaky;
        self.failures.extend(other.failures);
    }

    /// The sum.
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.add(other);
        self
    }

    /// The counts of a run that made up for what an earlier one had skipped.
    pub(crate) fn making_up(self) -> Self {
        Self { skipped: -(self.passed + self.failed), ..self }
    }

    /// `12 passed, 1 failed`, without what there is none of.
    pub(crate) fn details(&self) -> String {
        let parts = [
            (self.passed, "passed"),
            (self.flaky, "flaky"),
            (self.failed, "failed"),
            (self.skipped, "skipped"),
        ];
        let shown = parts.iter().filter(|(count, _)| *count > 0);
        shown.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
    }
}

/// Whose output is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    /// cargo-nextest: one summary for the whole run.
    Nextest,
    /// The built-in harness, wasm-bindgen's and rustdoc's: one result line per test program.
    Libtest,
    /// Node's: a line per figure.
    Node,
}

/// Reads a runner's output line by line.
#[derive(Debug)]
pub(crate) struct Counter {
    runner: Runner,
    counts: Counts,
    seen: bool,
}

impl Counter {
    pub(crate) fn new(runner: Runner) -> Self {
        Self { runner, counts: Counts::default(), seen: false }
    }

    /// Reads a line without colour.
    pub(crate) fn read(&mut self, line: &str) {
        let found = match self.runner {
            Runner::Nextest => nextest(line),
            Runner::Libtest => libtest(line),
            Runner::Node => node(line),
        };
        if let Some(counts) = found {
            self.seen = true;
            self.counts.add(counts);
        }
        let failure = match self.runner {
            Runner::Nextest => nextest_failure(line),
            Runner::Libtest => libtest_failure(line),
            Runner::Node => node_failure(line),
        };
        if let Some(name) = failure
            && !self.counts.failures.contains(&name)
        {
            self.counts.failures.push(name);
        }
    }

    /// The counts; `None` when the runner never came to say any.
    pub(crate) fn finish(self) -> Option<Counts> {
        self.seen.then_some(self.counts)
    }
}

/// `Summary [   1.2s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 3 skipped`
fn nextest(line: &str) -> Option<Counts> {
    let (_, figures) = line.trim().strip_prefix("Summary [")?.split_once(" run: ")?;
    let counts = sum(&without_parentheses(figures), ',');
    Some(Counts { flaky: flaky(figures), ..counts })
}

/// `9 passed (1 slow, 2 flaky)`: 2.
fn flaky(figures: &str) -> i64 {
    let words = figures.split([',', '(', ')']).map(str::trim);
    words.filter_map(|figure| figure.strip_suffix(" flaky")?.parse::<i64>().ok()).sum()
}

/// `test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.1s`
fn libtest(line: &str) -> Option<Counts> {
    let (_, figures) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
    Some(sum(figures, ';'))
}

/// `ℹ pass 3` (spec) or `# pass 3` (TAP)
fn node(line: &str) -> Option<Counts> {
    let figure = line.trim().strip_prefix("ℹ ").or_else(|| line.trim().strip_prefix("# "))?;
    let (word, count) = figure.split_once(' ')?;
    let count = count.parse().ok()?;
    let none = Counts::default();
    match word {
        "pass" => Some(Counts { passed: count, ..none }),
        "fail" | "cancelled" => Some(Counts { failed: count, ..none }),
        "skipped" | "todo" => Some(Counts { skipped: count, ..none }),
        _ => None,
    }
}

/// `FAIL [   0.010s] (1/2) store::files is_read`, which the summary is followed by; `TIMEOUT [..` and `TRY 2 SIGKILL [..`.
fn nextest_failure(line: &str) -> Option<String> {
    let (mark, rest) = line.trim().split_once(" [")?;
    let again = mark.strip_prefix("TRY ").unwrap_or(mark);
    let mark = again.trim_start_matches(|sign: char| !sign.is_alphabetic());
    let (_, name) = rest.split_once("s] ")?;
    let name = name.trim_start();
    let name = name.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or(name, |(_, name)| name);
    (mark == "FAIL" || mark == "TIMEOUT" || mark.starts_with("SIG")).then(|| name.trim().to_owned())
}

/// `test files::is_read ... FAILED`
fn libtest_failure(line: &str) -> Option<String> {
    Some(line.trim().strip_prefix("test ")?.strip_suffix(" ... FAILED")?.to_owned())
}

/// `✖ a page opens (31.5ms)` (spec) or `not ok 3 - a page opens` (TAP)
fn node_failure(line: &str) -> Option<String> {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix("✖ ") {
        return Some(rest.rsplit_once(" (")?.0.to_owned());
    }
    Some(line.strip_prefix("not ok ")?.split_once(" - ")?.1.to_owned())
}

fn sum(figures: &str, separator: char) -> Counts {
    figures.split(separator).filter_map(figure).fold(Counts::default(), Counts::with)
}

fn figure(text: &str) -> Option<Counts> {
    let (count, word) = text.trim().split_once(' ')?;
    let count = count.parse().ok()?;
    let none = Counts::default();
    match word.trim() {
        "passed" => Some(Counts { passed: count, ..none }),
        "failed" | "exec failed" | "timed out" => Some(Counts { failed: count, ..none }),
        "skipped" | "ignored" | "filtered out" => Some(Counts { skipped: count, ..none }),
        _ => None,
    }
}

fn without_parentheses(text: &str) -> String {
    let mut depth = 0_u32;
    let outside = text.chars().filter(|character| {
        match character {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    });
    outside.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(runner: Runner, output: &str, expected: Option<(i64, i64, i64)>) {
        let mut counter = Counter::new(runner);
        output.lines().for_each(|line| counter.read(line));
        let counts = counter.finish().map(|counts| (counts.passed, counts.failed, counts.skipped));
        assert_eq!(counts, expected, "{output}");
    }

    #[test]
    fn nextest_summaries() {
        let check = |line, expected| check(Runner::Nextest, line, expected);
        check("     Summary [   0.123s] 10 tests run: 10 passed, 0 skipped", Some((10, 0, 0)));
        check("     Summary [   0.1s] 1 test run: 1 passed, 7 skipped", Some((1, 0, 7)));
        check(
            "     Summary [  61.0s] 12 tests run: 9 passed (1 slow, 2 flaky), 1 failed, 1 exec failed, 1 timed out, 3 skipped",
            Some((9, 3, 3)),
        );
        check("     Summary [   0.0s] 5/10 tests run: 4 passed, 1 failed, 2 skipped", Some((4, 1, 2)));
        check("     Summary [   0.0s] 0 tests run: 0 passed, 4 skipped", Some((0, 0, 4)));
        check("        PASS [   0.1s] contract keys::a_list_key", None);
    }

    #[test]
    fn tests_that_passed_only_when_they_were_run_again_are_counted() {
        let counted = |line| nextest(line).unwrap().details();
        assert_eq!(
            counted("     Summary [  61.0s] 12 tests run: 9 passed (1 slow, 2 flaky), 3 failed, 3 skipped"),
            "9 passed, 2 flaky, 3 failed, 3 skipped"
        );
        assert_eq!(counted("     Summary [   0.1s] 1 test run: 1 passed (1 slow), 0 skipped"), "1 passed");
    }

    #[test]
    fn libtest_programs_are_summed() {
        let output = "running 3 tests\n\
            test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 4 filtered out; finished in 1.5s\n";
        check(Runner::Libtest, output, Some((3, 2, 5)));
        check(Runner::Libtest, "error: could not compile", None);
    }

    #[test]
    fn node_in_both_of_its_reporters() {
        for mark in ["ℹ", "#"] {
            let output = format!(
                "{mark} tests 9\n{mark} suites 2\n{mark} pass 4\n{mark} fail 1\n{mark} cancelled 1\n\
                 {mark} skipped 2\n{mark} todo 1\n{mark} duration_ms 31.5"
            );
            check(Runner::Node, &output, Some((4, 2, 3)));
        }
    }

    #[test]
    fn a_later_run_takes_its_tests_out_of_the_skipped() {
        let counts = |passed, failed, skipped| Counts { passed, failed, skipped, ..Counts::default() };
        let later = counts(2, 1, 10).making_up();
        assert_eq!(counts(10, 0, 4).with(later), counts(12, 1, 1));
    }

    fn failures(runner: Runner, output: &str) -> Vec<String> {
        let mut counter = Counter::new(runner);
        output.lines().for_each(|line| counter.read(line));
        counter.counts.failures
    }

    #[test]
    fn what_failed_is_named_once() {
        let nextest = "        FAIL [   0.010s] ( 1/12) store::files is_read\n\
            \x20 TRY 2 FAIL [   0.011s] (   3/12) letip::cli jobs::goes_on\n\
            \x20     SIGKILL [   1.000s] (   4/12) letip dies\n\
            \x20       PASS [   0.010s] (   5/12) letip lives\n\
            \x20    Summary [   0.1s] 12 tests run: 9 passed, 3 failed, 0 skipped\n\
            \x20       FAIL [   0.010s] ( 1/12) store::files is_read\n\
            \x20    TIMEOUT [ 300.010s] ( 2/12) store::files ends\n";
        let expected =
            ["store::files is_read", "letip::cli jobs::goes_on", "letip dies", "store::files ends"];
        assert_eq!(failures(Runner::Nextest, nextest), expected);
        let libtest = "test a::b ... ok\ntest a::c ... FAILED\n";
        assert_eq!(failures(Runner::Libtest, libtest), ["a::c"]);
        let node =
            "✔ opens (3.1ms)\n✖ closes (3.1ms)\n✖ failing tests:\n✖ closes (3.1ms)\nnot ok 3 - ends (well)\n";
        assert_eq!(failures(Runner::Node, node), ["closes", "ends (well)"]);
    }
}
