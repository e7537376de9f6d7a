//! What enrichment did for the lead on the page: who looked, when, how that ended, what it cost, and each value that was found
//! with the page that holds it.
//!
//! It stands beside what is made anew with every change of the lead: what somebody opened stays open.

use contract::enrichment::{EnrichmentLogEntry, Evidence};
use contract::number::lower_case;
use contract::{BusinessId, EmailStatus, Page, Timestamp};
use markup::{Node, keyed, view};
use serde_json::Value;

use super::origin::{WEBSITE, label, page_name, provider};
use super::share;
use crate::components::badge::{Tone, badge, outcome};
use crate::components::lead::external;
use crate::components::load::{lines, load_of, missing, sentence, stale_line};
use crate::components::panel::panel;
use crate::data::History;
use crate::reaction::{Derived, derive};
use crate::{clock, format};

/// The field of evidence that is the check of an address, and surely that.
const CHECK: &str = "email.verification";

/// The panel, while a lead is shown.
pub(super) fn history_panel(history: History, shown: Derived<Option<BusinessId>>) -> Node {
    view! { {move || shown.try_get().flatten().map(|_| panel("history", "Enrichment history", Node::nothing(), body(history)))} }
}

fn body(history: History) -> Node {
    let load = load_of(history);
    let shown = move || history.data().map(|page| page.data.clone()).unwrap_or_default();
    let count = derive(move || history.with_data(|page| page.data.len()));
    // One whose evidence was taken away is another one.
    let key = |entry: &EnrichmentLogEntry| (entry.id.cast_unsigned(), entry.evidence.len() as u64);
    view! {
        {move || match count.try_get().flatten() {
            None => missing(load, || lines(3)),
            Some(0) => view! { <p class="muted panel__empty">"Nothing was looked up for this lead yet."</p> },
            Some(_) => Node::nothing(),
        }}
        <ul class="list" aria-label="What was looked up" hidden=move || count.try_get().flatten().unwrap_or(0) == 0>
            {keyed(shown, key, |entry: EnrichmentLogEntry| entry_view(&entry))}
        </ul>
        {move || history.data().and_then(|page| older(&page))}
        {stale_line(load, derive(move || history.data().is_some()))}
    }
}

/// How much of the history is shown, where that is not all of it.
fn older(page: &Page<EnrichmentLogEntry>) -> Option<Node> {
    page.meta.next_cursor.as_ref()?;
    let (shown, all) = (page.data.len() as u64, page.meta.total);
    let text =
        format!("The newest {} of {}.", format::number(shown), format::plural(all, "entry", "entries"));
    Some(view! { <p class="panel__foot muted">{text}</p> })
}

fn entry_view(entry: &EnrichmentLogEntry) -> Node {
    let (tone, ended) = match outcome(&entry.status) {
        Some((tone, ended)) => (tone, ended.to_owned()),
        None => (Tone::Neutral, format::label(&entry.status)),
    };
    view! {
        <li class="source">
            <p class="contact__name">
                <strong>{who(entry)}</strong>
                {badge(tone, ended)}
                <span class="muted">{clock::time(entry.started_at)}</span>
            </p>
            <p class="muted">{effort(entry)}</p>
            {entry.error.as_deref().map(|error| view! { <p>{sentence(error)}</p> })}
            {found(&entry.evidence)}
        </li>
    }
}

/// The provider; of the business's own website also which one that was, where something was found on it.
fn who(entry: &EnrichmentLogEntry) -> String {
    let name = provider(&entry.provider);
    match entry.evidence.first().filter(|_| entry.provider == WEBSITE) {
        Some(first) => format!("{name} {}", format::host(&first.source_url)),
        None => name,
    }
}

/// How long it took, what it cost, and which fields it filled.
fn effort(entry: &EnrichmentLogEntry) -> String {
    let millis = i64::try_from(entry.duration_ms).unwrap_or(i64::MAX);
    let took = format::duration(Timestamp::from_millis(0), Timestamp::from_millis(millis));
    let cost = match entry.cost_minor {
        0 => "nothing".to_owned(),
        minor => format::money(minor, &entry.currency),
    };
    let mut fields: Vec<String> = entry.fields_written.iter().map(|field| label(field)).collect();
    fields.dedup();
    let filled =
        if fields.is_empty() { String::new() } else { format!(" Filled in: {}.", fields.join(", ")) };
    format!("It took {took} and cost {cost}.{filled}")
}

