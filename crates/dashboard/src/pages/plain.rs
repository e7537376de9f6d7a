//! The pages that are documents of their own. They are compiled for the server alone: the page's program does not grow with
//! them.

use leptos::prelude::use_context;
use markup::Node;

use super::{
    account, contact, duplicates, edit, import, merge, not_found, pairs, refused, settings, suppression,
    users, views,
};
use crate::content::FormContent;
use crate::routes::Route;

/// The page of a route that [is plain](Route::is_plain), from what the server provided for it.
pub(crate) fn plain_page(route: &Route) -> Node {
    match (route, use_context::<FormContent>()) {
        (_, Some(FormContent::Refused(problem))) => refused::refused_page(&problem),
        (Route::NewLead, content) => edit::new_page(lead_failure(content)),
        (Route::EditLead(id), content) => edit::edit_page(*id, lead_failure(content)),
        (_, Some(FormContent::Contact(content))) => contact::contact_page(&content),
        (_, Some(FormContent::Duplicates(content))) => duplicates::duplicates_page(&content),
        (_, Some(FormContent::Merge(content))) => merge::merge_page(&content),
        (_, Some(FormContent::Pairs(content))) => pairs::pairs_page(&content),
        (_, Some(FormContent::Views(content))) => views::views_page(&content),
        (_, Some(FormContent::View(content))) => views::view_page(&content),
        (_, Some(FormContent::Account(content))) => account::account_page(&content),
        (_, Some(FormContent::Settings(content))) => settings::settings_page(&content),
        (_, Some(FormContent::Users(content))) => users::users_page(&content),
        (_, Some(FormContent::User(content))) => users::user_page(&content),
        (_, Some(FormContent::Suppression(content))) => suppression::suppression_page(&content),
        (_, Some(FormContent::Import(content))) => import::import_page(&content),
        (_, Some(FormContent::Lead(_)) | None) => not_found::not_found_page(),
    }
}

fn lead_failure(content: Option<FormContent>) -> Option<crate::LeadFailure> {
    match content {
        Some(FormContent::Lead(failure)) => Some(*failure),
        _ => None,
    }
}
