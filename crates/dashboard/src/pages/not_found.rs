//! Where an address leads nowhere.

use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::components::panel::{empty, link_button, page_head};

/// No page has this address.
pub(crate) fn not_found_page() -> AnyView {
    view! {
        {page_head(|| "Page not found".to_owned(), ().into_any())}
        {empty(
            Icon::Search,
            "There is no page at this address",
            "The link may be old or mistyped.",
            link_button("btn btn--primary", "/".to_owned(), Icon::Home, "Go to the overview"),
        )}
    }
    .into_any()
}

/// The lead or job of this address does not exist.
pub(crate) fn nothing_there(
    title: &'static str,
    text: &'static str,
    href: &'static str,
    action: &'static str,
) -> AnyView {
    view! {
        {page_head(move || title.to_owned(), ().into_any())}
        {empty(
            Icon::Search,
            title,
            text,
            link_button("btn btn--primary", href.to_owned(), Icon::ChevronLeft, action),
        )}
    }
    .into_any()
}
