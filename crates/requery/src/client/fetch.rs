//! Fetching by hand, and what to wait for.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures::FutureExt;
use futures::channel::oneshot;

use super::QueryClient;
use super::defaults::UnsaidRetry;
use crate::core::{FetchFailure, FetchOutcome, QuerySpec, StartFetch, State, Value, typed};
use crate::options::{ErasedOptions, Select};
use crate::{Error, FetchDirection, FetchError, InfiniteData, InfiniteQueryOptions, QueryKey, QueryOptions};

impl QueryClient {
    /// F1.6: the data, fetched if it is stale. Does not retry unless the options say so. Everybody who asks for the key
    /// meanwhile shares the fetch, which goes on if the returned future is dropped.
    pub fn fetch_query<T, E, D>(&self, options: &QueryOptions<T, E, D>) -> Fetching<T, E>
    where
        T: Send + Sync + 'static,
    {
        Fetching::from_erased(self.fetch_erased(&options.erased))
    }

    fn fetch_erased(&self, options: &ErasedOptions) -> ErasedFetching {
        let spec = self.spec(options, UnsaidRetry::Never);
        let is_stale = |state: &State| state.is_stale_by_time(spec.policy.stale_time(state), self.now());
        self.fetch_if(&spec, is_stale, || Arc::clone(&spec))
    }

    /// Fetches with `fetching` if what the query holds now wants that, and is done otherwise. It may change on another
    /// thread meanwhile: then it is looked at again, so that nobody fetches what has just arrived.
    fn fetch_if(
        &self,
        spec: &Arc<QuerySpec>,
        wanted: impl Fn(&State) -> bool,
        fetching: impl Fn() -> Arc<QuerySpec>,
    ) -> ErasedFetching {
        loop {
            let state = match self.build(spec) {
                Ok(state) => state,
                Err(error) => return ErasedFetching::failed(&spec.key, error),
            };
            if !wanted(&state) {
                return ErasedFetching::done(&spec.key, &state);
            }
            let (start, fetch) = begin(&fetching(), false, None);
            if self.apply(|core| core.fetch_as_seen(&spec.key, &state, start)) {
                return fetch;
            }
        }
    }

    /// F1.6: like [`QueryClient::fetch_query`], and then selects from the data as the options say. It is fetched whether or
    /// not the returned future is awaited.
    pub fn query<T, E, D>(
        &self,
        options: &QueryOptions<T, E, D>,
    ) -> impl Future<Output = Result<Arc<D>, FetchError<E>>> + use<T, E, D>
    where
        T: Send + Sync + 'static,
        E: Send + Sync + 'static,
        D: Send + Sync + 'static,
    {
        let fetching = self.fetch_erased(&options.erased);
        Fetching::<D, E>::from_erased(ErasedFetching { select: options.erased.select.clone(), ..fetching })
    }

    /// F1.6: [`QueryClient::query`] for an infinite query, which every other method that takes options takes as well.
    pub fn infinite_query<P, E, C, D>(
        &self,
        options: &InfiniteQueryOptions<P, E, C, D>,
    ) -> impl Future<Output = Result<Arc<D>, FetchError<E>>> + use<P, E, C, D>
    where
        P: Send + Sync + 'static,
        E: Send + Sync + 'static,
        C: Send + Sync + 'static,
        D: Send + Sync + 'static,
    {
        self.query::<InfiniteData<P, C>, E, D>(options)
    }

    /// F1.6: like [`QueryClient::fetch_query`], for the effect only: failures stay in the cache.
    pub fn prefetch_query<T, E, D>(&self, options: &QueryOptions<T, E, D>) -> Settled
    where
        T: Send + Sync + 'static,
    {
        self.fetch_erased(&options.erased).settled()
    }

    /// F1.6: the data, however old; fetched only if there is none.
    pub fn ensure_query_data<T, E, D>(&self, options: &QueryOptions<T, E, D>) -> Fetching<T, E>
    where
        T: Send + Sync + 'static,
    {
        Fetching::from_erased(self.ensure_erased(&options.erased))
    }

    fn ensure_erased(&self, options: &ErasedOptions) -> ErasedFetching {
        let spec = self.spec(options, UnsaidRetry::Default);
        // Only a fetch that is waited for does without retries.
        self.fetch_if(&spec, |state| state.data.is_none(), || self.spec(options, UnsaidRetry::Never))
    }

    /// Makes the query if there is none, and decodes what was hydrated.
    pub(crate) fn build(&self, spec: &Arc<QuerySpec>) -> Result<Arc<State>, Error> {
        let state = self.apply(|core| core.build(spec))?;
        let is_raw = state.is_raw();
        if spec.links.is_empty() && !is_raw {
            return Ok(state);
        }
        if !spec.links.is_empty() {
            self.apply(|core| core.link_entities(spec));
        }
        if let Some(of) = spec.data_type.filter(|_| is_raw) {
            self.decode(&spec.key, of.id, spec.codec.map(|codec| (of, codec)));
        }
        if !spec.links.is_empty() {
            self.adopt(&spec.key);
        }
        Ok(self.read(|core| core.state(&spec.key)).unwrap_or(state))
    }

