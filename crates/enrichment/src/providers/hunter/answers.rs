//! The forms of Hunter's answers, and what they say in our terms.

use contract::{Business, EmailStatus, Socials};
use extraction::{Finding, Method, Person, PostalAddress};
use metered::Answer;
use serde::Deserialize;

use crate::providers::LookUp;

/// The frame of an answer.
#[derive(Debug, Deserialize)]
pub(super) struct Reply<T> {
    pub(super) data: T,
    pub(super) meta: Option<Meta>,
}

/// What stands beside the data.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Meta {
    /// How many addresses there are on all pages.
    pub(super) results: Option<u64>,
}

/// The frame of an error.
#[derive(Debug, Deserialize)]
pub(super) struct Problems {
    errors: Vec<Problem>,
}

#[derive(Debug, Deserialize)]
struct Problem {
    id: Option<String>,
    details: Option<String>,
}

impl Problems {
    /// What went wrong, in the words of Hunter, of bounded length.
    pub(super) fn text(&self) -> String {
        let words = |one: &Problem| one.details.clone().or_else(|| one.id.clone());
        let text: Vec<String> = self.errors.iter().filter_map(words).collect();
        text.join("; ").chars().take(200).collect()
    }
}

/// Whether an answer with 429 speaks of the plan rather than of too many requests at once.
pub(super) fn is_plan_used_up(answer: &Answer) -> bool {
    let Ok(problems) = answer.read::<Problems>() else { return false };
    let words = problems.text().to_lowercase();
    ["usage", "billing period", "plan", "credits"].iter().any(|word| words.contains(word))
}

/// Whether an answer gives no address, which costs nothing.
pub(super) fn names_nobody(answer: &Answer) -> bool {
    let Ok(reply) = answer.read::<serde_json::Value>() else { return false };
    let data = &reply["data"];
    match data["emails"].as_array() {
        Some(emails) => emails.is_empty(),
        None => data["email"].is_null(),
    }
}

/// `GET /v2/domain-search`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DomainSearch {
    description: Option<String>,
    facebook: Option<String>,
    instagram: Option<String>,
    linkedin: Option<String>,
    twitter: Option<String>,
    youtube: Option<String>,
    street: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
    pub(super) emails: Vec<Email>,
}

/// An address of a domain.
#[derive(Debug, Deserialize)]
pub(super) struct Email {
    value: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    confidence: Option<f64>,
    first_name: Option<String>,
    last_name: Option<String>,
    position: Option<String>,
    phone_number: Option<String>,
    verification: Option<VerifiedEmail>,
    #[serde(default)]
    sources: Vec<Source>,
}

#[derive(Debug, Deserialize)]
struct Source {
    uri: Option<String>,
}

impl DomainSearch {
    pub(super) fn add_to(self, told: &mut LookUp, business: &Business, source: &str) {
        let finding = |value: &str, confidence| finding(value, value, source, confidence);
        if told.findings.description.is_none() {
            told.findings.description = self.description.as_deref().map(|text| finding(text, 0.6));
        }
        let street =
            self.street.as_deref().filter(|_| is_same(business.city.as_deref(), self.city.as_deref()));
        if let Some(street) = street {
            told.findings.add_address(PostalAddress {
                street: self.street.clone(),
                city: self.city.clone(),
                state: self.state.clone(),
                postal_code: self.postal_code.clone(),
                country: self.country.clone(),
                evidence: finding(street, 0.6),
            });
        }
        let socials = &mut told.findings.socials;
        let found = Socials {
            facebook: profile(self.facebook, "facebook.com"),
            instagram: profile(self.instagram, "instagram.com"),
            linkedin: profile(self.linkedin, "linkedin.com"),
            x: profile(self.twitter.clone(), "x.com").or_else(|| profile(self.twitter, "twitter.com")),
            youtube: profile(self.youtube, "youtube.com"),
            ..Socials::default()
        };
        socials.fill(found);
        for email in self.emails {
            email.add_to(told, source);
        }
    }
}

