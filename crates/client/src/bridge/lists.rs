//! What a change of one business does to a page of a list.

use std::cmp::Ordering;
use std::sync::Arc;

use contract::{Business, BusinessId, BusinessQuery, Page, PageMeta};

use super::membership::{Membership, membership, order};

/// A change of one business.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// It was made or changed.
    Upsert(Arc<Business>),
    /// It is gone; `version` is its last plus one.
    Remove { id: BusinessId, version: u64 },
}

/// The page after the change, or none where it stays. The same whether it is applied once or twice.
pub(super) fn changed(
    query: &BusinessQuery,
    page: &Page<Business>,
    change: &Change,
) -> Option<Page<Business>> {
    match change {
        Change::Remove { id, version } => removed(page, *id, *version),
        Change::Upsert(business) => {
            let shown = page.data.iter().find(|row| row.id == business.id);
            match (shown, membership(query, business)) {
                (Some(shown), _) if shown.version >= business.version => None,
                (Some(_), Membership::Out) => removed(page, business.id, business.version),
                (Some(_), _) => Some(replaced(query, page, business)),
                (None, Membership::In) => inserted(query, page, business),
                (None, _) => None,
            }
        }
    }
}

/// Whether only the server knows how the page looks after the change.
pub(super) fn needs_server(query: &BusinessQuery, page: &Page<Business>, change: &Change) -> bool {
    match change {
        // The row that moves up to fill the page is not known here.
        Change::Remove { id, .. } => has_more(page) || page.data.iter().any(|row| row.id == *id),
        Change::Upsert(business) => {
            let shown = page.data.iter().find(|row| row.id == business.id);
            match (shown, membership(query, business)) {
                (Some(shown), _) if shown.version >= business.version => false,
                (Some(_), Membership::Out) => has_more(page),
                (Some(_), Membership::Unknown) => true,
                (Some(shown), Membership::In) => has_more(page) && moves(query, shown, business),
                (None, Membership::Out) => business.version > 1 && has_more(page),
                (None, Membership::Unknown) => true,
                (None, Membership::In) => inserted(query, page, business).is_none(),
            }
        }
    }
}

fn has_more(page: &Page<Business>) -> bool {
    page.meta.total > page.data.len() as u64
}

fn moves(query: &BusinessQuery, before: &Business, after: &Business) -> bool {
    order(query, &query.sort_or_default(), before, after) != Some(Ordering::Equal)
}

fn removed(page: &Page<Business>, id: BusinessId, version: u64) -> Option<Page<Business>> {
    let data: Vec<Business> =
        page.data.iter().filter(|row| row.id != id || row.version >= version).cloned().collect();
    (data.len() < page.data.len()).then(|| with_total(page, data, page.meta.total.saturating_sub(1)))
}

/// The row in its new form, at its new place as far as the page shows it.
fn replaced(query: &BusinessQuery, page: &Page<Business>, business: &Business) -> Page<Business> {
    let sort = query.sort_or_default();
    let mut data: Vec<Business> = page.data.iter().filter(|row| row.id != business.id).cloned().collect();
    let kept = page.data.iter().position(|row| row.id == business.id).unwrap_or(data.len());
    let place = place_of(query, &sort, &data, business).unwrap_or(kept);
    data.insert(place, business.clone());
    Page { data, meta: page.meta.clone() }
}

/// The page with the row at its place, if the place is within the page for certain.
fn inserted(query: &BusinessQuery, page: &Page<Business>, business: &Business) -> Option<Page<Business>> {
    let place = place_of(query, &query.sort_or_default(), &page.data, business)?;
    let limit = query.limit_or_default() as usize;
    let first_page = query.page_or_default() == 1 && query.cursor.is_none();
    // Before the first row of a later page it may belong to the page before; behind the last row of a page that
    // others follow, to the next.
    let certain = (first_page || place > 0) && (place < page.data.len() || (!has_more(page) && first_page));
    if !certain || place >= limit {
        return None;
    }
    let mut data = page.data.clone();
    data.insert(place, business.clone());
    data.truncate(limit);
    Some(with_total(page, data, page.meta.total + 1))
}

/// Where the row belongs among the others; none where that is not known.
fn place_of(
    query: &BusinessQuery,
    sort: &contract::BusinessSort,
    rows: &[Business],
    business: &Business,
) -> Option<usize> {
    let mut place = 0;
    for row in rows {
        match order(query, sort, row, business)? {
            Ordering::Less | Ordering::Equal => place += 1,
            Ordering::Greater => break,
        }
    }
    Some(place)
}

fn with_total(page: &Page<Business>, data: Vec<Business>, total: u64) -> Page<Business> {
    let truncated = data.last().map(|row| row.id) != page.data.last().map(|row| row.id);
    // A cursor points behind the page's last row: with another last row it would skip or repeat.
    let next_cursor = if truncated { None } else { page.meta.next_cursor.clone() };
    Page { data, meta: PageMeta::new(total, page.meta.page, page.meta.limit, next_cursor) }
}
