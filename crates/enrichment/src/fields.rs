//! Findings to the fields of a business: only what is missing is filled, and every value brings its evidence.

use std::collections::HashSet;

use contract::enrichment::Evidence;
use contract::{Business, EmailStatus, Timestamp};
use extraction::{Finding, Findings, Method, Person, Phone, PhoneKind, PostalAddress};
use store::NewContact;

use crate::numbers;
use crate::providers::Company;
use crate::verified::Verified;

/// What a business gains.
#[derive(Debug, Default)]
pub(crate) struct Gain {
    /// Names of the fields that were written.
    pub(crate) fields: Vec<String>,
    /// Where each value came from.
    pub(crate) evidence: Vec<Evidence>,
    /// The contacts after the gain, those known before first.
    pub(crate) contacts: Vec<NewContact>,
    /// How many of them are stored: those stay as they are.
    stored: usize,
}

/// Who tells something of a business.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Teller<'a> {
    /// Where profiles are told that stand on no page of their own.
    pub(crate) url: &'a str,
    /// What is known of the addresses that it tells.
    pub(crate) verified: &'a Verified,
    pub(crate) at: Timestamp,
}

/// Values surer than this become the business's own; what is less sure is only reported.
pub(crate) const SURE_ENOUGH: f64 = 0.6;

/// Fills what the business does not have. Of `contacts` the first `stored` are in the store.
pub(crate) fn fill(
    business: &mut Business,
    contacts: Vec<NewContact>,
    stored: usize,
    findings: Findings,
    teller: Teller<'_>,
) -> Gain {
    let mut gain = Gain { contacts, stored, ..Gain::default() };
    let verified = teller.verified;
    let usable = |email: &&Finding| {
        email.confidence >= SURE_ENOUGH && verified.status(&email.value) != EmailStatus::Invalid
    };
    if let Some(email) = findings.emails.iter().find(usable) {
        gain.fill("email", &mut business.email, email);
    }
    let callable = findings.phones.iter().find(|phone| phone.kind != PhoneKind::Fax);
    if let Some(phone) = callable.filter(|phone| phone.number.confidence >= SURE_ENOUGH) {
        if business.phone.is_none() {
            business.phone_display = Some(phone.national.clone());
        }
        gain.fill("phone", &mut business.phone, &phone.number);
    }
    let address = findings.addresses.iter().find(|address| agrees(business, address));
    if let Some(address) = address.filter(|address| address.evidence.confidence >= SURE_ENOUGH) {
        gain.fill_address(business, address);
    }
    if let Some(hours) = findings.hours.as_ref().filter(|hours| hours.opening_hours.confidence >= SURE_ENOUGH)
    {
        gain.fill("openingHours", &mut business.opening_hours, &hours.opening_hours);
    }
    if let Some(description) = &findings.description {
        gain.fill("description", &mut business.description, description);
    }
    gain.fill_socials(business, &findings, teller.url);
    gain.note(&findings);
    let mut taken: HashSet<String> = business.phone.iter().cloned().collect();
    taken.extend(findings.people.iter().filter_map(|person| person.phone.clone()));
    for person in findings.people {
        gain.add_person(person, teller);
    }
    gain.add_numbers(findings.phones, taken, teller.at);
    let has_primary = gain.contacts.iter().any(|contact| contact.is_primary);
    let mut people = gain.contacts.iter_mut().filter(|contact| !numbers::is_number(contact));
    if let Some(first) = people.next().filter(|_| !has_primary) {
        first.is_primary = true;
    }
    gain.evidence.extend(verified.evidence().cloned());
    gain
}

/// Whether an address says nothing else than what is known: a site may name several places.
fn agrees(business: &Business, address: &PostalAddress) -> bool {
    let same = |known: &Option<String>, found: &Option<String>| match (known, found) {
        (Some(known), Some(found)) => known.eq_ignore_ascii_case(found),
        _ => true,
    };
    let code = |code: &Option<String>| code.as_ref().map(|code| code.chars().take(5).collect::<String>());
    same(&business.city, &address.city)
        && same(&business.state, &address.state)
        && same(&code(&business.postal_code), &code(&address.postal_code))
}

impl Gain {
    fn fill_address(&mut self, business: &mut Business, address: &PostalAddress) {
        // A street of one source and a town of another would be a place that does not exist.
        if business.street.is_some() {
            return;
        }
        for (field, slot, value) in [
            ("street", &mut business.street, &address.street),
            ("city", &mut business.city, &address.city),
            ("state", &mut business.state, &address.state),
            ("postalCode", &mut business.postal_code, &address.postal_code),
        ] {
            if let Some(value) = value {
                let finding = Finding { value: value.clone(), ..address.evidence.clone() };
                self.fill(field, slot, &finding);
            }
        }
    }

