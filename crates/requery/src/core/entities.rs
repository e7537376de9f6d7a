//! The table of entities: what the server said of each last, and which queries show it.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::layers::LayerId;
use super::ordered::sorted;
use super::timers::{TimerId, TimerKind};
use super::{Core, Patch, Query, QuerySpec, Value};
use crate::entity::{EntityChange, EntityId, EntityLink, ListRules};
use crate::{QueryKey, Timestamp};

type Hasher = foldhash::fast::FixedState;

pub(crate) type EntityKey = (TypeId, EntityId);

/// From an entity as it was to what a layer makes of it; nothing is one that is not there.
pub(crate) type EntityPatch = Arc<dyn Fn(Option<&Value>) -> Option<Value> + Send + Sync>;

/// How long an entity that nobody shows, or that is gone, is remembered: longer than any answer is under way.
const REMEMBERED: Duration = Duration::from_secs(300);

/// What the server says of an entity.
pub(crate) struct EntityWrite {
    pub(crate) key: EntityKey,
    pub(crate) version: u64,
    /// Nothing where it is gone.
    pub(crate) value: Option<Value>,
    pub(crate) equal: fn(&Value, &Value) -> bool,
}

/// A write that was news.
#[derive(Clone)]
pub(crate) struct Absorbed {
    pub(crate) key: EntityKey,
    version: u64,
    before: Option<Value>,
    now: Option<Value>,
    /// Whether nothing was known of the entity before.
    pub(crate) is_first: bool,
}

impl Absorbed {
    /// What is known already, told again. What was before that is forgotten.
    pub(crate) fn repeated(key: EntityKey, version: u64, known: Value) -> Self {
        Self { key, version, before: None, now: Some(known), is_first: false }
    }

    pub(crate) fn before(&self) -> Option<&Value> {
        self.before.as_ref()
    }

    pub(crate) fn change(&self) -> EntityChange<'_> {
        EntityChange {
            id: &self.key.1,
            version: self.version,
            before: self.before.as_ref(),
            now: self.now.as_ref(),
        }
    }
}

#[derive(Default)]
pub(super) struct Entry {
    server: Option<Value>,
    pub(super) version: u64,
    pub(super) is_deleted: bool,
    pub(super) layers: Vec<(LayerId, EntityPatch)>,
    pub(super) shown_by: HashSet<QueryKey, Hasher>,
    touched_at: Timestamp,
}

impl Entry {
    pub(super) fn is_unknown(&self) -> bool {
        self.server.is_none() && !self.is_deleted
    }

    fn accepts(&self, write: &EntityWrite) -> bool {
        match &write.value {
            _ if self.is_unknown() => true,
            None if self.is_deleted => write.version > self.version,
            None => write.version >= self.version,
            Some(_) if self.is_deleted => write.version > self.version,
            // The same version with other content: the server's later word counts.
            Some(value) => {
                write.version > self.version
                    || (write.version == self.version
                        && self.server.as_ref().is_none_or(|known| !Arc::ptr_eq(known, value)))
            }
        }
    }

    fn is_needed(&self) -> bool {
        !self.layers.is_empty() || !self.shown_by.is_empty()
    }
}

/// Which entities a query shows now.
pub(crate) enum Shown {
    Same,
    All(Vec<EntityKey>),
    One(EntityKey, bool),
}

/// An entity with optimistic layers over it.
pub(crate) struct Layered {
    pub(crate) key: EntityKey,
    pub(crate) version: u64,
    pub(crate) server: Option<Value>,
    pub(crate) patches: Vec<EntityPatch>,
}

impl Layered {
    /// Calls user code.
    pub(crate) fn view(&self) -> Option<Value> {
        self.patches.iter().fold(self.server.clone(), |value, patch| patch(value.as_ref()))
    }
}

/// What has to be known to make a query's data of what the server says.
pub(crate) struct Weaving {
    pub(crate) epoch: u64,
    pub(crate) layered: Vec<Layered>,
    pub(crate) patches: Vec<Patch>,
}

/// What is known of the entities that some data shows; nothing where one is gone.
pub(crate) type Known = HashMap<EntityKey, Option<Value>, Hasher>;

#[derive(Default)]
pub(super) struct Entities {
    pub(super) entries: HashMap<EntityKey, Entry, Hasher>,
    /// Queries that want to hear of every entity of a type.
    lists: HashMap<TypeId, HashSet<QueryKey, Hasher>, Hasher>,
    layered: HashSet<EntityKey, Hasher>,
    /// Grows with every change of an entity or a layer, so that what was made from an earlier state is seen to be.
    pub(super) epoch: u64,
    sweep: Option<TimerId>,
    /// What types of entities are called.
    #[cfg(feature = "devtools")]
    pub(super) kinds: HashMap<TypeId, &'static str, Hasher>,
}

