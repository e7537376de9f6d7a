//! One query in all details, and what can be done to it.

use leptos::prelude::*;
use requery::{InspectedEntity, InspectedObserver, InspectedQuery, QueryKey, Timestamp};

use super::actions::Action;
use super::format::{ago, count, duration, gc_time, json, rule, stale_time, type_name, until};
use super::frame::{badge, fact, note};
use super::rows::{Condition, MOST};
use super::state::Panel;

pub(super) fn detail(panel: Panel, key: QueryKey) -> AnyView {
    let name = key.to_string();
    let (of_facts, of_data) = (key.clone(), key.clone());
    view! {
        <section class="detail" aria-label="Query">
            <div class="title">
                <code>{name}</code>
                <button type="button" class="back" on:click=move |_| {
                    panel.query.set(None);
                    panel.focus_filter();
                }>"Back to the list"</button>
            </div>
            {actions(panel, &key)}
            {move || facts(panel, &of_facts)}
            {move || data(panel, &of_data)}
        </section>
    }
    .into_any()
}

fn find(panel: Panel, key: &QueryKey) -> Option<InspectedQuery> {
    panel.seen.with(|seen| seen.queries.iter().find(|query| query.key == *key).cloned())
}

/// They stay in place while the query changes, so that a key pressed twice does the same twice.
fn actions(panel: Panel, key: &QueryKey) -> AnyView {
    let names = panel.client().map(|client| client.error_names()).unwrap_or_default();
    let chosen = RwSignal::new(names.first().map(ToString::to_string).unwrap_or_default());
    let button = |name: &'static str, make: fn() -> Action| {
        let key = key.clone();
        view! { <button type="button" on:click=move |_| panel.act(&make(), &key)>{name}</button> }
    };
    let plain = [
        button("Refetch", || Action::Refetch),
        button("Invalidate", || Action::Invalidate),
        button("Reset", || Action::Reset),
        button("Remove", || Action::Remove),
        button("Force loading", || Action::ForceLoading),
    ];
    let choice = (names.len() > 1).then(|| {
        let options: Vec<_> =
            names.iter().map(|name| view! { <option>{name.to_string()}</option> }).collect();
        view! {
            <select aria-label="Which error" on:change=move |event| chosen.set(event_target_value(&event))>
                {options}
            </select>
        }
    });
    let (of_error, of_undo, of_state) = (key.clone(), key.clone(), key.clone());
    let is_free = move || find(panel, &of_state).is_none_or(|query| query.forced.is_none());
    view! {
        <div class="actions" role="group" aria-label="Actions">
            {plain}
            <button type="button" on:click=move |_| panel.act(&Action::ForceError(chosen.get_untracked()), &of_error)>
                "Force error"
            </button>
            {choice}
            <button type="button" class="undo" disabled=is_free
                on:click=move |_| panel.act(&Action::Undo, &of_undo)>"Undo"</button>
        </div>
    }
    .into_any()
}

fn facts(panel: Panel, key: &QueryKey) -> AnyView {
    let Some(query) = find(panel, key) else { return note("This query is not in the cache any more.") };
    let now = panel.now.get();
    let observers: Vec<_> = query.observers.iter().enumerate().map(|it| observer(it, now)).collect();
    let entities = panel.seen.with(|seen| shown_by(&seen.entities, key));
    view! {
        <dl class="facts">
            <div class="fact"><dt>"State"</dt><dd>{states(&query)}</dd></div>
            {fact("Data", Some(data_words(&query)))}
            {fact("Updated", Some(updated(&query, now)))}
            {fact("Patched", (query.patched_at != Timestamp::ZERO).then(|| ago(query.patched_at, now)))}
            {fact("Stale", stale(&query, now))}
            {fact("Collected", Some(collected(&query, now)))}
            {fact("Error", query.error.clone())}
            {fact("Failures", failures(&query))}
            {fact("Next try", query.retry_at.map(|at| until(at, now)))}
            {fact("Layers", (query.layers > 0).then(|| query.layers.to_string()))}
            {fact("Meta", query.meta.as_ref().map(ToString::to_string))}
            {fact("Hash", Some(format!("{:016x}", query.hash)))}
        </dl>
        {heading(count(query.observers.len(), "observer", "observers"))}
        <ol class="observers">{observers}</ol>
        {(!entities.is_empty()).then(|| links(panel, entities))}
    }
    .into_any()
}

