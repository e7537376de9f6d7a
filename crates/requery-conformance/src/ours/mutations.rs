//! Mutations of a scenario.

use std::collections::BTreeMap;
use std::sync::Arc;

use requery::runtime::Runtime;
use requery::{
    IntoQueryKey, MutateCallbacks, MutationCall, MutationObserver, QueryClient, QueryFilters, QueryKey,
    Subscription,
};

use super::log::Log;
use super::options::{ms, retries};
use super::server::Server;
use super::steps::write_data;
use super::world::World;
use super::{Failure, options, text};
use crate::scenario::{self as said, Answer, Row, Scenario};

pub(super) type MutationOptions = requery::MutationOptions<Row, Failure, i64>;

pub(super) type Mutations = BTreeMap<usize, Watched>;

/// An observer, and the subscription of the one who listens to it.
pub(super) struct Watched {
    pub(super) observer: MutationObserver<Row, Failure, i64>,
    pub(super) subscription: Option<Subscription>,
}

pub(super) fn options(scenario: &Scenario, server: &Server) -> Vec<MutationOptions> {
    let all = scenario.mutations.iter().enumerate();
    all.map(|(at, said)| mutation(said, &Hooks { scenario, server, at })).collect()
}

/// A mutation that was dehydrated is done as the defaults of its key say.
pub(super) fn set_defaults(client: &QueryClient, scenario: &Scenario, options: &[MutationOptions]) {
    for (said, options) in scenario.mutations.iter().zip(options) {
        if let Some(key) = said.key.as_ref().filter(|_| said.is_resumable()) {
            client.set_mutation_defaults(key, options.clone());
        }
    }
}

/// What the callbacks of one mutation need.
struct Hooks<'a> {
    scenario: &'a Scenario,
    server: &'a Server,
    at: usize,
}

fn mutation(said: &said::Mutation, hooks: &Hooks<'_>) -> MutationOptions {
    let (server, at) = (hooks.server.clone(), hooks.at);
    let answers: Arc<[Answer]> = said.answers.clone().into();
    let bare = requery::MutationOptions::new(move |variables| server.mutate(at, &answers, variables));
    let mut options = with_hooks(said, bare, hooks);
    if let Some(key) = &said.key {
        options = options.mutation_key(key);
    }
    if said.is_resumable() {
        options = options.resumable();
    }
    if let Some(scope) = &said.scope {
        options = options.scope(scope.as_str());
    }
    if let Some(gc_time) = said.gc_time {
        options = options.gc_time(options::gc_time(gc_time));
    }
    if let Some(mode) = said.network_mode {
        options = options.network_mode(options::network_mode(mode));
    }
    retries!(options, said);
    options
}

fn with_hooks(said: &said::Mutation, bare: MutationOptions, hooks: &Hooks<'_>) -> MutationOptions {
    let mut options = match &said.on_mutate {
        Some(hook) => {
            let hook = hooks.one("onMutate", hook);
            bare.on_mutate(move |call| hook.clone().run(call))
        }
        None => bare,
    };
    if let Some(hook) = &said.on_success {
        let hook = hooks.one("onSuccess", hook);
        options = options.on_success(move |_, call| hook.clone().run(call));
    }
    if let Some(hook) = &said.on_error {
        let hook = hooks.one("onError", hook);
        options = options.on_error(move |_, call| hook.clone().run(call));
    }
    if let Some(hook) = &said.on_settled {
        let hook = hooks.one("onSettled", hook);
        options = options.on_settled(move |_, call| hook.clone().run(call));
    }
    options
}

impl Hooks<'_> {
    fn one(&self, name: &'static str, said: &said::Hook) -> Hook {
        let key = |at: usize| self.scenario.keys.get(at).into_query_key();
        Hook {
            name,
            at: self.at,
            said: said.clone(),
            writes_pages: said.write.as_ref().is_some_and(|write| self.scenario.is_paged(write.key)),
            written: said.write.as_ref().map(|write| key(write.key)),
            invalidated: said.invalidate.map(key),
            server: self.server.clone(),
        }
    }
}

/// One callback.
#[derive(Clone)]
struct Hook {
    name: &'static str,
    at: usize,
    said: said::Hook,
    written: Option<QueryKey>,
    writes_pages: bool,
    invalidated: Option<QueryKey>,
    server: Server,
}

impl Hook {
    async fn run(self, call: MutationCall<i64, ()>) {
        let runtime = &self.server.runtime;
        let text = format!("{} at {}", self.name, text::time(runtime.now()));
        self.server.log.add(format!("hook {} {}", self.at, call.variables), text);
        if self.said.after > 0 {
            runtime.sleep(ms(self.said.after)).await;
        }
        if let (Some(key), Some(write)) = (&self.written, &self.said.write) {
            write_data(&call.client, key, self.writes_pages, write);
        }
        if let Some(key) = &self.invalidated {
            let options = requery::InvalidateOptions {
                refetch: requery::RefetchType::Active,
                in_flight: requery::InFlight::Restart,
            };
            drop(call.client.invalidate_queries_with(QueryFilters::prefix(key), options));
        }
    }
}

impl World<'_> {
    pub(super) fn observe_mutation(&mut self, at: usize, mutation: usize) {
        let Some(options) = self.mutations.get(mutation).cloned() else { return };
        let observer = MutationObserver::new(&self.client, options);
        let before = self.mutation_observers.insert(at, Watched { observer, subscription: None });
        // The reference cannot know that nobody has it any more.
        self.replaced.extend(before.map(|watched| watched.observer));
    }

    pub(super) fn subscribe_mutation(&mut self, at: usize) {
        let log = self.log.clone();
        let Some(watched) = self.mutation_observers.get_mut(&at) else { return };
        if watched.subscription.is_none() {
            let tell = move |state: &_| log.add(format!("mutation {at}"), text::mutation(state));
            watched.subscription = Some(watched.observer.subscribe(tell));
        }
    }

    pub(super) fn mutate(&self, at: usize, variables: i64, callbacks: bool) {
        let Some(watched) = self.mutation_observers.get(&at) else { return };
        let mutating = if callbacks {
            watched.observer.mutate_with(variables, logging(&self.log, at))
        } else {
            watched.observer.mutate(variables)
        };
        self.mutated(mutating);
    }
}

fn logging(log: &Log, at: usize) -> MutateCallbacks<Row, Failure, i64> {
    let log = |what: &'static str| {
        let log = log.clone();
        move |variables: Arc<i64>| log.add(format!("callback {at}"), format!("{what} {variables}"))
    };
    let (success, error, settled) = (log("success"), log("error"), log("settled"));
    MutateCallbacks::new()
        .on_success(move |_, variables| success(variables))
        .on_error(move |_, variables| error(variables))
        .on_settled(move |_, variables| settled(variables))
}
