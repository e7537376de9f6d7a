//! What a cache has to know of the types: identity, version, and what shows what.

use std::sync::Arc;

use requery::{Change, Entity, EntityId, Holds, HoldsList, Mapped, Row};

use crate::{Business, BusinessDetail, Job, Page, PageMeta, Shared};

impl Entity for Business {
    fn id(&self) -> EntityId {
        self.id.into()
    }

    fn version(&self) -> u64 {
        self.version
    }
}

impl Entity for Job {
    fn id(&self) -> EntityId {
        self.job_id.into()
    }

    fn version(&self) -> u64 {
        self.version
    }
}

impl From<crate::BusinessId> for EntityId {
    fn from(id: crate::BusinessId) -> Self {
        // A temporary, negative one has its own number as well.
        id.0.cast_unsigned().into()
    }
}

impl From<crate::JobId> for EntityId {
    fn from(id: crate::JobId) -> Self {
        id.0.as_u128().into()
    }
}

impl Holds<Business> for BusinessDetail {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(Row<'a, Business>)) {
        self.business.visit(see);
    }

    fn map(&self, change: &mut dyn FnMut(&Business) -> Change<Business>) -> Mapped<Self> {
        self.business.map(change).map(|business| Self { business, contacts: self.contacts.clone() })
    }
}

impl<E: Entity> Holds<E> for Shared<E> {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(Row<'a, E>)) {
        self.value.visit(see);
    }

    fn map(&self, change: &mut dyn FnMut(&E) -> Change<E>) -> Mapped<Self> {
        self.value.map(change).map(Self::from)
    }
}

impl<E: Entity, X: Holds<E> + Clone> Holds<E> for Page<X> {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(Row<'a, E>)) {
        self.data.visit(see);
    }

    fn map(&self, change: &mut dyn FnMut(&E) -> Change<E>) -> Mapped<Self> {
        self.data.map(change).map(|rows| {
            let gone = (self.data.len() - rows.len()) as u64;
            holding::<E, X>(self, rows, self.meta.total.saturating_sub(gone))
        })
    }
}

impl<E: Entity> HoldsList<E> for Page<Shared<E>> {
    fn insert(&self, entity: Arc<E>, at: usize) -> Self {
        let mut rows = self.data.clone();
        rows.insert(at.min(rows.len()), entity.into());
        // What no longer fits is the next page's.
        rows.truncate(self.meta.limit as usize);
        holding::<E, Shared<E>>(self, rows, self.meta.total + 1)
    }

    fn has_more_before(&self) -> bool {
        self.meta.page > 1
    }

    fn has_more_after(&self) -> bool {
        let before = u64::from(self.meta.page.saturating_sub(1)) * u64::from(self.meta.limit);
        self.meta.total > before + self.data.len() as u64
    }
}

/// The page with other rows, of a list of another length.
fn holding<E: Entity, X: Holds<E>>(page: &Page<X>, rows: Vec<X>, total: u64) -> Page<X> {
    // A cursor points behind the last row: behind another one it would skip or repeat.
    let next_cursor = page.meta.next_cursor.clone().filter(|_| last::<E, X>(&rows) == last(&page.data));
    let meta = PageMeta::new(total, page.meta.page, page.meta.limit, next_cursor);
    Page { data: rows, meta }
}

fn last<E: Entity, X: Holds<E>>(rows: &[X]) -> Option<EntityId> {
    let mut last = None;
    rows.last()?.visit(&mut |row: Row<'_, E>| last = Some(row.id()));
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Item(u32);

    impl Entity for Item {
        fn id(&self) -> EntityId {
            self.0.into()
        }

        fn version(&self) -> u64 {
            1
        }
    }

    fn page(ids: std::ops::Range<u32>, total: u64, number: u32) -> Page<Shared<Item>> {
        let meta = PageMeta::new(total, number, 3, Some("behind the last".to_owned()));
        Page { data: ids.map(Item).map(Shared::new).collect(), meta }
    }

    fn ids(page: &Page<Shared<Item>>) -> Vec<u32> {
        page.data.iter().map(|item| item.0).collect()
    }

    #[test]
    fn a_full_page_gives_its_last_row_to_the_next() {
        let more = page(0..3, 7, 1).insert(Arc::new(Item(9)), 1);
        assert_eq!((ids(&more), more.meta.total, more.meta.next_cursor), (vec![0, 9, 1], 8, None));
        let last = page(0..2, 2, 1).insert(Arc::new(Item(9)), 2);
        assert_eq!((ids(&last), last.meta.total, last.meta.total_pages), (vec![0, 1, 9], 3, 1));
    }

    #[test]
    fn a_change_of_one_row_copies_no_other() {
        let before = page(0..3, 3, 1);
        let changed = before.map(&mut |item: &Item| match item.0 {
            1 => Change::Replace(Arc::new(Item(9))),
            _ => Change::Keep,
        });
        let Mapped::Changed(after) = changed else { panic!("a row changed") };
        assert_eq!(ids(&after), [0, 9, 2]);
        assert!(after.data[0].is_same(&before.data[0]) && after.data[2].is_same(&before.data[2]));
    }

    #[test]
    fn a_row_that_goes_takes_one_off_the_total() {
        let gone = page(0..3, 7, 1).map(&mut |item: &Item| match item.0 {
            1 => Change::Remove,
            _ => Change::Keep,
        });
        let Mapped::Changed(rest) = gone else { panic!("a row is gone") };
        assert_eq!((ids(&rest), rest.meta.total), (vec![0, 2], 6));
        assert!(rest.meta.next_cursor.is_some(), "the last row is still the last");
    }

    #[test]
    fn a_page_knows_whether_the_list_goes_on() {
        let check = |page: Page<Shared<Item>>, before: bool, after: bool| {
            assert_eq!((page.has_more_before(), page.has_more_after()), (before, after), "{page:?}");
        };
        check(page(0..3, 3, 1), false, false);
        check(page(0..3, 4, 1), false, true);
        check(page(3..6, 7, 2), true, true);
        check(page(3..6, 6, 2), true, false);
        check(page(0..0, 0, 1), false, false);
    }
}
