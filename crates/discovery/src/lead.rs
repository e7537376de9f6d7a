//! Rows of files that were exported from here: each is one lead, and says which records it was made from.

use std::collections::HashSet;
use std::sync::Arc;

use contract::Business;
use contract::records::{LEAD_SOURCE, lead_record};
use foldhash::fast::RandomState;

use crate::text::digest;

/// A record by its source and its identifier there.
pub(crate) type SourceRecord = (String, String);

/// The lead that a row of an export is.
#[derive(Clone, Debug, PartialEq)]
pub struct Lead {
    /// What the row says first of the records that it was made from.
    main: SourceRecord,
    others: Vec<SourceRecord>,
    /// What all rows of the file were made from.
    listed: Arc<Listed>,
}

impl Lead {
    /// The lead of these records, each of them once, in a file that lists those; `None` without any.
    pub(crate) fn new(records: Vec<SourceRecord>, listed: &Arc<Listed>) -> Option<Box<Self>> {
        let mut records = records.into_iter();
        let main = records.next()?;
        Some(Box::new(Self { main, others: records.collect(), listed: Arc::clone(listed) }))
    }

    pub(crate) fn main(&self) -> (&str, &str) {
        (&self.main.0, &self.main.1)
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = (&str, &str)> {
        std::iter::once(self.main()).chain(self.others())
    }

    pub(crate) fn others(&self) -> impl Iterator<Item = (&str, &str)> {
        self.others.iter().map(|(source, id)| (source.as_str(), id.as_str()))
    }

    /// Whether the business is the lead of some row: what is no record of this one is of another row then, and so another lead.
    pub(crate) fn lists(&self, business: &Business) -> bool {
        business.sources.iter().any(|one| self.listed.holds(&one.source, &one.source_id))
            || self.listed.holds(LEAD_SOURCE, &lead_record(business.id, business.created_at))
    }
}

/// The records that the rows of a file were made from, as digests: a million take some 16 MB.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Listed(HashSet<u64, RandomState>);

impl Listed {
    pub(crate) fn add(&mut self, records: &[SourceRecord]) {
        self.0.extend(records.iter().map(|(source, id)| digest([source.as_str(), id.as_str()])));
    }

    fn holds(&self, source: &str, id: &str) -> bool {
        self.0.contains(&digest([source, id]))
    }
}
