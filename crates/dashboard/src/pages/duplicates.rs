//! The duplicates of a lead: what may be the same, and what was merged into it.

use contract::Business;
use contract::duplicates::{LikelyDuplicate, MergedBusiness};
use markup::{Node, view};

use super::contact::crumbs;
use crate::components::field::FieldText;
use crate::components::form::{Input, Refusal, notice};
use crate::components::icon::{Icon, icon};
use crate::components::lead::sources;
use crate::components::load::sentence;
use crate::components::panel::{page_head, panel};
use crate::content::DuplicatesContent;
use crate::form_routes::FormRoute;
use crate::state::use_page_state;
use crate::{clock, format, routes};

const SEARCH: FieldText =
    FieldText { name: "search", label: "Words", hint: "Of its name, its address or its trade." };

/// The page.
pub(crate) fn duplicates_page(content: &DuplicatesContent) -> Node {
    let lead = &content.lead;
    let title = format!("Duplicates of {}", lead.name);
    view! {
        {crumbs(lead)}
        {page_head(move || title.clone(), view! { <a class="btn" href=routes::PAIRS>"All possible duplicates"</a> })}
        {content.done.map(|done| notice(done.told()))}
        {Refusal(content.failed.as_ref()).line()}
        <div class="columns columns--forms">
            <div class="stack">
                {panel("likely", "Likely the same", Node::nothing(), likely(lead, &content.likely))}
                {panel("merged", "Merged into this lead", Node::nothing(), merged(lead, &content.merges))}
            </div>
            {panel("other", "Another lead", Node::nothing(), search(content))}
        </div>
    }
}

fn likely(lead: &Business, likely: &[LikelyDuplicate]) -> Node {
    if likely.is_empty() {
        return view! { <p class="muted">"No other lead looks like this one."</p> };
    }
    let row = |one: &LikelyDuplicate| {
        let reason = view! { <span>{sentence(&one.reason)}</span> };
        entry(&one.business, true, reason, compare(lead, &one.business))
    };
    view! { <ul class="list">{likely.iter().map(row).collect::<Node>()}</ul> }
}

/// A lead with what tells it from others, what is said of it, and what can be done with it.
fn entry(lead: &Business, is_there: bool, said: Node, action: Node) -> Node {
    let name = lead.name.clone();
    let name = if is_there {
        view! { <a href=routes::lead(lead.id)>{name}</a> }
    } else {
        view! { <span>{name}</span> }
    };
    let address = Some(format::address_lines(lead).join(", ")).filter(|address| !address.is_empty());
    let phone = lead.phone_display.clone().or(lead.phone.clone());
    let known = [lead.category.as_deref().map(format::label), address, phone].into_iter().flatten();
    view! {
        <li class="entry">
            <div class="entry__body">
                <p class="entry__name">{name}</p>
                <p class="entry__meta">{known.map(|text| view! { <span>{text}</span> }).collect::<Node>()}</p>
                <p class="entry__meta">{said}</p>
            </div>
            {action}
        </li>
    }
}

fn compare(lead: &Business, other: &Business) -> Node {
    let href = FormRoute::Merge(lead.id, other.id).path();
    view! { <a class="btn" href=href aria-label=format!("Compare with {}", other.name)>"Compare"</a> }
}

fn merged(lead: &Business, merges: &[MergedBusiness]) -> Node {
    if merges.is_empty() {
        return view! { <p class="muted">"Nothing was merged into it, or all of it was undone."</p> };
    }
    let row = |one: &MergedBusiness| {
        let by = if one.automatic { "merged by a search or an import " } else { "merged " };
        let sources = sources(&one.business).filter(|_| one.automatic);
        let when = view! {
            <span>{by}{clock::time(one.merged_at)}</span>
            {sources.map(|sources| view! { <span>"as "{sources}" has it"</span> })}
        };
        entry(&one.business, false, when, undo(lead, one))
    };
    view! { <ul class="list">{merges.iter().map(row).collect::<Node>()}</ul> }
}

fn undo(lead: &Business, merge: &MergedBusiness) -> Node {
    // One intent for each merge of the page.
    let key = format!("{}-{}", use_page_state().form_key, merge.other_id);
    view! {
        <form method="post" action=format!("{}/unmerge", routes::lead(lead.id))>
            <input type="hidden" name="otherId" value=merge.other_id.to_string()/>
            <input type="hidden" name="idempotencyKey" value=key/>
            <button type="submit" class="btn" aria-label=format!("Undo: {}", merge.business.name)>"Undo"</button>
        </form>
    }
}

fn search(content: &DuplicatesContent) -> Node {
    let lead = &content.lead;
    let row = |other: &Business| entry(other, true, Node::nothing(), compare(lead, other));
    let found = match (content.search.is_empty(), content.found.is_empty()) {
        (true, _) => None,
        (false, true) => Some(view! { <p class="muted" role="status">"No other lead has these words."</p> }),
        (false, false) => {
            let rows = content.found.iter().map(row).collect::<Node>();
            Some(view! { <ul class="list" aria-label="Found">{rows}</ul> })
        }
    };
    view! {
        <form class="form" method="get" action=routes::duplicates(lead.id) aria-labelledby="other-title">
            {Refusal::default().input(SEARCH, Input::Text, &content.search)}
            <div class="form__actions">
                <button type="submit" class="btn">{icon(Icon::Search)}<span>"Look for it"</span></button>
            </div>
        </form>
        {found}
    }
}
