//! Writes: what they do, how they run, and who watches them.

mod execute;
mod observer;
mod options;
mod state;

pub use execute::Mutating;
pub use observer::{MutateCallbacks, MutationObserver};
pub use options::{MutationCall, MutationOptions};
pub use state::{MutationState, MutationStatus};
