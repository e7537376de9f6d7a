//! Writes by hand: what is shown ahead of the server, and what is shown when it has answered.

use client::mutations::{self, BusinessUpdate, ContactUpdate, OwnVersions};
use client::{Bridge, Connection};
use contract::bulk::{BulkAction, BulkAnswer, BulkRequest};
use contract::edit::{BusinessDraft, BusinessPatch, Change, ContactPatch, ContactSaved, ContactsChanged};
use contract::{
    BusinessId, ContactId, EnrichmentStatus, Event, EventPayload, JobStatus, OperatingStatus, Timestamp,
};
use serde_json::json;

use crate::loopback::Does;
use crate::rows::{Shown, business, contact, job, job_id};

fn when_told(does: Does) -> [Does; 1] {
    [Does::WhenTold(Box::new(does))]
}

fn stale(current: &impl serde::Serialize) -> Does {
    let body = json!({
        "type": "/problems/stale", "title": "Stale", "status": 412, "detail": "another change came first",
        "current": current,
    });
    Does::json(412, &body)
}

#[tokio::test]
async fn a_draft_is_a_row_under_a_temporary_id_until_the_server_has_named_it() {
    let shown = Shown::before(when_told(Does::json(201, &business(9, 1, "Gamma")))).await;
    let draft = BusinessDraft(BusinessPatch {
        name: Change::Set("gamma".to_owned()),
        city: Change::Set("Helsinki".to_owned()),
        ..BusinessPatch::default()
    });
    let made = shown.mutate_seen(
        mutations::create_business(&shown.api),
        (draft, Timestamp::from_millis(7)),
        |page| {
            assert_eq!(page.names(), ["Alpha", "Beta", "gamma"]);
            let row = page.list().data.iter().find(|row| row.name == "gamma").unwrap().clone();
            assert!(row.id.0 < 0 && row.created_at == Timestamp::from_millis(7), "{row:?}");
            assert_eq!(page.list().meta.total, 3);
        },
    );
    assert_eq!(made.await.unwrap().id, BusinessId(9));
    assert_eq!(
        (shown.names(), shown.row(9).name),
        (vec!["Alpha".into(), "Beta".into(), "Gamma".into()], "Gamma".into())
    );
    assert!(shown.list().data.iter().all(|row| row.id.0 > 0), "no temporary id is left");
}

/// The event of a creation may be there before its answer is.
#[tokio::test]
async fn a_row_under_a_temporary_id_becomes_the_one_that_an_event_tells_of() {
    let shown = Shown::before(when_told(Does::json(201, &business(9, 1, "Delta")))).await;
    let bridge = Bridge::new(shown.cache.clone(), shown.api.clone());
    let naming = mutations::name_temporary(&shown.cache, "Delta".to_owned());
    let name = Change::Set("Delta".to_owned());
    let draft = BusinessDraft(BusinessPatch { name, ..BusinessPatch::default() });
    let created = |id: i64, name: &str| Event {
        seq: 1,
        timestamp: Timestamp::from_millis(1),
        payload: EventPayload::BusinessCreated(Box::new(business(id, 1, name))),
    };
    let variables = (draft, Timestamp::from_millis(7));
    let made = shown.mutate_seen(mutations::create_business(&shown.api), variables, |page| {
        assert_eq!(page.names(), ["Alpha", "Beta", "Delta"]);
        drop(bridge.apply(created(8, "Other")));
        drop(bridge.apply(created(9, "Delta")));
        assert_eq!(page.names(), ["Alpha", "Beta", "Delta", "Other"], "it stands there once");
        assert_eq!(page.row(9).name, "Delta", "and leads to the server's");
    });
    made.await.unwrap();
    drop(naming);
    assert_eq!((shown.names().len(), shown.list().meta.total), (4, 4));
    assert!(shown.list().data.iter().all(|row| row.id.0 > 0), "no temporary id is left");
}

/// Every field that a person can set, ahead of the server.
#[tokio::test]
async fn a_change_is_shown_at_once_field_by_field() {
    let shown = Shown::before(when_told(Does::problem(422, "no"))).await;
    let set = |text: &str| Change::Set(text.to_owned());
    let patch = BusinessPatch {
        name: set("Alfa"),
        phone: set("+358 9 123"),
        website: set("https://alfa.example"),
        notes: set("call again"),
        city: Change::Clear,
        latitude: Change::Set(60.0),
        employee_count: Change::Set(3),
        tags: Change::Set(vec!["vip".to_owned()]),
        chain: Change::Set(true),
        operating_status: Change::Set(OperatingStatus::TemporarilyClosed),
        ..BusinessPatch::default()
    };
    let update = BusinessUpdate { id: BusinessId(1), version: 1, patch };
    let refused = shown.mutate_seen(mutations::update_business(&shown.api), update, |page| {
        let row = page.row(1);
        assert_eq!((row.name.as_str(), row.phone_display.as_deref()), ("Alfa", Some("+358 9 123")));
        assert_eq!(
            (row.website.as_deref(), row.notes.as_deref()),
            (Some("https://alfa.example"), Some("call again"))
        );
        assert_eq!((row.city, row.latitude, row.employee_count), (None, Some(60.0), Some(3)));
        assert_eq!((row.tags, row.chain), (vec!["vip".to_owned()], true));
        assert_eq!(row.operating_status, OperatingStatus::TemporarilyClosed);
        assert_eq!(page.detail().business.name, "Alfa", "wherever it is shown");
    });
    assert_eq!(refused.await.unwrap_err().status, Some(422));
    assert_eq!(
        (shown.row(1), shown.detail().business.clone()),
        (business(1, 1, "Alpha"), business(1, 1, "Alpha"))
    );
}

