//! Where an address leads nowhere.

use markup::{Node, view};

use crate::components::icon::Icon;
use crate::components::panel::{empty, link_button, page_head};

/// No page has this address.
pub(crate) fn not_found_page() -> Node {
    view! {
        {page_head(|| "Page not found".to_owned(), Node::nothing())}
        {empty(
            Icon::Search,
            "There is no page at this address",
            "The link may be old or mistyped.",
            link_button("btn btn--primary", "/".to_owned(), Icon::Home, "Go to the overview"),
        )}
    }
}

/// The lead or job of this address does not exist.
pub(crate) fn nothing_there(
    title: &'static str,
    text: &'static str,
    href: &'static str,
    action: &'static str,
) -> Node {
    view! {
        {page_head(move || title.to_owned(), Node::nothing())}
        {empty(
            Icon::Search,
            title,
            text,
            link_button("btn btn--primary", href.to_owned(), Icon::ChevronLeft, action),
        )}
    }
}
