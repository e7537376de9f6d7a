//! The list behind the table: the page of the address first, and once a browser is at work the whole list, of which the
//! rows near the screen are made.

use std::ops::Range;

use contract::{BusinessId, BusinessQuery};
use leptos::prelude::*;

use super::near::{Near, use_near};
use super::rows::{Cell, Known, Rows, View};
use crate::address::{Address, Place, remembered, use_address};
use crate::components::load::Load;
use crate::components::virtual_list::{Rest, Segment, VirtualList, pages_around, use_virtual_list};
use crate::data::Leads;
use crate::leads_url;
use crate::reaction::{Derived, Var, derive, derive_from, react};

/// The list.
#[derive(Clone, Copy)]
pub(super) struct Listing {
    /// Where it is on the page.
    pub(super) list: VirtualList,
    /// Its parts, to be made in this order.
    pub(super) parts: Var<Vec<Segment<Cell>>>,
    /// The query of the address.
    query: Derived<BusinessQuery>,
    /// The query of what is shown: that of the address once its page is there.
    shown: Derived<BusinessQuery>,
    /// The page of the address.
    page: Leads,
    /// Rows a page.
    limit: Derived<u32>,
    address: Address,
    near: Near,
    rows: StoredValue<Rows>,
    /// The row that had the focus when the list was left, to have it again: its place, and its lead.
    left: StoredValue<Option<(u32, BusinessId)>>,
}

/// The list whose `page` the address, `query`, names.
pub(super) fn use_listing(query: Derived<BusinessQuery>, page: Leads) -> Listing {
    let shown = derive_from(move |before: Option<&BusinessQuery>| match before {
        Some(before) if page.is_placeholder_data() => before.clone(),
        _ => query.with(leads_url::without_columns),
    });
    // Behind a cursor nobody knows at which place a row is.
    let total = derive(move || {
        let has_places = shown.try_get()?.cursor.is_none();
        page.data().filter(|_| has_places).and_then(|page| u32::try_from(page.meta.total).ok())
    });
    let first = untrack(|| rows_of(page));
    let listing = Listing {
        list: use_virtual_list(total, first, || remembered().map(|place| place.above)),
        parts: Var::new(Vec::new()),
        query,
        shown,
        page,
        limit: derive(move || page.data().map_or(leads_url::PAGE_SIZE, |page| page.meta.limit.max(1))),
        address: use_address(),
        near: use_near(),
        rows: StoredValue::new(Rows::default()),
        left: StoredValue::new(None),
    };
    untrack(|| listing.compose());
    let owner = Owner::current().unwrap_or_default();
    react(move || listing.come_back());
    react(move || listing.ask(&owner));
    react(move || listing.compose());
    react(move || {
        listing.parts.with(|_| listing.list.settle());
    });
    listing.follow_address();
    listing.tell_address();
    listing
}

/// Places of the rows of the page of the address.
fn rows_of(page: Leads) -> Range<u32> {
    let Some(page) = page.data() else { return 0..0 };
    let begin = page.meta.page.saturating_sub(1).saturating_mul(page.meta.limit);
    begin..begin.saturating_add(u32::try_from(page.data.len()).unwrap_or(u32::MAX))
}

impl Listing {
    /// Whether the whole list is there to be scrolled through. Otherwise it has pages.
    pub(super) fn is_whole(self) -> bool {
        self.list.rows().is_some()
    }

    /// Why rows near the screen are missing.
    pub(super) fn load(self) -> Load {
        self.near.load()
    }

    /// The lead whose row is made at `place`.
    pub(super) fn lead_at(self, place: u32) -> Option<BusinessId> {
        self.rows.try_with_value(|rows| rows.lead_at(place)).flatten()
    }

    /// Places of the rows of the page of the address.
    pub(super) fn page_rows(self) -> Range<u32> {
        rows_of(self.page)
    }

    /// The list without its place in it.
    fn identity(self) -> BusinessQuery {
        self.shown.with(|shown| leads_url::changed(shown, |_| {}))
    }

    /// Asks for the pages near the screen.
    fn ask(self, owner: &Owner) {
        let (list, limit) = (self.identity(), self.limit.get());
        let Some(total) = self.list.rows() else { return self.near.show(owner, &list, 1..1, None) };
        let (window, kept) = (self.list.window.get(), self.list.kept.get());
        let kept = kept.filter(|place| *place < total).map(|place| place / limit + 1);
        untrack(|| self.near.show(owner, &list, pages_around(&window, limit, total), kept));
    }

