//! Where a page is not for who asks for it, or cannot be made now.

use contract::Problem;
use markup::{Node, view};

use crate::components::icon::Icon;
use crate::components::load::sentence;
use crate::components::panel::{empty, link_button, page_head};

/// Why there is nothing else.
pub(crate) fn refused_page(problem: &Problem) -> Node {
    let title = problem.title.clone();
    view! {
        {page_head(move || title.clone(), Node::nothing())}
        {empty(
            Icon::Alert,
            problem.title.clone(),
            sentence(&problem.detail),
            link_button("btn btn--primary", "/".to_owned(), Icon::Home, "Go to the overview"),
        )}
    }
}
