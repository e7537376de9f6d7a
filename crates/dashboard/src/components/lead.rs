//! A lead in lists, and the links by which it is reached.

use contract::Business;
use markup::{IntoNode, Key, Node, view};

use crate::components::badge::enrichment_badge;
use crate::components::icon::{Icon, icon};
use crate::{clock, data, format, routes};

/// What a lead is known by in a list: it is made anew when it changes.
pub(crate) fn lead_key(lead: &Business) -> Key {
    (lead.id.0.cast_unsigned(), lead.version)
}

/// The cells of a row of the table of leads.
pub(crate) fn lead_cells(lead: &Business) -> Node {
    view! {
        <td class="cell cell--name" role="cell">
            {row_link(lead)}
            {lead.chain.then(|| view! { <span class="tag">"Chain"</span> })}
        </td>
        <td class="cell cell--category" role="cell">{format::category(lead.category.as_deref())}</td>
        <td class="cell cell--city" role="cell">{text_or_none(lead.city.clone())}</td>
        <td class="cell cell--phone" role="cell">{phone(lead)}</td>
        <td class="cell cell--website" role="cell">{website(lead)}</td>
        <td class="cell cell--email" role="cell">{email(lead)}</td>
        <td class="cell cell--status" role="cell">{enrichment_badge(lead.enrichment_status)}</td>
        <td class="cell cell--added num" role="cell">{clock::time(lead.created_at)}</td>
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
    let Some(number) = lead.phone.clone() else { return none() };
    let text = lead.phone_display.clone().unwrap_or_else(|| number.clone());
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
