//! The people of a business.

use std::collections::HashMap;

use contract::{BusinessId, Contact, ContactId, Timestamp};
use sea_orm::{ConnectionTrait, QueryResult, Value};

use crate::codec::word;
use crate::sql::{Columns, Sql, padded, stored};
use crate::text::fold;
use crate::{Backend, KnownBusiness, NewContact, StoreError, WriteTx};

/// What [`decode`] reads.
const COLUMNS: &str = "id, business_id, name, title, email, email_status, phone, linkedin, is_primary, confidence, \
    source_url, found_at";
/// The order in which contacts are shown.
const PRIMARY_FIRST: &str = " ORDER BY is_primary DESC, id";
/// Businesses whose contacts one statement asks for.
const BUSINESSES_PER_READ: usize = 1024;

impl WriteTx {
    /// Puts `contacts` in place of those that the business has; answers all that it has now, the primary one first.
    /// A contact that is there already keeps its id. What a person wrote stays, and whom a person removed does not
    /// come back; who is on the suppression list is left out. The business's version grows by one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such business.
    pub async fn replace_contacts(
        &mut self,
        business_id: BusinessId,
        contacts: Vec<NewContact>,
    ) -> Result<Vec<Contact>, StoreError> {
        let business = self.require_business(business_id).await?;
        let contacts = self.leave_out_of_contacts(business.domain.as_deref(), contacts).await?;
        let mut sql = self.sql("SELECT ");
        sql.push(COLUMNS).push(", by_person, removed FROM contacts WHERE business_id = ").bind(business_id.0);
        let mut known = Vec::new();
        for row in sql.all(self.connection()).await? {
            known.push(Known {
                contact: decode(&row)?,
                by_person: row.column(12)?,
                removed: row.column(13)?,
            });
        }
        let mut kept: Vec<ContactId> = Vec::new();
        let mut new = Vec::new();
        for contact in contacts {
            match known.iter().find(|known| known.is(&contact) && !kept.contains(&known.contact.id)) {
                Some(known) => {
                    kept.push(known.contact.id);
                    if !known.is_settled() && known.contact.is_primary != contact.is_primary {
                        self.set_primary(known.contact.id, contact.is_primary).await?;
                    }
                }
                None => new.push(contact),
            }
        }
        for gone in known.iter().filter(|known| !known.is_settled()) {
            if !kept.contains(&gone.contact.id) {
                self.delete_contact_row(gone.contact.id).await?;
            }
        }
        let has_primary = known.iter().any(|known| known.by_person && known.contact.is_primary);
        for mut contact in new {
            contact.is_primary &= !has_primary;
            self.insert_contact(business_id, contact, false).await?;
        }
        let all = of_business(self.backend(), self.connection(), business_id).await?;
        self.set_contact_count(business_id, all.len()).await?;
        Ok(all)
    }

    /// Adds a contact that a person wrote. The business's version grows by one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such business, [`StoreError::Conflict`] if the suppression list covers the
    /// contact.
    pub async fn add_contact(
        &mut self,
        business_id: BusinessId,
        contact: NewContact,
    ) -> Result<Contact, StoreError> {
        let business = self.require_business(business_id).await?;
        self.refuse_suppressed(business.domain.as_deref(), contact.clone()).await?;
        if contact.is_primary {
            self.unset_primary(business_id).await?;
        }
        let contact = self.insert_contact(business_id, contact, true).await?;
        self.count_contacts(business_id).await?;
        Ok(contact)
    }

