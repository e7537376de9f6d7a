//! A lead in lists, and the links by which it is reached.

use contract::Business;
use contract::columns::Column;
use contract::number::fixed;
use markup::{IntoNode, Key, Node, view};

use crate::columns::{Shown, described};
use crate::components::badge::enrichment_badge;
use crate::components::icon::{Icon, icon};
use crate::{clock, data, format, routes};

/// What a lead is known by in a list: it is made anew when it changes.
pub(crate) fn lead_key(lead: &Business) -> Key {
    (lead.id.0.cast_unsigned(), lead.version)
}

/// The cells of a row of the table of leads: the name, then the columns, each with its class.
pub(crate) fn lead_cells(lead: &Business, shown: &Shown) -> Node {
    // On a phone, columns that somebody chose stand in cards without heads.
    let cells = shown.classes().map(|(column, class)| {
        let label = shown.is_chosen.then(|| described(column).0);
        view! { <td class=class role="cell" data-label=label>{cell(lead, column)}</td> }
    });
    view! {
        <td class="cell cell--name" role="cell">
            {row_link(lead)}
            {lead.chain.then(|| view! { <span class="tag">"Chain"</span> })}
        </td>
        {cells.collect::<Node>()}
    }
}

/// What names a row and leads to its lead. One that the server has not named yet leads nowhere.
fn row_link(lead: &Business) -> Node {
    let name = lead.name.clone();
    match lead.id.0 > 0 {
        true => view! { <a class="row__link" href=routes::lead(lead.id) data-row="">{name}</a> },
        false => view! { <span class="row__link" data-row="" tabindex="-1" aria-busy="true">{name}</span> },
    }
}

/// What a column shows of a lead.
fn cell(lead: &Business, column: Column) -> Node {
    let text = match column {
        Column::Phone => return phone(lead),
        Column::Website => return website(lead),
        Column::Email => return email(lead),
        Column::EnrichmentStatus => return enrichment_badge(lead.enrichment_status),
        Column::CreatedAt => return clock::time(lead.created_at),
        Column::UpdatedAt => return clock::time(lead.updated_at),
        Column::Category => Some(format::category(lead.category.as_deref())),
        Column::Industry => lead.industry.as_deref().map(format::label),
        Column::Street => lead.street.clone(),
        Column::City => lead.city.clone(),
        Column::State => lead.state.clone(),
        Column::PostalCode => lead.postal_code.clone(),
        Column::Country => lead.country.clone(),
        Column::Tags => Some(lead.tags.join(", ")).filter(|tags| !tags.is_empty()),
        Column::ContactCount => Some(format::number(lead.contact_count.into())),
        Column::EmployeeCount => lead.employee_count.map(|count| format::number(count.into())),
        Column::YearFounded => lead.year_founded.map(|year| year.to_string()),
        Column::Confidence => lead.confidence.map(|sure| format!("{} %", fixed(sure * 100.0, 0))),
        Column::Sources => sources(lead),
    };
    text_or_none(text)
}

/// The names of those who told of the lead, each once.
pub(crate) fn sources(lead: &Business) -> Option<String> {
    let mut names: Vec<String> = lead.sources.iter().map(|source| format::source(&source.source)).collect();
    names.dedup();
    Some(names.join(", ")).filter(|names| !names.is_empty())
}

/// A line of a short list of leads: name, what it is, where.
pub(crate) fn lead_line(lead: &Business, note: Option<String>) -> Node {
    let id = lead.id;
    let hover = data::use_prefetch_lead();
    view! { <li class="lead-line" on:pointerenter=move |_| hover(id)>{lead_line_parts(lead, note)}</li> }
}

/// What stands in such a line.
pub(crate) fn lead_line_parts(lead: &Business, note: Option<String>) -> Node {
    let place = lead.street.clone().or(lead.city.clone());
    view! {
        <a class="lead-line__name" href=routes::lead(lead.id) data-row="">{lead.name.clone()}</a>
        <span class="lead-line__what muted">
            {format::category(lead.category.as_deref())}
            {place.map(|place| format!(" · {place}"))}
        </span>
        {note.map(|note| view! { <span class="lead-line__note num">{note}</span> })}
    }
}

/// A dash that readers skip, where nothing is known.
pub(crate) fn none() -> Node {
    view! { <span class="none" aria-label="unknown">"–"</span> }
}

/// The text, or the dash.
pub(crate) fn text_or_none(text: Option<String>) -> Node {
    text.map_or_else(none, IntoNode::into_node)
}

/// The phone number as a link that calls.
pub(crate) fn phone(lead: &Business) -> Node {
    call_link(lead.phone.clone(), lead.phone_display.clone())
}

/// A phone number, as people write it where that is known, as a link that calls.
pub(crate) fn call_link(number: Option<String>, display: Option<String>) -> Node {
    let Some(number) = number else { return none() };
    let text = display.unwrap_or_else(|| number.clone());
    view! { <a class="cell-link" href=format!("tel:{number}")>{text}</a> }
}

/// The e-mail address as a link that writes.
pub(crate) fn email(lead: &Business) -> Node {
    let Some(address) = lead.email.clone() else { return none() };
    view! { <a class="cell-link" href=format!("mailto:{address}")>{address.clone()}</a> }
}

/// The website as a link that opens beside this page; text where it is no web address.
pub(crate) fn website(lead: &Business) -> Node {
    let Some(url) = lead.website.clone() else { return none() };
    let host = format::host(&url);
    match format::web_link(&url) {
        Some(href) => external(href, host),
        None => view! { <span>{url}</span> },
    }
}

/// A link to elsewhere that tells nothing of where it was pressed.
pub(crate) fn external(href: String, text: String) -> Node {
    view! {
        <a class="cell-link" href=href target="_blank" rel="noopener noreferrer external">
            <span>{text}</span>
            {icon(Icon::External)}
        </a>
    }
}