impl Core {
    /// The writes that differ from what is known, by version or identity. Cheap, so that most need no look at content.
    pub(crate) fn known_entity(&self, key: &EntityKey) -> Option<(u64, Option<Value>)> {
        self.entities.entries.get(key).map(|entry| (entry.version, entry.server.clone()))
    }

    /// Takes over what is newer than what is known (R1, R4), and says what was.
    pub(crate) fn absorb(&mut self, writes: Vec<EntityWrite>) -> Vec<Absorbed> {
        let touched_at = self.now;
        let mut absorbed = Vec::new();
        for write in writes {
            let entry = self.entities.entries.entry(write.key.clone()).or_default();
            if !entry.accepts(&write) {
                continue;
            }
            let is_first = entry.is_unknown();
            let before = std::mem::replace(&mut entry.server, write.value.clone());
            entry.version = write.version;
            entry.is_deleted = write.value.is_none();
            entry.touched_at = touched_at;
            let (key, version, now) = (write.key, write.version, write.value);
            absorbed.push(Absorbed { key, version, before, now, is_first });
        }
        if !absorbed.is_empty() {
            self.entities.epoch += 1;
            self.plan_sweep();
        }
        absorbed
    }

    /// The queries that a change of an entity may concern.
    pub(crate) fn affected(&self, key: &EntityKey) -> Vec<QueryKey> {
        let lists = self.entities.lists.get(&key.0).into_iter().flatten();
        let shown_by = self.entities.entries.get(key).into_iter().flat_map(|entry| &entry.shown_by);
        let is_list = |query: &&QueryKey| self.entities.lists.get(&key.0).is_some_and(|l| l.contains(*query));
        lists.chain(shown_by.filter(|query| !is_list(query))).cloned().collect()
    }

    pub(crate) fn shown_by(&self, key: &EntityKey) -> Vec<QueryKey> {
        let entry = self.entities.entries.get(key);
        entry.into_iter().flat_map(|entry| &entry.shown_by).cloned().collect()
    }

    pub(crate) fn known(&self, keys: &[EntityKey]) -> Known {
        let entries = keys.iter().filter_map(|key| Some((key, self.entities.entries.get(key)?)));
        let told = entries.filter(|(_, entry)| entry.server.is_some() || entry.is_deleted);
        told.map(|(key, entry)| (key.clone(), entry.server.clone())).collect()
    }

    pub(crate) fn weaving(&self, key: &QueryKey, links: &[EntityLink]) -> Weaving {
        let is_linked = |entity: &&EntityKey| links.iter().any(|link| link.kind == entity.0);
        let layered =
            self.entities.layered.iter().filter(is_linked).filter_map(|key| self.layered(key)).collect();
        let layered = sorted(layered, |a: &Layered, b| a.key.1.cmp(&b.key.1));
        Weaving { epoch: self.entities.epoch, layered, patches: self.query_layers(key) }
    }

    /// An entity with the layers over it.
    pub(crate) fn layered(&self, key: &EntityKey) -> Option<Layered> {
        let entry = self.entities.entries.get(key)?;
        let patches = entry.layers.iter().map(|(_, patch)| Arc::clone(patch)).collect();
        Some(Layered { key: key.clone(), version: entry.version, server: entry.server.clone(), patches })
    }

    pub(super) fn layer_entity(&mut self, key: &EntityKey, layer: LayerId, patch: EntityPatch) -> u64 {
        let entry = self.entities.entries.entry(key.clone()).or_default();
        entry.layers.push((layer, patch));
        self.entities.layered.insert(key.clone());
        entry.version
    }

    pub(super) fn unlayer_entity(&mut self, key: &EntityKey, layer: LayerId) {
        let Some(entry) = self.entities.entries.get_mut(key) else { return };
        entry.layers.retain(|(id, _)| *id != layer);
        if entry.layers.is_empty() {
            self.entities.layered.remove(key);
        }
        entry.touched_at = self.now;
        self.plan_sweep();
    }

    /// Whether the server has said something of the entity since it had that version.
    pub(super) fn is_past(&self, key: &EntityKey, version: u64) -> bool {
        self.entities.entries.get(key).is_some_and(|entry| entry.version > version)
    }

    /// The layers over an entity.
    pub(super) fn layers_over(&self, key: &EntityKey) -> Vec<LayerId> {
        let entry = self.entities.entries.get(key);
        entry.into_iter().flat_map(|entry| &entry.layers).map(|(id, _)| *id).collect()
    }

