//! A query on the page: its shape while it loads, its data, or what went wrong and the way out.

use std::sync::Arc;

use client::ApiError;
use contract::number::upper_case;
use leptos::prelude::*;
use markup::{Node, view};
use requery_leptos::UseQuery;

use crate::components::icon::{Icon, icon};
use crate::reaction::{Derived, derive};

/// What a panel needs of a query besides its data.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    /// Why the last fetch failed.
    pub(crate) error: Derived<Option<Arc<ApiError>>>,
    /// Fetches again.
    pub(crate) retry: Callback<()>,
    /// A fetch is under way.
    pub(crate) fetching: Derived<bool>,
}

/// The untyped half of a query, so that error panels are compiled once.
pub(crate) fn load_of<T: PartialEq + Send + Sync + 'static>(query: UseQuery<T, ApiError>) -> Load {
    Load {
        error: derive(move || query.error()),
        retry: Callback::new(move |()| {
            let _ = query.refetch();
        }),
        fetching: derive(move || query.is_fetching()),
    }
}

/// The query's data through `content`; before that `waiting`, the shape of what comes. Data stays on the
/// page when it cannot be refreshed, with a line that says so.
pub(crate) fn loaded<T: PartialEq + Send + Sync + 'static>(
    query: UseQuery<T, ApiError>,
    waiting: fn() -> Node,
    content: impl Fn(Arc<T>) -> Node + Send + Sync + 'static,
) -> Node {
    let load = load_of(query);
    view! {
        {move || match query.data() {
            Some(data) => content(data),
            None => missing(load, waiting),
        }}
        {stale_line(load, derive(move || query.data().is_some()))}
    }
}

/// What stands where there is no data: the error if there is one, else `waiting`.
pub(crate) fn missing(load: Load, waiting: fn() -> Node) -> Node {
    load.error.get().map_or_else(waiting, |error| failed(&error, load))
}

/// What happened, and a way to try again.
pub(crate) fn failed(error: &ApiError, load: Load) -> Node {
    let request = error.request_id().map(str::to_owned);
    view! {
        <div class="failed" role="alert">
            {icon(Icon::Alert)}
            <div>
                <p class="failed__title">"This could not be loaded"</p>
                <p>{sentence(&error.to_string())}</p>
                {request.map(|id| view! { <p class="muted">"Request " <code>{id}</code></p> })}
            </div>
            {retry_button(load)}
        </div>
    }
}

/// A line that says that the data on the page could not be refreshed.
pub(crate) fn stale_line(load: Load, has_data: Derived<bool>) -> Node {
    view! {
        {move || load.error.get().filter(|_| has_data.get()).map(|error| view! {
            <p class="stale" role="status">
                <span>{format!("Not up to date: {error}")}</span>
                {retry_button(load)}
            </p>
        })}
    }
}

fn retry_button(load: Load) -> Node {
    view! {
        <button type="button" class="btn" prop:disabled=move || load.fetching.get()
            on:click=move |_| load.retry.run(())>
            {icon(Icon::Retry)}
            <span>"Try again"</span>
        </button>
    }
}

/// What is missing and a way to try again, where there is room for a few words.
pub(crate) fn try_again(text: &'static str, again: Callback<()>) -> Node {
    view! { <button type="button" class="chip" on:click=move |_| again.run(())>{icon(Icon::Retry)}{text}</button> }
}

/// A message's fragment as a sentence: `no such lead` is `No such lead.`
pub(crate) fn sentence(fragment: &str) -> String {
    let first = fragment.chars().next().map_or(0, char::len_utf8);
    let (first, rest) = fragment.split_at(first);
    let mut text = upper_case(first) + rest;
    if !text.ends_with(['.', '?', '!']) {
        text.push('.');
    }
    text
}

/// Grey bars in the shape of `rows` lines of text.
pub(crate) fn lines(rows: usize) -> Node {
    let bars = (0..rows).map(|_| view! { <div class="skeleton__line"></div> }).collect::<Node>();
    view! {
        <div class="skeleton" role="status" aria-label="Loading">{bars}</div>
        <noscript class="muted">"This part could not be loaded. Reload the page to try again."</noscript>
    }
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn fragments_become_sentences() {
        assert_eq!(sentence("no lead has id 5; go back"), "No lead has id 5; go back.");
        assert_eq!(sentence("Already one."), "Already one.");
        assert_eq!(sentence("élan"), "Élan.");
    }
}
