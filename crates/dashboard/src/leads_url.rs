//! The list's filters, order and page in the address bar and back. Reading is lenient: a parameter that is
//! unknown or out of range is dropped, so that an old or mistyped link still shows a list.

use contract::query::{BusinessSort, MAX_FILTER_LENGTH, SortKey};
use contract::{BusinessQuery, EnrichmentStatus, number};

use crate::format;

/// Rows a page where the address does not say.
pub const PAGE_SIZE: u32 = 50;
/// The page sizes that the page offers.
pub const PAGE_SIZES: [u32; 4] = [20, 50, 100, 200];

/// The query in `search`, with or without its question mark.
#[must_use]
pub fn parse(search: &str) -> BusinessQuery {
    let mut query = BusinessQuery::default();
    for (name, value) in form_urlencoded::parse(search.trim_start_matches('?').as_bytes()) {
        let value = value.trim();
        if !value.is_empty() {
            set(&mut query, &name, value);
        }
    }
    drop_invalid(&mut query);
    query
}

/// Sets the named field, if the name is known and the value readable.
fn set(query: &mut BusinessQuery, name: &str, value: &str) {
    // What the API takes as a text.
    let is_text = value.chars().count() <= MAX_FILTER_LENGTH && !value.contains('\0');
    let text = is_text.then(|| value.to_owned());
    match name {
        "page" => query.page = value.parse().ok(),
        "limit" => query.limit = value.parse().ok(),
        "cursor" => query.cursor = Some(value.to_owned()),
        "sort" => query.sort = value.parse().ok(),
        "search" => query.search = text,
        "city" => query.city = text,
        "state" => query.state = text,
        "industry" => query.industry = text,
        "category" => query.category = text,
        "enrichmentStatus" => query.enrichment_status = value.parse().ok(),
        "source" => query.source = text,
        "tag" => query.tag = text,
        "hasWebsite" => query.has_website = value.parse().ok(),
        "hasEmail" => query.has_email = value.parse().ok(),
        "hasPhone" => query.has_phone = value.parse().ok(),
        "chain" => query.chain = value.parse().ok(),
        "near" => query.near = value.parse().ok(),
        "radiusKm" => query.radius_km = number::parse(value),
        "bbox" => query.bbox = value.parse().ok(),
        "createdAfter" => query.created_after = value.parse().ok(),
        "createdBefore" => query.created_before = value.parse().ok(),
        "columns" => query.columns = value.parse().ok(),
        _ => {}
    }
}

fn drop_invalid(query: &mut BusinessQuery) {
    for error in query.validate().err().unwrap_or_default() {
        match error.field.as_str() {
            "limit" => query.limit = None,
            "page" => query.page = None,
            "cursor" => query.cursor = None,
            "search" => query.search = None,
            "radiusKm" => query.radius_km = None,
            "near" => (query.radius_km, query.sort) = (None, None),
            _ => {}
        }
    }
}

