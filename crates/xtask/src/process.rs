//! Children that never outlive this program.

use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::group::Group;

pub(crate) mod group;
pub(crate) mod signals;

/// How long a stopped child's pipes may stay open before they are given up: something that left the group may
/// hold them.
const DRAIN: Duration = Duration::from_secs(2);

/// Runs a command on this terminal and fails unless it succeeds. `what` reads after "failed to".
pub(crate) fn run(command: &mut Command, what: &str) -> Result<()> {
    let status = run_status(command, what)?;
    expect_success(status, what)
}

/// Runs a command on this terminal to its end, whatever that is.
pub(crate) fn run_status(command: &mut Command, what: &str) -> Result<ExitStatus> {
    Group::spawn(command, what)?.wait()
}

/// Runs a command without showing what it prints, for at most `limit`; true when it succeeded in time.
pub(crate) fn run_quietly(command: &mut Command, what: &str, limit: Duration) -> Result<bool> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut group = Group::spawn(command, what)?;
    let deadline = Instant::now() + limit;
    while Instant::now() < deadline {
        if let Some(status) = group.try_wait()? {
            signals::check()?;
            return Ok(status.success());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(false)
}

/// What a short command prints, without the line end; `None` when it cannot run or fails.
pub(crate) fn query(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Runs a command, shows every line it prints and hands the line, without colour, to `read`.
pub(crate) fn run_reading(
    command: &mut Command,
    what: &str,
    mut read: impl FnMut(&str),
) -> Result<ExitStatus> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    if std::io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
    }
    let mut group = Group::spawn(command, what)?;
    let (lines, received) = mpsc::channel();
    copy_lines(group.take_stdout(), std::io::stdout(), lines.clone());
    copy_lines(group.take_stderr(), std::io::stderr(), lines);
    let mut ended: Option<(ExitStatus, Instant)> = None;
    loop {
        match received.recv_timeout(Duration::from_millis(100)) {
            Ok(line) => read(&without_colour(&line)),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        match ended {
            Some((_, since)) if since.elapsed() > DRAIN => break,
            Some(_) => {}
            None => ended = group.try_wait()?.map(|status| (status, Instant::now())),
        }
    }
    signals::check()?;
    ended.map_or_else(|| group.wait(), |(status, _)| Ok(status))
}

/// An error naming what failed and how.
pub(crate) fn expect_success(status: ExitStatus, what: &str) -> Result<()> {
    if !status.success() {
        bail!("failed to {what}: {status}");
    }
    Ok(())
}

fn copy_lines<R, W>(from: Option<R>, mut to: W, lines: Sender<String>)
where
    R: Read + Send + 'static,
    W: Write + Send + 'static,
{
    let Some(from) = from else { return };
    thread::spawn(move || {
        let mut reader = BufReader::new(from);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            let shown = to.write_all(&line).and_then(|()| to.flush());
            let sent = lines.send(String::from_utf8_lossy(&line).into_owned());
            if shown.is_err() || sent.is_err() {
                return;
            }
            line.clear();
        }
    });
}

/// The text without ANSI escape sequences.
fn without_colour(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // A control sequence ends at its first letter.
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            text.push(character);
        }
    }
    text
}

/// Writes bytes to a file, naming it when that fails.
pub(crate) fn write_file(path: &std::path::Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("failed to write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn colour_is_removed() {
        assert_eq!(without_colour("\u{1b}[32;1m3 passed\u{1b}[0m"), "3 passed");
    }

    #[test]
    fn both_streams_are_read() {
        let mut lines = Vec::new();
        let status = run_reading(&mut shell("echo out; echo err >&2; exit 3"), "run a script", |line| {
            lines.push(line.trim().to_owned());
        })
        .unwrap();
        lines.sort();
        assert_eq!(lines, ["err", "out"]);
        assert_eq!(status.code(), Some(3));
    }

    #[test]
    fn a_background_process_does_not_keep_the_reader_waiting() {
        let start = Instant::now();
        let status = run_reading(&mut shell("sleep 60 & echo started"), "run a script", |_| {}).unwrap();
        assert!(status.success());
        assert!(start.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_quiet_command_is_stopped_at_its_limit() {
        let start = Instant::now();
        let done = run_quietly(&mut shell("sleep 60"), "sleep", Duration::from_millis(100)).unwrap();
        assert!(!done);
        assert!(start.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_failure_names_what_failed() {
        let error = run(&mut shell("exit 4"), "fetch the moon").unwrap_err().to_string();
        assert!(error.contains("failed to fetch the moon") && error.contains('4'), "{error}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program"), "do it").unwrap_err();
        assert!(format!("{error:#}").contains("no-such-program"), "{error:#}");
    }
}
