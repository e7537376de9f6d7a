//! Writes: what they do, how they run, and who watches them.

mod call;
mod callbacks;
mod defaults;
mod erased;
mod execute;
mod observer;
mod options;
mod state;

pub use call::{MutationCall, MutationContext};
pub use callbacks::MutateCallbacks;
pub use defaults::MutationDefaults;
pub use erased::ErasedMutationObserver;
pub use execute::Mutating;
pub(crate) use execute::{restore_layers, resume};
pub use observer::MutationObserver;
pub use options::MutationOptions;
pub use state::{ErasedMutationState, MutationState, MutationStatus, MutationSummary};
