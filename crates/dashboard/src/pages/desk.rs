//! What is done to leads over a page: a form, a bar for what is selected, a field in a cell, deletions.
//!
//! It stands in the frame, and stays while people go from page to page: what was refused comes back wherever they are.
//! Whatever is done is shown at once, by the layers of `client::mutations`, and taken back where the server refuses:
//! then the form is there again, with what was typed and what is wrong with it.

mod bar;
mod cell;
mod cells;
mod deletion;
mod form;
mod left;
mod offers;
mod select;

use std::sync::Arc;

use client::mutations::{self, OwnVersions};
use client::{ApiClient, ApiError};
use contract::{Business, BusinessId};
use leptos::prelude::*;
use leptos::task::spawn_local;
use markup::{Node, view};
use requery::{MutationError, MutationObserver, MutationOptions, QueryClient};
use requery_leptos::use_query_client;

use crate::address::{Address, use_address};
use crate::clock::{Clock, use_clock};
use crate::components::load::sentence;
use crate::desk::{Desk, Task, use_desk};
use crate::reaction::{Var, react};
use crate::toast::{Toasts, use_toasts};
use form::Form;
use offers::Offers;

/// What the desk works with.
#[derive(Clone, Copy)]
struct Tools {
    desk: Desk,
    toasts: Toasts,
    /// What was done and can be undone.
    offers: Offers,
    address: Address,
    clock: Clock,
    /// The form over the page, while there is one.
    form: Var<Option<Form>>,
    /// The cell that is being changed.
    cell: StoredValue<Option<cell::Edited>>,
    shared: StoredValue<Shared>,
}

#[derive(Clone)]
struct Shared {
    cache: QueryClient,
    api: ApiClient,
    connection: client::Connection,
    own: OwnVersions,
}

/// The desk: takes up what is asked for as long as it stands.
pub(crate) fn desk() -> Node {
    let tools = Tools {
        desk: use_desk(),
        toasts: use_toasts(),
        offers: Offers::new(),
        address: use_address(),
        clock: use_clock(),
        form: Var::new(None),
        cell: StoredValue::new(None),
        shared: StoredValue::new(Shared {
            cache: use_query_client(),
            api: expect_context(),
            connection: use_context().unwrap_or_default(),
            own: OwnVersions::default(),
        }),
    };
    react(move || {
        let tasks = tools.desk.take();
        untrack(|| tasks.into_iter().for_each(|task| tools.perform(task)));
    });
    tools.hear_keys();
    tools.listen_to_cells();
    tools.end_offers_with_page();
    tools.keep_what_is_written();
    view! {
        {bar::bar(tools)}
        {tools.offers.view()}
        {form::dialog(tools)}
    }
}

impl Tools {
    fn perform(self, task: Task) {
        match task {
            Task::Add => self.form.set(Some(Form::default())),
            Task::Edit(id) => self.edit(id),
            Task::Enrich(id) => self.enrich(id),
            Task::Write(lead, field, text) => self.write(lead, field, text),
            Task::Pick(place, is_range) => self.pick(place, is_range),
            Task::PickAll => self.pick_all(),
            Task::Key(key) => _ = self.press(&key),
        }
    }

    /// Calls a mutation. Each call is one of its own: those before it go on, and all are told how they ended.
    fn run<T, V>(
        self,
        options: MutationOptions<T, ApiError, V>,
        variables: V,
        ended: impl FnOnce(Result<Arc<T>, Arc<ApiError>>) + 'static,
    ) where
        T: Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        let Some(Shared { cache, .. }) = self.shared.try_get_value() else { return };
        let observer = MutationObserver::new(&cache, options);
        let outcome = observer.mutate(variables);
        self.say_where_it_waits();
        spawn_local(async move {
            match outcome.await {
                Ok(data) => ended(Ok(data)),
                Err(MutationError::Failed(error)) => ended(Err(error)),
                // Signed out meanwhile: nobody is there to be told.
                Err(MutationError::MissingMutationFn | MutationError::Dropped) => {}
            }
            drop(observer);
        });
    }

    fn enrich(self, id: BusinessId) {
        let Some(Shared { api, .. }) = self.shared.try_get_value() else { return };
        self.run(mutations::enrich_business(&api), id, move |outcome| match outcome {
            Ok(_) => self.toasts.done("Enrichment was asked for."),
            Err(error) => self.toasts.failed(sentence(&error.to_string())),
        });
    }

    /// Without a network, what is written waits in the browser, or in this page where that keeps nothing.
    fn say_where_it_waits(self) {
        if window().navigator().on_line() {
            return;
        }
        self.toasts.done(match window().local_storage() {
            Ok(Some(_)) => "You are offline. This is kept, and sent when the network is back.",
            _ => "You are offline. This is sent when the network is back; leave the page open.",
        });
    }

    /// Takes back what was said of where it waits.
    fn say_what_is_not_kept(self) {
        if !window().navigator().on_line() {
            self.toasts.failed(
                "The browser has no room to keep this. Leave the page open until the network is back, or it is lost.",
            );
        }
    }

    /// The lead as it is shown anywhere on the page.
    fn known(self, id: BusinessId) -> Option<Arc<Business>> {
        self.shared.try_get_value()?.cache.get_entity(id)
    }
}
