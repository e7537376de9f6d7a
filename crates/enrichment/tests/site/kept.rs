//! Pages that are not asked for twice.

use contract::BusinessId;
use contract::enrichment::Evidence;
use contract::suppression::SuppressionReason;
use store::suppression::Subject;

use super::*;

/// A site of three pages.
async fn site() -> Running {
    Running::start()
        .await
        .page("/", &format!("{HOME}{}", card("Jane Roe", "jane@acme.example")))
        .page("/contact", "<p>info@acme.example</p>")
        .page("/about", "<p>about@acme.example</p>")
}

const ALL: [&str; 4] = ["/robots.txt", "/", "/contact", "/about"];

async fn enriched(store: &Store, fetcher: &Fetcher, id: BusinessId) -> Outcome {
    let claimed = lease(store, JobKind::Enrich).await;
    enrich(store, fetcher, &claimed.lease, id, &CancellationToken::new()).await.unwrap().outcome
}

/// What the newest entry of the history says of pages that were read earlier.
async fn read_earlier(store: &Store, id: BusinessId) -> Option<Evidence> {
    let log = store.enrichment_log(id, 1).await.unwrap().remove(0);
    log.evidence.into_iter().find(|evidence| evidence.field == "website.readEarlier")
}

#[tokio::test]
async fn what_was_killed_in_the_middle_of_a_site_goes_on_behind_the_pages_that_were_read() {
    let running = site().await;
    let db = test_support::sqlite().await;
    let store = db.store();
    let id = business(store, Some(running.url())).await;
    let claimed = lease(store, JobKind::Enrich).await;
    let mut slow = FetcherConfig::new("https://letip.example/crawler");
    slow.guard = Guard::allowing([running.address]);
    slow.spacing = Duration::from_millis(300);
    let fetcher = Fetcher::new(slow).unwrap();
    let worker = {
        let (store, lease) = (store.clone(), claimed.lease.clone());
        async move { enrich(&store, &fetcher, &lease, id, &CancellationToken::new()).await }
    };
    // The worker is dropped as it stands once the contact page has been asked for and what it says is kept.
    let killed = async {
        while running.paths().len() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(150)).await;
    };
    tokio::select! {
        ended = worker => panic!("it was over too soon: {ended:?}"),
        () = killed => {}
    }
    assert_eq!(running.paths(), ALL[..3]);
    assert_eq!(enriched(store, &running.fetcher(), id).await, Outcome::Enriched);
    // The rules are not kept: a process that begins reads them.
    assert_eq!(running.paths()[3..], ["/robots.txt", "/about"]);
    let told = read_earlier(store, id).await.unwrap();
    assert!(told.snippet.unwrap().starts_with("2 pages were read earlier"));
    let detail = store.get_business(id).await.unwrap().unwrap();
    assert_eq!(detail.contacts.len(), 1, "what the first page says counts");
}

#[tokio::test]
async fn businesses_with_a_website_in_common_have_it_read_once_and_their_history_says_so() {
    let running = site().await;
    let db = test_support::sqlite().await;
    let store = db.store();
    let fetcher = running.fetcher();
    let (one, other) =
        (business(store, Some(running.url())).await, business(store, Some(running.url())).await);
    assert_eq!(enriched(store, &fetcher, one).await, Outcome::Enriched);
    assert_eq!((running.paths(), read_earlier(store, one).await), (ALL.map(str::to_owned).to_vec(), None));
    assert_eq!(enriched(store, &fetcher, other).await, Outcome::Enriched);
    assert_eq!(running.paths(), ALL, "nothing was asked for again");
    let told = read_earlier(store, other).await.unwrap().snippet.unwrap();
    assert!(told.starts_with("3 pages were read earlier, the first at 20"), "{told}");
    let people = async |id| {
        let contacts = store.get_business(id).await.unwrap().unwrap().contacts;
        contacts.into_iter().map(|contact| (contact.name, contact.email)).collect::<Vec<_>>()
    };
    assert_eq!((people(one).await, people(one).await.is_empty()), (people(other).await, false));
}

#[tokio::test]
async fn who_asks_again_for_the_same_business_gets_it_read_anew() {
    let running = site().await;
    let db = test_support::sqlite().await;
    let store = db.store();
    let fetcher = running.fetcher();
    let id = business(store, Some(running.url())).await;
    enriched(store, &fetcher, id).await;
    enriched(store, &fetcher, id).await;
    assert_eq!(running.paths()[4..], ALL[1..]);
    assert_eq!(read_earlier(store, id).await, None);
}

#[tokio::test]
async fn nothing_is_kept_where_that_is_switched_off() {
    let running = site().await;
    let db = test_support::sqlite().await;
    let store = db.store();
    let mut config = FetcherConfig::new("https://letip.example/crawler");
    config.guard = Guard::allowing([running.address]);
    config.spacing = Duration::from_millis(1);
    config.kept_for = Duration::ZERO;
    let fetcher = Fetcher::new(config).unwrap();
    for _ in 0..2 {
        let id = business(store, Some(running.url())).await;
        enriched(store, &fetcher, id).await;
    }
    assert_eq!(running.paths()[4..], ALL[1..]);
}

#[tokio::test]
async fn who_is_suppressed_is_neither_kept_nor_told_from_what_is_kept() {
    let running = site().await;
    let db = test_support::sqlite().await;
    let store = db.store();
    let fetcher = running.fetcher();
    let first = business(store, Some(running.url())).await;
    enriched(store, &fetcher, first).await;
    let kept = async || {
        let identity = format!("US @127.0.0.1:{:?}?", Some(running.address.port()));
        let now = contract::Timestamp::from_millis(0);
        store.kept_answer(store::OF_WEBSITES, &identity, "127.0.0.1", now).await.unwrap()
    };
    assert!(kept().await.unwrap().contains("Jane Roe"));
    let mut tx = store.begin().await.unwrap();
    tx.suppress(&Subject::email("jane@acme.example").unwrap(), SuppressionReason::Requested).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(kept().await, None);
    let second = business(store, Some(running.url())).await;
    enriched(store, &fetcher, second).await;
    assert!(!kept().await.unwrap().contains("jane@acme.example"));
    let detail = store.get_business(second).await.unwrap().unwrap();
    assert!(detail.contacts.iter().all(|contact| contact.email.as_deref() != Some("jane@acme.example")));
}
