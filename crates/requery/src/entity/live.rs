//! Lists that know which entities they show, and where.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use super::Entity;
use crate::maybe_send::Held;
use crate::{MaybeSend, MaybeSync};

/// Whether a list shows an entity.
///
/// ```
/// use requery::Membership;
///
/// assert_eq!(Membership::from(true), Membership::In);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It does.
    In,
    /// It does not.
    Out,
    /// Only the server can say.
    Unknown,
}

impl From<bool> for Membership {
    fn from(is_in: bool) -> Self {
        if is_in { Self::In } else { Self::Out }
    }
}

type Member<E> = Arc<dyn Fn(&E) -> Membership + Send + Sync>;
type Order<E> = Arc<dyn Fn(&E, &E) -> Option<Ordering> + Send + Sync>;

/// Which entities a list shows, and in which order: what lets a change move, insert or remove a row without asking the
/// server. Where only the server can say, the list is invalidated.
///
/// ```
/// use requery::LiveList;
/// # #[derive(Clone, PartialEq)]
/// # struct Todo { id: u32, version: u64, done: bool, title: String }
/// # impl requery::Entity for Todo {
/// #     fn id(&self) -> requery::EntityId { self.id.into() }
/// #     fn version(&self) -> u64 { self.version }
/// # }
///
/// let open = LiveList::new(|todo: &Todo| !todo.done).order(|a, b| a.title.cmp(&b.title));
/// # let _ = open;
/// ```
pub struct LiveList<E> {
    pub(super) member: Member<E>,
    pub(super) order: Option<Order<E>>,
}

impl<E: Entity> LiveList<E> {
    /// A list of the entities of which `member` says so. Without an order, a new member invalidates the list.
    pub fn new<M: Into<Membership>>(member: impl Fn(&E) -> M + MaybeSend + MaybeSync + 'static) -> Self {
        let member = Held::new(member);
        Self { member: Arc::new(move |entity| member.get()(entity).into()), order: None }
    }

    /// The order of the list.
    #[must_use]
    pub fn order(self, order: impl Fn(&E, &E) -> Ordering + MaybeSend + MaybeSync + 'static) -> Self {
        self.try_order(move |a, b| Some(order(a, b)))
    }

    /// Like [`LiveList::order`], where for some entities only the server knows.
    #[must_use]
    pub fn try_order(
        mut self,
        order: impl Fn(&E, &E) -> Option<Ordering> + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let order = Held::new(order);
        self.order = Some(Arc::new(move |a, b| order.get()(a, b)));
        self
    }

    /// Where the entity belongs among these rows.
    pub(super) fn place<'a>(&self, rows: impl Iterator<Item = &'a E>, entity: &E) -> Option<usize> {
        let order = self.order.as_ref()?;
        let mut place = 0;
        for row in rows {
            match order(row, entity)? {
                Ordering::Less | Ordering::Equal => place += 1,
                Ordering::Greater => break,
            }
        }
        Some(place)
    }
}

impl<E> Clone for LiveList<E> {
    fn clone(&self) -> Self {
        Self { member: Arc::clone(&self.member), order: self.order.clone() }
    }
}

impl<E> fmt::Debug for LiveList<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveList").field("has_order", &self.order.is_some()).finish()
    }
}
