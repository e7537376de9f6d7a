//! Leads: a table whose filters, order and page stand in the address. With script it is the whole list.

pub(crate) mod columns;
mod filters;
mod listing;
pub(crate) mod map;
mod near;
mod picks;
mod rows;
mod table;

use contract::{Business, BusinessQuery, Page, Shared};
use leptos::prelude::*;
use markup::{Node, view};

use crate::address::use_address;
use crate::columns::{Shown, use_columns};
use crate::components::icon::{Icon, icon};
use crate::components::load::{lines, load_of, missing, stale_line};
use crate::components::pagination::pagination;
use crate::components::panel::{empty, link_button, page_head};
use crate::look::Look;
use crate::reaction::{Derived, constant, derive};
use crate::{data, format, leads_url};

/// What stands under the filters; the table is made once and then changes row by row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Missing,
    Nothing,
    Rows,
}

/// The page.
pub(crate) fn leads_page() -> Node {
    let search = use_address().search;
    let query = derive(move || search.with(|search| leads_url::parse(search)));
    let list = data::leads(move || leads_url::for_list(&query.get()));
    let columns = use_columns(query);
    let total = derive(move || list.data().map(|page| page.meta.total));
    let load = load_of(list);
    let shape = derive(move || match list.data() {
        None => Shape::Missing,
        Some(page) if page.data.is_empty() => Shape::Nothing,
        Some(_) => Shape::Rows,
    });
    let body = move || match shape.get() {
        Shape::Missing => view! { {move || missing(load, || lines(12))} },
        Shape::Nothing => view! { {move || list.data().map(|page| nothing(&query.get(), &page))} },
        Shape::Rows => whole_or_page(query, columns, list, total),
    };
    view! {
        {head()}
        {filters::toolbar(Look::Table, query, columns, total)}
        <section class="leads" aria-label="List of leads" aria-busy=move || list.is_placeholder_data().to_string()>
            {body}
            {stale_line(load, derive(move || shape.get() != Shape::Missing))}
        </section>
    }
}

/// The head of the list, however it is shown.
fn head() -> Node {
    let actions = view! {
        <a class="btn" href="/import" rel="external">{icon(Icon::Up)}<span>"Import"</span></a>
        <a class="btn" href="/leads/new" rel="external">{icon(Icon::Plus)}<span>"Add a lead"</span></a>
        {link_button("btn btn--primary", "/find".to_owned(), Icon::Search, "Find leads")}
    };
    page_head(|| "Leads".to_owned(), actions)
}

fn whole_or_page(
    query: Derived<BusinessQuery>,
    columns: Derived<Shown>,
    list: data::Leads,
    total: Derived<Option<u64>>,
) -> Node {
    let prefetch = data::use_prefetch_leads();
    let hover = Callback::new(move |target: BusinessQuery| prefetch(leads_url::for_list(&target)));
    let listing = listing::use_listing(query, list);
    let pages = move || {
        let page = list.data().filter(|_| !listing.is_whole());
        page.map(|page| pagination(&query.get(), &page.meta, hover))
    };
    view! {
        {table::table(query, columns, listing, total)}
        {stale_line(listing.load(), constant(true))}
        {pages}
    }
}

fn nothing(query: &BusinessQuery, page: &Page<Shared<Business>>) -> Node {
    if page.meta.total > 0 {
        let text = format!("The list has {}.", format::plural(page.meta.total_pages.into(), "page", "pages"));
        let first = leads_url::url(&leads_url::at_page(query, 1));
        let action = link_button("btn btn--primary", first, Icon::ChevronLeft, "Go to the first page");
        return empty(Icon::Leads, "Past the end of the list", text, action);
    }
    if leads_url::active(query).is_empty() {
        let action = link_button("btn btn--primary", "/find".to_owned(), Icon::Search, "Find leads");
        return empty(
            Icon::Leads,
            "No leads yet",
            "Search for a trade in a place; what is found is listed here.",
            action,
        );
    }
    let text = "Take a filter away, or search for more places.";
    let actions = view! {
        {link_button("btn btn--primary", "/leads".to_owned(), Icon::Close, "Clear all filters")}
        {link_button("btn", "/find".to_owned(), Icon::Search, "Find leads")}
    };
    empty(Icon::Leads, "No lead matches these filters", text, actions)
}
