//! F9: infinite queries.

use std::sync::{Arc, Mutex};

use requery::{
    CancelOptions, DehydrateOptions, DehydratedState, FetchStatus, InfiniteData, InfiniteQueryOptions,
    QueryContext, QueryFilters, QueryObserver, RefetchOptions, StaleTime, query_key,
};

use crate::rig::{LATENCY, Rig, ms};

type Page = Vec<u32>;
type Options = InfiniteQueryOptions<Page, String, u32>;
type Observer = QueryObserver<InfiniteData<Page, u32>, String>;

/// A server with the numbers from 0 to 9, two on a page, that notes which pages it was asked for.
#[derive(Clone, Default)]
struct Server {
    asked: Arc<Mutex<Vec<u32>>>,
    /// Requests for this page fail, this many times.
    failures: Arc<Mutex<(u32, usize)>>,
    last: Arc<Mutex<u32>>,
}

impl Server {
    fn new() -> Self {
        let server = Self::default();
        *server.last.lock().unwrap() = 8;
        server
    }

    fn options(&self, rig: &Rig) -> Options {
        let (server, runtime) = (self.clone(), rig.runtime.clone());
        let last = Arc::clone(&self.last);
        Options::infinite(
            query_key!["numbers"],
            4,
            move |_context, from| {
                let (server, runtime) = (server.clone(), runtime.clone());
                async move {
                    server.asked.lock().unwrap().push(from);
                    runtime.sleep(ms(LATENCY)).await;
                    server.answer(from)
                }
            },
            move |page, _all| {
                let next = page[0] + 2;
                (next <= *last.lock().unwrap()).then_some(next)
            },
        )
        .get_previous_page_param(|page, _all| page[0].checked_sub(2))
        .retry(0)
    }

    fn answer(&self, from: u32) -> Result<Page, String> {
        let mut failures = self.failures.lock().unwrap();
        if failures.0 == from && failures.1 > 0 {
            failures.1 -= 1;
            return Err(format!("page {from} failed"));
        }
        Ok(vec![from, from + 1])
    }

