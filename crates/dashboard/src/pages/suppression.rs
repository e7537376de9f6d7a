//! The suppression list, for admins.

use contract::suppression::{Suppression, SuppressionAdded, SuppressionKind, SuppressionReason};
use markup::{Node, view};

use crate::components::field::FieldText;
use crate::components::form::{Input, Refusal, notice};
use crate::components::icon::{Icon, icon};
use crate::components::panel::{page_head, panel};
use crate::content::{SuppressionContent, SuppressionOutcome};
use crate::routes::Route;
use crate::{clock, format};

const WHO: FieldText = FieldText {
    name: "who",
    label: "E-mail address or domain",
    hint: "An address covers the person; a domain every address at it and whom its website names.",
};

/// The page of the list, with the form that adds to it and takes off it.
pub(crate) fn suppression_page(content: &SuppressionContent) -> Node {
    let count = format::plural(content.list.meta.total, "entry", "entries");
    let count = view! { <span class="muted">{count}</span> };
    let added = match &content.outcome {
        Some(SuppressionOutcome::Added(added)) => {
            Some(view! { <p class="notice" role="status">{icon(Icon::Check)}<span>{told(added)}</span></p> })
        }
        _ => None,
    };
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href="/account">"Account"</a></nav>
        {page_head(|| "Suppression list".to_owned(), Node::nothing())}
        {content.done.map(|done| notice(done.told()))}
        {added}
        <div class="columns columns--forms">
            {panel("entries", "Who is neither stored nor shown", count, entries(content))}
            {panel("add", "Somebody asked not to be processed", Node::nothing(), form(content))}
        </div>
    }
}

fn told(added: &SuppressionAdded) -> String {
    let contacts = format::plural(added.contacts_removed, "contact", "contacts");
    let leads = format::plural(added.businesses_changed, "lead", "leads");
    format!("It is on the list. {contacts} deleted, {leads} changed.")
}

fn entries(content: &SuppressionContent) -> Node {
    if content.list.data.is_empty() {
        return view! { <p class="muted">"Nobody yet."</p> };
    }
    let rows = content.list.data.iter().map(row).collect::<Node>();
    let meta = &content.list.meta;
    let link = |page: u32, text: &'static str| {
        view! { <a class="btn" href=format!("{}?page={page}", Route::Suppression.path())>{text}</a> }
    };
    let newer = (meta.page > 1).then(|| link(meta.page - 1, "Newer"));
    let older = (meta.page < meta.total_pages).then(|| link(meta.page + 1, "Older"));
    view! {
        <ul class="list">{rows}</ul>
        <div class="form__actions">{newer}{older}</div>
    }
}

fn row(entry: &Suppression) -> Node {
    let name = match (&entry.domain, entry.kind) {
        (Some(domain), _) => domain.clone(),
        (None, SuppressionKind::Person) => "A person at a domain".to_owned(),
        (None, _) => "An address".to_owned(),
    };
    let reason = match entry.reason {
        SuppressionReason::Requested => "they asked for it",
        SuppressionReason::Provider => "they asked a provider for it",
    };
    let digest: String = entry.digest.chars().take(12).collect();
    let action = format!("{}/{}/remove", Route::Suppression.path(), entry.id);
    view! {
        <li class="entry">
            <div class="entry__body">
                <p class="entry__name">{name.clone()}</p>
                <p class="entry__meta">
                    <span>{reason}</span>
                    <span>"since "{clock::time(entry.created_at)}</span>
                    <span>"SHA-256 "{digest}"…"</span>
                </p>
            </div>
            <form method="post" action=action>
                <button type="submit" class="btn" aria-label=format!("Take off the list: {name}")>"Take off"</button>
            </form>
        </li>
    }
}

fn form(content: &SuppressionContent) -> Node {
    let (typed, problem) = match &content.outcome {
        Some(SuppressionOutcome::Refused(typed, problem)) => (typed.as_str(), Some(problem)),
        _ => ("", None),
    };
    let refusal = Refusal(problem);
    view! {
        <form class="form" method="post" action=Route::Suppression.path() novalidate aria-labelledby="add-title">
            {refusal.line()}
            {refusal.input(WHO, Input::Text, typed)}
            <p class="muted">
                "What is stored of them is deleted at once, and nothing of them is stored again: not by a search, an import or \
                 an enrichment, and not by hand. Of addresses the list keeps a digest and not the text, so that it has to be \
                 typed to be taken off."
            </p>
            <div class="form__actions">
                <button type="submit" name="act" value="add" class="btn btn--primary">
                    {icon(Icon::Plus)}<span>"Put on the list"</span>
                </button>
                <button type="submit" name="act" value="remove" class="btn">"Take off the list"</button>
            </div>
        </form>
    }
}
