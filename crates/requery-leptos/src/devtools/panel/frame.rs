//! The button in the corner, and the panel that it opens: its head, its tabs, and what the chosen one shows.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

use super::format::count;
use super::rows::counts;
use super::state::{Panel, Tab, focus};
use super::{entities, mutations, queries, timeline};

/// All of it.
pub(super) fn frame(panel: Panel) -> AnyView {
    let content = move || if panel.is_open.get() { opened(panel) } else { corner(panel) };
    view! { {content} }.into_any()
}

fn corner(panel: Panel) -> AnyView {
    view! {
        <button type="button" class="corner" node_ref=panel.corner aria-expanded="false" on:click=move |_| panel.open()>
            <span class="mark" aria-hidden="true"></span>
            "Developer panel"
        </button>
    }
    .into_any()
}

fn opened(panel: Panel) -> AnyView {
    // What is pressed in here means nothing to the page.
    let press = move |event: KeyboardEvent| {
        event.stop_propagation();
        if event.key() == "Escape" {
            panel.close();
        }
    };
    let body = move || match panel.tab.get() {
        Tab::Queries => queries::tab(panel),
        Tab::Mutations => mutations::tab(panel),
        Tab::Entities => entities::tab(panel),
        Tab::Timeline => timeline::tab(panel),
    };
    view! {
        <section class="panel" tabindex="-1" node_ref=panel.frame aria-label="Developer panel" on:keydown=press>
            {head(panel)}
            <div class="body" role="tabpanel" id="body" aria-label=move || panel.tab.get().name()>{body}</div>
        </section>
    }
    .into_any()
}

fn head(panel: Panel) -> AnyView {
    view! {
        <header class="head">
            {tabs(panel)}
            {move || summary(panel)}
            <button type="button" aria-pressed=move || panel.seen.get().is_offline.to_string()
                title="The cache takes the network for gone"
                on:click=move |_| panel.set_offline(!panel.seen.get_untracked().is_offline)>"Offline"</button>
            <button type="button" class="close" on:click=move |_| panel.close()>"Close"</button>
        </header>
    }
    .into_any()
}

/// How many queries are in which state, and what else there is.
fn summary(panel: Panel) -> AnyView {
    let seen = panel.seen.get();
    let states = counts(&seen.queries).into_iter().map(|(condition, number)| {
        view! { <li class="state" data-state=condition.name()>{number}" "{condition.name()}</li> }
    });
    let states: Vec<_> = states.collect();
    let timers = count(seen.timers, "timer", "timers");
    let layers = (seen.layers > 0).then(|| format!(", {}", count(seen.layers, "layer", "layers")));
    view! { <ul class="summary" aria-label="Queries by state">{states}<li>{timers}{layers}</li></ul> }
        .into_any()
}

fn tabs(panel: Panel) -> AnyView {
    let press = move |event: KeyboardEvent| {
        if let Some(tab) = panel.tab.get_untracked().by_key(&event.key()) {
            event.prevent_default();
            panel.choose_tab(tab);
            focus_chosen(&event);
        }
    };
    let tab = |tab: Tab| {
        let is_chosen = move || panel.tab.get() == tab;
        view! {
            <button type="button" role="tab" aria-controls="body" aria-selected=move || is_chosen().to_string()
                tabindex=move || if is_chosen() { "0" } else { "-1" }
                on:click=move |_| panel.choose_tab(tab)>{tab.name()}</button>
        }
    };
    let all: Vec<_> = Tab::ALL.into_iter().map(tab).collect();
    view! { <div class="tabs" role="tablist" aria-label="Views" on:keydown=press>{all}</div> }.into_any()
}

/// The tab that was chosen by key has the focus as soon as it is marked.
fn focus_chosen(event: &KeyboardEvent) {
    let list = event.current_target().and_then(|list| list.dyn_into::<Element>().ok());
    request_animation_frame(move || {
        let chosen = list.and_then(|list| list.query_selector("[aria-selected=true]").ok().flatten());
        focus(chosen.and_then(|chosen| chosen.dyn_into::<HtmlElement>().ok()).as_ref());
    });
}

/// A line that says that there is nothing, or what else is not shown.
pub(super) fn note(text: impl Into<String>) -> AnyView {
    let text: String = text.into();
    view! { <p class="note">{text}</p> }.into_any()
}

/// A word with the colour of a state.
pub(super) fn badge(word: &'static str) -> AnyView {
    view! { <span class="state" data-state=word>{word}</span> }.into_any()
}

/// One fact of many; nothing where there is nothing to tell.
pub(super) fn fact(name: &'static str, value: Option<String>) -> AnyView {
    value.map(|value| view! { <div class="fact"><dt>{name}</dt><dd>{value}</dd></div> }).into_any()
}

/// The field that the tab's list is filtered by.
pub(super) fn filter(panel: Panel, label: &'static str) -> AnyView {
    view! {
        <input type="search" class="filter" aria-label=label placeholder="Filter" autocomplete="off" spellcheck="false"
            node_ref=panel.filter_field prop:value=move || panel.filter.get()
            on:input=move |event| panel.filter.set(event_target_value(&event))/>
    }
    .into_any()
}