    fn asked(&self) -> Vec<u32> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

fn watch(rig: &Rig, options: Options) -> (Observer, requery::Subscription) {
    let observer = Observer::new(&rig.client, options);
    let subscription = observer.subscribe(|_| {});
    (observer, subscription)
}

fn shown(observer: &Observer) -> Vec<u32> {
    observer.current_result().data.map(|data| data.page_params.clone()).unwrap_or_default()
}

fn more() -> RefetchOptions {
    RefetchOptions::default()
}

/// F9: pages join at both ends, and each end knows whether there is more.
#[test]
fn pages_are_fetched_one_by_one_in_both_directions() {
    let rig = Rig::new();
    let server = Server::new();
    let (observer, _subscription) = watch(&rig, server.options(&rig));
    assert!(observer.current_result().is_loading());
    rig.advance(LATENCY);
    let result = observer.current_result();
    assert!(result.has_next_page() && result.has_previous_page());
    observer.fetch_next_page(more());
    let result = observer.current_result();
    assert!(result.is_fetching_next_page() && !result.is_refetching() && !result.is_fetching_previous_page());
    rig.advance(LATENCY);
    rig.runtime.block_on(observer.fetch_previous_page(more())).unwrap();
    rig.runtime.block_on(observer.fetch_previous_page(more())).unwrap();
    rig.runtime.block_on(observer.fetch_next_page(more())).unwrap();
    assert_eq!((shown(&observer), server.asked()), (vec![0, 2, 4, 6, 8], vec![4, 6, 2, 0, 8]));
    let result = observer.current_result();
    assert!(!result.has_next_page() && !result.has_previous_page());
    let at_the_end = rig.runtime.block_on(observer.fetch_next_page(more())).unwrap();
    assert_eq!((at_the_end.pages.len(), server.asked()), (5, vec![]), "there is nothing to fetch");
}

/// F9: a refetch fetches every page again, in order, from the first.
#[test]
fn a_refetch_fetches_all_pages_in_sequence() {
    let rig = Rig::new();
    let server = Server::new();
    let (observer, _subscription) = watch(&rig, server.options(&rig));
    rig.advance(LATENCY);
    rig.runtime.block_on(observer.fetch_next_page(more())).unwrap();
    rig.runtime.block_on(observer.fetch_previous_page(more())).unwrap();
    server.asked();
    let refetch = observer.refetch(more());
    assert!(observer.current_result().is_refetching());
    rig.advance(LATENCY);
    assert_eq!(server.asked(), [2, 4], "the second only begins when the first is there");
    rig.runtime.block_on(refetch).unwrap();
    assert_eq!((shown(&observer), server.asked()), (vec![2, 4, 6], vec![6]));
}

/// F9: a refetch stops where the server says that there is no next page any more.
#[test]
fn a_refetch_stops_where_there_is_no_next_page_any_more() {
    let rig = Rig::new();
    let server = Server::new();
    let (observer, _subscription) = watch(&rig, server.options(&rig));
    rig.advance(LATENCY);
    rig.runtime.block_on(observer.fetch_next_page(more())).unwrap();
    *server.last.lock().unwrap() = 4;
    rig.runtime.block_on(observer.refetch(more())).unwrap();
    assert_eq!(shown(&observer), [4]);
}

/// F9: with a limit, a page more at one end is a page less at the other.
#[test]
fn max_pages_drops_pages_at_the_other_end() {
    let rig = Rig::new();
    let server = Server::new();
    let (observer, _subscription) = watch(&rig, server.options(&rig).max_pages(2));
    rig.advance(LATENCY);
    rig.runtime.block_on(observer.fetch_next_page(more())).unwrap();
    rig.runtime.block_on(observer.fetch_next_page(more())).unwrap();
    assert_eq!(shown(&observer), [6, 8]);
    rig.runtime.block_on(observer.fetch_previous_page(more())).unwrap();
    assert_eq!(shown(&observer), [4, 6]);
    server.asked();
    rig.runtime.block_on(observer.refetch(more())).unwrap();
    assert_eq!((shown(&observer), server.asked()), (vec![4, 6], vec![4, 6]));
}

/// F9: a failed page is an error of that page, not of a refetch; what is there stays.
#[test]
fn a_page_that_fails_leaves_the_others() {
    let rig = Rig::new();
    let server = Server::new();
    let (observer, _subscription) = watch(&rig, server.options(&rig));
    rig.advance(LATENCY);
    *server.failures.lock().unwrap() = (6, 1);
    assert!(rig.runtime.block_on(observer.fetch_next_page(more())).is_err());
    let result = observer.current_result();
    assert!(result.is_fetch_next_page_error() && !result.is_refetch_error());
    assert!(!result.is_fetch_previous_page_error());
    assert_eq!(shown(&observer), [4]);
    *server.failures.lock().unwrap() = (4, 1);
    assert!(rig.runtime.block_on(observer.refetch(more())).is_err());
    assert!(observer.current_result().is_refetch_error());
}

/// F9: a retry goes on with the page that failed.
#[test]
fn a_retry_goes_on_with_the_page_that_failed() {
    let rig = Rig::new();
    let server = Server::new();
    let (observer, _subscription) = watch(&rig, server.options(&rig).retry(2).retry_delay(ms(1)));
    rig.advance(LATENCY);
    rig.runtime.block_on(observer.fetch_next_page(more())).unwrap();
    server.asked();
    *server.failures.lock().unwrap() = (6, 2);
    rig.runtime.block_on(observer.refetch(more())).unwrap();
    assert_eq!((shown(&observer), server.asked()), (vec![4, 6], vec![4, 6, 6, 6]));
}

/// F9: several pages are fetched at once where that is asked for.
#[test]
fn the_pages_option_fetches_several_at_first() {
    let rig = Rig::new();
    let server = Server::new();
    let options = server.options(&rig).pages(2).stale_time(StaleTime::Never);
    let data = rig.runtime.block_on(rig.client.infinite_query(&options)).unwrap();
    assert_eq!((data.page_params.as_slice(), server.asked()), ([4, 6].as_slice(), vec![4, 6]));
    let count = options.select(|data| data.pages.len());
    assert_eq!(*rig.runtime.block_on(rig.client.infinite_query(&count)).unwrap(), 2);
}

/// F9, F2.3: asking for a page ends a refetch in flight, unless it is told to join it.
#[test]
fn fetching_a_page_replaces_or_joins_the_fetch_in_flight() {
    let rig = Rig::new();
    let server = Server::new();
    let (observer, _subscription) = watch(&rig, server.options(&rig));
    rig.advance(LATENCY);
    observer.refetch(more());
    rig.runtime.block_on(observer.fetch_next_page(more())).unwrap();
    assert_eq!(shown(&observer), [4, 6]);
    observer.refetch(more());
    rig.runtime.block_on(observer.fetch_next_page(RefetchOptions { cancel_refetch: false })).unwrap();
    assert_eq!(shown(&observer), [4, 6], "the refetch was joined");
}

/// F9: a fetch that was cancelled asks for no further page, though its function took the signal.
#[test]
fn a_cancelled_fetch_asks_for_no_further_page() {
    let rig = Rig::new();
    let asked: Arc<Mutex<Vec<u32>>> = Arc::default();
    let (sink, runtime) = (Arc::clone(&asked), rig.runtime.clone());
    let options = Options::infinite(
        query_key!["numbers"],
        0,
        move |context, from| {
            let (_signal, sink, runtime) = (context.signal(), Arc::clone(&sink), runtime.clone());
            async move {
                sink.lock().unwrap().push(from);
                runtime.sleep(ms(LATENCY)).await;
                Ok(vec![from])
            }
        },
        |page, _| Some(page[0] + 1),
    );
    rig.client.prefetch_query(&options.pages(3));
    rig.advance(LATENCY + 1);
    rig.client.cancel_queries(QueryFilters::all(), CancelOptions::default());
    rig.advance(10 * LATENCY);
    assert_eq!(*asked.lock().unwrap(), [0, 1]);
}

/// R5: what is patched or set while a page loads is still there afterwards.
#[test]
fn a_change_while_a_page_loads_is_kept() {
    let rig = Rig::new();
    let server = Server::new();
    let (observer, _subscription) = watch(&rig, server.options(&rig));
    rig.advance(LATENCY);
    let key = query_key!["numbers"];
    let replace = |old: u32, new: u32| {
        move |data: &InfiniteData<Page, u32>| {
            let in_page = |page: &Page| {
                page.contains(&old).then(|| page.iter().map(|n| if *n == old { new } else { *n }).collect())
            };
            data.map_pages(in_page)
        }
    };
    observer.fetch_next_page(more());
    rig.advance(LATENCY / 2);
    assert!(rig.client.patch_query_data(&key, replace(5, 50)));
    rig.client.update_query_data::<InfiniteData<Page, u32>>(&key, |data| replace(4, 40)(data?));
    rig.advance(LATENCY);
    let data = observer.current_result().data.unwrap();
    assert_eq!(data.items(|page| page.iter().copied()).collect::<Vec<_>>(), [40, 50, 6, 7]);
}

/// R5: pages that were replaced by others meanwhile do not get a page that does not follow them.
#[test]
fn a_page_that_no_longer_follows_comes_with_those_that_it_follows() {
    let rig = Rig::new();
    let server = Server::new();
    let (observer, _subscription) = watch(&rig, server.options(&rig));
    rig.advance(LATENCY);
    rig.runtime.block_on(observer.fetch_next_page(more())).unwrap();
    observer.fetch_next_page(more());
    rig.client.set_query_data(query_key!["numbers"], InfiniteData::new([(4, vec![4, 5])]));
    rig.advance(LATENCY);
    assert_eq!(shown(&observer), [4, 6, 8]);
}

/// F13: a refetch keeps the identity of the pages that did not change.
#[test]
fn pages_that_did_not_change_keep_their_identity() {
    let rig = Rig::new();
    let server = Server::new();
    let (observer, _subscription) = watch(&rig, server.options(&rig));
    rig.advance(LATENCY);
    rig.runtime.block_on(observer.fetch_next_page(more())).unwrap();
    let before = observer.current_result().data.unwrap();
    *server.last.lock().unwrap() = 4;
    rig.runtime.block_on(observer.refetch(more())).unwrap();
    let after = observer.current_result().data.unwrap();
    assert!(after.pages.len() == 1 && Arc::ptr_eq(&before.pages[0], &after.pages[0]));
}

/// F9, F14: pages travel with their parameters, and the next page follows them.
#[test]
fn pages_are_hydrated_and_go_on_from_there() {
    let (server_rig, browser) = (Rig::new(), Rig::new());
    let server = Server::new();
    server_rig
        .runtime
        .block_on(server_rig.client.fetch_query(&server.options(&server_rig).hydratable()))
        .unwrap();
    let json = serde_json::to_string(&server_rig.client.dehydrate(&DehydrateOptions::default())).unwrap();
    assert!(json.contains(r#""data":{"pageParams":[4],"pages":[[4,5]]}"#), "{json}");
    browser.client.hydrate(DehydratedState::from_json(&json).unwrap());
    server.asked();
    let options = server.options(&browser).hydratable().stale_time(StaleTime::Never);
    let (observer, _subscription) = watch(&browser, options);
    assert!(observer.current_result().has_next_page());
    browser.runtime.block_on(observer.fetch_next_page(more())).unwrap();
    assert_eq!((shown(&observer), server.asked()), (vec![4, 6], vec![6]));
}

/// F9: placeholder pages are shown, but there is nothing after them.
#[test]
fn placeholder_pages_have_no_next_page() {
    let rig = Rig::new();
    let server = Server::new();
    let options = server.options(&rig).placeholder_data(InfiniteData::new([(0, vec![0, 1])]));
    let (observer, _subscription) = watch(&rig, options);
    let result = observer.current_result();
    assert!(result.is_placeholder_data && !result.has_next_page());
    assert_eq!(shown(&observer), [0]);
}

/// F9, F13: where there is no further page, asking for it is a fetch all the same: without sharing, its data is other data.
#[test]
fn asking_for_a_page_that_is_not_there_gives_data_of_its_own() {
    for shares in [true, false] {
        let (rig, server) = (Rig::new(), Server::new());
        *server.last.lock().unwrap() = 4;
        let (observer, _subscription) = watch(&rig, server.options(&rig).structural_sharing(shares));
        rig.advance(LATENCY);
        let before = observer.current_result();
        drop(observer.fetch_next_page(more()));
        rig.settle();
        let after = observer.current_result();
        assert_eq!((server.asked(), after.data_updated_at), (vec![4], rig.client.now()));
        assert_eq!(before.data, after.data);
        assert_eq!(Arc::ptr_eq(&before.data.unwrap(), &after.data.unwrap()), shares);
    }
}

/// F2.6: asking for a page that is not there calls nothing: the signal stays taken, and leaving aborts what follows.
#[test]
fn a_signal_stays_taken_where_no_page_is_asked_for() {
    let rig = Rig::new();
    let page = |context: QueryContext, n| {
        drop(context.signal());
        async move { Ok(vec![n]) }
    };
    let options = Options::infinite(query_key!["numbers"], 0, page, |_, _| None);
    let (observer, subscription) = watch(&rig, options);
    rig.settle();
    drop(observer.fetch_next_page(more()));
    rig.settle();
    rig.client.set_online(false);
    drop(rig.client.invalidate_queries(QueryFilters::all()));
    assert!(observer.current_result().is_paused());
    subscription.unsubscribe();
    assert_eq!(rig.client.queries(QueryFilters::all())[0].fetch_status, FetchStatus::Idle);
}

/// F9: pages that a limit has pushed out were fetched all the same, also where the next page fails at first.
#[test]
fn a_retry_counts_pages_that_were_pushed_out() {
    let (rig, server) = (Rig::new(), Server::new());
    *server.last.lock().unwrap() = 20;
    *server.failures.lock().unwrap() = (8, 1);
    let options = server.options(&rig).pages(3).max_pages(1).retry(1).retry_delay(ms(5));
    let (observer, _subscription) = watch(&rig, options);
    rig.advance(4 * LATENCY + 5);
    assert_eq!((server.asked(), shown(&observer)), (vec![4, 6, 8, 8], vec![8]));
    assert!(!observer.current_result().is_fetching());
}

/// F9: a fetch that began without pages fetches the first, also where there are some when it is tried again.
#[test]
fn a_first_fetch_stays_one_when_it_is_tried_again() {
    let (rig, server) = (Rig::new(), Server::new());
    *server.failures.lock().unwrap() = (4, 1);
    let options = || server.options(&rig).retry(1).retry_delay(ms(5));
    drop(Observer::new(&rig.client, options()).fetch_next_page(more()));
    rig.advance(LATENCY);
    let (observer, _subscription) =
        watch(&rig, options().initial_data(InfiniteData::new([(4, vec![0])])).stale_time(StaleTime::Never));
    assert_eq!(shown(&observer), [4]);
    rig.advance(5 + LATENCY);
    let data = observer.current_result().data;
    assert_eq!((server.asked(), data.map(|data| data.pages[0].to_vec())), (vec![4, 4], Some(vec![4, 5])));
}