    /// Stores what a person made of a contact. The business's version grows by one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the business has no such contact, [`StoreError::Conflict`] if the suppression list covers
    /// what it became.
    pub async fn edit_contact(&mut self, contact: &Contact) -> Result<(), StoreError> {
        let domain = self.require_business(contact.business_id).await?.domain;
        self.refuse_suppressed(domain.as_deref(), NewContact::of(contact)).await?;
        if contact.is_primary {
            self.unset_primary(contact.business_id).await?;
        }
        let text = |text: &Option<String>| Value::from(text.as_deref());
        let mut sql = self.sql("UPDATE contacts SET by_person = ");
        sql.bind(true)
            .push(", name = ")
            .bind(text(&contact.name))
            .push(", title = ")
            .bind(text(&contact.title));
        sql.push(", email = ").bind(text(&contact.email));
        sql.push(", email_status = ").bind(contact.email_status.as_str());
        sql.push(", phone = ").bind(text(&contact.phone)).push(", linkedin = ").bind(text(&contact.linkedin));
        sql.push(", is_primary = ").bind(contact.is_primary);
        write_shown(&mut sql, contact.business_id, contact.id);
        expect_one(sql.execute(self.connection()).await?, contact.id)?;
        self.count_contacts(contact.business_id).await
    }

    /// Removes a contact, for good: enrichment does not add it again. The business's version grows by one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the business has no such contact.
    pub async fn remove_contact(
        &mut self,
        business_id: BusinessId,
        contact_id: ContactId,
    ) -> Result<(), StoreError> {
        self.has_suppressions().await?;
        let mut sql = self.sql("UPDATE contacts SET removed = ");
        sql.bind(true).push(", is_primary = ").bind(false);
        write_shown(&mut sql, business_id, contact_id);
        expect_one(sql.execute(self.connection()).await?, contact_id)?;
        self.count_contacts(business_id).await
    }

    /// The contacts of a business, the primary one first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn contacts(&mut self, business_id: BusinessId) -> Result<Vec<Contact>, StoreError> {
        of_business(self.backend(), self.connection(), business_id).await
    }

    async fn require_business(&mut self, id: BusinessId) -> Result<KnownBusiness, StoreError> {
        self.lock_business(id).await?.ok_or_else(|| StoreError::not_found("business", id))
    }

    async fn unset_primary(&self, business_id: BusinessId) -> Result<(), StoreError> {
        let mut sql = self.sql("UPDATE contacts SET is_primary = ");
        sql.bind(false).push(" WHERE business_id = ").bind(business_id.0);
        sql.execute(self.connection()).await.map(drop)
    }

    /// Makes a contact the primary one, or not.
    pub(crate) async fn set_primary_contact(&self, id: i64, is_primary: bool) -> Result<(), StoreError> {
        self.set_primary(ContactId(id), is_primary).await
    }

    /// Writes down how many contacts a business has, without counting that as a change.
    pub(crate) async fn recount_contacts(&self, id: BusinessId) -> Result<u32, StoreError> {
        let count = of_business(self.backend(), self.connection(), id).await?.len();
        let mut sql = self.sql("UPDATE businesses SET contact_count = ");
        sql.bind(stored(count as u64)).push(" WHERE id = ").bind(id.0);
        sql.execute(self.connection()).await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    async fn set_primary(&self, id: ContactId, is_primary: bool) -> Result<(), StoreError> {
        let mut sql = self.sql("UPDATE contacts SET is_primary = ");
        sql.bind(is_primary).push(" WHERE id = ").bind(id.0);
        sql.execute(self.connection()).await.map(drop)
    }

    async fn count_contacts(&self, business_id: BusinessId) -> Result<(), StoreError> {
        let count = of_business(self.backend(), self.connection(), business_id).await?.len();
        self.set_contact_count(business_id, count).await
    }

    async fn delete_contact_row(&self, id: ContactId) -> Result<(), StoreError> {
        let mut sql = self.sql("DELETE FROM contacts WHERE id = ");
        sql.bind(id.0);
        sql.execute(self.connection()).await.map(drop)
    }

    async fn insert_contact(
        &self,
        business_id: BusinessId,
        contact: NewContact,
        by_person: bool,
    ) -> Result<Contact, StoreError> {
        let mut sql = self.sql(
            "INSERT INTO contacts (business_id, name, title, email, email_status, phone, linkedin, is_primary, \
             confidence, source_url, found_at, by_person) VALUES (",
        );
        sql.bind_list(values(business_id, &contact)).push(", ").bind(by_person).push(") RETURNING id");
        let id = ContactId(sql.scalar(self.connection()).await?);
        Ok(contact.stored(id, business_id))
    }
}

/// A contact as it is stored, shown or not.
struct Known {
    contact: Contact,
    by_person: bool,
    removed: bool,
}

