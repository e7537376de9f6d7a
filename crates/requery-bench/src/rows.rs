//! A row of 20 fields, the same on every peer.

use requery::{Entity, EntityId};
use serde::{Deserialize, Serialize};

/// A place in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    pub(crate) id: u32,
    pub(crate) version: u64,
    name: String,
    category: String,
    street: String,
    house_number: u32,
    postcode: String,
    city: String,
    country: String,
    phone: String,
    email: String,
    website: String,
    rating: u32,
    reviews: u32,
    is_open: bool,
    is_verified: bool,
    status: String,
    score: u32,
    created_at: u64,
    updated_at: u64,
}

impl Row {
    /// Row number `id` in a version that begins with 1.
    #[must_use]
    pub fn new(id: u32, version: u64) -> Self {
        let created_at = 1_700_000_000 + u64::from(id);
        Self {
            id,
            version,
            name: format!("Place {id}"),
            category: "restaurant".into(),
            street: format!("Street {}", id % 100),
            house_number: id % 90,
            postcode: format!("{}", 10_000 + id % 990),
            city: "Helsinki".into(),
            country: "FI".into(),
            phone: format!("+358 40 {}", 1_000_000 + id),
            email: format!("place{id}@example.com"),
            website: format!("https://place{id}.example.com"),
            rating: id % 50,
            reviews: (id * 7) % 400,
            is_open: id.is_multiple_of(3),
            is_verified: id.is_multiple_of(5),
            status: if version == 1 { "new" } else { "contacted" }.into(),
            score: (id * 13) % 100,
            created_at,
            updated_at: created_at + version,
        }
    }
}

impl Entity for Row {
    fn id(&self) -> EntityId {
        self.id.into()
    }

    fn version(&self) -> u64 {
        self.version
    }
}
