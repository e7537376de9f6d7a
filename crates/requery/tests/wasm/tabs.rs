//! What a browser carries between tabs. Two channels of one page hear each other as those of two tabs do.

use std::sync::{Arc, Mutex};

use requery::{Channel, QueryFilters, QueryObserver, StaleTime, Subscription, TabChannel, query_key};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::rig::{Source, client, until};

type Heard = Arc<Mutex<Vec<String>>>;

fn listening(channel: &TabChannel) -> (Heard, Subscription) {
    let heard = Heard::default();
    let sink = Arc::clone(&heard);
    let subscription = channel.listen(Box::new(move |text| sink.lock().unwrap().push(text.to_owned())));
    (heard, subscription)
}

#[wasm_bindgen_test]
async fn what_one_posts_all_others_hear_in_order() {
    let [one, two, three] = ["news", "news", "news"].map(|name| TabChannel::new(name).unwrap());
    let elsewhere = TabChannel::new("other news").unwrap();
    let [own, second, third, foreign] = [&one, &two, &three, &elsewhere].map(listening);
    one.post("first".to_owned());
    one.post("second".to_owned());
    for heard in [&second.0, &third.0] {
        until("both are heard", async || *heard.lock().unwrap() == ["first", "second"]).await;
    }
    assert!(own.0.lock().unwrap().is_empty(), "not by who posted it");
    assert!(foreign.0.lock().unwrap().is_empty(), "not under another name");
}

#[wasm_bindgen_test]
async fn who_has_left_hears_nothing() {
    let [one, two, three] = ["leaving", "leaving", "leaving"].map(|name| TabChannel::new(name).unwrap());
    let ((left, leaving), (stayed, _staying)) = (listening(&two), listening(&three));
    leaving.unsubscribe();
    one.post("after".to_owned());
    until("who stayed hears it", async || stayed.lock().unwrap().len() == 1).await;
    assert!(left.lock().unwrap().is_empty());
    // A channel that is closed takes what it is given.
    two.post("to nobody".to_owned());
}

#[wasm_bindgen_test]
async fn caches_of_two_tabs_share_data_invalidations_and_removals() {
    let tabs = [client(), client()];
    let _sharing = tabs.each_ref().map(|tab| tab.broadcast(TabChannel::new("cache").unwrap()));
    let (key, source) = (query_key!["n"], Source::counting());
    let query = source.query(&key).hydratable().stale_time(StaleTime::Never);
    tabs[0].fetch_query(&query).await.unwrap();
    until("the other has it", async || tabs[1].query_count() == 1).await;
    let observer = QueryObserver::new(&tabs[1], query);
    let subscription = observer.subscribe(|_| {});
    assert_eq!((observer.current_result().data.as_deref(), source.calls()), (Some(&1), 1));

    tabs[0].invalidate_queries(QueryFilters::all()).await;
    until("the other fetched it again", async || observer.current_result().data.as_deref() == Some(&2)).await;
    until("and told what it got", async || tabs[0].get_query_data::<u32>(&key).as_deref() == Some(&2)).await;

    subscription.unsubscribe();
    tabs[0].remove_queries(QueryFilters::all());
    until("the other has removed it too", async || tabs[1].query_count() == 0).await;
}
