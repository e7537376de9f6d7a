//! Optimistic layers: what mutations in flight will change, kept apart from what the server said.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::entities::{EntityKey, EntityPatch};
use super::ordered::Ordered;
use super::timers::{TimerId, TimerKind};
use super::{Core, Effect, Patch, Weaver};
use crate::QueryKey;

/// A layer; later ones lie over earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LayerId(u64);

/// What a layer changes.
#[derive(Clone, Default)]
pub(crate) struct LayerChanges {
    pub(crate) queries: Vec<(QueryKey, Patch)>,
    pub(crate) entities: Vec<(EntityKey, EntityPatch)>,
    pub(crate) weaver: Option<Weaver>,
}

struct Layer {
    queries: Vec<QueryKey>,
    /// With the version that each had when the layer was laid.
    entities: Vec<(EntityKey, u64)>,
    /// What the server knows the mutation by.
    name: Option<Arc<str>>,
    /// Set while the mutation has succeeded and its echo is waited for.
    echo_timer: Option<TimerId>,
}

#[derive(Default)]
pub(super) struct Layers {
    all: Ordered<LayerId, Layer>,
    by_query: HashMap<QueryKey, Vec<(LayerId, Patch)>, foldhash::fast::FixedState>,
    aliases: HashMap<EntityKey, EntityKey, foldhash::fast::FixedState>,
    last_id: u64,
}

/// What changes with a layer.
#[derive(Default)]
pub(crate) struct Touched {
    pub(crate) queries: Vec<QueryKey>,
    pub(crate) entities: Vec<EntityKey>,
}

impl Core {
    pub(crate) fn add_layer(&mut self, changes: LayerChanges, name: Option<Arc<str>>) -> LayerId {
        self.weaver = changes.weaver.or(self.weaver);
        self.layers.last_id += 1;
        let id = LayerId(self.layers.last_id);
        let mut layer = Layer { queries: Vec::new(), entities: Vec::new(), name, echo_timer: None };
        for (key, patch) in changes.queries {
            self.layers.by_query.entry(key.clone()).or_default().push((id, patch));
            layer.queries.push(key);
        }
        for (key, patch) in changes.entities {
            let key = self.resolve(key);
            let version = self.layer_entity(&key, id, patch);
            layer.entities.push((key, version));
        }
        self.layers.all.insert(id, layer);
        self.entities.epoch += 1;
        id
    }

    pub(crate) fn touched_by(&self, id: LayerId) -> Touched {
        let Some(layer) = self.layers.all.get(id) else { return Touched::default() };
        Touched {
            queries: layer.queries.clone(),
            entities: layer.entities.iter().map(|(key, _)| key.clone()).collect(),
        }
    }

    /// Takes one layer away; the others lie over what is left.
    pub(crate) fn remove_layer(&mut self, id: LayerId) -> Touched {
        let touched = self.touched_by(id);
        let Some(mut layer) = self.layers.all.remove(id) else { return touched };
        self.timers.cancel(&mut layer.echo_timer);
        for key in &layer.queries {
            if let Some(layers) = self.layers.by_query.get_mut(key) {
                layers.retain(|(known, _)| *known != id);
                if layers.is_empty() {
                    self.layers.by_query.remove(key);
                }
            }
        }
        for (key, _) in &layer.entities {
            self.unlayer_entity(key, id);
        }
        self.entities.epoch += 1;
        touched
    }

    pub(super) fn query_layers(&self, key: &QueryKey) -> Vec<Patch> {
        let layers = self.layers.by_query.get(key);
        layers.into_iter().flatten().map(|(_, patch)| Arc::clone(patch)).collect()
    }

    pub(crate) fn has_layers(&self, key: &QueryKey) -> bool {
        self.layers.by_query.contains_key(key)
    }

    pub(crate) fn layer_count(&self) -> usize {
        self.layers.all.len()
    }

    #[cfg(feature = "devtools")]
    pub(super) fn has_layer(&self, id: LayerId) -> bool {
        self.layers.all.contains(id)
    }

    /// The mutation succeeded; its layer stays until the server's own word of it arrives, but not for ever.
    pub(crate) fn await_echo(&mut self, id: LayerId, within: Duration) {
        let at = self.now.saturating_add(within);
        let timer = self.timers.set(at, TimerKind::Echo(id));
        match self.layers.all.get_mut(id) {
            Some(layer) => layer.echo_timer = Some(timer),
            None => self.timers.cancel(&mut Some(timer)),
        }
    }

    pub(super) fn echo_overdue(&mut self, id: LayerId) {
        if let Some(layer) = self.layers.all.get_mut(id) {
            layer.echo_timer = None;
            self.effects.push_back(Effect::EchoOverdue(id));
        }
    }

    /// Whether the server has said something of all that the layer changes since it was laid.
    pub(crate) fn is_confirmed(&self, id: LayerId) -> bool {
        let layer = self.layers.all.get(id).filter(|layer| layer.queries.is_empty());
        layer.is_some_and(|layer| layer.entities.iter().all(|(key, version)| self.is_past(key, *version)))
    }

    /// Layers whose mutation has succeeded, and that the server's word of this entity confirms.
    pub(crate) fn confirmed_by(&self, key: &EntityKey) -> Vec<LayerId> {
        let waits = |id: &LayerId| self.layers.all.get(*id).is_some_and(|layer| layer.echo_timer.is_some());
        let layers = self.layers_over(key).into_iter();
        layers.filter(|id| waits(id) && self.is_confirmed(*id)).collect()
    }

    pub(crate) fn layer_named(&self, name: &str) -> Option<LayerId> {
        let is_it = |layer: &Layer| layer.name.as_deref() == Some(name);
        self.layers.all.keys().find(|id| self.layers.all.get(*id).is_some_and(is_it))
    }

    /// Where an entity with a temporary id is by now.
    pub(crate) fn resolve(&self, key: EntityKey) -> EntityKey {
        self.layers.aliases.get(&key).cloned().unwrap_or(key)
    }

    /// The server gave an entity its real id: layers over the temporary one lie over the real one from now on.
    pub(crate) fn alias(&mut self, temporary: EntityKey, real: EntityKey) {
        self.move_layers(&temporary, &real);
        for layer in self.layers.all.values_mut() {
            for (key, _) in layer.entities.iter_mut().filter(|(key, _)| *key == temporary) {
                key.clone_from(&real);
            }
        }
        self.layers.aliases.insert(temporary, real);
    }

    pub(crate) fn clear_layers(&mut self) {
        for layer in self.layers.all.values_mut() {
            self.timers.cancel(&mut layer.echo_timer);
        }
        self.layers = Layers { last_id: self.layers.last_id, ..Layers::default() };
        self.entities.epoch += 1;
    }
}
