//! Pairs of leads that may be one, those of all searches and imports: both side by side, why, and what a person says of them.

use contract::duplicates::{DuplicatePair, MOST_PAIRS, PairFeature};
use contract::{Business, BusinessId};
use markup::{Node, view};

use super::merge::{FIELDS, Field};
use crate::components::form::{Refusal, notice};
use crate::components::icon::{Icon, icon};
use crate::components::lead::text_or_none;
use crate::components::load::sentence;
use crate::components::panel::{empty, link_button, page_head};
use crate::content::{PairDone, PairsContent};
use crate::form_routes::{FormRoute, pairs_url};
use crate::state::use_page_state;
use crate::{clock, format, routes};

/// What tells two leads from each other at a glance; the rest stands where they are compared in full.
const SHOWN: [&str; 7] = ["Name", "Trade", "Address", "Phone", "Website", "E-mail", "Sources"];
/// From which effect on a feature says much.
const STRONG: f64 = 1.0;

/// The page.
pub(crate) fn pairs_page(content: &PairsContent) -> Node {
    let title = if content.apart { "Leads that are two" } else { "Possible duplicates" };
    let other = if content.apart {
        link_button("btn", pairs_url(false, 1), Icon::Search, "Possible duplicates")
    } else {
        link_button("btn", pairs_url(true, 1), Icon::Check, "Those that are two")
    };
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href="/leads">"Leads"</a></nav>
        {page_head(move || title.to_owned(), other)}
        {content.done.map(done)}
        {Refusal(content.failed.as_ref()).line()}
        {list(content)}
    }
}

/// What was done last, and the way back.
fn done(done: PairDone) -> Node {
    match done {
        PairDone::Merged(kept, other) => view! {
            <p class="notice" role="status">
                {icon(Icon::Check)}
                <span>"The two are one now: "<a href=routes::lead(kept)>"look at the lead"</a>"."</span>
            </p>
            {undo("unmerge", "Undo the merge", kept, other)}
        },
        PairDone::Apart(one, other) => view! {
            {notice("The two stay two, and are not asked about again.")}
            {undo("forget", "Undo", one, other)}
        },
        PairDone::Undone => notice("It was undone."),
    }
}

fn undo(act: &'static str, text: &'static str, one: BusinessId, other: BusinessId) -> Node {
    view! {
        <form class="form__actions" method="post" action=FormRoute::Pairs.path()>
            {hidden(one, other)}
            <button type="submit" name="act" value=act class="btn">{icon(Icon::Retry)}<span>{text}</span></button>
        </form>
    }
}

fn hidden(one: BusinessId, other: BusinessId) -> Node {
    // One intent for each pair of the page.
    let key = format!("{}-{one}-{other}", use_page_state().form_key);
    view! {
        <input type="hidden" name="one" value=one.to_string()/>
        <input type="hidden" name="other" value=other.to_string()/>
        <input type="hidden" name="idempotencyKey" value=key/>
    }
}

fn list(content: &PairsContent) -> Node {
    if content.list.data.is_empty() {
        return if content.apart {
            empty(
                Icon::Check,
                "Nobody said so of any",
                "Leads that you say are two are listed here.",
                Node::nothing(),
            )
        } else {
            let text =
                "Searches and imports merge what is surely one. What is only perhaps one waits here for you.";
            empty(
                Icon::Check,
                "Nothing to decide",
                text,
                link_button("btn", "/leads".to_owned(), Icon::Leads, "Leads"),
            )
        };
    }
    let meta = &content.list.meta;
    let count = format::plural(meta.total, "pair", "pairs");
    let order = if content.apart { "the last first" } else { "the likeliest first" };
    let full = (!content.apart && meta.total >= u64::from(MOST_PAIRS)).then(|| {
        let most = format::number(u64::from(MOST_PAIRS));
        view! { <p class="muted">{format!("No more than {most} are kept; what is found beyond them and is less likely is left out.")}</p> }
    });
    let link = |page: u32, text: &'static str| view! { <a class="btn" href=pairs_url(content.apart, page)>{text}</a> };
    let before = (meta.page > 1).then(|| link(meta.page - 1, "Previous"));
    let after = (meta.page < meta.total_pages).then(|| link(meta.page + 1, "Next"));
    let pages = (meta.total_pages > 1).then(|| {
        view! {
            <nav class="form__actions" aria-label="Pages">
                {before}{after}<span class="muted">{format!("Page {} of {}", meta.page, meta.total_pages)}</span>
            </nav>
        }
    });
    let pairs = content.list.data.iter().map(|pair| panel(pair, meta.page)).collect::<Node>();
    view! {
        <p class="muted">{format!("{count}, {order}.")}</p>
        {full}
        <div class="stack">{pairs}</div>
        {pages}
    }
}

