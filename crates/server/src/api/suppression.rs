//! The suppression list, for admins; and what is refused because of it.

use contract::FieldError;
use contract::endpoint::NoBody;
use contract::endpoints::{AddSuppression, ListSuppressions, RemoveSuppression};
use contract::suppression::SuppressionReason;
use store::WriteTx;
use store::suppression::Sought;

use crate::app::App;
use crate::endpoint::{Answer, Call};
use crate::problem::ApiProblem;
use crate::suppression::subject;

pub(super) async fn list(
    app: App,
    call: Call<ListSuppressions>,
) -> Result<Answer<ListSuppressions>, ApiProblem> {
    Ok(Answer::new(app.store().list_suppressions(&call.query).await?))
}

pub(super) async fn add(app: App, call: Call<AddSuppression>) -> Result<Answer<AddSuppression>, ApiProblem> {
    let subject = subject(&call.body).map_err(|error| ApiProblem::invalid(vec![error]))?;
    let mut tx = app.store().begin().await?;
    let added = tx.suppress(&subject, SuppressionReason::Requested).await?;
    Ok(Answer::committing(tx, added))
}

pub(super) async fn remove(
    app: App,
    call: Call<RemoveSuppression>,
) -> Result<Answer<RemoveSuppression>, ApiProblem> {
    let mut tx = app.store().begin().await?;
    tx.unsuppress(call.path).await?;
    Ok(Answer::committing(tx, NoBody {}))
}

/// Says of what a person typed that the list covers it: what would be left out without a word is refused with one.
pub(super) async fn refuse(
    tx: &WriteTx,
    email: Option<&str>,
    person: Option<(&str, &str)>,
) -> Result<(), ApiProblem> {
    let mut sought = Sought::default();
    email.into_iter().for_each(|email| sought.email(email));
    if let Some((name, domain)) = person {
        sought.person(name, domain);
        sought.domain(domain);
    }
    let covered = tx.suppressed(&sought).await?;
    let mut errors = Vec::new();
    if email.is_some_and(|email| covered.email(email)) {
        errors.push(on_list("email", "this address is on the suppression list"));
    }
    if person.is_some_and(|(name, domain)| covered.person(name, domain) || covered.domain(domain)) {
        errors.push(on_list("name", "this person or their business's domain is on the suppression list"));
    }
    if errors.is_empty() { Ok(()) } else { Err(ApiProblem::invalid(errors)) }
}

fn on_list(field: &str, what: &str) -> FieldError {
    let message = format!("{what}: they asked not to be stored; an admin can take the entry off the list");
    FieldError::new(field, "suppressed", message)
}
