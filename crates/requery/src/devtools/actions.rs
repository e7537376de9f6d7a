//! Holding queries in states that are hard to come by otherwise.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

use crate::core::Value;
use crate::maybe_send::Held;
use crate::{IntoQueryKey, MaybeSend, MaybeSync, QueryClient, QueryFilters, QueryKey, RefetchOptions};

/// An error that a query can be made to have, and how errors of its type are read.
pub(crate) struct OfferedError {
    name: Arc<str>,
    of: TypeId,
    text: fn(&Value) -> Option<String>,
    make: Arc<dyn Fn() -> Value + Send + Sync>,
}

/// What a query has where no error was offered. No observer knows its type: they see that there is an error, and not which.
struct ForcedError;

impl fmt::Display for ForcedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("forced by a developer")
    }
}

impl QueryClient {
    /// Offers an error of the type that queries fail with, for [`QueryClient::force_error`]. Errors of this type are shown
    /// as text from now on. The one of the same name that was offered before is no more.
    ///
    /// ```
    /// # use requery::{QueryClient, QueryOptions, query_key, runtime::TestRuntime};
    /// # let runtime = TestRuntime::new();
    /// # let client = QueryClient::new(runtime.clone());
    /// client.offer_error("Gone", || std::io::Error::other("it is gone"));
    /// client.set_query_data(query_key!["n"], 7);
    /// assert_eq!(client.error_names(), ["Gone".into()]);
    ///
    /// client.force_error(query_key!["n"], "Gone");
    /// let state = client.get_query_state::<i32, std::io::Error>(query_key!["n"]).unwrap();
    /// assert_eq!(state.error.unwrap().to_string(), "it is gone");
    /// assert_eq!(client.inspect_queries()[0].error.as_deref(), Some("it is gone"));
    ///
    /// client.undo_forced(query_key!["n"]);
    /// assert_eq!(*client.get_query_data::<i32>(query_key!["n"]).unwrap(), 7);
    /// ```
    pub fn offer_error<E>(
        &self,
        name: impl Into<Arc<str>>,
        make: impl Fn() -> E + MaybeSend + MaybeSync + 'static,
    ) where
        E: fmt::Display + Send + Sync + 'static,
    {
        let (name, make) = (name.into(), Held::new(make));
        let offered = OfferedError {
            name: Arc::clone(&name),
            of: TypeId::of::<E>(),
            text: |error| error.downcast_ref::<E>().map(ToString::to_string),
            make: Arc::new(move || Arc::new(make.get()())),
        };
        let mut all = self.offered_errors();
        all.retain(|known| known.name != name);
        all.push(offered);
    }

    /// The names of the errors that were offered, in order.
    #[must_use]
    pub fn error_names(&self) -> Vec<Arc<str>> {
        self.offered_errors().iter().map(|offered| Arc::clone(&offered.name)).collect()
    }

    /// Holds a query as it is while it is fetched for the first time, whatever happens to it meanwhile, until
    /// [`QueryClient::undo_forced`]. What it had is kept for then. Says whether there is such a query.
    ///
    /// ```
    /// # use requery::{Forced, QueryClient, query_key, runtime::TestRuntime};
    /// # let client = QueryClient::new(TestRuntime::new());
    /// client.set_query_data(query_key!["n"], 7);
    /// assert!(client.force_loading(query_key!["n"]));
    /// assert_eq!(client.get_query_data::<i32>(query_key!["n"]), None);
    /// assert_eq!(client.inspect_queries()[0].forced, Some(Forced::Loading));
    /// ```
    pub fn force_loading(&self, key: impl IntoQueryKey) -> bool {
        self.hold(&key.into_query_key(), None)
    }

    /// Like [`QueryClient::force_loading`], as after a first fetch that failed with the error that was offered under that
    /// name. Observers see an error of another type as none: offer one of each type.
    pub fn force_error(&self, key: impl IntoQueryKey, name: &str) -> bool {
        self.hold(&key.into_query_key(), Some(self.make_error(name)))
    }

    fn hold(&self, key: &QueryKey, error: Option<Value>) -> bool {
        self.apply(|core| core.force(key, error))
    }

    /// Gives a query back what it had before it was forced, with what changed of its entities since; it is fetched again
    /// where somebody observes it or waits for it. Says whether it was forced.
    pub fn undo_forced(&self, key: impl IntoQueryKey) -> bool {
        let key = key.into_query_key();
        let Some(released) = self.apply(|core| core.release(&key)) else { return false };
        self.adopt(&key);
        self.weave_again(&key);
        for patch in &released.patches {
            // Of which type it is, the patch knows.
            self.patch(&key, TypeId::of::<dyn Any>(), patch);
        }
        self.fetch_released(&key, released.is_waited_for);
        true
    }

    fn fetch_released(&self, key: &QueryKey, is_waited_for: bool) {
        if is_waited_for {
            self.apply(|core| core.fetch(key, crate::core::StartFetch::default()));
        } else {
            let active = QueryFilters::exact(key).active();
            drop(self.refetch_queries(active, RefetchOptions { cancel_refetch: false }));
        }
        // Where nobody knows how to fetch it, nobody waits for ever.
        self.apply(|core| core.leave_waiting(key));
    }

    fn make_error(&self, name: &str) -> Value {
        let offered = self.offered_errors();
        let make = offered.iter().find(|it| *it.name == *name).map(|it| Arc::clone(&it.make));
        // The function is the caller's: it may use the cache.
        drop(offered);
        make.map_or_else(|| Arc::new(ForcedError) as Value, |make| make())
    }

    /// What an error says.
    pub(super) fn describe_error(&self, error: &Value) -> String {
        let of = (**error).type_id();
        let text = self.offered_errors().iter().find(|it| it.of == of).map(|it| it.text);
        text.and_then(|text| text(error)).unwrap_or_else(|| plain(error))
    }
}

/// Errors that need no introduction.
fn plain(error: &Value) -> String {
    let text = error.downcast_ref::<String>().cloned();
    let text = text.or_else(|| error.downcast_ref::<&str>().map(ToString::to_string));
    let text = text.or_else(|| error.downcast_ref::<crate::Error>().map(ToString::to_string));
    let text = text.or_else(|| error.downcast_ref::<ForcedError>().map(ToString::to_string));
    text.unwrap_or_else(|| "an error of a type that was not offered".to_owned())
}