#[tokio::test]
async fn what_came_first_is_shown_where_a_change_is_made_of_an_older_version() {
    let current = business(1, 5, "Elsewhere");
    let shown =
        Shown::before([Does::json(200, &business(1, 2, "Alfa")), stale(&current), stale(&current)]).await;
    let update =
        |version: u64| BusinessUpdate { id: BusinessId(1), version, patch: BusinessPatch::default() };
    shown.mutate(mutations::update_business(&shown.api), update(1)).await.unwrap();
    assert_eq!((shown.row(1).name.as_str(), shown.detail().business.version), ("Alfa", 2));
    let error = shown.mutate(mutations::update_business(&shown.api), update(2)).await.unwrap_err();
    assert_eq!((error.status, error.current().unwrap()), (Some(412), current.clone()));
    assert_eq!((shown.row(1), shown.detail().business.version), (current.clone(), 5));
    let late = shown.mutate(mutations::delete_business(&shown.api), (BusinessId(1), 2)).await.unwrap_err();
    assert_eq!((late.status, shown.row(1)), (Some(412), current));
}

/// Changes of one business that are made while another is on its way are shown at once, and sent behind it for the version
/// that it leads to; so is a deletion of what was seen before.
#[tokio::test]
async fn a_pages_own_changes_are_not_taken_for_somebody_elses() {
    let renamed = |version: u64, name: &str| Does::json(200, &business(1, version, name));
    let deleted = Does::Answers(204, "", Vec::new());
    let answers = when_told(renamed(2, "Alfa")).into_iter().chain([renamed(3, "Aleph"), deleted]);
    let shown = Shown::before(answers).await;
    let (own, id) = (OwnVersions::default(), BusinessId(1));
    let update = |name: &str| {
        let name = Change::Set(name.to_owned());
        let update =
            BusinessUpdate { id, version: 1, patch: BusinessPatch { name, ..BusinessPatch::default() } };
        (mutations::update_business_in_turn(&shown.api, &own, id), update)
    };
    let ((first, alfa), (second, aleph)) = (update("Alfa"), update("Aleph"));
    let look = async {
        while shown.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(shown.detail().business.name, "Aleph", "what was typed last is shown");
        assert_eq!(shown.asked().len(), 1, "one after the other");
        shown.server.go_on();
    };
    let done = tokio::join!(shown.mutate(first, alfa), shown.mutate(second, aleph), look);
    assert!(done.0.is_ok() && done.1.is_ok(), "{done:?}");
    let delete = mutations::delete_business_in_turn(&shown.api, &own, id);
    shown.mutate(delete, (id, 1)).await.unwrap();
    let versions =
        shown.server.asked().into_iter().filter_map(|asked| asked.header("if-match").map(str::to_owned));
    assert_eq!(versions.collect::<Vec<_>>(), ["\"1\"", "\"2\"", "\"3\""]);
    assert_eq!(shown.names(), ["Beta"]);
    shown.cache.upsert(business(1, 3, "Aleph"));
    assert_eq!(shown.names(), ["Beta"], "an answer that was on its way does not bring it back");
}

#[tokio::test]
async fn a_deleted_row_is_gone_at_once_and_stays_away() {
    let shown = Shown::before(when_told(Does::Answers(204, "", Vec::new()))).await;
    let deleting = shown.mutate_seen(mutations::delete_business(&shown.api), (BusinessId(2), 1), |page| {
        assert_eq!((page.names(), page.list().meta.total), (vec!["Alpha".to_owned()], 1));
    });
    deleting.await.unwrap();
    assert_eq!((shown.names(), shown.list().meta.total), (vec!["Alpha".to_owned()], 1));
    shown.cache.upsert(business(2, 1, "Beta"));
    assert_eq!(shown.names(), ["Alpha"], "an answer that was on its way does not bring it back");
}

