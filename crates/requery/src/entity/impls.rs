//! What holds entities by itself.

use std::sync::Arc;

use super::{Change, Entity, Holds, HoldsList, Mapped, Row};
use crate::InfiniteData;

impl<E: Entity> Holds<E> for E {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(Row<'a, E>)) {
        see(Row::Inline(self));
    }

    fn map(&self, change: &mut dyn FnMut(&E) -> Change<E>) -> Mapped<Self> {
        match change(self) {
            Change::Keep => Mapped::Same,
            Change::Replace(entity) if *entity == *self => Mapped::Same,
            Change::Replace(entity) => Mapped::Changed(Arc::unwrap_or_clone(entity)),
            Change::Remove => Mapped::Gone,
        }
    }
}

impl<E: Entity> Holds<E> for Arc<E> {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(Row<'a, E>)) {
        see(Row::Shared(self));
    }

    fn map(&self, change: &mut dyn FnMut(&E) -> Change<E>) -> Mapped<Self> {
        match change(self) {
            Change::Keep => Mapped::Same,
            Change::Replace(entity) if Arc::ptr_eq(&entity, self) => Mapped::Same,
            Change::Replace(entity) => Mapped::Changed(entity),
            Change::Remove => Mapped::Gone,
        }
    }
}

impl<E: Entity, X: Holds<E>> Holds<E> for Option<X> {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(Row<'a, E>)) {
        if let Some(held) = self {
            held.visit(see);
        }
    }

    fn map(&self, change: &mut dyn FnMut(&E) -> Change<E>) -> Mapped<Self> {
        match self.as_ref().map(|held| held.map(change)) {
            None | Some(Mapped::Same) => Mapped::Same,
            Some(Mapped::Changed(held)) => Mapped::Changed(Some(held)),
            Some(Mapped::Gone) => Mapped::Changed(None),
        }
    }
}

impl<E: Entity, X: Holds<E> + Clone> Holds<E> for Vec<X> {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(Row<'a, E>)) {
        for held in self {
            held.visit(see);
        }
    }

    fn map(&self, change: &mut dyn FnMut(&E) -> Change<E>) -> Mapped<Self> {
        // Most changes are of one row: nothing is copied until it is found, and what lies between two is copied at once.
        let mut changed: Option<Vec<X>> = None;
        let mut copied = 0;
        for (at, held) in self.iter().enumerate() {
            let mapped = held.map(change);
            if matches!(mapped, Mapped::Same) {
                continue;
            }
            let rows = changed.get_or_insert_with(|| Vec::with_capacity(self.len()));
            rows.extend_from_slice(&self[copied..at]);
            copied = at + 1;
            if let Mapped::Changed(held) = mapped {
                rows.push(held);
            }
        }
        let Some(mut rows) = changed else { return Mapped::Same };
        rows.extend_from_slice(&self[copied..]);
        Mapped::Changed(rows)
    }
}

impl<E: Entity> HoldsList<E> for Vec<E> {
    fn insert(&self, entity: Arc<E>, at: usize) -> Self {
        inserted(self, Arc::unwrap_or_clone(entity), at)
    }
}

impl<E: Entity> HoldsList<E> for Vec<Arc<E>> {
    fn insert(&self, entity: Arc<E>, at: usize) -> Self {
        inserted(self, entity, at)
    }
}

fn inserted<X: Clone>(rows: &[X], row: X, at: usize) -> Vec<X> {
    let (before, after) = rows.split_at(at.min(rows.len()));
    let mut all = Vec::with_capacity(rows.len() + 1);
    all.extend_from_slice(before);
    all.push(row);
    all.extend_from_slice(after);
    all
}

impl<E: Entity, P: Holds<E>, C: Clone> Holds<E> for InfiniteData<P, C> {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(Row<'a, E>)) {
        for page in &self.pages {
            page.visit(see);
        }
    }

    fn map(&self, change: &mut dyn FnMut(&E) -> Change<E>) -> Mapped<Self> {
        let mut is_changed = false;
        let pages = self.pages.iter().map(|page| match page.map(change) {
            Mapped::Changed(page) => {
                is_changed = true;
                Arc::new(page)
            }
            Mapped::Same | Mapped::Gone => Arc::clone(page),
        });
        let pages = pages.collect();
        if is_changed {
            Mapped::Changed(Self { pages, page_params: self.page_params.clone() })
        } else {
            Mapped::Same
        }
    }
}

impl<E: Entity, P: HoldsList<E>, C: Clone> HoldsList<E> for InfiniteData<P, C> {
    fn insert(&self, entity: Arc<E>, at: usize) -> Self {
        let mut before = 0;
        let mut pages = self.pages.clone();
        let last = pages.len().saturating_sub(1);
        for (number, page) in pages.iter_mut().enumerate() {
            let rows = count(&**page);
            if at <= before + rows || number == last {
                *page = Arc::new(page.insert(entity, at - before));
                break;
            }
            before += rows;
        }
        Self { pages, page_params: self.page_params.clone() }
    }

    fn has_more_before(&self) -> bool {
        self.pages.first().is_some_and(|page| page.has_more_before())
    }

    fn has_more_after(&self) -> bool {
        self.pages.last().is_some_and(|page| page.has_more_after())
    }
}

fn count<E: Entity>(data: &impl Holds<E>) -> usize {
    let mut rows = 0;
    data.visit(&mut |_: Row<'_, E>| rows += 1);
    rows
}
