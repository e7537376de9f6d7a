//! Observers of many queries.

use requery::runtime::{Runtime, TestRuntime};
use requery::{QueriesObserver, QueryOptions, Subscription};

use super::Failure;
use super::data::{Kind, Shown};
use super::log::Log;
use super::text;
use super::world::World;
use crate::scenario::Row;

/// What observers with a combination show: the data of all.
type Combined = Vec<Option<Row>>;

enum Observer {
    Results(QueriesObserver<Row, Failure>),
    Combined(QueriesObserver<Row, Failure, Row, Combined>),
}

/// An observer, and the subscription of the one who listens to it.
pub(super) struct Many {
    observer: Observer,
    subscription: Option<Subscription>,
}

impl Many {
    pub(super) fn unsubscribe(&mut self) -> Option<Subscription> {
        self.subscription.take()
    }

    fn subscribe(&mut self, at: usize, log: &Log, runtime: &TestRuntime) {
        if self.subscription.is_some() {
            return;
        }
        self.arrive();
        log.know(&format!("many {at}"), self.shown());
        let (log, subject, runtime) = (log.clone(), format!("many {at}"), runtime.clone());
        let tell = move |shown| log.last(&subject, text::time(runtime.now()), shown);
        self.subscription = Some(match &self.observer {
            Observer::Results(it) => it.subscribe(move |results| tell(results_text(results))),
            Observer::Combined(it) => it.subscribe(move |rows| tell(combined_text(rows))),
        });
    }

    /// Queries that were collected before anybody listened begin anew. That is what is known then, and no news.
    fn arrive(&self) {
        match &self.observer {
            Observer::Results(it) => drop(it.optimistic_result()),
            Observer::Combined(it) => drop(it.optimistic_result()),
        }
    }

    /// What it shows, if somebody listens.
    pub(super) fn seen(&self) -> Option<String> {
        self.subscription.as_ref().map(|_| self.shown())
    }

    fn shown(&self) -> String {
        match &self.observer {
            Observer::Results(it) => results_text(&it.current_result()),
            Observer::Combined(it) => combined_text(&it.current_result()),
        }
    }
}

fn results_text(results: &[requery::QueryResult<Row, Failure>]) -> String {
    results.iter().map(text::result).collect::<Vec<_>>().join(" | ")
}

fn combined_text(rows: &Combined) -> String {
    let texts: Vec<_> =
        rows.iter().map(|row| row.as_ref().map_or_else(|| "-".to_owned(), Row::text)).collect();
    texts.join(" | ")
}

impl World<'_> {
    /// The queries of one observer hold the same type: rows.
    fn rows(&self, queries: &[usize]) -> Vec<QueryOptions<Row, Failure>> {
        let found = queries.iter().filter_map(|at| self.queries.get(*at));
        let rows =
            found.filter_map(|it| if let Kind::Row(options) = it { Some(options.clone()) } else { None });
        rows.collect()
    }

    pub(super) fn observe_many(&mut self, at: usize, queries: &[usize], combine: bool) {
        self.many.get_mut(&at).and_then(Many::unsubscribe);
        self.runtime.run_until_stalled();
        let queries = self.rows(queries);
        let observer = if combine {
            let combine = |results: &[requery::QueryResult<Row, Failure>]| -> Combined {
                results.iter().map(|result| result.data.as_deref().copied()).collect()
            };
            Observer::Combined(QueriesObserver::combining(&self.client, queries, combine))
        } else {
            Observer::Results(QueriesObserver::new(&self.client, queries))
        };
        self.many.insert(at, Many { observer, subscription: None });
    }

    pub(super) fn subscribe_many(&mut self, at: usize) {
        let log = self.log.clone();
        if let Some(many) = self.many.get_mut(&at) {
            many.subscribe(at, &log, &self.runtime);
        }
    }

    pub(super) fn set_many(&self, at: usize, queries: &[usize]) {
        let queries = self.rows(queries);
        match self.many.get(&at).map(|many| &many.observer) {
            Some(Observer::Results(it)) => it.set_queries(queries),
            Some(Observer::Combined(it)) => it.set_queries(queries),
            None => {}
        }
    }
}
