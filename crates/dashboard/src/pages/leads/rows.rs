//! The rows of the list as they are shown: what is known of each place, what changed, and where what is on screen went.

use std::ops::Range;
use std::sync::Arc;

use contract::{Business, BusinessId, BusinessQuery, Page, Shared};
use markup::Key;

use crate::components::virtual_list::{Segment, segments};
use crate::reaction::ArcVar;

/// A row, as it is shown.
#[derive(Clone, PartialEq)]
pub(super) struct Shown {
    pub(super) lead: Shared<Business>,
    /// Its place in the whole list, from 0.
    pub(super) place: u32,
    pub(super) mark: Mark,
}

/// Whether a row changed elsewhere since it came on screen: each change is marked anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mark {
    #[default]
    None,
    Changed,
    ChangedAgain,
}

impl Mark {
    fn next(self) -> Self {
        if self == Self::Changed { Self::ChangedAgain } else { Self::Changed }
    }
}

/// A row that is made, and wakes alone.
#[derive(Clone)]
pub(super) struct Cell {
    id: BusinessId,
    serial: u64,
    pub(super) shown: ArcVar<Shown>,
}

/// Where the same lead is: what it shows is told by itself.
impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.serial == other.serial
    }
}

/// What a part of the list is known by among the others.
pub(super) fn key(segment: &Segment<Cell>) -> Key {
    match segment {
        Segment::Row(cell) => (cell.id.0.cast_unsigned(), cell.serial),
        // No cell counts so far.
        Segment::Gap(number, rows) => (u64::from(*rows), u64::MAX - u64::from(*number)),
    }
}

/// Pages of a list that have been loaded.
pub(super) struct Known {
    /// Rows a page; one at least.
    pub(super) limit: u32,
    /// By number, from 1.
    pub(super) pages: Vec<(u32, Arc<Page<Shared<Business>>>)>,
}

impl Known {
    fn page_of(&self, place: u32) -> u32 {
        place / self.limit + 1
    }

    pub(super) fn lead(&self, place: u32) -> Option<&Shared<Business>> {
        let number = self.page_of(place);
        let (_, page) = self.pages.iter().find(|(known, _)| *known == number)?;
        page.data.get((place % self.limit) as usize)
    }

    pub(super) fn place(&self, id: BusinessId) -> Option<u32> {
        self.pages.iter().find_map(|(number, page)| {
            let at = page.data.iter().position(|lead| lead.id == id)?;
            Some((number - 1) * self.limit + u32::try_from(at).ok()?)
        })
    }

    fn versions(&self) -> Vec<(BusinessId, u64)> {
        self.pages.iter().flat_map(|(_, page)| &page.data).map(|lead| (lead.id, lead.version)).collect()
    }
}

/// What is to be shown.
pub(super) struct View<'a> {
    pub(super) list: &'a BusinessQuery,
    pub(super) known: &'a Known,
    /// Rows of the whole list.
    pub(super) total: u32,
    /// Places of the rows to make.
    pub(super) window: Range<u32>,
    /// One more.
    pub(super) kept: Option<u32>,
}

/// The rows that were shown last.
#[derive(Default)]
pub(super) struct Rows {
    list: Option<BusinessQuery>,
    cells: Vec<Cell>,
    /// Numbers of the pages that were known, and versions of their leads.
    pages: Vec<u32>,
    versions: Vec<(BusinessId, u64)>,
    /// Leads at both edges of the screen, and their places.
    edges: Vec<(BusinessId, u32)>,
    serial: u64,
}

impl Rows {
    /// The list as it is to be made. Rows that are made already and differ by now are told so.
    pub(super) fn compose(&mut self, view: &View<'_>) -> Vec<Segment<Cell>> {
        if self.list.as_ref() != Some(view.list) {
            *self = Self { list: Some(view.list.clone()), serial: self.serial, ..Self::default() };
        }
        let before = std::mem::take(&mut self.cells);
        let mut cells: Vec<(u32, Cell)> = Vec::with_capacity(before.len());
        for place in places(view) {
            let Some(lead) = view.known.lead(place) else { continue };
            // A lead that moves from one page to another is in both until both have been asked for anew.
            if !cells.iter().any(|(_, cell)| cell.id == lead.id) {
                let cell = before.iter().find(|cell| cell.id == lead.id).cloned();
                cells.push((place, self.cell(cell, lead, place, view.known)));
            }
        }
        self.cells = cells.iter().map(|(_, cell)| cell.clone()).collect();
        self.pages = view.known.pages.iter().map(|(number, _)| *number).collect();
        self.versions = view.known.versions();
        let at = |place: u32| cells.iter().find(|(at, _)| *at == place).map(|(_, cell)| cell.clone());
        segments(view.total, &view.window, view.kept, at)
    }

    fn cell(&mut self, cell: Option<Cell>, lead: &Shared<Business>, place: u32, known: &Known) -> Cell {
        let Some(cell) = cell else { return self.new_cell(lead, place, known) };
        let shown = cell.shown.with_untracked(Shown::clone);
        if shown.lead != *lead || shown.place != place {
            let is_newer = shown.lead.version != lead.version;
            cell.shown.set(Shown {
                lead: lead.clone(),
                place,
                mark: if is_newer { shown.mark.next() } else { shown.mark },
            });
        }
        cell
    }

