//! What a person says of the columns of a table.

use std::collections::BTreeMap;

use contract::import::{ImportColumn, ImportField};
use serde::{Deserialize, Serialize};

/// What columns of a table are taken for, by their index from 0, where that is not what their names say; `None` for what is left
/// out. In JSON an object: `{"0":"name","4":null}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ColumnMap(pub BTreeMap<usize, Option<ImportField>>);

/// The columns of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What each is taken for, and some of its values; none in a file that is no table.
    pub columns: Vec<ImportColumn>,
    /// What each would be taken for by its name.
    pub by_name: Vec<Option<ImportField>>,
    /// Whether a person can say what they hold.
    pub can_be_corrected: bool,
}

impl ColumnMap {
    /// Whether each column is taken for what its name says.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first two columns that are to be what only one can be, with that field; `takes_several` says of which fields each
    /// column counts.
    pub(crate) fn rivals(
        &self,
        takes_several: impl Fn(ImportField) -> bool,
    ) -> Option<(usize, usize, ImportField)> {
        let mut taken: BTreeMap<ImportField, usize> = BTreeMap::new();
        for (column, field) in &self.0 {
            let Some(field) = field.filter(|field| !takes_several(*field)) else { continue };
            if let Some(first) = taken.insert(field, *column) {
                return Some((first, *column, field));
            }
        }
        None
    }
}
