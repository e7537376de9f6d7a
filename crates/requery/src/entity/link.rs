//! How a query's data shows entities of one type, with both types erased.

use std::any::TypeId;
use std::sync::Arc;

use super::{Change, Entity, EntityId, Holds, HoldsList, LiveList, Mapped, Membership, Row};
use crate::client::WEAVER;
use crate::core::{EntityWrite, Value, Weaver};

/// What becomes of an entity where it is shown.
pub(crate) enum Lookup {
    Keep,
    Replace(Value),
    Remove,
}

/// A query's data after one entity changed.
#[derive(Default)]
pub(crate) struct Placed {
    /// Nothing where it stays.
    pub(crate) data: Option<Value>,
    /// Only the server knows how it looks now.
    pub(crate) is_unsure: bool,
    /// Whether the entity is shown now; nothing where that did not change.
    pub(crate) is_shown: Option<bool>,
}

/// What a query wants to hear of entities that it does not show.
#[derive(Clone)]
pub(crate) enum ListRules {
    /// Nothing: it is about those that it shows.
    None,
    /// That there are others: it cannot say whether it shows them.
    Undeclared,
    /// What they are: it says whether it shows them, and where.
    Declared(PlaceFn),
}

type PlaceFn = Arc<dyn Fn(&Value, &EntityChange<'_>) -> Placed + Send + Sync>;

/// What becomes of the entities that some data shows, or of the one that is asked for.
type MapFn = fn(&Value, Option<&EntityId>, &mut dyn FnMut(&EntityId) -> Lookup) -> Mapped<Value>;

/// A change of one entity, for a list.
pub(crate) struct EntityChange<'a> {
    pub(crate) id: &'a EntityId,
    pub(crate) version: u64,
    /// Nothing where it was not known.
    pub(crate) before: Option<&'a Value>,
    /// Nothing where it is gone.
    pub(crate) now: Option<&'a Value>,
}

#[derive(Clone)]
pub(crate) struct EntityLink {
    pub(crate) kind: TypeId,
    pub(crate) rules: ListRules,
    pub(crate) weaver: Weaver,
    /// What the type is called.
    #[cfg(feature = "devtools")]
    pub(crate) name: fn() -> &'static str,
    collect: fn(&Value, &mut Vec<EntityWrite>),
    map: MapFn,
}

impl EntityLink {
    pub(crate) fn new<T, E>(rules: ListRules) -> Self
    where
        T: Holds<E> + Send + Sync + 'static,
        E: Entity,
    {
        Self {
            kind: TypeId::of::<E>(),
            rules,
            weaver: WEAVER,
            #[cfg(feature = "devtools")]
            name: std::any::type_name::<E>,
            collect: collect::<T, E>,
            map: map::<T, E>,
        }
    }

    pub(crate) fn declared<T, E>(list: LiveList<E>) -> Self
    where
        T: HoldsList<E> + Send + Sync + 'static,
        E: Entity,
    {
        let place: PlaceFn = Arc::new(move |data, change| place::<T, E>(&list, data, change));
        Self::new::<T, E>(ListRules::Declared(place))
    }

    pub(crate) fn is_declared(&self) -> bool {
        matches!(self.rules, ListRules::Declared(_))
    }

    /// The entities that the data shows.
    pub(crate) fn collect(&self, data: &Value, into: &mut Vec<EntityWrite>) {
        (self.collect)(data, into);
    }

    /// The data after `look_up` said of every entity what becomes of it.
    pub(crate) fn map(&self, data: &Value, look_up: &mut dyn FnMut(&EntityId) -> Lookup) -> Mapped<Value> {
        (self.map)(data, None, look_up)
    }

    /// The data after one entity changed.
    pub(crate) fn place(&self, data: &Value, change: &EntityChange<'_>) -> Placed {
        if let ListRules::Declared(place) = &self.rules {
            return place(data, change);
        }
        let mut placed = replace(self, data, change);
        placed.is_unsure |= matches!(self.rules, ListRules::Undeclared);
        placed
    }
}

