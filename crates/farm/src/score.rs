//! What was found beside what is true.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use extraction::{Findings, PhoneKind};

use crate::site::Facts;

/// Values of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// That are there to be found.
    pub(crate) planted: usize,
    /// Of these, found.
    pub(crate) found: usize,
    /// Found, though not there.
    pub(crate) wrong: usize,
}

impl Tally {
    pub(crate) fn recall(self) -> f64 {
        share(self.found, self.planted)
    }

    pub(crate) fn precision(self) -> f64 {
        share(self.found, self.found + self.wrong)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.planted += other.planted;
        self.found += other.found;
        self.wrong += other.wrong;
    }
}

/// Of one site, or of many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Score {
    pub(crate) fields: BTreeMap<&'static str, Tally>,
    pub(crate) ways: BTreeMap<&'static str, Tally>,
    /// Each value that was missed or is wrong, in words.
    pub(crate) differences: Vec<String>,
}

impl Score {
    /// Of the site that is called so.
    pub(crate) fn of(site: &str, truth: &Facts, findings: &Findings) -> Self {
        let mut score = Self::default();
        let emails: Vec<String> = findings.emails.iter().map(|finding| finding.value.clone()).collect();
        for (address, way) in &truth.emails {
            let found = usize::from(emails.contains(address));
            *score.ways.entry(way).or_default() += Tally { planted: 1, found, wrong: 0 };
        }
        let of_kind = |fax: bool| {
            let phones = findings.phones.iter().filter(move |phone| (phone.kind == PhoneKind::Fax) == fax);
            phones.map(|phone| phone.number.value.clone()).collect::<Vec<_>>()
        };
        let names =
            |people: &[(String, String)]| people.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let with_roles = |people: &[(String, String)]| {
            people.iter().map(|(name, role)| format!("{name}, {role}")).collect::<Vec<_>>()
        };
        let people: Vec<_> = findings
            .people
            .iter()
            .map(|person| (person.name.value.clone(), person.title.clone().unwrap_or_default()))
            .collect();
        let codes = findings.addresses.iter().filter_map(|address| address.postal_code.clone()).collect();
        let planted = truth.emails.iter().map(|(address, _)| address.clone()).collect();
        score.compare(site, "e-mail address", planted, emails);
        score.compare(site, "phone number", truth.phones.clone(), of_kind(false));
        score.compare(site, "fax number", truth.faxes.clone(), of_kind(true));
        score.compare(site, "person", names(&truth.people), names(&people));
        score.compare(site, "person with role", with_roles(&truth.people), with_roles(&people));
        score.compare(site, "postal code", truth.postal_codes.clone(), codes);
        score
    }

    /// Scores the address that became the business's own, which may be any that the site has.
    pub(crate) fn own_address(&mut self, site: &str, truth: &Facts, own: Option<&str>) {
        let right = own.filter(|own| truth.emails.iter().any(|(address, _)| address == own));
        let planted = match (right, truth.emails.first()) {
            (Some(right), _) => vec![right.to_owned()],
            (None, first) => first.map(|(address, _)| address.clone()).into_iter().collect(),
        };
        let found = own.map(str::to_owned).into_iter().collect();
        self.compare(site, "the business's own address", planted, found);
    }

    fn compare(&mut self, site: &str, field: &'static str, planted: Vec<String>, found: Vec<String>) {
        let missed = planted.iter().filter(|value| !found.contains(value)).map(|value| ("missed", value));
        let wrong = found.iter().filter(|value| !planted.contains(value)).map(|value| ("wrong", value));
        let (missed, wrong): (Vec<_>, Vec<_>) = (missed.collect(), wrong.collect());
        let tally = Tally { planted: planted.len(), found: planted.len() - missed.len(), wrong: wrong.len() };
        *self.fields.entry(field).or_default() += tally;
        let differences = missed.into_iter().chain(wrong);
        self.differences.extend(differences.map(|(how, value)| format!("{site}: {how} {field} {value}")));
    }
}

impl AddAssign for Score {
    fn add_assign(&mut self, other: Self) {
        for (field, tally) in other.fields {
            *self.fields.entry(field).or_default() += tally;
        }
        for (way, tally) in other.ways {
            *self.ways.entry(way).or_default() += tally;
        }
        self.differences.extend(other.differences);
    }
}

#[cfg(test)]
mod tests {
    use extraction::{Page, extract};

    use super::*;

    #[test]
    fn what_is_missed_and_what_is_wrong_is_told() {
        let html = "<p>Write to info@acme.com</p><p>Fax: (732) 555-0123</p>".to_owned();
        let page = Page { url: url::Url::parse("http://acme.com/").unwrap(), html };
        let truth = Facts {
            emails: vec![("sales@acme.com".to_owned(), "text")],
            faxes: vec!["+17325550123".to_owned()],
            ..Facts::default()
        };
        let score = Score::of("a site", &truth, &extract(&page, Some("US")));
        assert_eq!(score.fields["e-mail address"], Tally { planted: 1, found: 0, wrong: 1 });
        assert_eq!(score.fields["fax number"], Tally { planted: 1, found: 1, wrong: 0 });
        assert_eq!(score.ways["text"].recall(), 0.0);
        let expect =
            ["a site: missed e-mail address sales@acme.com", "a site: wrong e-mail address info@acme.com"];
        assert_eq!(score.differences, expect);
    }
}
