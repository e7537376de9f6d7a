//! A child that leads a process group of its own.
//!
//! The group is what makes "nothing left running" true: a signal to it reaches the child's children as well.

use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::process::signals;

/// A running child and its descendants. Dropping it kills what is left of them.
#[derive(Debug)]
pub(crate) struct Group {
    child: Child,
    leader: Pid,
    ended: Option<ExitStatus>,
}

impl Group {
    /// Starts a command that is told when this program is interrupted. `what` reads after "failed to".
    pub(crate) fn spawn(command: &mut Command, what: &str) -> Result<Self> {
        Self::start(command.stdin(Stdio::null()), what, true)
    }

    /// Starts a command that reads what this program writes to it.
    pub(crate) fn spawn_asked(command: &mut Command, what: &str) -> Result<Self> {
        Self::start(command.stdin(Stdio::piped()), what, true)
    }

    /// Starts a service that stays up while an interruption is handled, until it is dropped or stopped.
    pub(crate) fn spawn_service(command: &mut Command, what: &str) -> Result<Self> {
        Self::start(command.stdin(Stdio::null()), what, false)
    }

    fn start(command: &mut Command, what: &str, told: bool) -> Result<Self> {
        command.process_group(0);
        let child = signals::register(told, || {
            command.spawn().with_context(|| {
                format!("failed to {what}: cannot start {}", command.get_program().display())
            })
        })?;
        let leader = Pid::from_child(&child);
        Ok(Self { child, leader, ended: None })
    }

    /// Of the child itself.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    pub(crate) fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    pub(crate) fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// Waits for the child to end; an interruption of this program is an error.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        let status = match self.ended {
            Some(status) => status,
            None => self.child.wait().context("failed to wait for a child")?,
        };
        self.note_end(status);
        signals::check()?;
        Ok(status)
    }

    /// The child's end, if it has come.
    pub(crate) fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        if self.ended.is_none()
            && let Some(status) = self.child.try_wait().context("failed to look after a child")?
        {
            self.note_end(status);
        }
        Ok(self.ended)
    }

    /// Asks the leader to end with `signal`, and kills the group when it has not within `grace`.
    pub(crate) fn stop(&mut self, signal: Signal, grace: Duration) {
        if self.ended.is_none() {
            // It may have ended by itself meanwhile.
            _ = kill_process(self.leader, signal);
        }
        let deadline = Instant::now() + grace;
        while Instant::now() < deadline && matches!(self.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(20));
        }
        self.kill();
    }

    /// A leader that ended must not leave others behind.
    fn note_end(&mut self, status: ExitStatus) {
        if self.ended.replace(status).is_none() {
            _ = kill_process_group(self.leader, Signal::KILL);
            signals::forget(self.leader);
        }
    }

    fn kill(&mut self) {
        if self.ended.is_none() {
            _ = kill_process_group(self.leader, Signal::KILL);
            if let Ok(status) = self.child.wait() {
                self.note_end(status);
            }
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};

    use rustix::process::test_kill_process;

    use super::*;

    /// A shell with a background child, and that child's id.
    fn parent_and_child() -> (Group, Pid) {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 300 & echo $!; wait"]).stdout(Stdio::piped());
        let mut group = Group::spawn(&mut command, "start a shell").unwrap();
        let mut line = String::new();
        BufReader::new(group.take_stdout().unwrap()).read_line(&mut line).unwrap();
        (group, Pid::from_raw(line.trim().parse().unwrap()).unwrap())
    }

    fn is_gone(pid: Pid) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
        // Killed but not yet reaped by whoever inherited it counts as gone.
        test_kill_process(pid).is_err() || stat.is_ok_and(|text| text.contains(") Z"))
    }

    fn eventually(condition: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !condition() {
            assert!(Instant::now() < deadline, "not within 10 s");
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn dropping_a_group_ends_grandchildren() {
        let (group, grandchild) = parent_and_child();
        drop(group);
        eventually(|| is_gone(grandchild));
    }

    #[test]
    fn stopping_reaches_grandchildren_when_the_leader_ends_first() {
        let (mut group, grandchild) = parent_and_child();
        group.stop(Signal::TERM, Duration::from_secs(10));
        eventually(|| is_gone(grandchild));
    }

    #[test]
    fn a_leader_that_ignores_the_signal_is_killed_after_the_grace() {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]);
        let mut group = Group::spawn(command.stdout(Stdio::piped()), "start a shell").unwrap();
        let mut line = String::new();
        BufReader::new(group.take_stdout().unwrap()).read_line(&mut line).unwrap();
        let start = Instant::now();
        group.stop(Signal::TERM, Duration::from_millis(200));
        assert!(start.elapsed() < Duration::from_secs(10));
        assert!(group.try_wait().unwrap().is_some());
    }
}
