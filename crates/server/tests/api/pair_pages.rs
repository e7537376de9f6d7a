//! The page of all pairs of leads that may be one, without a script.

use contract::{BusinessId, Role};
use store::{FoundPair, PairEvidence};

use crate::support::guarded::Guarded;
use crate::support::{business, seed};

/// So many pairs of leads that may be one; the first is the likeliest.
async fn pairs(count: i64) -> Guarded {
    let app = Guarded::new().await;
    let lead = |n: i64| {
        let mut new = business(&format!("Kahvila <{n}>"), "Helsinki");
        new.business.phone = Some(format!("+3589310{n:04}"));
        new
    };
    seed(app.app.store(), (1..=2 * count).map(lead).collect()).await;
    let feature = PairEvidence { feature: "nameSimilarity".to_owned(), value: 0.75, effect: 2.5 };
    let found: Vec<_> = (1..=count)
        .map(|n| FoundPair {
            ids: (BusinessId(2 * n - 1), BusinessId(2 * n)),
            #[expect(clippy::cast_precision_loss, reason = "a handful")]
            score: 0.85 - n as f64 / 100.0,
            features: vec![feature.clone()],
        })
        .collect();
    let mut tx = app.app.store().begin().await.unwrap();
    tx.keep_pairs(&found).await.unwrap();
    tx.commit().await.unwrap();
    app
}

