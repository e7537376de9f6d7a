//! What the command palette shows of the server: who one is, one's views, and leads by what was typed.

use client::{ApiError, queries};
use contract::BusinessQuery;
use contract::auth::Me;
use contract::views::SavedView;
use requery_leptos::{UseQuery, use_query};

use super::{Leads, after_pause, leads_if, use_api};
use crate::reaction::{Derived, Var, derive};

/// The most leads that the palette lists.
const LEADS: u32 = 6;
/// The most that is asked for, in characters.
const LONGEST: usize = 200;

/// Who one is and what one may do.
pub(crate) fn me() -> UseQuery<Me, ApiError> {
    let api = use_api();
    use_query(move || queries::me(&api))
}

/// One's saved views.
pub(crate) fn views() -> UseQuery<Vec<SavedView>, ApiError> {
    let api = use_api();
    use_query(move || queries::views(&api))
}

/// Leads that answer what stands in the palette's field.
#[derive(Clone, Copy)]
pub(crate) struct FoundLeads {
    pub(crate) query: Leads,
    /// What was asked for last.
    asked: Derived<Option<String>>,
}

impl FoundLeads {
    /// Whether what was found is the answer to `typed`.
    pub(crate) fn is_of(self, typed: &str) -> bool {
        self.asked.with(|asked| asked.as_deref() == Some(typed)) && !self.query.is_placeholder_data()
    }
}

/// The leads that answer best what stands in the field, once something stands there and has rested.
pub(crate) fn leads(typed: Var<String>) -> FoundLeads {
    let rested = after_pause(typed);
    let asked = derive(move || {
        let text: String = rested.get().trim().chars().take(LONGEST).collect();
        (!text.is_empty()).then_some(text)
    });
    let query = leads_if(move || {
        let search = asked.get()?;
        Some(BusinessQuery { search: Some(search), limit: Some(LEADS), ..BusinessQuery::default() })
    });
    FoundLeads { query, asked }
}
