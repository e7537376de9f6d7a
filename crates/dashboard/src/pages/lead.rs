//! One lead: everything known, where it came from, and how to reach it.

mod details;
mod history;
mod notes;
mod origin;

use contract::number::{self, fixed};
use contract::{Business, BusinessDetail, BusinessId, Contact, EnrichmentStatus, SourceRef};
use leptos::ev::SubmitEvent;
use markup::{Node, view};

use crate::address::use_address;
use crate::components::badge::{email_badge, enrichment_badge, operating_badge};
use crate::components::icon::{Icon, icon};
use crate::components::lead::external;
use crate::components::load::{lines, load_of, missing, sentence};
use crate::components::map::{Pin, map};
use crate::components::panel::{empty, link_button, page_head, panel};
use crate::desk::{Task, use_desk};
use crate::pages::not_found::nothing_there;
use crate::reaction::{Var, constant, derive, derive_from, react};
use crate::routes::Route;
use crate::state::use_page_state;
use crate::{clock, data, format, leads_url, routes};
use details::details;
use history::history_panel;
use notes::{Notes, use_notes};
use origin::Origins;

/// Kilometres around the lead on its map.
const AROUND_KM: f64 = 0.5;

/// The page.
pub(crate) fn lead_page() -> Node {
    let path = use_address().path;
    let id = derive_from(move |before: Option<&Option<BusinessId>>| match Route::parse(&path.get()) {
        Some(Route::Lead(id)) => Some(id),
        _ => before.copied().flatten(),
    });
    let missing_path = use_page_state().missing;
    // What is asked for here is shown within a frame.
    let desk = use_desk();
    react(move || desk.open(None));
    let notes = use_notes();
    let lead = data::lead(move || id.get());
    let load = load_of(lead);
    let is_missing = derive(move || {
        let was_missing = || id.get().is_none_or(|id| missing_path == Some(routes::lead(id)));
        // What was deleted while it was shown keeps its last data beside the error.
        lead.error().is_some_and(|error| error.is_not_found()) || lead.data().is_none() && was_missing()
    });
    let shown = derive(move || id.get().filter(|_| lead.data().is_some() && !is_missing.get()));
    let name =
        derive(move || lead.data().map_or_else(|| "Lead".to_owned(), |detail| detail.business.name.clone()));
    let history = data::history(move || shown.try_get().flatten());
    view! {
        {move || if is_missing.get() {
            nothing_there("No such lead", "It may have been deleted or merged into another.", "/leads", "All leads")
        } else {
            // The title stands before the lead is there, and keeps the focus when it comes.
            view! {
                <nav class="crumbs" aria-label="Breadcrumb">
                    <a href="/leads">"Leads"</a>
                </nav>
                {page_head(move || name.get(), view! { {move || lead.data().map(|detail| actions(&detail.business))} })}
                {move || match lead.data() {
                    Some(detail) => {
                        let origins = Origins::of(&detail.business, history.data().as_deref());
                        lead_view(&detail, lead.is_placeholder_data(), notes, &origins)
                    }
                    None => missing(load, || lines(10)),
                }}
            }
        }}
        {history_panel(history, shown)}
    }
}

fn lead_view(detail: &BusinessDetail, is_partial: bool, notes: Notes, origins: &Origins) -> Node {
    let lead = &detail.business;
    view! {
        {status_line(lead)}
        {enrichment_error(lead)}
        <div class="columns columns--wide">
            <div class="stack">
                {panel("details", "Details", Node::nothing(), details(lead, origins))}
                {notes.panel(lead)}
                {panel("contacts", "Contacts", text_link(routes::new_contact(lead.id), "Add a contact", None), contacts(&detail.contacts, is_partial))}
            </div>
            <div class="stack">
                {location_panel(lead)}
                {panel("sources", "Sources", Node::nothing(), sources(lead))}
                {panel("record", "Record", Node::nothing(), record(lead))}
            </div>
        </div>
    }
}

