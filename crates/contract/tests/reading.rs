//! What is written is read back whole, and what does not fit is named.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use contract::event::{EventPage, SyncReset};
use contract::json::{self, FromJson};
use contract::places::{CategorySuggestion, LocationSuggestion, SourceInfo};
use contract::stats::Facets;
use contract::{
    Business, BusinessDetail, BusinessQuery, Event, EventPayload, Job, JobAccepted, Page, Problem, Stats,
};
use serde::Serialize;
use serde_json::{Value, json};

const JOB_ID: &str = "019a6c7e-4d3b-7c11-8f00-000000000001";

/// Every field has a value of its own, so that none is lost unseen.
fn business() -> Value {
    json!({
        "id": 7, "version": 3, "name": "Café", "category": "cafe", "industry": "food", "street": "Katu 1",
        "city": "Espoo", "state": "Uusimaa", "postalCode": "02100", "country": "FI", "latitude": 60.2,
        "longitude": 24.6, "phone": "+358912345678", "phoneDisplay": "09 12345678", "email": "a@b.fi",
        "website": "https://b.fi/",
        "socials": {
            "facebook": "https://f/", "instagram": "https://i/", "linkedin": "https://l/", "x": "https://x/",
            "youtube": "https://y/", "tiktok": "https://t/", "yelp": "https://e/"
        },
        "openingHours": "Mo-Fr", "employeeCount": 4, "yearFounded": 1999, "description": "Coffee", "chain": true,
        "operatingStatus": "temporarilyClosed", "confidence": 0.9,
        "sources": [{
            "source": "openstreetmap", "sourceId": "node/1", "fetchedAt": "2026-05-04T09:30:00.000Z",
            "licence": "ODbL-1.0"
        }],
        "enrichmentStatus": "failed", "enrichmentError": "no website", "tags": ["a", "b"], "notes": "call",
        "contactCount": 2, "createdAt": "2026-05-04T09:30:00.001Z", "updatedAt": "2026-05-04T09:30:00.002Z"
    })
}

fn job() -> Value {
    json!({
        "jobId": JOB_ID, "version": 9, "kind": "import", "status": "running", "cancelRequested": true,
        "request": { "path": "a.csv" }, "progress": progress(), "counts": counts(), "result": { "rows": 1 },
        "error": "broken", "attempt": 2, "maxAttempts": 5, "parentId": JOB_ID, "createdBy": "someone",
        "createdAt": "2026-05-04T09:30:00.000Z", "startedAt": "2026-05-04T09:30:01.000Z",
        "finishedAt": "2026-05-04T09:30:02.000Z"
    })
}

fn progress() -> Value {
    json!({ "done": 1, "total": 2, "stage": "reading", "message": "reading a.csv" })
}

fn counts() -> Value {
    json!({ "found": 1, "saved": 2, "merged": 3, "rejected": 4, "closed": 5, "failed": 6, "suppressed": 7 })
}

fn list(row: Value) -> Value {
    let meta = json!({ "total": 41, "page": 2, "limit": 20, "totalPages": 3, "nextCursor": "abc" });
    json!({ "data": [row], "meta": meta })
}

fn check<T: FromJson + Serialize>(written: &Value) {
    let value: T = json::read(written).unwrap();
    assert_eq!(&serde_json::to_value(value).unwrap(), written);
}

#[test]
fn answers_are_read_whole() {
    let mut detail = business();
    detail["contacts"] = json!([{
        "id": 1, "businessId": 7, "name": "A", "title": "Owner", "email": "a@b.fi", "emailStatus": "risky",
        "phone": "+358912345678", "linkedin": "https://l/a", "isPrimary": true, "confidence": 0.5,
        "sourceUrl": "https://b.fi/team", "foundAt": "2026-05-04T09:30:00.000Z"
    }]);
    check::<Page<Business>>(&list(business()));
    check::<BusinessDetail>(&detail);
    check::<Page<Job>>(&list(job()));
    check::<Vec<Job>>(&json!([job()]));
    check::<JobAccepted>(&json!({ "jobId": JOB_ID, "status": "pending" }));
    let count = |value: &str| json!([{ "value": value, "count": 3 }]);
    check::<Stats>(&json!({
        "total": 1, "pending": 2, "enriching": 3, "enriched": 4, "failed": 5, "totalContacts": 6, "withEmail": 7,
        "withPhone": 8, "withWebsite": 9, "byCity": count("a"), "byIndustry": count("b"),
        "byCategory": count("c"), "bySource": count("d"), "createdPerDay": [{ "date": "2026-05-04", "count": 1 }]
    }));
    check::<Facets>(&json!({
        "city": count("a"), "industry": count("b"), "category": count("c"), "enrichmentStatus": count("d"),
        "source": count("e"), "tag": count("f")
    }));
    check::<Vec<SourceInfo>>(&json!([{
        "source": "a", "name": "b", "coverage": "c", "licence": "d", "attribution": "e", "licenceUrl": "f",
        "cost": "g", "default": true, "state": "unavailable", "message": "h", "places": 5, "retentionDays": 30
    }]));
    check::<Vec<CategorySuggestion>>(
        &json!([{ "category": "a", "label": "b", "industry": "c", "matched": "d" }]),
    );
    check::<Vec<LocationSuggestion>>(
        &json!([{ "label": "a", "latitude": 1.5, "longitude": 2.5, "country": "b", "region": "c" }]),
    );
    check::<Problem>(&json!({
        "type": "/problems/invalid", "title": "a", "status": 422, "detail": "b", "instance": "c", "requestId": "d",
        "errors": [{ "field": "e", "code": "range", "message": "f", "suggestions": ["g"] }]
    }));
}

