//! Which source a search asks.

use contract::FieldError;
use contract::places::{SourceInfo, SourceState};
use leptos::prelude::*;
use markup::{Node, view};

use crate::components::lead::external;
use crate::components::load::{lines, loaded, sentence};
use crate::reaction::Var;
use crate::{data, format};

/// The sources as radio buttons, each with what it covers, what it costs and its licence.
pub(super) fn choice(chosen: Var<String>, errors: Var<Vec<FieldError>>) -> Node {
    loaded(
        data::sources(),
        || lines(2),
        move |sources| {
            let error = errors.with(|errors| errors.iter().find(|error| error.field == "source").cloned());
            let options = sources.iter().map(|source| option(source, chosen)).collect::<Node>();
            view! {
                <fieldset class="sources" aria-describedby="source-error">
                    <legend class="field__label">"Source"</legend>
                    {options}
                    {error.map(|error| view! {
                        <p class="field__error" id="source-error" role="alert">{sentence(&error.message)}</p>
                    })}
                </fieldset>
            }
        },
    )
}

fn option(source: &SourceInfo, chosen: Var<String>) -> Node {
    let slug = source.source.clone();
    let (this, set) = (slug.clone(), slug.clone());
    let is_default = source.default;
    let usable = source.state == SourceState::Ready;
    let is_chosen = move || {
        let wanted = chosen.get();
        if wanted.is_empty() { is_default } else { wanted == this }
    };
    let starts_chosen = untrack(&is_chosen);
    let id = format!("source-{slug}");
    view! {
        <div class="source-option" class:source-option--off=!usable>
            <input type="radio" class="source-option__radio" name="source" id=id.clone() value=slug
                checked=starts_chosen prop:checked=is_chosen disabled=!usable
                aria-describedby=format!("{id}-about") on:change=move |_| chosen.set(set.clone())/>
            <label class="source-option__name" for=id.clone()>{source.name.clone()}</label>
            {about(source, &id)}
        </div>
    }
}

fn about(source: &SourceInfo, id: &str) -> Node {
    let places = source.places.map(|count| format!("{}. ", format::plural(count, "place", "places")));
    let licence = source.licence.clone();
    let licence = match source.licence_url.as_deref().and_then(format::web_link) {
        Some(url) => external(url, licence),
        None => view! { <span>{licence}</span> },
    };
    let kept = source.retention_days.map(|days| {
        let days = format::plural(u64::from(days), "day", "days");
        view! { <span>"Kept: "<strong>{days}</strong></span> }
    });
    view! {
        <div class="source-option__about" id=format!("{id}-about")>
            <p>{sentence(&source.coverage)}" "{places}</p>
            <p class="inline">
                <span>"Cost: "<strong>{source.cost.clone()}</strong></span>
                <span>"Licence: "{licence}</span>
                {kept}
            </p>
            {source.message.clone().map(|message| view! { <p class="field__error">{sentence(&message)}</p> })}
        </div>
    }
}
