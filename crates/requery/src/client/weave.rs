//! From what the server says to what a query holds: entities as they are known, optimistic layers over them. Calls user
//! code, so it works outside of the lock, and again where something changed meanwhile.

use std::borrow::Borrow;
use std::sync::Arc;
use std::time::Duration;

use super::QueryClient;
use crate::core::{
    Absorbed, Core, EntityKey, EntityWrite, Known, Patch, Peek, Shown, Value, Weaver, Weaving, Written,
};
use crate::entity::{EntityChange, EntityLink, Lookup, Placed};
use crate::{InvalidateOptions, Mapped, QueryFilters, QueryKey};

/// For those who bring the first entities or layers.
pub(crate) const WEAVER: Weaver =
    Weaver { weave: QueryClient::weave_entities, again: QueryClient::weave_layers_again };

impl QueryClient {
    /// What to hold of `raw`, which the server just said.
    pub(crate) fn weave(&self, key: &QueryKey, peek: &Peek, raw: Value) -> Written {
        match peek.weaver {
            Some(weaver) => (weaver.weave)(self, key, peek, raw),
            None => Written::plain(peek.share_view(raw)),
        }
    }

    fn weave_entities(&self, key: &QueryKey, peek: &Peek, raw: Value) -> Written {
        let mut writes: Vec<EntityWrite> = Vec::new();
        peek.links.iter().for_each(|link| link.collect(&raw, &mut writes));
        let shown: Vec<EntityKey> = writes.iter().map(|write| write.key.clone()).collect();
        self.write_entities(writes, Some(key));
        let (known, weaving) = self.read(|core| (core.known(&shown), core.weaving(key, &peek.links)));
        let (base, is_gone) = substitute(&peek.links, &known, raw);
        let gone = |entity: &EntityKey| known.get(entity).is_some_and(Option::is_none);
        let shown = shown.into_iter().filter(|entity| !gone(entity)).collect();
        Written { is_gone, ..written(peek, peek.share_base(base), &weaving, Shown::All(shown)) }
    }

    /// Takes over what is newer than what is known, and lets every query that it concerns know. Returns how many were
    /// news. What `from` brought with its data is no news to itself.
    pub(super) fn write_entities(&self, writes: Vec<EntityWrite>, from: Option<&QueryKey>) -> usize {
        let (mut news, mut repeated) = (Vec::new(), Vec::new());
        for write in writes {
            match self.read(|core| core.known_entity(&write.key)) {
                Some((version, _)) if version > write.version => {}
                Some((version, Some(known))) if is_repeated(&write, version, &known) => {
                    repeated.push(Absorbed::repeated(write.key, version, known));
                }
                _ => news.push(write),
            }
        }
        let absorbed = self.apply(|core| core.absorb(news));
        self.batch(|| {
            for change in &absorbed {
                self.spread(change, from);
            }
            // A change that some query's data brought already is still to be told to the lists that it is not part of.
            if from.is_none() {
                repeated.iter().for_each(|change| self.spread(change, None));
            }
        });
        self.settle_marks_at_once();
        absorbed.len()
    }

    fn spread(&self, absorbed: &Absorbed, from: Option<&QueryKey>) {
        let confirmed = self.read(|core| core.confirmed_by(&absorbed.key));
        // What a query's data shows for the first time has not changed: other lists know it, or are yet to be told.
        if from.is_none() || !absorbed.is_first {
            let affected = self.read(|core| core.affected(&absorbed.key));
            for key in affected.iter().filter(|key| Some(*key) != from) {
                self.revise(key, absorbed);
            }
        }
        for layer in confirmed {
            self.drop_layer(layer);
        }
    }

