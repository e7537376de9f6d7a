//! The driver for the browser, and for whatever else runs JavaScript.

use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use send_wrapper::SendWrapper;

use super::{Runtime, Task};
use crate::Timestamp;

// JavaScript keeps delays in a signed 32-bit integer and takes a longer one for none at all.
const LONGEST_DELAY: Duration = Duration::from_millis(0x7fff_ffff);

/// Runs the cache on JavaScript's event loop.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrowserRuntime;

impl Runtime for BrowserRuntime {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(js_sys::Date::now() as u64)
    }

    fn spawn(&self, task: Task) {
        wasm_bindgen_futures::spawn_local(task);
    }

    fn sleep_until(&self, at: Timestamp) -> Task {
        let delay = at.since(self.now()).min(LONGEST_DELAY);
        Box::pin(SendWrapper::new(TimeoutFuture::new(delay.as_millis() as u32)))
    }

    fn random(&self) -> u64 {
        let bits = || (js_sys::Math::random() * f64::from(u32::MAX)) as u64;
        bits() << 32 | bits()
    }
}
