//! The state that a socket's handles share with its driver.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::channel::oneshot;
use futures::task::AtomicWaker;

use crate::event::{SocketEvent, Status};
use crate::machine::{AckResult, AckToken, Config, Machine};
use crate::platform::Clock;
use crate::{Error, Payload};

type AckSender = oneshot::Sender<Result<Payload, Error>>;
pub(crate) type AckReceiver = oneshot::Receiver<Result<Payload, Error>>;

/// A machine behind a lock that is only held while the machine computes: no caller's code runs under it.
pub(crate) struct Shared {
    core: Mutex<Core>,
    clock: Clock,
    driver: AtomicWaker,
    events: AtomicWaker,
}

struct Core {
    machine: Machine,
    /// Who waits for which acknowledgement: few at a time.
    awaited: Vec<(u64, AckSender)>,
    /// No handle is left.
    released: bool,
    /// The driver has ended.
    finished: bool,
    /// Nobody reads events.
    unheard: bool,
}

/// What is to be told once the lock is released.
struct Told {
    answers: Vec<(AckSender, Result<Payload, Error>)>,
    events: bool,
}

impl Shared {
    pub(crate) fn new(config: Config, seed: u64) -> Arc<Self> {
        let core = Core {
            machine: Machine::new(config, seed),
            awaited: Vec::new(),
            released: false,
            finished: false,
            unheard: false,
        };
        Arc::new(Self {
            core: Mutex::new(core),
            clock: Clock::start(),
            driver: AtomicWaker::new(),
            events: AtomicWaker::new(),
        })
    }

    pub(crate) fn now(&self) -> u64 {
        self.clock.now()
    }

    /// Lets the machine compute for a handle, and the driver do what comes of it.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Machine, u64) -> T) -> T {
        let result = self.drive(act);
        self.driver.wake();
        result
    }

    /// Lets the machine compute for the driver, then tells whoever waits for what came of it.
    pub(crate) fn drive<T>(&self, act: impl FnOnce(&mut Machine, u64) -> T) -> T {
        let mut core = self.lock();
        let result = act(&mut core.machine, self.clock.now());
        let told = core.tell(self.clock.now());
        drop(core);
        for (sender, answer) in told.answers {
            // The one who asked may have stopped waiting.
            let _ = sender.send(answer);
        }
        if told.events {
            self.events.wake();
        }
        result
    }

    pub(crate) fn status(&self) -> Status {
        self.lock().machine.status()
    }

    /// Whether the driver still runs; without it nothing that is asked of the machine would happen.
    pub(crate) fn check_open(&self) -> Result<(), Error> {
        if self.lock().finished { Err(Error::Closed) } else { Ok(()) }
    }

    pub(crate) fn emit_with_ack(&self, name: &str, data: Payload, timeout: Duration) -> AckReceiver {
        let (sender, receiver) = oneshot::channel();
        let mut core = self.lock();
        let asked = if core.finished {
            Err(Error::Closed)
        } else {
            core.machine.emit_with_ack(self.clock.now(), name, data, timeout)
        };
        let failed = match asked {
            Ok(number) => {
                core.awaited.push((number, sender));
                None
            }
            Err(error) => Some((sender, error)),
        };
        drop(core);
        if let Some((sender, error)) = failed {
            // The receiver is below.
            let _ = sender.send(Err(error));
        }
        self.driver.wake();
        receiver
    }

    pub(crate) fn poll_event(&self, cx: &Context<'_>) -> Poll<Option<SocketEvent<AckToken>>> {
        // Before looking, so that nothing comes between looking and waiting.
        self.events.register(cx.waker());
        let mut core = self.lock();
        let paused = core.machine.is_full();
        match core.machine.poll_event(self.clock.now()) {
            Some(event) => {
                drop(core);
                if paused {
                    self.driver.wake();
                }
                Poll::Ready(Some(event))
            }
            None if core.finished => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    pub(crate) fn wake_driver_by(&self, cx: &Context<'_>) {
        self.driver.register(cx.waker());
    }

    /// No handle is left: the socket disconnects and its driver ends.
    pub(crate) fn release(&self) {
        self.lock().released = true;
        self.with(|machine, _| machine.disconnect());
    }

    /// Nobody reads events any more: they are dropped as they come.
    pub(crate) fn unhear(&self) {
        self.lock().unheard = true;
        self.with(|_, _| ());
    }

    pub(crate) fn is_released(&self) -> bool {
        self.lock().released
    }

    /// The driver has ended: nobody is to wait for anything any more.
    pub(crate) fn finish(&self) {
        let mut core = self.lock();
        core.finished = true;
        let awaited = std::mem::take(&mut core.awaited);
        drop(core);
        // Dropping the senders tells their receivers.
        drop(awaited);
        self.events.wake();
    }

    fn lock(&self) -> MutexGuard<'_, Core> {
        // The machine does not panic; if it did, a half-done step would show as a protocol error.
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leaves out what is sent and received.
impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("status", &self.status()).finish_non_exhaustive()
    }
}

impl Core {
    fn tell(&mut self, now: u64) -> Told {
        let mut answers = Vec::new();
        while let Some(AckResult { number, answer }) = self.machine.poll_ack() {
            let waiting = self.awaited.iter().position(|(awaited, _)| *awaited == number);
            if let Some((_, sender)) = waiting.map(|at| self.awaited.swap_remove(at)) {
                answers.push((sender, answer));
            }
        }
        if self.unheard {
            while self.machine.poll_event(now).is_some() {}
        }
        Told { answers, events: self.machine.has_event() }
    }
}
