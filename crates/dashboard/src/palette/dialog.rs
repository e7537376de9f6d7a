//! The palette itself: a modal dialog with one field and the list of what answers it, after the ARIA pattern "editable
//! combobox with list autocomplete". The focus stays in the field; arrows move through the list, Enter takes, Escape
//! closes. The browser keeps the focus inside while it is open, and gives it back.

use client::ApiError;
use contract::Job;
use contract::auth::Me;
use contract::views::SavedView;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use markup::{Node, view};
use requery_leptos::UseQuery;

use super::entries::{self, Act, Entry, Group, Known};
use super::matching::{after, before, parts};
use super::{Palette, press};
use crate::address::{Address, Step, use_address};
use crate::columns::use_own_columns;
use crate::components::icon::{Icon, icon};
use crate::components::load::try_again;
use crate::data;
use crate::data::palette::FoundLeads;
use crate::reaction::{Derived, Var, derive, react};
use crate::shortcuts::is_dialog_open;
use crate::{format, leads_url};

#[derive(Clone, Copy)]
struct Finder {
    address: Address,
    dialog: NodeRef<Dialog>,
    typed: Var<String>,
    groups: Derived<Vec<Group>>,
    /// What was moved to. Not its place: the list may change between a look at it and the key.
    moved_to: Var<Option<Act>>,
}

/// What the palette asks the server for.
#[derive(Clone, Copy)]
struct Asked {
    me: UseQuery<Me, ApiError>,
    searches: UseQuery<Vec<Job>, ApiError>,
    views: UseQuery<Vec<SavedView>, ApiError>,
    leads: FoundLeads,
}

impl Asked {
    fn of(typed: Var<String>) -> Self {
        Self {
            me: data::palette::me(),
            searches: data::scrape_jobs(),
            views: data::palette::views(),
            leads: data::palette::leads(typed),
        }
    }

    /// What is missing of it, and why.
    fn failure(self) -> Option<String> {
        let failures = [
            (self.leads.query.error(), "Leads could not be searched"),
            (self.views.error().filter(|_| self.views.data().is_none()), "Saved views could not be loaded"),
            (
                self.searches.error().filter(|_| self.searches.data().is_none()),
                "Searches could not be loaded",
            ),
            (self.me.error().filter(|_| self.me.data().is_none()), "What you may do could not be loaded"),
        ];
        let first = failures.into_iter().find_map(|(error, what)| Some((error?, what)));
        first.map(|(error, what)| format!("{what}: {error}"))
    }

    /// Asks again for what failed.
    fn again(self) {
        untrack(|| {
            if self.leads.query.error().is_some() {
                let _ = self.leads.query.refetch();
            }
            if self.views.error().is_some() {
                let _ = self.views.refetch();
            }
            if self.searches.error().is_some() {
                let _ = self.searches.refetch();
            }
            if self.me.error().is_some() {
                let _ = self.me.refetch();
            }
        });
    }
}

/// The dialog. It opens as soon as it stands in the document.
pub(super) fn palette_dialog(palette: Palette) -> Node {
    let typed = Var::new(String::new());
    let dialog = NodeRef::<Dialog>::new();
    let (input, asked) = (NodeRef::<Input>::new(), Asked::of(typed));
    let again = Callback::new(move |()| asked.again());
    let finder = Finder {
        address: use_address(),
        dialog,
        typed,
        groups: groups(typed, asked),
        moved_to: Var::new(None),
    };
    react(move || {
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
            // An element that is not in the document cannot be opened; there is nothing to do about it.
            _ = dialog.show_modal();
        }
    });
    view! {
        <dialog class="dialog palette" node_ref=dialog aria-label="Command palette"
            on:close=move |event| palette.place.closed(&event) on:click=move |event| finder.click_beside(&event)>
            <div class="palette__head">
                {icon(Icon::Search)}
                {finder.field(input)}
                <button type="button" class="btn btn--quiet btn--icon" aria-label="Close"
                    on:click=move |_| finder.close()>{icon(Icon::Close)}</button>
            </div>
            <div class="palette__list" id="palette-list" role="listbox" aria-label="Results">
                {move || finder.sections()}
            </div>
            <p class="palette__foot muted">
                <span role="status">{move || finder.announcement(asked)}</span>
                {move || asked.failure().map(|_| try_again("Try again", again))}
                <span class="palette__keys" aria-hidden="true">"↑ ↓ to move, Enter to open, Esc to close"</span>
            </p>
        </dialog>
    }
}

/// What answers what was typed, under its headings.
fn groups(typed: Var<String>, asked: Asked) -> Derived<Vec<Group>> {
    let Asked { me, searches, views, leads: found } = asked;
    let (address, own) = (use_address(), use_own_columns());
    let known = derive(move || Known {
        role: me.data().map(|me| me.role),
        is_signed_in: me.data().is_some_and(|me| me.user.is_some()),
        list: (address.path.get() == "/leads")
            .then(|| address.search.with(|search| leads_url::parse(search))),
        columns: own.get(),
    });
    derive(move || {
        let typed = typed.get();
        let typed = typed.trim();
        let known = known.get();
        let searches = searches.data().map(|jobs| entries::searches(&jobs)).unwrap_or_default();
        let views = views.data().map(|views| entries::views(&views)).unwrap_or_default();
        let mut groups = vec![
            entries::answering(typed, entries::pages(&known), "Pages"),
            entries::few(entries::answering(typed, views, "Saved views")),
            entries::few(entries::answering(typed, searches, "Recent searches")),
            entries::answering(typed, entries::actions(&known), "Actions"),
        ];
        if !typed.is_empty() {
            let leads = found.query.data();
            let rows = leads.iter().flat_map(|page| page.data.iter().map(|lead| &**lead));
            groups.push(Group { name: "Leads", entries: entries::leads(typed, rows, found.is_of(typed)) });
        }
        groups.retain(|group| !group.entries.is_empty());
        groups
    })
}