#[tokio::test]
async fn a_bulk_action_is_shown_on_each_business_that_is_named() {
    let bulk = |action, tag: Option<&str>| BulkRequest {
        ids: Some(vec![BusinessId(1), BusinessId(2)]),
        filter: None,
        action,
        tag: tag.map(str::to_owned),
    };
    let connection = Connection::new();
    let check = async |request: BulkRequest, look: &dyn Fn(&Shown)| {
        let shown = Shown::before(when_told(Does::problem(409, "no"))).await;
        let options = mutations::bulk_businesses(&shown.api, &connection);
        shown.mutate_seen(options, request, look).await.unwrap_err();
        assert_eq!(
            (shown.row(1), shown.row(2)),
            (business(1, 1, "Alpha"), business(2, 1, "Beta")),
            "as it was"
        );
    };
    check(bulk(BulkAction::Delete, None), &|page| assert!(page.list().data.is_empty())).await;
    check(bulk(BulkAction::Tag, Some(" vip ")), &|page| assert_eq!(page.row(2).tags, ["vip"])).await;
    check(bulk(BulkAction::Untag, Some("vip")), &|page| assert!(page.row(1).tags.is_empty())).await;
    check(bulk(BulkAction::Enrich, None), &|page| {
        assert_eq!(page.row(1).enrichment_status, EnrichmentStatus::Enriching);
    })
    .await;
}

#[tokio::test]
async fn a_bulk_action_that_becomes_a_job_fetches_it() {
    let status = Some(JobStatus::Pending);
    let answer = BulkAnswer { matched: 900, changed: 0, missing: Vec::new(), job_id: Some(job_id()), status };
    let does = [Does::json(202, &answer), Does::json(200, &job(1, JobStatus::Pending))];
    let shown = Shown::before(does).await;
    let request = BulkRequest { ids: None, filter: None, action: BulkAction::Delete, tag: None };
    let options = mutations::bulk_businesses(&shown.api, &Connection::new());
    assert_eq!(shown.mutate(options, request).await.unwrap().job_id, Some(job_id()));
    while shown.asked().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        shown.asked(),
        ["POST /api/businesses/bulk".to_owned(), format!("GET /api/jobs/{}", job_id())]
    );
}

#[tokio::test]
async fn of_two_that_are_merged_one_is_left_and_the_other_comes_back_when_it_is_undone() {
    let merged = business(1, 2, "Alpha & Beta");
    let shown = Shown::before([
        Does::WhenTold(Box::new(Does::json(200, &merged))),
        Does::json(200, &business(2, 3, "Beta")),
    ])
    .await;
    let merging =
        shown.mutate_seen(mutations::merge_business(&shown.api), (BusinessId(1), BusinessId(2)), |page| {
            assert_eq!(page.names(), ["Alpha"], "the other one is gone at once");
        });
    assert_eq!(merging.await.unwrap().version, 2);
    assert_eq!(shown.row(1), merged);
    let back = shown.mutate(mutations::unmerge_business(&shown.api), (BusinessId(1), None)).await.unwrap();
    assert_eq!((back.id, back.version), (BusinessId(2), 3));
    assert_eq!(shown.row(2).version, 3);
}

#[tokio::test]
async fn contacts_are_shown_in_the_servers_order_and_not_over_newer_ones() {
    let saved = |version, contact, contact_count| ContactSaved { contact, version, contact_count };
    let gone = ContactsChanged { version: 4, contact_count: 1 };
    let shown = Shown::before([
        Does::json(201, &saved(2, contact(6, "Pekka", true), 2)),
        Does::json(200, &saved(3, contact(5, "Maija M.", false), 2)),
        Does::json(200, &gone),
        Does::json(201, &saved(2, contact(7, "Late", false), 2)),
    ])
    .await;
    let names = || shown.detail().contacts.iter().map(|it| it.name.clone().unwrap()).collect::<Vec<_>>();
    let business = BusinessId(1);
    let patch = ContactPatch::default;
    shown.mutate(mutations::add_contact(&shown.api), (business, patch())).await.unwrap();
    assert_eq!(names(), ["Pekka", "Maija"], "the primary one comes first");
    assert!(!shown.detail().contacts[1].is_primary, "there is one primary contact");
    let update = ContactUpdate { contact: (business, ContactId(5)), version: 2, patch: patch() };
    shown.mutate(mutations::update_contact(&shown.api), update).await.unwrap();
    assert_eq!(names(), ["Pekka", "Maija M."]);
    shown.mutate(mutations::delete_contact(&shown.api), ((business, ContactId(6)), 3)).await.unwrap();
    assert_eq!((names(), shown.detail().business.version), (vec!["Maija M.".to_owned()], 4));
    assert_eq!(shown.detail().business.contact_count, 1);
    shown.mutate(mutations::add_contact(&shown.api), (business, patch())).await.unwrap();
    assert_eq!(names(), ["Maija M."], "an answer that comes late is older than what is shown");
    let first = &shown.server.asked()[3];
    assert_eq!(
        (first.what.as_str(), first.header("if-match")),
        ("PATCH /api/businesses/1/contacts/5", Some("\"2\""))
    );
}
