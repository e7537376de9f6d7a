//! What is stored of somebody who is suppressed, and its end.

use std::collections::{BTreeMap, BTreeSet};

use contract::event::BulkUpdated;
use contract::suppression::SuppressionKind;
use contract::{BusinessId, EventPayload};
use serde_json::Value;

use super::mentions::{addresses, scrub};
use super::people::Found;
use super::push_contains;
use super::subject::Subject;
use crate::codec::from_json;
use crate::events::log;
use crate::sql::{Columns, stored};
use crate::{OF_WEBSITES, StoreError, WriteTx};

/// So many businesses are told of one by one, more of them in one event.
const TOLD_EACH: usize = 200;
/// What is kept of so many websites is looked for by domain; beyond, all of it goes.
const WEBSITES_EACH: usize = 100;
/// Rows that one statement reads of a table that may be large.
const ROWS_PER_READ: i64 = 500;

/// What there was.
#[derive(Debug, Default)]
pub(super) struct Gone {
    /// Contacts that were shown.
    pub(super) contacts: u64,
    /// Businesses that lost a contact or their address.
    pub(super) businesses: u64,
    /// Who was found with the address.
    pub(super) people: Vec<Subject>,
}

impl WriteTx {
    /// Deletes what is stored of the subject, and appends the events that say so.
    pub(super) async fn remove_traces(&mut self, subject: &Subject) -> Result<Gone, StoreError> {
        let contacts = self.covered_contacts(subject).await?;
        let mut affected = BTreeMap::new();
        for contact in &contacts {
            let mut sql = self.sql("DELETE FROM contacts WHERE id = ");
            sql.bind(contact.id);
            sql.execute(self.connection()).await?;
            // A contact that was not shown leaves nothing to be told.
            *affected.entry(contact.business).or_insert(false) |= !contact.removed;
        }
        let addressed = self.covered_addresses(subject).await?;
        affected.extend(addressed.iter().map(|id| (*id, true)));
        let changed: Vec<BusinessId> =
            affected.iter().filter(|(_, shown)| **shown).map(|(id, _)| BusinessId(*id)).collect();
        self.forget_addresses(&changed, subject).await?;
        self.forget_history(subject, &contacts).await?;
        let mut people: Vec<Subject> = Vec::new();
        for contact in &contacts {
            let person = contact.name.as_deref().zip(contact.domain.as_deref());
            people.extend(person.and_then(|(name, domain)| Subject::person(name, domain)));
        }
        let shown = contacts.iter().filter(|contact| !contact.removed).count();
        Ok(Gone { contacts: shown as u64, businesses: changed.len() as u64, people })
    }

    /// Businesses whose own address or description has a covered address.
    async fn covered_addresses(&self, subject: &Subject) -> Result<Vec<i64>, StoreError> {
        if subject.kind() == SuppressionKind::Person {
            return Ok(Vec::new());
        }
        let mut sql = self.sql("SELECT id, email, description FROM businesses WHERE ");
        push_contains(&mut sql, "email", &needles(subject));
        sql.push(" OR ");
        push_contains(&mut sql, "description", &needles(subject));
        let mut ids = Vec::new();
        for row in sql.all(self.connection()).await? {
            let (email, description): (Option<String>, Option<String>) = (row.column(1)?, row.column(2)?);
            if [email, description].iter().flatten().any(|text| has(text, subject)) {
                ids.push(row.column(0)?);
            }
        }
        Ok(ids)
    }

    /// Writes the businesses without the address and with as many contacts as they have now, and tells of them.
    async fn forget_addresses(&mut self, ids: &[BusinessId], subject: &Subject) -> Result<(), StoreError> {
        let mut told = self
            .change_businesses(ids, |business| {
                business.email.take_if(|email| has(email, subject));
                business.description.take_if(|text| has(text, subject));
            })
            .await?;
        for business in &mut told {
            business.contact_count = self.recount_contacts(business.id).await?;
        }
        if told.is_empty() {
            return Ok(());
        }
        if told.len() <= TOLD_EACH {
            let each = told.into_iter().map(|business| EventPayload::BusinessUpdated(Box::new(business)));
            self.append_events(each);
        } else {
            let (ids, versions) = told.iter().map(|business| (business.id, business.version)).unzip();
            self.append_events([EventPayload::BusinessesBulkUpdated(BulkUpdated { ids, versions })]);
        }
        self.append_events([EventPayload::StatsUpdated {}]);
        Ok(())
    }