    fn new_cell(&mut self, lead: &Shared<Business>, place: u32, known: &Known) -> Cell {
        // New in a page that was there before, not come into sight with one.
        let is_news =
            self.pages.contains(&known.page_of(place)) && !self.versions.contains(&(lead.id, lead.version));
        let mark = if is_news { Mark::Changed } else { Mark::None };
        self.serial += 1;
        let shown = Shown { lead: lead.clone(), place, mark };
        Cell { id: lead.id, serial: self.serial, shown: ArcVar::new(shown) }
    }

    /// Remembers what is at both edges of the screen.
    pub(super) fn look(&mut self, on_screen: Option<Range<u32>>, known: &Known) {
        let lead_at = |place: u32| Some((known.lead(place)?.id, place));
        self.edges = match on_screen {
            Some(rows) if !rows.is_empty() => {
                [rows.start, rows.end - 1].into_iter().filter_map(lead_at).collect()
            }
            _ => Vec::new(),
        };
    }

    /// How many places what is on screen went on since it was looked at, where all of it did: rows came or went before it.
    pub(super) fn displacement(&self, known: &Known) -> i64 {
        let moved = |(id, place): &(BusinessId, u32)| {
            known.place(*id).map_or(0, |now| i64::from(now) - i64::from(*place))
        };
        match self.edges.as_slice() {
            [first, last] if moved(first) == moved(last) => moved(first),
            _ => 0,
        }
    }

    /// Where the lead is by now that was made at `place`; there, where it is not known.
    pub(super) fn follow(&self, place: u32, known: &Known) -> u32 {
        let made = |cell: &&Cell| cell.shown.with_untracked(|shown| shown.place == place);
        let id = self.cells.iter().find(made).map(|cell| cell.id);
        id.and_then(|id| known.place(id)).unwrap_or(place)
    }

    /// The lead that is made at `place`.
    pub(super) fn lead_at(&self, place: u32) -> Option<BusinessId> {
        let made = |cell: &&Cell| cell.shown.with_untracked(|shown| shown.place == place);
        self.cells.iter().find(made).map(|cell| cell.id)
    }
}

/// The places to make, each once.
fn places(view: &View<'_>) -> impl Iterator<Item = u32> {
    let window = view.window.start..view.window.end.min(view.total);
    let kept = view.kept.filter(|place| *place < view.total && !window.contains(place));
    window.chain(kept)
}

#[cfg(test)]
mod tests {
    use contract::PageMeta;

    use super::*;
    use crate::samples;

    const LIMIT: u32 = 4;
    const TOTAL: u32 = 40;

    fn page(number: u32, leads: &[(i64, u64)]) -> (u32, Arc<Page<Shared<Business>>>) {
        let lead = |&(id, version): &(i64, u64)| {
            Shared::new(Business { version, ..samples::business(id, "Kahvila") })
        };
        let meta = PageMeta::new(TOTAL.into(), number, LIMIT, None);
        (number, Arc::new(Page { data: leads.iter().map(lead).collect(), meta }))
    }

    fn known(pages: Vec<(u32, Arc<Page<Shared<Business>>>)>) -> Known {
        Known { limit: LIMIT, pages }
    }

