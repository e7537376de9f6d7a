//! What a site is, and what is true of it.

use std::collections::HashMap;
use std::time::Duration;

use enrichment::Outcome;

use crate::answer::Answer;

/// A site of the farm, and the business that has it.
#[derive(Debug)]
pub(crate) struct Site {
    /// What is special about it, for people.
    pub(crate) kind: String,
    /// Where its business says that it is.
    pub(crate) website: Option<String>,
    /// The names that it answers to.
    pub(crate) hosts: Vec<Host>,
    pub(crate) truth: Truth,
    /// How many businesses have it.
    pub(crate) businesses: usize,
}

/// One name of a site.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) policy: Policy,
    /// By path, with or without a query.
    pub(crate) answers: HashMap<String, Answer>,
}

/// What a crawler owes to a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    pub(crate) forbidden: Forbidden,
    /// The pause that it asks for.
    pub(crate) delay: Duration,
}

/// Paths that robots.txt forbids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Forbidden {
    #[default]
    Nothing,
    /// All paths but these.
    AllBut(Vec<String>),
    /// Paths that start so.
    Below(Vec<String>),
}

impl Policy {
    pub(crate) fn allows(&self, path: &str) -> bool {
        match &self.forbidden {
            Forbidden::Nothing => true,
            Forbidden::AllBut(allowed) => allowed.iter().any(|allowed| allowed == path),
            Forbidden::Below(forbidden) => !forbidden.iter().any(|start| path.starts_with(start.as_str())),
        }
    }
}

/// What is to be found on a site, and how reading it ends.
#[derive(Clone, Debug)]
pub(crate) struct Truth {
    pub(crate) outcome: Outcome,
    pub(crate) facts: Facts,
}

/// What a page says, or several.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Addresses, each with the name of the way in which it is written.
    pub(crate) emails: Vec<(String, &'static str)>,
    /// In E.164.
    pub(crate) phones: Vec<String>,
    /// Fax numbers in E.164.
    pub(crate) faxes: Vec<String>,
    /// Names with roles.
    pub(crate) people: Vec<(String, String)>,
    pub(crate) postal_codes: Vec<String>,
}

impl Facts {
    pub(crate) fn absorb(&mut self, other: &Self) {
        let new =
            |(address, _): &&(String, &'static str)| self.emails.iter().all(|(known, _)| known != address);
        let emails: Vec<_> = other.emails.iter().filter(new).cloned().collect();
        self.emails.extend(emails);
        for (own, others) in [
            (&mut self.phones, &other.phones),
            (&mut self.faxes, &other.faxes),
            (&mut self.postal_codes, &other.postal_codes),
        ] {
            own.extend(others.iter().cloned());
            own.sort_unstable();
            own.dedup();
        }
        self.people.extend(other.people.iter().cloned());
        self.people.sort_unstable();
        self.people.dedup();
    }
}
