//! What a query holds, as the parts that weaving needs.

use std::sync::Arc;

use super::entities::Shown;
use super::{Core, Data, DataType, Patch, Query, State, Value};
use crate::entity::EntityLink;
use crate::{QueryClient, QueryKey};

/// What is needed once there are entities or layers. It comes with the first of them, so that a program without any is
/// without its code.
#[derive(Clone, Copy)]
pub(crate) struct Weaver {
    /// What to hold of what the server just said.
    pub(crate) weave: fn(&QueryClient, &QueryKey, &Peek, Value) -> Written,
    /// The layers over the query changed.
    pub(crate) again: fn(&QueryClient, &QueryKey),
}

/// What a query holds at one moment.
pub(crate) struct Peek {
    pub(crate) state: Arc<State>,
    pub(crate) links: Arc<[EntityLink]>,
    /// Nothing where the query has neither entities nor layers.
    pub(crate) weaver: Option<Weaver>,
    /// What the server says, where that is not what is shown.
    base: Option<Value>,
    of: Option<DataType>,
    shares: bool,
    is_woven: bool,
}

/// What a query is to hold.
pub(crate) struct Written {
    /// What is shown.
    pub(crate) view: Value,
    /// What the server says, where that is something else.
    pub(crate) base: Option<Value>,
    pub(crate) shown: Shown,
    /// Whether it is the state of something that is known to be gone, with nothing to show in its place.
    pub(crate) is_gone: bool,
    /// Of the entities that it was made from.
    pub(crate) epoch: u64,
}

impl Written {
    /// Data without entities and layers.
    pub(crate) fn plain(view: Value) -> Self {
        Self { view, base: None, shown: Shown::Same, is_gone: false, epoch: 0 }
    }
}

impl Peek {
    /// What the server says.
    pub(crate) fn base(&self) -> Option<Value> {
        self.base.clone().or_else(|| self.state.data.as_ref().and_then(Data::value))
    }

    /// F13: what is shown keeps its identity while it is equal. Calls the type's `PartialEq`.
    pub(crate) fn share_view(&self, new: Value) -> Value {
        self.share(self.state.data.as_ref().and_then(Data::value), new)
    }

    pub(crate) fn share_base(&self, new: Value) -> Value {
        self.share(self.base(), new)
    }

    fn share(&self, previous: Option<Value>, new: Value) -> Value {
        match (self.of.filter(|_| self.shares), previous) {
            (Some(of), Some(previous)) => of.share(&previous, new),
            _ => new,
        }
    }

    /// Whether the query holds that already.
    pub(crate) fn holds(&self, written: &Written) -> bool {
        let is_same = |a: Option<&Value>, b: Option<&Value>| match (a, b) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        let shown = self.state.data.as_ref().and_then(Data::value);
        matches!(written.shown, Shown::Same)
            && is_same(shown.as_ref(), Some(&written.view))
            && is_same(self.base.as_ref(), written.base.as_ref())
    }

    /// Whether its data shows entities that nobody has looked for yet.
    pub(crate) fn is_unlinked(&self) -> bool {
        !self.links.is_empty() && !self.is_woven && matches!(self.state.data, Some(Data::Typed(_)))
    }
}

impl Query {
    /// Whether entities and layers are still those that it was made from.
    pub(super) fn is_woven_now(&self, written: &Written, has_layers: bool, epoch: u64) -> bool {
        (self.links.is_empty() && !has_layers && written.base.is_none()) || written.epoch == epoch
    }
}

impl Core {
    pub(crate) fn peek(&self, key: &QueryKey) -> Option<Peek> {
        let query = self.query(key)?;
        Some(Peek {
            state: Arc::clone(&query.state),
            links: Arc::clone(&query.links),
            weaver: self.weaver.filter(|_| !query.links.is_empty() || self.has_layers(key)),
            base: query.base().cloned(),
            of: query.data_type.or(query.spec.data_type),
            shares: query.spec.policy.structural_sharing != Some(false),
            is_woven: query.is_woven,
        })
    }

    /// Whether entities and layers are still those that it was made from.
    pub(super) fn is_woven_now(&self, key: &QueryKey, written: &Written) -> bool {
        let (has_layers, epoch) = (self.has_layers(key), self.entities.epoch);
        self.query(key).is_some_and(|query| query.is_woven_now(written, has_layers, epoch))
    }

    pub(super) fn entities_epoch(&self) -> u64 {
        self.entities.epoch
    }

    /// Remembers what belongs to the data that the query's state is about to take over.
    pub(super) fn keep_written(&mut self, key: &QueryKey, written: Written) -> Data {
        if !matches!(written.shown, Shown::Same) {
            self.set_shown(key, written.shown);
        }
        if let Some(query) = self.query_mut(key) {
            query.set_base(written.base);
            query.is_woven = !query.links.is_empty();
        }
        Data::Typed(written.view)
    }

    /// The data is no longer what was woven: it came from elsewhere.
    pub(super) fn forget_woven(&mut self, key: &QueryKey) {
        self.set_shown(key, Shown::All(Vec::new()));
        if let Some(query) = self.query_mut(key) {
            query.set_base(None);
            query.is_woven = false;
        }
    }

    /// How the data of a query that is being fetched shows entities, if it lists them.
    pub(crate) fn fetching_links(&self, key: &QueryKey) -> Option<Arc<[EntityLink]>> {
        let query = self.query(key).filter(|query| query.fetch.is_some())?;
        query.links.iter().any(EntityLink::is_declared).then(|| Arc::clone(&query.links))
    }

    /// A patch for the result of the fetch in flight only.
    pub(crate) fn keep_fetch_patch(&mut self, key: &QueryKey, patch: Patch) {
        if let Some(fetch) = self.query_mut(key).and_then(|query| query.fetch.as_mut()) {
            fetch.patches.push(patch);
        }
    }
}
