//! Queries whose data arrives in parts (F15).

use std::sync::Arc;

use futures::{Stream, StreamExt};

use crate::core::Value;
use crate::maybe_send::{Held, hold_future};
use crate::{
    AbortSignal, IntoQueryKey, MaybeSend, MaybeSync, QueryClient, QueryContext, QueryKey, QueryOptions,
};

/// What a refetch of a streamed query does with the data that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefetchMode {
    /// Throws it away: the query is pending until the first part arrives.
    #[default]
    Reset,
    /// Adds the new parts to it.
    Append,
    /// Keeps it until all new parts are there.
    Replace,
}

impl<T, E> QueryOptions<T, E>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    /// A query whose data arrives in parts: `reduce` adds each part to what is there, which at first is `initial`.
    ///
    /// The query is pending until the first part arrives, and goes on being fetched until the stream ends. A stream
    /// without parts gives `initial`.
    ///
    /// ```
    /// use futures::stream;
    /// use requery::{QueryClient, QueryOptions, RefetchMode, query_key, runtime::TestRuntime};
    ///
    /// let runtime = TestRuntime::new();
    /// let client = QueryClient::new(runtime.clone());
    /// let words = QueryOptions::<String, std::io::Error>::streamed(
    ///     query_key!["answer"],
    ///     RefetchMode::Reset,
    ///     String::new(),
    ///     |_context| stream::iter(["hello ", "world"].map(Ok)),
    ///     |text, part| text.push_str(part),
    /// );
    /// assert_eq!(*runtime.block_on(client.fetch_query(&words)).unwrap(), "hello world");
    /// ```
    pub fn streamed<S, P>(
        key: impl IntoQueryKey,
        mode: RefetchMode,
        initial: T,
        stream: impl Fn(QueryContext) -> S + MaybeSend + MaybeSync + 'static,
        reduce: impl Fn(&mut T, P) + MaybeSend + MaybeSync + 'static,
    ) -> Self
    where
        S: Stream<Item = Result<P, E>> + MaybeSend + 'static,
        P: MaybeSend + 'static,
    {
        let given = Arc::new(Held::new((initial, stream, reduce)));
        Self::fetched_by(key, move |context| {
            let given = Arc::clone(&given);
            let fetch = Fetch::begin(&context, mode);
            let parts = Held::new(given.get().1(context));
            hold_future(async move {
                let (initial, _, reduce) = given.get();
                fetch.collect(initial, parts.take(), reduce).await.map_err(|error| Arc::new(error) as Value)
            })
        })
    }
}

/// One fetch of a streamed query.
struct Fetch {
    client: QueryClient,
    key: QueryKey,
    signal: AbortSignal,
    /// The parts take the place of the data when all of them are there.
    replaces: bool,
}

impl Fetch {
    /// What happens at the call: data that is thrown away is gone when the fetch has begun.
    fn begin(context: &QueryContext, mode: RefetchMode) -> Self {
        let (client, key) = (context.client().clone(), context.key().clone());
        let is_refetch = client.read(|core| core.state(&key).is_some_and(|state| state.is_fetched()));
        if is_refetch && mode == RefetchMode::Reset {
            client.apply(|core| core.reset_while_fetching(&key));
        }
        let replaces = is_refetch && mode == RefetchMode::Replace;
        Self { client, key, signal: context.raw_signal(), replaces }
    }

    async fn collect<T, E, P>(
        self,
        initial: &T,
        parts: impl Stream<Item = Result<P, E>>,
        reduce: &impl Fn(&mut T, P),
    ) -> Result<Value, E>
    where
        T: Clone + PartialEq + Send + Sync + 'static,
    {
        let mut replacement = initial.clone();
        let mut parts = std::pin::pin!(parts);
        while let Some(part) = parts.next().await {
            if self.signal.is_cancelled() {
                break;
            }
            let part = part?;
            if self.replaces {
                reduce(&mut replacement, part);
                continue;
            }
            let mut data = T::clone(self.data().as_deref().unwrap_or(initial));
            reduce(&mut data, part);
            self.client.set_query_data(&self.key, data);
        }
        if self.replaces && !self.signal.is_cancelled() {
            self.client.set_query_data(&self.key, replacement);
        }
        // What the query holds, and not other data that equals it.
        Ok(self.data().unwrap_or_else(|| Arc::new(initial.clone())))
    }

    fn data<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.client.base_data(&self.key)
    }
}