fn actions(lead: &Business) -> Node {
    let call = lead.phone.clone().map(|number| action(format!("tel:{number}"), Icon::Phone, "Call"));
    let write = lead.email.clone().map(|address| action(format!("mailto:{address}"), Icon::Mail, "Write"));
    let visit = lead.website.as_deref().and_then(format::web_link).map(|url| {
        view! {
            <a class="btn btn--quiet" href=url target="_blank" rel="noopener noreferrer external">
                {icon(Icon::Web)}<span>"Website"</span>
            </a>
        }
    });
    let edit = form_link(routes::edit(lead.id), Icon::Edit, "Edit");
    let duplicates = form_link(routes::duplicates(lead.id), Icon::Leads, "Duplicates");
    view! { {call}{write}{visit}{edit}{duplicates}{enrich_form(lead)} }
}

/// A link to a form, which is a document of its own.
fn form_link(href: String, mark: Icon, text: &'static str) -> Node {
    view! { <a class="btn btn--quiet" href=href rel="external">{icon(mark)}<span>{text}</span></a> }
}

/// The same as text; `about` says what it is for to whoever does not see what stands beside it.
fn text_link(href: String, text: &'static str, about: Option<String>) -> Node {
    view! { <a class="panel__more" href=href rel="external" aria-label=about>{text}</a> }
}

fn action(href: String, mark: Icon, text: &'static str) -> Node {
    link_button("btn btn--quiet", href, mark, text)
}

fn enrich_form(lead: &Business) -> Node {
    let (id, desk) = (lead.id, use_desk());
    let is_at_it = lead.enrichment_status == EnrichmentStatus::Enriching;
    view! {
        <form method="post" action=format!("/leads/{id}/enrich") on:submit=move |event: SubmitEvent| {
            event.prevent_default();
            desk.ask(Task::Enrich(id));
        }>
            <button type="submit" class="btn btn--primary" prop:disabled=is_at_it>
                {icon(Icon::Spark)}
                <span>{if is_at_it { "Enriching" } else { "Enrich now" }}</span>
            </button>
        </form>
    }
}

fn status_line(lead: &Business) -> Node {
    let category = lead.category.clone().map(|slug| {
        let query = contract::BusinessQuery { category: Some(slug.clone()), ..Default::default() };
        view! { <a class="tag" href=leads_url::url(&query)>{format::label(&slug)}</a> }
    });
    view! {
        <p class="status-line">
            {category}
            {lead.chain.then(|| view! { <span class="tag">"Chain"</span> })}
            {operating_badge(lead.operating_status)}
            {enrichment_badge(lead.enrichment_status)}
        </p>
    }
}

fn enrichment_error(lead: &Business) -> Option<Node> {
    let error = lead.enrichment_error.clone()?;
    let view = view! {
        <p class="stale" role="status"><span>{format!("Last enrichment: {}", sentence(&error))}</span></p>
    };
    Some(view)
}

/// One line of a list of facts.
pub(crate) fn fact(name: &'static str, value: Node) -> Node {
    view! { <div class="fact"><dt>{name}</dt><dd>{value}</dd></div> }
}

fn text(text: String) -> Node {
    view! { <span class="text">{text}</span> }
}

fn contacts(contacts: &[Contact], is_partial: bool) -> Node {
    if is_partial {
        return lines(3);
    }
    if contacts.is_empty() {
        return empty(
            Icon::Mail,
            "No contacts yet",
            "Enriching reads the website for people and addresses to write to.",
            Node::nothing(),
        );
    }
    view! { <ul class="list">{contacts.iter().map(contact).collect::<Node>()}</ul> }
}

