//! Whoever leaves what is being fetched: the request is hung up once nobody wants its answer.

use std::time::Duration;

use client::{ApiError, Connection, queries};
use contract::{Business, BusinessQuery, Page, PageMeta, Shared, Stats, keys};
use requery::runtime::TokioRuntime;
use requery::{FetchStatus, QueryClient, QueryFilters, QueryObserver, StaleTime};

use crate::loopback::{Does, Loopback};
use crate::rows::business;

/// Less than a request may take: what is hung up is so at once.
const AT_ONCE: Duration = Duration::from_secs(15);

async fn hung_up(server: &Loopback) {
    tokio::time::timeout(AT_ONCE, server.hung_up()).await.unwrap();
}

fn list(names: &[&str]) -> Page<Shared<Business>> {
    let rows = names.iter().zip(1..).map(|(name, id)| Shared::new(business(id, 1, name))).collect::<Vec<_>>();
    Page { meta: PageMeta::new(rows.len() as u64, 1, 20, None), data: rows }
}

#[tokio::test]
async fn a_request_is_hung_up_when_the_last_who_looks_at_it_leaves() {
    for does in [Does::Waits, Does::WaitsAfterTheHead] {
        let server = Loopback::that([does.clone(), Does::json(200, &Stats::default())]).await;
        let (api, cache) = (server.api(), QueryClient::new(TokioRuntime::current()));
        let look = || QueryObserver::new(&cache, queries::stats(&api)).subscribe(|_| {});
        let (one, other) = (look(), look());
        server.arrived().await;
        drop(one);
        assert_eq!(cache.is_fetching(QueryFilters::all()), 1, "{does:?}: somebody still looks");
        drop(other);
        hung_up(&server).await;
        let state = cache.get_query_state::<Stats, ApiError>(keys::stats::dashboard()).unwrap();
        assert_eq!((state.fetch_status, state.error.is_none()), (FetchStatus::Idle, true), "{does:?}");
        // Whoever comes later is answered as if nobody had asked before.
        assert_eq!(*cache.fetch_query(&queries::stats(&api)).await.unwrap(), Stats::default());
        assert_eq!(server.asked().len(), 2, "{does:?}");
    }
}

/// As somebody types: what was asked for the letters before is not waited for.
#[tokio::test]
async fn a_list_that_becomes_another_hangs_up_on_the_one_before() {
    let server = Loopback::that([Does::Waits, Does::json(200, &list(&["Sushi"]))]).await;
    let (api, cache) = (server.api(), QueryClient::new(TokioRuntime::current()));
    let searching = |words: &str| {
        let query = BusinessQuery { search: Some(words.to_owned()), ..BusinessQuery::default() };
        queries::business_list(&api, &Connection::new(), query)
    };
    let observer = QueryObserver::new(&cache, searching("su"));
    let _looking = observer.subscribe(|_| {});
    server.arrived().await;
    observer.set_options(searching("sushi"));
    hung_up(&server).await;
    while observer.current_result().data.is_none() {
        tokio::task::yield_now().await;
    }
    let asked: Vec<_> = server.asked().into_iter().map(|asked| asked.what).collect();
    assert_eq!(asked, ["GET /api/businesses?search=su", "GET /api/businesses?search=sushi"]);
}

#[tokio::test]
async fn what_was_shown_is_there_again_after_a_refetch_that_was_hung_up() {
    let server = Loopback::that([Does::json(200, &list(&["Alpha"])), Does::Waits]).await;
    let (api, cache) = (server.api(), QueryClient::new(TokioRuntime::current()));
    let options = || queries::business_list(&api, &Connection::new(), BusinessQuery::default());
    cache.fetch_query(&options()).await.unwrap();
    // Of the request that was answered.
    server.arrived().await;
    server.hung_up().await;
    let stale = options().stale_time(StaleTime::After(Duration::ZERO));
    let looking = QueryObserver::new(&cache, stale).subscribe(|_| {});
    server.arrived().await;
    drop(looking);
    hung_up(&server).await;
    let key = keys::businesses::list(&BusinessQuery::default());
    let state = cache.get_query_state::<Page<Shared<Business>>, ApiError>(key).unwrap();
    assert_eq!((state.fetch_status, state.error.is_none()), (FetchStatus::Idle, true));
    assert_eq!(*state.data.unwrap(), list(&["Alpha"]));
}

/// Nobody looks at it yet: it is for whoever comes.
#[tokio::test]
async fn what_is_fetched_ahead_runs_to_its_end() {
    let does = Does::WhenTold(Box::new(Does::json(200, &Stats::default())));
    let server = Loopback::that([does]).await;
    let (api, cache) = (server.api(), QueryClient::new(TokioRuntime::current()));
    drop(cache.prefetch_query(&queries::stats(&api)));
    server.arrived().await;
    server.go_on();
    while cache.get_query_data::<Stats>(keys::stats::dashboard()).is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.asked().len(), 1);
}
