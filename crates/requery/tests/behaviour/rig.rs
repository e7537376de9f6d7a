//! A cache on a virtual clock, and a server that answers as it is told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use requery::runtime::TestRuntime;
use requery::{QueryClient, QueryKey, QueryObserver, QueryOptions, QueryResult, QueryState, Subscription};

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) struct Rig {
    pub(crate) runtime: TestRuntime,
    pub(crate) client: QueryClient,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::on(TestRuntime::new())
    }

    pub(crate) fn on(runtime: TestRuntime) -> Self {
        let client = QueryClient::new(runtime.clone());
        client.mount();
        Self { runtime, client }
    }

    pub(crate) fn advance(&self, millis: u64) {
        self.runtime.advance(ms(millis));
    }

    pub(crate) fn settle(&self) {
        self.runtime.run_until_stalled();
    }

    pub(crate) fn state(&self, key: &QueryKey) -> QueryState<u32, String> {
        self.client.get_query_state(key).expect("the query exists")
    }

    pub(crate) fn data(&self, key: &QueryKey) -> Option<u32> {
        self.client.get_query_data::<u32>(key).map(|data| *data)
    }
}

type Answer = dyn Fn(usize) -> Result<u32, String> + Send + Sync;

/// A server that takes ten milliseconds to answer call number one, two and so on.
#[derive(Clone)]
pub(crate) struct Source {
    runtime: TestRuntime,
    calls: Arc<AtomicUsize>,
    answer: Arc<Answer>,
    latency: Duration,
}

pub(crate) const LATENCY: u64 = 10;

impl Source {
    /// Answers each call with its number.
    pub(crate) fn counting(rig: &Rig) -> Self {
        Self::answering(rig, |call| Ok(u32::try_from(call).unwrap()))
    }

    pub(crate) fn failing(rig: &Rig) -> Self {
        Self::answering(rig, |call| Err(format!("failure {call}")))
    }

    pub(crate) fn answering(
        rig: &Rig,
        answer: impl Fn(usize) -> Result<u32, String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            runtime: rig.runtime.clone(),
            calls: Arc::default(),
            answer: Arc::new(answer),
            latency: ms(LATENCY),
        }
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) async fn ask(self) -> Result<u32, String> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        self.runtime.sleep(self.latency).await;
        (self.answer)(call)
    }

    pub(crate) fn query(&self, key: &QueryKey) -> QueryOptions<u32, String> {
        let source = self.clone();
        QueryOptions::new(key, move |_context| source.clone().ask())
    }
}

/// Everything that an observer told its listener, and the subscription.
pub(crate) struct Watch<D: 'static> {
    pub(crate) observer: QueryObserver<u32, String, D>,
    seen: Arc<Mutex<Vec<QueryResult<D, String>>>>,
    subscription: Option<Subscription>,
}

impl<D: Send + Sync + 'static> Watch<D> {
    pub(crate) fn new(rig: &Rig, options: QueryOptions<u32, String, D>) -> Self {
        let observer = QueryObserver::new(&rig.client, options);
        let seen: Arc<Mutex<Vec<_>>> = Arc::default();
        let sink = Arc::clone(&seen);
        let subscription = observer.subscribe(move |result| sink.lock().unwrap().push(result.clone()));
        Self { observer, seen, subscription: Some(subscription) }
    }

    pub(crate) fn now(&self) -> QueryResult<D, String> {
        self.observer.current_result()
    }

    pub(crate) fn seen(&self) -> Vec<QueryResult<D, String>> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn times_told(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    pub(crate) fn leave(&mut self) {
        self.subscription = None;
    }
}
