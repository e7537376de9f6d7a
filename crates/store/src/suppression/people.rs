//! The contacts that an entry of the list covers, and what else is written down of them.

use std::collections::BTreeSet;

use contract::enrichment::Evidence;
use contract::suppression::SuppressionKind;

use super::guard::is_same_name;
use super::push_contains;
use super::subject::Subject;
use super::traces::{has, is, needles};
use crate::codec::{from_json, json};
use crate::sql::Columns;
use crate::text::fold;
use crate::{StoreError, WriteTx};

/// What the fields of evidence begin with that are numbers of contacts.
const NUMBERS: &str = "contacts.";

/// A contact that is covered.
pub(super) struct Found {
    pub(super) id: i64,
    pub(super) business: i64,
    pub(super) name: Option<String>,
    pub(super) phone: Option<String>,
    /// That of the business.
    pub(super) domain: Option<String>,
    pub(super) removed: bool,
}

impl WriteTx {
    /// Contacts with a covered address, those of the same name beside one, those whom the website of a covered domain
    /// names, and the numbers that stood beside one of their names.
    pub(super) async fn covered_contacts(&self, subject: &Subject) -> Result<Vec<Found>, StoreError> {
        let mut sql = self.sql(
            "SELECT c.id, c.business_id, c.name, b.domain, c.removed, c.email, c.phone FROM contacts c \
             JOIN businesses b ON b.id = c.business_id WHERE ",
        );
        match subject.kind() {
            SuppressionKind::Email => push_contains(&mut sql, "c.email", &needles(subject)),
            SuppressionKind::Domain => {
                push_contains(&mut sql, "c.email", &needles(subject));
                sql.push(" OR ");
                push_contains(&mut sql, "b.domain", &[subject.text().to_owned()]);
            }
            SuppressionKind::Person => {
                sql.push("b.domain = ").bind(subject.text().rsplit_once('\n').map(|(_, domain)| domain));
            }
        }
        let mut found = Vec::new();
        for row in sql.all(self.connection()).await? {
            let (name, domain): (Option<String>, Option<String>) = (row.column(2)?, row.column(3)?);
            let email: Option<String> = row.column(5)?;
            if is_covered(subject, email.as_deref(), name.as_deref(), domain.as_deref()) {
                let (id, business, removed) = (row.column(0)?, row.column(1)?, row.column(4)?);
                found.push(Found { id, business, name, phone: row.column(6)?, domain, removed });
            }
        }
        let found = self.add_namesakes(found).await?;
        self.add_numbers(found).await
    }

    /// The same with contacts of the same business that have one of the names.
    async fn add_namesakes(&self, mut found: Vec<Found>) -> Result<Vec<Found>, StoreError> {
        let businesses: BTreeSet<i64> = found.iter().map(|contact| contact.business).collect();
        for business in businesses {
            let mut sql = self.sql("SELECT id, name, removed, phone FROM contacts WHERE business_id = ");
            sql.bind(business);
            for row in sql.all(self.connection()).await? {
                let (id, name): (i64, Option<String>) = (row.column(0)?, row.column(1)?);
                let Some(name) = name else { continue };
                let mut here = found.iter().filter(|contact| contact.business == business);
                let names =
                    here.clone().filter_map(|contact| Some((contact.name.as_deref()?, &contact.domain)));
                let same = names.into_iter().find(|(known, _)| is_same_name(known, &name));
                let Some(domain) = same.map(|(_, domain)| domain.clone()) else { continue };
                if here.any(|contact| contact.id == id) {
                    continue;
                }
                let (removed, phone) = (row.column(2)?, row.column(3)?);
                found.push(Found { id, business, name: Some(name), phone, domain, removed });
            }
        }
        Ok(found)
    }

