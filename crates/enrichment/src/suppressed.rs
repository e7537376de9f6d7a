//! Who is on the suppression list is left out of what was read, before anybody else is asked about them.

use contract::Business;
use extraction::Findings;
use store::suppression::{Sought, Subject};
use store::{Store, StoreError};
use url::Url;

use crate::verified::own_domain;

/// Whether the website of a business lies at a domain that is on the list.
pub(crate) async fn is_website_suppressed(store: &Store, business: &Business) -> Result<bool, StoreError> {
    let url = business.website.as_deref().and_then(|website| Url::parse(website).ok());
    let Some(host) = url.as_ref().and_then(Url::host_str) else { return Ok(false) };
    let mut sought = Sought::default();
    sought.domain(host);
    Ok(store.suppressed(&sought).await?.domain(host))
}

/// Leaves out addresses and people who are on the list, and the numbers of these.
pub(crate) async fn leave_out(
    store: &Store,
    business: &Business,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let domain = own_domain(business);
    let mut sought = Sought::default();
    findings.emails.iter().for_each(|email| sought.email(&email.value));
    for person in &findings.people {
        person.email.iter().for_each(|email| sought.email(email));
        domain.iter().for_each(|domain| sought.person(&person.name.value, domain));
    }
    let covered = store.suppressed(&sought).await?;
    if covered.is_empty() {
        return Ok(());
    }
    findings.emails.retain(|email| !covered.email(&email.value));
    findings.forget_people(|person| {
        let by_name = domain.as_ref().is_some_and(|domain| covered.person(&person.name.value, domain));
        by_name || person.email.as_ref().is_some_and(|email| covered.email(email))
    });
    Ok(())
}

/// Who asked a provider not to be processed: an address, or a name at the domain of the business.
pub(crate) fn unwanted(whom: &str, business: &Business) -> Option<Subject> {
    Subject::email(whom).or_else(|| Subject::person(whom, &own_domain(business)?))
}
