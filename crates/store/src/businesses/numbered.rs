//! New businesses between the moment at which they have their ids and the moment at which they are stored.

use std::collections::{HashMap, HashSet};

use contract::{Business, BusinessId, SourceRef};

use super::write::{Keyed, keyed};
use crate::{KnownBusiness, LookupKey, NewBusiness, SAME_NAME_WITHIN_DEGREES, StoreError, WriteTx};

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

    /// Those that [`WriteTx::known_businesses`] would find with the keys once they are stored.
    #[must_use]
    pub fn found_by(&self, keys: &[LookupKey]) -> Vec<KnownBusiness> {
        let lookup = Lookup::new(keys);
        let found = self.0.iter().filter(|one| lookup.finds(&one.business, &one.name_key));
        let known = |NewBusiness { business, name_key, domain }| KnownBusiness { business, name_key, domain };
        found.cloned().map(known).collect()
    }

    /// The key of each one's name, and its id.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, BusinessId)> {
        self.0.iter().map(|one| (one.name_key.as_str(), one.business.id))
    }
}

/// What [`WriteTx::known_businesses`] finds, without a database.
#[derive(Debug)]
pub(super) struct Lookup<'k> {
    records: HashSet<(&'k str, &'k str)>,
    names: HashMap<&'k str, Vec<&'k LookupKey>>,
}

impl<'k> Lookup<'k> {
    pub(super) fn new(keys: &'k [LookupKey]) -> Self {
        let records = keys.iter().map(|key| (key.source.as_str(), key.source_id.as_str())).collect();
        let mut names: HashMap<&str, Vec<&LookupKey>> = HashMap::new();
        for key in keys.iter().filter(|key| !key.name_key.is_empty()) {
            names.entry(&key.name_key).or_default().push(key);
        }
        Self { records, names }
    }

    /// Whether one of the keys finds the business.
    pub(super) fn finds(&self, business: &Business, name_key: &str) -> bool {
        let of_record =
            |record: &SourceRef| self.records.contains(&(record.source.as_str(), record.source_id.as_str()));
        let mut of_name = self.names.get(name_key).into_iter().flatten();
        of_name.any(|key| is_nearby(key, business)) || business.sources.iter().any(of_record)
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
        let rows: Vec<_> = new.iter().map(|one| keyed(&one.business, &one.name_key, &one.domain)).collect();
        let mut words = Vec::with_capacity(rows.len());
        self.write_rows(&rows, "", |run| words.extend(run.iter().map(Keyed::words))).await?;
        self.write_links(&numbered.iter().collect::<Vec<_>>(), &words).await
    }
}
