//! Optimistic changes.

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;

use super::{QueryClient, WEAVER, WeakClient};
use crate::core::{EntityKey, EntityWrite, LayerChanges, LayerId, Touched, Value};
use crate::maybe_send::Held;
use crate::{Entity, EntityId, IntoQueryKey, MaybeSend, MaybeSync};

/// What an optimistic layer changes, for [`QueryClient::optimistic`] and
/// [`crate::MutationOptions::optimistic`].
///
/// The functions are called again whenever what lies under the layer changes.
#[derive(Default)]
pub struct LayerBuilder {
    pub(crate) changes: LayerChanges,
}

impl LayerBuilder {
    /// Changes the data of one query, as long as it has any. `None` leaves it as it is.
    pub fn query<T>(
        &mut self,
        key: impl IntoQueryKey,
        change: impl Fn(&T) -> Option<T> + MaybeSend + MaybeSync + 'static,
    ) -> &mut Self
    where
        T: PartialEq + Send + Sync + 'static,
    {
        self.changes.weaver = Some(WEAVER);
        self.changes.queries.push((key.into_query_key(), super::data::erase_patch(change)));
        self
    }

    /// Changes an entity wherever it is shown.
    pub fn update<E: Entity>(
        &mut self,
        id: impl Into<EntityId>,
        change: impl Fn(&mut E) + MaybeSend + MaybeSync + 'static,
    ) -> &mut Self {
        let change = Held::new(change);
        self.entity::<E>(id.into(), move |entity| {
            let mut entity = entity?.clone();
            change.get()(&mut entity);
            Some(entity)
        })
    }

    /// Shows an entity that the server does not have yet, under a temporary id of its own, in every live list that it
    /// belongs to. Once the server has it, see [`QueryClient::replace_temporary`].
    pub fn insert<E: Entity>(&mut self, entity: E) -> &mut Self {
        self.entity::<E>(entity.id(), move |known| Some(known.unwrap_or(&entity).clone()))
    }

    /// Shows an entity no longer.
    pub fn remove<E: Entity>(&mut self, id: impl Into<EntityId>) -> &mut Self {
        self.entity::<E>(id.into(), |_| None)
    }

    fn entity<E: Entity>(
        &mut self,
        id: EntityId,
        change: impl Fn(Option<&E>) -> Option<E> + Send + Sync + 'static,
    ) -> &mut Self {
        let patch = move |value: Option<&Value>| {
            let entity = value.and_then(|value| value.downcast_ref::<E>());
            change(entity).map(|entity| Arc::new(entity) as Value)
        };
        self.changes.weaver = Some(WEAVER);
        self.changes.entities.push(((TypeId::of::<E>(), id), Arc::new(patch)));
        self
    }
}

impl fmt::Debug for LayerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayerBuilder")
            .field("queries", &self.changes.queries.len())
            .field("entities", &self.changes.entities.len())
            .finish()
    }
}

/// An optimistic change that is shown until this is dropped.
#[must_use = "dropping a layer takes it away"]
pub struct Layer {
    client: WeakClient,
    id: LayerId,
}

impl Layer {
    /// Takes it away: because it failed, or because the server's own word of it has arrived.
    pub fn remove(self) {}
}

impl Drop for Layer {
    fn drop(&mut self) {
        if let Some(client) = self.client.upgrade() {
            client.drop_layer(self.id);
        }
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layer").field("id", &self.id).finish_non_exhaustive()
    }
}

impl QueryClient {
    /// Shows a change before the server has made it.
    ///
    /// The change is a layer over what the server said: whatever arrives meanwhile goes under it, and taking one layer
    /// away leaves the others (R6).
    ///
    /// ```
    /// # use requery::{QueryClient, query_key, runtime::TestRuntime};
    /// # let client = QueryClient::new(TestRuntime::new());
    /// let key = query_key!["likes"];
    /// client.set_query_data(&key, 10);
    /// let plus_one = |n: &i32| Some(n + 1);
    /// let first = client.optimistic(|layer| { layer.query(&key, plus_one); });
    /// let second = client.optimistic(|layer| { layer.query(&key, plus_one); });
    /// assert_eq!(*client.get_query_data::<i32>(&key).unwrap(), 12);
    /// first.remove();
    /// assert_eq!(*client.get_query_data::<i32>(&key).unwrap(), 11);
    /// # second.remove();
    /// ```
    pub fn optimistic(&self, build: impl FnOnce(&mut LayerBuilder)) -> Layer {
        let mut builder = LayerBuilder::default();
        build(&mut builder);
        Layer { client: self.downgrade(), id: self.lay(builder, None) }
    }

    pub(crate) fn lay(&self, builder: LayerBuilder, name: Option<Arc<str>>) -> LayerId {
        let (id, touched) = self.apply(|core| {
            let id = core.add_layer(builder.changes, name);
            (id, core.touched_by(id))
        });
        self.layers_changed(&touched);
        id
    }

