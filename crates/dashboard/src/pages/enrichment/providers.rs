//! Who enriches: what each finds, whether it can be asked, what is left of its plan, and what it cost this month.

use std::sync::Arc;

use contract::enrichment::{ProviderInfo, ServiceSpending, Spending};
use contract::places::SourceState;
use markup::{Node, view};

use crate::components::badge::{Tone, badge};
use crate::components::lead::none;
use crate::components::load::{lines, load_of, loaded, sentence, stale_line};
use crate::reaction::derive;
use crate::{data, format};

/// The table, and what the month costs together.
pub(super) fn providers() -> Node {
    let spending = data::enrichment::spending();
    let table = move |providers: Arc<Vec<ProviderInfo>>| {
        view! { {move || table(&providers, spending.data().as_deref())} }
    };
    view! {
        {loaded(data::enrichment::providers(), || lines(4), table)}
        {move || spending.data().map(|spending| together(&spending))}
        {stale_line(load_of(spending), derive(|| true))}
    }
}

fn table(providers: &[ProviderInfo], spending: Option<&Spending>) -> Node {
    let known = |service: &ServiceSpending| providers.iter().any(|one| one.provider == service.service);
    let services = spending.map(|spending| spending.services.as_slice()).unwrap_or_default();
    let of = |slug: &str| services.iter().find(|service| service.service == slug);
    let currency = spending.map_or("", |spending| spending.currency.as_str());
    let rows = providers.iter().map(|one| provider_row(one, of(&one.provider), currency));
    // What searches bought is paid from the same budget.
    let others =
        services.iter().filter(|service| !known(service)).map(|service| other_row(service, currency));
    let rows = rows.chain(others).collect::<Node>();
    view! {
        <div class="table-scroll" role="region" aria-label="Providers and what they cost" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Provider"</th>
                        <th scope="col">"State"</th>
                        <th scope="col" class="num">"Left of its plan"</th>
                        <th scope="col" class="num">"Calls this month"</th>
                        <th scope="col" class="num">"Cost this month"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn provider_row(one: &ProviderInfo, spent: Option<&ServiceSpending>, currency: &str) -> Node {
    let state = match one.state {
        SourceState::Ready => badge(Tone::Good, "Ready"),
        SourceState::Unavailable => badge(Tone::Warning, "Not available"),
    };
    view! {
        <tr>
            <th scope="row">
                <p class="provider__name">{one.name.clone()}</p>
                <p class="muted">{sentence(&one.finds)}</p>
                <p class="muted">{sentence(&one.cost)}</p>
                {one.message.as_deref().map(|why| view! { <p class="provider__why">{sentence(why)}</p> })}
            </th>
            <td>{state}</td>
            <td class="num">{one.quota.map_or_else(none, |left| view! { {format::number(left)} })}</td>
            {costs(spent, currency)}
        </tr>
    }
}

fn other_row(service: &ServiceSpending, currency: &str) -> Node {
    view! {
        <tr>
            <th scope="row">
                <p class="provider__name">{format::source(&service.service)}</p>
                <p class="muted">"A source of searches, paid from the same budget."</p>
            </th>
            <td>{none()}</td>
            <td class="num">{none()}</td>
            {costs(Some(service), currency)}
        </tr>
    }
}

fn costs(spent: Option<&ServiceSpending>, currency: &str) -> Node {
    let calls = spent.map_or(0, |spent| spent.calls);
    let cost = spent.map_or(0, |spent| spent.cost_minor);
    view! {
        <td class="num">{format::number(calls)}</td>
        <td class="num">{format::money(cost, currency)}</td>
    }
}

fn together(spending: &Spending) -> Node {
    let cost = format::money(spending.cost_minor, &spending.currency);
    let month = format::month(&spending.month);
    let text = match spending.budget_minor {
        Some(budget) => {
            let budget = format::money(budget, &spending.currency);
            format!("{cost} in {month}, of a budget of {budget}.")
        }
        None => format!("{cost} in {month}. No paid service is switched on."),
    };
    view! { <p class="muted panel__foot">{text}</p> }
}
