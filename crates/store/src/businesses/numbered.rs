//! New businesses between the moment at which they have their ids and the moment at which they are stored.

use std::collections::{HashMap, HashSet};

use contract::{Business, BusinessId, SourceRef};

use super::write::Keyed;
use crate::{
    KnownBusiness, LookupKey, MOST_OF_A_CONTACT, NewBusiness, SAME_NAME_WITHIN_DEGREES, StoreError, WriteTx,
};

/// Businesses with what the store gives them: id, version 1, times, no contacts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumberedBusinesses(Vec<NewBusiness>);

impl NumberedBusinesses {
    /// Each of them, in the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = &Business> {
        self.0.iter().map(|one| &one.business)
    }

    /// The rows alone.
    #[must_use]
    pub fn into_businesses(self) -> Vec<Business> {
        self.0.into_iter().map(|one| one.business).collect()
    }

    /// Those that [`WriteTx::known_businesses`] would find with the keys once they are stored, beside `known`, which it
    /// finds without them.
    #[must_use]
    pub fn found_by(&self, keys: &[LookupKey], known: &[KnownBusiness]) -> Vec<KnownBusiness> {
        let mut lookup = Lookup::new(keys);
        // Of a phone number that many have the first count, and those were there before.
        for one in known {
            lookup.finds(one.into());
        }
        let found = self.0.iter().filter(|one| lookup.finds((*one).into()));
        let known = |NewBusiness { business, name_key, domain }| KnownBusiness { business, name_key, domain };
        found.cloned().map(known).collect()
    }

    /// Each of them with what it can be looked up by.
    pub(crate) fn keyed(&self) -> impl Iterator<Item = Keyed<'_>> {
        self.0.iter().map(Keyed::from)
    }
}

/// What [`WriteTx::known_businesses`] finds, without a database.
#[derive(Debug)]
pub(super) struct Lookup<'k> {
    records: HashSet<(&'k str, &'k str)>,
    names: HashMap<&'k str, Vec<&'k LookupKey>>,
    /// Phone numbers and domains, with how many businesses that have them were there so far.
    contacts: HashMap<&'k str, usize>,
}

impl<'k> Lookup<'k> {
    pub(super) fn new(keys: &'k [LookupKey]) -> Self {
        let records = keys.iter().map(|key| (key.source.as_str(), key.source_id.as_str())).collect();
        let mut names: HashMap<&str, Vec<&LookupKey>> = HashMap::new();
        for key in keys.iter().filter(|key| !key.name_key.is_empty()) {
            names.entry(&key.name_key).or_default().push(key);
        }
        let contacts = keys.iter().flat_map(LookupKey::contacts).map(|contact| (contact, 0)).collect();
        Self { records, names, contacts }
    }

    /// Whether one of the keys finds the business. They have to come by ascending id: of those with one phone number or
    /// domain the first are found.
    pub(super) fn finds(&mut self, one: Keyed<'_>) -> bool {
        let mut is_reached_alike = false;
        for contact in one.contacts() {
            if let Some(before) = self.contacts.get_mut(contact) {
                is_reached_alike |= *before <= MOST_OF_A_CONTACT;
                *before += 1;
            }
        }
        let of_record =
            |record: &SourceRef| self.records.contains(&(record.source.as_str(), record.source_id.as_str()));
        let mut of_name = self.names.get(one.name_key).into_iter().flatten();
        is_reached_alike
            || of_name.any(|key| is_nearby(key, one.business))
            || one.business.sources.iter().any(of_record)
    }
}

/// Whether the business lies where its name means the same as the key's.
fn is_nearby(key: &LookupKey, business: &Business) -> bool {
    let (Some(asked), Some(latitude)) = (key.location, business.latitude) else { return true };
    let Some(longitude) = business.longitude else { return false };
    let around = |degrees: f64| degrees - SAME_NAME_WITHIN_DEGREES..=degrees + SAME_NAME_WITHIN_DEGREES;
    // Across the antimeridian the box has a second half.
    let turns = [0.0, 360.0, -360.0];
    around(asked.latitude).contains(&latitude)
        && turns.iter().any(|turn| around(asked.longitude + turn).contains(&longitude))
}

impl WriteTx {
    /// Gives businesses what the store gives them, and stores nothing yet, so that others can be compared with them
    /// while [`WriteTx::insert_numbered`] writes them.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn number_businesses(
        &mut self,
        new: Vec<NewBusiness>,
    ) -> Result<NumberedBusinesses, StoreError> {
        self.number(new).await
    }

    /// Stores businesses that this transaction has numbered.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if one is stored already, or one with one of its source records.
    pub async fn insert_numbered(&mut self, numbered: &NumberedBusinesses) -> Result<(), StoreError> {
        let inserted = self.write_numbered(numbered).await;
        self.guard(inserted)
    }

    pub(super) async fn number(&self, mut new: Vec<NewBusiness>) -> Result<NumberedBusinesses, StoreError> {
        self.leave_out_of_businesses(new.iter_mut().map(|one| &mut one.business).collect()).await?;
        if !new.is_empty() {
            let ids = self.backend().new_business_ids(new.len(), self.connection()).await?;
            for (one, id) in new.iter_mut().zip(ids) {
                one.business.id = BusinessId(id);
                one.business.version = 1;
                one.business.contact_count = 0;
                one.business.created_at = self.now();
                one.business.updated_at = self.now();
            }
        }
        Ok(NumberedBusinesses(new))
    }

    pub(super) async fn write_numbered(&self, numbered: &NumberedBusinesses) -> Result<(), StoreError> {
        let NumberedBusinesses(new) = numbered;
        if new.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = new.iter().map(Keyed::from).collect();
        let mut words = Vec::with_capacity(rows.len());
        self.write_rows(&rows, "", |run| words.extend(run.iter().map(Keyed::words))).await?;
        self.write_links(&numbered.iter().collect::<Vec<_>>(), &words).await
    }
}