    /// Composes and says what is made: ids of rows, with a mark behind those that changed, and numbers of rows of gaps.
    fn compose(rows: &mut Rows, known: &Known, window: Range<u32>, kept: Option<u32>) -> String {
        let list = BusinessQuery::default();
        let view = View { list: &list, known, total: TOTAL, window, kept };
        let made = rows.compose(&view).into_iter().map(|segment| match segment {
            Segment::Gap(_, rows) => format!("({rows})"),
            Segment::Row(cell) => {
                let shown = cell.shown.get();
                let mark = match shown.mark {
                    Mark::None => "",
                    Mark::Changed => "!",
                    Mark::ChangedAgain => "!!",
                };
                format!("{}{mark}", shown.lead.id.0)
            }
        });
        made.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn rows_that_are_not_there_are_gaps() {
        let known = known(vec![page(2, &[(4, 1), (5, 1), (6, 1), (7, 1)]), page(4, &[(12, 1), (13, 1)])]);
        let mut rows = Rows::default();
        assert_eq!(compose(&mut rows, &known, 3..14, None), "(4) 4 5 6 7 (4) 12 13 (26)");
        assert_eq!(compose(&mut rows, &known, 5..7, Some(13)), "(5) 5 6 (6) 13 (26)");
        assert_eq!(compose(&mut rows, &known, 30..40, Some(4)), "(4) 4 (35)");
    }

    #[test]
    fn only_what_changes_while_it_is_known_is_marked() {
        let mut rows = Rows::default();
        let first = || page(1, &[(1, 1), (2, 1), (3, 1), (4, 1)]);
        assert_eq!(compose(&mut rows, &known(vec![first()]), 0..2, None), "1 2 (38)");
        // Scrolled into sight, and with a page that was not there.
        let second = page(2, &[(5, 1), (6, 3), (7, 1), (8, 1)]);
        assert_eq!(compose(&mut rows, &known(vec![first(), second]), 1..6, None), "(1) 2 3 4 5 6 (34)");
        // A change, a new lead, and one that it pushes to the next page.
        let first = page(1, &[(1, 1), (2, 2), (9, 1), (3, 1)]);
        let second = page(2, &[(4, 1), (5, 1), (6, 3), (7, 1)]);
        assert_eq!(compose(&mut rows, &known(vec![first, second]), 1..6, None), "(1) 2! 9! 3 4 5 (34)");
        let first = page(1, &[(1, 1), (2, 3), (9, 1), (3, 1)]);
        assert_eq!(compose(&mut rows, &known(vec![first]), 1..4, None), "(1) 2!! 9! 3 (36)");
    }

    #[test]
    fn another_list_is_nobodys_news() {
        let mut rows = Rows::default();
        let pages = known(vec![page(1, &[(1, 1), (2, 1)])]);
        assert_eq!(compose(&mut rows, &pages, 0..2, None), "1 2 (38)");
        let list = BusinessQuery { city: Some("Espoo".to_owned()), ..BusinessQuery::default() };
        let pages = known(vec![page(1, &[(2, 2), (7, 1)])]);
        let view = View { list: &list, known: &pages, total: 2, window: 0..2, kept: None };
        let marks = rows.compose(&view).into_iter().filter_map(|segment| match segment {
            Segment::Row(cell) => Some(cell.shown.get().mark),
            Segment::Gap(..) => None,
        });
        assert_eq!(marks.collect::<Vec<_>>(), [Mark::None, Mark::None]);
    }

    #[test]
    fn a_row_that_stays_is_the_same_cell_and_learns_its_place() {
        let mut rows = Rows::default();
        let before = known(vec![page(1, &[(1, 1), (2, 1), (3, 1)])]);
        let after = known(vec![page(1, &[(9, 1), (1, 1), (2, 1), (3, 1)])]);
        let list = BusinessQuery::default();
        let cells = |rows: &mut Rows, known: &Known| {
            let view = View { list: &list, known, total: TOTAL, window: 0..4, kept: None };
            let made = rows.compose(&view).into_iter();
            let cells =
                made.filter_map(|segment| if let Segment::Row(cell) = segment { Some(cell) } else { None });
            cells.collect::<Vec<_>>()
        };
        let first = cells(&mut rows, &before);
        let second = cells(&mut rows, &after);
        assert!(second[1..] == first[..], "the same cells stand one place further on");
        let lead = |cell: &Cell| cell.shown.get().lead;
        assert!(lead(&first[2]).is_same(&lead(&second[3])), "nothing of an unchanged lead is made anew");
        assert_eq!(first[2].shown.get().place, 3);
        assert_eq!(rows.lead_at(3), Some(BusinessId(3)));
        assert!(key(&Segment::Row(first[0].clone())) != key(&Segment::Row(first[1].clone())));
    }

    #[test]
    fn a_lead_between_two_pages_is_made_once() {
        let mut rows = Rows::default();
        let pages = known(vec![page(1, &[(1, 1), (2, 1), (3, 1), (4, 1)]), page(2, &[(4, 1), (5, 1)])]);
        assert_eq!(compose(&mut rows, &pages, 2..6, None), "(2) 3 4 (1) 5 (34)");
    }

    #[test]
    fn what_is_on_screen_is_followed_where_all_of_it_moved() {
        let mut rows = Rows::default();
        let ids = |ids: [i64; 4]| ids.map(|id| (id, 1));
        let before = known(vec![page(2, &ids([4, 5, 6, 7])), page(3, &ids([8, 9, 10, 11]))]);
        compose(&mut rows, &before, 4..12, None);
        rows.look(Some(5..10), &before);
        assert_eq!(rows.displacement(&before), 0);
        let inserted = known(vec![page(2, &ids([3, 4, 5, 6])), page(3, &ids([7, 8, 9, 10]))]);
        assert_eq!((rows.displacement(&inserted), rows.follow(9, &inserted)), (1, 10));
        let one_moved = known(vec![page(2, &ids([4, 6, 7, 5])), page(3, &ids([8, 9, 10, 11]))]);
        assert_eq!(
            rows.displacement(&one_moved),
            0,
            "a lead that goes elsewhere does not take the screen along"
        );
        let gone = known(vec![page(2, &ids([4, 5, 6, 7]))]);
        assert_eq!((rows.displacement(&gone), rows.follow(9, &gone)), (0, 9));
        rows.look(None, &before);
        assert_eq!(rows.displacement(&inserted), 0, "at its begin the list shows what comes");
    }

    #[test]
    fn parts_differ_in_their_keys() {
        let keys = [Segment::Gap(0, 7), Segment::Gap(1, 7), Segment::Gap(0, 8)].map(|gap| key(&gap));
        assert!(keys[0] != keys[1] && keys[0] != keys[2] && keys[1] != keys[2]);
    }
}
