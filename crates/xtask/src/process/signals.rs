//! Interruption: SIGINT, SIGTERM and SIGHUP reach every child, and the program ends by its own way out.

use std::process::Child;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// How long children have to end by themselves.
const GRACE: Duration = Duration::from_secs(15);

static RECEIVED: AtomicI32 = AtomicI32::new(0);
static CHILDREN: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

struct Entry {
    leader: Pid,
    /// Whether it hears of the first signal; services do not.
    told: bool,
}

/// Starts listening. Call once, before the first child.
pub(crate) fn install() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("failed to listen for signals")?;
    thread::spawn(move || signals.forever().for_each(handle));
    Ok(())
}

/// The first signal that arrived, if any.
pub(crate) fn interrupted() -> Option<i32> {
    Some(RECEIVED.load(Ordering::SeqCst)).filter(|&signal| signal != 0)
}

/// An error once a signal has arrived.
pub(crate) fn check() -> Result<()> {
    if interrupted().is_some() {
        bail!("interrupted");
    }
    Ok(())
}

/// 128 and the signal's number, as shells have it.
pub(crate) fn exit_code(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(1)
}

/// Starts a child and enters it, with no signal in between that could miss it.
pub(crate) fn register(told: bool, start: impl FnOnce() -> Result<Child>) -> Result<Child> {
    let mut children = lock();
    check()?;
    let child = start()?;
    children.push(Entry { leader: Pid::from_child(&child), told });
    Ok(child)
}

/// Forgets a child that has ended.
pub(crate) fn forget(leader: Pid) {
    lock().retain(|entry| entry.leader != leader);
}

fn handle(signal: i32) {
    let first = RECEIVED.compare_exchange(0, signal, Ordering::SeqCst, Ordering::SeqCst).is_ok();
    if !first {
        tell(Signal::KILL, |_| true);
        return;
    }
    eprintln!("\nstopping; once more to kill");
    tell(if signal == SIGINT { Signal::INT } else { Signal::TERM }, |entry| entry.told);
    thread::spawn(|| {
        thread::sleep(GRACE);
        tell(Signal::KILL, |_| true);
    });
}

fn tell(signal: Signal, whom: impl Fn(&Entry) -> bool) {
    for entry in lock().iter().filter(|entry| whom(entry)) {
        // A group that has just ended is no error.
        _ = kill_process_group(entry.leader, signal);
    }
}

fn lock() -> std::sync::MutexGuard<'static, Vec<Entry>> {
    CHILDREN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_those_of_shells() {
        assert_eq!(exit_code(SIGINT), 130);
        assert_eq!(exit_code(SIGTERM), 143);
    }
}
