//! User code may call the cache from wherever it is called.

use std::sync::{Arc, Mutex};

use requery::{QueryFilters, QueryObserver, RefetchOptions, RefetchType, query_key};

use crate::rig::{LATENCY, Rig, Source, Watch};

/// F7.9: a listener may end its own subscription while it is told.
#[test]
fn a_listener_can_unsubscribe_itself() {
    let rig = Rig::new();
    let key = query_key!["a"];
    rig.client.set_query_data(&key, 0_u32);
    let source = Source::counting(&rig);
    let options = source.query(&key).refetch_on_mount(false);
    let observer = QueryObserver::new(&rig.client, options.clone());
    let own: Arc<Mutex<Option<requery::Subscription>>> = Arc::default();
    let told = Arc::new(Mutex::new(0));
    let (slot, count) = (Arc::clone(&own), Arc::clone(&told));
    let subscription = observer.subscribe(move |_| {
        *count.lock().unwrap() += 1;
        let ended = slot.lock().unwrap().take();
        drop(ended);
    });
    *own.lock().unwrap() = Some(subscription);
    let bystander = Watch::new(&rig, options);
    rig.client.set_query_data(&key, 1_u32);
    rig.client.set_query_data(&key, 2_u32);
    assert_eq!(*told.lock().unwrap(), 1);
    assert_eq!(bystander.times_told(), 2, "the others are told as before");
}

/// A listener may write to the cache; everybody is told of both writes, in order.
#[test]
fn a_listener_can_write_to_the_cache() {
    let rig = Rig::new();
    let (first, second) = (query_key!["first"], query_key!["second"]);
    rig.client.set_query_data(&first, 0_u32);
    rig.client.set_query_data(&second, 0_u32);
    let observer =
        QueryObserver::<u32, String>::new(&rig.client, requery::QueryOptions::observe_only(&first));
    let (client, target) = (rig.client.clone(), second.clone());
    let _copying = observer.subscribe(move |result| {
        if let Some(data) = &result.data {
            client.set_query_data(&target, **data * 10);
            client.invalidate_queries(QueryFilters::exact(["nobody"]));
        }
    });
    let watch = Watch::new(&rig, requery::QueryOptions::observe_only(&second));
    rig.client.set_query_data(&first, 1_u32);
    rig.client.set_query_data(&first, 2_u32);
    let seen: Vec<u32> = watch.seen().into_iter().map(|result| *result.data.unwrap()).collect();
    assert_eq!(seen, [10, 20]);
}

/// Predicates, updaters, selections, options and subscribers may all read and write.
#[test]
fn every_function_of_the_caller_can_call_the_cache() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let client = || rig.client.clone();
    let touch = |client: &requery::QueryClient| {
        client.update_query_data::<u32>(["touched"], |n| Some(n.map_or(1, |n| n + 1)));
        client.is_fetching(QueryFilters::all())
    };
    let (a, b, c, d, e) = (client(), client(), client(), client(), client());
    let options = source
        .query(&key)
        .enabled_fn(move |_| touch(&a) < 100)
        .refetch_interval_fn(move |_| {
            touch(&b);
            None
        })
        .select(move |n| {
            touch(&c);
            *n
        });
    let subscriber = client();
    let events = Arc::new(Mutex::new(0_usize));
    let count = Arc::clone(&events);
    let _subscription = rig.client.subscribe(move |_| {
        *count.lock().unwrap() += 1;
        let _ = subscriber.is_fetching(QueryFilters::prefix(["a"]));
    });
    let watch = Watch::new(&rig, options);
    rig.advance(LATENCY);
    let filters = QueryFilters::all().predicate(move |query| touch(&d) < 100 && query.observers > 0);
    rig.client.invalidate_queries_with(&filters, RefetchType::Active);
    rig.client.update_query_data::<u32>(&key, move |n| {
        touch(&e);
        n.map(|n| n + 100)
    });
    rig.advance(LATENCY);
    watch.observer.refetch(RefetchOptions::default());
    rig.advance(LATENCY);
    assert_eq!(watch.now().data.as_deref(), Some(&3));
    assert!(rig.data(&query_key!["touched"]).unwrap() > 5 && *events.lock().unwrap() > 10);
}

/// A query function may use the cache that it is called for.
#[test]
fn a_query_function_can_read_other_queries() {
    let rig = Rig::new();
    rig.client.set_query_data(["base"], 40_u32);
    let options = requery::QueryOptions::<u32, String>::new(query_key!["derived"], |context| async move {
        let base = context.client().get_query_data::<u32>(["base"]).ok_or("no base")?;
        Ok(*base + 2)
    });
    assert_eq!(*rig.runtime.block_on(rig.client.fetch_query(&options)).unwrap(), 42);
}