    pub(crate) fn drop_layer(&self, id: LayerId) {
        let touched = self.apply(|core| core.remove_layer(id));
        self.layers_changed(&touched);
    }

    fn layers_changed(&self, touched: &Touched) {
        self.batch(|| {
            for key in &touched.queries {
                self.weave_again(key);
            }
            for entity in &touched.entities {
                for key in self.read(|core| core.affected(entity)) {
                    self.weave_again(&key);
                }
            }
        });
    }

    /// No word of a mutation that succeeded has come: what it changed is fetched.
    pub(super) fn echo_overdue(&self, id: LayerId) {
        let touched = self.read(|core| core.touched_by(id));
        self.drop_layer(id);
        let shown = touched.entities.iter().flat_map(|entity| self.read(|core| core.affected(entity)));
        let keys: Vec<_> = touched.queries.iter().cloned().chain(shown).collect();
        self.apply(|core| keys.iter().for_each(|key| core.mark(key)));
        self.settle_lists();
    }

    /// The server's own word of a mutation has arrived, named by its idempotency key: its layer is no longer needed.
    /// Returns whether there was one.
    pub fn confirm_mutation(&self, idempotency_key: &str) -> bool {
        let layer = self.read(|core| core.layer_named(idempotency_key));
        layer.inspect(|layer| self.drop_layer(*layer)).is_some()
    }

    /// The server gave an entity that was shown under a temporary id its own: it takes the place of the temporary one,
    /// and layers over that lie over it from now on.
    pub fn replace_temporary<E: Entity>(&self, temporary: impl Into<EntityId>, entity: E) {
        let kind = TypeId::of::<E>();
        let (from, to) = ((kind, temporary.into()), (kind, entity.id()));
        self.batch(|| {
            let affected = self.read(|core| core.affected(&from));
            self.apply(|core| core.alias(from, to));
            self.upsert(entity);
            for key in affected {
                self.weave_again(&key);
            }
        });
    }

    /// The id that an entity has by now: the real one, if this was a temporary one that was replaced. A mutation that
    /// names an entity asks when it is sent.
    #[must_use]
    pub fn resolve_id<E: Entity>(&self, id: impl Into<EntityId>) -> EntityId {
        let key: EntityKey = (TypeId::of::<E>(), id.into());
        self.read(|core| core.resolve(key)).1
    }

    /// Takes over the newest state of an entity, and shows it in every query that shows the entity or is a list that it
    /// belongs to. Older states than what is known are ignored. Returns whether it was news.
    pub fn upsert<E: Entity>(&self, entity: E) -> bool {
        self.upsert_all([entity]) > 0
    }

    /// [`QueryClient::upsert`] for many: observers are told once. Returns how many were news.
    pub fn upsert_all<E: Entity>(&self, entities: impl IntoIterator<Item = E>) -> usize {
        let write = |entity: E| EntityWrite {
            key: (TypeId::of::<E>(), entity.id()),
            version: entity.version(),
            value: Some(Arc::new(entity)),
            equal: crate::entity::equal::<E>,
        };
        #[cfg(feature = "devtools")]
        self.name_entities::<E>();
        self.write_entities(entities.into_iter().map(write).collect(), None)
    }

    /// An entity is gone; `version` is at least its last. What still shows it shows it no longer, and older states of
    /// it are ignored from now on. Returns whether it was news.
    pub fn delete<E: Entity>(&self, id: impl Into<EntityId>, version: u64) -> bool {
        let key = (TypeId::of::<E>(), id.into());
        let write = EntityWrite { key, version, value: None, equal: crate::entity::equal::<E> };
        #[cfg(feature = "devtools")]
        self.name_entities::<E>();
        self.write_entities(vec![write], None) > 0
    }

    /// The entity as it is shown: the newest known state of it, with optimistic changes.
    #[must_use]
    pub fn get_entity<E: Entity>(&self, id: impl Into<EntityId>) -> Option<Arc<E>> {
        let key = (TypeId::of::<E>(), id.into());
        let layered = self.read(|core| core.layered(&core.resolve(key)))?;
        layered.view()?.downcast().ok()
    }

    /// The keys of the queries that show the entity.
    #[must_use]
    pub fn queries_showing<E: Entity>(&self, id: impl Into<EntityId>) -> Vec<crate::QueryKey> {
        let key = (TypeId::of::<E>(), id.into());
        self.read(|core| core.shown_by(&key))
    }

    /// Entities that are known or remembered as gone.
    #[must_use]
    pub fn entity_count(&self) -> usize {
        self.read(crate::core::Core::entity_count)
    }

    /// Optimistic layers in place.
    #[must_use]
    pub fn layer_count(&self) -> usize {
        self.read(crate::core::Core::layer_count)
    }
}
