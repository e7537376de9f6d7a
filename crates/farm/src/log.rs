//! What visitors asked for, in the order of their requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) host: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) at: Instant,
    /// Requests of the host that were being answered, this one among them.
    pub(crate) at_once: usize,
    /// Whether it was sent elsewhere.
    pub(crate) redirected: bool,
}

#[derive(Debug, Default)]
struct Inner {
    entries: Vec<Entry>,
    open: HashMap<String, usize>,
    outside: Vec<String>,
}

/// The farm's log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Inner>>);

/// A request that is being answered.
#[derive(Debug)]
pub(crate) struct Open {
    log: Log,
    host: String,
}

impl Log {
    /// Notes a request that is answered from now on until the result is dropped.
    pub(crate) fn open(&self, host: &str, target: &str, redirected: bool) -> Open {
        let mut inner = self.inner();
        let open = inner.open.entry(host.to_owned()).or_default();
        *open += 1;
        let at_once = *open;
        let (host, target) = (host.to_owned(), target.to_owned());
        inner.entries.push(Entry { host: host.clone(), target, at: Instant::now(), at_once, redirected });
        Open { log: self.clone(), host }
    }

    /// Notes an attempt to reach something that is not of the farm.
    pub(crate) fn outside(&self, what: impl Into<String>) {
        self.inner().outside.push(what.into());
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.inner().entries.clone()
    }

    pub(crate) fn attempts_outside(&self) -> Vec<String> {
        self.inner().outside.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(open) = self.log.inner().open.get_mut(&self.host) {
            *open -= 1;
        }
    }
}
