//! Find: the search form. It is a plain form that works without script; with it, fields suggest and errors
//! appear in place.

mod area;
mod sources;

use contract::number::fixed;
use contract::places::{CategorySuggestion, LocationSuggestion};
use contract::{FieldError, Job, Problem};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use markup::{Node, view};

use crate::address::use_address;
use crate::components::combobox::{Choice, combobox};
use crate::components::field::{FieldState, FieldText, field, input};
use crate::components::icon::{Icon, icon};
use crate::components::job::job_row_parts;
use crate::components::load::{lines, loaded, sentence};
use crate::components::panel::{page_head, panel};
use crate::data::StartSearch;
use crate::find_form::FindForm;
use crate::reaction::{Var, derive, react};
use crate::search_job::SearchJob;
use crate::state::use_page_state;
use crate::toast::use_toasts;
use crate::{data, format};

const LOCATION: FieldText = FieldText {
    name: "location",
    label: "Location",
    hint: "A town, a US ZIP code, or latitude and longitude.",
};
const CATEGORY: FieldText =
    FieldText { name: "category", label: "Trade", hint: "Leave empty for every trade." };
const QUERY: FieldText = FieldText { name: "query", label: "Words in the name", hint: "Optional." };
const RADIUS: FieldText = FieldText { name: "radiusKm", label: "Radius in km", hint: "0.1 to 50." };
const MAX: FieldText =
    FieldText { name: "maxResults", label: "At most", hint: "1 to 5000, the nearest first." };

/// The form's fields and what is wrong with them.
#[derive(Clone, Copy)]
struct Form {
    location: FieldState,
    category: FieldState,
    query: FieldState,
    radius: FieldState,
    max: FieldState,
    source: Var<String>,
    errors: Var<Vec<FieldError>>,
}

impl Form {
    fn new(start: &FindForm, errors: Var<Vec<FieldError>>) -> Self {
        let field = |text: FieldText, value: &str| {
            let error =
                move || errors.with(|errors| errors.iter().find(|error| error.field == text.name).cloned());
            FieldState::new(value.to_owned(), derive(error))
        };
        Self {
            location: field(LOCATION, &start.location),
            category: field(CATEGORY, &start.category),
            query: field(QUERY, &start.query),
            radius: field(RADIUS, &start.radius_km),
            max: field(MAX, &start.max_results),
            source: Var::new(start.source.clone()),
            errors,
        }
    }

    fn typed(self) -> FindForm {
        FindForm {
            location: self.location.value.get_untracked(),
            category: self.category.value.get_untracked(),
            query: self.query.value.get_untracked(),
            radius_km: self.radius.value.get_untracked(),
            max_results: self.max.value.get_untracked(),
            source: self.source.get_untracked(),
            idempotency_key: String::new(),
        }
    }

    fn fill(self, with: &FindForm) {
        self.location.value.set(with.location.clone());
        self.category.value.set(with.category.clone());
        self.query.value.set(with.query.clone());
        self.radius.value.set(with.radius_km.clone());
        self.max.value.set(with.max_results.clone());
        self.source.set(with.source.clone());
        self.errors.set(Vec::new());
    }

    /// The focus goes to the first field that is wrong.
    fn show_errors(self, errors: Vec<FieldError>) {
        let first = [
            (LOCATION, self.location),
            (CATEGORY, self.category),
            (QUERY, self.query),
            (RADIUS, self.radius),
            (MAX, self.max),
        ]
        .into_iter()
        .find(|(text, _)| errors.iter().any(|error| error.field == text.name));
        self.errors.set(errors);
        if let Some(input) = first.and_then(|(_, field)| field.input.get_untracked()) {
            let _ = input.focus();
        }
    }
}

/// The page.
pub(crate) fn find_page() -> Node {
    let (form, refused) = start();
    let focused = Var::new(false);
    let places = data::locations(form.location.value, focused);
    let toasts = use_toasts();
    let again = data::use_start_search(move |error| toasts.failed(sentence(&error.to_string())));
    view! {
        {page_head(|| "Find leads".to_owned(), Node::nothing())}
        <div class="columns columns--wide">
            {panel("search", "New search", Node::nothing(), search_form(form, refused, places, focused))}
            <div class="stack">
                {area::preview(form.location.value, form.radius.value, places)}
                {panel("recent-searches", "Recent searches", Node::nothing(), recent_searches(again))}
            </div>
        </div>
    }
}

/// The form as the address or the refused one fills it in, and why that was refused.
fn start() -> (Form, Option<Problem>) {
    let failure = use_page_state().find_failure;
    let typed = match &failure {
        Some(failure) => failure.form.clone(),
        None => FindForm::from_search(&use_address().search.get_untracked()),
    };
    let refused = failure.map(|failure| failure.problem);
    let errors = refused.as_ref().map(|problem| problem.errors.clone()).unwrap_or_default();
    let form = Form::new(&typed, Var::new(errors));
    follow_address(form);
    (form, refused)
}

