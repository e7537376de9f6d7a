//! Services that cost money: which are set up, how they stand, and what sets up the others.

use contract::enrichment::{ProviderInfo, ServiceSpending, Spending};
use contract::places::{SourceInfo, SourceState};
use markup::{Node, view};

use crate::components::badge::{Tone, badge};
use crate::components::load::sentence;
use crate::content::ServerSettings;
use crate::format;

/// The provider that costs nothing and needs no key.
pub(super) const WEBSITE: &str = "website";

/// An option of the program that serves, without its dashes, and what it is given.
type Switch = (&'static str, &'static str);

/// A service that this program knows. It is absent without its key.
struct Service {
    /// As the log and the ledger write it.
    slug: &'static str,
    name: &'static str,
    gives: &'static str,
    switches: [Switch; 2],
}

const SERVICES: [Service; 4] = [
    Service {
        slug: "hunter",
        name: "Hunter",
        gives: "People with their addresses by the domain of the website, and whether mail arrives.",
        switches: [
            ("hunter-key", "the key of an account with Hunter"),
            (
                "hunter-credit-price",
                "what a credit costs: the price of your plan by its credits; 0 on the free plan",
            ),
        ],
    },
    Service {
        slug: "abstractapi",
        name: "AbstractAPI Company Enrichment",
        gives: "Year of foundation, number of employees, industry and LinkedIn page.",
        switches: [
            ("abstractapi-key", "the key of its Company Enrichment"),
            (
                "abstractapi-request-price",
                "what a request costs: the price of your plan by its requests; 0 on the free plan",
            ),
        ],
    },
    Service {
        slug: "googlePlaces",
        name: "Google Places",
        gives: "A source of searches: the whole world, as Google Maps has it.",
        switches: [
            ("google-places-key", "the key of a Google Cloud project with the Places API (New) and billing"),
            ("google-places-request-price", "what a request costs, such as 0.035"),
        ],
    },
    Service {
        slug: "apify",
        name: "Apify: Google Maps",
        gives: "A source of searches: the whole world, as an actor at Apify finds it.",
        switches: [
            ("apify-token", "an API token of Apify"),
            ("apify-place-price", "what a place costs, such as 0.004"),
        ],
    },
];

/// What every service needs besides.
const BUDGET: Switch = ("monthly-budget", "US dollars that all paid services together may cost a month");

/// A service that is set up, in the words of the server.
struct Told<'a> {
    name: &'a str,
    gives: &'a str,
    cost: &'a str,
    left: Option<u64>,
    state: SourceState,
    message: Option<&'a str>,
}

impl<'a> Told<'a> {
    fn provider(info: &'a ProviderInfo) -> Self {
        Self {
            name: &info.name,
            gives: &info.finds,
            cost: &info.cost,
            left: info.quota,
            state: info.state,
            message: info.message.as_deref(),
        }
    }

    fn source(info: &'a SourceInfo) -> Self {
        Self {
            name: &info.name,
            gives: &info.coverage,
            cost: &info.cost,
            left: None,
            state: info.state,
            message: info.message.as_deref(),
        }
    }

    /// What the server says of the service of that slug; nothing where it is not set up.
    fn of(slug: &str, server: &'a ServerSettings) -> Option<Self> {
        let provider = server.providers.iter().find(|info| info.provider == slug).map(Self::provider);
        provider.or_else(|| server.sources.iter().find(|info| info.source == slug).map(Self::source))
    }
}

/// All of them, and what the month costs together.
pub(super) fn services(server: &ServerSettings) -> Node {
    let spending = &server.spending;
    let known = SERVICES.iter().map(|service| match Told::of(service.slug, server) {
        Some(told) => set_up(&told, service.slug, spending),
        None => absent(service, spending),
    });
    let is_known = |slug: &str| slug == WEBSITE || SERVICES.iter().any(|service| service.slug == slug);
    let others = server.providers.iter().filter(|info| !is_known(&info.provider));
    let others = others.map(|info| set_up(&Told::provider(info), &info.provider, spending));
    view! {
        <p class="muted">
            "Keys are given to "<code>"letip serve"</code>" when it is started, best as variables: others on its machine can read \
             options. They are not stored in the database, and nothing shows them."
        </p>
        <ul class="list">{known.chain(others).collect::<Node>()}</ul>
        <p class="panel__foot muted">{together(spending)}</p>
    }
}

