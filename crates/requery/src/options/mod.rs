//! What a query is asked to do.

mod context;
mod defaults;
mod erased;
mod placeholder;
mod policy;
mod query;
mod rules;

pub(crate) use context::Cancelling;
pub use context::QueryContext;
pub use defaults::QueryDefaults;
pub use erased::ErasedOptions;
pub(crate) use erased::Select;
pub(crate) use placeholder::Placeholder;
pub(crate) use policy::{Policy, Retry, RetryDelay, SharedPolicy};
pub use query::QueryOptions;
pub(crate) use query::erase;
pub use rules::{GcTime, NetworkMode, RefetchOn, StaleTime, default_retry_delay};
