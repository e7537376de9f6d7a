//! How one has the pages laid out.

use contract::columns::{Appearance, AppearanceChange, Columns};
use requery::MutationOptions;

use crate::{ApiClient, ApiError};

/// Chooses the columns of the list of leads, or, with none, takes the choice back. Choices are sent one after the other.
#[must_use]
pub fn choose_columns(api: &ApiClient) -> MutationOptions<Appearance, ApiError, Option<Columns>> {
    let api = api.clone();
    MutationOptions::new(move |columns: Option<Columns>| {
        api.update_appearance(&AppearanceChange { columns: columns.into(), ..AppearanceChange::default() })
    })
    .scope("appearance")
}
