//! Addresses that are on the suppression list are left out of records before anything is decided on them.

use std::sync::Arc;

use store::suppression::Sought;
use store::{StoreError, WriteTx};

use super::Batch;
use crate::matching::Candidate;

impl Batch {
    /// Leaves out addresses that are on the list, and answers of how many records; it is asked once a batch. What is put on
    /// the list after that the store leaves out itself.
    pub(super) async fn leave_out_suppressed(&mut self, tx: &WriteTx) -> Result<u64, StoreError> {
        let count = match self.suppressed {
            Some(count) => count,
            None => leave_out(tx, &mut self.candidates).await?,
        };
        self.suppressed = Some(count);
        Ok(count)
    }
}

/// Leaves out addresses that are on the list; answers of how many records.
pub(super) async fn leave_out(tx: &WriteTx, candidates: &mut Arc<Vec<Candidate>>) -> Result<u64, StoreError> {
    let mut sought = Sought::default();
    candidates.iter().filter_map(|one| one.place.email.as_deref()).for_each(|email| sought.email(email));
    let covered = tx.suppressed(&sought).await?;
    if covered.is_empty() {
        return Ok(0);
    }
    let mut count = 0;
    for candidate in Arc::make_mut(candidates) {
        if candidate.place.email.as_deref().is_some_and(|email| covered.email(email)) {
            candidate.forget_email();
            count += 1;
        }
    }
    Ok(count)
}
