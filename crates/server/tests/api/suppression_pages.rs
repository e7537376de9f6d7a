//! The page of the suppression list, without a script.

use contract::Role;
use serde_json::json;

use crate::support::guarded::{Guarded, nobody};
use crate::support::{business, seed};

const PAGE: &str = "/suppression";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_puts_an_address_on_the_list_and_takes_it_off() {
    let app = Guarded::new().await;
    let mut new = business("Acme", "Espoo");
    new.business.email = Some("jane@acme.example".to_owned());
    seed(app.app.store(), vec![new]).await;
    let empty = app.get(&app.admin, PAGE).await;
    assert!(empty.text().contains("Nobody yet"), "{}", empty.text());

    let added = app.submit(&app.admin, PAGE, "who=Jane%40acme.example&act=add").await;
    assert_eq!(added.status.as_u16(), 200);
    let text = added.text();
    assert!(text.contains("0 contacts deleted, 1 lead changed") && text.contains("An address"), "{text}");
    assert!(!text.to_lowercase().contains("jane@"), "the address is not kept: {text}");
    assert_eq!(app.get(&app.admin, "/api/businesses/1").await.json()["email"], json!(null));

    let off = app.submit(&app.admin, PAGE, "who=jane%40ACME.example&act=remove").await;
    assert_eq!(off.header("location"), Some("/suppression?done=unsuppressed"), "{}", off.text());
    let page = app.get(&app.admin, "/suppression?done=unsuppressed").await;
    assert!(page.text().contains("no longer on the list") && page.text().contains("Nobody yet"));

    app.submit(&app.admin, PAGE, "who=acme.example&act=add").await;
    let listed = app.get(&app.admin, "/api/suppressions").await.json();
    let one = format!("{PAGE}/{}/remove", listed["data"][0]["id"].as_str().unwrap());
    assert!(app.get(&app.admin, PAGE).await.text().contains(&format!("action=\"{one}\"")));
    for _ in 0..2 {
        let off = app.submit(&app.admin, &one, "").await;
        assert_eq!(off.header("location"), Some("/suppression?done=unsuppressed"), "{}", off.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_stands_beside_the_field_with_what_was_typed() {
    let app = Guarded::new().await;
    for (form, status, told) in [
        ("who=gmail.com&act=add", 422, "many people"),
        ("who=&act=add", 422, "1 to 254 characters"),
        ("who=jane%40&act=remove", 422, "no e-mail address"),
        ("who=jane%40acme.example&act=remove", 404, "not on the list"),
    ] {
        let refused = app.submit(&app.admin, PAGE, form).await;
        assert_eq!(refused.status.as_u16(), status, "{form}");
        assert!(refused.text().contains(told), "{form}: {}", refused.text());
    }
    let refused = app.submit(&app.admin, PAGE, "who=gmail.com&act=add").await;
    assert!(refused.text().contains("id=\"who-error\"") && refused.text().contains("value=\"gmail.com\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_admins_see_the_list() {
    let app = Guarded::new().await;
    let (_, member) = app.person("me@example.org", Role::Member).await;
    let turned = app.get(&nobody(), PAGE).await;
    assert!(turned.header("location").unwrap().starts_with("/sign-in?return="));
    assert_eq!(app.status(&member, PAGE).await, 403);
    assert_eq!(app.submit(&member, PAGE, "who=acme.example&act=add").await.status.as_u16(), 403);
    assert_eq!(app.get(&app.admin, "/api/suppressions").await.json()["meta"]["total"], 0);
    for (who, leads_there) in [(&app.admin, true), (&member, false)] {
        let account = app.get(who, "/account").await;
        assert_eq!(account.text().contains("href=\"/suppression\""), leads_there);
    }
}