const VERSIONS: &str = "oneVersion=1&otherVersion=1&page=1&idempotencyKey=k";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_is_merged_and_brought_back() {
    let app = pairs(1).await;
    let page = app.get(&app.admin, "/duplicates").await;
    let text = page.text();
    assert_eq!(page.status.as_u16(), 200, "{text}");
    assert!(text.contains("Kahvila &lt;1&gt; and Kahvila &lt;2&gt;") && !text.contains("<1>"), "{text}");
    assert!(text.contains("84 % likely one") && text.contains("+35893100002"), "{text}");
    assert!(text.contains("names&#x27; words") || text.contains("names' words"), "{text}");
    assert!(text.contains("speaks strongly for one") && !text.contains("type=\"module\""), "{text}");

    let kept =
        app.submit(&app.admin, "/duplicates", &format!("act=keep-other&one=1&other=2&{VERSIONS}")).await;
    let done = "/duplicates?done=merged&one=2&other=1";
    assert_eq!((kept.status.as_u16(), kept.header("location")), (303, Some(done)), "{}", kept.text());
    assert_eq!(
        (app.status(&app.admin, "/leads/1").await, app.status(&app.admin, "/leads/2").await),
        (404, 200)
    );
    let text = app.get(&app.admin, done).await.text().to_owned();
    assert!(text.contains("The two are one now") && text.contains("value=\"unmerge\""), "{text}");
    assert!(text.contains("Nothing to decide"), "{text}");
    let undone = app.submit(&app.admin, "/duplicates", "act=unmerge&one=2&other=1").await;
    assert_eq!(undone.header("location"), Some("/duplicates?done=undone"), "{}", undone.text());
    assert_eq!(app.status(&app.admin, "/leads/1").await, 200);
    let text = app.get(&app.admin, "/duplicates?done=undone").await.text().to_owned();
    assert!(text.contains("It was undone") && text.contains("84 % likely one"), "{text}");
    let again = app.submit(&app.admin, "/duplicates", "act=unmerge&one=2&other=1").await;
    assert_eq!(again.status.as_u16(), 409);
    assert!(again.text().contains("was not merged into this one"), "{}", again.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_is_two_and_can_be_asked_about_again() {
    let app = pairs(1).await;
    let apart = app.submit(&app.admin, "/duplicates", &format!("act=apart&one=1&other=2&{VERSIONS}")).await;
    let done = "/duplicates?done=apart&one=1&other=2";
    assert_eq!((apart.status.as_u16(), apart.header("location")), (303, Some(done)), "{}", apart.text());
    let text = app.get(&app.admin, done).await.text().to_owned();
    assert!(text.contains("The two stay two") && text.contains("value=\"forget\""), "{text}");
    let text = app.get(&app.admin, "/duplicates?apart=true").await.text().to_owned();
    assert!(text.contains("two since") && text.contains("Ask again"), "{text}");
    let again = app.submit(&app.admin, "/duplicates", "act=forget&one=1&other=2").await;
    assert_eq!(again.header("location"), Some("/duplicates?done=undone"), "{}", again.text());
    assert!(app.get(&app.admin, "/duplicates").await.text().contains("They are two"));
    assert!(app.get(&app.admin, "/duplicates?apart=true").await.text().contains("Nobody said so of any"));
    assert_eq!(app.submit(&app.admin, "/duplicates", "act=forget&one=1&other=2").await.status.as_u16(), 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_pages_and_a_decision_leads_back_to_its_own() {
    let app = pairs(11).await;
    let first = app.get(&app.admin, "/duplicates").await.text().to_owned();
    assert!(first.contains("11 pairs") && first.contains("href=\"/duplicates?page=2\""), "{first}");
    assert!(!first.contains("Kahvila &lt;21&gt;"), "{first}");
    let second = app.get(&app.admin, "/duplicates?page=2").await.text().to_owned();
    assert!(second.contains("Kahvila &lt;21&gt;") && second.contains("Page 2 of 2"), "{second}");
    let form = "act=apart&one=21&other=22&oneVersion=1&otherVersion=1&page=2";
    let apart = app.submit(&app.admin, "/duplicates", form).await;
    let back = "/duplicates?page=2&done=apart&one=21&other=22";
    assert_eq!(apart.header("location"), Some(back), "{}", apart.text());
    let last = app.get(&app.admin, back).await;
    assert_eq!(last.status.as_u16(), 200);
    assert!(last.text().contains("10 pairs") && last.text().contains("The two stay two"), "{}", last.text());
    for odd in ["/duplicates?page=0", "/duplicates?page=x&apart=x&done=x", "/duplicates?page=9999999"] {
        assert_eq!(app.status(&app.admin, odd).await, 200, "{odd}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_meanwhile_is_looked_at_again() {
    let app = pairs(1).await;
    let mut tx = app.app.store().begin().await.unwrap();
    let mut known = tx.lock_business(BusinessId(2)).await.unwrap().unwrap();
    known.business.phone = Some("+358777".to_owned());
    tx.edit_business(known, &["phone"]).await.unwrap();
    tx.commit().await.unwrap();
    let refused =
        app.submit(&app.admin, "/duplicates", &format!("act=keep-one&one=1&other=2&{VERSIONS}")).await;
    assert_eq!(refused.status.as_u16(), 409);
    let text = refused.text();
    assert!(text.contains("changed since they were looked at") && text.contains("+358777"), "{text}");
    assert_eq!(app.status(&app.admin, "/leads/2").await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_decide_is_told_so_and_what_cannot_be_read_too() {
    let app = pairs(1).await;
    let (_, viewer) = app.person("vi@example.org", Role::Viewer).await;
    assert_eq!(app.status(&viewer, "/duplicates").await, 403);
    let form = format!("act=apart&one=1&other=2&{VERSIONS}");
    assert_eq!(app.submit(&viewer, "/duplicates", &form).await.status.as_u16(), 403);
    assert!(app.get(&app.admin, "/duplicates").await.text().contains("They are two"), "nothing was done");
    for form in
        ["", "act=apart", "act=other&one=1&other=2", "act=apart&one=0&other=2", "act=apart&one=1&other=x"]
    {
        let answer = app.submit(&app.admin, "/duplicates", form).await;
        assert_eq!(answer.status.as_u16(), 400, "{form}: {}", answer.text());
    }
    for (form, status) in [("act=apart&one=1&other=9", 422), ("act=keep-one&one=9&other=1", 404)] {
        let answer = app.submit(&app.admin, "/duplicates", form).await;
        assert_eq!(answer.status.as_u16(), status, "{form}: {}", answer.text());
        assert!(answer.text().contains("role=\"alert\""), "{form}: {}", answer.text());
    }
}
