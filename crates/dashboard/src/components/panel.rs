//! Frames: a page's head, a titled panel, and what stands in one that is empty.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::icon::{Icon, icon};

/// A page's title in the window and on the page, with what can be done beside it.
pub(crate) fn page_head(
    title: impl Fn() -> String + Clone + Send + Sync + 'static,
    actions: AnyView,
) -> AnyView {
    let heading = title.clone();
    view! {
        <Title text=title/>
        <header class="page-head">
            <h1 tabindex="-1" data-page-title>{heading}</h1>
            <div class="page-head__actions">{actions}</div>
        </header>
    }
    .into_any()
}

/// A section with a heading. `id` names it in the document.
pub(crate) fn panel(id: &'static str, title: &'static str, aside: AnyView, body: AnyView) -> AnyView {
    let heading = format!("{id}-title");
    view! {
        <section class="panel" id=id aria-labelledby=heading.clone()>
            <header class="panel__head">
                <h2 id=heading.clone()>{title}</h2>
                {aside}
            </header>
            {body}
        </section>
    }
    .into_any()
}

/// Nothing is there, and how to begin.
pub(crate) fn empty(
    mark: Icon,
    title: impl Into<String>,
    text: impl Into<String>,
    actions: AnyView,
) -> AnyView {
    view! {
        <div class="empty">
            <span class="empty__mark">{icon(mark)}</span>
            <h2 class="empty__title">{title.into()}</h2>
            <p>{text.into()}</p>
            <div class="empty__actions">{actions}</div>
        </div>
    }
    .into_any()
}

/// A link that looks like a button.
pub(crate) fn link_button(class: &'static str, href: String, mark: Icon, text: &'static str) -> AnyView {
    view! { <a class=class href=href>{icon(mark)}<span>{text}</span></a> }.into_any()
}
