//! What happened in the cache, to look at afterwards and to play again.

use crate::sync::Mutex;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::client::lock;
use crate::{
    CacheEvent, DehydratedQuery, QueryClient, QueryFilters, QueryKey, QuerySummary, Subscription, Timestamp,
};

/// One line of a [`Timeline`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineEntry {
    /// When, in milliseconds since the Unix epoch.
    pub at: Timestamp,
    /// Counts up from one, also where earlier lines were dropped.
    pub sequence: u64,
    /// What happened: `added`, `removed`, `observerAdded`, `failed`, or what changed a query or a mutation: `fetch`,
    /// `success`, `patch`, `invalidate` and so on, for mutations with `mutation.` before it.
    pub event: String,
    /// Why, as [`QueryClient::because`] said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Which query: an array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_key: Option<serde_json::Value>,
    /// Which mutation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutation_id: Option<u64>,
    /// How the query was then, for events that changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<QueryMoment>,
}

/// A query at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueryMoment {
    /// Whether it had data.
    pub status: crate::QueryStatus,
    /// Whether it was being fetched.
    pub fetch_status: crate::FetchStatus,
    /// When its data was fetched or set.
    pub data_updated_at: Timestamp,
    /// Whether it was invalidated.
    pub is_invalidated: bool,
    /// How many observed it.
    pub observers: usize,
    /// Its data, if the timeline keeps data and the query is `hydratable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<serde_json::Value>,
}

/// How much a [`Timeline`] keeps.
#[derive(Clone, Copy, Debug)]
pub struct TimelineOptions {
    /// At most so many lines: the oldest go first. Default: 1000.
    pub capacity: usize,
    /// Whether data is kept too, which playing it again needs. Default: no.
    pub data: bool,
}

impl Default for TimelineOptions {
    fn default() -> Self {
        Self { capacity: 1000, data: false }
    }
}

/// Writes down what happens in a cache (beyond 8), until it is dropped. Clones are the same.
///
/// ```
/// use requery::{QueryClient, QueryFilters, Timeline, TimelineOptions, query_key, runtime::TestRuntime};
///
/// let client = QueryClient::new(TestRuntime::new());
/// let timeline = Timeline::of(&client, TimelineOptions::default());
/// client.set_query_data(query_key!["lead", 5], 1);
/// client.because("lead.updated", || drop(client.invalidate_queries(QueryFilters::all())));
/// let last = timeline.entries().pop().unwrap();
/// assert_eq!((last.event.as_str(), last.cause.as_deref()), ("invalidate", Some("lead.updated")));
/// ```
#[derive(Clone)]
pub struct Timeline {
    inner: Arc<Inner>,
    _listening: Arc<Subscription>,
}

struct Inner {
    options: TimelineOptions,
    entries: Mutex<(u64, VecDeque<TimelineEntry>)>,
}

impl Timeline {
    /// Begins to write down what happens in that cache.
    #[must_use]
    pub fn of(client: &QueryClient, options: TimelineOptions) -> Self {
        let inner = Arc::new(Inner { options, entries: Mutex::default() });
        let (writer, weak) = (Arc::clone(&inner), client.downgrade());
        let listening = client.subscribe_with_cause(move |event, cause| {
            if let Some(client) = weak.upgrade() {
                writer.write(entry(&client, event, cause, writer.options.data));
            }
        });
        Self { inner, _listening: Arc::new(listening) }
    }

