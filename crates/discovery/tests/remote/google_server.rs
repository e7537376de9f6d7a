//! A server that answers as the Places API (New) does, with places of its own.

use discovery::source::{GooglePlaces, GooglePlacesConfig};
use metered::ApiKey;
use serde_json::{Value, json};

use crate::ledger::{KEY, TIMING, freehold, usd};
use crate::server::{Asked, Reply, Server};

/// A place with everything that the API may tell of one.
pub(crate) fn place(id: usize, latitude: f64, longitude: f64, kind: &str) -> Value {
    let component = |long: &str, short: &str, kind: &str| json!({ "longText": long, "shortText": short, "types": [kind, "political"] });
    json!({
        "name": format!("places/P{id:04}"),
        "id": format!("P{id:04}"),
        "displayName": { "text": format!("Acme {id}"), "languageCode": "en" },
        "primaryType": kind,
        "types": [kind, "point_of_interest", "establishment"],
        "formattedAddress": "12 Main St, Freehold, NJ 07728, USA",
        "addressComponents": [
            component("12", "12", "street_number"),
            component("Main Street", "Main St", "route"),
            component("Freehold", "Freehold", "locality"),
            component("New Jersey", "NJ", "administrative_area_level_1"),
            component("United States", "US", "country"),
            component("07728", "07728", "postal_code"),
        ],
        "location": { "latitude": latitude, "longitude": longitude },
        "businessStatus": "OPERATIONAL",
        "internationalPhoneNumber": "+1 732-555-0142",
        "websiteUri": format!("https://acme{id}.example/"),
        "rating": 4.5,
        "userRatingCount": 12,
    })
}

/// So many places of that kind, `step` degrees apart, on a square spiral around the middle: the nearest first.
pub(crate) fn spiral(count: usize, step: f64, kind: &str) -> Vec<Value> {
    let (mut at, mut steps) = ((0_i32, 0_i32), vec![(0, 0)]);
    let turns = [(1, 0), (0, 1), (-1, 0), (0, -1)];
    for leg in 0.. {
        let (dx, dy) = turns[leg % 4];
        for _ in 0..=leg / 2 {
            at = (at.0 + dx, at.1 + dy);
            steps.push(at);
        }
        if steps.len() >= count {
            break;
        }
    }
    let center = freehold();
    let at = |(id, (x, y)): (usize, &(i32, i32))| {
        place(id, center.latitude + f64::from(*y) * step, center.longitude + f64::from(*x) * step, kind)
    };
    steps.iter().take(count).enumerate().map(at).collect()
}

fn number(value: &Value, path: &str) -> f64 {
    value.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {path} in {value}"))
}

fn point(place: &Value) -> contract::GeoPoint {
    contract::GeoPoint::new(number(place, "/location/latitude"), number(place, "/location/longitude"))
        .unwrap()
}

/// An error as Google's APIs write them.
pub(crate) fn problem(code: u16, status: &str, message: &str, reason: Option<&str>) -> Reply {
    let details =
        reason.map(|reason| json!({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason }));
    Reply::status(
        code,
        json!({ "error": { "code": code, "message": message, "status": status, "details": [details] } })
            .to_string(),
    )
}

/// What the API answers that knows those places.
pub(crate) fn answer(asked: &Asked, all: &[Value]) -> Reply {
    let mask = asked.header("x-goog-fieldmask");
    if asked.header("x-goog-api-key") != KEY {
        return problem(
            400,
            "INVALID_ARGUMENT",
            "API key not valid. Please pass a valid API key.",
            Some("API_KEY_INVALID"),
        );
    }
    if mask.is_empty() {
        let message =
            "FieldMask is a required parameter. See https://cloud.google.com/apis/docs/system-parameters";
        return problem(400, "INVALID_ARGUMENT", message, None);
    }
    let body = asked.json();
    match asked.path.as_str() {
        "/v1/places:searchText" => text(&body, mask, all),
        "/v1/places:searchNearby" => nearby(&body, mask, all),
        _ => problem(404, "NOT_FOUND", "no such method", None),
    }
}

fn text(body: &Value, mask: &str, all: &[Value]) -> Reply {
    let corner =
        |corner: &str, side: &str| number(body, &format!("/locationRestriction/rectangle/{corner}/{side}"));
    let is_of_kind = |place: &&Value| match body["includedType"].as_str() {
        Some(kind) if body["strictTypeFiltering"] == true => {
            place["types"].as_array().unwrap().contains(&json!(kind))
        }
        _ => true,
    };
    let is_within = |place: &&Value| {
        let at = point(place);
        (corner("low", "latitude")..=corner("high", "latitude")).contains(&at.latitude)
            && (corner("low", "longitude")..=corner("high", "longitude")).contains(&at.longitude)
    };
    let found: Vec<&Value> = all.iter().filter(is_of_kind).filter(is_within).take(60).collect();
    let size = usize::try_from(body["pageSize"].as_u64().unwrap()).unwrap();
    assert!((1..=20).contains(&size) && !body["textQuery"].as_str().unwrap().is_empty(), "{body}");
    let from =
        body["pageToken"].as_str().map_or(0, |token| token.strip_prefix("after ").unwrap().parse().unwrap());
    let next = (from + size < found.len()).then(|| format!("after {}", from + size));
    reply(found.into_iter().skip(from).take(size), next, mask)
}

fn nearby(body: &Value, mask: &str, all: &[Value]) -> Reply {
    let circle = "/locationRestriction/circle";
    let center = contract::GeoPoint::new(
        number(body, &format!("{circle}/center/latitude")),
        number(body, &format!("{circle}/center/longitude")),
    );
    let (center, radius) = (center.unwrap(), number(body, &format!("{circle}/radius")));
    assert!(radius > 0.0 && radius <= 50_000.0 && body["maxResultCount"] == 20, "{body}");
    let km = |place: &Value| point(place).distance_km(center);
    let mut found: Vec<&Value> = all.iter().filter(|place| km(place) * 1_000.0 <= radius).collect();
    found.sort_by(|a, b| km(a).total_cmp(&km(b)));
    reply(found.into_iter().take(20), None, mask)
}

/// Only what the mask names is told; an empty list is left out.
fn reply<'a>(places: impl Iterator<Item = &'a Value>, next: Option<String>, mask: &str) -> Reply {
    let fields: Vec<&str> = mask.split(',').filter_map(|field| field.strip_prefix("places.")).collect();
    let masked = |place: &Value| {
        let mut place = place.as_object().unwrap().clone();
        place.retain(|key, _| fields.contains(&key.as_str()));
        Value::Object(place)
    };
    let places: Vec<Value> = places.map(masked).collect();
    let mut body = json!({});
    if !places.is_empty() {
        body["places"] = json!(places);
    }
    if let Some(next) = next.filter(|_| mask.split(',').any(|field| field == "nextPageToken")) {
        body["nextPageToken"] = json!(next);
    }
    Reply::json(&body)
}

/// A server that knows those places.
pub(crate) async fn knowing(all: Vec<Value>) -> Server {
    Server::start(move |asked, _| answer(asked, &all)).await
}

pub(crate) fn config(server: &Server, budget: &str) -> GooglePlacesConfig {
    let whole = GooglePlacesConfig::new(ApiKey::from(KEY), usd("0.035"), usd(budget));
    GooglePlacesConfig { base_url: server.url("/v1/").to_string(), timing: TIMING, ..whole }
}

pub(crate) fn google(server: &Server, budget: &str) -> GooglePlaces {
    GooglePlaces::new(config(server, budget)).unwrap()
}
