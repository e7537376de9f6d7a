//! What verification says of the addresses that a website names.

use std::collections::HashMap;
use std::time::Duration;

use contract::enrichment::Evidence;
use contract::{Business, EmailStatus};
use extraction::{Findings, Person, is_free, registrable};
use serde_json::json;
use tokio::time::Instant;
use url::Url;

use crate::verify::{Verification, Verifier, pattern};

/// Addresses of one site that are verified.
const MAX_VERIFIED: usize = 20;
/// Guesses of one site.
const MAX_GUESSES: usize = 10;
/// The longest that verifying the addresses of one site may take; what was not verified by then stays unknown.
const LONGEST: Duration = Duration::from_secs(30);

/// The verdicts, with their evidence.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    status: HashMap<String, EmailStatus>,
    evidence: Vec<Evidence>,
}

impl Verified {
    /// Verifies what was found. Without a verifier everything is unknown.
    pub(crate) async fn of(verifier: Option<&Verifier>, business: &Business, findings: &Findings) -> Self {
        let mut verified = Self::default();
        let Some(verifier) = verifier else { return verified };
        let end = Instant::now() + LONGEST;
        let emails = findings.emails.iter().map(|email| (email.value.as_str(), email.source_url.as_str()));
        let of_people = findings
            .people
            .iter()
            .filter_map(|person| Some((person.email.as_deref()?, person.name.source_url.as_str())));
        for (email, source_url) in emails.chain(of_people) {
            if verified.status.len() >= MAX_VERIFIED || Instant::now() >= end {
                tracing::debug!(
                    verified = verified.status.len(),
                    "some addresses of a site are not verified"
                );
                break;
            }
            if !verified.status.contains_key(email) {
                verified.add(verifier.verify(email).await, source_url);
            }
        }
        if Instant::now() < end {
            verified.guess(verifier, business, findings).await;
        }
        verified
    }

    /// Whether mail to the address arrives, as far as was found out.
    pub(crate) fn status(&self, email: &str) -> EmailStatus {
        self.status.get(email).copied().unwrap_or(EmailStatus::Unknown)
    }

    /// What a provider says of addresses.
    pub(crate) fn told_by(provider: &str, source_url: &str, statuses: &[(String, EmailStatus)]) -> Self {
        let mut verified = Self::default();
        for (email, status) in statuses {
            let snippet = json!({ "verdict": status, "provider": provider });
            verified.evidence.push(Evidence {
                field: "email.verification".to_owned(),
                value: email.clone(),
                source_url: source_url.to_owned(),
                snippet: Some(snippet.to_string()),
                confidence: 1.0,
            });
            verified.status.insert(email.clone(), *status);
        }
        verified
    }

    /// Takes over what is said of addresses that are unknown so far.
    pub(crate) fn learn(&mut self, statuses: &[(String, EmailStatus)]) {
        for (email, status) in statuses {
            if self.status(email) == EmailStatus::Unknown {
                self.status.insert(email.clone(), *status);
            }
        }
    }

    /// Leaves out what is known of an address.
    pub(crate) fn forget(&mut self, email: &str) {
        self.status.remove(email);
        self.evidence.retain(|evidence| evidence.value != email);
    }

    /// The addresses of a site of which it is unknown whether mail arrives, each once, the surest first.
    pub(crate) fn open(&self, findings: &Findings) -> Vec<String> {
        let emails = findings.emails.iter().map(|email| email.value.as_str());
        let of_people = findings.people.iter().filter_map(|person| person.email.as_deref());
        let mut open: Vec<String> = Vec::new();
        for email in emails.chain(of_people) {
            if self.status(email) == EmailStatus::Unknown && !open.iter().any(|known| known == email) {
                open.push(email.to_owned());
            }
        }
        open
    }