fn found(evidence: &[Evidence]) -> Option<Node> {
    let count = format::plural(evidence.len() as u64, "value", "values");
    (!evidence.is_empty()).then(|| {
        view! {
            <details class="found">
                <summary>{format!("What was found: {count}")}</summary>
                <ul class="evidence">{evidence.iter().map(piece).collect::<Node>()}</ul>
            </details>
        }
    })
}

/// A value, the text that it stood in or what is said of it, how sure it is, and the page that holds it.
fn piece(evidence: &Evidence) -> Node {
    let sure = (evidence.field != CHECK).then(|| format!("{} % sure. ", share(evidence.confidence)));
    let page = format::web_link(&evidence.source_url);
    view! {
        <li>
            <p><span class="muted">{label(&evidence.field)}</span>" "<strong>{evidence.value.clone()}</strong></p>
            {evidence.snippet.as_deref().filter(|snippet| *snippet != evidence.value).map(says)}
            <p class="muted">
                {sure}
                {page.map(|url| view! { "On " {external(url.clone(), page_name(&url))} })}
            </p>
        </li>
    }
}

fn says(snippet: &str) -> Node {
    match checked(snippet) {
        Some(verdict) => view! { <p>{verdict}</p> },
        None => view! { <p><q>{snippet.to_owned()}</q></p> },
    }
}

/// What came of the check of an address, in words; nothing for a text that is none.
fn checked(snippet: &str) -> Option<String> {
    let found: Value = serde_json::from_str(snippet).ok()?;
    let verdict: EmailStatus = found.get("verdict")?.as_str()?.parse().ok()?;
    let verdict = match verdict {
        EmailStatus::Safe => "mail arrives",
        EmailStatus::Risky => "mail may arrive",
        EmailStatus::Invalid => "mail does not arrive",
        EmailStatus::Unknown => "it is unknown whether mail arrives",
    };
    let reasons = found.get("reasons").and_then(Value::as_array).into_iter().flatten();
    let reasons: Vec<String> =
        reasons.filter_map(Value::as_str).map(|code| lower_case(&format::label(code))).collect();
    let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
    Some(sentence(&format!("{verdict}{reasons}")))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::samples;

    /// What a provider did that found nothing.
    pub(crate) fn entry(provider: &str) -> EnrichmentLogEntry {
        EnrichmentLogEntry {
            id: 1,
            business_id: BusinessId(7),
            provider: provider.to_owned(),
            status: "nothingFound".to_owned(),
            fields_written: Vec::new(),
            cost_minor: 0,
            currency: "USD".to_owned(),
            started_at: samples::ago(30),
            duration_ms: 1800,
            error: None,
            evidence: Vec::new(),
        }
    }

    #[test]
    fn an_entry_says_how_long_it_took_what_it_cost_and_what_it_filled() {
        let paid = EnrichmentLogEntry {
            fields_written: ["email", "contacts", "contacts"].map(str::to_owned).to_vec(),
            cost_minor: 5,
            ..entry("hunter")
        };
        assert_eq!(effort(&paid), "It took 1.8 s and cost $0.05. Filled in: E-mail, Contacts.");
        assert_eq!(effort(&entry(WEBSITE)), "It took 1.8 s and cost nothing.");
    }

    #[test]
    fn a_check_is_told_in_words_and_a_text_as_it_is() {
        let words = |snippet| checked(snippet);
        assert_eq!(
            words(r#"{"verdict":"unknown","reasons":["mailboxNotChecked","role"]}"#).as_deref(),
            Some("It is unknown whether mail arrives (mailbox not checked, role).")
        );
        assert_eq!(words(r#"{"verdict":"safe","provider":"hunter"}"#).as_deref(), Some("Mail arrives."));
        for text in ["Write to us", "12", r#"{"verdict":"later"}"#, r#"{"name":"Maija"}"#] {
            assert_eq!(words(text), None, "{text}");
        }
    }
}
