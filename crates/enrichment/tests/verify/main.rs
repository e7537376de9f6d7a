//! The e-mail ladder against a real name server and real mail servers on loopback.

#![cfg(test)]

mod domains;
mod mail_server;
mod mailboxes;
mod name_server;

use enrichment::verify::{Verdict, Verification};

/// The verdict with the codes of its reasons.
fn told(verification: &Verification) -> (Verdict, Vec<&'static str>) {
    (verification.verdict, verification.codes().collect())
}
