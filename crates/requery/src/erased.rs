//! Observers without their types, for adapters: what a framework needs of an observer is then compiled once, and not once
//! for every type of data.
//!
//! ```
//! use requery::erased::{ErasedObserver, ErasedResult};
//! use requery::runtime::TestRuntime;
//! use requery::{QueryClient, QueryObserver, QueryOptions, query_key};
//!
//! fn state_of(result: &ErasedResult) -> &'static str {
//!     if result.is_loading() { "loading" } else { "there" }
//! }
//!
//! let runtime = TestRuntime::new();
//! let client = QueryClient::new(runtime.clone());
//! let options = QueryOptions::<u32, std::io::Error>::new(query_key!["answer"], |_| async { Ok(42) });
//! let erased = ErasedObserver::new(&client, options.into_erased());
//! let _subscription = erased.subscribe(|_result| {});
//! assert_eq!(state_of(&erased.current_result()), "loading");
//! runtime.run_until_stalled();
//! assert_eq!(state_of(&erased.current_result()), "there");
//!
//! // The same observer with its types.
//! let observer = QueryObserver::<u32, std::io::Error>::from_erased(erased);
//! assert_eq!(observer.current_result().data.as_deref(), Some(&42));
//! ```

pub use crate::mutation::{ErasedMutationObserver, ErasedMutationState};
pub use crate::observer::{ErasedObserver, ErasedResult};
pub use crate::options::ErasedOptions;
