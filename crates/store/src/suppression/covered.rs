//! Asking the suppression list about many at once.

use std::collections::HashSet;

use sea_orm::ConnectionTrait;

use super::subject::{Subject, domain_digests};
use crate::sql::{Columns, Sql, padded};
use crate::{Backend, Store, StoreError, WriteTx};

/// Digests that one statement asks for.
const DIGESTS_PER_READ: usize = 512;

/// Whom to look for on the suppression list.
#[derive(Clone, Debug, Default)]
pub struct Sought(HashSet<String>);

impl Sought {
    /// An e-mail address, and what else would cover it.
    pub fn email(&mut self, address: &str) {
        self.0.extend(Subject::email(address).iter().flat_map(Subject::digests));
    }

    /// Somebody whom the website of a domain names.
    pub fn person(&mut self, name: &str, domain: &str) {
        self.0.extend(Subject::person(name, domain).map(|person| person.digest()));
    }

    /// A domain, such as that of a website.
    pub fn domain(&mut self, domain: &str) {
        self.0.extend(domain_digests(domain));
    }

    /// Every address in a text.
    pub(crate) fn text(&mut self, text: &str) {
        for address in super::mentions::addresses(text) {
            self.email(address);
        }
    }
}

/// Those of whom was looked for that are on the suppression list.
#[derive(Clone, Debug, Default)]
pub struct Covered(HashSet<String>);

impl Covered {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an address is covered.
    #[must_use]
    pub fn email(&self, address: &str) -> bool {
        let of = |subject: Subject| subject.digests().any(|digest| self.0.contains(&digest));
        !self.is_empty() && Subject::email(address).is_some_and(of)
    }

    /// Whether somebody whom the website of a domain names is covered.
    #[must_use]
    pub fn person(&self, name: &str, domain: &str) -> bool {
        let of = |subject: Subject| self.0.contains(&subject.digest());
        !self.is_empty() && Subject::person(name, domain).is_some_and(of)
    }

    /// Whether a domain is covered.
    #[must_use]
    pub fn domain(&self, domain: &str) -> bool {
        !self.is_empty() && domain_digests(domain).iter().any(|digest| self.0.contains(digest))
    }

    /// Whether a text has an address that is covered.
    pub(crate) fn text(&self, text: &str) -> bool {
        !self.is_empty() && super::mentions::addresses(text).any(|address| self.email(address))
    }
}

impl Store {
    /// Who of them is on the suppression list now.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn suppressed(&self, sought: &Sought) -> Result<Covered, StoreError> {
        find(self.backend(), self.reader(), sought).await
    }
}

impl WriteTx {
    /// Who of them is on the suppression list, to which nothing is added until the end of the transaction.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn suppressed(&self, sought: &Sought) -> Result<Covered, StoreError> {
        if sought.0.is_empty() || !self.has_suppressions().await? {
            return Ok(Covered::default());
        }
        find(self.backend(), self.connection(), sought).await
    }

    /// Whether anybody is on the suppression list. Every transaction that writes a business asks before it locks a row:
    /// whoever adds to the list waits for all that asked, so that what they write is there to be deleted, and those that
    /// ask later see the new entry.
    pub(crate) async fn has_suppressions(&self) -> Result<bool, StoreError> {
        let known = self.suppression_list().get_or_try_init(|| async {
            self.backend().share_suppressions(self.connection()).await?;
            let sql = self.sql("SELECT 1 FROM suppressions LIMIT 1");
            Ok::<bool, StoreError>(sql.one(self.connection()).await?.is_some())
        });
        known.await.copied()
    }
}

async fn find(backend: Backend, on: &impl ConnectionTrait, sought: &Sought) -> Result<Covered, StoreError> {
    let digests: Vec<String> = sought.0.iter().cloned().collect();
    let mut covered = Covered::default();
    for run in digests.chunks(DIGESTS_PER_READ) {
        let mut sql = Sql::new(backend, "SELECT digest FROM suppressions WHERE digest IN (");
        sql.bind_list(padded(run)).push(")");
        for row in sql.all(on).await? {
            covered.0.insert(row.column(0)?);
        }
    }
    Ok(covered)
}
