//! Why a page was not read.

use std::error::Error;
use std::io;
use std::time::Duration;

use url::Url;

use crate::address::{Refusal, Unresolved};

/// Why a page was not read.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It must not be reached.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Whoever asked does not want what it leads to.
    #[error("{0} is of another site, or was read before")]
    Unwanted(Url),
    /// robots.txt says no.
    #[error("robots.txt of the site does not allow {0}")]
    Robots(Url),
    /// Its host has no address.
    #[error("the site's name is not known: {0}")]
    NoName(String),
    /// Nothing listens there.
    #[error("the site's server takes no connection: {0}")]
    Closed(String),
    /// The server cannot prove to be the site's.
    #[error("the site's certificate is not accepted: {0}")]
    Certificate(String),
    /// The server could not be reached, or broke off.
    #[error("the site could not be reached: {0}")]
    Unreachable(String),
    /// It took too long.
    #[error("the site did not answer within {0:?}")]
    Timeout(Duration),
    /// It is asked too often, or wants to be asked later than anybody waits.
    #[error("the site asks to be left alone for now, with status {0}")]
    Busy(u16),
    /// The server answered with an error.
    #[error("the site answered with status {0}")]
    Status(u16),
    /// It is no web page.
    #[error("the site answered with {0} instead of a web page")]
    NotHtml(String),
    /// Redirects did not end.
    #[error("the site redirects more than {0} times")]
    TooManyRedirects(u32),
}

impl FetchError {
    /// What the HTTP client says, told apart by its cause.
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        let mut cause: &(dyn Error + 'static) = error;
        loop {
            if let Some(known) = Self::known(cause) {
                return known;
            }
            match cause.source() {
                Some(source) => cause = source,
                None => return Self::Unreachable(cause.to_string()),
            }
        }
    }

    fn known(cause: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(refusal) = cause.downcast_ref::<Refusal>() {
            return Some(Self::Refused(refusal.clone()));
        }
        if cause.is::<Unresolved>() {
            return Some(Self::NoName(cause.to_string()));
        }
        if let Some(error) = cause.downcast_ref::<rustls::Error>() {
            return Self::of_tls(error);
        }
        let error = cause.downcast_ref::<io::Error>()?;
        // What an I/O error is made of is no source of it.
        let inner = error.get_ref().and_then(|inner| Self::known(inner));
        let is_closed = error.kind() == io::ErrorKind::ConnectionRefused;
        inner.or_else(|| is_closed.then(|| Self::Closed(error.to_string())))
    }

    fn of_tls(error: &rustls::Error) -> Option<Self> {
        let of_certificate = matches!(
            error,
            rustls::Error::InvalidCertificate(_)
                | rustls::Error::NoCertificatesPresented
                | rustls::Error::UnsupportedNameType
        );
        of_certificate.then(|| Self::Certificate(error.to_string()))
    }

    /// The kind of failure as a sentence that names no site, so that those of many sites can be counted by it.
    #[must_use]
    pub fn cause(&self) -> String {
        let text = match self {
            Self::Refused(_) => "the website's address is none that may be read",
            Self::Robots(_) => "the website's robots.txt does not allow it to be read",
            Self::NoName(_) => "the website's name is not known",
            Self::Closed(_) => "the website's server takes no connection",
            Self::Certificate(_) => "the website's certificate is not accepted",
            Self::Unreachable(_) | Self::Unwanted(_) => "the website could not be reached",
            Self::Timeout(_) => "the website did not answer in time",
            Self::Busy(status) => {
                return format!("the website asks to be left alone for now, with status {status}");
            }
            Self::Status(status) => return format!("the website answered with status {status}"),
            Self::NotHtml(_) => "the website's first page is no web page",
            Self::TooManyRedirects(_) => "the website redirects without an end",
        };
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_names_no_site() {
        let url = Url::parse("http://acme.example/").unwrap();
        let failures = [
            FetchError::Refused(Refusal::NotPublic("acme.example".to_owned())),
            FetchError::Robots(url),
            FetchError::NoName("acme.example".to_owned()),
            FetchError::Closed("acme.example".to_owned()),
            FetchError::Certificate("acme.example".to_owned()),
            FetchError::Unreachable("acme.example".to_owned()),
            FetchError::NotHtml("acme.example".to_owned()),
        ];
        for failure in failures {
            assert!(!failure.cause().contains("acme"), "{failure:?}");
        }
        assert_eq!(FetchError::Status(404).cause(), "the website answered with status 404");
    }
}