impl Finder {
    fn field(self, input: NodeRef<Input>) -> Node {
        view! {
            <input class="palette__input" type="text" role="combobox" aria-label="Search pages, actions and leads" autofocus=""
                placeholder="Search pages, actions and leads" autocomplete="off" spellcheck="false" enterkeyhint="go"
                maxlength="200" node_ref=input aria-autocomplete="list" aria-controls="palette-list" aria-expanded="true"
                aria-activedescendant=move || option_id(self.active())
                on:input=move |event| self.type_in(event_target_value(&event))
                on:keydown=move |event| self.press(&event)/>
        }
    }

    fn type_in(self, text: String) {
        self.typed.set(text);
        self.moved_to.set(None);
        scroll_to(&option_id(0));
    }

    fn sections(self) -> Node {
        let mut at = 0;
        let mut section = |group: Group| {
            let options = group.entries.into_iter().map(|entry| {
                at += 1;
                self.option(at - 1, entry)
            });
            let options = options.collect::<Node>();
            let id = format!("palette-{}", group.name.replace(' ', "-"));
            view! {
                <div role="group" aria-labelledby=id.clone()>
                    <p class="palette__group" id=id role="presentation">{group.name}</p>
                    {options}
                </div>
            }
        };
        self.groups.get().into_iter().map(&mut section).collect()
    }

    fn option(self, at: usize, entry: Entry) -> Node {
        let act = entry.act;
        let name = parts(&entry.name, &entry.letters).into_iter().map(|(part, is_typed)| match is_typed {
            true => view! { <mark>{part}</mark> },
            false => view! { {part} },
        });
        view! {
            <div class="combobox__option palette__option" role="option" id=option_id(at)
                aria-selected=move || (self.active() == at).to_string()
                on:pointerdown=move |event| event.prevent_default()
                on:click=move |_| self.take(&act)>
                {icon(entry.icon)}
                <span class="palette__name">{name.collect::<Node>()}</span>
                <span class="muted">{entry.note}</span>
            </div>
        }
    }

    /// Where the entry stands that Enter takes: what was moved to, else the first.
    fn active(self) -> usize {
        let Some(act) = self.moved_to.get() else { return 0 };
        self.groups.with(|groups| entries_of(groups).position(|entry| entry.act == act)).unwrap_or(0)
    }

    fn count(self) -> usize {
        self.groups.with(|groups| entries_of(groups).count())
    }

    fn announcement(self, asked: Asked) -> String {
        if let Some(failure) = asked.failure() {
            return failure;
        }
        match asked.leads.query.is_fetching() {
            true => "Searching leads".to_owned(),
            false => format::plural(self.count() as u64, "result", "results"),
        }
    }

    fn press(self, event: &KeyboardEvent) {
        // Enter ends a word that is being composed of several keys.
        if event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "ArrowDown" => self.step(after),
            "ArrowUp" => self.step(before),
            "Enter" => self.take_active(),
            // What was closed keeps the focus until the next frame.
            _ if super::is_own_key(event) && is_dialog_open() => self.close(),
            _ => return,
        }
        event.prevent_default();
    }

    fn step(self, next: fn(usize, usize) -> usize) {
        let at = untrack(|| next(self.active(), self.count()));
        let act =
            self.groups.with_untracked(|groups| entries_of(groups).nth(at).map(|entry| entry.act.clone()));
        self.moved_to.set(act);
        scroll_to(&option_id(at));
    }

    fn take_active(self) {
        let at = untrack(|| self.active());
        let act =
            self.groups.with_untracked(|groups| entries_of(groups).nth(at).map(|entry| entry.act.clone()));
        if let Some(act) = act {
            self.take(&act);
        }
    }

    /// Closes first, so that what is done finds the page and its focus as they were.
    fn take(self, act: &Act) {
        self.close();
        match act {
            Act::Go(to) => self.address.go(to, Step::default()),
            // It fails where the address is none, and all of these are.
            Act::Leave(to) => _ = window().location().assign(to),
            Act::Press(selector) => _ = press(selector),
        }
    }

    /// The browser tells when it is closed.
    fn close(self) {
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
    }

    /// What is beside the dialog belongs to it, and lies on none of what is in it.
    fn click_beside(self, event: &MouseEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if target.is_some_and(|target| target.has_attribute("open")) {
            self.close();
        }
    }
}

fn entries_of(groups: &[Group]) -> impl Iterator<Item = &Entry> {
    groups.iter().flat_map(|group| &group.entries)
}

fn option_id(at: usize) -> String {
    format!("palette-option-{at}")
}

/// Scrolls the list no further than the entry is out of sight.
fn scroll_to(id: &str) {
    let Some(option) = document().get_element_by_id(id) else { return };
    let Ok(Some(list)) = option.closest("[role=listbox]") else { return };
    let (place, sight) = (option.get_bounding_client_rect(), list.get_bounding_client_rect());
    if place.top() < sight.top() || place.bottom() > sight.bottom() {
        option.scroll_into_view_with_bool(place.top() < sight.top());
    }
}
