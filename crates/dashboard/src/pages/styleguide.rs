//! Every component in every state, with made-up values: for people who work on the page.

use std::sync::Arc;

use client::{ApiError, TransportError};
use contract::{
    Business, BusinessQuery, EmailStatus, EnrichmentStatus, FieldError, Job, JobCounts, JobStatus,
    OperatingStatus, PageMeta,
};
use leptos::prelude::Callback;
use markup::{Node, view};

use crate::columns::{Shown, described};
use crate::components::badge::{
    Tone, badge, email_badge, enrichment_badge, job_badge, operating_badge, outcome,
};
use crate::components::bars;
use crate::components::field::{FieldState, FieldText, field, input};
use crate::components::icon::{Icon, icon};
use crate::components::job::{job_row, progress};
use crate::components::lead::{lead_cells, lead_line};
use crate::components::load::{Load, failed, lines, stale_line};
use crate::components::map::{Pin, map};
use crate::components::pagination::pagination;
use crate::components::panel::{empty, link_button, page_head, panel};
use crate::reaction::{Var, constant};
use crate::toast::use_toasts;
use crate::{format, samples};

/// The page.
pub(crate) fn styleguide_page() -> Node {
    view! {
        {page_head(|| "Style page".to_owned(), Node::nothing())}
        <div class="stack">
            {panel("sg-buttons", "Buttons", Node::nothing(), buttons())}
            {panel("sg-labels", "Labels", Node::nothing(), labels())}
            {panel("sg-fields", "Fields", Node::nothing(), fields())}
            {panel("sg-jobs", "Jobs", Node::nothing(), jobs())}
            {panel("sg-leads", "Leads", Node::nothing(), leads())}
            {panel("sg-table", "Rows of a table", Node::nothing(), table())}
            {panel("sg-selection", "What is selected", Node::nothing(), selection())}
            {panel("sg-pages", "Pages", Node::nothing(), pages())}
            {panel("sg-map", "Map", Node::nothing(), drawing())}
            {panel("sg-charts", "Charts", Node::nothing(), charts())}
            {panel("sg-notices", "Notices", Node::nothing(), notices())}
            {panel("sg-dialog", "Dialog", Node::nothing(), dialog())}
            {panel("sg-waiting", "Waiting, failed and empty", Node::nothing(), waiting())}
        </div>
    }
}

fn buttons() -> Node {
    let toasts = use_toasts();
    view! {
        <p class="inline">
            {link_button("btn btn--primary", "#".to_owned(), Icon::Search, "Primary")}
            {link_button("btn", "#".to_owned(), Icon::Retry, "Plain")}
            <button type="button" class="btn btn--danger">"Danger"</button>
            <button type="button" class="btn btn--quiet">"Quiet"</button>
            <button type="button" class="btn" disabled>"Disabled"</button>
            <button type="button" class="btn" on:click=move |_| toasts.done("Saved.")>"Notice"</button>
            <button type="button" class="btn" on:click=move |_| toasts.failed("It failed.")>"Failure"</button>
        </p>
    }
}

/// Every state that a label tells, by what it is a state of.
fn labels() -> Node {
    let tones = [
        (Tone::Neutral, "Neutral"),
        (Tone::Busy, "Busy"),
        (Tone::Good, "Good"),
        (Tone::Warning, "Warning"),
        (Tone::Bad, "Bad"),
    ];
    let tones = tones.into_iter().map(|(tone, name)| badge(tone, name)).collect::<Node>();
    let leads = EnrichmentStatus::ALL.iter().map(|status| enrichment_badge(*status));
    let closed = OperatingStatus::ALL.iter().filter_map(|status| operating_badge(*status));
    let emails = EmailStatus::ALL.iter().filter_map(|status| email_badge(*status)).collect::<Node>();
    let outcomes = ["nothingFound", "noWebsite", "blockedByRobots", "parked", "unreachable"];
    let outcomes = outcomes.into_iter().filter_map(outcome).map(|(tone, name)| badge(tone, name));
    let job = |status| samples::search(status, serde_json::json!({}));
    let counts = JobCounts { found: 12, failed: 3, ..JobCounts::default() };
    let others = [
        Job { counts, ..job(JobStatus::Completed) },
        Job { cancel_requested: true, ..job(JobStatus::Running) },
    ];
    let jobs = JobStatus::ALL.iter().map(|status| job(*status)).chain(others);
    let jobs = jobs.map(|job| job_badge(&job)).collect::<Node>();
    view! {
        <div class="stack">
            <p class="inline">{tones}</p>
            <p class="inline">{jobs}</p>
            <p class="inline">{leads.chain(closed).collect::<Node>()}</p>
            <p class="inline">{emails}{outcomes.collect::<Node>()}</p>
            <p class="inline"><span class="tag">"Tag"</span><span class="tag">"Chain"</span></p>
        </div>
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
        <div class="form">
            {field(PLAIN, plain, input(PLAIN, plain, "text", "Placeholder"))}
            {field(WRONG, wrong, input(WRONG, wrong, "text", ""))}
        </div>
    }
}

