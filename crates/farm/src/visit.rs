//! The real crawler on every site of a farm.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use contract::{Business, BusinessId, Timestamp};
use enrichment::address::Names;
use enrichment::crawl::{Reading, crawl};
use enrichment::{Fetcher, FetcherConfig, Outcome};
use extraction::Findings;
use futures::{StreamExt, stream};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::judge::{self, Violation};
use crate::score::Score;
use crate::server::Served;
use crate::site::Site;

/// Sites that are visited at once.
const AT_ONCE: usize = 48;

/// What is to be visited.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Decides the sites.
    pub(crate) seed: u64,
    /// How many there are.
    pub(crate) sites: usize,
    /// The most bytes of a page that are read, if not as many as the crawler reads by itself.
    pub(crate) max_bytes: Option<usize>,
}

/// How one visit ended.
#[derive(Debug)]
struct Visit {
    due: Outcome,
    outcome: Outcome,
    score: Score,
    /// What is wrong with the outcome, in words.
    note: Option<String>,
}

/// What came of all visits.
#[derive(Debug, Default)]
pub(crate) struct Visits {
    /// Each due outcome with the one that came, and how often.
    pub(crate) outcomes: Vec<(Outcome, Outcome)>,
    pub(crate) score: Score,
    /// Outcomes that were not due, in words.
    pub(crate) surprises: Vec<String>,
    pub(crate) violations: Vec<Violation>,
    /// How long all of it took, as the crawler saw it.
    pub(crate) virtual_time: Duration,
    /// Requests that the farm was asked.
    pub(crate) requests: usize,
    /// Attempts to reach something else.
    pub(crate) outside: usize,
}

/// Grows the sites of the plan, and visits each. Time is virtual: call it on a runtime whose clock is paused.
///
/// # Errors
/// When the machine gives no sockets.
pub(crate) async fn all(plan: Plan) -> Result<Visits> {
    let _steady = AbortOnDropHandle::new(tokio::spawn(steady_clock()));
    let served = Served::start(plan.seed, plan.sites).await?;
    let farm = &served.farm;
    let mut config = FetcherConfig::new("https://letip.example/crawler");
    config.guard = farm.guard();
    config.names = Arc::clone(farm) as Arc<dyn Names>;
    config.max_bytes = plan.max_bytes.unwrap_or(config.max_bytes);
    let (fetcher, began) = (Fetcher::new(config)?, Instant::now());
    let each = farm.sites.iter().flat_map(|site| std::iter::repeat_n(site, site.businesses));
    let mut visiting = stream::iter(each).map(|site| visit(&fetcher, site)).buffer_unordered(AT_ONCE);
    let mut visits = Visits::default();
    while let Some(visit) = visiting.next().await {
        visits.outcomes.push((visit.due, visit.outcome));
        visits.score += visit.score;
        visits.surprises.extend(visit.note);
    }
    drop(visiting);
    visits.virtual_time = began.elapsed();
    let (entries, outside) = (farm.log.entries(), farm.log.attempts_outside());
    visits.violations = judge::violations(&farm.sites, &entries, &outside);
    visits.requests = entries.len();
    visits.outside = visits.violations.iter().filter(|it| it.rule == judge::Rule::Outside).count();
    Ok(visits)
}

async fn visit(fetcher: &Fetcher, site: &Site) -> Visit {
    let mut business = Business::named(BusinessId(1), "A business", Timestamp::default());
    business.website.clone_from(&site.website);
    let reading = match &site.website {
        Some(website) => Some(crawl(fetcher, website, Some("US"), &CancellationToken::new()).await),
        None => None,
    };
    let told = match &reading {
        Some(Reading::Unreachable(error)) => format!(", {error}"),
        _ => String::new(),
    };
    let findings = match &reading {
        Some(Reading::Read(findings)) => (**findings).clone(),
        _ => Findings::default(),
    };
    let outcome = Outcome::of(reading, &mut business);
    let mut score = Score::of(&site.kind, &site.truth.facts, &findings);
    score.own_address(&site.kind, &site.truth.facts, business.email.as_deref());
    let due = site.truth.outcome;
    let note = (outcome != due).then(|| format!("{}: {outcome:?} instead of {due:?}{told}", site.kind));
    Visit { due, outcome, score, note }
}

/// Keeps a paused clock from running ahead of the sockets: between two steps of it there is real time in which what is
/// under way on loopback arrives, also on a machine that does much else. The crawler's timeout is forty steps.
async fn steady_clock() {
    const STEP: Duration = Duration::from_millis(250);
    const REAL: Duration = Duration::from_millis(8);
    while tokio::task::spawn_blocking(|| std::thread::sleep(REAL)).await.is_ok() {
        tokio::time::sleep(STEP).await;
    }
}
