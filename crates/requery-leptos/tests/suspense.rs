//! Views that wait for queries while the server streams them.

#![cfg(test)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use any_spawner::Executor;
use futures::StreamExt;
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use requery::runtime::TokioRuntime;
use requery::{QueryClient, QueryOptions, query_key};
use requery_leptos::{dehydrated_json, provide_query_client, use_query};

/// Far longer than anything here takes: what hangs is told.
const HANGS: Duration = Duration::from_secs(20);

#[derive(Clone, Default)]
struct Server(Arc<AtomicUsize>);

impl Server {
    fn item(&self, id: u32) -> QueryOptions<String, String> {
        let calls = Arc::clone(&self.0);
        QueryOptions::new(query_key!["item", id], move |_| {
            let calls = Arc::clone(&calls);
            async move {
                let call = calls.fetch_add(1, Ordering::SeqCst) + 1;
                tokio::time::sleep(Duration::from_millis(5)).await;
                if id == 0 { Err("no such item".to_owned()) } else { Ok(format!("item {id}, call {call}")) }
            }
        })
        .retry(0)
        .stale_time(Duration::from_secs(30))
        .hydratable()
    }
}

fn waiting(server: &Server, id: u32) -> impl IntoView + use<> {
    let server = server.clone();
    let item = use_query(move || server.item(id));
    view! {
        <Suspense fallback=|| "on its way">
            {move || Suspend::new(async move {
                let item = item.ready().await;
                let text = item.data.map(|data| data.to_string()).or(item.error.map(|error| error.to_string()));
                view! { <p>{text.unwrap_or_default()}</p> }
            })}
        </Suspense>
    }
}

/// Everything that the server sends, and what the browser goes on from.
async fn streamed(ids: &'static [u32]) -> (String, String, usize) {
    _ = Executor::init_tokio();
    let (server, client) = (Server::default(), QueryClient::server(TokioRuntime::current()));
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new())));
    let views = owner.with(|| {
        provide_query_client(client.clone());
        ids.iter().map(|id| waiting(&server, *id)).collect_view().to_html_stream_out_of_order()
    });
    let html = tokio::time::timeout(HANGS, views.collect::<String>()).await.expect("the page stands still");
    (html, dehydrated_json(&client), server.0.load(Ordering::SeqCst))
}

async fn check_two_on_one() {
    let (html, state, calls) = streamed(&[1, 1]).await;
    assert_eq!(calls, 1, "two that wait make one request");
    assert_eq!(html.matches("item 1, call 1").count(), 2, "{html}");
    assert_eq!(state.matches("item 1, call 1").count(), 1, "it travels once: {state}");
}

#[tokio::test]
async fn two_boundaries_on_one_query_wait_for_one_request() {
    check_two_on_one().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_boundaries_on_one_query_wait_for_one_request_with_several_workers() {
    let pages = (0..20).map(|_| tokio::spawn(check_two_on_one()));
    for page in pages.collect::<Vec<_>>() {
        page.await.unwrap();
    }
}

#[tokio::test]
async fn what_failed_is_shown_as_that_and_nothing_else_waits_for_it() {
    let (html, state, calls) = streamed(&[0, 2]).await;
    assert!(html.contains("no such item") && html.contains("item 2"), "{html}");
    assert!(!state.contains("no such item"), "errors stay on the server: {state}");
    assert_eq!(calls, 2);
}