    /// The same with contacts of the same business that are nothing but a number which was found beside one of the names.
    async fn add_numbers(&self, mut found: Vec<Found>) -> Result<Vec<Found>, StoreError> {
        let businesses: BTreeSet<i64> = found.iter().map(|contact| contact.business).collect();
        for business in businesses {
            let here = found.iter().filter(|contact| contact.business == business);
            let names: Vec<&str> = here.clone().filter_map(|contact| contact.name.as_deref()).collect();
            let known: Vec<i64> = here.map(|contact| contact.id).collect();
            let mut numbers = BTreeSet::new();
            for (_, evidence) in self.evidence_of(business).await? {
                let theirs = evidence.into_iter().filter(|one| {
                    one.field.starts_with(NUMBERS) && names.iter().any(|name| is_told_of(name, one))
                });
                numbers.extend(theirs.map(|one| one.value));
            }
            let mut sql = self.sql("SELECT id, phone, removed FROM contacts WHERE business_id = ");
            sql.bind(business).push(" AND name IS NULL AND email IS NULL AND by_person = ").bind(false);
            for row in sql.all(self.connection()).await? {
                let (id, phone): (i64, Option<String>) = (row.column(0)?, row.column(1)?);
                let is_theirs = phone.as_ref().is_some_and(|phone| numbers.contains(phone));
                if is_theirs && !known.contains(&id) {
                    let removed = row.column(2)?;
                    found.push(Found { id, business, name: None, phone, domain: None, removed });
                }
            }
        }
        Ok(found)
    }

    /// The evidence of each entry in the log of a business.
    async fn evidence_of(&self, business: i64) -> Result<Vec<(i64, Vec<Evidence>)>, StoreError> {
        let mut sql = self.sql("SELECT id, evidence FROM enrichment_log WHERE business_id = ");
        sql.bind(business);
        let rows = sql.all(self.connection()).await?;
        rows.iter().map(|row| Ok((row.column(0)?, from_json(&row.column::<String>(1)?)?))).collect()
    }

    /// Evidence of the contacts that are gone: their names, the texts that have one, and the numbers that they were.
    pub(super) async fn forget_people_in_log(&self, contacts: &[Found]) -> Result<(), StoreError> {
        let businesses: BTreeSet<i64> = contacts.iter().map(|contact| contact.business).collect();
        for business in businesses {
            let here = contacts.iter().filter(|contact| contact.business == business);
            let names: Vec<&str> = here.clone().filter_map(|contact| contact.name.as_deref()).collect();
            let numbers: Vec<&str> = here.filter_map(|contact| contact.phone.as_deref()).collect();
            for (id, mut evidence) in self.evidence_of(business).await? {
                let before = evidence.len();
                evidence.retain(|one| {
                    let is_number = one.field.starts_with(NUMBERS) && numbers.contains(&one.value.as_str());
                    !is_number && !names.iter().any(|name| is_told_of(name, one))
                });
                if evidence.len() < before {
                    self.put("enrichment_log", "id", "evidence", id, &json(&evidence)?).await?;
                }
            }
        }
        Ok(())
    }
}

fn is_covered(subject: &Subject, email: Option<&str>, name: Option<&str>, domain: Option<&str>) -> bool {
    if email.is_some_and(|email| has(email, subject)) {
        return true;
    }
    match subject.kind() {
        SuppressionKind::Email => false,
        // A website lies at a domain as an address does.
        SuppressionKind::Domain => domain.is_some_and(|domain| is(&format!("web@{domain}"), subject)),
        SuppressionKind::Person => {
            let person = name.zip(domain).and_then(|(name, domain)| Subject::person(name, domain));
            person.as_ref() == Some(subject)
        }
    }
}

/// Whether evidence is of somebody of that name: it is their name, or its text has it.
fn is_told_of(name: &str, evidence: &Evidence) -> bool {
    let text = evidence.snippet.as_deref().unwrap_or_default();
    // One word may be any word.
    is_same_name(name, &evidence.value) || (name.trim().contains(' ') && fold(text).contains(&fold(name)))
}
