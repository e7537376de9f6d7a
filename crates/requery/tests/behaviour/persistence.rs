//! F16: caches and mutations that outlive the program, and caches in several tabs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use requery::{
    MemoryChannel, MemoryStorage, MutationFilters, MutationObserver, MutationOptions, NetworkMode, Outbox,
    PersistOptions, Persistence, QueryFilters, QueryPersister, RefetchOn, StaleTime, Storage, StorageError,
    StorageFuture, query_key,
};

use crate::entities::{Todo, todo};
use crate::rig::{LATENCY, Rig, Source, Watch, ms};

/// A storage that keeps at most so many characters under one name, and counts its writes.
#[derive(Clone)]
struct Small {
    inner: MemoryStorage,
    limit: usize,
    writes: Arc<Mutex<usize>>,
}

impl Small {
    fn new(limit: usize) -> Self {
        Self { inner: MemoryStorage::new(), limit, writes: Arc::default() }
    }

    fn writes(&self) -> usize {
        *self.writes.lock().unwrap()
    }
}

impl Storage for Small {
    fn get(&self, name: &str) -> StorageFuture<Option<String>> {
        self.inner.get(name)
    }

    fn set(&self, name: &str, text: String) -> StorageFuture<()> {
        *self.writes.lock().unwrap() += 1;
        if text.len() > self.limit {
            return Self::hold(async { Err(StorageError { reason: "full".to_owned() }) });
        }
        self.inner.set(name, text)
    }

    fn remove(&self, name: &str) -> StorageFuture<()> {
        self.inner.remove(name)
    }

    fn names(&self, prefix: &str) -> StorageFuture<Vec<String>> {
        self.inner.names(prefix)
    }
}

/// A storage that takes a while to answer.
#[derive(Clone)]
pub(crate) struct Slow {
    pub(crate) inner: MemoryStorage,
    pub(crate) runtime: requery::runtime::TestRuntime,
}

impl Storage for Slow {
    fn get(&self, name: &str) -> StorageFuture<Option<String>> {
        let (wait, answer) = (self.runtime.sleep(ms(20)), self.inner.get(name));
        Self::hold(wait.then(|()| answer))
    }

    fn set(&self, name: &str, text: String) -> StorageFuture<()> {
        self.inner.set(name, text)
    }

    fn remove(&self, name: &str) -> StorageFuture<()> {
        self.inner.remove(name)
    }

    fn names(&self, prefix: &str) -> StorageFuture<Vec<String>> {
        self.inner.names(prefix)
    }
}

fn text(rig: &Rig, storage: &impl Storage, name: &str) -> Option<String> {
    rig.runtime.block_on(storage.get(name)).unwrap()
}

fn fetch(rig: &Rig, source: &Source, key: &requery::QueryKey) {
    rig.runtime.block_on(rig.client.fetch_query(&source.query(key).hydratable())).unwrap();
}

