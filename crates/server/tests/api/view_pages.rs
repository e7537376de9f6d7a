//! The pages of saved views, without a script.

use contract::Role;
use serde_json::Value;

use crate::support::guarded::{Guarded, Visitor, nobody};
use crate::support::{business, seed};

async fn views(app: &Guarded, who: &Visitor) -> Vec<Value> {
    app.get(who, "/api/views").await.json().as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_saved_opened_renamed_and_forgotten() {
    let app = Guarded::new().await;
    let (_, me) = app.person("vi@example.org", Role::Viewer).await;
    seed(app.app.store(), vec![business("Alpha", "Espoo")]).await;
    let list = app.get(&me, "/leads?city=Espoo&sort=name&page=2").await;
    assert!(list.text().contains("href=\"/leads/views?sort=name&amp;city=Espoo\""), "{}", list.text());
    let page = app.get(&me, "/leads/views?sort=name&city=Espoo&page=2").await;
    assert!(
        page.text().contains("City: Espoo") && page.text().contains("value=\"Espoo\""),
        "{}",
        page.text()
    );
    assert!(page.text().contains("name=\"query\" value=\"sort=name&amp;city=Espoo\""), "{}", page.text());
    let form = "name=Warm+%3Cb%3E&query=sort%3Dname%26city%3DEspoo&idempotencyKey=k";
    for _ in 0..2 {
        let saved = app.submit(&me, "/leads/views", form).await;
        let done = "/leads/views?done=view-saved";
        assert_eq!((saved.status.as_u16(), saved.header("location")), (303, Some(done)), "{}", saved.text());
    }
    let saved = views(&app, &me).await;
    assert_eq!((saved.len(), &saved[0]["query"]), (1, &Value::from("sort=name&city=Espoo")));
    let page = app.get(&me, "/leads/views?done=view-saved").await;
    assert!(
        page.text().contains("The view was saved")
            && page.text().contains("href=\"/leads?sort=name&amp;city=Espoo\""),
        "{}",
        page.text()
    );
    assert!(page.text().contains("Warm &lt;b&gt;") && !page.text().contains("Warm <b>"), "{}", page.text());

    let path = format!("/leads/views/{}", saved[0]["id"].as_str().unwrap());
    assert_eq!(app.status(&me, &path).await, 200);
    let renamed = app.submit(&me, &path, "name=Warm&version=1").await;
    assert_eq!(renamed.header("location"), Some("/leads/views?done=view-renamed"), "{}", renamed.text());
    let gone = app.submit(&me, &format!("{path}/delete"), "version=2").await;
    assert_eq!(gone.header("location"), Some("/leads/views?done=view-deleted"), "{}", gone.text());
    assert!(views(&app, &me).await.is_empty());
    assert_eq!(app.status(&me, &path).await, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_told_and_what_was_typed_stays() {
    let app = Guarded::new().await;
    let me = app.admin.clone();
    app.submit(&me, "/leads/views", "name=Warm&query=").await;
    app.submit(&me, "/leads/views", "name=Cold&query=").await;
    for name in ["WARM", ""] {
        let refused = app.submit(&me, "/leads/views", &format!("name={name}&query=city%3DEspoo")).await;
        assert_eq!(refused.status.as_u16(), 422, "{name}");
        let text = refused.text();
        assert!(text.contains("id=\"name-error\"") && text.contains("City: Espoo"), "{text}");
        assert!(
            text.contains(&format!("value=\"{name}\"")) && text.contains("value=\"city=Espoo\""),
            "{text}"
        );
    }
    let broken = app.submit(&me, "/leads/views", "name=Odd&query=colour%3Dred").await;
    assert!(
        broken.text().contains("role=\"alert\"") && broken.text().contains("value=\"Odd\""),
        "{}",
        broken.text()
    );
    let cold = views(&app, &me).await[0].clone();
    let path = format!("/leads/views/{}", cold["id"].as_str().unwrap());
    let taken = app.submit(&me, &path, "name=warm&version=1").await;
    assert_eq!(taken.status.as_u16(), 422);
    assert!(
        taken.text().contains("id=\"name-error\"") && taken.text().contains("value=\"warm\""),
        "{}",
        taken.text()
    );
    app.submit(&me, &path, "name=Cool&version=1").await;
    let stale = app.submit(&me, &path, "name=Icy&version=1").await;
    assert_eq!(stale.status.as_u16(), 412);
    assert!(
        stale.text().contains("value=\"Icy\"") && stale.text().contains("name=\"version\" value=\"2\""),
        "{}",
        stale.text()
    );
    let kept = app.submit(&me, &format!("{path}/delete"), "version=1").await;
    assert_eq!((kept.status.as_u16(), views(&app, &me).await.len()), (412, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_the_views_of_another() {
    let app = Guarded::new().await;
    let (_, me) = app.person("vi@example.org", Role::Viewer).await;
    app.submit(&me, "/leads/views", "name=Mine+alone&query=").await;
    let id = views(&app, &me).await[0]["id"].as_str().unwrap().to_owned();
    assert!(!app.get(&app.admin, "/leads/views").await.text().contains("Mine alone"));
    let path = format!("/leads/views/{id}");
    assert_eq!(app.status(&app.admin, &path).await, 404);
    assert_eq!(app.submit(&app.admin, &path, "name=Theirs&version=1").await.status.as_u16(), 404);
    app.submit(&app.admin, &format!("{path}/delete"), "version=1").await;
    assert_eq!(views(&app, &me).await[0]["name"], "Mine alone");
    let turned = app.get(&nobody(), "/leads/views?city=Espoo").await;
    assert_eq!(turned.header("location"), Some("/sign-in?return=%2Fleads%2Fviews%3Fcity%3DEspoo"));
}