impl Email {
    fn add_to(self, told: &mut LookUp, source: &str) {
        let Some(address) = address(&self.value) else { return };
        let page = self.sources.iter().find_map(|source| source.uri.as_deref()).unwrap_or(source);
        let confidence = (self.confidence.unwrap_or(50.0) / 100.0).clamp(0.0, 1.0);
        if let Some(verification) = &self.verification {
            told.statuses.push((address.clone(), verification.status()));
        }
        let name = [self.first_name.as_deref(), self.last_name.as_deref()];
        let name = name.into_iter().flatten().map(str::trim).filter(|part| !part.is_empty());
        let name = name.collect::<Vec<_>>().join(" ");
        if name.is_empty() || self.kind.as_deref() == Some("generic") {
            told.findings.emails.push(finding(&address, &address, page, confidence));
            return;
        }
        let words = [Some(name.as_str()), self.position.as_deref(), Some(address.as_str())];
        let snippet = words.into_iter().flatten().collect::<Vec<_>>().join(", ");
        told.findings.add_person(Person {
            name: finding(&name, &snippet, page, confidence),
            title: self.position,
            phone: self.phone_number.as_deref().and_then(e164),
            email: Some(address),
        });
    }
}

/// `GET /v2/email-finder`.
#[derive(Debug, Deserialize)]
pub(super) struct FoundEmail {
    email: Option<String>,
    score: Option<f64>,
    position: Option<String>,
    phone_number: Option<String>,
    verification: Option<VerifiedEmail>,
}

impl FoundEmail {
    pub(super) fn add_to(self, told: &mut LookUp, person: &Person, source: &str) {
        let Some(email) = self.email.as_deref().and_then(address) else { return };
        if let Some(verification) = &self.verification {
            told.statuses.push((email.clone(), verification.status()));
        }
        let confidence = (self.score.unwrap_or(50.0) / 100.0).clamp(0.0, 1.0);
        let snippet = format!("{}, {email}", person.name.value);
        told.findings.add_person(Person {
            name: finding(&person.name.value, &snippet, source, confidence),
            title: person.title.clone().or(self.position),
            phone: self.phone_number.as_deref().and_then(e164),
            email: Some(email),
        });
    }
}

/// The verification of an address: a part of other answers, or `GET /v2/email-verifier`.
#[derive(Debug, Deserialize)]
pub(super) struct VerifiedEmail {
    status: Option<String>,
}

impl VerifiedEmail {
    pub(super) fn status(&self) -> EmailStatus {
        match self.status.as_deref() {
            Some("valid") => EmailStatus::Safe,
            Some("invalid") => EmailStatus::Invalid,
            Some("accept_all" | "webmail" | "disposable") => EmailStatus::Risky,
            _ => EmailStatus::Unknown,
        }
    }
}

/// `GET /v2/account`.
#[derive(Debug, Deserialize)]
pub(super) struct Account {
    requests: Option<Requests>,
}

#[derive(Debug, Default, Deserialize)]
struct Requests {
    credits: Option<Counter>,
    searches: Option<Counter>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct Counter {
    used: Option<f64>,
    available: Option<f64>,
}

impl Account {
    /// Whole credits that are left: what the period has, less what was used of it.
    pub(super) fn left(&self) -> u64 {
        let requests = self.requests.as_ref();
        let counter = requests.and_then(|requests| requests.credits.or(requests.searches));
        let left = counter.map_or(0.0, |one| one.available.unwrap_or(0.0) - one.used.unwrap_or(0.0));
        let left = left.max(0.0).floor();
        format!("{left:.0}").parse().unwrap_or(u64::MAX)
    }
}

fn finding(value: &str, snippet: &str, source: &str, confidence: f64) -> Finding {
    let method = Method::Provider;
    Finding {
        value: value.to_owned(),
        snippet: snippet.to_owned(),
        source_url: source.to_owned(),
        method,
        confidence,
    }
}

/// An address in lower case, if it is one.
fn address(text: &str) -> Option<String> {
    let parsed = crate::verify::Address::parse(text.trim()).ok()?;
    Some(parsed.to_string().to_lowercase())
}

/// A number that is written internationally.
fn e164(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (text.trim_start().starts_with('+') && (8..=15).contains(&digits.len())).then(|| format!("+{digits}"))
}

/// A profile that is given as a link to that site; a bare name is none.
fn profile(text: Option<String>, site: &str) -> Option<String> {
    let url = url::Url::parse(text.as_deref()?).ok()?;
    let host = url.host_str()?.trim_start_matches("www.");
    (url.scheme() == "https" && host == site && url.path().len() > 1).then(|| url.to_string())
}

/// Whether both are known and the same: a company's seat is not the place of each branch.
fn is_same(one: Option<&str>, other: Option<&str>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
}
