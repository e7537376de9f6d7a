//! One job, live: how far it is, what it counted, and the leads of its area as they come.

use contract::{Business, BusinessId, BusinessQuery, GeoPoint, Job, JobId, JobStatus, Page, Shared};
use markup::{Node, keyed, view};

use crate::address::use_address;
use crate::components::badge::job_badge;
use crate::components::icon::{Icon, icon};
use crate::components::job::{Phase, has_progress, job_actions, progress};
use crate::components::lead::{lead_key, lead_line_parts};
use crate::components::load::{lines, load_of, missing, sentence, stale_line};
use crate::components::map::{Pin, map};
use crate::components::panel::{empty, link_button, page_head, panel};
use crate::find_form::FindForm;
use crate::pages::not_found::nothing_there;
use crate::reaction::{Var, derive, derive_from};
use crate::routes::Route;
use crate::search_job::{self, SearchJob};
use crate::state::use_page_state;
use crate::{clock, data, format, leads_url, routes};

/// The most leads that the page lists and draws.
pub(crate) const SHOWN: u32 = 200;

/// The page.
pub(crate) fn job_page() -> Node {
    let path = use_address().path;
    let id = derive_from(move |before: Option<&Option<JobId>>| match Route::parse(&path.get()) {
        Some(Route::Job(id)) => Some(id),
        _ => before.copied().flatten(),
    });
    let missing_path = use_page_state().missing;
    let job = data::job(move || id.get());
    let load = load_of(job);
    let is_missing = derive(move || {
        let known_missing = id.get().is_none_or(|id| missing_path == Some(routes::job(id)));
        job.data().is_none() && (known_missing || job.error().is_some_and(|error| error.is_not_found()))
    });
    let area = derive(move || job.data().and_then(|job| Some(Area::of(&SearchJob::of(&job)?, &job))));
    let is_here = derive(move || job.data().is_some());
    let head = move || {
        if is_missing.get() {
            return nothing_there(
                "No such job",
                "It may be older than the record of jobs.",
                "/jobs",
                "All jobs",
            );
        }
        // The title stands before the job is there, and keeps the focus when it comes.
        view! {
            <nav class="crumbs" aria-label="Breadcrumb"><a href="/jobs">"Jobs"</a></nav>
            {title_of(job)}
            {move || if is_here.get() { job_view(job) } else { missing(load, || lines(8)) }}
        }
    };
    view! {
        {head}
        {move || area.get().map(results)}
    }
}

/// What the job is called and what can be done with it, as far as that is known.
fn title_of(job: data::OneJob) -> Node {
    let title = derive(move || job.data().map_or_else(|| "Job".to_owned(), |job| search_job::title(&job)));
    let phase = derive(move || job.data().map(|job| Phase::of(&job)));
    let actions = view! { {move || phase.get().map(job_actions)} {part(job, again)} };
    page_head(move || title.get(), actions)
}

/// A part of the page that follows the job.
fn part(job: data::OneJob, part: fn(&Job) -> Option<Node>) -> impl Fn() -> Option<Node> {
    move || job.data().and_then(|job| part(&job))
}

/// What is shown of a job that is there: made once, its parts follow the job.
fn job_view(job: data::OneJob) -> Node {
    let part = move |show| part(job, show);
    let spoken = derive(move || job.data().map(|job| spoken(&job)).unwrap_or_default());
    view! {
        <section class="panel job" aria-label="Progress">
            {part(|job| Some(standing(job)))}
            <p class="hidden" role="status">{move || spoken.get()}</p>
        </section>
        {part(failure)}
        {part(nothing_found)}
    }
}

fn standing(job: &Job) -> Node {
    view! {
        <p class="status-line">{job_badge(job)}{timing(job)}</p>
        {has_progress(job).then(|| progress(job))}
        {counts(job)}
        {(job.counts.rejected > 0).then(|| rejected(job))}
    }
}

/// The records that could not be used, as a file.
fn rejected(job: &Job) -> Node {
    let href = format!("/api/jobs/{}/rejected", job.job_id);
    view! { <p><a href=href rel="external" download="">"Rejected records, with the reason of each"</a></p> }
}

/// A link to the form that asks for the same again.
fn again(job: &Job) -> Option<Node> {
    let search = SearchJob::of(job)?;
    let url = FindForm::from_request(&search.request).url();
    Some(link_button("btn", url, Icon::Search, "Change and search again"))
}

