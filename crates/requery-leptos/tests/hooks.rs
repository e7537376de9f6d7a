//! Components as the browser and the server run them, on a virtual clock.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail loudly")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use any_spawner::Executor;
use leptos::prelude::*;
use requery::runtime::TestRuntime;
use requery::{
    InfiniteQueryOptions, MutateCallbacks, MutationFilters, MutationOptions, QueryClient, QueryFilters,
    QueryOptions, StaleTime, query_key,
};
use requery_leptos::{
    UseQuery, dehydrated_json, dehydrated_script, hydrate_from_json, provide_query_client,
    use_infinite_query, use_is_fetching, use_is_mutating, use_mutation, use_mutation_state, use_prefetch,
    use_queries, use_query, use_query_client,
};

const LATENCY: Duration = Duration::from_millis(10);

/// A component's owner with a client, and a server that answers each call with its number.
struct App {
    runtime: TestRuntime,
    client: QueryClient,
    owner: Owner,
    calls: Arc<AtomicUsize>,
}

impl App {
    fn browser() -> Self {
        Self::with(QueryClient::new)
    }

    fn server() -> Self {
        Self::with(QueryClient::server)
    }

    fn with(client: impl FnOnce(TestRuntime) -> QueryClient) -> Self {
        // Tests of one process share it; all but the first find it set.
        let _ = Executor::init_futures_executor();
        let runtime = TestRuntime::new();
        let client = client(runtime.clone());
        client.mount();
        let owner = Owner::new();
        owner.with(|| provide_query_client(client.clone()));
        Self { runtime, client, owner, calls: Arc::default() }
    }

    /// Runs effects, and whatever they start.
    fn settle(&self) {
        for _ in 0..8 {
            Executor::poll_local();
            self.runtime.run_until_stalled();
        }
    }

    fn advance(&self, duration: Duration) {
        self.settle();
        self.runtime.advance(duration);
        self.settle();
    }

    fn query(&self, id: u32) -> QueryOptions<String, String> {
        let (runtime, calls) = (self.runtime.clone(), Arc::clone(&self.calls));
        QueryOptions::new(query_key!["item", id], move |_| {
            let (runtime, calls) = (runtime.clone(), Arc::clone(&calls));
            async move {
                let call = calls.fetch_add(1, Ordering::SeqCst) + 1;
                runtime.sleep(LATENCY).await;
                if id == 0 { Err("no such item".to_owned()) } else { Ok(format!("item {id}, answer {call}")) }
            }
        })
        .retry(0)
        .hydratable()
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn use_query(
        &self,
        options: impl Fn() -> QueryOptions<String, String> + 'static,
    ) -> UseQuery<String, String> {
        self.owner.with(|| use_query(options))
    }
}

/// Writes down what `read` says, whenever a signal that it reads changes.
fn watch<R: Send + Sync + 'static>(app: &App, read: impl Fn() -> R + 'static) -> Arc<Mutex<Vec<R>>> {
    let seen: Arc<Mutex<Vec<R>>> = Arc::default();
    let sink = Arc::clone(&seen);
    app.owner.with(|| Effect::new(move |_| sink.lock().unwrap().push(read())));
    seen
}

#[test]
fn a_component_shows_loading_and_then_the_data() {
    let app = App::browser();
    let options = app.query(1);
    let item = app.use_query(move || options.clone());
    assert!(item.is_loading(), "the first rendering knows that it will be fetched");
    assert_eq!(app.calls(), 0, "but nothing is fetched during it");
    app.advance(LATENCY);
    assert_eq!(item.data().as_deref().map(String::as_str), Some("item 1, answer 1"));
    assert!(item.is_success() && !item.is_fetching() && item.error().is_none());
}