impl Known {
    /// Whether a person had the last word.
    fn is_settled(&self) -> bool {
        self.by_person || self.removed
    }

    /// Whether `new` tells of this contact: the same row, or somebody whom a person wrote or removed, by name or by
    /// address, or by number where `new` is nothing but one.
    fn is(&self, new: &NewContact) -> bool {
        if !self.is_settled() {
            let new = new.clone().stored(self.contact.id, self.contact.business_id);
            return Contact { is_primary: self.contact.is_primary, ..new } == self.contact;
        }
        let same = |known: &Option<String>, new: &Option<String>| {
            known.as_ref().zip(new.as_ref()).is_some_and(|(known, new)| fold(known) == fold(new))
        };
        let is_number = new.name.is_none() && new.email.is_none();
        same(&self.contact.name, &new.name)
            || same(&self.contact.email, &new.email)
            || (is_number && same(&self.contact.phone, &new.phone))
    }
}

fn write_shown(sql: &mut Sql, business_id: BusinessId, id: ContactId) {
    sql.push(" WHERE id = ").bind(id.0).push(" AND business_id = ").bind(business_id.0);
    sql.push(" AND removed = ").bind(false);
}

fn expect_one(changed: u64, id: ContactId) -> Result<(), StoreError> {
    if changed == 1 { Ok(()) } else { Err(StoreError::not_found("contact", id)) }
}

fn values(business_id: BusinessId, contact: &NewContact) -> [Value; 11] {
    let text = |text: &Option<String>| Value::from(text.as_deref());
    [
        business_id.0.into(),
        text(&contact.name),
        text(&contact.title),
        text(&contact.email),
        contact.email_status.as_str().into(),
        text(&contact.phone),
        text(&contact.linkedin),
        contact.is_primary.into(),
        contact.confidence.into(),
        text(&contact.source_url),
        contact.found_at.as_millis().into(),
    ]
}

/// The contacts of a business that are shown, the primary one first.
pub(crate) async fn of_business(
    backend: Backend,
    on: &impl ConnectionTrait,
    business_id: BusinessId,
) -> Result<Vec<Contact>, StoreError> {
    let mut sql = Sql::new(backend, "SELECT ");
    sql.push(COLUMNS).push(" FROM contacts WHERE business_id = ").bind(business_id.0);
    sql.push(" AND removed = ").bind(false).push(PRIMARY_FIRST);
    sql.all(on).await?.iter().map(decode).collect()
}

/// The same of many businesses at once; those without any are not among them.
pub(crate) async fn of_businesses(
    backend: Backend,
    on: &impl ConnectionTrait,
    business_ids: &[BusinessId],
) -> Result<HashMap<BusinessId, Vec<Contact>>, StoreError> {
    let ids: Vec<i64> = business_ids.iter().map(|id| id.0).collect();
    let mut contacts: HashMap<BusinessId, Vec<Contact>> = HashMap::new();
    for run in ids.chunks(BUSINESSES_PER_READ) {
        let mut sql = Sql::new(backend, "SELECT ");
        sql.push(COLUMNS).push(" FROM contacts WHERE business_id IN (").bind_list(padded(run));
        sql.push(") AND removed = ").bind(false).push(PRIMARY_FIRST);
        for row in sql.all(on).await? {
            let contact = decode(&row)?;
            contacts.entry(contact.business_id).or_default().push(contact);
        }
    }
    Ok(contacts)
}

/// Reads what [`COLUMNS`] selected.
fn decode(row: &QueryResult) -> Result<Contact, StoreError> {
    Ok(Contact {
        id: ContactId(row.column(0)?),
        business_id: BusinessId(row.column(1)?),
        name: row.column(2)?,
        title: row.column(3)?,
        email: row.column(4)?,
        email_status: word(&row.column::<String>(5)?)?,
        phone: row.column(6)?,
        linkedin: row.column(7)?,
        is_primary: row.column(8)?,
        confidence: row.column(9)?,
        source_url: row.column(10)?,
        found_at: Timestamp::from_millis(row.column(11)?),
    })
}