    /// What is loaded of the list.
    pub(super) fn known(self) -> Known {
        let mut pages = self.near.pages();
        if let Some(page) = self.page.data()
            && !pages.iter().any(|(number, _)| *number == page.meta.page)
        {
            pages.push((page.meta.page, page));
        }
        Known { limit: self.limit.get(), pages }
    }

    /// Makes the list's parts of what is known by now.
    fn compose(self) {
        let (known, list) = (self.known(), self.identity());
        let Some(total) = self.list.rows() else { return self.compose_page(&known, &list) };
        let kept = self.list.kept.get();
        let moved = self
            .rows
            .try_with_value(|rows| (rows.displacement(&known), kept.map(|place| rows.follow(place, &known))));
        let Some((by, kept_now)) = moved else { return };
        if by != 0 {
            self.list.follow(by);
        }
        if kept_now != kept {
            self.list.kept.set(kept_now);
        }
        let window = self.list.window.get();
        self.make(total, &View { list: &list, known: &known, total, window, kept: kept_now });
        let on_screen = self.list.inner_rows();
        self.rows.try_update_value(|rows| rows.look(on_screen, &known));
        self.return_focus(&known);
    }

    /// On the way back the row that had the focus is made wherever it is.
    fn come_back(self) {
        if let Some((place, id)) = remembered().and_then(|place| place.row) {
            self.left.set_value(Some((place, BusinessId(id))));
            self.list.kept.set(Some(place));
        }
    }

    /// Once it is known where that row is by now, it has the focus; the one in its place, where its lead is gone.
    fn return_focus(self, known: &Known) {
        let Some((place, id)) = self.left.try_get_value().flatten() else { return };
        let now = known.place(id).or_else(|| known.lead(place).map(|_| place));
        if let Some(now) = now {
            self.left.set_value(None);
            self.list.kept.set(Some(now));
            self.list.return_focus(now);
        }
    }

    /// The rows of the page of the address, and no gaps.
    fn compose_page(self, known: &Known, list: &BusinessQuery) {
        let window = rows_of(self.page);
        let rows = window.end - window.start;
        let view = View { list, known, total: window.end, window, kept: None };
        self.make(rows, &view);
    }

    fn make(self, rows: u32, view: &View<'_>) {
        let composed = self.rows.try_update_value(|shown| shown.compose(view));
        let Some(mut parts) = composed else { return };
        if self.list.rows().is_none() {
            parts.retain(|part| matches!(part, Segment::Row(_)));
        }
        if self.parts.with_untracked(|made| *made != parts) {
            self.list.remake(rows);
            self.parts.set(parts);
        }
    }

    /// Another list, or another page of it, begins where its address says.
    fn follow_address(self) {
        let mut before = None;
        react(move || {
            let Some(now) = self.shown.try_get() else { return };
            if before.replace(now.clone()).is_none_or(|before| before == now) {
                return;
            }
            match remembered() {
                Some(place) => self.list.show(place.above),
                None => self.list.show_from(untrack(|| rows_of(self.page)).start),
            }
        });
    }

    /// Where the list comes to rest, the address follows, so that a reload and the way back lead there.
    fn tell_address(self) {
        react(move || {
            if let Some(rest) = self.list.rest.try_get().flatten() {
                self.tell(&rest);
            }
        });
    }

    /// A link of the list is followed: the way back leads to its row.
    pub(super) fn leave(self) {
        if let Some(rest) = self.list.rest_now() {
            self.tell(&rest);
        }
    }

    fn tell(self, rest: &Rest) {
        let (Some(query), Some(shown)) = (self.query.try_get_untracked(), self.shown.try_get_untracked())
        else {
            return;
        };
        let Some(limit) =
            self.limit.try_get_untracked().filter(|_| shown == leads_url::without_columns(&query))
        else {
            return;
        };
        let page = rest.middle / limit + 1;
        let row = rest.focused.and_then(|place| Some((place, self.lead_at(place)?.0)));
        let place = Place { above: rest.above, row };
        self.address.remember(&leads_url::url(&leads_url::at_page(&query, page)), &place);
    }
}
