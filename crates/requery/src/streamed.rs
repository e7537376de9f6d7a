//! Queries whose data arrives in parts (F15).

use std::sync::Arc;

use futures::{Stream, StreamExt};

use crate::maybe_send::Held;
use crate::{IntoQueryKey, MaybeSend, MaybeSync, QueryContext, QueryOptions};

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
        let parts = Arc::new(Held::new((initial, stream, reduce)));
        Self::new(key, move |context| {
            let parts = Arc::clone(&parts);
            async move {
                let (initial, stream, reduce) = parts.get();
                collect(context, mode, initial, stream, reduce).await
            }
        })
    }
}

async fn collect<T, E, S, P>(
    context: QueryContext,
    mode: RefetchMode,
    initial: &T,
    stream: &impl Fn(QueryContext) -> S,
    reduce: &impl Fn(&mut T, P),
) -> Result<T, E>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    S: Stream<Item = Result<P, E>>,
{
    let (client, key) = (context.client().clone(), context.key().clone());
    let is_refetch = client.read(|core| core.state(&key).is_some_and(|state| state.is_fetched()));
    if is_refetch && mode == RefetchMode::Reset {
        client.apply(|core| core.reset_while_fetching(&key));
    }
    let mut replacement = (is_refetch && mode == RefetchMode::Replace).then(|| initial.clone());
    let signal = context.raw_signal();
    let mut parts = std::pin::pin!(stream(context));
    while let Some(part) = parts.next().await {
        if signal.is_cancelled() {
            break;
        }
        let part = part?;
        match &mut replacement {
            Some(data) => reduce(data, part),
            None => {
                let mut data =
                    client.base_data::<T>(&key).map_or_else(|| initial.clone(), |data| (*data).clone());
                reduce(&mut data, part);
                client.set_query_data(&key, data);
            }
        }
    }
    let collected = || client.base_data::<T>(&key).map(|data| (*data).clone());
    Ok(replacement.or_else(collected).unwrap_or_else(|| initial.clone()))
}
