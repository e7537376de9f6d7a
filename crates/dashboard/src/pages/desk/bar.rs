//! The bar of what is selected, and what is done to many leads at once.

use std::sync::Arc;

use client::{ApiError, mutations};
use contract::BusinessQuery;
use contract::bulk::{BulkAction, BulkAnswer, BulkRequest};
use contract::edit::MAX_TAG_LENGTH;
use leptos::html::Input;
use leptos::prelude::*;
use markup::{Node, view};

use super::select::query_of;
use super::{Shared, Tools};
use crate::components::icon::{Icon, icon};
use crate::components::load::sentence;
use crate::desk::Selection;
use crate::format;
use crate::reaction::{Var, derive, react};

/// The bar; it is out of sight while nothing is selected.
pub(super) fn bar(tools: Tools) -> Node {
    let asks = Var::new(false);
    let is_asking = derive(move || asks.get());
    react(move || {
        tools.desk.selection.with(|_| asks.set(false));
    });
    view! {
        <section class="bulk" aria-label="Selected leads" hidden=move || tools.desk.selection.with(Selection::is_empty)>
            <p class="bulk__count" role="status">{move || format!("{} selected", format::number(tools.count()))}</p>
            {move || tools.offer_all()}
            {move || match is_asking.get() {
                true => confirmation(tools, asks),
                false => actions(tools, asks),
            }}
            <button type="button" class="btn btn--quiet btn--icon" aria-label="Select nothing" title="Select nothing (Esc)"
                on:click=move |_| tools.desk.selection.set(Selection::default())>{icon(Icon::Close)}</button>
        </section>
    }
}

fn actions(tools: Tools, asks: Var<bool>) -> Node {
    let tag = NodeRef::<Input>::new();
    let label = move |action: BulkAction| {
        let text = tag.get_untracked().map(|input| input.value().trim().to_owned()).unwrap_or_default();
        match (text.is_empty(), tag.get_untracked()) {
            (true, Some(input)) => _ = input.focus(),
            _ => tools.bulk(action, Some(text)),
        }
    };
    let delete = move |_| match tools.desk.selection.with_untracked(|selection| selection.is_all) {
        true => asks.set(true),
        false => tools.delete_selected(),
    };
    view! {
        <button type="button" class="btn" on:click=move |_| tools.bulk(BulkAction::Enrich, None)>
            {icon(Icon::Spark)}<span>"Enrich"</span>
        </button>
        <form class="bulk__tag" on:submit=move |event| {
            event.prevent_default();
            label(BulkAction::Tag);
        }>
            <input class="input" aria-label="Tag" placeholder="Tag" maxlength=MAX_TAG_LENGTH autocomplete="off" node_ref=tag/>
            <button type="submit" class="btn">"Add tag"</button>
            <button type="button" class="btn" on:click=move |_| label(BulkAction::Untag)>"Remove tag"</button>
        </form>
        <button type="button" class="btn btn--danger" on:click=delete>"Delete"</button>
    }
}

/// What cannot be held back is asked for once more: of leads that are not loaded nobody knows which they are.
fn confirmation(tools: Tools, asks: Var<bool>) -> Node {
    let text = format!("Delete all {} for good, for everybody?", format::number(tools.count()));
    view! {
        <p role="alert">{text}</p>
        <button type="button" class="btn btn--danger" on:click=move |_| tools.bulk(BulkAction::Delete, None)>"Delete for good"</button>
        <button type="button" class="btn" on:click=move |_| asks.set(false)>"Keep them"</button>
    }
}

impl Tools {
    /// How many leads are selected; what calls it follows.
    fn count(self) -> u64 {
        let total = self.desk.list.with(|list| list.as_ref().map_or(0, |list| list.total));
        self.desk
            .selection
            .with(|selection| if selection.is_all { total } else { selection.ids.len() as u64 })
    }

    /// The way from what is selected to the whole list.
    fn offer_all(self) -> Option<Node> {
        let total = self.desk.list.with(|list| list.as_ref().map_or(0, |list| list.total));
        let is_less = self.count() < total;
        let places = 0..u32::try_from(total).unwrap_or(u32::MAX);
        is_less.then(|| {
            let text = format!("Select all {}", format::number(total));
            view! {
                <button type="button" class="btn btn--quiet" on:click=move |_| self.select(places.clone())>{text}</button>
            }
        })
    }

    /// What is selected is gone, unless that is undone; of a whole list the bar asks first.
    pub(super) fn delete_selected(self) {
        let selection = self.desk.selection.get_untracked();
        if selection.is_all {
            // The bar's own button asks; keys lead there.
            self.toasts.failed("To delete a whole list, press Delete in the bar below the list.");
        } else if !selection.is_empty() {
            self.delete(selection.ids);
        }
    }

    /// Does one thing to all that is selected: shown at once, as far as the page knows which they are.
    fn bulk(self, action: BulkAction, tag: Option<String>) {
        let Some(Shared { api, connection, .. }) = self.shared.try_get_value() else { return };
        let selection = self.desk.selection.get_untracked();
        let filter = self.desk.list.get_untracked().filter(|_| selection.is_all);
        let request = BulkRequest {
            ids: filter.is_none().then_some(selection.ids),
            filter: filter.map(|list| BusinessQuery { limit: None, sort: None, ..query_of(&list.address) }),
            action,
            tag,
        };
        if let Err(errors) = request.validate() {
            let text = errors.first().map_or_else(String::new, |error| error.message.clone());
            return self.toasts.failed(sentence(&text));
        }
        if action == BulkAction::Delete {
            self.desk.selection.set(Selection::default());
        }
        let said = request.clone();
        self.run(mutations::bulk_businesses(&api, &connection), request, move |outcome| match outcome {
            Ok(answer) => self.toasts.done(done(&said, &answer)),
            Err(error) => self.not_done(&said, &error),
        });
    }

    fn not_done(self, request: &BulkRequest, error: &ApiError) {
        let reason = sentence(&error.to_string());
        self.toasts.failed(format!("{} came to nothing. {reason}", words(request)));
    }
}

fn words(request: &BulkRequest) -> &'static str {
    match request.action {
        BulkAction::Delete => "Deleting",
        BulkAction::Enrich => "Enriching",
        BulkAction::Tag => "Adding the tag",
        BulkAction::Untag => "Removing the tag",
    }
}

/// What became of it, in words.
fn done(request: &BulkRequest, answer: &Arc<BulkAnswer>) -> String {
    let leads = |count: u64| format::plural(count, "lead", "leads");
    let tag = request.tag.as_deref().unwrap_or_default();
    match (request.action, answer.job_id) {
        (BulkAction::Enrich, _) => format!("Enrichment of {} was asked for.", leads(answer.matched)),
        (_, Some(_)) => format!("{} {} goes on as a job.", words(request), leads(answer.matched)),
        (BulkAction::Delete, None) => format!("{} deleted.", leads(answer.changed)),
        (BulkAction::Tag, None) => format!("{} tagged {tag}.", leads(answer.changed)),
        (BulkAction::Untag, None) => format!("Tag {tag} taken from {}.", leads(answer.changed)),
    }
}
