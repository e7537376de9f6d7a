//! Where the values of the lead on the page came from and how sure they are, as far as its history tells.

use contract::enrichment::{EnrichmentLogEntry, Evidence};
use contract::{Business, Page};
use markup::{Node, view};

use super::share;
use crate::components::lead::{external, sources};
use crate::format;

/// What enrichment did for a lead, the newest first.
type History = Page<EnrichmentLogEntry>;

/// Where each value of a lead came from.
pub(super) struct Origins {
    /// The values that are known, by the names that the history has for their fields.
    values: Vec<(&'static str, Option<Origin>)>,
    /// Nothing of the history is left to be asked for.
    is_whole: bool,
}

/// Who told a value.
#[derive(Debug, PartialEq)]
struct Origin {
    /// The website's page, or the provider.
    name: String,
    /// What can be looked at.
    page: Option<String>,
    confidence: f64,
}

impl Origins {
    /// What `history` tells of the values that `lead` has now: one that is no longer as it was found is somebody else's.
    pub(super) fn of(lead: &Business, history: Option<&History>) -> Self {
        let origin = |field, value: &str| find(history?, field, value);
        Self {
            values: values(lead).map(|(field, value)| (field, origin(field, &value))).collect(),
            is_whole: history.is_some_and(|page| page.meta.next_cursor.is_none()),
        }
    }

    /// A line for each origin of these fields. It names them where others of them are not from there.
    pub(super) fn lines(&self, fields: &[&str]) -> Node {
        let known = self.values.iter().filter(|(field, _)| fields.contains(field));
        let known: Vec<(&str, Option<&Origin>)> =
            known.map(|(field, from)| (*field, from.as_ref())).collect();
        let mut origins: Vec<&Origin> = Vec::new();
        for origin in known.iter().filter_map(|(_, origin)| *origin) {
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        let line = |origin: &Origin| {
            let theirs = known.iter().filter(|(_, from)| *from == Some(origin));
            let theirs: Vec<String> = theirs.map(|(field, _)| label(field)).collect();
            let is_all = theirs.len() == known.len();
            let from = if is_all { "From ".to_owned() } else { format!("{}: from ", theirs.join(", ")) };
            let name = origin.name.clone();
            let name = match origin.page.clone() {
                Some(url) => external(url, name),
                None => view! { <span>{name}</span> },
            };
            view! { <p class="origin">{from}{name}{format!(", {} % sure", share(origin.confidence))}</p> }
        };
        origins.into_iter().map(line).collect()
    }

    /// One line for all values of which the history does not tell: sources or people have told them.
    pub(super) fn rest(&self, lead: &Business) -> Option<Node> {
        let text = self.rest_in_words(lead)?;
        Some(view! { <p class="origin">{text}</p> })
    }

    fn rest_in_words(&self, lead: &Business) -> Option<String> {
        let rest = self.values.iter().filter(|(_, origin)| origin.is_none()).count();
        if rest == 0 || !self.is_whole {
            return None;
        }
        let what = if rest == self.values.len() { "All of this" } else { "The rest" };
        Some(match sources(lead) {
            None => format!("{what} was written by hand."),
            // Nobody has changed it since it was found.
            Some(names) if lead.version == 1 => format!("{what} is from {names}."),
            Some(names) => format!("{what} is from {names}, or was written by hand."),
        })
    }
}

/// The values of a lead that the page shows as its details.
fn values(lead: &Business) -> impl Iterator<Item = (&'static str, String)> {
    let socials = &lead.socials;
    let texts = [
        ("phone", &lead.phone),
        ("email", &lead.email),
        ("website", &lead.website),
        ("street", &lead.street),
        ("postalCode", &lead.postal_code),
        ("city", &lead.city),
        ("state", &lead.state),
        ("country", &lead.country),
        ("category", &lead.category),
        ("industry", &lead.industry),
        ("openingHours", &lead.opening_hours),
        ("description", &lead.description),
        ("socials.facebook", &socials.facebook),
        ("socials.instagram", &socials.instagram),
        ("socials.linkedin", &socials.linkedin),
        ("socials.x", &socials.x),
        ("socials.youtube", &socials.youtube),
        ("socials.tiktok", &socials.tiktok),
        ("socials.yelp", &socials.yelp),
    ];
    let numbers = [
        ("employeeCount", lead.employee_count.map(|count| count.to_string())),
        ("yearFounded", lead.year_founded.map(|year| year.to_string())),
    ];
    let texts = texts.map(|(field, text)| (field, text.clone()));
    texts.into_iter().chain(numbers).filter_map(|(field, value)| Some((field, value?)))
}

/// Who told the value last.
fn find(history: &History, field: &str, value: &str) -> Option<Origin> {
    let is_it = |one: &&Evidence| one.field == field && one.value.eq_ignore_ascii_case(value);
    history.data.iter().find_map(|entry| {
        let told = entry.evidence.iter().find(is_it)?;
        let page = format::web_link(&told.source_url);
        let name = match &page {
            Some(url) if entry.provider == WEBSITE => page_name(url),
            _ => provider(&entry.provider),
        };
        Some(Origin { name, page, confidence: told.confidence })
    })
}

/// The slug of what reads a business's own website.
pub(super) const WEBSITE: &str = "website";

/// What enriches, for people, by its slug.
pub(super) fn provider(slug: &str) -> String {
    match slug {
        "abstractapi" => "AbstractAPI".to_owned(),
        _ => format::label(slug),
    }
}

/// A page's address as people say it.
pub(super) fn page_name(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.strip_prefix("www.").unwrap_or(rest).trim_end_matches('/').to_owned()
}

/// What a field of the history is called on the page.
pub(super) fn label(field: &str) -> String {
    let known = match field {
        "email" => "E-mail",
        "description" => "About",
        "employeeCount" => "Employees",
        "yearFounded" => "Founded",
        "socials.linkedin" => "LinkedIn",
        "socials.youtube" => "YouTube",
        "socials.tiktok" => "TikTok",
        "email.verification" => "Checked address",
        "contacts.email.guess" => "Guessed address",
        "technology.lack" => "Website has",
        _ if field.starts_with("technology.") => "Website uses",
        _ => return format::label(field.rsplit('.').next().unwrap_or(field)),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use contract::PageMeta;

    use super::super::history::tests::entry;
    use super::*;
    use crate::samples;

    fn told(field: &str, value: &str, source_url: &str) -> Evidence {
        Evidence {
            field: field.to_owned(),
            value: value.to_owned(),
            source_url: source_url.to_owned(),
            snippet: None,
            confidence: 0.9,
        }
    }

    fn history(next: Option<&str>, evidence: Vec<Evidence>) -> History {
        let entry = EnrichmentLogEntry { evidence, ..entry(WEBSITE) };
        let meta = PageMeta::new(1, 1, 20, next.map(str::to_owned));
        Page { data: vec![entry], meta }
    }

    fn lead() -> Business {
        Business { email: Some("info@example.fi".to_owned()), ..samples::business(7, "Kahvila") }
    }

    fn origin<'o>(origins: &'o Origins, field: &str) -> Option<&'o Origin> {
        origins.values.iter().find(|(name, _)| *name == field)?.1.as_ref()
    }