fn set_up(told: &Told<'_>, slug: &str, spending: &Spending) -> Node {
    let state = match told.state {
        SourceState::Ready => badge(Tone::Good, "Ready"),
        SourceState::Unavailable => badge(Tone::Warning, "Not available"),
    };
    let left =
        told.left.map(|left| view! { <span>{format!("{} left of its plan", format::number(left))}</span> });
    let trouble = told.message.map(|why| view! { <p class="provider__why">{sentence(why)}</p> });
    let body = view! {
        <p class="muted">{sentence(told.cost)}</p>
        <p class="entry__meta">{left}{spent(slug, spending)}</p>
        {trouble}
    };
    entry(told.name, &sentence(told.gives), body, state)
}

fn absent(service: &Service, spending: &Spending) -> Node {
    let budget = spending.budget_minor.is_none().then_some(BUDGET);
    let is_known = spending.services.iter().any(|known| known.service == service.slug);
    let spent = is_known.then(|| view! { <p class="entry__meta">{spent(service.slug, spending)}</p> });
    let body = view! { {switches(service.switches.into_iter().chain(budget))}{spent} };
    entry(service.name, service.gives, body, badge(Tone::Neutral, "Not set up"))
}

fn entry(name: &str, gives: &str, body: Node, state: Node) -> Node {
    view! {
        <li class="entry entry--tall">
            <div class="entry__body">
                <p class="entry__name">{name.to_owned()}</p>
                <p class="muted">{gives.to_owned()}</p>
                {body}
            </div>
            {state}
        </li>
    }
}

/// How often a service was called this month, and for how much.
fn spent(slug: &str, spending: &Spending) -> Node {
    let of = |service: &&ServiceSpending| service.service == slug;
    let (calls, cost) =
        spending.services.iter().find(of).map_or((0, 0), |service| (service.calls, service.cost_minor));
    view! {
        <span>{format!("{} this month", format::plural(calls, "call", "calls"))}</span>
        <span>{format!("{} this month", format::money(cost, &spending.currency))}</span>
    }
}

fn together(spending: &Spending) -> String {
    let cost = format::money(spending.cost_minor, &spending.currency);
    let month = format::month(&spending.month);
    match spending.budget_minor {
        Some(budget) => {
            format!("{cost} of the budget of {} for {month}.", format::money(budget, &spending.currency))
        }
        None => format!("{cost} for {month}. No budget is given, and no paid service is asked."),
    }
}

/// Options that set something up, each with the variable that may stand for it.
pub(super) fn switches(all: impl IntoIterator<Item = Switch>) -> Node {
    let row = |(option, what): Switch| {
        view! {
            <div>
                <dt><code>{variable(option)}</code>" or "<code>{format!("--{option}")}</code></dt>
                <dd>{sentence(what)}</dd>
            </div>
        }
    };
    view! { <dl class="switches">{all.into_iter().map(row).collect::<Node>()}</dl> }
}

/// The environment variable that stands for an option.
fn variable(option: &str) -> String {
    format!("LETIP_{}", option.to_ascii_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spending(budget_minor: Option<i64>) -> Spending {
        Spending {
            month: "2026-05".to_owned(),
            currency: "USD".to_owned(),
            budget_minor,
            cost_minor: 1250,
            services: Vec::new(),
        }
    }

    #[test]
    fn an_option_has_its_variable() {
        assert_eq!(variable("google-places-request-price"), "LETIP_GOOGLE_PLACES_REQUEST_PRICE");
    }

    #[test]
    fn the_month_is_told_with_its_budget_or_without() {
        assert_eq!(together(&spending(Some(2000))), "$12.50 of the budget of $20.00 for May 2026.");
        let without = together(&spending(None));
        assert!(without.starts_with("$12.50 for May 2026.") && without.contains("no paid service is asked"));
    }

    #[test]
    fn every_service_is_listed_once() {
        let mut slugs: Vec<_> = SERVICES.iter().map(|service| service.slug).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), SERVICES.len());
    }
}