fn search_form(form: Form, refused: Option<Problem>, places: data::Places, focused: Var<bool>) -> Node {
    let general = Var::new(refused.filter(|problem| problem.errors.is_empty()).map(|problem| problem.detail));
    let start_search = data::use_start_search(move |error| {
        let wrong = error.problem.as_ref().map(|problem| problem.errors.clone()).unwrap_or_default();
        general.set(wrong.is_empty().then(|| error.to_string()));
        form.show_errors(wrong);
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        general.set(None);
        match form.typed().to_request() {
            Ok(request) => {
                form.errors.set(Vec::new());
                start_search.run(request);
            }
            Err(errors) => form.show_errors(errors),
        }
    };
    let pending = start_search.pending;
    view! {
        <form class="form" method="post" action="/find" novalidate aria-label="New search" on:submit=submit>
            {location_field(form.location, places, focused)}
            {category_field(form.category)}
            {field(QUERY, form.query, input(QUERY, form.query, "text", ""))}
            <div class="form__pair">
                {field(RADIUS, form.radius, input(RADIUS, form.radius, "decimal", "5"))}
                {field(MAX, form.max, input(MAX, form.max, "numeric", "50"))}
            </div>
            {sources::choice(form.source, form.errors)}
            <input type="hidden" name="idempotencyKey" value=use_page_state().form_key/>
            {move || general.get().map(|text| view! {
                <p class="form__error" role="alert">{icon(Icon::Alert)}{sentence(&text)}</p>
            })}
            <div class="form__actions">
                <button type="submit" class="btn btn--primary btn--wide" prop:disabled=move || pending.get()>
                    {icon(Icon::Search)}
                    <span>{move || if pending.get() { "Starting" } else { "Find" }}</span>
                </button>
            </div>
        </form>
    }
}

fn location_field(state: FieldState, places: data::Places, focused: Var<bool>) -> Node {
    let choices = derive(move || {
        let found = places.data();
        found.map(|found| found.iter().map(location_choice).collect::<Vec<_>>()).unwrap_or_default()
    });
    combobox(LOCATION, state, "Helsinki", choices, Vec::new(), focused)
}

fn location_choice(place: &LocationSuggestion) -> Choice {
    let note = format!("{}, {}", fixed(place.latitude, 2), fixed(place.longitude, 2));
    Choice { value: place.label.clone(), label: place.label.clone(), note: Some(note) }
}

fn category_field(state: FieldState) -> Node {
    let focused = Var::new(false);
    let suggestions = data::categories(state.value, focused);
    let choices = derive(move || {
        let found = suggestions.data();
        found.map(|found| found.iter().map(category_choice).collect::<Vec<_>>()).unwrap_or_default()
    });
    // For browsers without script, so that the page need not follow them.
    let commonest = untrack(|| data::commonest_categories().data());
    let commonest = commonest.map(|found| found.iter().map(category_choice).collect()).unwrap_or_default();
    combobox(CATEGORY, state, "Restaurant", choices, commonest, focused)
}

fn category_choice(category: &CategorySuggestion) -> Choice {
    let matched = category.matched.as_ref().map(|word| format!("also “{word}”"));
    Choice {
        value: category.label.clone(),
        label: category.label.clone(),
        note: Some(matched.unwrap_or_else(|| format::label(&category.industry))),
    }
}

fn recent_searches(again: StartSearch) -> Node {
    loaded(
        data::scrape_jobs(),
        || lines(6),
        move |jobs| {
            if jobs.is_empty() {
                let text = "Searches appear here, to be looked at or run again.";
                return view! { <p class="muted panel__empty">{text}</p> };
            }
            let rows = jobs.iter().take(8).map(|job| recent_search(job, again)).collect::<Node>();
            view! { <ul class="list">{rows}</ul> }
        },
    )
}

fn recent_search(job: &Job, again: StartSearch) -> Node {
    let again = SearchJob::of(job).map(|search| run_again(&search, again));
    view! { <li class="job-row">{job_row_parts(job)}{again}</li> }
}

/// The same search at once, or to change something of it first. Without script the button sends a form of its own.
fn run_again(search: &SearchJob, start: StartSearch) -> Node {
    let form = FindForm::from_request(&search.request);
    let fields = form.pairs().into_iter();
    let fields = fields.map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let request = search.request.clone();
    view! {
        <div class="inline">
            <form method="post" action="/find" on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                start.run(request.clone());
            }>
                {fields.collect::<Node>()}
                <button type="submit" class="chip" aria-label=format!("Search again: {}", search.title())
                    prop:disabled=move || start.pending.get()>{icon(Icon::Retry)}"Search again"</button>
            </form>
            <a href=form.url() data-noscroll="">"Fill in the form"</a>
        </div>
    }
}

/// A link to this page with other values fills them in, though the page stays.
fn follow_address(form: Form) {
    let search = use_address().search;
    let mut before = None;
    react(move || {
        let now = search.get();
        if before.replace(now.clone()).is_some_and(|before| before != now) {
            form.fill(&FindForm::from_search(&now));
        }
    });
}