/// F16: what changes is written, at most once in the time of the throttle.
#[test]
fn the_cache_is_written_at_most_once_a_throttle() {
    let rig = Rig::new();
    let (storage, source) = (Small::new(usize::MAX), Source::counting(&rig));
    let _subscription = Persistence::new(&rig.client, storage.clone(), PersistOptions::default()).subscribe();
    for n in 0..5_u32 {
        fetch(&rig, &source, &query_key!["n", n]);
    }
    assert_eq!(storage.writes(), 0);
    rig.advance(1000);
    assert_eq!(storage.writes(), 1);
    assert!(text(&rig, &storage, "requery").unwrap().contains(r#"["n",4]"#), "the last state, not the first");
    rig.advance(5000);
    assert_eq!(storage.writes(), 1, "nothing has changed");
}

/// F16: while it is restored nothing is fetched, and what was restored and is fresh is not fetched afterwards.
#[test]
fn observers_wait_for_what_is_restored() {
    let (before, after) = (Rig::new(), Rig::new());
    let (kept, fetched) = (query_key!["kept"], query_key!["fetched"]);
    let storage = MemoryStorage::new();
    fetch(&before, &Source::counting(&before), &kept);
    before
        .runtime
        .block_on(Persistence::new(&before.client, storage.clone(), PersistOptions::default()).save())
        .unwrap();
    let slow = Slow { inner: storage, runtime: after.runtime.clone() };
    let persistence = Persistence::new(&after.client, slow, PersistOptions::default());
    let mut restoring = persistence.restore().boxed();
    assert!((&mut restoring).now_or_never().is_none());
    assert!(after.client.is_restoring());
    let source = Source::counting(&after);
    let options = |key| source.query(key).hydratable().stale_time(StaleTime::Never);
    let (in_storage, elsewhere) = (Watch::new(&after, options(&kept)), Watch::new(&after, options(&fetched)));
    after.advance(LATENCY);
    assert_eq!(source.calls(), 0);
    assert!(after.runtime.block_on(restoring).unwrap());
    after.advance(LATENCY);
    assert_eq!((in_storage.now().data.as_deref(), elsewhere.now().data.as_deref()), (Some(&1), Some(&1)));
    assert_eq!(source.calls(), 1, "only what was not there");
}

/// F16: what is too old, of another version or unreadable is thrown away.
#[test]
fn stale_foreign_and_unreadable_state_is_thrown_away() {
    let rig = Rig::new();
    let storage = MemoryStorage::new();
    fetch(&rig, &Source::counting(&rig), &query_key!["n"]);
    let of = |buster: &str| PersistOptions { buster: buster.to_owned(), ..PersistOptions::default() };
    let save =
        || rig.runtime.block_on(Persistence::new(&rig.client, storage.clone(), of("v1")).save()).unwrap();
    let restore = |options| {
        let fresh = Rig::on(rig.runtime.clone());
        rig.runtime.block_on(Persistence::new(&fresh.client, storage.clone(), options).restore()).unwrap()
    };
    save();
    assert!(restore(of("v1")));
    assert!(!restore(of("v2")) && text(&rig, &storage, "requery").is_none());
    save();
    rig.runtime.advance(Duration::from_secs(24 * 60 * 60) + ms(1));
    assert!(!restore(of("v1")) && text(&rig, &storage, "requery").is_none());
    rig.runtime.block_on(storage.set("requery", "{".to_owned())).unwrap();
    assert!(!restore(of("v1")) && text(&rig, &storage, "requery").is_none());
}

/// F16: where it does not fit, the oldest queries are left out.
#[test]
fn the_oldest_queries_are_left_out_where_it_does_not_fit() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    for name in ["first", "second", "third"] {
        fetch(&rig, &source, &query_key![name]);
    }
    let storage = Small::new(200);
    rig.runtime
        .block_on(Persistence::new(&rig.client, storage.clone(), PersistOptions::default()).save())
        .unwrap();
    let kept = text(&rig, &storage, "requery").unwrap();
    assert!(kept.contains("third") && !kept.contains("first"), "{kept}");
    let none = Small::new(10);
    let error = Persistence::new(&rig.client, none, PersistOptions::default());
    assert!(rig.runtime.block_on(error.save()).unwrap_err().to_string().contains("full"));
}

/// F16: a query with a persister is restored instead of fetched for the first time.
#[test]
fn a_persisted_query_is_restored_before_its_first_fetch() {
    let storage = MemoryStorage::new();
    let persister = QueryPersister::new(storage.clone());
    let key = query_key!["n"];
    let rig = Rig::new();
    let source = Source::answering(&rig, |_| Ok(7));
    let options = |source: &Source| source.query(&key).hydratable().persister(&persister);
    rig.runtime.block_on(rig.client.fetch_query(&options(&source))).unwrap();
    rig.settle();
    let fetched_at = rig.state(&key).data_updated_at;
    for (rule, calls) in [(RefetchOn::Never, 0), (RefetchOn::Stale, 1), (RefetchOn::Always, 1)] {
        let later = Rig::on(rig.runtime.clone());
        later.advance(100);
        let source = Source::answering(&later, |_| Ok(8));
        let options = source.query(&key).hydratable().persister(&persister.clone().refetch_on_restore(rule));
        let watch = Watch::new(&later, options);
        later.settle();
        assert_eq!(watch.now().data.as_deref(), Some(&7), "{rule:?}");
        assert_eq!(later.state(&key).data_updated_at, fetched_at, "it is as old as it was");
        later.advance(LATENCY);
        assert_eq!(source.calls(), calls, "{rule:?}");
        // The first answer again, so that every round begins alike.
        rig.runtime.block_on(persister.persist_query(&rig.client, &key)).unwrap();
    }
    let fresh = Rig::on(rig.runtime.clone());
    let source = Source::counting(&fresh);
    let _watch = Watch::new(&fresh, options(&source).stale_time(ms(100_000)));
    fresh.advance(LATENCY);
    assert_eq!(source.calls(), 0, "what is fresh is not fetched");
}

/// F1.13, F16: a persisted query is read without a network.
#[test]
fn a_persisted_query_is_restored_offline() {
    let persister = QueryPersister::new(MemoryStorage::new());
    let key = query_key!["n"];
    let rig = Rig::new();
    let options = Source::counting(&rig).query(&key).hydratable().persister(&persister);
    rig.runtime.block_on(rig.client.fetch_query(&options)).unwrap();
    rig.settle();
    let offline = Rig::on(rig.runtime.clone());
    offline.client.set_online(false);
    let source = Source::counting(&offline);
    let options = source.query(&key).hydratable().persister(&persister);
    let watch = Watch::new(&offline, options.clone().stale_time(StaleTime::Never));
    offline.settle();
    assert_eq!((watch.now().data.as_deref(), source.calls()), (Some(&1), 0));
    let strict = Source::counting(&offline).query(&query_key!["m"]).network_mode(NetworkMode::Online);
    let waits = Watch::new(&offline, strict.hydratable().persister(&persister));
    assert!(waits.now().is_paused(), "unless it was said otherwise");
}

/// F16: what is persisted can be looked at, restored without being asked for, and thrown away.
#[test]
fn persisted_queries_can_be_read_restored_and_removed() {
    let rig = Rig::new();
    let persister = QueryPersister::new(MemoryStorage::new()).prefix("q:").buster("1").max_age(ms(1000));
    for name in ["a", "b"] {
        rig.client.set_query_data(query_key!["n", name], 5_u32);
        let options = Source::counting(&rig).query(&query_key!["n", name]).hydratable();
        drop(Watch::new(&rig, options.stale_time(StaleTime::Never)));
        rig.runtime.block_on(persister.persist_query(&rig.client, query_key!["n", name])).unwrap();
    }
    let read = |name: &str| {
        let now = rig.client.now();
        rig.runtime.block_on(persister.retrieve_query(query_key!["n", name], now)).unwrap()
    };
    assert_eq!(read("a").unwrap().data, 5);
    rig.runtime.block_on(persister.remove_queries(query_key!["n", "a"])).unwrap();
    assert!(read("a").is_none() && read("b").is_some());
    let other = Rig::on(rig.runtime.clone());
    assert_eq!(rig.runtime.block_on(persister.restore_queries(&other.client)).unwrap(), 1);
    assert_eq!(other.client.query_count(), 1);
    rig.advance(1001);
    rig.runtime.block_on(persister.collect_garbage(rig.client.now())).unwrap();
    assert_eq!(rig.runtime.block_on(persister.restore_queries(&other.client)).unwrap(), 0);
}

/// Sends numbers, and notes them with their idempotency keys.
fn sending(rig: &Rig, sent: &Sent) -> MutationOptions<u32, String, u32> {
    let (runtime, sent) = (rig.runtime.clone(), Arc::clone(sent));
    MutationOptions::with_context(move |n: u32, context| {
        let (runtime, sent) = (runtime.clone(), Arc::clone(&sent));
        async move {
            runtime.sleep(ms(LATENCY)).await;
            sent.lock().unwrap().push((n, context.idempotency_key().to_owned()));
            Ok(n)
        }
    })
    .mutation_key(query_key!["send"])
    .resumable()
}

type Sent = Arc<Mutex<Vec<(u32, String)>>>;

/// Beyond 5, R12: what was called is sent first-in first-out, also by the program after this one, and the server can tell
/// what it was sent twice.
#[test]
fn an_outbox_survives_the_program_and_keeps_the_order() {
    let (storage, sent) = (MemoryStorage::new(), Sent::default());
    let before = Rig::new();
    let outbox = Outbox::new(&before.client, storage.clone(), "outbox:");
    let _subscription = outbox.subscribe();
    let observer = MutationObserver::new(&before.client, sending(&before, &sent));
    for n in 1..=5 {
        observer.mutate(n);
    }
    before.advance(LATENCY + LATENCY / 2);
    assert_eq!(sent.lock().unwrap().len(), 1, "one after the other");
    // The server does the second, but the program ends before it hears of that.
    let after = Rig::on(before.runtime.clone());
    before.client.set_online(false);
    before.advance(LATENCY);
    before.client.clear();
    let names = before.runtime.block_on(storage.names("outbox:")).unwrap();
    assert_eq!(names.len(), 3);
    let outbox = Outbox::new(&after.client, storage.clone(), "outbox:");
    let _subscription = outbox.subscribe();
    after.client.set_mutation_defaults(query_key!["send"], sending(&after, &sent));
    assert_eq!(after.runtime.block_on(outbox.restore()).unwrap(), 3);
    assert_eq!(after.runtime.block_on(outbox.restore()).unwrap(), 0, "they are known by now");
    after.advance(10 * LATENCY);
    let numbers: Vec<u32> = sent.lock().unwrap().iter().map(|(n, _)| *n).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    let keys: std::collections::BTreeSet<String> =
        sent.lock().unwrap().iter().map(|(_, key)| key.clone()).collect();
    assert_eq!(keys.len(), 5);
    assert!(after.runtime.block_on(storage.names("outbox:")).unwrap().is_empty());
}

/// A storage that is full keeps what it has; who is told can warn whoever wrote the rest, which goes on.
#[test]
fn an_outbox_tells_of_what_its_storage_does_not_keep() {
    let (storage, sent, told) = (Small::new(0), Sent::default(), Arc::new(Mutex::new(Vec::new())));
    let rig = Rig::new();
    let outbox = Outbox::new(&rig.client, storage.clone(), "outbox:");
    let _subscription = outbox.subscribe();
    let reasons = Arc::clone(&told);
    outbox.on_error(move |error| reasons.lock().unwrap().push(error.reason.clone()));
    let observer = MutationObserver::new(&rig.client, sending(&rig, &sent));
    observer.mutate(1);
    rig.advance(2 * LATENCY);
    assert_eq!(*told.lock().unwrap(), ["full"]);
    assert_eq!(sent.lock().unwrap().len(), 1);
    assert!(rig.runtime.block_on(storage.names("outbox:")).unwrap().is_empty());
}

/// R12: mutations of one key wait for each other once they may wait for long, unless that is not wanted.
#[test]
fn resumable_mutations_of_one_key_run_one_after_the_other() {
    let rig = Rig::new();
    for (parallel, expected) in [(false, 1), (true, 3)] {
        let sent = Sent::default();
        let options = sending(&rig, &sent);
        let observer =
            MutationObserver::new(&rig.client, if parallel { options.parallel() } else { options });
        rig.client.set_online(false);
        (1..=3).for_each(|n| drop(observer.mutate(n)));
        rig.client.set_online(true);
        rig.advance(LATENCY);
        assert_eq!(sent.lock().unwrap().len(), expected);
        rig.advance(2 * LATENCY);
        assert_eq!(sent.lock().unwrap().iter().map(|(n, _)| *n).collect::<Vec<_>>(), [1, 2, 3]);
    }
    assert_eq!(rig.client.is_mutating(MutationFilters::all()), 0);
}

fn tabs() -> (Rig, Rig, [requery::Subscription; 2]) {
    let one = Rig::new();
    let other = Rig::on(one.runtime.clone());
    let channel = MemoryChannel::new();
    let sharing = [one.client.broadcast(channel.join()), other.client.broadcast(channel.join())];
    (one, other, sharing)
}

/// F16: what one tab fetches, invalidates or removes, the other knows.
#[test]
fn tabs_share_data_invalidations_and_removals() {
    let (one, other, _sharing) = tabs();
    let (key, seen) = (query_key!["n"], Source::counting(&other));
    let watch = Watch::new(&other, seen.query(&key).hydratable().stale_time(StaleTime::Never));
    other.advance(LATENCY);
    assert_eq!(seen.calls(), 1);
    one.advance(1);
    fetch(&one, &Source::answering(&one, |_| Ok(50)), &key);
    assert_eq!(watch.now().data.as_deref(), Some(&50));
    one.client.invalidate_queries(QueryFilters::all());
    other.advance(LATENCY);
    assert_eq!((seen.calls(), one.data(&key)), (2, Some(2)), "and what it fetched came back");
    one.client.remove_queries(QueryFilters::all());
    assert_eq!(other.client.query_count(), 1, "somebody looks at it there");
    drop(watch);
    fetch(&one, &Source::answering(&one, |_| Ok(60)), &key);
    one.client.remove_queries(QueryFilters::all());
    assert_eq!(other.client.query_count(), 0);
}

/// F16: a query that is only beginning in one tab takes nothing from the other.
#[test]
fn a_query_that_begins_in_one_tab_leaves_the_data_of_the_other() {
    let (one, other, _sharing) = tabs();
    let key = query_key!["n"];
    let seen = Source::counting(&other);
    let watch = Watch::new(&other, seen.query(&key).hydratable().stale_time(StaleTime::Never));
    other.advance(LATENCY);
    one.client.remove_queries(QueryFilters::all());
    let begun = Watch::new(&one, Source::counting(&one).query(&key).hydratable());
    assert!(begun.now().is_loading());
    assert_eq!((watch.now().data.as_deref(), seen.calls()), (Some(&1), 1));
}

/// Beyond 2: what another tab sends never replaces a newer version of an entity.
#[test]
fn an_older_entity_of_another_tab_is_not_taken_over() {
    let (one, other, _sharing) = tabs();
    let key = query_key!["todo"];
    let options = |answer: Todo| {
        requery::QueryOptions::<Todo, String>::new(&key, move |_| {
            let answer = answer.clone();
            async move { Ok(answer) }
        })
        .hydratable()
        .entity::<Todo>()
    };
    other.runtime.block_on(other.client.fetch_query(&options(todo(1, 1, 1)))).unwrap();
    other.client.upsert(todo(1, 3, 3));
    one.advance(10);
    one.runtime.block_on(one.client.fetch_query(&options(todo(1, 2, 2)))).unwrap();
    assert_eq!(other.client.get_query_data::<Todo>(&key).map(|todo| todo.version), Some(3));
}
