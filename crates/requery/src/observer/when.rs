//! Listening to some changes only.

use crate::sync::Mutex;

use super::{QueryObserver, QueryResult};
use crate::client::lock;
use crate::maybe_send::Held;
use crate::{MaybeSend, MaybeSync, Subscription};

impl<T, E, D> QueryObserver<T, E, D>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    D: Send + Sync + 'static,
{
    /// F7.7: like [`QueryObserver::subscribe`], told only of the changes for which `matters` says yes to the result before
    /// and the result now: what `notifyOnChangeProps` is in the reference.
    ///
    /// ```
    /// use requery::{QueryClient, QueryObserver, QueryOptions, RefetchOptions, query_key};
    /// use requery::runtime::TestRuntime;
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU32, Ordering};
    ///
    /// let runtime = TestRuntime::new();
    /// let client = QueryClient::new(runtime.clone());
    /// let options = QueryOptions::<u32, std::io::Error>::new(query_key!["answer"], |_| async { Ok(42) });
    /// let observer = QueryObserver::new(&client, options);
    /// let told = Arc::new(AtomicU32::new(0));
    /// let count = Arc::clone(&told);
    /// let _subscription = observer.subscribe_when(
    ///     |before, now| before.data != now.data,
    ///     move |_result| {
    ///         count.fetch_add(1, Ordering::Relaxed);
    ///     },
    /// );
    /// runtime.run_until_stalled();
    /// let _refetch = observer.refetch(RefetchOptions::default());
    /// runtime.run_until_stalled();
    /// assert_eq!(told.load(Ordering::Relaxed), 1, "fetching twice gave the same data");
    /// ```
    pub fn subscribe_when(
        &self,
        matters: impl Fn(&QueryResult<D, E>, &QueryResult<D, E>) -> bool + MaybeSend + MaybeSync + 'static,
        listener: impl Fn(&QueryResult<D, E>) + MaybeSend + MaybeSync + 'static,
    ) -> Subscription {
        self.erased.arrive();
        let known = Mutex::new(self.current_result());
        let given = Held::new((matters, listener));
        self.subscribe(move |result| {
            let before = std::mem::replace(&mut *lock(&known), result.clone());
            let (matters, listener) = given.get();
            if matters(&before, result) {
                listener(result);
            }
        })
    }
}