    /// One entity changed: the query's data with the entity in its place.
    fn revise(&self, key: &QueryKey, absorbed: &Absorbed) {
        self.keep_for_fetch(key, absorbed);
        let mut is_unsure = false;
        loop {
            // The entity is perhaps newer by now than what is told here.
            let revising = self.read(|core| {
                let (peek, known) = (core.peek(key)?, core.known_entity(&absorbed.key)?);
                let weaving = core.weaving(key, &peek.links);
                Some((peek, weaving, known))
            });
            let Some((peek, weaving, (version, now))) = revising else { return };
            let Some(base) = peek.base() else { return };
            let (id, before) = (&absorbed.key.1, absorbed.before());
            let change = EntityChange { id, version, before, now: now.as_ref() };
            let placed = place(&peek.links, &absorbed.key, &change, &base);
            is_unsure |= placed.is_unsure;
            let shown = placed.is_shown.map_or(Shown::Same, |is| Shown::One(absorbed.key.clone(), is));
            let written = written(&peek, placed.data.unwrap_or(base), &weaving, shown);
            if peek.holds(&written) || self.apply(|core| core.patch_data(key, &peek.state, written)) {
                break;
            }
        }
        if is_unsure {
            self.apply(|core| core.mark(key));
        }
    }

    /// A list that is being fetched: what it shows, and where, is decided again over the result.
    fn keep_for_fetch(&self, key: &QueryKey, absorbed: &Absorbed) {
        let Some(links) = self.read(|core| core.fetching_links(key)) else { return };
        let (entity, change) = (absorbed.key.clone(), absorbed.clone());
        let (client, list) = (self.downgrade(), key.clone());
        let patch: Patch = Arc::new(move |data: &Value| {
            let placed = place(&links, &entity, &change.change(), data);
            // Whether the result knows of the change already cannot be seen from it.
            if let Some(client) = client.upgrade().filter(|_| placed.is_unsure) {
                client.apply(|core| core.mark(&list));
            }
            placed.data
        });
        self.apply(|core| core.keep_fetch_patch(key, patch));
    }

    /// The layers over the query changed.
    pub(crate) fn weave_again(&self, key: &QueryKey) {
        if let Some(weaver) = self.read(|core| core.weaver) {
            (weaver.again)(self, key);
        }
    }

    fn weave_layers_again(&self, key: &QueryKey) {
        loop {
            let Some(peek) = self.read(|core| core.peek(key)) else { return };
            let Some(base) = peek.base() else { return };
            let weaving = self.read(|core| core.weaving(key, &peek.links));
            let written = written(&peek, base, &weaving, Shown::Same);
            if peek.holds(&written) || self.apply(|core| core.patch_data(key, &peek.state, written)) {
                return;
            }
        }
    }

    /// Data that was there before it was known that it shows entities.
    pub(crate) fn adopt(&self, key: &QueryKey) {
        while let Some(peek) = self.read(|core| core.peek(key)).filter(Peek::is_unlinked) {
            let Some(base) = peek.base() else { return };
            let written = self.weave(key, &peek, base);
            if self.apply(|core| core.patch_data(key, &peek.state, written)) {
                return;
            }
        }
    }

    /// How long queries that changes leave in doubt wait from now on, as [`crate::QueryClientBuilder::settle_after`]
    /// says it from the start.
    pub fn settle_after(&self, wait: Duration) {
        self.apply(|core| core.settle_after(wait));
    }

    /// Invalidates queries together with the lists that entities leave in doubt: a burst of calls costs one request a
    /// query.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use requery::{QueryClient, QueryFilters, query_key, runtime::TestRuntime};
    /// # let runtime = TestRuntime::new();
    /// let client = QueryClient::builder(runtime.clone()).settle_after(Duration::from_millis(500)).build();
    /// client.set_query_data(query_key!["figures"], 1);
    /// client.invalidate_soon(QueryFilters::exact(query_key!["figures"]));
    /// assert!(!client.queries(QueryFilters::all())[0].is_invalidated);
    /// runtime.advance(Duration::from_millis(500));
    /// assert!(client.queries(QueryFilters::all())[0].is_invalidated);
    /// ```
    pub fn invalidate_soon(&self, filters: impl Borrow<QueryFilters>) {
        self.invalidate_within(filters, Duration::ZERO);
    }

