//! Which service is asked, in whose name, and how patiently.

use std::time::Duration;

use url::Url;

use super::{AnswerCache, RemoteError};

/// A service and how it is asked.
#[derive(Clone, Debug)]
pub struct ServiceConfig {
    /// The address of its API.
    pub base: Url,
    /// A page or `mailto:` address that says who asks; sent with every request.
    pub contact: String,
    /// How patiently it is asked.
    pub timing: Timing,
    /// Where its answers are kept; without one, it is asked again after every restart.
    pub cache: Option<AnswerCache>,
}

/// How patiently a service is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// The longest that one exchange may take.
    pub timeout: Duration,
    /// The least time between the beginnings of two requests.
    pub spacing: Duration,
    /// The wait after a first failure where the service names none; it doubles with each.
    pub backoff: Duration,
    /// The least wait after "too many requests" where the service names none.
    pub limited: Duration,
    /// The longest wait that is borne; a longer one ends the search with the time to come back at.
    pub longest: Duration,
    /// Attempts of one request.
    pub attempts: u32,
}

impl ServiceConfig {
    /// The service at that address, without a cache.
    #[must_use]
    pub fn new(base: Url, contact: impl Into<String>, timing: Timing) -> Self {
        Self { base, contact: contact.into(), timing, cache: None }
    }

    /// The same with its answers kept.
    #[must_use]
    pub fn kept_in(self, cache: AnswerCache) -> Self {
        Self { cache: Some(cache), ..self }
    }

    /// The address as a folder of endpoints: without the endpoint `last`, with a slash at its end.
    pub(crate) fn folder(&self, last: &str) -> Result<Url, RemoteError> {
        let wrong =
            |reason: &str| RemoteError::BadAddress { url: self.base.clone(), reason: reason.to_owned() };
        if !matches!(self.base.scheme(), "http" | "https") || self.base.host_str().is_none() {
            return Err(wrong("it has to begin with http:// or https:// and name a host"));
        }
        if !self.base.username().is_empty() || self.base.password().is_some() {
            return Err(RemoteError::Credentials);
        }
        if self.base.query().is_some() || self.base.fragment().is_some() {
            return Err(wrong("it must have neither a query nor a fragment"));
        }
        let mut folder = self.base.clone();
        let path = folder.path().trim_end_matches('/');
        let path = path.strip_suffix(last).filter(|rest| rest.ends_with('/')).unwrap_or(path);
        let path = format!("{}/", path.trim_end_matches('/'));
        folder.set_path(&path);
        Ok(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMING: Timing = Timing {
        timeout: Duration::ZERO,
        spacing: Duration::ZERO,
        backoff: Duration::ZERO,
        limited: Duration::ZERO,
        longest: Duration::ZERO,
        attempts: 1,
    };

    fn folder(base: &str) -> Result<String, String> {
        let config = ServiceConfig::new(Url::parse(base).unwrap(), "https://letip.example/about", TIMING);
        config.folder("interpreter").map(String::from).map_err(|error| error.to_string())
    }

    #[test]
    fn an_address_may_be_written_in_several_ways() {
        for base in ["http://a.example/api", "http://a.example/api/", "http://a.example/api/interpreter"] {
            assert_eq!(folder(base).as_deref(), Ok("http://a.example/api/"));
        }
        assert_eq!(folder("http://a.example").as_deref(), Ok("http://a.example/"));
        assert_eq!(
            folder("http://a.example/myinterpreter").as_deref(),
            Ok("http://a.example/myinterpreter/")
        );
    }

    #[test]
    fn an_address_that_is_none_says_what_is_wrong() {
        for (base, expect) in [
            ("ftp://a.example/", "http:// or https://"),
            ("http://a.example/?data=1", "query"),
            ("http://ada:s3cret@a.example/", "user name or password"),
        ] {
            let error = folder(base).unwrap_err();
            assert!(error.contains(expect) && !error.contains("s3cret"), "{error}");
        }
    }
}
