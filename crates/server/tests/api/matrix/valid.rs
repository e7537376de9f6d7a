//! A request of every operation that is taken, by hand: what is wrong with others is one change to these.

use serde_json::{Value, json};

use super::world::World;
use crate::support::guarded::PASSWORD;

/// What an operation takes.
#[derive(Default)]
pub(super) struct Valid {
    /// For the braces of the path, in their order.
    pub(super) path: Vec<String>,
    /// Queries of which one at least holds each parameter.
    pub(super) queries: Vec<Vec<(&'static str, String)>>,
    /// Bodies of which one at least holds each field.
    pub(super) bodies: Vec<Value>,
    /// Where the version that `If-Match` names is read.
    pub(super) version_of: Option<String>,
}

impl Valid {
    fn at(path: &[&dyn ToString]) -> Self {
        Self { path: path.iter().map(|part| part.to_string()).collect(), ..Self::default() }
    }

    fn body(self, body: Value) -> Self {
        self.bodies([body])
    }

    fn bodies(self, bodies: impl IntoIterator<Item = Value>) -> Self {
        Self { bodies: bodies.into_iter().collect(), ..self }
    }

    fn query<const N: usize>(mut self, query: [(&'static str, &str); N]) -> Self {
        self.queries.push(query.map(|(name, value)| (name, value.to_owned())).to_vec());
        self
    }

    fn filters(mut self, world: &World, besides: &[(&'static str, &str)]) -> Self {
        let filters = filter(world);
        let names = FILTERS.iter().filter(|name| !filters[**name].is_null());
        let mut query: Vec<_> = names.map(|name| (*name, plain(&filters[*name]))).collect();
        query.extend(besides.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self.queries.push(query);
        self
    }

    /// How many of them there are.
    pub(super) fn requests(&self) -> usize {
        self.bodies.len().max(self.queries.len()).max(1)
    }

    fn version_of(self, path: String) -> Self {
        Self { version_of: Some(path), ..self }
    }
}

/// What a request of that operation holds where it is right; none where nobody has said so.
pub(super) fn valid(world: &World, operation: &str) -> Option<Valid> {
    let nothing = Valid::default();
    let lead = |position: usize| world.businesses[position - 1];
    let of = |position: usize| format!("/api/businesses/{}", lead(position));
    Some(match operation {
        "getAppearance"
        | "logout"
        | "getMe"
        | "listSessions"
        | "revokeOtherSessions"
        | "listTokens"
        | "getStats"
        | "importBusinesses"
        | "previewImport"
        | "listProviders"
        | "getEnrichmentQueue"
        | "getSpending"
        | "listScrapeJobs"
        | "listSources"
        | "listUsers"
        | "listViews" => nothing,
        "updateAppearance" => nothing.body(json!({ "columns": "city,phone", "theme": "dark" })),
        "login" => nothing.body(json!({ "email": "root@example.org", "password": PASSWORD })),
        "changePassword" => nothing.body(json!({ "current": PASSWORD, "new": PASSWORD })),
        "setup" => nothing.body(json!({
            "token": "of a link", "email": "root@example.org", "name": "Root", "password": PASSWORD,
        })),
        "revokeSession" => Valid::at(&[&world.session]),
        "createToken" => nothing.body(json!({ "name": "nightly", "role": "viewer", "expiresInDays": 7 })),
        "revokeToken" => Valid::at(&[&world.token]),
        "listBusinesses" | "getFacets" => nothing
            .filters(world, &[("page", "1"), ("limit", "20"), ("sort", "name")])
            .query([("sort", "name"), ("limit", "1"), ("cursor", &world.cursors[0])]),
        "exportBusinesses" => nothing.filters(world, &[("format", "csv"), ("sort", "name")]),
        "getBusinessMap" => nothing.filters(world, &[("within", "20,60,30,70"), ("across", "4")]),
        "createBusiness" => nothing.body(lead_by_hand()),
        "bulkBusinesses" => nothing.bodies([
            json!({ "ids": [lead(2)], "action": "tag", "tag": "seen" }),
            json!({ "filter": filter(world), "action": "untag", "tag": "seen" }),
            json!({ "filter": of_cursor(world), "action": "untag", "tag": "seen" }),
        ]),
        "getBusiness" | "listContacts" | "listDuplicates" | "listMerges" => Valid::at(&[&lead(1)]),
        "listEnrichmentHistory" => Valid::at(&[&lead(1)])
            .query([("limit", "20")])
            .query([("limit", "1"), ("cursor", &world.cursors[3])]),
        "deleteBusiness" => Valid::at(&[&lead(5)]).version_of(of(5)),
        "updateBusiness" => Valid::at(&[&lead(2)]).body(lead_by_hand()).version_of(of(2)),
        "addContact" => Valid::at(&[&lead(1)]).body(contact()),
        "deleteContact" => Valid::at(&[&lead(1), &world.contacts[1]]).version_of(of(1)),
        "updateContact" => Valid::at(&[&lead(1), &world.contacts[0]]).body(contact()).version_of(of(1)),
        "mergeBusiness" => {
            Valid::at(&[&lead(9)]).body(json!({ "otherId": lead(3), "version": 1, "otherVersion": 1 }))
        }
        "listPairs" => nothing.query([("apart", "true"), ("page", "1"), ("limit", "20")]),
        "keepApart" => Valid::at(&[&lead(7)]).body(json!({ "otherId": lead(8) })),
        "forgetApart" => Valid::at(&[&lead(7), &lead(8)]),
        "previewMerge" => Valid::at(&[&lead(1), &lead(2)]),
        "unmergeBusiness" => Valid::at(&[&lead(1)]).body(json!({ "otherId": lead(4) })),
        "enrichBatch" => nothing.bodies([
            json!({ "businessIds": [lead(2)] }),
            json!({ "filter": filter(world) }),
            json!({ "filter": of_cursor(world) }),
            json!({ "count": 1 }),
        ]),
        "getEnrichmentBatch" => Valid::at(&[&world.batch]),
        "enrichBusiness" => Valid::at(&[&lead(6)]),
        "listEvents" => nothing.query([("since", "0"), ("limit", "10")]),
        "listJobs" => nothing
            .query([("kind", "scrape"), ("status", "pending"), ("parentId", &world.batch), ("limit", "20")])
            .query([("limit", "1"), ("cursor", &world.cursors[1])]),
        "listFailedJobs" => nothing.query([("limit", "1"), ("cursor", &world.cursors[2])]),
        "retryFailedJobs" => nothing.query([("kind", "scrape"), ("cause", "nobody answered")]),
        "getJob" | "cancelJob" | "getScrapeStatus" => Valid::at(&[&world.pending]),
        "getRejectedRecords" => Valid::at(&[&world.import]),
        "retryJob" => Valid::at(&[&world.failed]),
        "suggestCategories" => nothing.query([("q", "bakery"), ("limit", "5")]),
        "suggestLocations" => nothing.query([("q", "Helsinki"), ("limit", "5")]),
        "startScrape" => nothing.body(json!({
            "location": "Helsinki", "category": "restaurant", "query": "pizza", "radiusKm": 2.5,
            "maxResults": 10, "source": "openstreetmap",
        })),
        "listSuppressions" => {
            let digest = "0".repeat(64);
            nothing.query([("digest", &digest), ("limit", "20"), ("page", "1")])
        }
        "addSuppression" => {
            nothing.bodies([json!({ "email": "left@example.org" }), json!({ "domain": "left.example" })])
        }
        "removeSuppression" => Valid::at(&[&world.suppression]),
        "createUser" => nothing.body(json!({
            "email": "new@example.org", "name": "New", "role": "member", "password": PASSWORD,
        })),
        "deleteUser" => Valid::at(&[&world.user]),
        "updateUser" => Valid::at(&[&world.user]).body(json!({
            "name": "Vi", "role": "viewer", "disabled": false, "password": PASSWORD,
        })),
        "createView" => nothing.body(json!({ "name": "Espoo", "query": "city=Espoo" })),
        "updateView" => Valid::at(&[&world.views[0]])
            .body(json!({ "name": "Mine", "query": "city=Espoo" }))
            .version_of(format!("/api/views/{}", world.views[0])),
        "deleteView" => Valid::at(&[&world.views[1]]).version_of(format!("/api/views/{}", world.views[1])),
        _ => return None,
    })
}

/// Filters that a URL and a body share.
const FILTERS: [&str; 19] = [
    "ids",
    "search",
    "city",
    "state",
    "industry",
    "category",
    "enrichmentStatus",
    "source",
    "tag",
    "hasWebsite",
    "hasEmail",
    "hasPhone",
    "chain",
    "near",
    "radiusKm",
    "bbox",
    "createdAfter",
    "createdBefore",
    "columns",
];

/// With every field that filters have; order and paging are not heeded where they stand in a body.
fn filter(world: &World) -> Value {
    let ids = format!("{},{}", world.businesses[0], world.businesses[7]);
    json!({
        "page": 1, "limit": 20, "sort": "name", "ids": ids, "search": "theta", "city": "Espoo",
        "state": "Uusimaa", "industry": "food", "category": "restaurant", "enrichmentStatus": "pending",
        "source": "openstreetmap", "tag": "kept", "hasWebsite": true, "hasEmail": true, "hasPhone": true,
        "chain": false, "near": "60.2,24.6", "radiusKm": 5.5, "bbox": "24,60,25,61",
        "createdAfter": "2020-01-01T00:00:00.000Z", "createdBefore": "2120-01-01T00:00:00.000Z",
        "columns": "city,phone",
    })
}

/// With the field that does not go together with a page.
fn of_cursor(world: &World) -> Value {
    json!({ "cursor": world.cursors[0], "ids": world.businesses[0].to_string() })
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A business with every field that a person may set.
fn lead_by_hand() -> Value {
    json!({
        "name": "Kahvila Aamu", "category": "cafe", "street": "Katu 1", "city": "Espoo", "state": "Uusimaa",
        "postalCode": "02100", "country": "FI", "latitude": 60.2, "longitude": 24.6,
        "phone": "+358 9 123 4567", "email": "hello@aamu.example", "website": "https://aamu.example/",
        "socials": {
            "facebook": "https://www.facebook.com/aamu", "instagram": "https://www.instagram.com/aamu",
            "linkedin": "https://www.linkedin.com/company/aamu", "x": "https://x.com/aamu",
            "youtube": "https://www.youtube.com/@aamu", "tiktok": "https://www.tiktok.com/@aamu",
            "yelp": "https://www.yelp.com/biz/aamu",
        },
        "openingHours": "Mo-Fr 08:00-16:00", "employeeCount": 4, "yearFounded": 1999,
        "description": "Coffee.", "chain": false, "operatingStatus": "open", "tags": ["seen"],
        "notes": "Call.",
    })
}

fn contact() -> Value {
    json!({
        "name": "Cai Cedar", "title": "Owner", "email": "cai@aamu.example", "phone": "+358 9 123 4567",
        "linkedin": "https://www.linkedin.com/in/cai", "isPrimary": true,
    })
}
