//! The columns that a person chose for lists of leads.

use std::sync::Arc;

use client::{ApiError, mutations};
use contract::columns::{Appearance, Columns};
use requery_leptos::{UseMutation, use_mutation};

use super::use_api;
use crate::columns::OwnColumns;
use crate::components::load::sentence;
use crate::reaction::ArcVar;
use crate::toast::use_toasts;

/// Keeps the columns that one chose. Where that fails it says so, also once nobody looks at the choice any more, and `own`
/// are again those that the server has.
pub(crate) fn use_choose_columns(own: OwnColumns) -> UseMutation<Appearance, ApiError, Option<Columns>> {
    let (toasts, kept) = (use_toasts(), ArcVar::new(own.get_untracked()));
    let known = kept.clone();
    let options = mutations::choose_columns(&use_api())
        .on_success(move |appearance: Arc<Appearance>, _| {
            kept.set(appearance.columns.clone());
            async {}
        })
        .on_error(move |error: Arc<ApiError>, _| {
            own.set(known.with_untracked(Clone::clone));
            toasts.failed(sentence(&error.to_string()));
            async {}
        });
    use_mutation(options)
}
