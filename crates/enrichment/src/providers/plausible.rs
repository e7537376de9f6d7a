//! What a provider says is taken as far as it can be true: of bounded length, in one line, with a page that can be opened. An
//! answer in the documented form may still hold anything.

use extraction::Finding;

use super::LookUp;

/// Longest name, role and part of an address, in characters: longer ones are none.
const WORDS: usize = 200;
/// Longest text, such as a description or what stands around a value: longer ones are cut off.
const TEXT: usize = 2_000;
/// Longest address of a page.
const URL: usize = 2_000;
/// Most people, and addresses, of one business.
const EACH: usize = 100;

impl LookUp {
    /// The same without what cannot be.
    pub(super) fn plausible(mut self) -> Self {
        let asked = self.source_url.clone();
        let findings = &mut self.findings;
        findings.emails.truncate(EACH);
        findings.emails.iter_mut().for_each(|email| settle(email, &asked));
        findings.people.truncate(EACH);
        findings.people.retain_mut(|person| match words(&person.name.value) {
            Some(name) => {
                person.name.value = name;
                person.title = person.title.as_deref().and_then(words);
                settle(&mut person.name, &asked);
                true
            }
            None => false,
        });
        findings.description = findings.description.take().and_then(|mut description| {
            description.value = one_line(&description.value, TEXT)?;
            settle(&mut description, &asked);
            Some(description)
        });
        findings.addresses.truncate(EACH);
        for address in &mut findings.addresses {
            let parts =
                [&mut address.street, &mut address.city, &mut address.state, &mut address.postal_code];
            for part in parts.into_iter().chain([&mut address.country]) {
                *part = part.as_deref().and_then(words);
            }
            settle(&mut address.evidence, &asked);
        }
        self.company.industry = self.company.industry.as_deref().and_then(words);
        self.statuses.truncate(2 * EACH);
        self
    }
}

/// Evidence that can be shown: its text of bounded length, and its page one of the web, or else the question.
fn settle(finding: &mut Finding, asked: &str) {
    finding.snippet = one_line(&finding.snippet, TEXT).unwrap_or_default();
    let page = url::Url::parse(&finding.source_url).ok();
    let is_page = page.is_some_and(|page| matches!(page.scheme(), "http" | "https"));
    if !is_page || finding.source_url.len() > URL {
        asked.clone_into(&mut finding.source_url);
    }
}

/// A text that is short, or none.
fn words(text: &str) -> Option<String> {
    one_line(text, usize::MAX).filter(|text| text.chars().count() <= WORDS)
}

/// A text without characters that nobody sees, its ends and runs of blanks among them, cut off after so many.
fn one_line(text: &str, most: usize) -> Option<String> {
    let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().take(most).collect();
    (!line.is_empty()).then_some(line)
}
