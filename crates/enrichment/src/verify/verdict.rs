//! Reasons, and the one verdict that follows from them.

use std::fmt;
use std::time::Duration;

pub use contract::EmailStatus as Verdict;

use super::dns::{ResolveError, Route};
use super::lists::Listed;
use super::smtp::{Answer, Postponed, SmtpError};
use super::syntax::{Address, SyntaxError};

/// Something that was learned of an address and that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is no address.
    Syntax(SyntaxError),
    /// Its domain does not exist.
    NoSuchDomain,
    /// Its domain says that it takes no mail.
    NullMx,
    /// Its domain has neither MX records nor an address.
    NoMailServer,
    /// The mail exchanges of its domain have no address.
    DeadExchanges,
    /// The server says that there is no such mailbox.
    NoSuchMailbox(String),
    /// What became of its domain could not be found out.
    DnsFailed(ResolveError),
    /// The server takes mail from strangers at their second attempt only.
    Greylisted(Postponed),
    /// The server wants to be asked again later.
    TryLater(Postponed),
    /// The server said nothing about the mailbox, or refuses us.
    Undecided(String),
    /// The server could not be asked.
    NotAsked(SmtpError),
    /// It belongs to a desk and not to a person.
    Role,
    /// Its domain gives mailboxes to anybody.
    Free,
    /// Its domain gives mailboxes for minutes.
    Disposable,
    /// Its domain takes any name.
    CatchAll,
    /// The mailbox is there, and full.
    MailboxFull(String),
    /// It was not found anywhere but made of a name.
    Guessed,
    /// Its domain has no MX records; mail goes to the address of the domain itself.
    NoMx,
    /// Asking mail servers is switched off.
    MailboxNotChecked,
    /// The mailbox was accepted; whether its server takes any name could not be found out.
    CatchAllUnknown(String),
    /// The mailbox was accepted, and a name that nobody has was not.
    MailboxAccepted,
}

/// What a reason means for the verdict; the first in this order decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// Mail cannot arrive.
    RulesOut,
    /// A check was tried and came to no end.
    Inconclusive,
    /// Mail may arrive, or arrive with somebody else.
    Doubt,
    /// A check is missing.
    Unproven,
    /// Mail arrives.
    Proof,
    /// Worth telling.
    Remark,
}

impl Reason {
    /// The reason as programs read it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        self.told().0
    }

    fn weight(&self) -> Weight {
        self.told().1
    }

    fn told(&self) -> (&'static str, Weight) {
        match self {
            Self::Syntax(_) => ("syntax", Weight::RulesOut),
            Self::NoSuchDomain => ("noSuchDomain", Weight::RulesOut),
            Self::NullMx => ("nullMx", Weight::RulesOut),
            Self::NoMailServer => ("noMailServer", Weight::RulesOut),
            Self::DeadExchanges => ("deadExchanges", Weight::RulesOut),
            Self::NoSuchMailbox(_) => ("noSuchMailbox", Weight::RulesOut),
            Self::DnsFailed(_) => ("dnsFailed", Weight::Inconclusive),
            Self::Greylisted(_) => ("greylisted", Weight::Inconclusive),
            Self::TryLater(_) => ("tryLater", Weight::Inconclusive),
            Self::Undecided(_) => ("undecided", Weight::Inconclusive),
            Self::NotAsked(SmtpError::Refused(_)) => ("serverNotPublic", Weight::Inconclusive),
            Self::NotAsked(SmtpError::Unreachable { .. }) => ("serverUnreachable", Weight::Inconclusive),
            Self::NotAsked(SmtpError::Timeout { .. }) => ("serverTimeout", Weight::Inconclusive),
            Self::NotAsked(_) => ("serverFailed", Weight::Inconclusive),
            Self::Role => ("role", Weight::Doubt),
            Self::Free => ("free", Weight::Doubt),
            Self::Disposable => ("disposable", Weight::Doubt),
            Self::CatchAll => ("catchAll", Weight::Doubt),
            Self::MailboxFull(_) => ("mailboxFull", Weight::Doubt),
            Self::MailboxNotChecked => ("mailboxNotChecked", Weight::Unproven),
            Self::CatchAllUnknown(_) => ("catchAllUnknown", Weight::Unproven),
            Self::MailboxAccepted => ("mailboxAccepted", Weight::Proof),
            Self::Guessed => ("guessed", Weight::Remark),
            Self::NoMx => ("noMx", Weight::Remark),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => error.fmt(f),
            Self::NoSuchDomain => f.write_str("the domain does not exist"),
            Self::NullMx => f.write_str("the domain says that it takes no mail"),
            Self::NoMailServer => f.write_str("the domain has no mail server and no address"),
            Self::DeadExchanges => f.write_str("the mail servers of the domain have no address"),
            Self::NoSuchMailbox(words) => write!(f, "there is no such mailbox: {words}"),
            Self::DnsFailed(error) => error.fmt(f),
            Self::Greylisted(postponed) => {
                write!(f, "the mail server takes nothing from strangers at once: {postponed}")
            }
            Self::TryLater(postponed) => {
                write!(f, "the mail server wants to be asked later: {postponed}")
            }
            Self::Undecided(words) => write!(f, "the mail server does not say whether it is there: {words}"),
            Self::NotAsked(error) => error.fmt(f),
            Self::Role => f.write_str("it belongs to a desk, not to a person"),
            Self::Free => f.write_str("anybody can have an address there"),
            Self::Disposable => f.write_str("addresses there last for minutes"),
            Self::CatchAll => f.write_str("the mail server takes any name"),
            Self::MailboxFull(words) => write!(f, "the mailbox is full: {words}"),
            Self::Guessed => f.write_str("it is a guess"),
            Self::NoMx => f.write_str("the domain has no MX records; mail goes to its own address"),
            Self::MailboxNotChecked => f.write_str("the mail server was not asked"),
            Self::CatchAllUnknown(words) => {
                write!(f, "the mailbox was accepted, but perhaps any name is: {words}")
            }
            Self::MailboxAccepted => f.write_str("the mail server takes it, and not any name"),
        }
    }
}