    /// Deletes what was written down beside the businesses.
    async fn forget_history(&self, subject: &Subject, contacts: &[Found]) -> Result<(), StoreError> {
        self.forget_people_in_log(contacts).await?;
        self.forget_websites(subject, contacts).await?;
        if subject.kind() == SuppressionKind::Person {
            return Ok(());
        }
        self.scrub("enrichment_log", "id", "evidence", subject).await?;
        self.scrub("business_merges", "id", "record", subject).await?;
        self.scrub_events(subject).await?;
        self.delete_mentioning("provider_answers", "subject", subject).await?;
        self.scrub_answers(subject).await?;
        self.delete_mentioning("idempotent_answers", "body", subject).await?;
        let mut sql = self.sql("UPDATE job_rejections SET raw = NULL WHERE ");
        push_contains(&mut sql, "raw", &needles(subject));
        sql.execute(self.connection()).await.map(drop)
    }

    /// What is kept of websites that may name the subject, or the people who are gone: it is read again when it is needed.
    async fn forget_websites(&self, subject: &Subject, contacts: &[Found]) -> Result<(), StoreError> {
        let of_subject = match subject.kind() {
            SuppressionKind::Email => subject.text().rsplit_once('@').map(|(_, domain)| domain),
            SuppressionKind::Person => subject.text().rsplit_once('\n').map(|(_, domain)| domain),
            SuppressionKind::Domain => subject.as_domain(),
        };
        let of_contacts = contacts.iter().filter_map(|contact| contact.domain.as_deref());
        let domains: BTreeSet<&str> = of_contacts.chain(of_subject).collect();
        let kept = || {
            let mut sql = self.sql("DELETE FROM provider_answers WHERE provider = ");
            sql.bind(OF_WEBSITES);
            sql
        };
        if domains.len() > WEBSITES_EACH {
            return kept().execute(self.connection()).await.map(drop);
        }
        for domain in domains {
            let mut sql = kept();
            sql.push(" AND (subject = ").bind(domain).push(" OR ");
            push_contains(&mut sql, "subject", &[format!(".{domain}")]);
            sql.push(")");
            sql.execute(self.connection()).await?;
        }
        if subject.kind() == SuppressionKind::Person {
            return Ok(());
        }
        let mut sql = kept();
        sql.push(" AND ");
        push_contains(&mut sql, "answer", &needles(subject));
        sql.execute(self.connection()).await.map(drop)
    }

    /// Takes the addresses out of a column of JSON.
    async fn scrub(&self, table: &str, key: &str, column: &str, subject: &Subject) -> Result<(), StoreError> {
        self.rewrite(table, key, column, subject, |text| {
            let mut value: Value = from_json(text)?;
            Ok(scrub(&mut value, &|address| is(address, subject)).then(|| value.to_string()))
        })
        .await
    }

    /// Takes the addresses out of past events, which keep their form.
    async fn scrub_events(&self, subject: &Subject) -> Result<(), StoreError> {
        self.rewrite("events", "seq", "payload", subject, |text| {
            log::rewritten(text, |data| scrub(data, &|address| is(address, subject)))
        })
        .await
    }

