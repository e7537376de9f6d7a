//! When to try, pause, wait and give up. Shared by queries and mutations.

use std::time::Duration;

use super::Value;
use crate::NetworkMode;

/// What the environment allows at the moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Env {
    pub(crate) online: bool,
    pub(crate) focused: bool,
    /// Whether nothing of the same scope is in front.
    pub(crate) has_turn: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    WaitingToStart,
    Running,
    BackingOff,
    WaitingToRetry,
    Settled,
}

/// What callers' `retry` and `retry_delay` say about one failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Retry(Duration),
    GiveUp,
}

/// What has to happen next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Run,
    Pause,
    Sleep(Duration),
    GiveUp(Value),
    Nothing,
}

pub(crate) struct Retryer {
    phase: Phase,
    mode: NetworkMode,
    failures: u32,
    retries_stopped: bool,
    last_error: Option<Value>,
}

impl Retryer {
    pub(crate) fn new(mode: NetworkMode) -> Self {
        Self { phase: Phase::WaitingToStart, mode, failures: 0, retries_stopped: false, last_error: None }
    }

    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    pub(crate) fn is_running(&self) -> bool {
        self.phase == Phase::Running
    }

    /// F2.6: the attempt that runs may finish, none follows it.
    pub(crate) fn stop_retries(&mut self) {
        self.retries_stopped = true;
    }

    pub(crate) fn allow_retries(&mut self) {
        self.retries_stopped = false;
    }

    /// Starting does not depend on focus, only on the network mode and the turn.
    pub(crate) fn can_start(&self, env: Env) -> bool {
        can_fetch(self.mode, env.online) && env.has_turn
    }

    fn can_retry(&self, env: Env) -> bool {
        env.focused && (self.mode == NetworkMode::Always || env.online) && env.has_turn
    }

    pub(crate) fn start(&mut self, env: Env) -> Step {
        if self.can_start(env) { self.run() } else { Step::Pause }
    }

    pub(crate) fn failed(&mut self, error: Value, decision: Decision) -> Step {
        match decision {
            Decision::Retry(delay) if !self.retries_stopped => {
                self.failures += 1;
                self.last_error = Some(error);
                self.phase = Phase::BackingOff;
                Step::Sleep(delay)
            }
            _ => self.give_up(error),
        }
    }

    /// The delay before a retry is over.
    pub(crate) fn delay_over(&mut self, env: Env) -> Step {
        if self.phase != Phase::BackingOff {
            return Step::Nothing;
        }
        if self.can_retry(env) {
            return self.retry();
        }
        self.phase = Phase::WaitingToRetry;
        Step::Pause
    }

    /// Focus, connectivity or the turn may have come back.
    pub(crate) fn resume(&mut self, env: Env) -> Step {
        match self.phase {
            Phase::WaitingToStart if self.can_start(env) => self.run(),
            Phase::WaitingToRetry if self.can_retry(env) => self.retry(),
            _ => Step::Nothing,
        }
    }

    fn run(&mut self) -> Step {
        self.phase = Phase::Running;
        Step::Run
    }

    fn retry(&mut self) -> Step {
        match self.last_error.take() {
            Some(error) if self.retries_stopped => self.give_up(error),
            _ => self.run(),
        }
    }

    fn give_up(&mut self, error: Value) -> Step {
        self.phase = Phase::Settled;
        Step::GiveUp(error)
    }
}

pub(crate) fn can_fetch(mode: NetworkMode, online: bool) -> bool {
    mode != NetworkMode::Online || online
}
