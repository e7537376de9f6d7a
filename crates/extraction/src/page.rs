//! A page as it was read.

use url::Url;

/// A page that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it was found, after redirects.
    pub url: Url,
    /// Its text.
    pub html: String,
}
