//! The list of mutations, the newest first, and one of them in all details.

use leptos::prelude::*;
use requery::{InspectedMutation, Timestamp};

use super::format::{ago, json, until};
use super::frame::{badge, fact, filter, note};
use super::rows::{MOST, has_words, mutation_word};
use super::state::Panel;

pub(super) fn tab(panel: Panel) -> AnyView {
    let detail = move || panel.mutation.get().map(|id| detail(panel, id));
    view! {
        <div class="split" data-detail=move || panel.mutation.get().is_some().to_string()>
            <div class="side">
                <div class="tools">{filter(panel, "Filter mutations by key or state")}</div>
                {move || list(panel)}
            </div>
            {detail}
        </div>
    }
    .into_any()
}

fn name(mutation: &InspectedMutation) -> String {
    mutation.key.as_ref().map_or_else(|| "(no key)".to_owned(), ToString::to_string)
}

fn list(panel: Panel) -> AnyView {
    let (seen, words) = (panel.seen.get(), panel.filter.get());
    let word = |it: &InspectedMutation| mutation_word(it.status, it.is_paused);
    let fits = |it: &&InspectedMutation| has_words(&format!("{} {}", name(it), word(it)), &words);
    let all: Vec<_> = seen.mutations.iter().rev().filter(fits).take(MOST).cloned().collect();
    let is_empty = all.is_empty().then(|| {
        note(if seen.mutations.is_empty() {
            "Nothing was written yet."
        } else {
            "No mutation fits the filter."
        })
    });
    let rows: Vec<_> = all.into_iter().map(|mutation| row(panel, mutation)).collect();
    view! { <ul class="rows" aria-label="Mutations">{rows}</ul>{is_empty} }.into_any()
}

fn row(panel: Panel, mutation: InspectedMutation) -> AnyView {
    let InspectedMutation { id, status, is_paused, submitted_at, .. } = mutation;
    let text = name(&mutation);
    let is_chosen = panel.mutation.get() == Some(id);
    let time = ago(submitted_at, panel.now.get());
    view! {
        <li>
            <button type="button" class="row" aria-current=is_chosen.then_some("true")
                on:click=move |_| panel.mutation.set(Some(id))>
                {badge(mutation_word(status, is_paused))}<code>{text}</code>
                <span class="number">{id}</span><span class="time">{time}</span>
            </button>
        </li>
    }
    .into_any()
}

fn detail(panel: Panel, id: u64) -> AnyView {
    view! {
        <section class="detail" aria-label="Mutation">
            <div class="title">
                <code>{format!("Mutation {id}")}</code>
                <button type="button" class="back" on:click=move |_| {
                    panel.mutation.set(None);
                    panel.focus_filter();
                }>"Back to the list"</button>
            </div>
            {move || facts(panel, id)}
        </section>
    }
    .into_any()
}

fn facts(panel: Panel, id: u64) -> AnyView {
    let found = panel.seen.with(|seen| seen.mutations.iter().find(|it| it.id == id).cloned());
    let Some(mutation) = found else { return note("This mutation is not in the cache any more.") };
    let now: Timestamp = panel.now.get();
    let yes = |is: bool| is.then(|| "yes".to_owned());
    let variables = mutation.variables.as_ref().map(|variables| {
        view! { <h3>"Variables"</h3><pre class="json" tabindex="0" aria-label="Variables">{json(variables)}</pre> }
    });
    view! {
        <dl class="facts">
            <div class="fact">
                <dt>"State"</dt><dd>{badge(mutation_word(mutation.status, mutation.is_paused))}</dd>
            </div>
            {fact("Key", Some(name(&mutation)))}
            {fact("Called", Some(ago(mutation.submitted_at, now)))}
            {fact("Observed", yes(mutation.is_observed))}
            {fact("Layer in place", yes(mutation.has_layer))}
            {fact("Scope", mutation.scope.as_ref().map(ToString::to_string))}
            {fact("Idempotency key", Some(mutation.idempotency_key.to_string()))}
            {fact("Error", mutation.error.clone())}
            {fact("Failures", mutation.failure_reason.as_ref().map(|it| format!("{}; last: {it}", mutation.failure_count)))}
            {fact("Next try", mutation.retry_at.map(|at| until(at, now)))}
            {fact("Collected", mutation.gc_at.map(|at| until(at, now)))}
            {fact("Meta", mutation.meta.as_ref().map(ToString::to_string))}
        </dl>
        {variables}
    }
    .into_any()
}
