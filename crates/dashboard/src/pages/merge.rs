//! A merge of two leads, before it is made: what each says, and what is kept.

use contract::Business;
use contract::duplicates::MergePreview;
use markup::{Node, view};

use super::contact::crumbs;
use crate::components::form::Refusal;
use crate::components::icon::{Icon, icon};
use crate::components::lead::text_or_none;
use crate::components::panel::{page_head, panel};
use crate::content::MergeContent;
use crate::form_routes::FormRoute;
use crate::state::use_page_state;
use crate::{format, routes};

/// A field of a lead as a line of text.
pub(super) type Field = (&'static str, fn(&Business) -> Option<String>);

/// All that is compared.
pub(super) const FIELDS: [Field; 17] = [
    ("Name", |lead| Some(lead.name.clone())),
    ("Trade", |lead| lead.category.as_deref().map(format::label)),
    ("Phone", |lead| lead.phone_display.clone().or(lead.phone.clone())),
    ("E-mail", |lead| lead.email.clone()),
    ("Website", |lead| lead.website.clone()),
    ("Address", |lead| Some(format::address_lines(lead).join(", ")).filter(|text| !text.is_empty())),
    ("Place", |lead| lead.location().map(format::coordinates)),
    ("Opening hours", |lead| lead.opening_hours.clone()),
    ("Employees", |lead| lead.employee_count.map(|count| format::number(count.into()))),
    ("Founded", |lead| lead.year_founded.map(|year| year.to_string())),
    ("About", |lead| lead.description.clone()),
    ("Profiles", |lead| joined(lead.socials.profiles().map(str::to_owned).collect())),
    ("Tags", |lead| joined(lead.tags.clone())),
    ("Notes", |lead| lead.notes.clone()),
    ("Chain", |lead| lead.chain.then(|| "yes".to_owned())),
    ("Enrichment", |lead| Some(crate::leads_url::status_label(lead.enrichment_status))),
    ("Sources", |lead| {
        joined(
            lead.sources
                .iter()
                .map(|one| format!("{} {}", format::source(&one.source), one.source_id))
                .collect(),
        )
    }),
];

fn joined(parts: Vec<String>) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join("\n"))
}

/// The page.
pub(crate) fn merge_page(content: &MergeContent) -> Node {
    let MergePreview { kept, other, .. } = &content.preview;
    let title = format!("Merge {} into {}", other.name, kept.name);
    view! {
        {crumbs(kept)}
        {page_head(move || title.clone(), Node::nothing())}
        {Refusal(content.failed.as_ref()).line()}
        <div class="stack">
            {panel("merge", "What is kept", Node::nothing(), comparison(&content.preview))}
            {panel("contacts", "Contacts that it will have", Node::nothing(), contacts(&content.preview))}
            {merging(kept, other)}
            {apart(kept, other)}
        </div>
    }
}

/// The rows where either says something.
fn comparison(preview: &MergePreview) -> Node {
    let MergePreview { kept, other, merged, .. } = preview;
    let rows = FIELDS.iter().filter_map(|(name, read)| {
        let (one, two, both) = (read(kept), read(other), read(merged));
        (one.is_some() || two.is_some()).then(|| row(name, one, two, both))
    });
    let heads = [("This lead stays", Some(kept)), ("The other one goes", Some(other)), ("Together", None)];
    let heads = heads.into_iter().map(|(text, lead)| {
        let lead = lead.map(|lead| view! { ": "<a href=routes::lead(lead.id)>{lead.name.clone()}</a> });
        view! { <th scope="col" role="columnheader">{text}{lead}</th> }
    });
    view! {
        <table class="table compare" role="table" aria-labelledby="merge-title">
            <thead role="rowgroup">
                <tr role="row"><th scope="col" role="columnheader">"Field"</th>{heads.collect::<Node>()}</tr>
            </thead>
            <tbody role="rowgroup">{rows.collect::<Node>()}</tbody>
        </table>
    }
}

fn row(name: &'static str, kept: Option<String>, other: Option<String>, both: Option<String>) -> Node {
    // What only the other says, and what is said no more.
    let is_new = both != kept;
    let is_dropped = other.is_some() && !is_new && other != both;
    let note = match (is_new, is_dropped) {
        (true, _) => Some(view! { <span class="tag">"Added"</span> }),
        (_, true) => Some(view! { <span class="tag">"Its own stays"</span> }),
        _ => None,
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{name}</th>
            <td role="cell" data-label="This lead"><span class="text">{text_or_none(kept)}</span></td>
            <td role="cell" data-label="The other one"><span class="text">{text_or_none(other)}</span></td>
            <td role="cell" data-label="Together"><span class="text">{text_or_none(both)}</span>{note}</td>
        </tr>
    }
}

fn contacts(preview: &MergePreview) -> Node {
    if preview.contacts.is_empty() {
        return view! { <p class="muted">"Neither has any."</p> };
    }
    let row = |contact: &contract::Contact| {
        let name = contact.name.clone().or(contact.title.clone()).unwrap_or_else(|| "Front desk".to_owned());
        let title = contact.title.clone().filter(|_| contact.name.is_some());
        let reach = [title, contact.email.clone(), contact.phone.clone()].into_iter().flatten();
        view! {
            <li class="entry">
                <div class="entry__body">
                    <p class="entry__name">
                        {name}
                        {contact.is_primary.then(|| view! { " "<span class="tag">"Primary"</span> })}
                    </p>
                    <p class="entry__meta">{reach.map(|text| view! { <span>{text}</span> }).collect::<Node>()}</p>
                </div>
            </li>
        }
    };
    view! { <ul class="list">{preview.contacts.iter().map(row).collect::<Node>()}</ul> }
}

fn merging(kept: &Business, other: &Business) -> Node {
    let text = format!(
        "{} will be gone for everybody; its sources, contacts and history go to {}. It can be undone.",
        other.name, kept.name
    );
    view! {
        <form class="form" method="post" action=FormRoute::Merge(kept.id, other.id).path() aria-label="Merge">
            <p>{text}</p>
            <input type="hidden" name="version" value=kept.version.to_string()/>
            <input type="hidden" name="otherVersion" value=other.version.to_string()/>
            <input type="hidden" name="idempotencyKey" value=use_page_state().form_key/>
            <div class="form__actions">
                <button type="submit" class="btn btn--primary">{icon(Icon::Check)}<span>"Merge the two"</span></button>
                <a class="btn" href=FormRoute::Merge(other.id, kept.id).path()>"Keep the other one instead"</a>
                <a class="btn" href=routes::duplicates(kept.id)>"Cancel"</a>
            </div>
        </form>
    }
}

/// The word that the two are not one.
fn apart(kept: &Business, other: &Business) -> Node {
    view! {
        <form class="form" method="post" action=FormRoute::Pairs.path() aria-label="They are two">
            <p>"If they are two, neither is told as a duplicate of the other again."</p>
            <input type="hidden" name="one" value=kept.id.to_string()/>
            <input type="hidden" name="other" value=other.id.to_string()/>
            <div class="form__actions">
                <button type="submit" name="act" value="apart" class="btn">{icon(Icon::Close)}<span>"They are two"</span></button>
            </div>
        </form>
    }
}