fn heading(text: String) -> AnyView {
    view! { <h3>{text}</h3> }.into_any()
}

fn states(query: &InspectedQuery) -> AnyView {
    let more = [
        (query.is_invalidated, "invalidated"),
        (query.is_stale, "stale"),
        (query.is_disabled, "disabled"),
        (!query.is_active, "inactive"),
    ];
    let first = Condition::of(query).name();
    let more = more.into_iter().filter(|(is, word)| *is && *word != first);
    let more: Vec<_> = more.map(|(_, word)| badge(word)).collect();
    view! { {badge(first)}{more} }.into_any()
}

fn data_words(query: &InspectedQuery) -> String {
    match query.data_type.map(type_name) {
        Some(name) if query.has_data => name,
        Some(name) => format!("none ({name})"),
        None if query.has_data => "JSON that nobody has read yet".to_owned(),
        None => "none".to_owned(),
    }
}

fn updated(query: &InspectedQuery, now: Timestamp) -> String {
    let times = usize::try_from(query.data_update_count).unwrap_or(usize::MAX);
    format!("{}, {}", ago(query.data_updated_at, now), count(times, "time", "times"))
}

fn stale(query: &InspectedQuery, now: Timestamp) -> Option<String> {
    let at = query.stale_at.filter(|_| query.has_data)?;
    Some(if at > now { until(at, now) } else { format!("since {}", duration(now.since(at))) })
}

fn collected(query: &InspectedQuery, now: Timestamp) -> String {
    match query.gc_at {
        Some(at) => until(at, now),
        None if query.observers.is_empty() => "never".to_owned(),
        None => format!("{} after the last observer", gc_time(query.gc_time)),
    }
}

fn failures(query: &InspectedQuery) -> Option<String> {
    let reason = query.failure_reason.as_ref()?;
    Some(format!("{}, {} in all; last: {reason}", query.failure_count, query.error_update_count))
}

fn observer((place, observer): (usize, &InspectedObserver), now: Timestamp) -> AnyView {
    let polls = observer.refetch_every.map(|every| {
        let next = observer.refetch_at.map(|at| format!(", next {}", until(at, now)));
        format!("every {}{}", duration(every), next.unwrap_or_default())
    });
    view! {
        <li>
            <span class="number">{place + 1}</span>
            {badge(if observer.is_enabled { "enabled" } else { "disabled" })}
            <dl class="facts">
                {fact("Freshness", Some(stale_time(observer.stale_time)))}
                {fact("On focus", Some(rule(observer.on_window_focus).to_owned()))}
                {fact("On reconnecting", Some(rule(observer.on_reconnect).to_owned()))}
                {fact("Polls", polls)}
                {fact("In the background", observer.refetch_every.map(|_| observer.in_background.to_string()))}
            </dl>
        </li>
    }
    .into_any()
}

fn shown_by(entities: &[InspectedEntity], key: &QueryKey) -> Vec<InspectedEntity> {
    entities.iter().filter(|entity| entity.shown_by.contains(key)).cloned().collect()
}

fn links(panel: Panel, entities: Vec<InspectedEntity>) -> AnyView {
    let title = heading(count(entities.len(), "entity", "entities"));
    let link = |entity: InspectedEntity| {
        let name = format!("{} {}", type_name(entity.kind), entity.id);
        let entity = (entity.kind, entity.id);
        view! {
            <li><button type="button" class="link" on:click=move |_| panel.show_entity(entity.clone())>{name}</button></li>
        }
    };
    let links: Vec<_> = entities.into_iter().take(MOST).map(link).collect();
    view! { {title}<ul class="links">{links}</ul> }.into_any()
}

fn data(panel: Panel, key: &QueryKey) -> AnyView {
    let Some(query) = find(panel, key).filter(|query| query.has_data) else { return ().into_any() };
    let data = panel.client().and_then(|client| client.inspect_data(&query.key));
    let shown = match data {
        Some(data) => {
            view! { <pre class="json" tabindex="0" aria-label="Data">{json(&data)}</pre> }.into_any()
        }
        None => note("These options do not write JSON, so that only its type is known (hydratable)."),
    };
    view! { {heading("Data".to_owned())}{shown} }.into_any()
}
