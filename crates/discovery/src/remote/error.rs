//! Why a service gave no answer, and what to do about it.

use std::time::Duration;

use url::Url;

/// Why a service gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The address is none that can be asked.
    #[error("{url} is no address of a service: {reason}")]
    BadAddress {
        /// The address.
        url: Url,
        /// What is wrong with it.
        reason: String,
    },
    /// The address holds a secret, which this program would show.
    #[error("the address of the service carries a user name or password; remove it")]
    Credentials,
    /// The contact cannot be sent.
    #[error("the contact cannot be sent: {0}; give a page about you or a mailto: address")]
    BadContact(String),
    /// No answer came, or it broke off.
    #[error("{service} gave no answer: {reason}; try again later")]
    NoAnswer {
        /// Who was asked.
        service: String,
        /// What went wrong.
        reason: String,
    },
    /// It has too much to do.
    #[error("{service} is busy ({detail}); try again later")]
    Busy {
        /// Who was asked.
        service: String,
        /// What it said.
        detail: String,
    },
    /// It takes no more requests for now.
    #[error("{service} takes no more requests from here for now; try again {}", later(.wait))]
    Limited {
        /// Who was asked.
        service: String,
        /// How long it wants to be left alone, where it says so.
        wait: Option<Duration>,
    },
    /// It does not take requests of this program.
    #[error(
        "{service} refuses requests of this program (status {status}: {message}); check --contact-url, and the terms of the service"
    )]
    Refused {
        /// Who was asked.
        service: String,
        /// Its status.
        status: u16,
        /// What it said.
        message: String,
    },
    /// It does not take what it was asked.
    #[error("{service} does not take the request (status {status}: {message}); check its address")]
    Rejected {
        /// Who was asked.
        service: String,
        /// Its status.
        status: u16,
        /// What it said.
        message: String,
    },
    /// It is somewhere else.
    #[error("{service} sends requests on to {target}; give that address instead, if you trust it")]
    Redirected {
        /// Who was asked.
        service: String,
        /// Where it sends them.
        target: String,
    },
    /// Its answer is not of the documented form.
    #[error("the answer of {service} is not of the documented form: {detail}; check its address")]
    Unreadable {
        /// Who was asked.
        service: String,
        /// What is wrong with it, in words.
        detail: String,
    },
    /// It sends whole files only.
    #[error("{service} sends whole files and no parts of them; take a server that knows range requests")]
    NoParts {
        /// Who was asked.
        service: String,
    },
    /// The area or an answer is too much.
    #[error("{detail}; take a smaller radius, or name a category")]
    TooMuch {
        /// What is too much, in words.
        detail: String,
    },
    /// The service knows nothing of what is asked for.
    #[error(
        "{service} knows no places of the category {category}; search by words of the name, or in another source"
    )]
    NotCovered {
        /// Who would be asked.
        service: String,
        /// What it does not know.
        category: String,
    },
    /// There is no runtime to wait for answers in.
    #[error("services on the network can be asked only within a tokio runtime")]
    NoRuntime,
}

fn later(wait: &Option<Duration>) -> String {
    match wait {
        Some(wait) => format!("in {} s", wait.as_secs() + u64::from(wait.subsec_nanos() > 0)),
        None => "later".to_owned(),
    }
}
