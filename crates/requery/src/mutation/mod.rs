//! Writes: what they do, how they run, and who watches them.

mod call;
mod defaults;
mod execute;
mod observer;
mod options;
mod state;

pub use call::{MutationCall, MutationContext};
pub use defaults::MutationDefaults;
pub use execute::Mutating;
pub(crate) use execute::{restore_layers, resume};
pub use observer::{MutateCallbacks, MutationObserver};
pub use options::MutationOptions;
pub use state::{MutationState, MutationStatus, MutationSummary};