fn panel(pair: &DuplicatePair, page: u32) -> Node {
    let DuplicatePair { one, other, .. } = pair;
    let heading = format!("pair-{}-{}", one.id, other.id);
    view! {
        <article class="panel" aria-labelledby=heading.clone()>
            <header class="panel__head">
                <h2 id=heading.clone()>{format!("{} and {}", one.name, other.name)}</h2>
                <span class="muted">{standing(pair)}</span>
            </header>
            {comparison(one, other, heading)}
            {why(pair)}
            {decision(pair, page)}
        </article>
    }
}

/// How likely they are one and how far apart they lie, or since when they are two.
fn standing(pair: &DuplicatePair) -> Node {
    if let Some(since) = pair.apart_since {
        return view! { "two since "{clock::time(since)} };
    }
    let likely = pair.score.map(|score| format!("{} % likely one", (score * 100.0).floor()));
    let apart = pair.distance_km.map(|km| format!("{} apart", format::distance(km)));
    let told: Vec<String> = [likely, apart].into_iter().flatten().collect();
    view! { {told.join(", ")} }
}

fn comparison(one: &Business, other: &Business, heading: String) -> Node {
    let fields = SHOWN.iter().filter_map(|shown| FIELDS.iter().find(|(name, _)| name == shown));
    let rows = fields.filter_map(|field| row(field, one, other)).collect::<Node>();
    let head = |text: &'static str, lead: &Business| {
        view! { <th scope="col" role="columnheader">{text}<a href=routes::lead(lead.id)>{lead.name.clone()}</a></th> }
    };
    view! {
        <table class="table compare" role="table" aria-labelledby=heading>
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col" role="columnheader">"Field"</th>
                    {head("First: ", one)}
                    {head("Second: ", other)}
                    <th scope="col" role="columnheader">"Alike"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
}

/// A field, unless neither says anything of it.
fn row((name, read): &Field, one: &Business, other: &Business) -> Option<Node> {
    let (first, second) = (read(one), read(other));
    let alike = match (&first, &second) {
        (None, None) => return None,
        (Some(first), Some(second)) if first.to_lowercase() == second.to_lowercase() => "The same",
        (Some(_), Some(_)) => "Not the same",
        _ => "Only one says it",
    };
    Some(view! {
        <tr role="row">
            <th scope="row" role="rowheader">{*name}</th>
            <td role="cell" data-label="First"><span class="text">{text_or_none(first)}</span></td>
            <td role="cell" data-label="Second"><span class="text">{text_or_none(second)}</span></td>
            <td role="cell" data-label="Alike">{alike}</td>
        </tr>
    })
}

/// What made the score.
fn why(pair: &DuplicatePair) -> Option<Node> {
    if pair.features.is_empty() {
        return None;
    }
    let rows = pair.features.iter().map(reason).collect::<Node>();
    Some(view! {
        <details class="more">
            <summary>"What the score is made of"</summary>
            <p class="muted">"As the two were when they were compared, "{clock::time(pair.found_at)}"; what did most first."</p>
            <ul class="list">{rows}</ul>
        </details>
    })
}

fn reason(feature: &PairFeature) -> Node {
    let about = if feature.about.is_empty() { &feature.feature } else { &feature.about };
    let says = match (feature.effect > 0.0, feature.effect.abs() >= STRONG) {
        _ if feature.effect == 0.0 => "says nothing",
        (true, true) => "speaks strongly for one",
        (true, false) => "speaks for one",
        (false, true) => "speaks strongly for two",
        (false, false) => "speaks for two",
    };
    view! {
        <li class="entry">
            <div class="entry__body">
                <p class="entry__name">{sentence(about)}</p>
                <p class="entry__meta">
                    <span>"value "{rounded(feature.value)}</span>
                    <span>{says}" ("{format!("{:+.1}", feature.effect)}")"</span>
                </p>
            </div>
        </li>
    }
}

/// At most two decimals.
fn rounded(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn decision(pair: &DuplicatePair, page: u32) -> Node {
    let DuplicatePair { one, other, .. } = pair;
    let pair_name = format!("{} and {}", one.name, other.name);
    let button = |act: &'static str, class: &'static str, mark: Icon, text: &'static str| {
        let label = format!("{text}: {pair_name}");
        view! {
            <button type="submit" name="act" value=act class=class aria-label=label>{icon(mark)}<span>{text}</span></button>
        }
    };
    let two = if pair.apart_since.is_some() {
        button("forget", "btn", Icon::Retry, "Ask again")
    } else {
        button("apart", "btn", Icon::Close, "They are two")
    };
    view! {
        <form class="form__actions" method="post" action=FormRoute::Pairs.path()>
            {hidden(one.id, other.id)}
            <input type="hidden" name="oneVersion" value=one.version.to_string()/>
            <input type="hidden" name="otherVersion" value=other.version.to_string()/>
            <input type="hidden" name="page" value=page.to_string()/>
            {button("keep-one", "btn btn--primary", Icon::Check, "They are one, keep the first")}
            {button("keep-other", "btn", Icon::Check, "They are one, keep the second")}
            {two}
            <a class="btn" href=FormRoute::Merge(one.id, other.id).path()
                aria-label=format!("Compare in full: {pair_name}")>"Compare in full"</a>
        </form>
    }
}
