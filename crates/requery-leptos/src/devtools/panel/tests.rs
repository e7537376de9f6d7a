//! The panel as it is drawn of a cache, and what its buttons do.

use std::time::Duration;

use any_spawner::Executor;
use leptos::prelude::*;
use requery::runtime::TestRuntime;
use requery::{
    Entity, EntityId, GcTime, LiveList, MutationObserver, MutationOptions, QueryClient, QueryObserver,
    QueryOptions, RefetchOn, StaleTime, Timeline, Timestamp, query_key,
};

use super::actions::Action;
use super::format::{ago, clock, duration, gc_time, json, rule, stale_time, type_name, until};
use super::frame::frame;
use super::graph::Graph;
use super::rows::{Condition, Order, counts, has_words, listed};
use super::state::{Panel, Tab};

#[derive(Clone, Debug, PartialEq)]
struct Todo(u32);

impl Entity for Todo {
    fn id(&self) -> EntityId {
        self.0.into()
    }

    fn version(&self) -> u64 {
        2
    }
}

/// A cache with a panel that is open.
struct Stage {
    runtime: TestRuntime,
    client: QueryClient,
    owner: Owner,
    panel: Panel,
}

impl Stage {
    fn new() -> Self {
        // Tests of one process share it; all but the first find it set.
        let _ = Executor::init_futures_executor();
        let runtime = TestRuntime::new();
        let client = QueryClient::new(runtime.clone());
        client.mount();
        let owner = Owner::new();
        let panel = owner.with(|| Panel::new(client.clone()));
        let stage = Self { runtime, client, owner, panel };
        stage.panel.open();
        stage.settle();
        stage
    }

    fn settle(&self) {
        for _ in 0..4 {
            Executor::poll_local();
            self.runtime.run_until_stalled();
        }
    }

    fn html(&self) -> String {
        self.settle();
        if self.panel.is_open.get_untracked() {
            // What no event tells of is seen with the next tick.
            self.panel.refresh();
        }
        let html = self.owner.with(|| untrack(|| frame(self.panel).to_html()));
        // What parts two texts that stand side by side.
        html.replace("<!>", "")
    }

    fn fetch(&self, n: u32) -> QueryOptions<u32, String> {
        let number = QueryOptions::new(query_key!["number", n], move |_| async move {
            if n == 0 { Err("no such number".to_owned()) } else { Ok(n) }
        });
        let number = number.retry(0).stale_time(Duration::from_secs(20)).hydratable();
        drop(self.client.prefetch_query(&number));
        self.settle();
        number
    }
}

fn has_all(html: &str, words: &[&str]) {
    for word in words {
        assert!(html.contains(word), "{word} in {html}");
    }
}

#[test]
fn on_a_server_there_is_only_its_place() {
    let owner = Owner::new();
    let html = owner.with(|| crate::Devtools().to_html());
    assert_eq!(html.matches("data-requery-devtools").count(), 1);
    assert!(!html.contains("button"), "{html}");
}

