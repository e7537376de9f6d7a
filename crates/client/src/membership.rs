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
    (plain(a) && plain(b)).then(|| folded(a).cmp(folded(b)))
}

/// Nothing is copied: a change of one row compares it with many.
fn folded(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().map(|byte| byte.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use contract::{BoundingBox, BusinessIds, GeoPoint};
    use contract::{BusinessId, SourceRef, Timestamp};

    use super::*;

    fn kahvila() -> Business {
        Business {
            city: Some("Järvenpää".into()),
            state: Some("Uusimaa".into()),
            category: Some("cafe".into()),
            industry: Some("food".into()),
            latitude: Some(60.47),
            longitude: Some(25.09),
            phone: Some("+3589123".into()),
            tags: vec!["vip".into()],
            sources: vec![SourceRef {
                source: "openstreetmap".into(),
                source_id: "n1".into(),
                fetched_at: Timestamp::from_millis(1),
                licence: Some("ODbL-1.0".into()),
            }],
            ..Business::named(BusinessId(7), "Kahvila", Timestamp::from_millis(1000))
        }
    }

    /// Whether the list of a query, as it stands in an address, shows the business.
    fn check(query: &str, expect: Membership) {
        let query: BusinessQuery =
            serde_urlencoded::from_str(query).unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!(membership(&query, &kahvila()), expect, "{query:?}");
    }

    #[test]
    fn a_list_shows_what_each_of_its_filters_selects() {
        check("", Membership::In);
        for (fits, does_not) in [
            ("city=j%C3%84rvenp%C3%A4%C3%A4", "city=Espoo"),
            ("state=UUSIMAA", "state=Lappi"),
            ("industry=food", "industry=health"),
            ("category=cafe", "category=Cafe"),
            ("enrichmentStatus=pending", "enrichmentStatus=enriched"),
            ("source=openstreetmap", "source=overture"),
            ("tag=vip", "tag=VIP"),
            ("chain=false", "chain=true"),
            ("hasWebsite=false", "hasWebsite=true"),
            ("hasEmail=false", "hasEmail=true"),
            ("hasPhone=true", "hasPhone=false"),
            ("near=60.47,25.09&radiusKm=1", "near=60.17,24.94&radiusKm=1"),
            ("bbox=25,60,26,61", "bbox=24,60,25,61"),
            ("createdAfter=1970-01-01T00:00:01.000Z", "createdAfter=1970-01-01T00:00:01.001Z"),
            ("createdBefore=1970-01-01T00:00:01.001Z", "createdBefore=1970-01-01T00:00:01.000Z"),
            ("ids=3,7", "ids=3,5"),
        ] {
            check(fits, Membership::In);
            check(does_not, Membership::Out);
        }
    }

    #[test]
    fn what_only_the_server_can_tell_is_asked_of_it() {
        check("search=coffee", Membership::Unknown);
        check("search=coffee&city=Espoo", Membership::Out);
        check("search=%20", Membership::In);
    }

    #[test]
    fn a_place_that_is_not_known_is_in_no_area() {
        let nowhere = Business { latitude: None, ..kahvila() };
        let near = BusinessQuery {
            near: GeoPoint::new(60.47, 25.09),
            radius_km: Some(500.0),
            ..BusinessQuery::default()
        };
        let boxed = BusinessQuery {
            bbox: Some(BoundingBox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 }),
            ..BusinessQuery::default()
        };
        let ids = BusinessQuery { ids: Some(BusinessIds(vec![BusinessId(7)])), ..BusinessQuery::default() };
        assert_eq!(membership(&near, &nowhere), Membership::Out);
        assert_eq!(membership(&boxed, &nowhere), Membership::Out);
        assert_eq!(membership(&ids, &nowhere), Membership::In);
    }

    /// How the list of a query orders `a` and `b`.
    fn ordered(query: &str, a: &Business, b: &Business) -> Option<Ordering> {
        let query: BusinessQuery = serde_urlencoded::from_str(query).unwrap();
        order(&query, &query.sort_or_default(), a, b)
    }

    #[test]
    fn rows_stand_in_the_servers_order() {
        let a = Business { city: Some("espoo".into()), category: None, ..kahvila() };
        let later = Timestamp::from_millis(2000);
        let b = Business {
            id: BusinessId(8),
            name: "bar".into(),
            city: Some("Vantaa".into()),
            latitude: Some(61.0),
            created_at: later,
            updated_at: later,
            ..kahvila()
        };
        for (query, expect) in [
            ("", Ordering::Greater),
            ("sort=createdAt", Ordering::Less),
            ("sort=-updatedAt", Ordering::Greater),
            ("sort=name", Ordering::Greater),
            ("sort=-name", Ordering::Less),
            ("sort=city", Ordering::Less),
            ("sort=category", Ordering::Greater),
            ("near=60.47,25.09", Ordering::Less),
            ("near=60.47,25.09&sort=-distance", Ordering::Greater),
        ] {
            assert_eq!(ordered(query, &a, &b), Some(expect), "{query}");
            assert_eq!(ordered(query, &b, &a), Some(expect.reverse()), "{query}");
        }
        let twin = Business { id: BusinessId(9), ..a.clone() };
        assert_eq!(ordered("sort=-city,name", &a, &twin), Some(Ordering::Less), "ties go by id");
        assert_eq!(ordered("sort=category", &a, &twin), Some(Ordering::Less));
        let nowhere = Business { latitude: None, ..b.clone() };
        assert_eq!(ordered("near=60.47,25.09", &nowhere, &a), Some(Ordering::Greater));
    }

    #[test]
    fn an_order_of_accents_and_signs_is_the_servers() {
        let accented = Business { name: "Ångström".into(), ..kahvila() };
        assert_eq!(ordered("sort=name", &accented, &kahvila()), None);
        assert_eq!(ordered("sort=city", &accented, &kahvila()), None, "both are in Järvenpää");
    }
}
