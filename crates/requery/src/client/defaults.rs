//! From what callers say to what counts: defaults merged in, types erased.

use std::sync::Arc;

use super::{QueryClient, lock};
use crate::core::{DataType, InitialData, MutationSpec, QuerySpec};
use crate::options::{ErasedOptions, SharedPolicy};
use crate::{IntoQueryKey, MutationDefaults, MutationOptions, NetworkMode, QueryDefaults, QueryKey};

#[derive(Default)]
pub(super) struct Defaults {
    all: SharedPolicy,
    /// In the order in which they were first set.
    by_key: Vec<(QueryKey, SharedPolicy)>,
    all_mutations: MutationSpec,
    mutations_by_key: Vec<(QueryKey, MutationSpec)>,
}

impl Defaults {
    /// F1.12: all that match, later ones over earlier ones.
    fn of(&self, key: &QueryKey) -> SharedPolicy {
        let matching = self.by_key.iter().filter(|(prefix, _)| key.starts_with(prefix));
        matching.fold(self.all.clone(), |base, (_, policy)| policy.over(&base))
    }

    fn of_mutation(&self, key: Option<&QueryKey>) -> MutationSpec {
        let matches = |prefix: &QueryKey| key.is_some_and(|key| key.starts_with(prefix));
        let matching = self.mutations_by_key.iter().filter(|(prefix, _)| matches(prefix));
        matching.fold(self.all_mutations.clone(), |base, (_, spec)| spec.clone().over(&base))
    }
}

/// Which retries count when nobody said any.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnsaidRetry {
    /// Those of observers.
    Default,
    /// F1.6: none, as for a fetch that somebody waits for.
    Never,
}

impl QueryClient {
    /// F1.11: options for every query that does not say otherwise. Replaces earlier ones.
    pub fn set_default_options(&self, defaults: QueryDefaults) {
        lock(&self.inner.defaults).all = defaults.policy;
    }

    /// F1.12: options for every query whose key begins with `key`, over the client's defaults. Several that match are
    /// merged in the order in which they were first set.
    pub fn set_query_defaults(&self, key: impl IntoQueryKey, defaults: QueryDefaults) {
        let key = key.into_query_key();
        let by_key = &mut lock(&self.inner.defaults).by_key;
        match by_key.iter_mut().find(|(known, _)| *known == key) {
            Some((_, policy)) => *policy = defaults.policy,
            None => by_key.push((key, defaults.policy)),
        }
    }

    /// F1.11: options for every mutation that does not say otherwise. Replaces earlier ones.
    pub fn set_default_mutation_options(&self, defaults: MutationDefaults) {
        lock(&self.inner.defaults).all_mutations = defaults.spec;
    }

    /// F1.12: options for every mutation whose key begins with `key`, its function and callbacks among them: what makes
    /// [`MutationOptions::of_key`] and hydrated mutations run. Callbacks only run for mutations of the same types.
    /// Several that match are merged in the order in which they were first set.
    pub fn set_mutation_defaults<T, E, V, C>(
        &self,
        key: impl IntoQueryKey,
        defaults: MutationOptions<T, E, V, C>,
    ) {
        let (key, mut spec) = (key.into_query_key(), defaults.into_spec());
        // What the key of the defaults is says nothing about the mutations that they are for.
        spec.key = None;
        {
            let by_key = &mut lock(&self.inner.defaults).mutations_by_key;
            match by_key.iter_mut().find(|(known, _)| *known == key) {
                Some((_, known)) => *known = spec,
                None => by_key.push((key, spec)),
            }
        }
        crate::mutation::restore_layers(self);
    }

    /// The options that count for mutations of a key before they say anything themselves, as far as they do not depend
    /// on types.
    #[must_use]
    pub fn mutation_defaults(&self, key: impl IntoQueryKey) -> MutationDefaults {
        let key = key.into_query_key();
        MutationDefaults { spec: lock(&self.inner.defaults).of_mutation(Some(&key)) }
    }

    pub(crate) fn mutation_spec(&self, own: &MutationSpec) -> MutationSpec {
        let base = lock(&self.inner.defaults).of_mutation(own.key.as_ref());
        let mut spec = own.clone().over(&base);
        spec.queue_by_key();
        spec
    }

    /// The options that count for a key before a query says anything itself.
    #[must_use]
    pub fn query_defaults(&self, key: impl IntoQueryKey) -> QueryDefaults {
        QueryDefaults { policy: lock(&self.inner.defaults).of(&key.into_query_key()) }
    }

    /// F1.13. Calls user code when there is initial data to make.
    pub(crate) fn spec(&self, options: &ErasedOptions, unsaid: UnsaidRetry) -> Arc<QuerySpec> {
        let mut policy = options.policy.over(&lock(&self.inner.defaults).of(&options.key));
        if let Some(persister) = &options.persister {
            persister.kept_by(self);
            policy.edit().network_mode.get_or_insert(NetworkMode::OfflineFirst);
        }
        if let Some(codec) = options.codec {
            self.learn(options.data_type, codec);
        }
        Arc::new(QuerySpec {
            key: options.key.clone(),
            policy,
            query_fn: options.query_fn.clone(),
            initial: self.initial(options),
            data_type: Some(options.data_type),
            codec: options.codec,
            links: Arc::clone(&options.links),
            persister: options.persister.clone(),
            fails_at_once: unsaid == UnsaidRetry::Never,
        })
    }

    /// The same, with initial data made anew if the query has none any more.
    pub(crate) fn with_initial_data(&self, spec: &Arc<QuerySpec>, options: &ErasedOptions) -> Arc<QuerySpec> {
        if options.initial.is_none() {
            return Arc::clone(spec);
        }
        Arc::new(QuerySpec { initial: self.initial(options), ..(**spec).clone() })
    }

    fn initial(&self, options: &ErasedOptions) -> Option<Arc<InitialData>> {
        let initial = options.initial.as_ref()?;
        if self.read(|core| core.query(&options.key).is_some_and(|query| query.state.data.is_some())) {
            return None;
        }
        Some(Arc::new(InitialData { value: initial()?, updated_at: options.initial_updated_at }))
    }

    /// Options for a query that data is put into by hand.
    pub(super) fn spec_for_data(&self, key: &QueryKey, of: DataType) -> Arc<QuerySpec> {
        let policy = lock(&self.inner.defaults).of(key);
        Arc::new(QuerySpec {
            key: key.clone(),
            policy,
            query_fn: None,
            initial: None,
            data_type: Some(of),
            codec: None,
            links: Arc::default(),
            persister: None,
            fails_at_once: false,
        })
    }

    pub(crate) fn default_policy(&self, key: &QueryKey) -> SharedPolicy {
        lock(&self.inner.defaults).of(key)
    }
}
