//! Saved views: lists that a person has given a name.

use contract::SortKey;
use contract::views::SavedView;
use markup::{Node, view};

use crate::components::field::FieldText;
use crate::components::form::{Input, Refusal, notice};
use crate::components::icon::{Icon, icon};
use crate::components::panel::{page_head, panel};
use crate::content::{ViewContent, ViewsContent};
use crate::form_routes::FormRoute;
use crate::state::use_page_state;
use crate::{clock, format, leads_url, routes};

const NAME: FieldText = FieldText { name: "name", label: "Name", hint: "Only you see it." };

/// The page of all of one's views, with the form that saves the list that one came from.
pub(crate) fn views_page(content: &ViewsContent) -> Node {
    let count = format::plural(content.views.len() as u64, "view", "views");
    let count = view! { <span class="muted">{count}</span> };
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=list(&content.query)>"Leads"</a></nav>
        {page_head(|| "Saved views".to_owned(), Node::nothing())}
        {content.done.map(|done| notice(done.told()))}
        <div class="columns columns--forms">
            {panel("views", "Yours", count, views(&content.views))}
            {panel("save", "Save the list", Node::nothing(), saving(content))}
        </div>
    }
}

/// The address of the list.
fn list(query: &str) -> String {
    if query.is_empty() { "/leads".to_owned() } else { format!("/leads?{query}") }
}

fn views(views: &[SavedView]) -> Node {
    if views.is_empty() {
        return view! { <p class="muted">"None yet. Filter the leads, go to Saved views from there, and give the list a name."</p> };
    }
    let row = |saved: &SavedView| {
        let href = FormRoute::View(saved.id).path();
        view! {
            <li class="entry">
                <div class="entry__body">
                    <p class="entry__name"><a href=list(&saved.query)>{saved.name.clone()}</a></p>
                    <p class="entry__meta">{described(&saved.query)}</p>
                </div>
                <a class="btn" href=href aria-label=format!("Change {}", saved.name)>"Change"</a>
            </li>
        }
    };
    view! { <ul class="list">{views.iter().map(row).collect::<Node>()}</ul> }
}

/// The filters and the order of a list in words.
fn described(query: &str) -> Node {
    let query = leads_url::parse(query);
    let mut parts: Vec<String> = leads_url::active(&query)
        .into_iter()
        .map(|filter| format!("{}: {}", filter.name, filter.value))
        .collect();
    if parts.is_empty() {
        parts.push("All leads".to_owned());
    }
    let sorted = query.sort.as_ref().and_then(|sort| sort.0.first());
    parts.extend(sorted.map(|(key, descending)| {
        let direction = if *descending { ", descending" } else { "" };
        format!("by {}{direction}", order(*key))
    }));
    parts.into_iter().map(|part| view! { <span>{part}</span> }).collect::<Node>()
}

fn order(key: SortKey) -> String {
    format::label(key.as_str()).to_lowercase()
}

fn saving(content: &ViewsContent) -> Node {
    let refusal = Refusal(content.refused.as_ref());
    view! {
        <form class="form" method="post" action=FormRoute::Views.path() novalidate aria-labelledby="save-title">
            {refusal.line()}
            <p class="entry__meta">{described(&content.query)}</p>
            {refusal.input(NAME, Input::Text, &content.name)}
            <input type="hidden" name="query" value=content.query.clone()/>
            <input type="hidden" name="idempotencyKey" value=use_page_state().form_key/>
            <div class="form__actions">
                <button type="submit" class="btn btn--primary">{icon(Icon::Plus)}<span>"Save the view"</span></button>
                <a class="btn" href=list(&content.query)>"Back to the list"</a>
            </div>
        </form>
    }
}

/// The page of one view.
pub(crate) fn view_page(content: &ViewContent) -> Node {
    let saved = &content.view;
    let title = format!("Change {}", saved.name);
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            <a href="/leads">"Leads"</a>
            <a href=routes::VIEWS>"Saved views"</a>
        </nav>
        {page_head(move || title.clone(), Node::nothing())}
        <div class="stack stack--form">
            {panel("view", "View", Node::nothing(), renaming(content))}
            {panel("delete", "Delete", Node::nothing(), deletion(saved))}
        </div>
    }
}

fn renaming(content: &ViewContent) -> Node {
    let saved = &content.view;
    let refusal = Refusal(content.refused.as_ref());
    view! {
        <form class="form" method="post" action=FormRoute::View(saved.id).path() novalidate aria-labelledby="view-title">
            {refusal.line()}
            <p class="entry__meta">{described(&saved.query)}<span>"saved "{clock::time(saved.created_at)}</span></p>
            {refusal.input(NAME, Input::Text, &content.name)}
            <input type="hidden" name="version" value=saved.version.to_string()/>
            <div class="form__actions">
                <button type="submit" class="btn btn--primary">{icon(Icon::Check)}<span>"Save"</span></button>
                <a class="btn" href=list(&saved.query)>"Open the list"</a>
                <a class="btn" href=routes::VIEWS>"Cancel"</a>
            </div>
        </form>
    }
}

/// Asks once more before anything is gone: the button is behind a line that has to be opened.
fn deletion(saved: &SavedView) -> Node {
    view! {
        <details class="deletion">
            <summary>"Delete this view"</summary>
            <form method="post" action=format!("{}/delete", FormRoute::View(saved.id).path())>
                <p>"The name is forgotten. The leads of the list stay as they are."</p>
                <input type="hidden" name="version" value=saved.version.to_string()/>
                <button type="submit" class="btn btn--danger">"Delete for good"</button>
            </form>
        </details>
    }
}
