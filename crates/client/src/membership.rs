//! Whether and where a list shows a business.

use std::cmp::Ordering;

use contract::number::lower_case;
use contract::{Business, BusinessQuery, BusinessSort, SortKey};
use requery::{LiveList, Membership};

/// What the list of `query` shows, and in which order.
pub(crate) fn live_list(query: &BusinessQuery) -> LiveList<Business> {
    let (filters, ordered, sort) = (query.clone(), query.clone(), query.sort_or_default());
    LiveList::new(move |business| membership(&filters, business))
        .try_order(move |a, b| order(&ordered, &sort, a, b))
}

/// Decides by every filter but full text, which is the server's own and only narrows what is `In` to `Unknown`.
fn membership(query: &BusinessQuery, business: &Business) -> Membership {
    let selected = selected_by_values(query, business)
        && selected_by_presence(query, business)
        && selected_by_place(query, business)
        && selected_by_time(query, business);
    match (selected, query.search.as_ref().is_some_and(|search| !search.trim().is_empty())) {
        (false, _) => Membership::Out,
        (true, true) => Membership::Unknown,
        (true, false) => Membership::In,
    }
}

fn selected_by_values(query: &BusinessQuery, business: &Business) -> bool {
    let exactly = |wanted: &Option<String>, value: &Option<String>| wanted.is_none() || wanted == value;
    let any_case = |wanted: &Option<String>, value: &Option<String>| {
        wanted
            .as_ref()
            .is_none_or(|wanted| value.as_ref().is_some_and(|value| lower_case(value) == lower_case(wanted)))
    };
    query.ids.as_ref().is_none_or(|ids| ids.0.contains(&business.id))
        && any_case(&query.city, &business.city)
        && any_case(&query.state, &business.state)
        && exactly(&query.industry, &business.industry)
        && exactly(&query.category, &business.category)
        && query.enrichment_status.is_none_or(|status| status == business.enrichment_status)
        && query
            .source
            .as_ref()
            .is_none_or(|source| business.sources.iter().any(|known| known.source == *source))
        && query.tag.as_ref().is_none_or(|tag| business.tags.contains(tag))
        && query.chain.is_none_or(|chain| chain == business.chain)
}

fn selected_by_presence(query: &BusinessQuery, business: &Business) -> bool {
    query.has_website.is_none_or(|has| has == business.website.is_some())
        && query.has_email.is_none_or(|has| has == business.email.is_some())
        && query.has_phone.is_none_or(|has| has == business.phone.is_some())
}

fn selected_by_place(query: &BusinessQuery, business: &Business) -> bool {
    let location = business.location();
    let in_radius = query.near.zip(query.radius_km).is_none_or(|(near, radius_km)| {
        location.is_some_and(|location| near.distance_km(location) <= radius_km)
    });
    in_radius && query.bbox.is_none_or(|bbox| location.is_some_and(|location| bbox.contains(location)))
}

fn selected_by_time(query: &BusinessQuery, business: &Business) -> bool {
    query.created_after.is_none_or(|after| business.created_at >= after)
        && query.created_before.is_none_or(|before| business.created_at < before)
}

/// The list's order of two businesses as the server has it: a missing value counts as the largest, ties go by
/// ascending id. None where only the server can tell: it folds accents and signs before it compares text.
fn order(query: &BusinessQuery, sort: &BusinessSort, a: &Business, b: &Business) -> Option<Ordering> {
    for (key, descending) in &sort.0 {
        let ordering = order_by(query, *key, a, b)?;
        if ordering != Ordering::Equal {
            return Some(if *descending { ordering.reverse() } else { ordering });
        }
    }
    Some(a.id.cmp(&b.id))
}

fn order_by(query: &BusinessQuery, key: SortKey, a: &Business, b: &Business) -> Option<Ordering> {
    let distance = |business: &Business| Some(query.near?.distance_km(business.location()?));
    match key {
        SortKey::CreatedAt => Some(a.created_at.cmp(&b.created_at)),
        SortKey::UpdatedAt => Some(a.updated_at.cmp(&b.updated_at)),
        SortKey::Distance => missing_last(distance(a), distance(b), |a, b| Some(a.total_cmp(b))),
        SortKey::Name => plain_order(&a.name, &b.name),
        SortKey::City => missing_last(a.city.as_deref(), b.city.as_deref(), |a, b| plain_order(a, b)),
        SortKey::Category => {
            missing_last(a.category.as_deref(), b.category.as_deref(), |a, b| plain_order(a, b))
        }
    }
}

fn missing_last<T>(
    a: Option<T>,
    b: Option<T>,
    order: impl Fn(&T, &T) -> Option<Ordering>,
) -> Option<Ordering> {
    match (a, b) {
        (Some(a), Some(b)) => order(&a, &b),
        (None, None) => Some(Ordering::Equal),
        (None, Some(_)) => Some(Ordering::Greater),
        (Some(_), None) => Some(Ordering::Less),
    }
}

/// Letters, digits and spaces are compared alike on both sides; signs and accents are the server's to fold.
fn plain_order(a: &str, b: &str) -> Option<Ordering> {
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
    (plain(a) && plain(b)).then(|| a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase()))
}