    #[test]
    fn only_a_value_that_is_still_as_it_was_found_is_from_there() {
        let page = "https://www.example.fi/contact/";
        let evidence = vec![
            told("email.verification", "info@example.fi", page),
            told("email", "Info@example.fi", page),
            told("phone", "+358000", page),
        ];
        let origins = Origins::of(&lead(), Some(&history(None, evidence)));
        let email = origin(&origins, "email").unwrap();
        assert_eq!((email.name.as_str(), email.page.as_deref()), ("example.fi/contact", Some(page)));
        assert_eq!(origin(&origins, "phone"), None, "somebody has written another one since");
    }

    #[test]
    fn what_is_no_web_address_is_told_and_leads_nowhere() {
        let evidence = vec![told("email", "info@example.fi", "javascript:alert(1)")];
        let origins = Origins::of(&lead(), Some(&history(None, evidence)));
        let email = origin(&origins, "email").unwrap();
        assert_eq!((email.name.as_str(), &email.page), ("Website", &None));
    }

    #[test]
    fn what_nobody_found_is_from_sources_or_people() {
        let found = vec![told("email", "info@example.fi", "https://example.fi")];
        let rest =
            |lead: &Business, history: Option<&History>| Origins::of(lead, history).rest_in_words(lead);
        let (none, some) = (history(None, Vec::new()), history(None, found.clone()));
        let part = history(Some("abc"), found);
        let first = Business { version: 1, ..lead() };
        assert_eq!(rest(&first, Some(&none)).as_deref(), Some("All of this is from OpenStreetMap."));
        let changed = Business { version: 2, ..lead() };
        assert_eq!(
            rest(&changed, Some(&some)).as_deref(),
            Some("The rest is from OpenStreetMap, or was written by hand.")
        );
        let by_hand = Business { sources: Vec::new(), ..lead() };
        assert_eq!(rest(&by_hand, Some(&none)).as_deref(), Some("All of this was written by hand."));
        assert_eq!(rest(&by_hand, Some(&part)), None, "what is older may tell");
        assert_eq!(rest(&by_hand, None), None, "the history is not there");
    }

    #[test]
    fn fields_are_called_as_on_the_page() {
        let check = |field, expect: &str| assert_eq!(label(field), expect);
        check("phone", "Phone");
        check("postalCode", "Postal code");
        check("openingHours", "Opening hours");
        check("socials.facebook", "Facebook");
        check("technology.booking", "Website uses");
        assert_eq!((provider("hunter"), provider("abstractapi")), ("Hunter".into(), "AbstractAPI".into()));
        assert_eq!(page_name("http://example.fi"), "example.fi");
    }
}