fn contact(contact: &Contact) -> Node {
    let name = contact.name.clone().or(contact.title.clone()).unwrap_or_else(|| "Front desk".to_owned());
    let title = contact.title.clone().filter(|_| contact.name.is_some());
    let page = contact.source_url.as_deref().and_then(format::web_link);
    view! {
        <li class="contact">
            <p class="contact__name">
                <strong>{name.clone()}</strong>
                {title.map(|title| view! { <span class="muted">{title}</span> })}
                {contact.is_primary.then(|| view! { <span class="tag">"Primary"</span> })}
                {text_link(routes::contact(contact.business_id, contact.id), "Change", Some(format!("Change {name}")))}
            </p>
            <p class="inline">
                {contact.email.clone().map(|address| view! { <a href=format!("mailto:{address}")>{address.clone()}</a> })}
                {email_badge(contact.email_status).filter(|_| contact.email.is_some())}
                {contact.phone.clone().map(|number| view! { <a href=format!("tel:{number}")>{number.clone()}</a> })}
                {contact.linkedin.as_deref().and_then(format::web_link).map(|url| external(url, "LinkedIn".to_owned()))}
            </p>
            <p class="muted">
                {if page.is_some() { format!("{} % sure, found ", share(contact.confidence)) } else { "Added ".to_owned() }}
                {clock::time(contact.found_at)}
                {page.map(|url| view! { " on " {external(url.clone(), format::host(&url))} })}
            </p>
        </li>
    }
}

/// A share of one in whole percent.
pub(crate) fn share(confidence: f64) -> String {
    fixed(confidence.clamp(0.0, 1.0) * 100.0, 0)
}

fn location_panel(lead: &Business) -> Option<Node> {
    let point = lead.location()?;
    let pins = constant(Pin::of(lead).into_iter().collect::<Vec<_>>());
    let near = contract::BusinessQuery { near: Some(point), radius_km: Some(1.0), ..Default::default() };
    let body = view! {
        {map(point, AROUND_KM, pins, Var::new(Some(lead.id)))}
        <p class="panel__foot">
            <a href=format!("geo:{},{}", number::text(point.latitude), number::text(point.longitude))>{format::coordinates(point)}</a>
            <a href=leads_url::url(&near)>"Leads within 1 km"</a>
        </p>
    };
    Some(panel("location", "Location", Node::nothing(), body))
}

fn sources(lead: &Business) -> Node {
    if lead.sources.is_empty() {
        return view! { <p class="muted panel__empty">"Added by hand."</p> };
    }
    view! { <ul class="list">{lead.sources.iter().map(source).collect::<Node>()}</ul> }
}

fn source(source: &SourceRef) -> Node {
    let name = format::source(&source.source);
    let record = source.source_id.clone();
    let record = match record_url(&source.source, &record) {
        Some(url) => external(url, record),
        None => view! { <code>{record}</code> },
    };
    view! {
        <li class="source">
            <p><strong>{name}</strong>" "{record}</p>
            <p class="muted">
                {source.licence.clone().map(|licence| format!("{licence}, "))}
                "read "{clock::time(source.fetched_at)}
            </p>
        </li>
    }
}

/// Where a source shows its own record to people.
fn record_url(source: &str, record: &str) -> Option<String> {
    let (kind, number) = record.split_once('/')?;
    let is_osm = source == "openstreetmap" || source == "osm" || source == "bundled";
    let is_element =
        matches!(kind, "node" | "way" | "relation") && number.bytes().all(|b| b.is_ascii_digit());
    (is_osm && is_element).then(|| format!("https://www.openstreetmap.org/{kind}/{number}"))
}

fn record(lead: &Business) -> Node {
    let confidence =
        lead.confidence.map(|confidence| fact("Confidence", text(format!("{} %", share(confidence)))));
    view! {
        <dl class="facts">
            {fact("Added", clock::time(lead.created_at))}
            {fact("Changed", clock::time(lead.updated_at))}
            {confidence}
        </dl>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_elements_of_openstreetmap_have_a_page_there() {
        let url = |source, record| record_url(source, record);
        assert_eq!(url("openstreetmap", "node/12"), Some("https://www.openstreetmap.org/node/12".into()));
        assert_eq!(url("openstreetmap", "node/x?"), None);
        assert_eq!(url("overture", "node/12"), None);
    }

    #[test]
    fn shares_are_whole_percent() {
        assert_eq!((share(0.876), share(1.2), share(-1.0)), ("88".into(), "100".into(), "0".into()));
    }
}
