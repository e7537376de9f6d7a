//! What people write by hand: it stays, whatever is found later.

use contract::{Business, BusinessId, Socials};
use sea_orm::QueryResult;

use super::row;
use super::write::changed_meanwhile;
use crate::codec::{from_json, json};
use crate::sql::Columns;
use crate::{KnownBusiness, NewBusiness, StoreError, WriteTx};

/// A locked row with the fields that a person set or cleared in it.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) row: KnownBusiness,
    edited: Vec<String>,
}

impl Stored {
    pub(super) fn decode(row: &QueryResult) -> Result<Self, StoreError> {
        let edited: Option<String> = row.column(row::COLUMN_COUNT)?;
        let edited = edited.map_or_else(|| Ok(Vec::new()), |text| from_json(&text))?;
        Ok(Self { row: row::decode_known(row)?, edited })
    }

    /// The fields that a person set or cleared with one more, unless that is among them.
    pub(super) fn with_edited(&self, field: &str) -> Option<Vec<String>> {
        let is_new = !self.edited.iter().any(|known| known == field);
        is_new.then(|| self.edited.iter().cloned().chain([field.to_owned()]).collect())
    }

    /// The fields that a person set or cleared.
    pub(super) fn edited(&self) -> &[String] {
        &self.edited
    }

    /// Puts back what a person set or cleared.
    pub(super) fn keep_edited(&self, changed: &mut KnownBusiness) {
        for field in &self.edited {
            keep(field, &self.row, changed);
        }
    }
}

impl WriteTx {
    /// The stored business, which stays as it is until the end of the transaction.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn lock_business(&mut self, id: BusinessId) -> Result<Option<KnownBusiness>, StoreError> {
        Ok(self.stored(&[id.0]).await?.pop().map(|stored| stored.row))
    }

    /// Stores a business that a person wrote; `fields` as in [`WriteTx::edit_business`].
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn add_business(&mut self, new: NewBusiness, fields: &[&str]) -> Result<Business, StoreError> {
        let mut added = self.insert_businesses(vec![new]).await?;
        let business = added.pop().ok_or_else(StoreError::half_done)?;
        let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
        let edited = self.set_edited(business.id, &fields).await;
        self.guard(edited).map(|()| business)
    }

    /// Stores what a person made of a business, and returns it with its version one higher. `fields` are those that
    /// the person set or cleared, by their names in the contract: [`WriteTx::update_businesses`] leaves them alone
    /// from now on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], and [`StoreError::Conflict`] if the stored version is not the given one.
    pub async fn edit_business(
        &mut self,
        changed: KnownBusiness,
        fields: &[&str],
    ) -> Result<Business, StoreError> {
        let edited = self.edit_one(changed, fields).await;
        self.guard(edited)
    }

    async fn edit_one(&self, changed: KnownBusiness, fields: &[&str]) -> Result<Business, StoreError> {
        let id = changed.business.id;
        let stored = self.stored(&[id.0]).await?.pop();
        let Stored { row, mut edited } = stored.ok_or_else(|| StoreError::not_found("business", id))?;
        if row.business.version != changed.business.version {
            return Err(changed_meanwhile());
        }
        let mut written = self.write_changed(&[row.business], vec![changed]).await?;
        edited.extend(fields.iter().map(|field| (*field).to_owned()));
        edited.sort_unstable();
        edited.dedup();
        self.set_edited(id, &edited).await?;
        written.pop().ok_or_else(|| StoreError::not_found("business", id))
    }

    /// Writes down which fields of a business a person set or cleared.
    pub(crate) async fn set_edited(&self, id: BusinessId, edited: &[String]) -> Result<(), StoreError> {
        let text = if edited.is_empty() { None } else { Some(json(&edited)?) };
        let mut sql = self.sql("UPDATE businesses SET edited = ");
        sql.bind(text).push(" WHERE id = ").bind(id.0);
        sql.execute(self.connection()).await.map(drop)
    }
}

/// Gives `to` the field that `from` has, with what follows from it.
fn keep(field: &str, from: &KnownBusiness, to: &mut KnownBusiness) {
    let (stored, changed) = (&from.business, &mut to.business);
    match field {
        "name" => {
            changed.name.clone_from(&stored.name);
            to.name_key.clone_from(&from.name_key);
        }
        "category" => {
            changed.category.clone_from(&stored.category);
            changed.industry.clone_from(&stored.industry);
        }
        "phone" => {
            changed.phone.clone_from(&stored.phone);
            changed.phone_display.clone_from(&stored.phone_display);
        }
        "website" => {
            changed.website.clone_from(&stored.website);
            to.domain.clone_from(&from.domain);
        }
        "latitude" | "longitude" => {
            (changed.latitude, changed.longitude) = (stored.latitude, stored.longitude);
        }
        "employeeCount" => changed.employee_count = stored.employee_count,
        "yearFounded" => changed.year_founded = stored.year_founded,
        "chain" => changed.chain = stored.chain,
        "operatingStatus" => changed.operating_status = stored.operating_status,
        "tags" => changed.tags.clone_from(&stored.tags),
        other => keep_text(other, stored, changed),
    }
}

fn keep_text(field: &str, stored: &Business, changed: &mut Business) {
    let (from, to) = match field {
        "street" => (&stored.street, &mut changed.street),
        "city" => (&stored.city, &mut changed.city),
        "state" => (&stored.state, &mut changed.state),
        "postalCode" => (&stored.postal_code, &mut changed.postal_code),
        "country" => (&stored.country, &mut changed.country),
        "email" => (&stored.email, &mut changed.email),
        "openingHours" => (&stored.opening_hours, &mut changed.opening_hours),
        "description" => (&stored.description, &mut changed.description),
        "notes" => (&stored.notes, &mut changed.notes),
        other => {
            if let Some(network) = other.strip_prefix("socials.") {
                keep_profile(network, &stored.socials, &mut changed.socials);
            }
            return;
        }
    };
    to.clone_from(from);
}

fn keep_profile(network: &str, stored: &Socials, changed: &mut Socials) {
    let (from, to) = match network {
        "facebook" => (&stored.facebook, &mut changed.facebook),
        "instagram" => (&stored.instagram, &mut changed.instagram),
        "linkedin" => (&stored.linkedin, &mut changed.linkedin),
        "x" => (&stored.x, &mut changed.x),
        "youtube" => (&stored.youtube, &mut changed.youtube),
        "tiktok" => (&stored.tiktok, &mut changed.tiktok),
        "yelp" => (&stored.yelp, &mut changed.yelp),
        _ => return,
    };
    to.clone_from(from);
}
