//! Page controls: links, so that they work without script and open in a new tab.

use contract::{BusinessQuery, PageMeta};
use leptos::prelude::*;
use markup::{Node, view};

use crate::components::icon::{Icon, icon};
use crate::{format, leads_url};

/// Where the page stands in the list, and links to its neighbours. `hover` is told of a page that may be next.
pub(crate) fn pagination(query: &BusinessQuery, meta: &PageMeta, hover: Callback<BusinessQuery>) -> Node {
    let current = meta.page;
    let numbers = shown_pages(current, meta.total_pages);
    let links = numbers.into_iter().map(|entry| match entry {
        Some(page) => page_link(query, page, page == current, hover),
        None => view! { <li class="pages__gap" aria-hidden="true">"…"</li> },
    });
    view! {
        <nav class="pages" aria-label="Pages">
            <p class="pages__range">{range(meta)}</p>
            <ul class="pages__list">
                <li>{step(query, current > 1, current.saturating_sub(1), "Previous page", Icon::ChevronLeft, hover)}</li>
                {links.collect::<Node>()}
                <li>{step(query, current < meta.total_pages, current.saturating_add(1), "Next page", Icon::ChevronRight, hover)}</li>
            </ul>
            {sizes(query, meta.limit)}
        </nav>
    }
}

/// `51–100 of 2,341`.
pub(crate) fn range(meta: &PageMeta) -> String {
    if meta.total == 0 {
        return "0 of 0".to_owned();
    }
    let first = u64::from(meta.page.saturating_sub(1)) * u64::from(meta.limit) + 1;
    let last = (first + u64::from(meta.limit) - 1).min(meta.total);
    format!("{}–{} of {}", format::number(first.min(last)), format::number(last), format::number(meta.total))
}

/// The first, the last, and those around the current one; `None` stands for a gap.
fn shown_pages(current: u32, last: u32) -> Vec<Option<u32>> {
    let mut pages: Vec<u32> = [1, current.saturating_sub(1), current, current.saturating_add(1), last]
        .into_iter()
        .filter(|page| (1..=last).contains(page))
        .collect();
    // In order as they are.
    pages.dedup();
    let mut shown = Vec::new();
    for page in pages {
        match shown.last() {
            Some(&Some(before)) if page - before == 2 => shown.push(Some(page - 1)),
            Some(&Some(before)) if page - before > 2 => shown.push(None),
            _ => {}
        }
        shown.push(Some(page));
    }
    shown
}

fn page_link(query: &BusinessQuery, page: u32, is_current: bool, hover: Callback<BusinessQuery>) -> Node {
    let target = leads_url::at_page(query, page);
    let href = leads_url::url(&target);
    view! {
        <li>
            <a class="pages__link" href=href aria-label=format!("Page {}", format::number(page.into()))
                aria-current=is_current.then_some("page") on:pointerenter=move |_| hover.run(target.clone())>
                {format::number(page.into())}
            </a>
        </li>
    }
}

fn step(
    query: &BusinessQuery,
    possible: bool,
    page: u32,
    label: &'static str,
    mark: Icon,
    hover: Callback<BusinessQuery>,
) -> Node {
    let target = leads_url::at_page(query, page);
    // A link without an address is what HTML calls a disabled link.
    let href = possible.then(|| leads_url::url(&target));
    view! {
        <a class="pages__link" href=href role="link" aria-label=label aria-disabled=(!possible).then_some("true")
            on:pointerenter=move |_| if possible { hover.run(target.clone()) }>
            {icon(mark)}
        </a>
    }
}

fn sizes(query: &BusinessQuery, limit: u32) -> Node {
    let links = leads_url::PAGE_SIZES.into_iter().map(|size| {
        let target = leads_url::changed(query, |next| {
            next.limit = (size != leads_url::PAGE_SIZE).then_some(size);
        });
        view! {
            <li>
                <a class="pages__link" href=leads_url::url(&target) aria-label=format!("{size} rows a page")
                    aria-current=(size == limit).then_some("true")>{size}</a>
            </li>
        }
    });
    view! {
        <div class="pages__sizes">
            <span class="muted" id="page-size">"Rows"</span>
            <ul class="pages__list" aria-labelledby="page-size">{links.collect::<Node>()}</ul>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_and_ends_are_shown_and_a_gap_hides_two_pages_at_least() {
        let check = |current, last, expect: &str| {
            let text: Vec<_> = shown_pages(current, last)
                .into_iter()
                .map(|page| page.map_or("…".to_owned(), |page| page.to_string()))
                .collect();
            assert_eq!(text.join(" "), expect);
        };
        check(1, 0, "");
        check(1, 1, "1");
        check(1, 3, "1 2 3");
        check(1, 9, "1 2 … 9");
        check(4, 9, "1 2 3 4 5 … 9");
        check(5, 9, "1 … 4 5 6 … 9");
        check(9, 9, "1 … 8 9");
        check(20, 9, "1 … 9");
        check(u32::MAX, u32::MAX, "1 … 4294967294 4294967295");
    }

    #[test]
    fn the_range_never_passes_the_end() {
        let check =
            |total, page, expect: &str| assert_eq!(range(&PageMeta::new(total, page, 50, None)), expect);
        check(0, 1, "0 of 0");
        check(2341, 1, "1–50 of 2,341");
        check(2341, 47, "2,301–2,341 of 2,341");
    }
}