/// The entity in its place, wherever it is shown.
fn replace(link: &EntityLink, data: &Value, change: &EntityChange<'_>) -> Placed {
    let mut look_up = |_: &EntityId| match change.now {
        Some(now) => Lookup::Replace(Arc::clone(now)),
        None => Lookup::Remove,
    };
    match (link.map)(data, Some(change.id), &mut look_up) {
        Mapped::Same => Placed::default(),
        Mapped::Changed(data) => {
            let is_shown = change.now.is_none().then_some(false);
            Placed { data: Some(data), is_shown, ..Placed::default() }
        }
        Mapped::Gone => Placed { is_unsure: true, ..Placed::default() },
    }
}

/// Whether two entities of the type are equal.
pub(crate) fn equal<E: Entity>(a: &Value, b: &Value) -> bool {
    matches!((a.downcast_ref::<E>(), b.downcast_ref::<E>()), (Some(a), Some(b)) if a == b)
}

fn collect<T, E>(data: &Value, into: &mut Vec<EntityWrite>)
where
    T: Holds<E> + 'static,
    E: Entity,
{
    let Some(data) = data.downcast_ref::<T>() else { return };
    data.visit(&mut |row: Row<'_, E>| {
        let key = (TypeId::of::<E>(), row.id());
        into.push(EntityWrite {
            key,
            version: row.version(),
            value: Some(row.to_shared()),
            equal: equal::<E>,
        });
    });
}

/// In a page once for all types.
#[cfg_attr(target_arch = "wasm32", inline(never))]
fn is_meant(only: Option<&EntityId>, id: &EntityId) -> bool {
    only.is_none_or(|only| only == id)
}

fn map<T, E>(
    data: &Value,
    only: Option<&EntityId>,
    look_up: &mut dyn FnMut(&EntityId) -> Lookup,
) -> Mapped<Value>
where
    T: Holds<E> + Send + Sync + 'static,
    E: Entity,
{
    let Some(data) = data.downcast_ref::<T>() else { return Mapped::Same };
    let mapped = data.map(&mut |entity: &E| {
        let id = entity.id();
        match if is_meant(only, &id) { look_up(&id) } else { Lookup::Keep } {
            Lookup::Keep => Change::Keep,
            Lookup::Remove => Change::Remove,
            Lookup::Replace(value) => value.downcast::<E>().map_or(Change::Keep, Change::Replace),
        }
    });
    mapped.map(|data| Arc::new(data) as Value)
}

/// A list after one entity changed.
fn place<T, E>(list: &LiveList<E>, data: &Value, change: &EntityChange<'_>) -> Placed
where
    T: HoldsList<E> + Send + Sync + 'static,
    E: Entity,
{
    let Some(data) = data.downcast_ref::<T>() else { return Placed::default() };
    let mut rows: Vec<&E> = Vec::new();
    let mut shared: Vec<Row<'_, E>> = Vec::new();
    data.visit(&mut |row| shared.push(row));
    rows.extend(shared.iter().map(|row| &**row));
    let at = rows.iter().position(|row| row.id() == *change.id);
    let placing = Placing { list, data, rows: &rows, at, change };
    let now = change.now.and_then(|now| Arc::clone(now).downcast::<E>().ok());
    match now {
        None if at.is_some_and(|at| rows[at].version() > change.version) => Placed::default(),
        None => placing.remove(),
        Some(now) if at.is_some_and(|at| rows[at].version() > now.version()) => Placed::default(),
        Some(now) => match (list.member)(&now) {
            Membership::In => placing.put(&now),
            Membership::Out => placing.remove(),
            Membership::Unknown => Placed { is_unsure: true, ..placing.keep(&now) },
        },
    }
}

/// One entity and the list that it may belong to.
struct Placing<'a, T, E> {
    list: &'a LiveList<E>,
    data: &'a T,
    rows: &'a [&'a E],
    /// Where it is shown.
    at: Option<usize>,
    change: &'a EntityChange<'a>,
}