fn jobs() -> Node {
    let request = serde_json::json!({"location": "Espoo", "category": "barber", "radiusKm": 2.5});
    let failed = Job {
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
        <div class="stack">
            <ul class="list">{rows.iter().map(job_row).collect::<Node>()}</ul>
            {progress(&samples::running_search())}
        </div>
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
        <div class="stack">
            {bars::per_day(&stats.created_per_day)}
            {bars::counts(&stats.by_category, format::label, |_| "#".to_owned())}
        </div>
    }
}

/// A toast of what was done, one of what failed, and one that offers to undo what it says.
fn notices() -> Node {
    let close = || view! { <button type="button" class="btn btn--quiet btn--icon" aria-label="Close notice">{icon(Icon::Close)}</button> };
    view! {
        <div class="stack">
            <div class="toast">{icon(Icon::Check)}<p>"They wait for another try."</p>{close()}</div>
            <div class="toast toast--failed">{icon(Icon::Alert)}<p>"The lead was not saved."</p>{close()}</div>
            <div class="toast">
                {icon(Icon::Check)}
                <p>"Kahvila Esimerkki was deleted."</p>
                <div class="toast__actions">
                    <button type="button" class="btn">"Undo"</button>
                    {close()}
                </div>
            </div>
        </div>
    }
}

/// As it stands over a page.
fn dialog() -> Node {
    let keys = [("j", "The next row"), ("Ctrl K", "Jump to anything"), ("?", "This list")];
    let keys = keys.map(|(key, does)| {
        view! { <div class="keys__row"><dt><kbd>{key}</kbd></dt><dd>{does}</dd></div> }
    });
    view! {
        <div class="dialog" role="group" aria-labelledby="sg-keys">
            <div class="dialog__head">
                <h2 id="sg-keys">"Keyboard shortcuts"</h2>
                <button type="button" class="btn btn--quiet btn--icon" aria-label="Close">{icon(Icon::Close)}</button>
            </div>
            <dl class="keys">{keys.into_iter().collect::<Node>()}</dl>
        </div>
    }
}

/// A row as it is, one that is selected, and one of which little is known.
fn table() -> Node {
    let shown = Shown::default();
    let full = Business {
        email: Some("varaukset@esimerkki.example".to_owned()),
        enrichment_status: EnrichmentStatus::Enriched,
        chain: true,
        ..samples::business(1, "Kahvila Esimerkki")
    };
    let bare = Business {
        category: None,
        phone: None,
        website: None,
        ..samples::business(3, "Ravintola, jonka nimi on pidempi kuin solu on leveä")
    };
    let rows = [(full, false), (samples::business(2, "Ravintola Sea Horse"), true), (bare, false)];
    let heads = shown.classes().map(|(column, class)| {
        view! { <th scope="col" role="columnheader" class=class>{described(column).0}</th> }
    });
    let row = |(lead, is_picked): &(Business, bool)| {
        let class = if *is_picked { "row row--picked" } else { "row" };
        view! {
            <tr class=class role="row">
                <td class="cell cell--pick" role="cell">
                    <label class="pick">
                        <input type="checkbox" aria-label=format!("Select {}", lead.name) checked=*is_picked/>
                    </label>
                </td>
                {lead_cells(lead, &shown)}
            </tr>
        }
    };
    let rows = rows.iter().map(row).collect::<Node>();
    view! {
        <div class="table-wrap">
            <table class=shown.table_class() role="table">
                <caption class="hidden">"Leads"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader" class="cell cell--pick"><span class="hidden">"Selected"</span></th>
                        <th scope="col" role="columnheader" class="cell cell--name">"Name"</th>
                        {heads.collect::<Node>()}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

/// The bar of what is selected, and how it asks before what cannot be held back.
fn selection() -> Node {
    view! {
        <div class="stack">
            <section class="bulk" aria-label="Selected leads">
                <p class="bulk__count">"3 selected"</p>
                <button type="button" class="btn btn--quiet">"Select all 2,341"</button>
                <button type="button" class="btn">{icon(Icon::Spark)}<span>"Enrich"</span></button>
                <div class="bulk__tag">
                    <input class="input" aria-label="Tag" placeholder="Tag"/>
                    <button type="button" class="btn">"Add tag"</button>
                    <button type="button" class="btn">"Remove tag"</button>
                </div>
                <button type="button" class="btn btn--danger">"Delete"</button>
            </section>
            <section class="bulk" aria-label="All leads are selected">
                <p class="bulk__count">"2,341 selected"</p>
                <p>"Delete all 2,341 for good, for everybody?"</p>
                <button type="button" class="btn btn--danger">"Delete for good"</button>
                <button type="button" class="btn">"Keep them"</button>
            </section>
        </div>
    }
}

fn pages() -> Node {
    let page = |page| {
        let query = BusinessQuery { page: Some(page), ..BusinessQuery::default() };
        pagination(&query, &PageMeta::new(2341, page, 50, None), Callback::new(|_| ()))
    };
    view! { {page(1)} {page(23)} }
}

fn waiting() -> Node {
    let error = Arc::new(ApiError::from(TransportError::Timeout));
    let load = Load {
        error: constant(Some(error.clone())),
        retry: Callback::new(|()| ()),
        fetching: constant(false),
    };
    view! {
        {lines(4)}
        {failed(&error, load)}
        {stale_line(load, constant(true))}
        {empty(Icon::Search, "Nothing here", "Say how to begin.", link_button("btn", "#".to_owned(), Icon::Search, "Begin"))}
    }
}