#[test]
fn however_many_components_show_a_query_it_is_asked_for_once() {
    let app = App::browser();
    let component = || {
        // Each has an owner of its own, under that of the page.
        let (owner, options) = (app.owner.child(), app.query(1));
        let item = owner.with(|| use_query(move || options.clone()));
        (owner, item)
    };
    let first: Vec<_> = (0..25).map(|_| component()).collect();
    assert!(first.iter().all(|(_, item)| item.is_loading()));
    app.settle();
    assert_eq!(app.calls(), 1, "all of them wait for one answer");
    let while_asked = component();
    app.advance(LATENCY);
    let fresh = app.query(1).stale_time(Duration::from_secs(30));
    let later = app.use_query(move || fresh.clone());
    app.advance(LATENCY);
    let all = first.iter().chain([&while_asked]).map(|(_, item)| item).chain([&later]);
    for item in all {
        assert_eq!(item.data().as_deref().map(String::as_str), Some("item 1, answer 1"));
        assert!(item.is_success() && !item.is_fetching());
    }
    assert_eq!(app.calls(), 1, "whoever came while it was asked for, or after that, asks no more");
}

#[test]
fn an_error_is_shown_with_its_own_type() {
    let app = App::browser();
    let options = app.query(0);
    let item = app.use_query(move || options.clone());
    app.advance(LATENCY);
    assert_eq!(item.error().as_deref().map(String::as_str), Some("no such item"));
    assert!(item.is_loading_error() && item.failure_count() == 1);
}

#[test]
fn who_reads_one_field_is_not_woken_by_the_others() {
    let app = App::browser();
    let options = app.query(1);
    let item = app.use_query(move || options.clone());
    let data = watch(&app, move || item.with_data(String::len));
    let fetching = watch(&app, move || item.is_fetching());
    let everything = watch(&app, move || item.result().is_fetching());
    app.advance(LATENCY);
    app.client.invalidate_queries(QueryFilters::all());
    app.advance(LATENCY);
    assert_eq!(*data.lock().unwrap(), [None, Some(16), Some(16)]);
    assert_eq!(*fetching.lock().unwrap(), [true, false, true, false]);
    assert!(everything.lock().unwrap().len() >= 4);
    let before = data.lock().unwrap().len();
    app.client.set_query_data(query_key!["item", 1], "item 1, answer 2".to_owned());
    app.settle();
    assert_eq!(data.lock().unwrap().len(), before, "equal data wakes nobody");
}

#[test]
fn a_change_of_key_switches_the_query() {
    let app = App::browser();
    let id = app.owner.with(|| RwSignal::new(1));
    let (one, two) = (app.query(1), app.query(2));
    let item = app.use_query(move || if id.get() == 1 { one.clone() } else { two.clone() });
    app.advance(LATENCY);
    id.set(2);
    app.settle();
    assert!(item.is_loading() && item.data().is_none());
    app.advance(LATENCY);
    assert_eq!(item.data().as_deref().map(String::as_str), Some("item 2, answer 2"));
    assert_eq!(item.key(), Some(query_key!["item", 2]));
}

#[test]
fn options_of_the_same_key_are_taken_over_too() {
    let app = App::browser();
    let enabled = app.owner.with(|| RwSignal::new(false));
    let options = app.query(1);
    let item = app.use_query(move || options.clone().enabled(enabled.get()));
    app.advance(LATENCY);
    assert_eq!((app.calls(), item.is_enabled(), item.is_loading()), (0, false, false));
    enabled.set(true);
    app.advance(LATENCY);
    assert_eq!((app.calls(), item.is_enabled()), (1, true));
}

#[test]
fn the_query_is_left_when_the_component_goes() {
    let app = App::browser();
    let options =
        app.query(1).refetch_interval(Duration::from_millis(50)).gc_time(Duration::from_millis(100));
    let item = app.use_query(move || options.clone());
    app.advance(LATENCY);
    app.owner.cleanup();
    app.advance(Duration::from_secs(1));
    assert_eq!((app.calls(), app.client.query_count(), app.client.timer_count()), (1, 0, 0));
    assert!(
        item.data().is_none() && item.refetch().is_none() && item.key().is_none(),
        "its handle is harmless"
    );
}

