//! What a workload is: made ready, run, and asked what it led to.

use std::fmt;

use requery::QueryClient;

use crate::driver::Driver;

/// An empty cache, and the sizes of a workload.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The cache.
    pub client: QueryClient,
    /// What it runs on.
    pub driver: Driver,
    divisor: u32,
}

impl Setup {
    /// A cache for a workload whose sizes are divided by `divisor`.
    #[must_use]
    pub fn new(divisor: u32) -> Self {
        let driver = Driver::new();
        Self { client: QueryClient::new(driver.clone()), driver, divisor: divisor.max(1) }
    }

    /// A size, divided.
    #[must_use]
    pub fn size(&self, full: u32) -> u32 {
        (full / self.divisor).max(1)
    }
}

/// Facts that have to be the same on every peer, by name.
pub type Outcome = Vec<(&'static str, u64)>;

/// A workload that is ready to run once.
pub trait Workload {
    /// What is timed.
    fn run(&mut self);

    /// What it led to.
    fn outcome(&self) -> Outcome;

    /// Figures of its parts, where it has any: nanoseconds of each event, bytes of what it wrote.
    fn parts(&self) -> Vec<f64> {
        Vec::new()
    }
}

/// Makes a workload ready.
pub type Prepare = fn(&Setup) -> Box<dyn Workload>;

/// A workload, by name.
#[derive(Clone, Copy)]
pub struct Named {
    /// As on every peer.
    pub name: &'static str,
    /// Makes it ready.
    pub prepare: Prepare,
}

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Named").field(&self.name).finish()
    }
}

/// What one closure does, and another says about it.
pub(crate) struct Closures<S> {
    pub(crate) state: S,
    pub(crate) run: fn(&mut S),
    pub(crate) outcome: fn(&S) -> Outcome,
}

impl<S> Workload for Closures<S> {
    fn run(&mut self) {
        (self.run)(&mut self.state);
    }

    fn outcome(&self) -> Outcome {
        (self.outcome)(&self.state)
    }
}

/// A workload of a state, what is done to it, and what it is then.
pub(crate) fn boxed<S: 'static>(state: S, run: fn(&mut S), outcome: fn(&S) -> Outcome) -> Box<dyn Workload> {
    Box::new(Closures { state, run, outcome })
}

/// The outcome as JSON.
#[must_use]
pub fn to_json(outcome: &Outcome) -> serde_json::Value {
    let fields = outcome.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
    serde_json::Value::Object(fields.collect())
}