#[test]
fn closed_it_is_a_button_and_does_not_follow_the_cache() {
    let stage = Stage::new();
    stage.panel.close();
    has_all(&stage.html(), &["Developer panel", r#"aria-expanded="false""#]);
    stage.fetch(1);
    assert!(stage.panel.seen.get_untracked().queries.is_empty());
    stage.panel.open();
    has_all(&stage.html(), &["[\"number\",1]", "1 inactive", "1 timer"]);
}

#[test]
fn queries_are_listed_with_their_state_and_time() {
    let stage = Stage::new();
    has_all(&stage.html(), &["The cache is empty."]);
    let (number, _failed) = (stage.fetch(1), stage.fetch(0));
    let observer = QueryObserver::new(&stage.client, number);
    let _subscription = observer.subscribe(|_| {});
    has_all(&stage.html(), &["1 fresh", "1 failed", "stale in 20 s", "gone in 5 min", "1 observer"]);
    stage.panel.filter.set("nothing".to_owned());
    has_all(&stage.html(), &["No query fits the filter."]);
}

#[test]
fn a_query_is_shown_with_its_data_observers_and_timers() {
    let stage = Stage::new();
    let number = stage.fetch(1).refetch_interval(Duration::from_secs(90));
    let observer = QueryObserver::new(&stage.client, number);
    let _subscription = observer.subscribe(|_| {});
    stage.panel.show_query(query_key!["number", 1]);
    let words =
        ["u32", "in 20 s", "fresh for 20 s", "every 1 min 30 s", "5 min after the last observer", "if stale"];
    has_all(&stage.html(), &words);
    has_all(&stage.html(), &[r#"aria-label="Data""#, "just now, 1 time", "Force loading"]);
    stage.client.clear();
    has_all(&stage.html(), &["not in the cache any more"]);
}

#[test]
fn a_failure_is_told_in_its_own_words() {
    let stage = Stage::new();
    stage.fetch(0);
    stage.panel.show_query(query_key!["number", 0]);
    has_all(&stage.html(), &["no such number", "1, 1 in all; last: no such number", "none (u32)"]);
}

#[test]
fn the_buttons_do_what_they_say() {
    let stage = Stage::new();
    stage.client.offer_error("Gone", || "gone".to_owned());
    stage.client.offer_error("Busy", || "busy".to_owned());
    let number = stage.fetch(1);
    let key = query_key!["number", 1];
    let observer = QueryObserver::new(&stage.client, number);
    let _subscription = observer.subscribe(|_| {});
    stage.panel.show_query(key.clone());
    has_all(&stage.html(), &["Which error", "Busy"]);
    let act = |action: Action| {
        stage.panel.act(&action, &key);
        observer.current_result()
    };
    assert!(act(Action::Refetch).is_refetching());
    stage.settle();
    assert!(act(Action::Invalidate).is_fetching());
    stage.settle();
    assert!(act(Action::Reset).is_loading());
    stage.settle();
    assert!(act(Action::ForceLoading).is_loading());
    has_all(&stage.html(), &["1 forced"]);
    let failed = act(Action::ForceError("Busy".to_owned()));
    assert_eq!(failed.error.as_deref().map(String::as_str), Some("busy"));
    assert_eq!(act(Action::Undo).data.as_deref(), Some(&1));
    act(Action::Remove);
    assert_eq!((stage.client.query_count(), stage.panel.query.get_untracked()), (0, None));
    stage.panel.choose_tab(Tab::Timeline);
    has_all(&stage.html(), &["panel: force error", "panel: remove", "setState"]);
}

#[test]
fn the_network_can_be_taken_for_gone() {
    let stage = Stage::new();
    stage.panel.set_offline(true);
    assert!(!stage.client.is_online());
    has_all(&stage.html(), &[r#"aria-pressed="true""#]);
    stage.fetch(1);
    has_all(&stage.html(), &["1 paused"]);
    stage.panel.set_offline(false);
    has_all(&stage.html(), &["1 inactive"]);
}

#[test]
fn mutations_are_listed_and_shown() {
    let stage = Stage::new();
    stage.panel.choose_tab(Tab::Mutations);
    has_all(&stage.html(), &["Nothing was written yet."]);
    let add = MutationOptions::<u32, String, u32>::new(|n| async move {
        if n > 0 { Ok(n) } else { Err("not nothing".to_owned()) }
    });
    let adding = MutationObserver::new(&stage.client, add.mutation_key(["add"]).resumable());
    adding.mutate(7);
    stage.settle();
    adding.mutate(0);
    let html = stage.html();
    has_all(&html, &["done", "failed", "[\"add\"]"]);
    stage.panel.mutation.set(Some(2));
    has_all(&stage.html(), &["Mutation 2", "not nothing", "Idempotency key", r#"aria-label="Variables""#]);
    stage.panel.mutation.set(Some(9));
    has_all(&stage.html(), &["not in the cache any more"]);
    stage.panel.filter.set("failed".to_owned());
    assert_eq!(stage.html().matches(r#"class="row""#).count(), 1);
}

fn todos(stage: &Stage, name: &str) {
    let list = QueryOptions::<Vec<Todo>, String>::new([name], |_| async { Ok(vec![Todo(1), Todo(2)]) });
    drop(stage.client.prefetch_query(&list.live_list(LiveList::new(|_: &Todo| true))));
    stage.settle();
}

#[test]
fn entities_are_drawn_with_the_queries_that_show_them() {
    let stage = Stage::new();
    stage.panel.choose_tab(Tab::Entities);
    has_all(&stage.html(), &["No query shows entities."]);
    todos(&stage, "a");
    todos(&stage, "b");
    has_all(&stage.html(), &["Todo (2)", "2 queries", "<svg"]);
    let kind = stage.panel.seen.get_untracked().entities[0].kind;
    stage.panel.show_entity((kind, 1_u32.into()));
    has_all(&stage.html(), &["Todo 1", "Shown by 2 queries", "v2", "All entities"]);
    stage.client.delete::<Todo>(2_u32, 3);
    has_all(&stage.html(), &["deleted"]);
    stage.panel.show_entity((kind, 9_u32.into()));
    has_all(&stage.html(), &["not known any more"]);
    stage.panel.show_query(query_key!["a"]);
    has_all(&stage.html(), &["1 entity", "do not write JSON"]);
}

#[test]
fn a_graph_counts_what_it_joins_and_leaves_out_what_has_no_room() {
    let stage = Stage::new();
    for n in 0..20 {
        todos(&stage, &format!("list {n:02} with a name that is longer than there is room for"));
    }
    let entities = stage.client.inspect_entities();
    let graph = Graph::of_kinds(&entities);
    assert_eq!((graph.entities.len(), graph.queries.len(), graph.left_out), (1, 14, 6));
    assert!(graph.lines.iter().all(|line| line.count == 2 && line.from == 0));
    assert!(graph.queries[0].label.ends_with('…'));
    assert_eq!(Graph::of_one(&entities[0]).lines.len(), 14);
    assert_eq!(Graph::of_kinds(&[]), Graph::default());
}

#[test]
fn the_timeline_is_filtered_cleared_and_kept_with_data() {
    let stage = Stage::new();
    stage.panel.choose_tab(Tab::Timeline);
    has_all(&stage.html(), &["Nothing has happened yet."]);
    stage.client.because("a test", || drop(stage.fetch(1)));
    has_all(&stage.html(), &["added", "success", "a test"]);
    stage.panel.filter.set("added".to_owned());
    assert!(!stage.html().contains("success"));
    stage.panel.filter.set("nothing".to_owned());
    has_all(&stage.html(), &["No event fits the filter."]);
    stage.panel.clear_timeline();
    assert!(stage.panel.seen.get_untracked().timeline.is_empty());
    stage.panel.keep_data(true);
    stage.fetch(2);
    let entries = Timeline::import(&stage.panel.timeline().unwrap().export());
    assert!(entries.iter().any(|entry| entry.query.as_ref().is_some_and(|query| query.data.is_some())));
}

#[test]
fn a_panel_that_is_gone_is_harmless() {
    let stage = Stage::new();
    stage.owner.cleanup();
    stage.fetch(1);
    stage.panel.refresh();
    stage.panel.act(&Action::Refetch, &query_key!["number", 1]);
    stage.panel.set_offline(true);
    assert!(stage.client.is_online() && stage.panel.client().is_none());
}

#[test]
fn queries_are_found_by_words_and_ordered_as_wanted() {
    let stage = Stage::new();
    for n in [2, 3, 0] {
        stage.fetch(n);
        stage.runtime.advance(Duration::from_millis(5));
    }
    let queries = stage.client.inspect_queries();
    let keys = |filter: &str, order: Order, is_reversed: bool| {
        let all = listed(&queries, filter, order, is_reversed);
        all.iter().map(|query| query.key.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(keys("", Order::Key, false), [r#"["number",0]"#, r#"["number",2]"#, r#"["number",3]"#]);
    assert_eq!(keys("", Order::Key, true)[0], r#"["number",3]"#);
    assert_eq!(keys("", Order::Made, false)[0], r#"["number",2]"#);
    assert_eq!(keys("", Order::Condition, false)[0], r#"["number",0]"#);
    assert_eq!(keys("", Order::Updated, false)[0], r#"["number",3]"#);
    assert_eq!(keys("", Order::Observers, false).len(), 3);
    assert_eq!(keys("NUMBER failed", Order::Key, false), [r#"["number",0]"#]);
    assert_eq!(counts(&queries), [(Condition::Failed, 1), (Condition::Inactive, 2)]);
    assert!(Order::ALL.iter().all(|order| Order::named(order.name()) == *order));
    assert!(has_words("Any", "") && !has_words("Any", "any other"));
}

#[test]
fn tabs_are_reached_by_keys() {
    assert_eq!(Tab::Queries.by_key("ArrowLeft"), Some(Tab::Timeline));
    assert_eq!(Tab::Timeline.by_key("ArrowRight"), Some(Tab::Queries));
    assert_eq!(Tab::Entities.by_key("Home"), Some(Tab::Queries));
    assert_eq!((Tab::Entities.by_key("End"), Tab::Entities.by_key("x")), (Some(Tab::Timeline), None));
}

#[test]
fn times_are_told_in_two_units() {
    let told = [0, 59, 60, 95, 3_700, 90_000].map(|seconds| duration(Duration::from_secs(seconds)));
    assert_eq!(told, ["0 ms", "59 s", "1 min", "1 min 35 s", "1 h 1 min", "1 d 1 h"]);
    let now = Timestamp::from_millis(86_400_000 * 3 + 3_723_004);
    assert_eq!(clock(now), "01:02:03.004");
    assert_eq!(until(now.saturating_add(Duration::from_millis(1_200)), now), "in 2 s");
    assert_eq!((until(Timestamp::ZERO, now), ago(Timestamp::ZERO, now)), ("now".into(), "never".into()));
    assert_eq!(
        (ago(now, now), ago(now, now.saturating_add(Duration::from_secs(61)))),
        ("just now".into(), "1 min 1 s ago".into())
    );
}

#[test]
fn rules_are_told_in_words() {
    let second = Duration::from_secs(1);
    let times =
        [StaleTime::After(Duration::ZERO), StaleTime::After(second), StaleTime::Never, StaleTime::Static];
    assert_eq!(times.map(stale_time), ["always stale", "fresh for 1 s", "fresh until invalidated", "static"]);
    assert_eq!([GcTime::After(second), GcTime::Never].map(gc_time), ["1 s", "never"]);
    assert_eq!(
        [RefetchOn::Stale, RefetchOn::Always, RefetchOn::Never].map(rule),
        ["if stale", "always", "never"]
    );
}

#[test]
fn types_and_data_are_shortened() {
    assert_eq!(type_name("alloc::vec::Vec<alloc::sync::Arc<a::b::Todo>>"), "Vec<Arc<Todo>>");
    assert_eq!(type_name("(u32, &str)"), "(u32, &str)");
    assert_eq!(json(&serde_json::json!({ "a": [1] })).lines().count(), 5);
    let long = json(&"ä".repeat(20_000).into());
    assert!(long.ends_with("bytes more") && long.len() < 20_100, "{}", long.len());
}