#[test]
fn refetching_by_hand_keeps_what_is_shown() {
    let app = App::browser();
    let options = app.query(1);
    let item = app.use_query(move || options.clone());
    app.advance(LATENCY);
    item.refetch();
    app.settle();
    assert!(item.is_refetching() && item.data().is_some());
    app.advance(LATENCY);
    assert_eq!(item.data().as_deref().map(String::as_str), Some("item 1, answer 2"));
}

#[test]
fn the_server_renders_what_was_prefetched_and_fetches_nothing() {
    let app = App::server();
    app.runtime.block_on(app.client.prefetch_query(&app.query(1)));
    let (known, unknown) = (app.query(1), app.query(2));
    let html = app.owner.with(|| {
        let (known, unknown) = (use_query(move || known.clone()), use_query(move || unknown.clone()));
        let text =
            |item: UseQuery<String, String>| item.data().map_or("loading".into(), |data| (*data).clone());
        view! { <p>{text(known)}</p><p>{text(unknown)}</p> }.to_html()
    });
    app.settle();
    assert!(html.contains("item 1, answer 1") && html.contains("loading"), "{html}");
    assert_eq!(app.calls(), 1);
}

#[test]
fn the_server_shows_nothing_that_the_browser_could_not() {
    let app = App::server();
    let opaque = QueryOptions::<u32, String>::new(query_key!["opaque"], |_| async { Ok(1) });
    app.runtime.block_on(app.client.prefetch_query(&app.query(0)));
    app.runtime.block_on(app.client.prefetch_query(&opaque));
    let failed = app.query(0);
    let failed = app.use_query(move || failed.clone());
    let opaque = app.owner.with(|| use_query(move || opaque.clone()));
    assert!(failed.is_loading() && failed.error().is_none());
    assert!(opaque.is_loading() && opaque.data().is_none());
}

