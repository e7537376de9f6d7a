//! One scenario on one fresh cache.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use requery::runtime::{Runtime, TestRuntime};
use requery::{
    CacheEvent, FetchError, MutationError, MutationObserver, QueryClient, QueryFilters, QueryKey,
    QueryObserver, QueryOptions, QuerySummary, Subscription,
};

use super::data::{Kind, Pages, Shown, each};
use super::dehydration::Dehydrated;
use super::log::Log;
use super::many::Many;
use super::mutations::{self, MutationOptions, Mutations};
use super::options::{self, Options};
use super::server::Server;
use super::watched::Watching;
use super::{Failure, text};
use crate::scenario::{self as said, Answer, Row, Scenario, Step};

pub(super) struct World<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) runtime: TestRuntime,
    pub(super) client: QueryClient,
    pub(super) log: Log,
    pub(super) queries: Vec<Options>,
    pub(super) mutations: Vec<MutationOptions>,
    pub(super) observers: BTreeMap<usize, Watching>,
    pub(super) many: BTreeMap<usize, Many>,
    pub(super) mutation_observers: Mutations,
    /// Observers of mutations whose place another has taken.
    pub(super) replaced: Vec<MutationObserver<Row, Failure, i64>>,
    pub(super) dehydrated: BTreeMap<usize, Dehydrated>,
    pub(super) step: usize,
    pub(super) mounts: usize,
    _events: Subscription,
}

impl<'a> World<'a> {
    pub(super) fn new(scenario: &'a Scenario) -> Self {
        let runtime = TestRuntime::new();
        let (client, log) = (QueryClient::new(runtime.clone()), Log::default());
        let server = Server::new(runtime.clone(), log.clone());
        let queries = query_options(scenario, &server);
        teach_codecs(&client);
        let events = listen(&client, &log);
        let mutations = mutations::options(scenario, &server);
        mutations::set_defaults(&client, scenario, &mutations);
        client.mount();
        Self {
            scenario,
            runtime,
            client,
            log,
            queries,
            mutations,
            observers: BTreeMap::new(),
            many: BTreeMap::new(),
            mutation_observers: BTreeMap::new(),
            replaced: Vec::new(),
            dehydrated: BTreeMap::new(),
            step: 0,
            mounts: 1,
            _events: events,
        }
    }

    pub(super) fn run(mut self) -> Vec<String> {
        for step in &self.scenario.steps {
            self.log.line(format!("> {} {}", self.step, step.name()));
            self.perform(step);
            // What follows from coming back begins at once here, and a few turns later in the reference.
            if !matches!(step, Step::Focus { .. } | Step::Online { .. } | Step::ResumeMutations) {
                self.show();
            }
            self.runtime.run_until_stalled();
            self.log.flush();
            self.show();
            self.step += 1;
        }
        self.log.take_lines()
    }

    /// Writes down what a fetch gives, once it does.
    pub(super) fn promised<T>(
        &self,
        outcome: impl Future<Output = Result<T, FetchError<Failure>>> + Send + 'static,
        show: impl Fn(T) -> String + Send + 'static,
    ) {
        let (log, subject) = (self.log.clone(), format!("outcome {}", self.step));
        self.runtime.spawn(Box::pin(async move {
            let text = match outcome.await {
                Ok(data) => show(data),
                Err(FetchError::Failed(failure)) => text::failure(Some(&failure)),
                Err(error) if error.is_cancelled() => "cancelled".to_owned(),
                Err(error) => error.to_string(),
            };
            log.add(subject, text);
        }));
    }

    pub(super) fn promised_data<T: Shown>(
        &self,
        outcome: impl Future<Output = Result<Arc<T>, FetchError<Failure>>> + Send + 'static,
    ) {
        self.promised(outcome, |data| data.text());
    }

    pub(super) fn done(&self, settled: impl Future<Output = ()> + Send + 'static) {
        let settled = async move {
            settled.await;
            Ok(())
        };
        self.promised(settled, |()| "done".to_owned());
    }