    /// Rewrites the texts of a column that may have one of the addresses.
    async fn rewrite(
        &self,
        table: &str,
        key: &str,
        column: &str,
        subject: &Subject,
        change: impl Fn(&str) -> Result<Option<String>, StoreError> + Send,
    ) -> Result<(), StoreError> {
        let mut last = i64::MIN;
        loop {
            let mut sql = self.sql("SELECT ");
            sql.push(key).push(", ").push(column).push(" FROM ").push(table).push(" WHERE ");
            push_contains(&mut sql, column, &needles(subject));
            sql.push(" AND ").push(key).push(" > ").bind(last);
            sql.push(" ORDER BY ").push(key).push(" LIMIT ").bind(ROWS_PER_READ);
            let rows = sql.all(self.connection()).await?;
            for row in &rows {
                last = row.column(0)?;
                if let Some(text) = change(&row.column::<String>(1)?)? {
                    self.put(table, key, column, last, &text).await?;
                }
            }
            // Fewer than were asked for are the last: to ask again would look through the rest once more.
            if stored(rows.len() as u64) < ROWS_PER_READ {
                return Ok(());
            }
        }
    }

    pub(super) async fn put(
        &self,
        table: &str,
        key: &str,
        column: &str,
        id: i64,
        text: &str,
    ) -> Result<(), StoreError> {
        let mut sql = self.sql("UPDATE ");
        sql.push(table).push(" SET ").push(column).push(" = ").bind(text);
        sql.push(" WHERE ").push(key).push(" = ").bind(id);
        sql.execute(self.connection()).await.map(drop)
    }

    /// What providers were paid for stays bought, without whom they may no longer tell.
    async fn scrub_answers(&self, subject: &Subject) -> Result<(), StoreError> {
        let mut sql = self.sql("SELECT provider, operation, subject, answer FROM provider_answers WHERE ");
        push_contains(&mut sql, "answer", &needles(subject));
        for row in sql.all(self.connection()).await? {
            let key: [String; 3] = [row.column(0)?, row.column(1)?, row.column(2)?];
            let left = self.leave_out_of_answer(&key[2], &row.column::<String>(3)?).await?;
            let mut sql = match left {
                Some(left) => {
                    let mut sql = self.sql("UPDATE provider_answers SET answer = ");
                    sql.bind(left);
                    sql
                }
                None => self.sql("DELETE FROM provider_answers"),
            };
            let [provider, operation, about] = key;
            sql.push(" WHERE provider = ").bind(provider).push(" AND operation = ").bind(operation);
            sql.push(" AND subject = ").bind(about);
            sql.execute(self.connection()).await?;
        }
        Ok(())
    }

    async fn delete_mentioning(
        &self,
        table: &str,
        column: &str,
        subject: &Subject,
    ) -> Result<(), StoreError> {
        let mut sql = self.sql("DELETE FROM ");
        sql.push(table).push(" WHERE ");
        push_contains(&mut sql, column, &needles(subject));
        sql.execute(self.connection()).await.map(drop)
    }
}

pub(super) fn is(address: &str, subject: &Subject) -> bool {
    Subject::email(address).is_some_and(|address| subject.covers(&address))
}

pub(super) fn has(text: &str, subject: &Subject) -> bool {
    addresses(text).any(|address| is(address, subject))
}

/// What stands in a text that has an address which the subject covers, in lower case: the domain in either script.
pub(super) fn needles(subject: &Subject) -> Vec<String> {
    let (local, domain) = subject.text().rsplit_once('@').unwrap_or(("", subject.text()));
    let (unicode, _) = idna::domain_to_unicode(domain);
    let mut domains = vec![domain.to_owned()];
    domains.extend(Some(unicode).filter(|unicode| unicode != domain));
    let of_kind = |domain: String| match subject.kind() {
        SuppressionKind::Email => vec![format!("{local}@{domain}")],
        _ => vec![format!("@{domain}"), format!(".{domain}")],
    };
    domains.into_iter().flat_map(of_kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_looked_for_in_either_script() {
        let needles = |subject: Option<Subject>| needles(&subject.unwrap());
        assert_eq!(
            needles(Subject::email("Jane@bücher.example")),
            ["jane@xn--bcher-kva.example", "jane@bücher.example"]
        );
        assert_eq!(needles(Subject::domain("example.org")), ["@example.org", ".example.org"]);
    }
}
