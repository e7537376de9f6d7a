//! The people of a business.

use contract::{BusinessId, Contact, ContactId, Timestamp};
use sea_orm::{ConnectionTrait, Value};

use crate::codec::word;
use crate::sql::{Columns, Sql};
use crate::{Backend, NewContact, StoreError, WriteTx};

impl WriteTx {
    /// Puts `contacts` in place of those that the business has. The business's version grows by one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such business.
    pub async fn replace_contacts(
        &mut self,
        business_id: BusinessId,
        contacts: Vec<NewContact>,
    ) -> Result<Vec<Contact>, StoreError> {
        self.set_contact_count(business_id, contacts.len()).await?;
        let mut sql = self.sql("DELETE FROM contacts WHERE business_id = ");
        sql.bind(business_id.0);
        sql.execute(self.connection()).await?;
        let mut stored = Vec::with_capacity(contacts.len());
        for contact in contacts {
            stored.push(self.insert_contact(business_id, contact).await?);
        }
        Ok(stored)
    }

    async fn insert_contact(
        &self,
        business_id: BusinessId,
        contact: NewContact,
    ) -> Result<Contact, StoreError> {
        let mut sql = self.sql(
            "INSERT INTO contacts (business_id, name, title, email, email_status, phone, linkedin, is_primary, \
             confidence, source_url, found_at) VALUES (",
        );
        sql.bind_list(values(business_id, &contact)).push(") RETURNING id");
        let id = ContactId(sql.scalar(self.connection()).await?);
        Ok(contact.stored(id, business_id))
    }
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

/// The contacts of a business, the primary one first.
pub(crate) async fn of_business(
    backend: Backend,
    on: &impl ConnectionTrait,
    business_id: BusinessId,
) -> Result<Vec<Contact>, StoreError> {
    let mut sql = Sql::new(
        backend,
        "SELECT id, name, title, email, email_status, phone, linkedin, is_primary, confidence, source_url, \
         found_at FROM contacts WHERE business_id = ",
    );
    sql.bind(business_id.0).push(" ORDER BY is_primary DESC, id");
    let rows = sql.all(on).await?;
    rows.iter()
        .map(|row| {
            Ok(Contact {
                id: ContactId(row.column(0)?),
                business_id,
                name: row.column(1)?,
                title: row.column(2)?,
                email: row.column(3)?,
                email_status: word(&row.column::<String>(4)?)?,
                phone: row.column(5)?,
                linkedin: row.column(6)?,
                is_primary: row.column(7)?,
                confidence: row.column(8)?,
                source_url: row.column(9)?,
                found_at: Timestamp::from_millis(row.column(10)?),
            })
        })
        .collect()
}
