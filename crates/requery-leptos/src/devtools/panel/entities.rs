//! The entities that the cache knows, and which queries show them.

use leptos::prelude::*;
use requery::{InspectedEntity, QueryKey};

use super::format::{count, type_name};
use super::frame::{badge, fact, filter, note};
use super::graph::{Graph, WIDTH};
use super::rows::{MOST, has_words};
use super::state::Panel;

pub(super) fn tab(panel: Panel) -> AnyView {
    view! {
        <div class="split" data-detail=move || panel.entity.get().is_some().to_string()>
            <div class="side">
                <div class="tools">{filter(panel, "Filter entities by type or id")}</div>
                {move || list(panel)}
            </div>
            <section class="detail" aria-label="Entities and queries">{move || detail(panel)}</section>
        </div>
    }
    .into_any()
}

fn name(entity: &InspectedEntity) -> String {
    format!("{} {}", type_name(entity.kind), entity.id)
}

fn word(entity: &InspectedEntity) -> &'static str {
    match entity {
        it if it.is_deleted => "deleted",
        it if it.layers > 0 => "layered",
        it if !it.is_known => "unknown",
        it if it.shown_by.is_empty() => "inactive",
        _ => "fresh",
    }
}

fn list(panel: Panel) -> AnyView {
    let (seen, words) = (panel.seen.get(), panel.filter.get());
    let fits = |it: &&InspectedEntity| has_words(&format!("{} {}", name(it), word(it)), &words);
    let all: Vec<_> = seen.entities.iter().filter(fits).cloned().collect();
    let is_empty = all.is_empty().then(|| {
        note(if seen.entities.is_empty() { "No query shows entities." } else { "No entity fits the filter." })
    });
    let left_out = all.len().saturating_sub(MOST);
    let rest =
        (left_out > 0).then(|| note(format!("{} more: filter.", count(left_out, "entity", "entities"))));
    let rows: Vec<_> = all.into_iter().take(MOST).map(|entity| row(panel, entity)).collect();
    view! { <ul class="rows" aria-label="Entities">{rows}</ul>{is_empty}{rest} }.into_any()
}

fn row(panel: Panel, entity: InspectedEntity) -> AnyView {
    let (text, word) = (name(&entity), word(&entity));
    let shown = count(entity.shown_by.len(), "query", "queries");
    let version = format!("v{}", entity.version);
    let entity = (entity.kind, entity.id);
    let is_chosen = panel.entity.get().as_ref() == Some(&entity);
    view! {
        <li>
            <button type="button" class="row" aria-current=is_chosen.then_some("true")
                on:click=move |_| panel.entity.set(Some(entity.clone()))>
                {badge(word)}<code>{text}</code><span class="number">{version}</span><span class="time">{shown}</span>
            </button>
        </li>
    }
    .into_any()
}

fn detail(panel: Panel) -> AnyView {
    let seen = panel.seen.get();
    let Some(chosen) = panel.entity.get() else { return overview(&seen.entities) };
    let found = seen.entities.iter().find(|entity| entity.kind == chosen.0 && entity.id == chosen.1);
    let back = view! {
        <button type="button" class="back always" on:click=move |_| {
            panel.entity.set(None);
            panel.focus_filter();
        }>"All entities"</button>
    };
    let (title, content) = match found {
        Some(entity) => (name(entity), facts(panel, entity)),
        None => (format!("{} {}", type_name(chosen.0), chosen.1), note("This entity is not known any more.")),
    };
    view! { <div class="title"><code>{title}</code>{back}</div>{content} }.into_any()
}

fn overview(entities: &[InspectedEntity]) -> AnyView {
    if entities.is_empty() {
        return note(
            "Queries that say which entities their data shows (entity, list, live_list) are drawn here.",
        );
    }
    drawing(&Graph::of_kinds(entities))
}

fn facts(panel: Panel, entity: &InspectedEntity) -> AnyView {
    let links: Vec<_> = entity.shown_by.iter().map(|query| link(panel, query.clone())).collect();
    view! {
        <dl class="facts">
            <div class="fact"><dt>"State"</dt><dd>{badge(word(entity))}</dd></div>
            {fact("Version", Some(entity.version.to_string()))}
            {fact("Layers", (entity.layers > 0).then(|| entity.layers.to_string()))}
            {fact("Type", Some(entity.kind.to_owned()))}
        </dl>
        {drawing(&Graph::of_one(entity))}
        <h3>{format!("Shown by {}", count(links.len(), "query", "queries"))}</h3>
        <ul class="links">{links}</ul>
    }
    .into_any()
}

fn link(panel: Panel, query: QueryKey) -> AnyView {
    let name = query.to_string();
    view! {
        <li><button type="button" class="link" on:click=move |_| panel.show_query(query.clone())>{name}</button></li>
    }
    .into_any()
}

/// Names of entities end where lines begin, and those of queries begin where they end.
fn drawing(graph: &Graph) -> AnyView {
    let (left, right) = (WIDTH * 3 / 10, WIDTH / 2);
    let lines = graph.lines.iter().filter_map(|line| {
        let (from, to) = (graph.entities.get(line.from)?.y, graph.queries.get(line.to)?.y);
        let path = format!("M{left} {from}C{0} {from} {0} {to} {right} {to}", left.midpoint(right));
        let number = (line.count > 1).then(|| {
            view! { <text class="count" x={right - 6} y={to - 4} text-anchor="end">{line.count}</text> }
        });
        Some(view! { <path d=path></path>{number} })
    });
    let lines: Vec<_> = lines.collect();
    let text = |x: usize, anchor: &'static str| {
        move |node: &super::graph::Node| {
            view! { <text x=x y={node.y + 4} text-anchor=anchor>{node.label.clone()}</text> }
        }
    };
    let entities: Vec<_> = graph.entities.iter().map(text(left - 6, "end")).collect();
    let queries: Vec<_> = graph.queries.iter().map(text(right + 6, "start")).collect();
    let label = format!(
        "{} and {} that show them",
        count(graph.entities.len(), "node of entities", "nodes of entities"),
        count(graph.queries.len(), "query", "queries")
    );
    let rest = (graph.left_out > 0).then(|| note(format!("{} more have no room.", graph.left_out)));
    view! {
        <svg class="graph" role="img" aria-label=label viewBox=format!("0 0 {WIDTH} {}", graph.height())>
            {lines}{entities}{queries}
        </svg>
        {rest}
    }
    .into_any()
}