#[test]
fn every_event_is_read_whole() {
    let end = json!({ "jobId": JOB_ID, "version": 1, "error": "a" });
    let mut complete = counts();
    (complete["jobId"], complete["version"]) = (json!(JOB_ID), json!(3));
    let moved = json!({ "jobId": JOB_ID, "version": 1, "progress": progress(), "counts": counts() });
    let payloads = [
        business(),
        business(),
        json!({ "id": 5, "version": 3 }),
        json!({ "ids": [1, 2], "versions": [3, 4] }),
        moved.clone(),
        complete,
        end,
        moved,
        json!({ "businessId": 5, "jobId": JOB_ID, "version": 2 }),
        json!({ "businessId": 5, "jobId": JOB_ID, "error": "a" }),
        json!({ "jobId": JOB_ID, "version": 2, "status": "cancelled" }),
        json!({}),
    ];
    assert_eq!(payloads.len(), EventPayload::NAMES.len());
    let event = |name: &str, data: Value| json!({ "seq": 7, "timestamp": "1970-01-01T00:00:00.000Z", "type": name, "data": data });
    let events = EventPayload::NAMES.iter().zip(payloads).map(|(name, data)| event(name, data));
    check::<EventPage>(&json!({ "data": events.collect::<Vec<_>>(), "latestSeq": 8, "reset": true }));
    check::<SyncReset>(&json!({ "seq": 5 }));
}

#[test]
fn a_query_is_read_from_its_key_as_from_a_url() {
    let written = json!({
        "page": 2, "limit": 50, "cursor": "a", "sort": "-createdAt,name", "search": "b", "city": "c", "state": "d",
        "industry": "e", "category": "f", "enrichmentStatus": "pending", "source": "g", "tag": "h",
        "hasWebsite": true, "hasEmail": false, "hasPhone": true, "chain": false, "near": "60.17,24.94",
        "radiusKm": 1.5, "bbox": "24.9,60.1,25,60.2", "createdAfter": "2026-05-04T09:30:00.000Z",
        "createdBefore": "2026-05-05T09:30:00.000Z"
    });
    check::<BusinessQuery>(&written);
    assert_eq!(json::read::<BusinessQuery>(&written).unwrap(), serde_json::from_value(written).unwrap());
    assert_eq!(json::read::<BusinessQuery>(&json!({})).unwrap(), BusinessQuery::default());
}

#[test]
fn what_does_not_fit_is_named_with_what_it_should_have_been() {
    fn error<T: FromJson>(json: Value) -> String {
        json::read::<T>(&json).err().map(|error| error.to_string()).unwrap_or_default()
    }
    let changed = |field: &str, value: Value| {
        let mut business = business();
        business[field] = value;
        business
    };
    assert_eq!(error::<Business>(changed("city", json!(5))), "city: expected a string, found a number");
    assert_eq!(
        error::<Business>(changed("version", json!(-1))),
        "version: expected a whole number from 0, found a number"
    );
    assert_eq!(
        error::<Business>(changed("employeeCount", json!(5_000_000_000_u64))),
        "employeeCount: expected a whole number from 0 to 4294967295, found a number"
    );
    assert_eq!(
        error::<Business>(changed("sources", json!(["a"]))),
        "sources: expected an object, found a string"
    );
    assert!(
        error::<Business>(changed("createdAt", json!("today")))
            .starts_with("createdAt: 'today' is not a time")
    );
    assert!(
        error::<Business>(changed("operatingStatus", json!("ajar")))
            .starts_with("operatingStatus: 'ajar' is none of open")
    );
    assert_eq!(error::<JobAccepted>(json!({ "status": "pending" })), "jobId: this field is missing");
    assert_eq!(error::<Vec<Job>>(json!({})), "expected an array, found an object");
    let unknown = json!({ "seq": 1, "timestamp": "1970-01-01T00:00:00.000Z", "type": "a:b", "data": {} });
    assert!(error::<Event>(unknown).contains("there is no event 'a:b'"));
    let text = serde_json::from_str::<JobAccepted>("{}").unwrap_err().to_string();
    assert!(text.starts_with("jobId: this field is missing"), "{text}");
}

#[test]
fn fields_that_are_unknown_or_may_be_absent_are_no_error() {
    let job = json!({ "jobId": JOB_ID, "status": "pending", "colour": "red" });
    assert!(json::read::<JobAccepted>(&job).is_ok());
    let problem = json!({ "type": "a", "title": "b", "status": 500, "detail": "c" });
    assert!(json::read::<Problem>(&problem).unwrap().errors.is_empty());
}
