//! Every component in every state, with made-up values: for people who work on the page.

use contract::{EnrichmentStatus, FieldError, JobStatus, OperatingStatus};
use markup::{Node, view};

use crate::components::badge::{Tone, badge, enrichment_badge, operating_badge};
use crate::components::bars;
use crate::components::field::{FieldState, FieldText, field, input};
use crate::components::icon::Icon;
use crate::components::job::{job_row, progress};
use crate::components::lead::lead_line;
use crate::components::load::lines;
use crate::components::map::{Pin, map};
use crate::components::panel::{empty, link_button, page_head, panel};
use crate::reaction::{Var, constant};
use crate::toast::use_toasts;
use crate::{format, samples};

/// The page.
pub(crate) fn styleguide_page() -> Node {
    view! {
        {page_head(|| "Style page".to_owned(), Node::nothing())}
        <div class="stack">
            {panel("sg-buttons", "Buttons and labels", Node::nothing(), buttons())}
            {panel("sg-fields", "Fields", Node::nothing(), fields())}
            {panel("sg-jobs", "Jobs", Node::nothing(), jobs())}
            {panel("sg-leads", "Leads", Node::nothing(), leads())}
            {panel("sg-map", "Map", Node::nothing(), drawing())}
            {panel("sg-charts", "Charts", Node::nothing(), charts())}
            {panel("sg-waiting", "Waiting and empty", Node::nothing(), waiting())}
        </div>
    }
}

fn buttons() -> Node {
    let toasts = use_toasts();
    let statuses = EnrichmentStatus::ALL.iter().map(|status| enrichment_badge(*status)).collect::<Node>();
    let closed = OperatingStatus::ALL.iter().filter_map(|status| operating_badge(*status)).collect::<Node>();
    view! {
        <p class="inline">
            {link_button("btn btn--primary", "#".to_owned(), Icon::Search, "Primary")}
            {link_button("btn", "#".to_owned(), Icon::Retry, "Plain")}
            <button type="button" class="btn" disabled>"Disabled"</button>
            <button type="button" class="btn" on:click=move |_| toasts.done("Saved.")>"Notice"</button>
            <button type="button" class="btn" on:click=move |_| toasts.failed("It failed.")>"Failure"</button>
        </p>
        <p class="inline">{badge(Tone::Warning, "Warning")}{statuses}{closed}</p>
    }
}

fn fields() -> Node {
    const PLAIN: FieldText = FieldText { name: "sg-plain", label: "Plain", hint: "A hint." };
    const WRONG: FieldText = FieldText { name: "sg-wrong", label: "Wrong", hint: "A hint." };
    let error = FieldError::new("sg-wrong", "unknown", "no place is called so")
        .with_suggestions(["Helsinki".to_owned(), "Helsingborg".to_owned()]);
    let plain = FieldState::new(String::new(), constant(None));
    let wrong = FieldState::new("Helsinkki".to_owned(), constant(Some(error)));
    view! {
        {field(PLAIN, plain, input(PLAIN, plain, "text", "Placeholder"))}
        {field(WRONG, wrong, input(WRONG, wrong, "text", ""))}
    }
}

fn jobs() -> Node {
    let request = serde_json::json!({"location": "Espoo", "category": "barber", "radiusKm": 2.5});
    let failed = contract::Job {
        error: Some("the file ended in the middle of a record".to_owned()),
        ..samples::search(JobStatus::Failed, request.clone())
    };
    let rows = [
        samples::running_search(),
        samples::search(JobStatus::Pending, request.clone()),
        samples::search(JobStatus::Completed, request.clone()),
        samples::search(JobStatus::Cancelled, request),
        failed,
    ];
    view! {
        <ul class="list">{rows.iter().map(job_row).collect::<Node>()}</ul>
        {progress(&samples::running_search())}
    }
}

fn leads() -> Node {
    let names = ["Kahvila Esimerkki", "Ravintola, jonka nimi on pidempi kuin rivi ja jatkuu vielä", "X"];
    let rows = names
        .into_iter()
        .zip(1..)
        .map(|(name, id)| lead_line(&samples::business(id, name), Some(format::distance(0.2))));
    view! { <ul class="list">{rows.collect::<Node>()}</ul> }
}

fn drawing() -> Node {
    let pins: Vec<Pin> = (1..40).filter_map(|id| Pin::of(&samples::business(id, "Kahvila"))).collect();
    let centre = samples::business(20, "Centre").location();
    centre.map_or_else(Node::nothing, |centre| {
        map(centre, 1.0, constant(pins), Var::new(Some(contract::BusinessId(7))))
    })
}

fn charts() -> Node {
    let stats = samples::stats();
    view! {
        {bars::per_day(&stats.created_per_day)}
        {bars::counts(&stats.by_category, format::label, |_| "#".to_owned())}
    }
}

fn waiting() -> Node {
    view! {
        {lines(4)}
        {empty(Icon::Search, "Nothing here", "Say how to begin.", link_button("btn", "#".to_owned(), Icon::Search, "Begin"))}
    }
}
