//! What jobs noted of the records that they merged.

use std::collections::HashSet;

use serde_json::Value;

use super::Term;
use crate::codec::from_json;
use crate::sql::Columns;
use crate::{StoreError, WriteTx};

impl WriteTx {
    /// The notes of what jobs merged, which have the names of records.
    pub(super) async fn take_from_jobs(&self, term: &Term, due: &[String]) -> Result<(), StoreError> {
        let due: HashSet<&str> = due.iter().map(String::as_str).collect();
        for column in ["result", "checkpoint"] {
            let mut sql = self.sql("SELECT id, ");
            sql.push(column)
                .push(" FROM jobs WHERE ")
                .push(column)
                .push(" LIKE ")
                .bind(pattern(&term.source));
            for row in sql.all(self.connection()).await? {
                let (id, text): (String, String) = (row.column(0)?, row.column(1)?);
                let mut json: Value = from_json(&text)?;
                if !expire_notes(&mut json, &term.source, &due) {
                    continue;
                }
                let mut sql = self.sql("UPDATE jobs SET ");
                sql.push(column).push(" = ").bind(json.to_string()).push(" WHERE id = ").bind(id);
                sql.execute(self.connection()).await?;
            }
        }
        Ok(())
    }
}

/// Takes notes about records that are too old out of lists that stand in JSON; answers whether there was any.
fn expire_notes(json: &mut Value, source: &str, due: &HashSet<&str>) -> bool {
    match json {
        Value::Array(notes) => {
            let before = notes.len();
            notes.retain(|note| {
                let id = note["sourceId"].as_str().filter(|_| note["source"] == source);
                !id.is_some_and(|id| due.contains(id))
            });
            notes.len() < before
        }
        Value::Object(fields) => {
            let mut changed = false;
            for field in fields.values_mut() {
                changed |= expire_notes(field, source, due);
            }
            changed
        }
        _ => false,
    }
}

/// What stands in JSON that has a record of the source.
fn pattern(source: &str) -> String {
    format!("%\"source\":\"{source}\"%")
}
