//! What happened last: leads that came or changed, and jobs that began or ended, the latest first.

use contract::job::JobQuery;
use contract::query::{BusinessSort, SortKey};
use contract::{Business, BusinessQuery, Job, Page, Shared, Timestamp};
use markup::{Node, view};

use crate::components::load::{lines, load_of, missing, stale_line};
use crate::reaction::derive;
use crate::{clock, data, routes, search_job};

/// The most lines.
const SHOWN: u32 = 8;

/// The leads that changed last.
pub(crate) fn changed_leads() -> BusinessQuery {
    let sort = Some(BusinessSort(vec![(SortKey::UpdatedAt, true)]));
    BusinessQuery { sort, limit: Some(SHOWN), ..BusinessQuery::default() }
}

/// The newest jobs.
pub(crate) fn newest_jobs() -> JobQuery {
    JobQuery { limit: Some(SHOWN), ..JobQuery::default() }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
struct Happened {
    at: Timestamp,
    what: String,
    href: String,
    how: String,
}

/// The list.
pub(super) fn activity() -> Node {
    let (leads, jobs) = (data::leads(changed_leads), data::latest_jobs(newest_jobs));
    let load = load_of(leads);
    let has_data = derive(move || leads.data().is_some());
    view! {
        {move || match leads.data() {
            Some(page) => list(&latest(&page, &jobs.data().unwrap_or_default())),
            None => missing(load, || lines(6)),
        }}
        {stale_line(load, has_data)}
    }
}

fn latest(leads: &Page<Shared<Business>>, jobs: &[Job]) -> Vec<Happened> {
    let leads = leads.data.iter().map(|lead| of_lead(lead));
    let jobs = jobs.iter().map(of_job);
    let mut all: Vec<Happened> = leads.chain(jobs).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.at));
    all.truncate(SHOWN as usize);
    all
}

fn of_lead(lead: &Business) -> Happened {
    let how = if lead.created_at == lead.updated_at { "Added" } else { "Changed" };
    Happened {
        at: lead.updated_at,
        what: lead.name.clone(),
        href: routes::lead(lead.id),
        how: how.to_owned(),
    }
}

fn of_job(job: &Job) -> Happened {
    let at = job.finished_at.or(job.started_at).unwrap_or(job.created_at);
    let status = search_job::status_label(job);
    let counted = search_job::counted(job);
    let how = if counted.is_empty() { status.to_owned() } else { format!("{status}, {counted}") };
    Happened { at, what: search_job::title(job), href: routes::job(job.job_id), how }
}

fn list(all: &[Happened]) -> Node {
    if all.is_empty() {
        return view! { <p class="muted panel__empty">"What happens appears here."</p> };
    }
    let rows = all.iter().map(|one| {
        view! {
            <li class="lead-line">
                <a class="lead-line__name" href=one.href.clone() data-row="">{one.what.clone()}</a>
                <span class="lead-line__what muted">{one.how.clone()}</span>
                <span class="lead-line__note num">{clock::time(one.at)}</span>
            </li>
        }
    });
    view! { <ul class="list">{rows.collect::<Node>()}</ul> }
}

#[cfg(test)]
mod tests {
    use contract::PageMeta;

    use super::*;
    use crate::samples;

    #[test]
    fn leads_and_jobs_stand_in_the_order_in_which_they_happened() {
        let lead = |id: i64, minutes: i64, name: &str| {
            let at = samples::ago(minutes);
            Shared::new(Business { updated_at: at, ..samples::business(id, name) })
        };
        let leads = vec![lead(1, 2, "Kahvila"), lead(2, 90, "Kauppa")];
        let leads = Page { data: leads, meta: PageMeta::new(2, 1, SHOWN, None) };
        let job = Job { started_at: Some(samples::ago(5)), finished_at: None, ..samples::running_search() };
        let all = latest(&leads, &[job]);
        let how: Vec<_> = all.iter().map(|one| one.how.split(',').next().unwrap_or_default()).collect();
        assert_eq!(how, ["Changed", "Running", "Added"]);
        assert_eq!(latest(&leads, &[]).len(), 2, "what is known is shown though the rest is not");
    }
}
