//! What pages of a website said, kept in the store for a while: an enrichment that was killed goes on with it, and businesses
//! that have a website in common do not have it read once for each.
//!
//! A page is kept by itself, under the host of the website, with whom the suppression list covers left out; the store deletes
//! it with whom is suppressed later.

mod form;

use contract::enrichment::{EnrichmentLogEntry, Evidence};
use contract::{Business, Timestamp};
use serde::{Deserialize, Serialize};
use store::{KeptAnswer, OF_WEBSITES, Store, StoreError};
use url::Url;

use crate::crawl::Told;
use crate::enrich::now;
use crate::fetcher::host_identity;
use crate::suppressed::{is_website_suppressed, leave_out};

/// The longest text of a page that is kept, in bytes.
const MAX_KEPT: usize = 256 * 1024;
/// The longest address of a page that is kept.
const MAX_ADDRESS: usize = 512;
/// Entries of a business's log among which its last reading is looked for.
const LOOKED_AT: u32 = 10;

/// The pages of one website, as one business has them read.
#[derive(Debug)]
pub(crate) struct Shelf<'a> {
    store: &'a Store,
    business: &'a Business,
    /// The host of the website.
    host: String,
    /// How long pages are kept, in milliseconds.
    age: i64,
    /// Pages that are older have been read for this business: whoever asks again wants them read anew.
    after: Timestamp,
    reused: Option<Reused>,
}

/// Pages that were not asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reused {
    /// When the oldest of them was read.
    pub(crate) read_at: Timestamp,
    pub(crate) pages: u32,
}

impl Reused {
    /// That they were read earlier, and when, as the history says it.
    pub(crate) fn evidence(self, website: &str) -> Evidence {
        let pages =
            if self.pages == 1 { "1 page was".to_owned() } else { format!("{} pages were", self.pages) };
        let snippet = format!("{pages} read earlier, the first at {}", self.read_at);
        Evidence {
            field: "website.readEarlier".to_owned(),
            value: website.to_owned(),
            source_url: website.to_owned(),
            snippet: Some(snippet),
            confidence: 1.0,
        }
    }
}

/// A page that is kept.
#[derive(Debug)]
pub(crate) enum Kept {
    /// What it said.
    Page(Box<Told>),
    /// The answer was no page of the site.
    Missing,
}

/// A page as it lies in the store.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    read_at: Timestamp,
    /// Absent where the answer was no page.
    told: Option<form::Told>,
}

impl<'a> Shelf<'a> {
    /// The shelf of a business's website; none where nothing is kept.
    pub(crate) async fn of(
        store: &'a Store,
        business: &'a Business,
        website: &Url,
        age: std::time::Duration,
    ) -> Result<Option<Self>, StoreError> {
        let host = host_identity(website).to_owned();
        if age.is_zero() || host.is_empty() {
            return Ok(None);
        }
        let log = store.enrichment_log(business.id, LOOKED_AT).await?;
        let last = log.iter().find(|entry| entry.provider == OF_WEBSITES);
        let ended = |entry: &EnrichmentLogEntry| {
            // Both are cut off to whole milliseconds.
            later(entry.started_at, i64::try_from(entry.duration_ms).unwrap_or(i64::MAX).saturating_add(2))
        };
        let after = last.map(ended).unwrap_or_default();
        let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        Ok(Some(Self { store, business, host, age, after, reused: None }))
    }

    /// The pages that were not asked for again.
    pub(crate) fn reused(&self) -> Option<Reused> {
        self.reused
    }

    /// What the page of that identity said, if that is kept.
    pub(crate) async fn get(&mut self, identity: &str) -> Option<Kept> {
        let kept = self.store.kept_answer(OF_WEBSITES, &self.operation(identity), &self.host, now()).await;
        let kept =
            kept.inspect_err(|error| tracing::warn!(%error, "what is kept of a website cannot be read"));
        let page: Row = serde_json::from_str(&kept.ok()??).ok()?;
        // An age that was made shorter holds for what is kept already.
        if page.read_at <= self.after || now() > later(page.read_at, self.age) {
            return None;
        }
        let kept = match page.told {
            Some(form) => Kept::Page(Box::new(form.told()?)),
            None => Kept::Missing,
        };
        let (before, pages) = self.reused.map_or((page.read_at, 0), |reused| (reused.read_at, reused.pages));
        self.reused = Some(Reused { read_at: before.min(page.read_at), pages: pages + 1 });
        Some(kept)
    }

    /// Keeps what the page of that identity said, or that it was none. What cannot be kept is read again another time.
    pub(crate) async fn put(&self, identity: &str, told: Option<&Told>) {
        if let Err(error) = self.try_put(identity, told).await {
            tracing::warn!(%error, "what a website says is not kept");
        }
    }

    async fn try_put(&self, identity: &str, told: Option<&Told>) -> Result<(), StoreError> {
        let told = match told {
            Some(told) => {
                let mut told = told.clone();
                leave_out(self.store, self.business, &mut told.findings).await?;
                let Some(form) = form::Told::of(told) else { return Ok(()) };
                Some(form)
            }
            None => None,
        };
        let operation = self.operation(identity);
        let read_at = now();
        let Ok(answer) = serde_json::to_string(&Row { read_at, told }) else { return Ok(()) };
        let is_long = answer.len() > MAX_KEPT || operation.len() > MAX_ADDRESS;
        if is_long || is_website_suppressed(self.store, self.business).await? {
            return Ok(());
        }
        let kept = KeptAnswer {
            provider: OF_WEBSITES.to_owned(),
            operation,
            subject: self.host.clone(),
            answer,
            kept_until: later(read_at, self.age),
        };
        self.store.keep_answer(&kept, read_at).await
    }

    /// A page with the country by whose rules it was read.
    fn operation(&self, identity: &str) -> String {
        format!("{} {identity}", self.business.country.as_deref().unwrap_or("-"))
    }
}

fn later(moment: Timestamp, milliseconds: i64) -> Timestamp {
    Timestamp::from_millis(moment.as_millis().saturating_add(milliseconds))
}