    /// Lets the layers over one entity lie over another, as the server gave it another id.
    pub(super) fn move_layers(&mut self, from: &EntityKey, to: &EntityKey) {
        let Some(entry) = self.entities.entries.remove(from) else { return };
        self.entities.layered.remove(from);
        if !entry.layers.is_empty() {
            self.entities.layered.insert(to.clone());
        }
        self.entities.entries.entry(to.clone()).or_default().layers.extend(entry.layers);
        self.entities.epoch += 1;
    }

    pub(crate) fn link_entities(&mut self, spec: &QuerySpec) {
        self.link(&spec.key, &spec.links);
    }

    /// The query's data shows entities from now on.
    pub(super) fn link(&mut self, key: &QueryKey, links: &Arc<[EntityLink]>) {
        if links.is_empty() {
            return;
        }
        let Some(query) = self.query_mut(key).filter(|query| query.links.is_empty()) else { return };
        query.links = Arc::clone(links);
        self.weaver = links.first().map(|link| link.weaver).or(self.weaver);
        #[cfg(feature = "devtools")]
        links.iter().for_each(|link| self.name_kind(link.kind, (link.name)()));
        for link in links.iter().filter(|link| !matches!(link.rules, ListRules::None)) {
            self.entities.lists.entry(link.kind).or_default().insert(key.clone());
        }
    }

    /// The query is no more.
    pub(super) fn unlink(&mut self, key: &QueryKey, query: &mut Query) {
        if query.links.is_empty() {
            return;
        }
        for link in query.links.iter() {
            if let Some(lists) = self.entities.lists.get_mut(&link.kind) {
                lists.remove(key);
            }
        }
        let shown = query.rare().map(|rare| std::mem::take(&mut rare.shown)).unwrap_or_default();
        shown.iter().for_each(|entity| self.unshow(entity, key));
        self.plan_sweep();
    }

    fn unshow(&mut self, entity: &EntityKey, key: &QueryKey) {
        if let Some(entry) = self.entities.entries.get_mut(entity) {
            entry.shown_by.remove(key);
            entry.touched_at = self.now;
        }
    }

    fn show(&mut self, entity: EntityKey, key: &QueryKey) {
        self.entities.entries.entry(entity).or_default().shown_by.insert(key.clone());
    }

    pub(super) fn set_shown(&mut self, key: &QueryKey, shown: Shown) {
        let Some(query) = self.query_mut(key) else { return };
        match shown {
            Shown::Same => {}
            Shown::One(entity, true) => {
                query.rare_or_new().shown.insert(entity.clone());
                self.show(entity, key);
            }
            Shown::One(entity, false) => {
                if let Some(rare) = query.rare() {
                    rare.shown.remove(&entity);
                }
                self.unshow(&entity, key);
                self.plan_sweep();
            }
            Shown::All(all) => {
                let now: HashSet<EntityKey, Hasher> = all.iter().cloned().collect();
                if now.is_empty() && query.rare().is_none() {
                    return;
                }
                let before = std::mem::replace(&mut query.rare_or_new().shown, now.clone());
                before.difference(&now).for_each(|entity| self.unshow(entity, key));
                for entity in all.into_iter().filter(|entity| !before.contains(entity)) {
                    self.show(entity, key);
                }
                self.plan_sweep();
            }
        }
    }

    /// Makes sure that what is no longer needed is forgotten some day.
    fn plan_sweep(&mut self) {
        if self.entities.sweep.is_none() && !self.entities.entries.is_empty() {
            let at = self.now.saturating_add(REMEMBERED);
            self.entities.sweep = Some(self.timers.set(at, TimerKind::EntitySweep));
        }
    }

    pub(super) fn entity_sweep_due(&mut self) {
        self.entities.sweep = None;
        let now = self.now;
        self.entities
            .entries
            .retain(|_, entry| entry.is_needed() || now.since(entry.touched_at) < REMEMBERED);
        if self.entities.entries.values().any(|entry| !entry.is_needed()) {
            self.plan_sweep();
        }
    }

    pub(crate) fn entity_count(&self) -> usize {
        self.entities.entries.len()
    }

    /// What the server said of every entity counts no more; what shows them, and layers, stay.
    pub(crate) fn forget_entities(&mut self) {
        for entry in self.entities.entries.values_mut() {
            (entry.server, entry.version, entry.is_deleted) = (None, 0, false);
        }
        self.entities.epoch += 1;
    }

    pub(crate) fn clear_entities(&mut self) {
        self.timers.cancel(&mut self.entities.sweep);
        self.entities.entries.clear();
        self.entities.layered.clear();
        self.entities.epoch += 1;
    }
}