    /// Fills what no website says of itself.
    pub(crate) fn fill_company(&mut self, business: &mut Business, company: Company, source_url: &str) {
        let Company { year_founded, employee_count, industry } = company;
        let finding = |value: String| {
            let (snippet, source_url) = (value.clone(), source_url.to_owned());
            Finding { value, snippet, source_url, method: Method::Provider, confidence: 0.7 }
        };
        if let Some(industry) = industry {
            self.fill("industry", &mut business.industry, &finding(industry));
        }
        if let (Some(year), None) = (year_founded, business.year_founded) {
            business.year_founded = Some(year);
            self.write("yearFounded", &finding(year.to_string()));
        }
        if let (Some(count), None) = (employee_count, business.employee_count) {
            business.employee_count = Some(count);
            self.write("employeeCount", &finding(count.to_string()));
        }
    }

    /// What a site is made with and some profiles have no field of the business; they are kept as evidence.
    fn note(&mut self, findings: &Findings) {
        for profile in &findings.profiles {
            self.evidence.push(evidence(&format!("profiles.{}", profile.network), &profile.url));
        }
        for technology in &findings.technologies {
            self.evidence.push(evidence(&format!("technology.{}", technology.category), &technology.name));
        }
    }

    fn fill(&mut self, field: &str, slot: &mut Option<String>, finding: &Finding) {
        if slot.is_none() {
            *slot = Some(finding.value.clone());
            self.write(field, finding);
        }
    }

    fn write(&mut self, field: &str, finding: &Finding) {
        self.fields.push(field.to_owned());
        self.evidence.push(evidence(field, finding));
    }

    fn fill_socials(&mut self, business: &mut Business, findings: &Findings, source_url: &str) {
        let found = &findings.socials;
        let ours = &mut business.socials;
        for (name, slot, url) in [
            ("socials.facebook", &mut ours.facebook, &found.facebook),
            ("socials.instagram", &mut ours.instagram, &found.instagram),
            ("socials.linkedin", &mut ours.linkedin, &found.linkedin),
            ("socials.x", &mut ours.x, &found.x),
            ("socials.youtube", &mut ours.youtube, &found.youtube),
            ("socials.tiktok", &mut ours.tiktok, &found.tiktok),
            ("socials.yelp", &mut ours.yelp, &found.yelp),
        ] {
            let (Some(url), None) = (url, &slot) else { continue };
            *slot = Some(url.clone());
            let (source_url, method) = (source_url.to_owned(), Method::Link);
            let finding =
                Finding { value: url.clone(), snippet: url.clone(), source_url, method, confidence: 0.9 };
            self.write(name, &finding);
        }
    }

    /// Adds numbers that are neither the business's own nor somebody's.
    fn add_numbers(&mut self, phones: Vec<Phone>, taken: HashSet<String>, at: Timestamp) {
        for (contact, evidence) in numbers::further(phones, &self.contacts, taken, at) {
            self.fields.push("contacts".to_owned());
            self.evidence.push(evidence);
            self.contacts.push(contact);
        }
    }

    /// Adds a person, or what is new about one whom somebody else told of just now.
    fn add_person(&mut self, person: Person, Teller { verified, at, .. }: Teller<'_>) {
        let same = |known: &NewContact| {
            known.name.as_deref() == Some(&person.name.value)
                || known.email.is_some() && known.email == person.email
        };
        if let Some(position) = self.contacts.iter().position(same) {
            let known = &mut self.contacts[position];
            if position < self.stored || known.email.is_some() || person.email.is_none() {
                return;
            }
            known.email_status =
                person.email.as_deref().map_or(known.email_status, |email| verified.status(email));
            known.email = person.email;
            known.phone = known.phone.take().or(person.phone);
            known.title = known.title.take().or(person.title);
            self.write("contacts", &person.name);
            return;
        }
        self.write("contacts", &person.name);
        self.contacts.push(NewContact {
            name: Some(person.name.value),
            title: person.title,
            email_status: person
                .email
                .as_deref()
                .map_or(EmailStatus::Unknown, |email| verified.status(email)),
            email: person.email,
            phone: person.phone,
            linkedin: None,
            is_primary: false,
            confidence: person.name.confidence,
            source_url: Some(person.name.source_url),
            found_at: at,
        });
    }
}

/// What is written down of a value that was found.
pub(crate) fn evidence(field: &str, finding: &Finding) -> Evidence {
    Evidence {
        field: field.to_owned(),
        value: finding.value.clone(),
        source_url: finding.source_url.clone(),
        snippet: Some(finding.snippet.clone()),
        confidence: finding.confidence,
    }
}