fn timing(job: &Job) -> Node {
    let attempts = (job.attempt > 1).then(|| format!("attempt {} of {}", job.attempt, job.max_attempts));
    let took =
        job.started_at.zip(job.finished_at).map(|(from, to)| format!("took {}", format::duration(from, to)));
    view! {
        <span class="muted">"asked for "{clock::time(job.created_at)}</span>
        {took.map(|took| view! { <span class="muted">{took}</span> })}
        {attempts.map(|attempts| view! { <span class="muted">{attempts}</span> })}
    }
}

fn counts(job: &Job) -> Node {
    let counts = job.counts;
    let count = |name: &'static str, value: u64, about: &'static str| {
        view! {
            <div class="count" title=about>
                <dt>{name}</dt>
                <dd>{format::number(value)}</dd>
            </div>
        }
    };
    view! {
        <dl class="counts">
            {count("Found", counts.found, "Places that answer the search")}
            {count("New", counts.saved, "Stored as new leads")}
            {count("Merged", counts.merged, "Known already; what they added was kept")}
            {count("Rejected", counts.rejected, "Could not be used, each with a reason")}
            {count("Closed", counts.closed, "Closed for good, left out")}
        </dl>
    }
}

/// What a reader hears: a change of state, and each quarter of the way, not every row.
fn spoken(job: &Job) -> String {
    if job.status.is_finished() {
        return format!("{}. {}.", search_job::status_label(job), search_job::summary(&job.counts));
    }
    let quarter = job.progress.total.map(|total| format::percent(job.progress.done, total) / 25 * 25);
    match quarter {
        Some(quarter) if quarter > 0 => format!("{}, {quarter} percent.", search_job::status_label(job)),
        _ => format!("{}.", search_job::status_label(job)),
    }
}

fn failure(job: &Job) -> Option<Node> {
    let error = job.error.clone()?;
    let (title, class) = if job.status == JobStatus::Failed {
        ("The job was given up", "failed")
    } else {
        ("The last attempt failed; the job goes on by itself", "failed failed--mild")
    };
    let view = view! {
        <div class=class role="alert">
            {icon(Icon::Alert)}
            <div>
                <p class="failed__title">{title}</p>
                <p>{sentence(&error)}</p>
            </div>
        </div>
    };
    Some(view)
}

/// What to try when a search ended without any place.
fn nothing_found(job: &Job) -> Option<Node> {
    if job.status != JobStatus::Completed || job.counts.found > 0 {
        return None;
    }
    let search = SearchJob::of(job)?;
    let attempts = alternatives(&search)
        .into_iter()
        .map(|(text, form)| view! { <li><a class="chip" href=form.url()>{text}</a></li> });
    let actions = view! { <ul class="chips" aria-label="What to try">{attempts.collect::<Node>()}</ul> };
    Some(empty(
        Icon::Search,
        "Nothing found",
        "The source knows no such place within the radius. Try one of these:",
        actions,
    ))
}

fn alternatives(search: &SearchJob) -> Vec<(String, FindForm)> {
    let radius = search.request.radius_or_default();
    let wider = (radius * 4.0).min(50.0);
    let mut tries = Vec::new();
    let mut add = |text: String, change: &dyn Fn(&mut FindForm)| {
        let mut form = FindForm::from_request(&search.request);
        change(&mut form);
        tries.push((text, form));
    };
    if wider > radius {
        add(format!("Within {}", format::distance(wider)), &|form| {
            form.radius_km = contract::number::text(wider);
        });
    }
    if search.request.query.is_some() {
        add("Any name".to_owned(), &|form| form.query.clear());
    }
    if search.request.category.is_some() {
        add("Every trade".to_owned(), &|form| form.category.clear());
    }
    add("Another place".to_owned(), &|form| form.location.clear());
    tries
}

/// Where a search's leads are: stable while its job moves on, so that the list below is made once.
#[derive(Clone, Debug, PartialEq)]
struct Area {
    query: BusinessQuery,
    centre: Option<GeoPoint>,
    radius_km: f64,
    since: contract::Timestamp,
}

impl Area {
    fn of(search: &SearchJob, job: &Job) -> Self {
        Self {
            query: search.leads(job),
            centre: search.centre,
            radius_km: search.request.radius_or_default(),
            since: job.created_at,
        }
    }
}

