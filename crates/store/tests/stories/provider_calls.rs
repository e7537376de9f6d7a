//! What calls to paid providers cost, and what they answered.

use contract::{BusinessId, Timestamp};
use store::test_support::TestStore;
use store::{KeptAnswer, NewProviderCall, ProviderSpending, Reservation, Settlement, Store};

use crate::support::*;

const DAY: i64 = 24 * 60 * 60;

fn call(provider: &str, most: u64) -> NewProviderCall {
    NewProviderCall {
        provider: provider.to_owned(),
        operation: "domain-search".to_owned(),
        business_id: Some(BusinessId(7)),
        most,
    }
}

fn cost(cost: u64) -> Settlement {
    Settlement { cost, outcome: "answered".to_owned(), keep: None }
}

async fn reserve(store: &Store, most: u64, budget: u64, now: Timestamp) -> Reservation {
    store.reserve_provider_call(&call("hunter", most), budget, now).await.unwrap()
}

async fn granted(store: &Store, most: u64, budget: u64, now: Timestamp) -> i64 {
    match reserve(store, most, budget, now).await {
        Reservation::Granted(id) => id,
        over @ Reservation::OverBudget { .. } => panic!("{over:?}"),
    }
}

async fn a_budget_stops_before_it_is_passed(db: TestStore) {
    let store = db.store();
    granted(store, 60, 100, at(0)).await;
    assert_eq!(reserve(store, 41, 100, at(0)).await, Reservation::OverBudget { committed: 60 });
    granted(store, 40, 100, at(0)).await;
    assert_eq!(reserve(store, 1, 100, at(0)).await, Reservation::OverBudget { committed: 100 });
    granted(store, 0, 100, at(0)).await;
    assert_eq!(
        reserve(store, u64::MAX, u64::MAX - 1, at(0)).await,
        Reservation::OverBudget { committed: 100 }
    );
}

async fn what_a_call_did_not_cost_is_free_again(db: TestStore) {
    let store = db.store();
    let id = granted(store, 100, 100, at(0)).await;
    store.settle_provider_call(id, &cost(30), at(1)).await.unwrap();
    store.settle_provider_call(id, &cost(0), at(2)).await.unwrap();
    assert_eq!(reserve(store, 71, 100, at(3)).await, Reservation::OverBudget { committed: 30 });
    granted(store, 70, 100, at(3)).await;
}

async fn a_call_that_is_never_settled_counts_in_full_after_a_restart(db: TestStore) {
    granted(db.store(), 100, 100, at(0)).await;
    let again = Store::open(db.config()).await.unwrap();
    assert_eq!(reserve(&again, 1, 100, at(1)).await, Reservation::OverBudget { committed: 100 });
}

async fn workers_never_spend_the_same_rest(db: TestStore) {
    let other = Store::open(db.config()).await.unwrap();
    let calls = (0..20).map(|number| {
        let store = if number % 2 == 0 { db.store().clone() } else { other.clone() };
        tokio::spawn(async move { reserve(&store, 10, 95, at(0)).await })
    });
    let mut granted = 0;
    for call in calls.collect::<Vec<_>>() {
        granted += usize::from(matches!(call.await.unwrap(), Reservation::Granted(_)));
    }
    assert_eq!(granted, 9);
}

async fn a_new_month_has_its_own_budget_and_late_settlements_stay_in_theirs(db: TestStore) {
    let store = db.store();
    let late = granted(store, 100, 100, at(0)).await;
    let next = at(31 * DAY);
    granted(store, 100, 100, next).await;
    store.settle_provider_call(late, &cost(10), next).await.unwrap();
    let spent = |calls, committed| vec![ProviderSpending { provider: "hunter".to_owned(), calls, committed }];
    assert_eq!(store.provider_spending(at(0)).await.unwrap(), spent(1, 10));
    assert_eq!(store.provider_spending(next).await.unwrap(), spent(1, 100));
}

async fn spending_is_told_by_provider_within_one_budget(db: TestStore) {
    let store = db.store();
    granted(store, 60, 100, at(0)).await;
    let id = store.reserve_provider_call(&call("abstract", 50), 100, at(0)).await.unwrap();
    assert_eq!(id, Reservation::OverBudget { committed: 60 }, "one budget for all");
    store.reserve_provider_call(&call("abstract", 40), 100, at(0)).await.unwrap();
    let told = store.provider_spending(at(0)).await.unwrap();
    let told: Vec<_> = told.iter().map(|one| (one.provider.as_str(), one.calls, one.committed)).collect();
    assert_eq!(told, [("abstract", 1, 40), ("hunter", 1, 60)]);
}

async fn an_answer_is_kept_as_long_as_it_says(db: TestStore) {
    let store = db.store();
    let kept = |answer: &str, until: i64| KeptAnswer {
        provider: "hunter".to_owned(),
        operation: "domain-search".to_owned(),
        subject: "acme.example".to_owned(),
        answer: answer.to_owned(),
        kept_until: at(until),
    };
    let keep = async |answer: &str, until: i64| {
        let id = granted(store, 1, 100, at(0)).await;
        let settlement = Settlement { keep: Some(kept(answer, until)), ..cost(1) };
        store.settle_provider_call(id, &settlement, at(0)).await.unwrap();
    };
    let told =
        async |now| store.kept_answer("hunter", "domain-search", "acme.example", at(now)).await.unwrap();
    assert_eq!(told(0).await, None);
    keep("first", 10).await;
    assert_eq!((told(9).await.as_deref(), told(10).await), (Some("first"), None));
    keep("second", 20).await;
    assert_eq!(told(10).await.as_deref(), Some("second"));
    assert_eq!(store.kept_answer("hunter", "email-finder", "acme.example", at(0)).await.unwrap(), None);
    store.keep_answer(&kept("third", 20), at(0)).await.unwrap();
    assert_eq!(told(10).await.as_deref(), Some("third"), "without a call");
    assert_eq!(store.prune_kept_answers(at(19)).await.unwrap(), 0);
    assert_eq!(store.prune_kept_answers(at(20)).await.unwrap(), 1);
}

store::stories!(
    a_budget_stops_before_it_is_passed,
    what_a_call_did_not_cost_is_free_again,
    a_call_that_is_never_settled_counts_in_full_after_a_restart,
    workers_never_spend_the_same_rest,
    a_new_month_has_its_own_budget_and_late_settlements_stay_in_theirs,
    spending_is_told_by_provider_within_one_budget,
    an_answer_is_kept_as_long_as_it_says,
);
