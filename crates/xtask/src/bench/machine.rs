//! Where the figures were measured.

use std::fs;
use std::thread;

use crate::process;
use crate::workspace::Workspace;

/// One line: processor, memory, system, compiler, commit.
pub(crate) fn describe(workspace: &Workspace) -> String {
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let rustc = process::query(workspace.command("rustc").arg("--version")).unwrap_or_default();
    let commit = process::query(workspace.command("git").args(["rev-parse", "--short", "HEAD"]));
    let system = process::query(workspace.command("uname").arg("-sr")).unwrap_or_default();
    let parts = [
        format!("{cores} cores ({})", processor().unwrap_or_else(|| std::env::consts::ARCH.to_owned())),
        memory().unwrap_or_default(),
        system,
        rustc,
        commit.map(|commit| format!("commit {commit}")).unwrap_or_default(),
    ];
    let known: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("Measured on: {}.", known.join(", "))
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    value(&text, "model name")
}

fn memory() -> Option<String> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let kibibytes: u64 = value(&text, "MemTotal")?.split(' ').next()?.parse().ok()?;
    Some(format!("{} GB memory", kibibytes * 1024 / 1_000_000_000))
}

/// The value of a line `name : value`.
fn value(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_name() {
        let text = "processor\t: 0\nmodel name\t: A Processor\nMemTotal:  16384000 kB\n";
        assert_eq!(value(text, "model name").as_deref(), Some("A Processor"));
        assert_eq!(value(text, "MemTotal").as_deref(), Some("16384000 kB"));
        assert_eq!(value(text, "model"), None);
    }
}
