//! Mutations that came with dehydrated state, and what mutations show before they are done.

use std::sync::Arc;

use super::mutations::{Mutation, MutationCore, MutationId};
use super::retryer::Retryer;
use super::{Core, LayerId, MutationSpec, Value};
use crate::MutationAction;

impl Core {
    /// F14: puts a mutation into the cache that was under way elsewhere; it waits to be resumed.
    pub(crate) fn restore_mutation(&mut self, spec: Arc<MutationSpec>, state: MutationCore) {
        let id = self.next_mutation_id();
        let mut mutation = Mutation::new(id, spec);
        (mutation.state, mutation.is_restored) = (Arc::new(state), true);
        self.insert_mutation(mutation);
    }

    /// What a mutation that was restored was called with, as long as it waits to be resumed.
    pub(crate) fn restored_mutation(
        &self,
        id: MutationId,
    ) -> Option<(Arc<MutationSpec>, serde_json::Value, Arc<str>)> {
        let mutation = self.mutations.all.get(id).filter(|mutation| mutation.is_restored)?;
        let raw = mutation.state.variables.as_ref()?.downcast_ref::<serde_json::Value>()?;
        Some((Arc::clone(&mutation.spec), raw.clone(), Arc::clone(&mutation.state.idempotency_key)))
    }

    pub(crate) fn set_mutation_layer(&mut self, id: MutationId, layer: LayerId) {
        if let Some(mutation) = self.mutations.all.get_mut(id) {
            mutation.layer = Some(layer);
        }
    }

    pub(crate) fn mutation_layer(&self, id: MutationId) -> Option<LayerId> {
        self.mutations.all.get(id)?.layer
    }

    /// Restored mutations that show nothing yet.
    pub(crate) fn restored_without_layer(&self) -> Vec<MutationId> {
        let without = |mutation: &&Mutation| mutation.is_restored && mutation.layer.is_none();
        self.mutations.all.values().filter(without).map(|mutation| mutation.id).collect()
    }

    /// What is needed to dehydrate these mutations.
    pub(crate) fn mutation_samples(&self, ids: &[u64]) -> Vec<(Arc<MutationSpec>, Arc<MutationCore>)> {
        let sample = |mutation: &Mutation| (Arc::clone(&mutation.spec), Arc::clone(&mutation.state));
        ids.iter().filter_map(|id| self.mutations.all.get(MutationId(*id))).map(sample).collect()
    }

    /// Takes a restored mutation up again. Says no when somebody else has.
    pub(crate) fn continue_restored(
        &mut self,
        id: MutationId,
        spec: Arc<MutationSpec>,
        variables: Value,
    ) -> bool {
        let Some(mutation) = self.mutations.all.get_mut(id).filter(|mutation| mutation.is_restored) else {
            return false;
        };
        mutation.is_restored = false;
        mutation.retryer = Some(Retryer::new(spec.policy.network_mode.unwrap_or_default()));
        // The scope that it waits in is the one that it was restored with.
        let scope = mutation.spec.scope.clone();
        mutation.spec = Arc::new(MutationSpec { scope, ..(*spec).clone() });
        self.change_mutation(id, MutationAction::Continue, |state| {
            state.variables = Some(variables);
            state.is_paused = false;
        });
        true
    }
}
