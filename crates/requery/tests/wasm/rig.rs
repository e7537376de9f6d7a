//! Waiting on the browser's clock, and a server that counts who asks.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use requery::runtime::{BrowserRuntime, Runtime};
use requery::{QueryClient, QueryKey, QueryOptions};

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) fn client() -> QueryClient {
    let client = QueryClient::new(BrowserRuntime);
    client.mount();
    client
}

pub(crate) async fn sleep(wait: Duration) {
    let at = BrowserRuntime.now().saturating_add(wait);
    while BrowserRuntime.now() < at {
        BrowserRuntime.sleep_until(at).await;
    }
}

/// Waits until the condition holds; in vain, it fails and says what was waited for.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let patience = BrowserRuntime.now().saturating_add(Duration::from_secs(10));
    while !holds().await {
        assert!(BrowserRuntime.now() < patience, "not within ten seconds: {what}");
        sleep(ms(2)).await;
    }
}

/// Answers each call with its number, after a moment; the first so many fail.
#[derive(Clone)]
pub(crate) struct Source {
    // Nothing that has to be `Send`: a browser has one thread.
    calls: Rc<Cell<u32>>,
    failing: u32,
}

impl Source {
    pub(crate) fn counting() -> Self {
        Self::failing(0)
    }

    pub(crate) fn failing(times: u32) -> Self {
        Self { calls: Rc::default(), failing: times }
    }

    pub(crate) fn calls(&self) -> u32 {
        self.calls.get()
    }

    async fn ask(self) -> Result<u32, String> {
        let call = self.calls.get() + 1;
        self.calls.set(call);
        sleep(ms(5)).await;
        if call <= self.failing { Err(format!("failure {call}")) } else { Ok(call) }
    }

    pub(crate) fn query(&self, key: &QueryKey) -> QueryOptions<u32, String> {
        let source = self.clone();
        QueryOptions::new(key, move |_context| source.clone().ask())
    }
}
