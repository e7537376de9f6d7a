//! The client that services are asked with.

use std::time::Duration;

use reqwest::{Client, Error, redirect};

/// A client that names itself so, and gives an exchange up after that time.
///
/// # Errors
/// When the name cannot stand in a header, or the TLS set-up of the machine cannot be read.
pub fn client(agent: &str, timeout: Duration) -> Result<Client, Error> {
    // Whoever installed a provider of cryptography first keeps it; ours is only for programs that chose none.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(agent)
        // A redirect would take a key along.
        .redirect(redirect::Policy::none())
        .no_proxy()
        .timeout(timeout)
        .build()
}

/// What went wrong on the way, without the URL, which may hold a key.
#[must_use]
pub fn reason(error: Error) -> String {
    let error = error.without_url();
    if error.is_timeout() {
        return "it took too long".to_owned();
    }
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
