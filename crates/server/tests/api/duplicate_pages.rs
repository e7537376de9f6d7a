//! The pages that find, merge and unmerge duplicates, without a script.

use contract::Role;
use serde_json::json;

use crate::support::guarded::Guarded;
use crate::support::{business, seed};

/// Two leads that are one, and one that is not.
async fn two() -> Guarded {
    let app = Guarded::new().await;
    let placed = |name: &str, phone: &str| {
        let mut new = business(name, "Helsinki");
        let row = &mut new.business;
        (row.latitude, row.longitude) = (Some(60.17), Some(24.94));
        row.phone = Some(phone.to_owned());
        new.name_key = discovery::matching::name_key(name);
        new
    };
    let mut second = placed("Kahvila Aurinko Oy", "+35893101691");
    second.business.email = Some("a@example.org".to_owned());
    second.business.notes = Some("<b>late</b>".to_owned());
    let far = business("Zebra", "Oulu");
    seed(app.app.store(), vec![placed("Kahvila Aurinko", "+35893101691"), second, far]).await;
    app
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duplicate_is_found_looked_at_merged_and_brought_back() {
    let app = two().await;
    let page = app.get(&app.admin, "/leads/1/duplicates").await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(page.text().contains("href=\"/leads/1/duplicates/2\""), "{}", page.text());
    assert!(
        page.text().contains("ame phone number") && !page.text().contains("type=\"module\""),
        "{}",
        page.text()
    );
    assert!(!page.text().contains("/leads/1/duplicates/3"), "{}", page.text());
    let searched = app.get(&app.admin, "/leads/1/duplicates?search=zebra").await;
    assert!(searched.text().contains("href=\"/leads/1/duplicates/3\""), "{}", searched.text());
    let nothing = app.get(&app.admin, "/leads/1/duplicates?search=zzz").await;
    assert!(nothing.text().contains("No other lead has these words"), "{}", nothing.text());

    let preview = app.get(&app.admin, "/leads/1/duplicates/2").await;
    assert!(
        preview.text().contains("a@example.org") && preview.text().contains("Its own stays"),
        "{}",
        preview.text()
    );
    assert!(
        preview.text().contains("&lt;b&gt;late") && !preview.text().contains("<b>late"),
        "{}",
        preview.text()
    );
    assert!(preview.text().contains("href=\"/leads/2/duplicates/1\""), "the other one can be kept");
    assert!(preview.text().contains("value=\"apart\""), "they can be said to be two");
    let merged =
        app.submit(&app.admin, "/leads/1/duplicates/2", "version=1&otherVersion=1&idempotencyKey=k").await;
    let done = "/leads/1/duplicates?done=merged";
    assert_eq!((merged.status.as_u16(), merged.header("location")), (303, Some(done)), "{}", merged.text());
    assert_eq!(app.status(&app.admin, "/leads/2").await, 404);
    let page = app.get(&app.admin, done).await;
    assert!(
        page.text().contains("The two leads are one now") && page.text().contains("Undo: Kahvila Aurinko Oy"),
        "{}",
        page.text()
    );
    let undone = app.submit(&app.admin, "/leads/1/unmerge", "otherId=2&idempotencyKey=k-2").await;
    assert_eq!(undone.header("location"), Some("/leads/1/duplicates?done=unmerged"), "{}", undone.text());
    assert_eq!(app.status(&app.admin, "/leads/2").await, 200);
    let again = app.submit(&app.admin, "/leads/1/unmerge", "otherId=2").await;
    assert_eq!(again.status.as_u16(), 409);
    assert!(again.text().contains("was not merged into this one"), "{}", again.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_meanwhile_is_looked_at_again() {
    let app = two().await;
    let mut tx = app.app.store().begin().await.unwrap();
    let mut known = tx.lock_business(contract::BusinessId(2)).await.unwrap().unwrap();
    known.business.email = Some("b@example.org".to_owned());
    tx.edit_business(known, &["email"]).await.unwrap();
    tx.commit().await.unwrap();
    let refused = app.submit(&app.admin, "/leads/1/duplicates/2", "version=1&otherVersion=1").await;
    assert_eq!(refused.status.as_u16(), 409);
    let text = refused.text();
    assert!(text.contains("changed since they were looked at") && text.contains("b@example.org"), "{text}");
    assert!(text.contains("name=\"otherVersion\" value=\"2\""), "{text}");
    assert_eq!(app.status(&app.admin, "/leads/2").await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_merge_is_told_so_and_what_is_not_there_too() {
    let app = two().await;
    let (_, viewer) = app.person("vi@example.org", Role::Viewer).await;
    for path in ["/leads/1/duplicates", "/leads/1/duplicates/2"] {
        assert_eq!(app.status(&viewer, path).await, 403, "{path}");
    }
    for path in ["/leads/1/duplicates/2", "/leads/1/unmerge"] {
        let form = "version=1&otherVersion=1&otherId=2";
        assert_eq!(app.submit(&viewer, path, form).await.status.as_u16(), 403, "{path}");
    }
    assert_eq!(app.get(&app.admin, "/api/businesses").await.json()["meta"]["total"], json!(3));
    for path in
        ["/leads/9/duplicates", "/leads/1/duplicates/9", "/leads/9/duplicates/1", "/leads/x/duplicates"]
    {
        assert_eq!(app.status(&app.admin, path).await, 404, "{path}");
    }
    assert_eq!(app.status(&app.admin, "/leads/1/duplicates/1").await, 422);
}
