//! What an earlier page wrote and could not bring to its end: this one does, and where the server does not take it, the form
//! is there again with what was typed, or a word of what was not done.

use std::sync::Arc;

use client::mutations::{self, BusinessUpdate, LeftBehind, patched};
use client::{ApiError, queries};
use contract::edit::{BusinessDraft, BusinessPatch};
use contract::{Business, BusinessId, Timestamp};
use leptos::prelude::*;
use leptos::task::spawn_local;
use requery::{Outbox, Storage};

use super::form::Form;
use super::{Shared, Tools};
use crate::components::load::sentence;
use crate::desk::kept_for;
use crate::lead_form::LeadForm;
use crate::state::use_page_state;

/// Where the browser keeps it.
#[cfg(target_arch = "wasm32")]
fn storage() -> Option<impl Storage> {
    Some(requery::LocalStorage)
}

/// Elsewhere nothing outlives the page.
#[cfg(not(target_arch = "wasm32"))]
fn storage() -> Option<impl Storage> {
    None::<requery::MemoryStorage>
}

impl Tools {
    /// Keeps what is written from now on until it is done, and takes up what earlier pages left.
    pub(super) fn keep_what_is_written(self) {
        let Some(storage) = storage() else { return };
        let Some(Shared { cache, api, connection, own }) = self.shared.try_get_value() else { return };
        let refused = move |left, error| self.not_taken(left, error);
        mutations::finish_what_was_left(&cache, &api, &connection, &own, refused);
        let outbox = Outbox::new(&cache, storage, kept_for(use_page_state().user));
        outbox.on_error(move |_| self.say_what_is_not_kept());
        let keeping = outbox.subscribe();
        on_cleanup(move || drop(keeping));
        // A browser that forbids it has kept nothing.
        spawn_local(async move { _ = outbox.restore().await });
    }

    /// Nobody is there who was told that it was under way.
    fn not_taken(self, left: LeftBehind, error: Arc<ApiError>) {
        match left {
            LeftBehind::Added(draft) => self.refuse(Form::default(), drafted(&draft), &error),
            LeftBehind::Changed(update) => self.change_not_taken(update, error),
            LeftBehind::Deleted(id, _) => match error.current().map(Arc::new).or_else(|| self.known(id)) {
                Some(lead) => self.not_deleted(&lead, &error),
                None if error.is_not_found() => (),
                None => {
                    let reason = sentence(&error.to_string());
                    self.toasts.failed(format!("A lead was not deleted. {reason}"));
                }
            },
            LeftBehind::Bulk(_) => {
                let reason = sentence(&error.to_string());
                self.toasts.failed(format!("What was asked for several leads was not done. {reason}"));
            }
            LeftBehind::Enrich(_) => self.toasts.failed(sentence(&error.to_string())),
        }
    }

    fn change_not_taken(self, BusinessUpdate { id, patch, .. }: BusinessUpdate, error: Arc<ApiError>) {
        if let Some(lead) = error.current().map(Arc::new) {
            let typed = typed_over(&lead, &patch);
            return self.show_again(Form::with_both(lead, typed, Vec::new()));
        }
        spawn_local(async move {
            match self.find(id).await.filter(|_| !error.is_not_found()) {
                Some(lead) => self.refuse(Form::of(lead.clone()), typed_over(&lead, &patch), &error),
                None => {
                    let reason = sentence(&error.to_string());
                    self.toasts.failed(format!("A change that was made before was not saved. {reason}"));
                }
            }
        });
    }

    /// The lead, asked for where the page does not show it.
    async fn find(self, id: BusinessId) -> Option<Arc<Business>> {
        if let Some(lead) = self.known(id) {
            return Some(lead);
        }
        let Shared { cache, api, .. } = self.shared.try_get_value()?;
        // The cache takes the lead over from its answer.
        cache.prefetch_query(&queries::business_detail(&api, id)).await;
        self.known(id)
    }
}

fn drafted(draft: &BusinessDraft) -> LeadForm {
    let nothing = Business::named(BusinessId(0), "", Timestamp::from_millis(0));
    LeadForm { version: String::new(), ..typed_over(&nothing, &draft.0) }
}

fn typed_over(lead: &Business, patch: &BusinessPatch) -> LeadForm {
    LeadForm::of(&patched(lead, patch))
}

#[cfg(test)]
mod tests {
    use contract::edit::Change;

    use super::*;

    #[test]
    fn what_was_typed_stands_in_the_form_again() {
        let mut lead = Business::named(BusinessId(7), "Alpha", Timestamp::from_millis(0));
        lead.city = Some("Espoo".to_owned());
        let patch = BusinessPatch {
            phone: Change::Set("09 123".to_owned()),
            tags: Change::Set(vec!["warm".to_owned(), "call back".to_owned()]),
            ..BusinessPatch::default()
        };
        let typed = typed_over(&lead, &patch);
        assert_eq!((typed.name.as_str(), typed.city.as_str()), ("Alpha", "Espoo"));
        assert_eq!((typed.phone.as_str(), typed.tags.as_str()), ("09 123", "warm, call back"));
        assert_eq!(typed.changes(&LeadForm::of(&lead)), patch, "and says the same when it is sent again");
    }

    #[test]
    fn a_draft_stands_in_an_empty_form() {
        let name = Change::Set("Beta".to_owned());
        let draft = BusinessDraft(BusinessPatch { name, ..BusinessPatch::default() });
        let typed = drafted(&draft);
        assert_eq!(typed, LeadForm { name: "Beta".to_owned(), ..LeadForm::default() });
        assert_eq!(typed.draft(), draft);
    }
}