/// The query's parameters, in the order of the contract.
#[must_use]
pub fn pairs(query: &BusinessQuery) -> Vec<(&'static str, String)> {
    let text = |value: &Option<String>| value.clone();
    let flag = |value: Option<bool>| value.map(|value| value.to_string());
    [
        ("page", query.page.filter(|page| *page > 1).map(|page| page.to_string())),
        ("limit", query.limit.map(|limit| limit.to_string())),
        ("cursor", text(&query.cursor)),
        ("sort", query.sort.as_ref().map(ToString::to_string)),
        ("search", text(&query.search)),
        ("city", text(&query.city)),
        ("state", text(&query.state)),
        ("industry", text(&query.industry)),
        ("category", text(&query.category)),
        ("enrichmentStatus", query.enrichment_status.map(|status| status.to_string())),
        ("source", text(&query.source)),
        ("tag", text(&query.tag)),
        ("hasWebsite", flag(query.has_website)),
        ("hasEmail", flag(query.has_email)),
        ("hasPhone", flag(query.has_phone)),
        ("chain", flag(query.chain)),
        ("near", query.near.map(|near| near.to_string())),
        ("radiusKm", query.radius_km.map(number::text)),
        ("bbox", query.bbox.map(|bbox| bbox.to_string())),
        ("createdAfter", query.created_after.map(|at| at.to_string())),
        ("createdBefore", query.created_before.map(|at| at.to_string())),
        ("columns", query.columns.as_ref().map(ToString::to_string)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

/// The address of the list: `/leads?city=Espoo`.
#[must_use]
pub fn url(query: &BusinessQuery) -> String {
    with_parameters("/leads", pairs(query))
}

/// `path` with the parameters behind it, encoded.
#[must_use]
pub fn with_parameters(path: &str, pairs: Vec<(&'static str, String)>) -> String {
    if pairs.is_empty() {
        return path.to_owned();
    }
    let start = format!("{path}?");
    let length = start.len();
    let mut encoder = form_urlencoded::Serializer::for_suffix(start, length);
    for (name, value) in pairs {
        encoder.append_pair(name, &value);
    }
    encoder.finish()
}

/// The query that the page asks for: the address's, with the page's own size where it names none.
#[must_use]
pub fn for_list(query: &BusinessQuery) -> BusinessQuery {
    let mut list = without_columns(query);
    list.limit = Some(query.limit.unwrap_or(PAGE_SIZE));
    list
}

/// The same rows, however they are shown.
#[must_use]
pub fn without_columns(query: &BusinessQuery) -> BusinessQuery {
    let mut rows = query.clone();
    rows.columns = None;
    rows
}

/// Where the whole list is had as a file of that form, in its order. A table has the columns of the list, if it names some;
/// the other forms hold all that is known.
#[must_use]
pub fn export_url(list: &BusinessQuery, format: &str) -> String {
    let mut list = at_page(list, 1);
    list.limit = None;
    if !matches!(format, "csv" | "xlsx") {
        list.columns = None;
    }
    let mut asked = vec![("format", format.to_owned())];
    asked.extend(pairs(&list));
    with_parameters("/api/businesses/export", asked)
}

/// The same list from its first page, changed by `change`.
#[must_use]
pub fn changed(query: &BusinessQuery, change: impl FnOnce(&mut BusinessQuery)) -> BusinessQuery {
    let mut next = at_page(query, 1);
    change(&mut next);
    next
}

/// The same list at another page.
#[must_use]
pub fn at_page(query: &BusinessQuery, page: u32) -> BusinessQuery {
    let mut next = query.clone();
    next.page = (page > 1).then_some(page);
    next.cursor = None;
    next
}

/// How the list is ordered by `key` at present: `Some(true)` is descending.
#[must_use]
pub fn order(query: &BusinessQuery, key: SortKey) -> Option<bool> {
    query.sort_or_default().0.first().filter(|first| first.0 == key).map(|first| first.1)
}

/// The list after a press on a column's head: its natural order first, then the reverse.
#[must_use]
pub fn sorted(query: &BusinessQuery, key: SortKey) -> BusinessQuery {
    let newest_first = matches!(key, SortKey::CreatedAt | SortKey::UpdatedAt);
    let descending = order(query, key).map_or(newest_first, |descending| !descending);
    let sort = BusinessSort(vec![(key, descending)]);
    changed(query, |next| {
        next.sort = (sort != BusinessQuery { sort: None, ..query.clone() }.sort_or_default()).then_some(sort);
    })
}

/// One filter that is on: what it says, and the list without it.
#[derive(Clone, Debug, PartialEq)]
pub struct ActiveFilter {
    /// What is filtered, such as `City`.
    pub name: &'static str,
    /// To what, such as `Espoo`.
    pub value: String,
    /// The list without this filter.
    pub without: BusinessQuery,
}

/// The filters that are on, the search text first.
#[must_use]
pub fn active(query: &BusinessQuery) -> Vec<ActiveFilter> {
    let mut filters = Vec::new();
    let mut add = |name, value: Option<String>, clear: fn(&mut BusinessQuery)| {
        if let Some(value) = value {
            filters.push(ActiveFilter { name, value, without: changed(query, clear) });
        }
    };
    let words = |text: &Option<String>| text.as_deref().map(format::label);
    let yes_no = |flag: Option<bool>| flag.map(|flag| if flag { "yes" } else { "no" }.to_owned());
    add("Search", query.search.clone(), |q| q.search = None);
    add("City", query.city.clone(), |q| q.city = None);
    add("State", query.state.clone(), |q| q.state = None);
    add("Industry", words(&query.industry), |q| q.industry = None);
    add("Category", words(&query.category), |q| q.category = None);
    add("Status", query.enrichment_status.map(status_label), |q| q.enrichment_status = None);
    add("Source", query.source.as_deref().map(format::source), |q| q.source = None);
    add("Tag", query.tag.clone(), |q| q.tag = None);
    add("Phone", yes_no(query.has_phone), |q| q.has_phone = None);
    add("E-mail", yes_no(query.has_email), |q| q.has_email = None);
    add("Website", yes_no(query.has_website), |q| q.has_website = None);
    add("Chain", yes_no(query.chain), |q| q.chain = None);
    add("Within", query.near.map(|_| area_label(query)), |q| {
        (q.near, q.radius_km, q.sort) = (None, None, None);
    });
    add("Area", query.bbox.map(|bbox| bbox.to_string()), |q| q.bbox = None);
    add("Added since", query.created_after.map(format::date), |q| q.created_after = None);
    add("Added before", query.created_before.map(format::date), |q| q.created_before = None);
    filters
}

fn area_label(query: &BusinessQuery) -> String {
    let point = query
        .near
        .map(|near| format!("{}, {}", number::fixed(near.latitude, 4), number::fixed(near.longitude, 4)));
    let point = point.unwrap_or_default();
    query.radius_km.map_or_else(
        || format!("any distance of {point}"),
        |km| format!("{} of {point}", format::distance(km)),
    )
}

/// The enrichment status as people read it.
#[must_use]
pub fn status_label(status: EnrichmentStatus) -> String {
    match status {
        EnrichmentStatus::Pending => "Not enriched",
        EnrichmentStatus::Enriching => "Enriching",
        EnrichmentStatus::Enriched => "Enriched",
        EnrichmentStatus::Failed => "Failed",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "page=3&limit=100&sort=-name&search=caf%C3%A9+a%26b&city=Espoo&state=NJ&industry=food\
        &category=fast_food&enrichmentStatus=failed&source=openstreetmap&tag=hot&hasWebsite=false&hasEmail=true\
        &hasPhone=true&chain=false&near=60.17%2C24.94&radiusKm=2.5&bbox=24%2C60%2C25%2C61\
        &createdAfter=2026-05-04T00%3A00%3A00.000Z&createdBefore=2026-06-04T00%3A00%3A00.000Z\
        &columns=city%2Cphone";

    #[test]
    fn every_parameter_comes_back_as_it_went() {
        let query = parse(FULL);
        assert_eq!(url(&query), format!("/leads?{FULL}"));
        assert_eq!(parse(&url(&query)["/leads".len()..]), query);
    }

    #[test]
    fn the_address_is_what_the_api_takes() {
        let query = parse(FULL);
        assert_eq!(serde_urlencoded::from_str::<BusinessQuery>(FULL).unwrap(), query);
        assert_eq!(serde_urlencoded::to_string(&query).unwrap(), FULL);
    }

    #[test]
    fn what_cannot_be_read_is_dropped_and_the_rest_stays() {
        let query =
            parse("?colour=red&page=0&limit=9999&sort=colour&city=+Espoo+&hasEmail=perhaps&radiusKm=5");
        assert_eq!(query, BusinessQuery { city: Some("Espoo".into()), ..Default::default() });
        assert_eq!(parse("search=&city="), BusinessQuery::default());
        assert_eq!(parse("sort=distance").sort, None);
        assert_eq!(parse(&format!("search={}", "x".repeat(201))).search, None);
        for name in ["search", "city", "state", "industry", "category", "source", "tag"] {
            for text in ["x".repeat(301), "a%00b".to_owned()] {
                assert_eq!(parse(&format!("{name}={text}")), BusinessQuery::default(), "{name}");
            }
        }
    }

    #[test]
    fn the_plain_list_has_a_plain_address() {
        assert_eq!(url(&BusinessQuery::default()), "/leads");
        assert_eq!(url(&at_page(&parse("page=4&city=Espoo"), 1)), "/leads?city=Espoo");
    }

    #[test]
    fn an_export_has_all_of_the_list_in_its_order() {
        let list = parse("page=3&limit=100&sort=-name&city=Espoo&columns=phone");
        let parameters = "sort=-name&city=Espoo";
        assert_eq!(
            export_url(&list, "csv"),
            format!("/api/businesses/export?format=csv&{parameters}&columns=phone")
        );
        assert_eq!(export_url(&list, "json"), format!("/api/businesses/export?format=json&{parameters}"));
        assert_eq!(export_url(&parse("page=2"), "xlsx"), "/api/businesses/export?format=xlsx");
    }

    #[test]
    fn a_changed_filter_starts_at_the_first_page() {
        let query = changed(&parse("page=4&sort=name&city=Espoo"), |q| q.city = Some("Vantaa".into()));
        assert_eq!(url(&query), "/leads?sort=name&city=Vantaa");
    }

    #[test]
    fn a_column_head_orders_naturally_first_and_then_the_other_way() {
        let check = |search: &str, key, expect: &str| {
            assert_eq!(url(&sorted(&parse(search), key)), expect, "{search}");
        };
        check("", SortKey::Name, "/leads?sort=name");
        check("sort=name", SortKey::Name, "/leads?sort=-name");
        check("sort=-name&page=2", SortKey::Name, "/leads?sort=name");
        check("", SortKey::CreatedAt, "/leads?sort=createdAt");
        check("sort=createdAt", SortKey::CreatedAt, "/leads");
        check("sort=name", SortKey::CreatedAt, "/leads");
        check("near=1%2C1", SortKey::Name, "/leads?sort=name&near=1%2C1");
    }

    #[test]
    fn the_order_shown_is_the_first_key_of_the_effective_order() {
        assert_eq!(order(&parse(""), SortKey::CreatedAt), Some(true));
        assert_eq!(order(&parse("sort=city,-name"), SortKey::City), Some(false));
        assert_eq!(order(&parse("sort=city,-name"), SortKey::Name), None);
        assert_eq!(order(&parse("near=1,1"), SortKey::Distance), Some(false));
    }

    #[test]
    fn each_active_filter_can_be_taken_away_alone() {
        let query = parse(FULL);
        let filters = active(&query);
        assert_eq!(filters.len(), 16);
        for filter in &filters {
            assert_eq!(active(&filter.without).len(), 15, "{}", filter.name);
        }
        let labels: Vec<_> = active(&parse("search=caf&hasPhone=false&near=60,24&radiusKm=1"))
            .into_iter()
            .map(|filter| format!("{} {}", filter.name, filter.value))
            .collect();
        assert_eq!(labels, ["Search caf", "Phone no", "Within 1 km of 60.0000, 24.0000"]);
    }
}