    pub(super) fn mutated(
        &self,
        outcome: impl Future<Output = Result<Arc<Row>, MutationError<Failure>>> + Send + 'static,
    ) {
        let (log, subject) = (self.log.clone(), format!("outcome {}", self.step));
        self.runtime.spawn(Box::pin(async move {
            match outcome.await {
                Ok(row) => log.add(subject, row.text()),
                Err(MutationError::Failed(failure)) => log.add(subject, text::failure(Some(&failure))),
                // The reference leaves those who wait for a mutation of a cleared cache waiting.
                Err(MutationError::Dropped | MutationError::MissingMutationFn) => {}
            }
        }));
    }

    fn show(&self) {
        let mut subjects = BTreeSet::new();
        for summary in self.client.queries(QueryFilters::all()) {
            let subject = format!("query {}", summary.key);
            if let Some(text) = self.query_text(&summary) {
                self.log.show(subject.clone(), text);
                subjects.insert(subject);
            }
        }
        self.log.keep("query ", &subjects);
        for (at, watched) in &self.observers {
            if let Some(text) = each!(watched, it => it.seen()) {
                self.log.show(format!("sees {at}"), text);
            }
        }
        for (at, many) in &self.many {
            if let Some(text) = many.seen() {
                self.log.show(format!("sees many {at}"), text);
            }
        }
        let fetching = self.client.is_fetching(QueryFilters::all());
        self.log.show("cache".to_owned(), format!("queries={} fetching={fetching}", subjects.len()));
    }

    fn query_text(&self, summary: &QuerySummary) -> Option<String> {
        Some(if self.is_paged(&summary.key) {
            text::query(summary, &self.client.get_query_state::<Pages, Failure>(&summary.key)?)
        } else {
            text::query(summary, &self.client.get_query_state::<Row, Failure>(&summary.key)?)
        })
    }

    pub(super) fn key(&self, at: usize) -> QueryKey {
        key(self.scenario, at)
    }

    pub(super) fn is_paged(&self, key: &QueryKey) -> bool {
        self.scenario.paged.iter().any(|at| self.key(*at) == *key)
    }
}

fn key(scenario: &Scenario, at: usize) -> QueryKey {
    use requery::IntoQueryKey;
    scenario.keys.get(at).into_query_key()
}

/// Data of a type is dehydrated once options with a codec were seen; the reference needs none.
fn teach_codecs(client: &QueryClient) {
    fn teach<T: Shown>(client: &QueryClient) {
        let options = QueryOptions::<T, Failure>::observe_only(["codec"]).hydratable();
        drop(QueryObserver::new(client, options));
        client.clear();
    }
    teach::<Row>(client);
    teach::<Pages>(client);
}

fn query_options(scenario: &Scenario, server: &Server) -> Vec<Options> {
    let options = |said: &said::Query| {
        let answers: Arc<[Answer]> = scenario.answers.get(said.key).cloned().unwrap_or_default().into();
        let (key, server) = (key(scenario, said.key), server.clone());
        if scenario.is_paged(said.key) {
            Kind::Pages(options::query(said, options::pages(said, key, (server, answers))))
        } else {
            Kind::Row(options::query(said, options::row(said, key, (server, answers))))
        }
    };
    scenario.queries.iter().map(options).collect()
}

fn listen(client: &QueryClient, log: &Log) -> Subscription {
    let log = log.clone();
    client.subscribe(move |event| {
        let (subject, text) = match event {
            CacheEvent::Added { key } => (format!("event {key}"), "added"),
            CacheEvent::Removed { key } => (format!("event {key}"), "removed"),
            CacheEvent::Updated { key, action } => (format!("event {key}"), action.as_str()),
            CacheEvent::ObserverAdded { key } => (format!("event {key}"), "observerAdded"),
            CacheEvent::ObserverRemoved { key } => (format!("event {key}"), "observerRemoved"),
            CacheEvent::MutationAdded { id } => (format!("mutation event {id}"), "added"),
            CacheEvent::MutationRemoved { id } => (format!("mutation event {id}"), "removed"),
            CacheEvent::MutationUpdated { id, action } => (format!("mutation event {id}"), action.as_str()),
            _ => return,
        };
        log.add(subject, text);
    })
}
