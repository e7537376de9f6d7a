//! Deleting with a way back.
//!
//! A deletion is held back for as long as its notice offers to undo it: the rows are gone from every list of the page at
//! once, under a layer of the cache, and the server is asked when the notice goes. So undoing loses nothing. To create the
//! lead anew instead would lose what no draft has: its id and with that every link to it, where its values came from, its
//! contacts, its history, and what was merged into it.
//!
//! Whoever leaves the page has no way back any more: what was held back is sent then, in requests that browsers bring to
//! their end. If even that fails, leads are there that should not be, and none is lost. A lead that somebody else changed
//! meanwhile is not deleted, and comes back with a word of what changed.

use std::sync::Arc;

use client::{ApiError, mutations};
use contract::bulk::{BulkAction, BulkAnswer, BulkRequest};
use contract::endpoint::NoBody;
use contract::{Business, BusinessId};
use leptos::prelude::*;
use requery::Layer;

use super::{Shared, Tools};
use crate::address::Step;
use crate::components::load::sentence;
use crate::lead_form::LeadForm;
use crate::{desk::Selection, format, routes};

impl Tools {
    /// The leads are gone, unless that is undone.
    pub(super) fn delete(self, ids: Vec<BusinessId>) {
        let Some(Shared { cache, .. }) = self.shared.try_get_value() else { return };
        let first = ids.first().and_then(|id| self.known(*id));
        let text = match (&first, ids.len()) {
            (Some(lead), 1) => format!("{} was deleted.", lead.name),
            _ => format!("{} were deleted.", format::plural(ids.len() as u64, "lead", "leads")),
        };
        let layer = cache.optimistic(|layer| {
            for id in &ids {
                layer.remove::<Business>(*id);
            }
        });
        self.desk.selection.set(Selection::default());
        self.leave_page_of(&ids);
        self.offers.make(text, move |is_undone| match is_undone {
            true => layer.remove(),
            false => self.send_deletion(ids, first, layer),
        });
    }

    /// The page of a lead that is gone leads to the list.
    fn leave_page_of(self, ids: &[BusinessId]) {
        let path = self.address.path.get_untracked();
        if ids.iter().any(|id| routes::lead(*id) == path) {
            self.address.go("/leads", Step::default());
        }
    }

    fn send_deletion(self, ids: Vec<BusinessId>, first: Option<Arc<Business>>, held: Layer) {
        let Some(Shared { cache, api, own, connection }) = self.shared.try_get_value() else { return };
        // The mutation's own layer takes the place of the one that was held: nobody sees the row between.
        cache.batch(|| {
            match first.filter(|_| ids.len() == 1) {
                Some(lead) => {
                    let options = mutations::delete_business_in_turn(&api, &own, lead.id);
                    self.run(options, (lead.id, lead.version), move |outcome: Result<Arc<NoBody>, _>| {
                        if let Err(error) = outcome {
                            self.not_deleted(&lead, &error);
                        }
                    });
                }
                None => {
                    let request =
                        BulkRequest { ids: Some(ids), filter: None, action: BulkAction::Delete, tag: None };
                    let options = mutations::bulk_businesses(&api, &connection);
                    self.run(options, request, move |outcome: Result<Arc<BulkAnswer>, Arc<ApiError>>| {
                        if let Err(error) = outcome {
                            let reason = sentence(&error.to_string());
                            self.toasts.failed(format!("The leads were not deleted. {reason}"));
                        }
                    });
                }
            }
            held.remove();
        });
    }

    pub(super) fn not_deleted(self, lead: &Business, error: &ApiError) {
        if error.is_not_found() {
            return;
        }
        let name = &lead.name;
        let text = match error.current() {
            Some(now) => {
                let changed = LeadForm::of(lead).differences(LeadForm::of(&now));
                let fields: Vec<_> = changed.into_iter().map(|(field, _)| field).collect();
                let what =
                    if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) };
                format!("{name} was changed by somebody else meanwhile{what}, and was not deleted.")
            }
            None => format!("{name} was not deleted. {}", sentence(&error.to_string())),
        };
        self.toasts.failed(text);
    }

    /// Nobody can undo anything on a page that is left.
    pub(super) fn end_offers_with_page(self) {
        let leaving = window_event_listener(leptos::ev::pagehide, move |_| self.offers.end_all());
        on_cleanup(move || leaving.remove());
    }
}
