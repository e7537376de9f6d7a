//! Frames: a page's head, a titled panel, and what stands in one that is empty.

use leptos::prelude::*;
use leptos_meta::{Title, TitleProps};
use markup::{Node, view};

use crate::components::icon::{Icon, icon};
use crate::reaction::react;

/// Behind every page's title.
const NAME: &str = "Le Tip";

/// A page's title in the window and on the page, with what can be done beside it.
pub(crate) fn page_head(title: impl Fn() -> String + Clone + Send + Sync + 'static, actions: Node) -> Node {
    let heading = title.clone();
    name_document(Box::new(title));
    view! {
        <header class="page-head">
            <h1 tabindex="-1" data-page-title>{heading}</h1>
            <div class="page-head__actions">{actions}</div>
        </header>
    }
}

/// Names the document after the page, for as long as that stands.
fn name_document(title: Box<dyn Fn() -> String + Send + Sync>) {
    if cfg!(feature = "ssr") {
        // Read now: the head is written after the page, when what the title follows may be out of reach. Its text is taken
        // as it is.
        let text = untrack(|| document_title(&title().replace('&', "&amp;").replace('<', "&lt;")));
        drop(Title(TitleProps::builder().text(text).build()));
    } else {
        react(move || document().set_title(&document_title(&title())));
    }
}

/// `Leads · Le Tip`.
fn document_title(page: &str) -> String {
    if page.is_empty() { NAME.to_owned() } else { format!("{page} · {NAME}") }
}

/// A section with a heading. `id` names it in the document.
pub(crate) fn panel(id: &'static str, title: &'static str, aside: Node, body: Node) -> Node {
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
}

/// Nothing is there, and how to begin.
pub(crate) fn empty(mark: Icon, title: impl Into<String>, text: impl Into<String>, actions: Node) -> Node {
    view! {
        <div class="empty">
            <span class="empty__mark">{icon(mark)}</span>
            <h2 class="empty__title">{title.into()}</h2>
            <p>{text.into()}</p>
            <div class="empty__actions">{actions}</div>
        </div>
    }
}

/// A link that looks like a button.
pub(crate) fn link_button(class: &'static str, href: String, mark: Icon, text: &'static str) -> Node {
    view! { <a class=class href=href>{icon(mark)}<span>{text}</span></a> }
}
