//! The pages of the list near the screen: each a query of the cache, which keeps it current.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use contract::{Business, BusinessQuery, Page, Shared};
use leptos::prelude::*;

use crate::components::load::Load;
use crate::data::{self, Leads};
use crate::leads_url;
use crate::reaction::{Var, derive};

/// How many pages that were left behind last are kept, for a way back.
const BEHIND: usize = 4;

/// The pages.
#[derive(Clone, Copy)]
pub(super) struct Near {
    held: StoredValue<Held>,
    /// Counts how often pages came or went.
    changed: Var<u32>,
}

#[derive(Default)]
struct Held {
    list: BusinessQuery,
    pages: Vec<NearPage>,
    behind: VecDeque<u32>,
}

struct NearPage {
    number: u32,
    leads: Leads,
    /// Ends the page's query when it is dropped.
    _owner: Owner,
}

/// No page yet.
pub(super) fn use_near() -> Near {
    let near = Near { held: StoredValue::new(Held::default()), changed: Var::new(0) };
    // An owner that went with a stored value would end what it owns while stored values are being removed.
    on_cleanup(move || drop(near.held.try_update_value(|held| std::mem::take(&mut held.pages))));
    near
}

impl Near {
    /// Has the pages of `list` with these numbers, and `kept` beside them, and no others. New ones are made in `owner`.
    pub(super) fn show(self, owner: &Owner, list: &BusinessQuery, numbers: Range<u32>, kept: Option<u32>) {
        let forget = data::use_forget_leads();
        let is_changed = self.held.try_update_value(|held| {
            held.take_up(list);
            let is_wanted = |number: u32| numbers.contains(&number) || kept == Some(number);
            let has_left = held.leave(is_wanted, forget);
            let missing = kept.into_iter().chain(numbers.clone()).filter(|number| *number > 0);
            missing.fold(has_left, |is_changed, number| held.come(owner, number) || is_changed)
        });
        if is_changed == Some(true) {
            self.changed.update(|count| *count = count.wrapping_add(1));
        }
    }

    fn queries(self) -> Vec<(u32, Leads)> {
        self.changed.try_get();
        let read = |held: &Held| held.pages.iter().map(|page| (page.number, page.leads)).collect();
        self.held.try_with_value(read).unwrap_or_default()
    }

    /// The pages that are there. What reads them follows each.
    pub(super) fn pages(self) -> Vec<(u32, Arc<Page<Shared<Business>>>)> {
        let queries = self.queries().into_iter();
        queries.filter_map(|(number, leads)| Some((number, leads.data()?))).collect()
    }

    /// Why pages are not there, and the way to ask for them again.
    pub(super) fn load(self) -> Load {
        let failed = move |leads: &Leads| leads.error();
        Load {
            error: derive(move || self.queries().iter().find_map(|(_, leads)| failed(leads))),
            retry: Callback::new(move |()| {
                for (_, leads) in untrack(|| self.queries()) {
                    if untrack(|| leads.is_error()) {
                        drop(leads.refetch());
                    }
                }
            }),
            fetching: derive(move || self.queries().iter().any(|(_, leads)| leads.is_fetching())),
        }
    }
}

impl Held {
    fn take_up(&mut self, list: &BusinessQuery) {
        if self.list != *list {
            self.list = list.clone();
            self.pages.clear();
            self.behind.clear();
        }
    }

    fn leave(&mut self, is_wanted: impl Fn(u32) -> bool, forget: impl Fn(&BusinessQuery)) -> bool {
        let left: Vec<u32> =
            self.pages.iter().map(|page| page.number).filter(|number| !is_wanted(*number)).collect();
        self.pages.retain(|page| is_wanted(page.number));
        self.behind.retain(|number| !is_wanted(*number));
        self.behind.extend(&left);
        while self.behind.len() > BEHIND
            && let Some(number) = self.behind.pop_front()
        {
            forget(&page_of(&self.list, number));
        }
        !left.is_empty()
    }

    fn come(&mut self, owner: &Owner, number: u32) -> bool {
        if self.pages.iter().any(|page| page.number == number) {
            return false;
        }
        let query = page_of(&self.list, number);
        let owner = owner.with(Owner::new);
        let leads = owner.with(|| untrack(|| data::leads_page(query)));
        self.pages.push(NearPage { number, leads, _owner: owner });
        true
    }
}

/// The query of the list's page of that number, as a link to the page has it.
fn page_of(list: &BusinessQuery, number: u32) -> BusinessQuery {
    leads_url::for_list(&leads_url::at_page(list, number))
}
