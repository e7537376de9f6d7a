//! The forms of contacts, without a script.

use contract::Role;
use serde_json::{Value, json};

use crate::support::guarded::{Guarded, nobody};
use crate::support::{Answer, business, seed};

/// A server with a lead in Finland.
async fn one() -> Guarded {
    let app = Guarded::new().await;
    let mut new = business("Alpha", "Helsinki");
    new.business.country = Some("FI".to_owned());
    seed(app.app.store(), vec![new]).await;
    app
}

async fn contacts(app: &Guarded) -> Value {
    app.get(&app.admin, "/api/businesses/1/contacts").await.json()
}

/// What stands in a field of the page.
fn field(page: &Answer, name: &str) -> String {
    let text = page.text();
    let input = text
        .split("<input")
        .find(|rest| rest.split('>').next().unwrap().contains(&format!("name=\"{name}\"")));
    let input = input.unwrap_or_else(|| panic!("no field {name}: {text}")).split('>').next().unwrap();
    let value = input.split("value=\"").nth(1).map(|rest| rest.split('"').next().unwrap());
    value.unwrap_or_default().replace("&quot;", "\"").replace("&amp;", "&")
}

/// The form as the page shows it, with other values for some fields.
fn typed(page: &Answer, changes: &[(&str, &str)]) -> String {
    let names = ["name", "title", "phone", "email", "linkedin", "version", "seen", "idempotencyKey"];
    let mut pairs: Vec<(&str, String)> = names.iter().map(|name| (*name, field(page, name))).collect();
    pairs.push(("isPrimary", "no".to_owned()));
    for (name, value) in changes {
        let slot = pairs.iter_mut().find(|(known, _)| known == name).unwrap();
        (*value).clone_into(&mut slot.1);
    }
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_is_added_changed_and_deleted() {
    let app = one().await;
    let page = app.get(&app.admin, "/leads/1/contacts/new").await;
    assert!(!page.text().contains("type=\"module\""), "the form needs no script");
    let form = typed(
        &page,
        &[("name", "Maija"), ("title", "Owner"), ("phone", "09 310 1691"), ("isPrimary", "yes")],
    );
    for _ in 0..2 {
        let added = app.submit(&app.admin, "/leads/1/contacts/new", &form).await;
        assert_eq!(
            (added.status.as_u16(), added.header("location")),
            (303, Some("/leads/1")),
            "{}",
            added.text()
        );
    }
    let told = contacts(&app).await;
    assert_eq!(told["contactCount"], 1, "pressing twice adds one");
    let contact = &told["data"][0];
    assert_eq!((&contact["phone"], &contact["isPrimary"]), (&json!("+35893101691"), &json!(true)));
    let lead = app.get(&app.admin, "/leads/1").await;
    assert!(lead.text().contains("href=\"/leads/1/contacts/1\""), "{}", lead.text());

    let path = "/leads/1/contacts/1";
    let page = app.get(&app.admin, path).await;
    assert!(page.text().contains("Written by hand"), "{}", page.text());
    let changed =
        app.submit(&app.admin, path, &typed(&page, &[("title", "Head"), ("isPrimary", "yes")])).await;
    assert_eq!(changed.header("location"), Some("/leads/1"), "{}", changed.text());
    let contact = contacts(&app).await["data"][0].clone();
    assert_eq!((&contact["title"], &contact["name"]), (&json!("Head"), &json!("Maija")));

    let gone = app.submit(&app.admin, "/leads/1/contacts/1/delete", "version=3").await;
    assert_eq!(gone.header("location"), Some("/leads/1"), "{}", gone.text());
    assert_eq!(contacts(&app).await["contactCount"], 0);
    assert_eq!(app.status(&app.admin, path).await, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_stands_beside_its_field_and_what_was_typed_stays() {
    let app = one().await;
    let page = app.get(&app.admin, "/leads/1/contacts/new").await;
    let wrong = typed(
        &page,
        &[("title", "\"Chef\""), ("phone", "12"), ("email", "nobody"), ("linkedin", "https://example.org")],
    );
    let refused = app.submit(&app.admin, "/leads/1/contacts/new", &wrong).await;
    assert_eq!(refused.status.as_u16(), 422);
    for name in ["phone", "email", "linkedin"] {
        assert!(refused.text().contains(&format!("id=\"{name}-error\"")), "{name}: {}", refused.text());
    }
    assert_eq!(
        (field(&refused, "title"), field(&refused, "phone")),
        ("\"Chef\"".to_owned(), "12".to_owned())
    );
    let empty = app.submit(&app.admin, "/leads/1/contacts/new", "").await;
    assert!(empty.text().contains("id=\"name-error\""), "{}", empty.text());
    assert_eq!(contacts(&app).await["contactCount"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_came_between_is_not_lost() {
    let app = one().await;
    let path = "/leads/1/contacts/1";
    app.post(&app.admin, "/api/businesses/1/contacts", json!({ "name": "Maija", "title": "Cook" })).await;
    let mine = app.get(&app.admin, path).await;
    let theirs = typed(&mine, &[("name", "Maija Virtanen")]);
    assert_eq!(app.submit(&app.admin, path, &theirs).await.status.as_u16(), 303);
    let stale = app.submit(&app.admin, path, &typed(&mine, &[("title", "Owner")])).await;
    assert_eq!(stale.status.as_u16(), 412);
    assert_eq!(
        (field(&stale, "name"), field(&stale, "title")),
        ("Maija Virtanen".to_owned(), "Owner".to_owned())
    );
    assert_eq!(app.submit(&app.admin, path, &typed(&stale, &[])).await.status.as_u16(), 303);
    let contact = contacts(&app).await["data"][0].clone();
    assert_eq!((&contact["name"], &contact["title"]), (&json!("Maija Virtanen"), &json!("Owner")));
    let old = app.submit(&app.admin, "/leads/1/contacts/1/delete", "version=2").await;
    assert_eq!((old.status.as_u16(), contacts(&app).await["contactCount"].clone()), (412, json!(1)));

    // Whoever changes a contact that is gone can add it anew.
    let mine = app.get(&app.admin, path).await;
    app.submit(&app.admin, "/leads/1/contacts/1/delete", &format!("version={}", field(&mine, "version")))
        .await;
    let gone = app.submit(&app.admin, path, &typed(&mine, &[("title", "Founder")])).await;
    assert_eq!(gone.status.as_u16(), 404);
    assert!(gone.text().contains("action=\"/leads/1/contacts/new\""), "{}", gone.text());
    assert_eq!(field(&gone, "title"), "Founder");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_change_contacts_is_told_so() {
    let app = one().await;
    app.post(&app.admin, "/api/businesses/1/contacts", json!({ "name": "Maija" })).await;
    let (_, viewer) = app.person("vi@example.org", Role::Viewer).await;
    for path in ["/leads/1/contacts/new", "/leads/1/contacts/1"] {
        assert_eq!(app.status(&viewer, path).await, 403, "{path}");
        assert_eq!(app.submit(&viewer, path, "name=Matti&version=2").await.status.as_u16(), 403, "{path}");
        let turned = app.get(&nobody(), path).await;
        assert!(turned.header("location").unwrap().starts_with("/sign-in?return="), "{path}");
    }
    assert_eq!(app.submit(&viewer, "/leads/1/contacts/1/delete", "version=2").await.status.as_u16(), 403);
    assert_eq!(contacts(&app).await["data"][0]["name"], "Maija");
    for path in ["/leads/9/contacts/new", "/leads/9/contacts/1", "/leads/1/contacts/9", "/leads/1/contacts/x"]
    {
        assert_eq!(app.status(&app.admin, path).await, 404, "{path}");
    }
}
