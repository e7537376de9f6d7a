//! Random steps.

use serde_json::{Value, json};

use super::Generator;
use crate::scenario::{FetchStatus, Filters, Predicate, QueryType, Step};

const OBSERVERS: usize = 3;

/// How often a kind of step is taken in general, and how it is made.
type Kind = (u32, fn(&mut Generator<'_>) -> Step);

const KINDS: [Kind; 38] = [
    (10, |it| Step::Observe { observer: it.observer(), query: it.query_at() }),
    (14, |it| Step::Subscribe { observer: it.observer() }),
    (6, |it| Step::Unsubscribe { observer: it.observer() }),
    (8, |it| Step::SetOptions { observer: it.observer(), query: it.query_at() }),
    (5, |it| Step::Refetch { observer: it.observer(), restart: it.rng.bool() }),
    (8, |it| Step::FetchPage { observer: it.observer(), forward: it.chance(0.7), restart: it.rng.bool() }),
    (2, |it| Step::ObserveMany { observer: it.many(), queries: it.several(), combine: it.rng.bool() }),
    (4, |it| Step::SubscribeMany { observer: it.many() }),
    (1, |it| Step::UnsubscribeMany { observer: it.many() }),
    (3, |it| Step::SetMany { observer: it.many(), queries: it.several() }),
    (5, |it| Step::Fetch { query: it.query_at() }),
    (2, |it| Step::Query { query: it.query_at() }),
    (2, |it| Step::Prefetch { query: it.query_at() }),
    (2, |it| Step::Ensure { query: it.query_at() }),
    (5, |it| Step::SetData(it.write())),
    (3, |it| Step::UpdateData { key: it.key(), add: it.rng.i64(0..3) }),
    (2, |it| Step::UpdateMany { filters: it.filters(), add: it.rng.i64(0..3) }),
    (6, |it| Step::Invalidate { filters: it.filters(), refetch: it.refetch_type(), restart: it.rng.bool() }),
    (4, |it| Step::RefetchMany { filters: it.filters(), restart: it.rng.bool() }),
    (5, |it| Step::Cancel { filters: it.filters() }),
    (3, |it| Step::Reset { filters: it.filters() }),
    (2, |it| Step::Remove { filters: it.filters() }),
    (1, |_| Step::Clear),
    (5, |it| Step::Focus { on: it.rng.bool() }),
    (6, |it| Step::Online { on: it.rng.bool() }),
    (1, |_| Step::Mount),
    (1, |_| Step::Unmount),
    (30, |it| Step::Advance { by: it.duration(0.05, 2.5) }),
    (2, |it| Step::Dehydrate { slot: it.rng.usize(..2), pending: it.rng.bool() }),
    (3, |it| Step::Hydrate { slot: it.rng.usize(..2) }),
    (3, |it| Step::ObserveMutation { observer: it.observer(), mutation: it.mutation_at() }),
    (4, |it| Step::SubscribeMutation { observer: it.observer() }),
    (2, |it| Step::UnsubscribeMutation { observer: it.observer() }),
    (2, |it| Step::SetMutationOptions { observer: it.observer(), mutation: it.mutation_at() }),
    (9, |it| Step::Mutate {
        observer: it.observer(),
        variables: it.rng.i64(0..1_000_000),
        callbacks: it.rng.bool(),
    }),
    (2, |it| Step::ResetMutation { observer: it.observer() }),
    (2, |_| Step::ResumeMutations),
    (4, |it| Step::Advance { by: it.duration(0.0, 0.1) }),
];

impl Generator<'_> {
    pub(super) fn steps(&mut self) -> Vec<Step> {
        let weights: Vec<u32> =
            KINDS.iter().map(|(weight, _)| weight * [0, 1, 1, 3][self.rng.usize(..4)]).collect();
        let mut steps = self.opening();
        let length = self.rng.usize(5..50);
        steps.extend((0..length).map(|_| self.step(&weights)));
        steps
    }

    /// Defaults and observers to begin with. In the reference a query keeps defaults of its key from when it was made
    /// under those that count when it is fetched: they do not change within a scenario.
    fn opening(&mut self) -> Vec<Step> {
        let mut defaults = Vec::new();
        if self.chance(0.15) {
            defaults.push(Step::DefaultOptions { policy: self.defaults() });
        }
        if self.chance(0.3) {
            let number = self.rng.usize(1..3);
            let one = |it: &mut Self| Step::QueryDefaults { prefix: it.prefix(), policy: it.defaults() };
            defaults.extend((0..number).map(|_| one(self)));
        }
        let (observers, mutations) = (self.rng.usize(..=OBSERVERS), self.rng.usize(..=OBSERVERS));
        let observers: Vec<_> = (0..observers).map(|at| (at, self.query_at(), self.chance(0.8))).collect();
        let mutations: Vec<_> = (0..mutations).map(|at| (at, self.mutation_at())).collect();
        let observers = observers.into_iter().flat_map(|(observer, query, subscribed)| {
            let subscribe = subscribed.then_some(Step::Subscribe { observer });
            std::iter::once(Step::Observe { observer, query }).chain(subscribe)
        });
        let mutations =
            mutations.into_iter().map(|(observer, mutation)| Step::ObserveMutation { observer, mutation });
        defaults.into_iter().chain(observers).chain(mutations).collect()
    }

    fn step(&mut self, weights: &[u32]) -> Step {
        let mut left = self.rng.u32(..weights.iter().sum::<u32>().max(1));
        for ((_, make), weight) in KINDS.iter().zip(weights) {
            if left < *weight {
                return make(self);
            }
            left -= weight;
        }
        Step::Advance { by: self.duration(0.05, 2.5) }
    }

    fn observer(&mut self) -> usize {
        self.rng.usize(..OBSERVERS)
    }

    /// Observers of many queries are named apart.
    fn many(&mut self) -> usize {
        self.rng.usize(..2)
    }

    fn several(&mut self) -> Vec<usize> {
        (0..self.rng.usize(..4)).map(|_| self.query_at()).collect()
    }

    fn query_at(&mut self) -> usize {
        self.rng.usize(..self.queries)
    }

    fn mutation_at(&mut self) -> usize {
        self.rng.usize(..self.mutations)
    }

    fn prefix(&mut self) -> Value {
        let some = [json!(["a"]), json!(["b"]), json!(["a", {"x": 1}]), json!(["a", {"y": 2}]), json!([])];
        let at = self.key();
        if self.rng.bool() { self.keys[at].clone() } else { self.one_of(&some).unwrap_or_default() }
    }

    fn filters(&mut self) -> Filters {
        let key = if self.chance(0.5) { Some(self.prefix()) } else { None };
        Filters {
            exact: key.is_some() && self.chance(0.3),
            key,
            query_type: self.rarely(&[QueryType::Active, QueryType::Inactive, QueryType::All]),
            stale: self.rarely(&[true, false]),
            fetch_status: self.rarely(&[FetchStatus::Fetching, FetchStatus::Paused, FetchStatus::Idle]),
            predicate: self.rarely(&[Predicate::Filled, Predicate::Failed]),
        }
    }

    fn rarely<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        if self.chance(0.12) { self.one_of(all) } else { None }
    }

    fn refetch_type(&mut self) -> QueryType {
        let all =
            [QueryType::Active, QueryType::Active, QueryType::Inactive, QueryType::All, QueryType::None];
        self.one_of(&all).unwrap_or(QueryType::Active)
    }
}
