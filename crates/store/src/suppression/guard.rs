//! What the list covers is left out of every write.

use contract::enrichment::Evidence;
use contract::{Business, BusinessId};

use super::covered::{Covered, Sought};
use super::mentions::scrub;
use crate::sql::Columns;
use crate::text::fold;
use crate::{NewContact, Rejection, StoreError, WriteTx};

impl WriteTx {
    /// Takes addresses that are covered out of businesses that are to be written.
    pub(crate) async fn leave_out_of_businesses(
        &self,
        businesses: Vec<&mut Business>,
    ) -> Result<(), StoreError> {
        if businesses.is_empty() || !self.has_suppressions().await? {
            return Ok(());
        }
        let mut sought = Sought::default();
        for business in &businesses {
            business.email.iter().for_each(|email| sought.email(email));
            business.description.iter().for_each(|text| sought.text(text));
        }
        let covered = self.suppressed(&sought).await?;
        if covered.is_empty() {
            return Ok(());
        }
        for business in businesses {
            business.email.take_if(|email| covered.email(email));
            business.description.take_if(|text| covered.text(text));
        }
        Ok(())
    }

    /// The contacts of a business without those that are covered by their address, by their name, or by the domain of the
    /// website.
    pub(crate) async fn leave_out_of_contacts(
        &self,
        domain: Option<&str>,
        mut contacts: Vec<NewContact>,
    ) -> Result<Vec<NewContact>, StoreError> {
        let mut sought = Sought::default();
        domain.into_iter().for_each(|domain| sought.domain(domain));
        for contact in &contacts {
            contact.email.iter().for_each(|email| sought.email(email));
            if let Some((name, domain)) = contact.name.as_deref().zip(domain) {
                sought.person(name, domain);
            }
        }
        let covered = self.suppressed(&sought).await?;
        contacts
            .retain(|contact| !covers(&covered, domain, contact.name.as_deref(), contact.email.as_deref()));
        Ok(contacts)
    }

    /// Says that a contact cannot be stored, if it is covered.
    pub(crate) async fn refuse_suppressed(
        &self,
        domain: Option<&str>,
        contact: NewContact,
    ) -> Result<(), StoreError> {
        match self.leave_out_of_contacts(domain, vec![contact]).await?.is_empty() {
            true => Err(StoreError::Conflict(
                "the person or their address is on the suppression list: nothing is stored of them"
                    .to_owned(),
            )),
            false => Ok(()),
        }
    }

    /// Evidence without what has a covered address, or the name of somebody who is covered.
    pub(crate) async fn leave_out_of_evidence(
        &self,
        business: BusinessId,
        mut evidence: Vec<Evidence>,
    ) -> Result<Vec<Evidence>, StoreError> {
        if evidence.is_empty() || !self.has_suppressions().await? {
            return Ok(evidence);
        }
        let domain = self.domain_of(business).await?;
        let mut sought = Sought::default();
        for one in &evidence {
            texts(one).for_each(|text| sought.text(text));
            if let Some(domain) = &domain {
                sought.person(&one.value, domain);
            }
        }
        let covered = self.suppressed(&sought).await?;
        evidence.retain(|one| {
            let is_person = domain.as_ref().is_some_and(|domain| covered.person(&one.value, domain));
            !is_person && !texts(one).any(|text| covered.text(text))
        });
        Ok(evidence)
    }

    pub(crate) async fn domain_of(&self, business: BusinessId) -> Result<Option<String>, StoreError> {
        let mut sql = self.sql("SELECT domain FROM businesses WHERE id = ");
        sql.bind(business.0);
        let row = sql.one(self.connection()).await?;
        Ok(row.map(|row| row.column(0)).transpose()?.flatten())
    }

    /// Rejected records without their text where that has a covered address.
    pub(crate) async fn leave_out_of_rejections(
        &self,
        rejections: &mut [Rejection],
    ) -> Result<(), StoreError> {
        if !self.has_suppressions().await? {
            return Ok(());
        }
        let mut sought = Sought::default();
        rejections.iter().filter_map(|one| one.raw.as_deref()).for_each(|raw| sought.text(raw));
        let covered = self.suppressed(&sought).await?;
        for rejection in rejections {
            rejection.raw.take_if(|raw| covered.text(raw));
        }
        Ok(())
    }

    /// The JSON of an answer to be kept without what has a covered address; `None` where it cannot be kept, because it is about
    /// a covered address, or is no JSON and has one.
    pub(crate) async fn leave_out_of_answer(
        &self,
        subject: &str,
        answer: &str,
    ) -> Result<Option<String>, StoreError> {
        if !self.has_suppressions().await? {
            return Ok(Some(answer.to_owned()));
        }
        let mut sought = Sought::default();
        sought.text(subject);
        sought.text(answer);
        let covered = self.suppressed(&sought).await?;
        if covered.is_empty() {
            return Ok(Some(answer.to_owned()));
        }
        let Ok(mut json) = serde_json::from_str(answer) else { return Ok(None) };
        scrub(&mut json, &|address| covered.email(address));
        Ok((!covered.text(subject)).then(|| json.to_string()))
    }
}

fn texts(evidence: &Evidence) -> impl Iterator<Item = &str> {
    [Some(evidence.value.as_str()), evidence.snippet.as_deref()].into_iter().flatten()
}

fn covers(covered: &Covered, domain: Option<&str>, name: Option<&str>, email: Option<&str>) -> bool {
    domain.is_some_and(|domain| covered.domain(domain))
        || email.is_some_and(|email| covered.email(email))
        || name.zip(domain).is_some_and(|(name, domain)| covered.person(name, domain))
}

/// Whether two names are one person's.
pub(super) fn is_same_name(one: &str, other: &str) -> bool {
    fold(one) == fold(other)
}
