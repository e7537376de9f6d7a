//! Drivers: what gives the cache time, timers, tasks and chance.

#[cfg(target_arch = "wasm32")]
mod browser;
mod test;
#[cfg(all(feature = "tokio", not(target_arch = "wasm32")))]
mod tokio;

use futures::future::BoxFuture;

#[cfg(target_arch = "wasm32")]
pub use browser::BrowserRuntime;
pub use test::TestRuntime;
#[cfg(all(feature = "tokio", not(target_arch = "wasm32")))]
pub use tokio::TokioRuntime;

use crate::Timestamp;

/// A task for [`Runtime::spawn`].
pub type Task = BoxFuture<'static, ()>;

/// What the cache needs of its surroundings.
///
/// ```
/// use requery::runtime::{Runtime, TestRuntime};
///
/// let runtime = TestRuntime::new();
/// assert_eq!(runtime.now(), runtime.now(), "virtual time stands still until it is advanced");
/// ```
pub trait Runtime: Send + Sync + 'static {
    /// The time on the wall clock. It should not go backwards.
    fn now(&self) -> Timestamp;

    /// Runs the task, soon and to its end, but not before this call returns.
    fn spawn(&self, task: Task);

    /// Completes at `at`, or earlier: the cache checks and sleeps again. Dropping it frees the timer.
    fn sleep_until(&self, at: Timestamp) -> Task;

    /// A number of which every bit is random. Only used where callers ask for jitter.
    fn random(&self) -> u64;
}

/// One step of the SplitMix64 generator.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