    /// Each verdict with its reasons.
    pub(crate) fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        self.evidence.iter()
    }

    fn add(&mut self, verification: Verification, source_url: &str) {
        let snippet = json!({
            "verdict": verification.verdict,
            "reasons": verification.codes().collect::<Vec<_>>(),
            "mx": verification.exchanges().collect::<Vec<_>>(),
            "suggestion": verification.suggestion,
            "retryAfterSeconds": verification.retry_after().map(|wait| wait.as_secs()),
        });
        self.evidence.push(Evidence {
            field: "email.verification".to_owned(),
            value: verification.input.clone(),
            source_url: source_url.to_owned(),
            snippet: Some(snippet.to_string()),
            confidence: 1.0,
        });
        self.status.insert(verification.input, verification.verdict);
    }

    /// Addresses of people who have none, where the site shows how its domain makes them. They are told as evidence and
    /// stand in no contact: nobody has published them.
    async fn guess(&mut self, verifier: &Verifier, business: &Business, findings: &Findings) {
        let Some(domain) = own_domain(business) else { return };
        let known = findings
            .people
            .iter()
            .filter_map(|person| Some((person.name.value.as_str(), person.email.as_deref()?)));
        let Some(learned) = pattern::learn(&domain, known) else { return };
        let without = |person: &&Person| person.email.is_none();
        for person in findings.people.iter().filter(without).take(MAX_GUESSES) {
            for guess in pattern::guess(&person.name.value, &domain, Some(&learned)) {
                let verification = verifier.verify_guess(&guess).await;
                if verification.verdict == EmailStatus::Invalid || self.status.contains_key(&guess.address) {
                    continue;
                }
                let snippet = json!({
                    "name": person.name.value,
                    "pattern": guess.pattern.as_str(),
                    "verdict": verification.verdict,
                    "reasons": verification.codes().collect::<Vec<_>>(),
                });
                self.evidence.push(Evidence {
                    field: "contacts.email.guess".to_owned(),
                    value: guess.address,
                    source_url: person.name.source_url.clone(),
                    snippet: Some(snippet.to_string()),
                    confidence: guess.confidence,
                });
            }
        }
    }
}

/// The domain that the business registered for its website.
pub(crate) fn own_domain(business: &Business) -> Option<String> {
    let url = Url::parse(business.website.as_deref()?).ok()?;
    let domain = registrable(url.domain()?).to_owned();
    (!is_free(&domain)).then_some(domain)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::Arc;

    use extraction::Page;

    use super::*;
    use crate::verify::{Exchange, Resolve, ResolveError};

    /// Every domain takes mail at one host.
    #[derive(Debug)]
    struct Everywhere;

    #[async_trait::async_trait]
    impl Resolve for Everywhere {
        async fn mx(&self, _domain: &str) -> Result<Vec<Exchange>, ResolveError> {
            Ok(vec![Exchange { preference: 10, host: "mx.acme.example".to_owned() }])
        }

        async fn addresses(&self, _host: &str) -> Result<Vec<IpAddr>, ResolveError> {
            Ok(vec![IpAddr::from([192, 0, 2, 1])])
        }
    }

    fn person(name: &str, email: &str) -> String {
        format!(
            "<script type='application/ld+json'>{{\"@type\":\"Person\",\"name\":\"{name}\",\"jobTitle\":\"Owner\"{email}}}</script>"
        )
    }

    #[tokio::test]
    async fn a_pattern_that_the_site_shows_makes_guesses_that_are_only_evidence() {
        let mut business = store::NewBusiness::named("Acme", "acme").business;
        business.website = Some("https://www.acme.example/".to_owned());
        let page = person("Jane Roe", ",\"email\":\"jroe@acme.example\"") + &person("John Smith", "");
        let url = Url::parse("https://www.acme.example/contact").unwrap();
        let findings = extraction::extract(&Page { url, html: page }, Some("US"));
        let verifier = Verifier::new(Arc::new(Everywhere));
        let verified = Verified::of(Some(&verifier), &business, &findings).await;
        let told: Vec<_> =
            verified.evidence().map(|evidence| (evidence.field.as_str(), evidence.value.as_str())).collect();
        assert_eq!(
            told,
            [("email.verification", "jroe@acme.example"), ("contacts.email.guess", "jsmith@acme.example")]
        );
        let guess = verified.evidence().last().unwrap();
        let snippet: serde_json::Value = serde_json::from_str(guess.snippet.as_deref().unwrap()).unwrap();
        assert_eq!((&snippet["pattern"], &snippet["verdict"]), (&json!("{f}{last}"), &json!("unknown")));
        assert_eq!(snippet["reasons"], json!(["guessed", "mailboxNotChecked"]));
        assert!(guess.confidence < 0.7);
        assert_eq!(verified.status("jsmith@acme.example"), EmailStatus::Unknown);
        let nobody = Verified::of(None, &business, &findings).await;
        assert_eq!(
            (nobody.evidence().count(), nobody.status("jroe@acme.example")),
            (0, EmailStatus::Unknown)
        );
    }
}
