//! Things with an identity and a version, stored once and shown by many queries.

mod impls;
mod link;
mod live;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

pub(crate) use link::{EntityChange, EntityLink, ListRules, Lookup, Placed, equal};
pub use live::{LiveList, Membership};

/// The identity of an entity among those of its type.
///
/// ```
/// use requery::EntityId;
///
/// assert_eq!(EntityId::from(5_u32), EntityId::from(5_u64));
/// assert_ne!(EntityId::from(5_u32), EntityId::from("5"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityId {
    /// A number, or a UUID as one.
    Number(u128),
    /// A name.
    Text(Arc<str>),
}

macro_rules! from_numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for EntityId {
            fn from(id: $number) -> Self {
                Self::Number(u128::from(id))
            }
        }
    )*};
}

from_numbers!(u8, u16, u32, u64, u128);

impl From<&str> for EntityId {
    fn from(id: &str) -> Self {
        Self::Text(id.into())
    }
}

impl From<String> for EntityId {
    fn from(id: String) -> Self {
        Self::Text(id.into())
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(id) => id.fmt(f),
            Self::Text(id) => f.write_str(id),
        }
    }
}

/// Something that has an id and a version.
///
/// The cache keeps one state of it, and never replaces a newer version with an older one, wherever it comes from.
///
/// ```
/// use requery::{Entity, EntityId};
///
/// #[derive(Clone, PartialEq)]
/// struct Todo {
///     id: u32,
///     version: u64,
///     title: String,
/// }
///
/// impl Entity for Todo {
///     fn id(&self) -> EntityId {
///         self.id.into()
///     }
///
///     fn version(&self) -> u64 {
///         self.version
///     }
/// }
/// ```
pub trait Entity: Clone + PartialEq + Send + Sync + 'static {
    /// Its identity: no other entity of the type has it.
    fn id(&self) -> EntityId;

    /// Grows with every change. The first version is 1 or less.
    fn version(&self) -> u64;
}

/// An entity where it is shown.
#[derive(Debug)]
pub enum Row<'a, E> {
    /// As part of the data.
    Inline(&'a E),
    /// By reference.
    Shared(&'a Arc<E>),
}

impl<E: Clone> Row<'_, E> {
    pub(crate) fn to_shared(&self) -> Arc<E> {
        match self {
            Self::Inline(entity) => Arc::new((*entity).clone()),
            Self::Shared(entity) => Arc::clone(entity),
        }
    }
}

impl<E> Deref for Row<'_, E> {
    type Target = E;

    fn deref(&self) -> &E {
        match self {
            Self::Inline(entity) => entity,
            Self::Shared(entity) => entity,
        }
    }
}

/// What becomes of an entity where it is shown.
#[derive(Clone, Debug)]
pub enum Change<E> {
    /// It stays.
    Keep,
    /// This one takes its place.
    Replace(Arc<E>),
    /// It is no longer there.
    Remove,
}

/// What becomes of data whose entities change.
#[derive(Clone, Debug, PartialEq)]
pub enum Mapped<T> {
    /// It stays.
    Same,
    /// This takes its place.
    Changed(T),
    /// It was one entity, and that is gone.
    Gone,
}

impl<T> Mapped<T> {
    /// The same for what holds the data.
    pub fn map<U>(self, hold: impl FnOnce(T) -> U) -> Mapped<U> {
        match self {
            Self::Same => Mapped::Same,
            Self::Changed(data) => Mapped::Changed(hold(data)),
            Self::Gone => Mapped::Gone,
        }
    }
}

/// Data that shows entities.
///
/// Implemented for an entity itself, for `Arc`, `Option` and `Vec` of what holds entities, and for
/// [`crate::InfiniteData`]. Data of another shape passes the calls on to the part that holds them:
///
/// ```
/// use requery::{Change, Entity, Holds, Mapped, Row};
///
/// struct Page<E> {
///     rows: Vec<E>,
///     total: u64,
/// }
///
/// impl<E: Entity> Holds<E> for Page<E> {
///     fn visit<'a>(&'a self, see: &mut dyn FnMut(Row<'a, E>)) {
///         self.rows.visit(see);
///     }
///
///     fn map(&self, change: &mut dyn FnMut(&E) -> Change<E>) -> Mapped<Self> {
///         self.rows.map(change).map(|rows| Page { rows, total: self.total })
///     }
/// }
/// ```
pub trait Holds<E: Entity>: Sized {
    /// Calls `see` with every entity that is shown, in order.
    fn visit<'a>(&'a self, see: &mut dyn FnMut(Row<'a, E>));

    /// The data after `change` said of every entity, in order, what becomes of it.
    fn map(&self, change: &mut dyn FnMut(&E) -> Change<E>) -> Mapped<Self>;
}

/// Data that shows entities in an order, and can take one more.
///
/// Implemented for `Vec` of entities or of `Arc`s of them, and for [`crate::InfiniteData`] of pages that are lists.
///
/// ```
/// use std::sync::Arc;
/// use requery::HoldsList;
/// # #[derive(Clone, Debug, PartialEq)]
/// # struct Todo { id: u32 }
/// # impl requery::Entity for Todo {
/// #     fn id(&self) -> requery::EntityId { self.id.into() }
/// #     fn version(&self) -> u64 { 1 }
/// # }
///
/// let todos = vec![Todo { id: 1 }, Todo { id: 3 }];
/// assert_eq!(todos.insert(Arc::new(Todo { id: 2 }), 1)[1].id, 2);
/// ```
pub trait HoldsList<E: Entity>: Holds<E> {
    /// The data with one entity more, before the one that is now number `at`, counted as [`Holds::visit`] does.
    #[must_use]
    fn insert(&self, entity: Arc<E>, at: usize) -> Self;

    /// Whether the list goes on before what the data shows. Default: no.
    fn has_more_before(&self) -> bool {
        false
    }

    /// Whether the list goes on behind what the data shows. Default: no.
    fn has_more_after(&self) -> bool {
        false
    }
}