    pub(crate) fn start_fetch(
        &self,
        spec: &Arc<QuerySpec>,
        cancel_refetch: bool,
        direction: Option<FetchDirection>,
    ) -> ErasedFetching {
        let (start, fetch) = begin(spec, cancel_refetch, direction);
        self.apply(|core| core.fetch(&spec.key, start));
        fetch
    }
}

/// What starts a fetch, and what its outcome is waited for with.
fn begin(
    spec: &Arc<QuerySpec>,
    cancel_refetch: bool,
    direction: Option<FetchDirection>,
) -> (StartFetch, ErasedFetching) {
    let (waiter, outcome) = oneshot::channel();
    let spec_of_fetch = Some(Arc::clone(spec));
    let start = StartFetch { spec: spec_of_fetch, cancel_refetch, waiter: Some(waiter), direction };
    (start, ErasedFetching { key: spec.key.clone(), outcome: Outcome::Waiting(outcome), select: None })
}

enum Outcome {
    Waiting(oneshot::Receiver<FetchOutcome>),
    Known(FetchOutcome),
}

/// A [`Fetching`] without its types.
pub(crate) struct ErasedFetching {
    key: QueryKey,
    outcome: Outcome,
    /// What to make of the data.
    select: Option<Select>,
}

impl ErasedFetching {
    fn known(key: &QueryKey, outcome: FetchOutcome) -> Self {
        Self { key: key.clone(), outcome: Outcome::Known(outcome), select: None }
    }

    fn done(key: &QueryKey, state: &State) -> Self {
        let cancelled = || FetchFailure::Cache(Error::Cancelled { key: key.clone() });
        Self::known(key, state.data.clone().ok_or_else(cancelled))
    }

    pub(crate) fn failed(key: &QueryKey, error: Error) -> Self {
        Self::known(key, Err(FetchFailure::Cache(error)))
    }

    fn settled(self) -> Settled {
        match self.outcome {
            Outcome::Waiting(outcome) => Settled { waiting: vec![outcome] },
            Outcome::Known(_) => Settled::default(),
        }
    }

    /// Data that is not decoded by now is of another type than was asked for.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Value>, FetchFailure>> {
        let outcome = match &mut self.outcome {
            Outcome::Known(outcome) => outcome.clone(),
            Outcome::Waiting(outcome) => {
                let dropped = FetchFailure::Cache(Error::Cancelled { key: self.key.clone() });
                ready!(outcome.poll_unpin(cx)).unwrap_or(Err(dropped))
            }
        };
        Poll::Ready(outcome.and_then(|data| match (&self.select, data.value()) {
            (Some(select), Some(data)) => select(&data).map(Some).map_err(FetchFailure::Failed),
            (_, data) => Ok(data),
        }))
    }

    fn mismatch(&self, expected: &'static str) -> Error {
        Error::TypeMismatch { key: self.key.clone(), expected, found: "data of another type" }
    }
}

/// A fetch in flight, or its outcome if it was not needed. It has begun, and goes on if this is dropped.
pub struct Fetching<T, E> {
    erased: ErasedFetching,
    types: PhantomData<fn() -> (T, E)>,
}

impl<T, E> Fetching<T, E> {
    pub(crate) fn from_erased(erased: ErasedFetching) -> Self {
        Self { erased, types: PhantomData }
    }

    /// The same, for those who do not care how it ends.
    #[must_use]
    pub fn settled(self) -> Settled {
        self.erased.settled()
    }
}

impl<T, E> Future for Fetching<T, E>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    type Output = Result<Arc<T>, FetchError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(self.erased.poll(cx));
        let mismatch = || FetchError::Cache(self.erased.mismatch(std::any::type_name::<T>()));
        Poll::Ready(match outcome {
            Ok(data) => data.and_then(typed).ok_or_else(mismatch),
            Err(FetchFailure::Failed(error)) => {
                Err(error.downcast().map_or_else(|_| mismatch(), FetchError::Failed))
            }
            Err(FetchFailure::Cache(error)) => Err(FetchError::Cache(error)),
        })
    }
}

impl<T, E> fmt::Debug for Fetching<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_known = matches!(self.erased.outcome, Outcome::Known(_));
        f.debug_struct("Fetching").field("key", &self.erased.key).field("is_known", &is_known).finish()
    }
}

/// Completes when what was started has ended, well or not. It goes on if this is dropped.
#[derive(Debug, Default)]
pub struct Settled {
    waiting: Vec<oneshot::Receiver<FetchOutcome>>,
}

impl Settled {
    pub(super) fn waiting(waiting: Vec<oneshot::Receiver<FetchOutcome>>) -> Self {
        Self { waiting }
    }
}

impl Future for Settled {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.waiting.retain_mut(|outcome| outcome.poll_unpin(cx).is_pending());
        if self.waiting.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    }
}
