//! Whether mail to an address arrives: the e-mail ladder.
//!
//! The rungs are syntax, lists, MX records and, only where it was switched on, the mailbox and whether its server takes
//! any name. Each address gets one verdict and every reason for it.

mod cache;
mod dns;
mod ladder;
mod lists;
pub mod pattern;
mod smtp;
mod syntax;
mod verdict;

pub use dns::{DnsConfig, DnsResolver, Exchange, Resolve, ResolveError, Route};
pub use ladder::Verifier;
pub use lists::{Listed, gives_mailboxes};
pub use smtp::{Answer, Postponed, SmtpConfig, SmtpError};
pub use syntax::{Address, SyntaxError};
pub use verdict::{Reason, SmtpReport, Verdict, Verification};
