//! Keys that never show themselves.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use reqwest::header::HeaderValue;

use crate::ProviderError;

/// The key of an account with a provider. It can be sent, and is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Arc<str>);

impl ApiKey {
    /// The key itself, for a query.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The key as a header after that word, marked so that nothing on the way writes it down.
    pub(crate) fn header(&self, scheme: &str) -> Result<HeaderValue, ProviderError> {
        let wrong = || ProviderError::BadKey("it is empty, or has characters that no key has".to_owned());
        if self.0.is_empty() || !self.0.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong());
        }
        let mut value = HeaderValue::from_str(&format!("{scheme}{}", self.0)).map_err(|_| wrong())?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl From<&str> for ApiKey {
    fn from(text: &str) -> Self {
        Self(text.trim().into())
    }
}

impl FromStr for ApiKey {
    // A message about a key would show it.
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.into())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shown_nowhere() {
        let key = ApiKey::from(" s3cret \n");
        assert_eq!(format!("{key:?}"), "ApiKey(hidden)");
        let header = key.header("").unwrap();
        assert_eq!((header.to_str().unwrap(), format!("{header:?}").contains("s3cret")), ("s3cret", false));
        let bearer = key.header("Bearer ").unwrap();
        assert_eq!((bearer.to_str().unwrap(), bearer.is_sensitive()), ("Bearer s3cret", true));
        for wrong in ["", "two words", "tab\tin it", "schlüssel"] {
            let error = ApiKey::from(wrong).header("").unwrap_err().to_string();
            assert!(wrong.is_empty() || !error.contains(wrong), "{error}");
        }
    }
}