fn results(area: Area) -> Node {
    let query = area.query.clone();
    let list = data::leads(move || BusinessQuery { limit: Some(SHOWN), ..query.clone() });
    let marked = Var::new(None);
    let drawing = area.centre.map(|centre| {
        let pins = derive(move || {
            list.data()
                .map(|page| page.data.iter().filter_map(|row| Pin::of(row)).collect::<Vec<_>>())
                .unwrap_or_default()
        });
        panel("map", "Map", Node::nothing(), map(centre, area.radius_km, pins, marked))
    });
    let all = view! { <a class="panel__more" href=leads_url::url(&area.query)>"Open as a list"</a> };
    view! {
        <div class="columns columns--wide columns--results">
            {panel("results", "Leads in this area", all, result_list(list, area, marked))}
            {drawing}
        </div>
    }
}

fn result_list(list: data::Leads, area: Area, marked: Var<Option<BusinessId>>) -> Node {
    let load = load_of(list);
    let has_rows = derive(move || list.data().map(|page| !page.data.is_empty()));
    let rows = move || list.data().map(|page| page.data.clone()).unwrap_or_default();
    let (centre, since) = (area.centre, area.since);
    let body = move || match has_rows.get() {
        None => view! { {move || missing(load, || lines(8))} },
        Some(false) => {
            view! { <p class="muted panel__empty">"Leads appear here as they are stored."</p> }
        }
        Some(true) => view! {
            <ul class="list list--results" aria-label="Leads in this area">
                {keyed(rows, |lead| lead_key(lead), move |lead| row(&lead, centre, since, marked))}
            </ul>
            {move || list.data().and_then(|page| more(&page))}
        },
    };
    view! {
        {body}
        {stale_line(load, derive(move || has_rows.get().is_some()))}
    }
}

fn more(page: &Page<Shared<Business>>) -> Option<Node> {
    let more = page.meta.total.saturating_sub(page.data.len() as u64);
    let text = format!("and {} more", format::number(more));
    (more > 0).then(|| view! { <p class="panel__foot muted">{text}</p> })
}

fn row(
    lead: &Business,
    centre: Option<GeoPoint>,
    since: contract::Timestamp,
    marked: Var<Option<BusinessId>>,
) -> Node {
    let id = lead.id;
    let away = centre.zip(lead.location()).map(|(centre, point)| format::distance(centre.distance_km(point)));
    let is_new = lead.created_at >= since;
    let hover = data::use_prefetch_lead();
    view! {
        <li class="lead-line" class:lead-line--new=is_new class:lead-line--marked=move || marked.get() == Some(id)
            on:pointerenter=move |_| { marked.set(Some(id)); hover(id); }
            on:pointerleave=move |_| marked.set(None)>
            {is_new.then(|| view! { <span class="hidden">"New: "</span> })}
            {lead_line_parts(lead, away)}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries(request: &str) -> Vec<String> {
        let job = crate::samples::search(JobStatus::Completed, serde_json::from_str(request).unwrap());
        alternatives(&SearchJob::of(&job).unwrap())
            .into_iter()
            .map(|(text, form)| format!("{text}: {}", form.url()))
            .collect()
    }

    #[test]
    fn what_to_try_loosens_one_condition_at_a_time() {
        assert_eq!(
            tries(r#"{"location":"Inari","category":"barber","radiusKm":5.0}"#),
            [
                "Within 20 km: /find?location=Inari&category=barber&radiusKm=20",
                "Every trade: /find?location=Inari&radiusKm=5",
                "Another place: /find?category=barber&radiusKm=5",
            ]
        );
        assert_eq!(tries(r#"{"location":"Inari","radiusKm":50}"#), ["Another place: /find?radiusKm=50"]);
    }

    #[test]
    fn readers_hear_quarters_and_the_end() {
        let mut job = crate::samples::search(JobStatus::Running, serde_json::json!({"location": "Inari"}));
        job.progress = contract::JobProgress { done: 10, total: Some(100), ..Default::default() };
        assert_eq!(spoken(&job), "Running.");
        job.progress.done = 60;
        assert_eq!(spoken(&job), "Running, 50 percent.");
        job.status = JobStatus::Completed;
        assert_eq!(spoken(&job), "Done. 0 found.");
    }
}