    /// What was written down, the oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<TimelineEntry> {
        lock(&self.inner.entries).1.iter().cloned().collect()
    }

    /// Forgets what was written down.
    pub fn clear(&self) {
        lock(&self.inner.entries).1.clear();
    }

    /// What was written down as JSON, one line a line.
    #[must_use]
    pub fn export(&self) -> String {
        let lines = self.entries().into_iter().filter_map(|entry| serde_json::to_string(&entry).ok());
        lines.map(|line| line + "\n").collect()
    }

    /// The lines of an export. Lines that are none are left out.
    #[must_use]
    pub fn import(export: &str) -> Vec<TimelineEntry> {
        export.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

impl Inner {
    fn write(&self, mut entry: TimelineEntry) {
        let mut entries = lock(&self.entries);
        entries.0 += 1;
        entry.sequence = entries.0;
        entries.1.push_back(entry);
        while entries.1.len() > self.options.capacity {
            entries.1.pop_front();
        }
    }
}

fn entry(
    client: &QueryClient,
    event: &CacheEvent,
    cause: Option<&Arc<str>>,
    with_data: bool,
) -> TimelineEntry {
    let (name, key, mutation_id) = describe(event);
    let summary = key.and_then(|key| client.queries(QueryFilters::exact(key)).pop());
    let data = key.filter(|_| with_data).and_then(|key| client.encoded_data(key));
    TimelineEntry {
        at: client.now(),
        sequence: 0,
        event: name,
        cause: cause.map(ToString::to_string),
        query_key: key.map(QueryKey::to_json),
        mutation_id,
        query: summary.filter(|_| matches!(event, CacheEvent::Updated { .. })).map(|s| moment(&s, data)),
    }
}

fn moment(summary: &QuerySummary, data: Option<serde_json::Value>) -> QueryMoment {
    QueryMoment {
        status: summary.status,
        fetch_status: summary.fetch_status,
        data_updated_at: summary.data_updated_at,
        is_invalidated: summary.is_invalidated,
        observers: summary.observers,
        data,
    }
}

fn describe(event: &CacheEvent) -> (String, Option<&QueryKey>, Option<u64>) {
    let of_query = |name: &str, key| (name.to_owned(), Some(key), None);
    let of_mutation = |name: &str, id| (format!("mutation.{name}"), None, Some(id));
    match event {
        CacheEvent::Added { key } => of_query("added", key),
        CacheEvent::Removed { key } => of_query("removed", key),
        CacheEvent::Updated { key, action } => of_query(action.as_str(), key),
        CacheEvent::ObserverAdded { key } => of_query("observerAdded", key),
        CacheEvent::ObserverRemoved { key } => of_query("observerRemoved", key),
        CacheEvent::ObserverResultsUpdated { key } => of_query("observerResultsUpdated", key),
        CacheEvent::ObserverOptionsUpdated { key } => of_query("observerOptionsUpdated", key),
        CacheEvent::MutationAdded { id } => of_mutation("added", *id),
        CacheEvent::MutationRemoved { id } => of_mutation("removed", *id),
        CacheEvent::MutationUpdated { id, action } => of_mutation(action.as_str(), *id),
        CacheEvent::Failed { error } => (format!("failed: {error}"), None, None),
    }
}

impl QueryClient {
    /// Names the cause of everything that `act` does to the cache, for the timeline. Causes nest: the innermost counts.
    pub fn because<R>(&self, cause: impl Into<Arc<str>>, act: impl FnOnce() -> R) -> R {
        let before = self.apply(|core| core.cause.replace(cause.into()));
        let _restore = Restore { client: self, before };
        act()
    }

    /// Plays a timeline again: one step after the other, queries go through what they went through, and `seen` is called
    /// after each. Data is only played where the timeline kept it. Nothing is fetched; observers of the same keys see
    /// what those of the recorded cache saw.
    ///
    /// ```
    /// # use requery::{QueryClient, Timeline, TimelineOptions, QueryOptions, query_key, runtime::TestRuntime};
    /// # let runtime = TestRuntime::new();
    /// let options = QueryOptions::<u32, std::io::Error>::new(query_key!["n"], |_| async { Ok(7) }).hydratable();
    /// let recorded = QueryClient::new(runtime.clone());
    /// let timeline = Timeline::of(&recorded, TimelineOptions { data: true, ..TimelineOptions::default() });
    /// runtime.block_on(recorded.fetch_query(&options)).unwrap();
    ///
    /// let again = QueryClient::new(runtime.clone());
    /// again.replay(&Timeline::import(&timeline.export()), |_entry| {});
    /// assert_eq!(*runtime.block_on(again.ensure_query_data(&options)).unwrap(), 7);
    /// ```
    pub fn replay(&self, entries: &[TimelineEntry], mut seen: impl FnMut(&TimelineEntry)) {
        for entry in entries {
            if let Some(key) = entry.query_key.as_ref().map(QueryKey::new) {
                match &entry.query {
                    Some(moment) => self.replay_query(&key, moment),
                    None if entry.event == "removed" => self.remove_queries(QueryFilters::exact(&key)),
                    None => {}
                }
            }
            seen(entry);
        }
    }

    fn replay_query(&self, key: &QueryKey, moment: &QueryMoment) {
        let dehydrated = moment.data.clone().map(|data| DehydratedQuery {
            query_key: key.to_json(),
            data,
            data_updated_at: moment.data_updated_at,
            is_invalidated: moment.is_invalidated,
            meta: None,
        });
        self.replay_state(key, dehydrated, moment.status, moment.fetch_status);
    }
}

/// Puts back the cause from before, also where the act panicked.
struct Restore<'a> {
    client: &'a QueryClient,
    before: Option<Arc<str>>,
}

impl Drop for Restore<'_> {
    fn drop(&mut self) {
        let before = self.before.take();
        self.client.apply(|core| core.cause = before);
    }
}

impl fmt::Debug for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeline")
            .field("entries", &lock(&self.inner.entries).1.len())
            .finish_non_exhaustive()
    }
}
