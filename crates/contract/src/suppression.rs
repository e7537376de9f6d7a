//! Who asked not to be processed: their addresses are neither stored nor shown.

use serde::{Deserialize, Serialize};

use crate::business::word_enum;
use crate::page::{DEFAULT_LIMIT, page_errors};
use crate::{FieldError, SuppressionId, Timestamp, from_json};

/// The longest address that there is, in bytes.
const MAX_ADDRESS: usize = 254;

word_enum! {
    /// What an entry of the suppression list covers.
    SuppressionKind {
        /// One e-mail address, and whoever was found with it.
        Email = "email",
        /// Somebody who is known by name at one domain.
        Person = "person",
        /// Every address at a domain and those below it, and whom the website there names.
        Domain = "domain",
    }
}

word_enum! {
    /// Why something is on the suppression list.
    SuppressionReason {
        /// The person or the business asked for it.
        Requested = "requested",
        /// A provider of addresses says that the person asked not to be processed.
        Provider = "provider",
    }
}

/// An entry of the suppression list. Of addresses and names it has digests only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suppression {
    /// UUIDv7.
    pub id: SuppressionId,
    /// What it covers.
    pub kind: SuppressionKind,
    /// SHA-256 in lower-case hexadecimal: of the address in lower case with its domain in ASCII, or of the domain; of a
    /// person, of the folded name, a line feed and the domain.
    pub digest: String,
    /// The domain, where it covers one.
    pub domain: Option<String>,
    /// Why.
    pub reason: SuppressionReason,
    /// Since when.
    pub created_at: Timestamp,
}

from_json!(deserialize Suppression { id, kind, digest, domain, reason, created_at });

/// What is to be put on the suppression list: exactly one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSuppression {
    /// An e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: Option<String>,
    /// A domain of a business, such as `example.org`; that of a mail provider or a registry is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub domain: Option<String>,
}

impl NewSuppression {
    /// What a person typed: an address where there is an `@` in it, else a domain.
    ///
    /// ```
    /// use contract::suppression::NewSuppression;
    /// assert_eq!(NewSuppression::typed("jane@example.org").email.as_deref(), Some("jane@example.org"));
    /// assert_eq!(NewSuppression::typed(" example.org").domain.as_deref(), Some("example.org"));
    /// ```
    #[must_use]
    pub fn typed(text: &str) -> Self {
        let text = text.trim().to_owned();
        if text.contains('@') {
            Self { email: Some(text), domain: None }
        } else {
            Self { email: None, domain: Some(text) }
        }
    }

    /// What is wrong with the request, if anything. Whether the text is an address or a domain is for the server to say.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let (field, text) = match (&self.email, &self.domain) {
            (Some(email), None) => ("email", email),
            (None, Some(domain)) => ("domain", domain),
            _ => {
                let message = "give either an e-mail address or a domain";
                return Err(vec![FieldError::new("email", "required", message)]);
            }
        };
        if text.trim().is_empty() || text.len() > MAX_ADDRESS {
            return Err(vec![FieldError::new(field, "range", "give 1 to 254 characters")]);
        }
        Ok(())
    }
}

/// What putting something on the suppression list did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SuppressionAdded {
    /// The entry; the one that was there before, if it was.
    pub suppression: Suppression,
    /// Contacts that were deleted.
    pub contacts_removed: u64,
    /// Businesses that lost a contact or their address.
    pub businesses_changed: u64,
}

from_json!(deserialize SuppressionAdded { suppression, contacts_removed, businesses_changed });

/// Which entries of the suppression list to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct SuppressionQuery {
    /// The entry of that digest, so that nobody has to send an address to ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(pattern = "^[0-9a-f]{64}$"))]
    pub digest: Option<String>,
    /// Entries a page, 1 to 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 200, default = 20))]
    pub limit: Option<u32>,
    /// 1 to 1,000,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 1_000_000, default = 1))]
    pub page: Option<u32>,
}

impl SuppressionQuery {
    /// What is wrong with the request, if anything.
    ///
    /// # Errors
    /// One entry a parameter that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let mut errors = Vec::new();
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if self.digest.as_ref().is_some_and(|digest| digest.len() != 64 || !digest.bytes().all(is_hex)) {
            let message = "give a SHA-256 as 64 hexadecimal digits in lower case";
            errors.push(FieldError::new("digest", "format", message));
        }
        errors.extend(page_errors(self.limit, self.page));
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Entries a page.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }

    /// The page, from 1.
    #[must_use]
    pub fn page(&self) -> u32 {
        self.page.unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::MAX_PAGE;

    fn wrong(result: Result<(), Vec<FieldError>>) -> Vec<String> {
        result.err().unwrap_or_default().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn an_entry_is_either_an_address_or_a_domain() {
        let new = |email: Option<&str>, domain: Option<&str>| NewSuppression {
            email: email.map(str::to_owned),
            domain: domain.map(str::to_owned),
        };
        assert!(new(Some("a@example.org"), None).validate().is_ok());
        assert!(new(None, Some("example.org")).validate().is_ok());
        assert_eq!(wrong(new(None, None).validate()), ["email"]);
        assert_eq!(wrong(new(Some("a@example.org"), Some("example.org")).validate()), ["email"]);
        assert_eq!(wrong(new(None, Some(" ")).validate()), ["domain"]);
        assert_eq!(wrong(new(Some(&"x".repeat(255)), None).validate()), ["email"]);
    }

    #[test]
    fn what_cannot_be_asked_is_named() {
        let ask = |digest: &str, limit, page| SuppressionQuery {
            digest: Some(digest.to_owned()),
            limit: Some(limit),
            page: Some(page),
        };
        assert!(ask(&"0a".repeat(32), 200, 1).validate().is_ok());
        assert_eq!(wrong(ask("0A", 0, 0).validate()), ["digest", "limit", "page"]);
        assert_eq!(wrong(ask(&"0a".repeat(32), 200, MAX_PAGE + 1).validate()), ["page"]);
    }
}
