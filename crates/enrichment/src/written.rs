//! What was read and asked, as the fields, contacts and log entries of a business.

use contract::{Business, BusinessId, Contact, Timestamp};
use extraction::Findings;
use store::{NewContact, NewEnrichmentEntry, OF_WEBSITES};

use crate::crawl::Reading;
use crate::fields::{self, Gain, Teller};
use crate::kept::Reused;
use crate::outcome::Outcome;
use crate::providers::{Consulted, Usd};
use crate::verified::Verified;

/// A site that was read, or none, and what providers said.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) reading: Option<Reading>,
    /// The pages of it that had been read before.
    pub(crate) reused: Option<Reused>,
    pub(crate) verified: Verified,
    pub(crate) started_at: Timestamp,
    pub(crate) duration_ms: u64,
    pub(crate) consulted: Vec<Consulted>,
}

/// What is stored of it.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) outcome: Outcome,
    /// Why nothing came of it.
    pub(crate) error: Option<String>,
    /// The same in a sentence that names no site, where the site could not be read.
    pub(crate) cause: Option<String>,
    /// All contacts, those known before first.
    pub(crate) contacts: Vec<NewContact>,
    /// One of the website, and one of each provider that was asked.
    pub(crate) entries: Vec<NewEnrichmentEntry>,
}

impl Read {
    /// What the website says.
    pub(crate) fn findings(&self) -> Option<&Findings> {
        match &self.reading {
            Some(Reading::Read(findings)) => Some(findings),
            _ => None,
        }
    }

    /// Names and addresses of people who asked a provider not to be processed.
    pub(crate) fn unwanted(&self) -> impl Iterator<Item = &str> {
        self.consulted.iter().flat_map(|one| one.look_up.unwanted.iter().map(String::as_str))
    }

    /// Whether others are not asked either: the domain is no longer the business's, or whoever has it does not want it.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self.reading, Some(Reading::Parked | Reading::Suppressed))
    }

    /// Takes what providers said, and lets go of whoever asked them not to be found.
    pub(crate) fn take(&mut self, consulted: Vec<Consulted>) {
        for one in &consulted {
            self.verified.learn(&one.look_up.statuses);
            for whom in &one.look_up.unwanted {
                self.verified.forget(whom);
                if let Some(Reading::Read(findings)) = &mut self.reading {
                    findings.forget(whom);
                }
            }
        }
        self.consulted = consulted;
    }

    /// Fills what the business does not have: first what its own website says, then what others say.
    pub(crate) fn write(self, business: &mut Business, contacts: &[Contact]) -> Written {
        let (id, stored) = (business.id, contacts.len());
        let known: Vec<NewContact> = contacts.iter().map(NewContact::of).collect();
        let website = business.website.clone().unwrap_or_default();
        let at = self.reused.map_or(self.started_at, |reused| reused.read_at);
        let teller = Teller { url: &website, verified: &self.verified, at };
        let (mut failure, mut cause) = (None, None);
        let mut fill = |findings| fields::fill(business, known.clone(), stored, findings, teller);
        let (mut outcome, gain) = match self.reading {
            None => (Outcome::NoWebsite, None),
            Some(Reading::Read(findings)) => {
                let gain = fill(*findings);
                let found = !gain.fields.is_empty();
                (if found { Outcome::Enriched } else { Outcome::NothingFound }, Some(gain))
            }
            Some(Reading::BlockedByRobots) => (Outcome::BlockedByRobots, None),
            Some(Reading::Parked) => (Outcome::Parked, None),
            Some(Reading::Suppressed) => (Outcome::Suppressed, None),
            Some(Reading::Unreachable(error)) => {
                (failure, cause) = (Some(error.to_string()), Some(error.cause()));
                (Outcome::Unreachable, None)
            }
            Some(Reading::Cancelled) => (Outcome::Unreachable, None),
        };
        let mut gain = gain.unwrap_or_default();
        gain.evidence.extend(self.reused.map(|reused| reused.evidence(&website)));
        let mut contacts = if gain.contacts.is_empty() { known } else { std::mem::take(&mut gain.contacts) };
        let status = outcome.as_str();
        let (started_at, duration_ms, error) = (self.started_at, self.duration_ms, failure.clone());
        let meta = Meta { provider: OF_WEBSITES, cost: Usd::default(), started_at, duration_ms, error };
        let mut entries = vec![meta.entry(id, status, gain)];
        for consulted in self.consulted {
            let (entry, all) = told(consulted, business, contacts, stored);
            contacts = all;
            if !entry.fields_written.is_empty() {
                (outcome, failure, cause) = (Outcome::Enriched, None, None);
            }
            entries.push(entry);
        }
        let error = failure.or_else(|| outcome.explanation().map(str::to_owned));
        Written { outcome, error, cause, contacts, entries }
    }
}

/// Fills what a provider knows, and logs it with its cost.
fn told(
    consulted: Consulted,
    business: &mut Business,
    contacts: Vec<NewContact>,
    stored: usize,
) -> (NewEnrichmentEntry, Vec<NewContact>) {
    let Consulted { slug, look_up, cost, started_at, duration_ms } = consulted;
    let mut findings = look_up.findings;
    look_up.unwanted.iter().for_each(|whom| findings.forget(whom));
    let verified = Verified::told_by(slug, &look_up.source_url, &look_up.statuses);
    let teller = Teller { url: &look_up.source_url, verified: &verified, at: started_at };
    let mut gain = fields::fill(business, contacts, stored, findings, teller);
    gain.fill_company(business, look_up.company, &look_up.source_url);
    let contacts = std::mem::take(&mut gain.contacts);
    let status = match (&look_up.stopped, gain.fields.is_empty()) {
        (_, false) => Outcome::Enriched.as_str(),
        (None, true) => Outcome::NothingFound.as_str(),
        (Some(_), true) => "failed",
    };
    let error = look_up.stopped.map(|error| error.to_string());
    let meta = Meta { provider: slug, cost, started_at, duration_ms, error };
    (meta.entry(business.id, status, gain), contacts)
}

/// What stands in a log entry besides the gain.
struct Meta {
    provider: &'static str,
    cost: Usd,
    started_at: Timestamp,
    duration_ms: u64,
    error: Option<String>,
}

impl Meta {
    fn entry(self, business_id: BusinessId, status: &str, gain: Gain) -> NewEnrichmentEntry {
        NewEnrichmentEntry {
            business_id,
            provider: self.provider.to_owned(),
            status: status.to_owned(),
            fields_written: gain.fields,
            cost_minor: self.cost.cents(),
            currency: "USD".to_owned(),
            started_at: self.started_at,
            duration_ms: self.duration_ms,
            error: self.error,
            evidence: gain.evidence,
        }
    }
}
