//! The list of queries.

use leptos::prelude::*;
use requery::InspectedQuery;

use super::format::{ago, count, until};
use super::frame::{badge, filter, note};
use super::query;
use super::rows::{Condition, MOST, Order, listed};
use super::state::Panel;

pub(super) fn tab(panel: Panel) -> AnyView {
    let detail = move || panel.query.get().map(|key| query::detail(panel, key));
    view! {
        <div class="split" data-detail=move || panel.query.get().is_some().to_string()>
            <div class="side">
                <div class="tools">
                    {filter(panel, "Filter queries by key or state")}
                    {orders(panel)}
                    <button type="button" aria-label="Reverse the order" title="Reverse the order"
                        aria-pressed=move || panel.is_reversed.get().to_string()
                        on:click=move |_| panel.is_reversed.set(!panel.is_reversed.get_untracked())>"↑↓"</button>
                </div>
                {move || list(panel)}
            </div>
            {detail}
        </div>
    }
    .into_any()
}

fn orders(panel: Panel) -> AnyView {
    let option = |order: Order| {
        view! { <option selected=move || panel.order.get() == order value=order.name()>{order.name()}</option> }
    };
    let options: Vec<_> = Order::ALL.into_iter().map(option).collect();
    view! {
        <select aria-label="Order" on:change=move |event| panel.order.set(Order::named(&event_target_value(&event)))>
            {options}
        </select>
    }
    .into_any()
}

fn list(panel: Panel) -> AnyView {
    let seen = panel.seen.get();
    let filter = panel.filter.get();
    let all = listed(&seen.queries, &filter, panel.order.get(), panel.is_reversed.get());
    let left_out = all.len().saturating_sub(MOST);
    let is_empty = all.is_empty().then(|| {
        note(if seen.queries.is_empty() { "The cache is empty." } else { "No query fits the filter." })
    });
    let rest = (left_out > 0).then(|| note(format!("{} more: filter.", count(left_out, "query", "queries"))));
    let rows: Vec<_> = all.into_iter().take(MOST).map(|query| row(panel, query)).collect();
    view! { <ul class="rows" aria-label="Queries">{rows}</ul>{is_empty}{rest} }.into_any()
}

fn row(panel: Panel, query: InspectedQuery) -> AnyView {
    let now = panel.now.get();
    let is_chosen = panel.query.get().as_ref() == Some(&query.key);
    let text = query.key.to_string();
    let condition = Condition::of(&query).name();
    let time = time(&query, now);
    let observers = (!query.observers.is_empty()).then(|| {
        let label = count(query.observers.len(), "observer", "observers");
        view! { <span class="number" title=label.clone() aria-label=label>{query.observers.len()}</span> }
    });
    view! {
        <li>
            <button type="button" class="row" aria-current=is_chosen.then_some("true")
                on:click=move |_| panel.query.set(Some(query.key.clone()))>
                {badge(condition)}<code>{text}</code>{observers}<span class="time">{time}</span>
            </button>
        </li>
    }
    .into_any()
}

/// What happens to it next by itself, or what happened last.
fn time(query: &InspectedQuery, now: requery::Timestamp) -> String {
    let is_to_come = |at: &requery::Timestamp| *at > now;
    match (query.stale_at.filter(is_to_come).filter(|_| query.is_active), query.gc_at) {
        (_, Some(at)) => format!("gone {}", until(at, now)),
        (Some(at), _) => format!("stale {}", until(at, now)),
        _ => ago(query.data_updated_at, now),
    }
}
