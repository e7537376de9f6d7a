//! Observers of single queries.

use std::sync::{Arc, Mutex, PoisonError};

use requery::{FetchDirection, QueryObserver, RefetchOptions, Subscription};

use super::data::{Kind, Pages, Shown, each};
use super::log::Log;
use super::world::World;
use super::{Failure, text};
use crate::scenario::{Field, Row};

pub(super) type Watching = Kind<Watched<Row>, Watched<Pages>>;

/// Of which fields listeners are told; nothing: of all.
type Notify = Arc<Mutex<Option<Vec<Field>>>>;

/// An observer, and the subscription of the one who listens to it.
pub(super) struct Watched<T> {
    observer: QueryObserver<T, Failure>,
    pub(super) subscription: Option<Subscription>,
    notify: Notify,
}

impl<T: Shown> Watched<T> {
    fn new(observer: QueryObserver<T, Failure>) -> Self {
        Self { observer, subscription: None, notify: Notify::default() }
    }

    fn notify_on(&self, fields: Option<Vec<Field>>) {
        *self.notify.lock().unwrap_or_else(PoisonError::into_inner) = fields;
    }

    fn subscribe(&mut self, at: usize, log: &Log) {
        if self.subscription.is_some() {
            return;
        }
        let (log, notify) = (log.clone(), Arc::clone(&self.notify));
        // What it missed while nobody listened is not what is compared.
        let _ = self.observer.current_result();
        self.subscription = Some(self.observer.subscribe_when(
            move |before, now| {
                let fields = notify.lock().unwrap_or_else(PoisonError::into_inner);
                fields.as_deref().is_none_or(|fields| text::differ(fields, before, now))
            },
            move |result| log.add(format!("observer {at}"), text::result(result)),
        ));
    }

    /// What it shows, if somebody listens.
    pub(super) fn seen(&self) -> Option<String> {
        self.subscription.as_ref().map(|_| text::result(&self.observer.current_result()))
    }
}

impl World<'_> {
    pub(super) fn observe(&mut self, at: usize, query: usize) {
        let Some(options) = self.queries.get(query).cloned() else { return };
        self.observers.get_mut(&at).and_then(|it| each!(it, it => it.subscription.take()));
        self.runtime.run_until_stalled();
        let watching = match options {
            Kind::Row(options) => Kind::Row(Watched::new(QueryObserver::new(&self.client, options))),
            Kind::Pages(options) => Kind::Pages(Watched::new(QueryObserver::new(&self.client, options))),
        };
        each!(&watching, it => it.notify_on(self.notify(query)));
        self.observers.insert(at, watching);
    }

    fn notify(&self, query: usize) -> Option<Vec<Field>> {
        self.scenario.queries.get(query)?.notify_on.clone()
    }

    /// An observer of rows cannot become one of pages.
    pub(super) fn set_options(&self, at: usize, query: usize) {
        let notify = self.notify(query);
        match (self.observers.get(&at), self.queries.get(query).cloned()) {
            (Some(Kind::Row(it)), Some(Kind::Row(options))) => {
                it.notify_on(notify);
                it.observer.set_options(options);
            }
            (Some(Kind::Pages(it)), Some(Kind::Pages(options))) => {
                it.notify_on(notify);
                it.observer.set_options(options);
            }
            _ => {}
        }
    }

    pub(super) fn subscribe(&mut self, at: usize) {
        let log = self.log.clone();
        if let Some(watching) = self.observers.get_mut(&at) {
            each!(watching, it => it.subscribe(at, &log));
        }
    }

    pub(super) fn refetch(&self, at: usize, direction: Option<FetchDirection>, restart: bool) {
        let options = RefetchOptions { cancel_refetch: restart };
        match (self.observers.get(&at), direction) {
            (Some(Kind::Row(it)), None) => self.refetched(&it.observer, it.observer.refetch(options)),
            (Some(Kind::Pages(it)), direction) => {
                let fetching = match direction {
                    None => it.observer.refetch(options),
                    Some(FetchDirection::Forward) => it.observer.fetch_next_page(options),
                    Some(FetchDirection::Backward) => it.observer.fetch_previous_page(options),
                };
                self.refetched(&it.observer, fetching);
            }
            _ => {}
        }
    }

    fn refetched<T: Shown>(
        &self,
        observer: &QueryObserver<T, Failure>,
        fetching: requery::Fetching<T, Failure>,
    ) {
        let observer = observer.clone();
        self.promised(fetching, move |_| {
            // The reference hands out the observer's result, and so takes it over.
            let _ = observer.current_result();
            "done".to_owned()
        });
    }
}