impl<T, E> Placing<'_, T, E>
where
    T: HoldsList<E> + Send + Sync + 'static,
    E: Entity,
{
    fn has_more(&self) -> bool {
        self.data.has_more_before() || self.data.has_more_after()
    }

    fn without(&self) -> Option<T> {
        let mapped = self.data.map(&mut |row: &E| {
            if row.id() == *self.change.id { Change::Remove } else { Change::Keep }
        });
        match mapped {
            Mapped::Changed(data) => Some(data),
            Mapped::Same | Mapped::Gone => None,
        }
    }

    fn remove(&self) -> Placed {
        if self.at.is_none() {
            return Placed { is_unsure: self.may_be_beyond(), ..Placed::default() };
        }
        // The row that moves up to fill the page is not known here.
        let data = self.without().map(|data| Arc::new(data) as Value);
        Placed { is_shown: data.is_some().then_some(false), data, is_unsure: self.has_more() }
    }

    /// Whether it may have been in the part of the list that the data does not show.
    fn may_be_beyond(&self) -> bool {
        let before = self.change.before.and_then(|before| before.downcast_ref::<E>());
        let was_out = before.is_some_and(|before| (self.list.member)(before) == Membership::Out);
        self.has_more() && self.change.version > 1 && !was_out
    }

    fn keep(&self, now: &Arc<E>) -> Placed {
        let mapped = self.data.map(&mut |row: &E| {
            let is_it = row.id() == *self.change.id && *row != **now;
            if is_it { Change::Replace(Arc::clone(now)) } else { Change::Keep }
        });
        match mapped {
            Mapped::Changed(data) => Placed { data: Some(Arc::new(data)), ..Placed::default() },
            Mapped::Same | Mapped::Gone => Placed::default(),
        }
    }

    fn put(&self, now: &Arc<E>) -> Placed {
        let others = self.rows.iter().enumerate().filter(|(at, _)| Some(*at) != self.at).map(|(_, row)| *row);
        match (self.at, self.list.place(others, now)) {
            (Some(at), Some(place)) if at == place => {
                Placed { is_unsure: self.crosses_edge(place), ..self.keep(now) }
            }
            (Some(_), Some(place)) => self.move_to(now, place),
            (Some(_), None) => Placed { is_unsure: self.list.order.is_some(), ..self.keep(now) },
            (None, Some(place)) if !self.is_edge(place, self.rows.len()) => {
                let data = self.data.insert(Arc::clone(now), place);
                // From another part of the list, it would be counted twice.
                let is_unsure = self.may_be_beyond();
                Placed { data: Some(Arc::new(data)), is_shown: Some(true), is_unsure }
            }
            (None, _) => Placed { is_unsure: true, ..Placed::default() },
        }
    }

    fn move_to(&self, now: &Arc<E>, place: usize) -> Placed {
        let Some(without) = self.without() else { return self.keep(now) };
        let data = without.insert(Arc::clone(now), place);
        let is_unsure = self.is_edge(place, self.rows.len() - 1);
        Placed { data: Some(Arc::new(data)), is_unsure, is_shown: None }
    }

    /// At the end of what is shown of a longer list, the place may as well be beyond.
    fn is_edge(&self, place: usize, others: usize) -> bool {
        (place == 0 && self.data.has_more_before()) || (place == others && self.data.has_more_after())
    }

    /// Whether a row that stays at the edge may have moved beyond it.
    fn crosses_edge(&self, place: usize) -> bool {
        let before = self.at.map(|at| self.rows[at]);
        let order = |before: &E| {
            let now = self.change.now.and_then(|now| now.downcast_ref::<E>())?;
            self.list.order.as_ref()?(before, now)
        };
        self.is_edge(place, self.rows.len().saturating_sub(1))
            && before.and_then(order) != Some(std::cmp::Ordering::Equal)
    }
}
