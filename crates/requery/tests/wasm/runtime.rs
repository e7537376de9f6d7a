//! The driver for the browser: the wall clock, timers, tasks and chance.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::{Either, select};
use requery::runtime::{BrowserRuntime, Runtime};
use requery::{GcTime, QueryFilters, QueryObserver, QueryOptions, query_key};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::rig::{Source, client, ms, sleep, until};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[wasm_bindgen_test]
fn the_clock_is_the_wall_clock() {
    let (before, now, after) = (js_sys::Date::now(), BrowserRuntime.now(), js_sys::Date::now());
    let now = now.as_millis() as f64;
    assert!(before <= now && now <= after, "{before} <= {now} <= {after}");
}

#[wasm_bindgen_test]
async fn a_task_runs_soon_but_not_before_the_call_returns() {
    let has_run = Arc::new(AtomicBool::new(false));
    let run = Arc::clone(&has_run);
    BrowserRuntime.spawn(Box::pin(async move { run.store(true, Ordering::SeqCst) }));
    assert!(!has_run.load(Ordering::SeqCst));
    until("the task runs", async || has_run.load(Ordering::SeqCst)).await;
}

/// The browser takes a delay of more than 24.8 days for none at all.
#[wasm_bindgen_test]
async fn a_moment_in_a_month_is_not_now() {
    let in_a_month = BrowserRuntime.now().saturating_add(30 * DAY);
    let waiting = select(BrowserRuntime.sleep_until(in_a_month), Box::pin(sleep(ms(50))));
    assert!(matches!(waiting.await, Either::Right(_)));
}

#[wasm_bindgen_test]
async fn a_moment_that_is_over_is_not_waited_for() {
    let began = BrowserRuntime.now();
    BrowserRuntime.sleep_until(requery::Timestamp::ZERO).await;
    assert!(BrowserRuntime.now().since(began) < Duration::from_secs(5));
}

#[wasm_bindgen_test]
fn every_bit_of_a_random_number_is_random() {
    let drawn: Vec<u64> = (0..300).map(|_| BrowserRuntime.random()).collect();
    let (ever, always) = drawn.iter().fold((0, u64::MAX), |(ever, always), it| (ever | it, always & it));
    assert_eq!((ever, always), (u64::MAX, 0));
}

#[wasm_bindgen_test]
async fn observers_hear_of_loading_of_data_and_of_its_growing_stale() {
    let (client, source) = (client(), Source::counting());
    let observer = QueryObserver::new(&client, source.query(&query_key!["n"]).stale_time(ms(60)));
    let heard: Rc<RefCell<Vec<(bool, Option<u32>, bool)>>> = Rc::default();
    let sink = Rc::clone(&heard);
    let _subscription = observer.subscribe(move |result| {
        let line = (result.is_loading(), result.data.as_deref().copied(), result.is_stale);
        sink.borrow_mut().push(line);
    });
    until("the data is stale", async || {
        heard.borrow().last().is_some_and(|(_, data, stale)| data.is_some() && *stale)
    })
    .await;
    assert_eq!(*heard.borrow(), [(true, None, true), (false, Some(1), false), (false, Some(1), true)]);
}

#[wasm_bindgen_test]
async fn what_nobody_looks_at_is_collected_when_its_time_is_over() {
    let (client, source) = (client(), Source::counting());
    let observer = QueryObserver::new(&client, source.query(&query_key!["n"]).gc_time(GcTime::After(ms(40))));
    let subscription = observer.subscribe(|_| {});
    until("it is fetched", async || observer.current_result().is_success()).await;
    sleep(ms(80)).await;
    assert_eq!(client.query_count(), 1, "somebody looks at it");
    subscription.unsubscribe();
    until("it is collected", async || client.query_count() == 0).await;
}

#[wasm_bindgen_test]
async fn a_failed_fetch_is_tried_again_after_its_delay() {
    let (client, source) = (client(), Source::failing(2));
    let began = BrowserRuntime.now();
    let options = source.query(&query_key!["n"]).retry(3).retry_delay(ms(30));
    assert_eq!(*client.fetch_query(&options).await.unwrap(), 3);
    assert!(BrowserRuntime.now().since(began) >= ms(60), "two delays");
}

#[wasm_bindgen_test]
async fn a_query_is_polled() {
    let (client, source) = (client(), Source::counting());
    let observer = QueryObserver::new(&client, source.query(&query_key!["n"]).refetch_interval(ms(15)));
    let subscription = observer.subscribe(|_| {});
    until("it was fetched four times", async || source.calls() >= 4).await;
    subscription.unsubscribe();
}

#[wasm_bindgen_test]
async fn an_invalidated_query_that_is_looked_at_is_fetched_again() {
    let (client, source) = (client(), Source::counting());
    let observer = QueryObserver::new(&client, source.query(&query_key!["n"]));
    let _subscription = observer.subscribe(|_| {});
    until("it is fetched", async || observer.current_result().is_success()).await;
    client.invalidate_queries(QueryFilters::all()).await;
    assert_eq!(observer.current_result().data.as_deref(), Some(&2));
}

/// Promises and other values of JavaScript belong to one thread; query functions may hold them all the same.
#[wasm_bindgen_test]
async fn a_query_function_may_wait_for_a_promise() {
    let client = client();
    let asked = Rc::new(Cell::new(0));
    let count = Rc::clone(&asked);
    let options = QueryOptions::<f64, String>::new(query_key!["promise"], move |_context| {
        count.set(count.get() + 1);
        let promise = js_sys::Promise::resolve(&wasm_bindgen::JsValue::from(42));
        async move {
            let answer = wasm_bindgen_futures::JsFuture::from(promise).await;
            answer.ok().and_then(|it| it.as_f64()).ok_or_else(|| "it is no number".to_owned())
        }
    });
    assert_eq!(*client.fetch_query(&options).await.unwrap(), 42.0);
    assert_eq!(asked.get(), 1);
}