    /// Like [`QueryClient::invalidate_soon`], for queries that may wait longer than the others: as long as `wait` from the
    /// first call, however many follow.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use requery::{QueryClient, QueryFilters, query_key, runtime::TestRuntime};
    /// # let runtime = TestRuntime::new();
    /// let client = QueryClient::new(runtime.clone());
    /// client.set_query_data(query_key!["expensive"], 1);
    /// let is_invalidated = || client.queries(QueryFilters::all())[0].is_invalidated;
    /// client.invalidate_within(QueryFilters::exact(query_key!["expensive"]), Duration::from_secs(5));
    /// runtime.advance(Duration::from_secs(4));
    /// assert!(!is_invalidated());
    /// client.invalidate_within(QueryFilters::exact(query_key!["expensive"]), Duration::from_secs(5));
    /// runtime.advance(Duration::from_secs(1));
    /// assert!(is_invalidated());
    /// ```
    pub fn invalidate_within(&self, filters: impl Borrow<QueryFilters>, wait: Duration) {
        let keys = self.find(filters.borrow());
        self.apply(|core| keys.iter().for_each(|key| core.mark_within(key, wait)));
        self.settle_marks_at_once();
    }

    /// Forgets every entity: the server's versions have begun anew. What is shown stays until it is fetched.
    pub fn forget_entities(&self) {
        self.apply(Core::forget_entities);
    }

    /// Invalidates now what would wait to be, for those who do not want to wait for the time that
    /// [`QueryClient::settle_after`] says.
    pub fn settle_lists(&self) {
        self.settle(Core::take_marks);
    }

    pub(super) fn settle_due_marks(&self) {
        self.settle(Core::take_due_marks);
    }

    pub(super) fn settle_marks_at_once(&self) {
        if self.read(Core::has_due_marks) {
            self.settle_due_marks();
        }
    }

    fn settle(&self, marks: fn(&mut Core) -> Vec<QueryKey>) {
        for key in self.apply(marks) {
            drop(self.invalidate_queries_with(QueryFilters::exact(key), InvalidateOptions::default()));
        }
    }
}

/// Compares: calls user code.
fn is_repeated(write: &EntityWrite, version: u64, known: &Value) -> bool {
    version == write.version && write.value.as_ref().is_some_and(|new| (write.equal)(known, new))
}

/// The data with every entity as it is known, and whether it was one entity, and that is gone.
fn substitute(links: &[EntityLink], known: &Known, raw: Value) -> (Value, bool) {
    links.iter().fold((raw, false), |(data, is_gone), link| {
        let mut look_up = |id: &crate::EntityId| match known.get(&(link.kind, id.clone())) {
            None => Lookup::Keep,
            Some(Some(value)) => Lookup::Replace(Arc::clone(value)),
            Some(None) => Lookup::Remove,
        };
        match link.map(&data, &mut look_up) {
            Mapped::Changed(data) => (data, is_gone),
            Mapped::Same => (data, is_gone),
            Mapped::Gone => (data, true),
        }
    })
}

fn place(links: &[EntityLink], entity: &EntityKey, change: &EntityChange<'_>, data: &Value) -> Placed {
    let mut all = Placed::default();
    for link in links.iter().filter(|link| link.kind == entity.0) {
        let placed = link.place(all.data.as_ref().unwrap_or(data), change);
        all.data = placed.data.or(all.data);
        all.is_unsure |= placed.is_unsure;
        all.is_shown = placed.is_shown.or(all.is_shown);
    }
    all
}

/// What to hold: what the server says, and the layers over it.
fn written(peek: &Peek, base: Value, weaving: &Weaving, shown: Shown) -> Written {
    let view = overlay(&peek.links, weaving, &base);
    let epoch = weaving.epoch;
    match view {
        None => Written { view: base, base: None, shown, is_gone: false, epoch },
        Some(view) => Written { view: peek.share_view(view), base: Some(base), shown, is_gone: false, epoch },
    }
}

/// The data with the layers over it; nothing where there are none.
fn overlay(links: &[EntityLink], weaving: &Weaving, base: &Value) -> Option<Value> {
    let mut data: Option<Value> = None;
    for layered in &weaving.layered {
        let view = layered.view();
        let change = EntityChange {
            id: &layered.key.1,
            version: layered.version,
            before: layered.server.as_ref(),
            now: view.as_ref(),
        };
        let placed = place(links, &layered.key, &change, data.as_ref().unwrap_or(base));
        data = placed.data.or(data);
    }
    for patch in &weaving.patches {
        data = patch(data.as_ref().unwrap_or(base)).or(data);
    }
    data
}