/// What mail servers said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SmtpReport {
    /// Of the mailbox; absent where the domain is known to take any name, so that nothing was asked.
    pub mailbox: Option<Result<Answer, SmtpError>>,
    /// Whether a name that nobody has was taken; absent where that was not asked or came to no end.
    pub catch_all: Option<bool>,
}

/// The verdict on an address, why, and what each rung found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The text that was verified.
    pub input: String,
    /// Whether mail to it arrives.
    pub verdict: Verdict,
    /// Everything that counts, in the order of the rungs.
    pub reasons: Vec<Reason>,
    /// The address, where it is one.
    pub address: Option<Address>,
    /// What the lists say.
    pub listed: Listed,
    /// The address that was perhaps meant. A hint: it is neither verified nor put in place of this one.
    pub suggestion: Option<String>,
    /// Where mail goes, where that was asked and found out.
    pub route: Option<Route>,
    /// What mail servers said, where they were asked.
    pub smtp: Option<SmtpReport>,
}

impl Verification {
    pub(super) fn new(input: &str) -> Self {
        Self {
            input: input.to_owned(),
            verdict: Verdict::Unknown,
            reasons: Vec::new(),
            address: None,
            listed: Listed::default(),
            suggestion: None,
            route: None,
            smtp: None,
        }
    }

    /// Draws the verdict from the reasons.
    pub(super) fn concluded(mut self) -> Self {
        self.verdict = verdict(&self.reasons);
        self
    }

    /// Codes of the reasons.
    pub fn codes(&self) -> impl Iterator<Item = &'static str> {
        self.reasons.iter().map(Reason::as_str)
    }

    /// In what time to verify it again, where its mail server asked for time.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.reasons.iter().find_map(|reason| match reason {
            Reason::Greylisted(postponed) | Reason::TryLater(postponed) => Some(postponed.wait),
            _ => None,
        })
    }

    /// The names of the mail exchanges, the most preferred first.
    pub fn exchanges(&self) -> impl Iterator<Item = &str> {
        let exchanges = self.route.as_ref().map_or([].as_slice(), Route::exchanges);
        exchanges.iter().map(|exchange| exchange.host.as_str())
    }
}

fn verdict(reasons: &[Reason]) -> Verdict {
    match reasons.iter().map(Reason::weight).min() {
        Some(Weight::RulesOut) => Verdict::Invalid,
        Some(Weight::Doubt) => Verdict::Risky,
        Some(Weight::Proof) => Verdict::Safe,
        Some(Weight::Inconclusive | Weight::Unproven | Weight::Remark) | None => Verdict::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> String {
        "words".to_owned()
    }

    #[test]
    fn the_gravest_reason_decides() {
        let check = |reasons: &[Reason], expect: Verdict| assert_eq!(verdict(reasons), expect, "{reasons:?}");
        let dns = Reason::DnsFailed(ResolveError::Failed(words()));
        check(&[], Verdict::Unknown);
        check(&[Reason::MailboxNotChecked], Verdict::Unknown);
        check(&[Reason::MailboxAccepted], Verdict::Safe);
        check(&[Reason::NoMx, Reason::MailboxAccepted], Verdict::Safe);
        check(&[Reason::Guessed, Reason::MailboxAccepted], Verdict::Safe);
        check(&[Reason::Guessed], Verdict::Unknown);
        check(&[Reason::Guessed, Reason::MailboxNotChecked], Verdict::Unknown);
        check(&[Reason::Role, Reason::MailboxAccepted], Verdict::Risky);
        check(&[Reason::Role, Reason::MailboxNotChecked], Verdict::Risky);
        check(&[Reason::Role, Reason::CatchAllUnknown(words())], Verdict::Risky);
        check(&[Reason::CatchAllUnknown(words())], Verdict::Unknown);
        let postponed = || Postponed { words: words(), wait: Duration::from_secs(300) };
        check(&[Reason::Role, Reason::TryLater(postponed())], Verdict::Unknown);
        check(&[Reason::Greylisted(postponed())], Verdict::Unknown);
        check(&[Reason::Role, dns.clone()], Verdict::Unknown);
        check(&[Reason::Disposable, Reason::NoSuchDomain], Verdict::Invalid);
        check(&[Reason::Free, Reason::NoSuchMailbox(words())], Verdict::Invalid);
        check(&[Reason::MailboxFull(words())], Verdict::Risky);
    }
}