#[test]
fn the_browser_takes_over_what_the_server_rendered_without_a_second_fetch() {
    let server = App::server();
    server.runtime.block_on(server.client.prefetch_query(&server.query(1)));
    let html = dehydrated_script(&server.client, Some("n0nce".to_owned())).to_html();
    assert!(html.starts_with("<script") && html.contains(r#"id="requery-state""#), "{html}");
    assert!(html.contains(r#"type="application/json""#) && html.contains(r#"nonce="n0nce""#), "{html}");
    let json = html.split_once('>').unwrap().1.split_once("</script>").unwrap().0;
    assert_eq!(json, dehydrated_json(&server.client));

    let browser = App::browser();
    hydrate_from_json(&browser.client, json).unwrap();
    let options = browser.query(1).stale_time(Duration::from_secs(30));
    let item = browser.use_query(move || options.clone());
    assert_eq!(item.data().as_deref().map(String::as_str), Some("item 1, answer 1"));
    browser.advance(LATENCY);
    assert!(item.is_success() && !item.is_fetching());
    assert_eq!(browser.calls(), 0);
}

/// Rows that several queries hold stand in the document once, and one script puts them back.
#[test]
fn what_several_queries_hold_stands_in_the_document_once() {
    let app = App::server();
    let row = "a row that is long enough for its number to be shorter <&>";
    for name in ["newest", "changed"] {
        let rows = vec![serde_json::json!({ "id": 7, "name": row })];
        let options = QueryOptions::<_, String>::new(query_key![name], move |_| {
            let rows = rows.clone();
            async move { Ok(rows) }
        });
        app.runtime.block_on(app.client.fetch_query(&options.hydratable())).unwrap();
    }
    let json = dehydrated_json(&app.client);
    assert_eq!(json.matches("a row that").count(), 2, "whoever has no document reads it as it is");
    let html = dehydrated_script(&app.client, Some("n0nce".to_owned())).to_html();
    assert_eq!(html.matches("a row that").count(), 1, "{html}");
    assert_eq!((html.matches("<script").count(), html.matches(r#"nonce="n0nce""#).count()), (3, 3), "{html}");
    let content = |start: &str| {
        html.split_once(start)
            .unwrap()
            .1
            .split_once('>')
            .unwrap()
            .1
            .split_once("</script>")
            .unwrap()
            .0
            .to_owned()
    };
    let (state, objects) = (content(r#"id="requery-state""#), content(r#"id="requery-once""#));
    assert_eq!(state.replace(r#"{"=":0}"#, &objects), json);
    assert!(html.contains(".replace("), "{html}");
}

#[test]
fn what_is_stale_is_fetched_again_after_it_was_shown() {
    let app = App::browser();
    let json = r#"{"queries":[{"queryKey":["item",1],"data":"from the page","dataUpdatedAt":1000}]}"#;
    hydrate_from_json(&app.client, json).unwrap();
    let options = app.query(1).stale_time(Duration::from_secs(30));
    let item = app.use_query(move || options.clone());
    assert_eq!(item.data().as_deref().map(String::as_str), Some("from the page"));
    app.advance(LATENCY);
    assert_eq!((item.data().as_deref().map(String::as_str), app.calls()), (Some("item 1, answer 1"), 1));
}

#[test]
fn a_mutation_shows_its_course_and_calls_back() {
    let app = App::browser();
    let runtime = app.runtime.clone();
    let options = MutationOptions::new(move |n: u32| {
        let runtime = runtime.clone();
        async move {
            runtime.sleep(LATENCY).await;
            if n > 0 { Ok(n * 2) } else { Err("zero".to_owned()) }
        }
    });
    let (double, mutating) =
        app.owner.with(|| (use_mutation(options), use_is_mutating(MutationFilters::all())));
    app.settle();
    assert!(double.is_idle());
    let done = Arc::new(Mutex::new(None));
    let sink = Arc::clone(&done);
    double.mutate_with(
        21,
        MutateCallbacks::new().on_success(move |data, _| *sink.lock().unwrap() = Some(*data)),
    );
    assert!(double.is_pending() && double.variables().as_deref() == Some(&21));
    assert_eq!(mutating.get_untracked(), 1);
    app.advance(LATENCY);
    assert_eq!((double.data().as_deref(), *done.lock().unwrap()), (Some(&42), Some(42)));
    assert_eq!(mutating.get_untracked(), 0);
    double.mutate(0);
    app.advance(LATENCY);
    assert_eq!(double.error().as_deref().map(String::as_str), Some("zero"));
    double.reset();
    assert!(double.is_idle());
    app.owner.cleanup();
    double.mutate(1);
    assert!(double.is_idle() && double.data().is_none(), "a handle that outlived its component is harmless");
}

#[test]
fn who_reads_one_field_of_a_mutation_is_not_woken_by_the_others() {
    let app = App::browser();
    let runtime = app.runtime.clone();
    let options = MutationOptions::<u32, String, u32>::new(move |n: u32| {
        let runtime = runtime.clone();
        async move {
            runtime.sleep(LATENCY).await;
            Ok(n)
        }
    });
    let echo = app.owner.with(|| use_mutation(options));
    app.settle();
    let data = watch(&app, move || echo.data().map(|data| *data));
    let pending = watch(&app, move || echo.is_pending());
    app.settle();
    echo.mutate(1);
    app.settle();
    assert_eq!(*data.lock().unwrap(), [None], "nothing has come yet");
    app.advance(LATENCY);
    assert_eq!(*data.lock().unwrap(), [None, Some(1)]);
    assert_eq!(*pending.lock().unwrap(), [false, true, false]);
}

#[test]
fn a_component_can_show_that_anything_is_fetched() {
    let app = App::browser();
    let fetching = app.owner.with(|| use_is_fetching(QueryFilters::prefix(["item"])));
    app.settle();
    assert_eq!(fetching.get_untracked(), 0);
    app.client.prefetch_query(&app.query(1));
    app.client.prefetch_query(&app.query(2));
    assert_eq!(fetching.get_untracked(), 2);
    app.advance(LATENCY);
    assert_eq!(fetching.get_untracked(), 0);
}

#[test]
fn prefetching_warms_the_cache_for_the_next_component() {
    let app = App::browser();
    let options = app.query(1).stale_time(StaleTime::Never);
    let prefetch = app.owner.with(use_prefetch);
    prefetch.query(&options);
    app.advance(LATENCY);
    let item = app.use_query(move || options.clone());
    assert!(item.is_success(), "its first rendering has the data");
    app.advance(LATENCY);
    assert_eq!(app.calls(), 1);
}

#[test]
fn without_a_provider_a_component_renders_without_data() {
    let _ = Executor::init_futures_executor();
    let owner = Owner::new();
    let item =
        owner.with(|| use_query(|| QueryOptions::<u32, String>::new(query_key!["a"], |_| async { Ok(1) })));
    assert!(item.data().is_none() && item.is_pending());
    assert_eq!(owner.with(use_query_client).query_count(), 0);
}

#[test]
fn pages_are_fetched_from_a_component() {
    let app = App::browser();
    let runtime = app.runtime.clone();
    let pages = InfiniteQueryOptions::<u32, String, u32>::infinite(
        query_key!["pages"],
        0,
        move |_, page| {
            let runtime = runtime.clone();
            async move {
                runtime.sleep(LATENCY).await;
                Ok(page)
            }
        },
        |page, _| (*page < 1).then_some(page + 1),
    );
    let pages = app.owner.with(|| use_infinite_query(move || pages.clone()));
    app.advance(LATENCY);
    assert!(pages.has_next_page() && !pages.is_fetching_next_page());
    let loading = watch(&app, move || pages.is_fetching_next_page());
    app.settle();
    pages.fetch_next_page();
    app.advance(LATENCY);
    assert_eq!(pages.data().unwrap().page_params, [0, 1]);
    assert!(!pages.has_next_page());
    assert_eq!(*loading.lock().unwrap(), [false, true, false]);
}

#[test]
fn a_list_of_queries_is_combined_and_follows_its_signal() {
    let app = App::browser();
    let ids = app.owner.with(|| RwSignal::new(vec![1_u32, 2]));
    let (one, two, three) = (app.query(1), app.query(2), app.query(3));
    let all = [one, two, three];
    let loaded = app.owner.with(|| {
        let queries = move || ids.get().iter().map(|id| all[*id as usize - 1].clone()).collect();
        use_queries(queries, |results| results.iter().filter(|result| result.data.is_some()).count())
    });
    assert_eq!((*loaded.get_untracked(), app.calls()), (0, 0));
    app.advance(LATENCY);
    assert_eq!((*loaded.get_untracked(), app.calls()), (2, 2));
    ids.set(vec![1, 2, 3]);
    app.advance(LATENCY);
    assert_eq!((*loaded.get_untracked(), app.calls()), (3, 3));
    app.owner.cleanup();
    assert_eq!(app.client.queries(QueryFilters::all().active()).len(), 0);
}

#[test]
fn the_state_of_mutations_is_seen_by_every_component() {
    let app = App::browser();
    let runtime = app.runtime.clone();
    let add = MutationOptions::<(), String, u32>::new(move |_| {
        let runtime = runtime.clone();
        async move {
            runtime.sleep(LATENCY).await;
            Ok(())
        }
    });
    let (add, pending) = app.owner.with(|| {
        let pending = MutationFilters::all().status(requery::MutationStatus::Pending);
        (use_mutation(add), use_mutation_state(pending, |mutation| mutation.variables::<u32>().map(|n| *n)))
    });
    app.settle();
    add.mutate(1);
    add.mutate(2);
    app.settle();
    assert_eq!(pending.get_untracked(), [Some(1), Some(2)]);
    app.advance(LATENCY);
    assert!(pending.get_untracked().is_empty());
}
