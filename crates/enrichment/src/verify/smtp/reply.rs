//! What a mail server answers, and what that says of a mailbox.

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

use super::{Answer, Postponed, SmtpError};
use crate::verify::syntax::Address;

/// Octets of a line that are taken; RFC 5321 section 4.5.3.1.5 allows 512.
const MAX_LINE: usize = 1_000;
/// Lines of an answer that are taken.
const MAX_LINES: usize = 64;
/// Characters of an answer that are kept.
const MAX_TEXT: usize = 300;

/// An answer: RFC 5321 section 4.2, with the enhanced status of RFC 2034 where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    code: u16,
    /// Subject and detail of the enhanced status.
    enhanced: Option<(u16, u16)>,
    /// The words of all lines.
    text: String,
    /// What the lines after the first say: the extensions of a server that answers EHLO.
    extensions: Vec<String>,
}

/// Reads one answer.
pub(super) async fn read(
    from: &mut (impl AsyncBufRead + Unpin),
    step: &'static str,
) -> Result<Reply, SmtpError> {
    let mut lines = Lines::default();
    for _ in 0..MAX_LINES {
        let line = read_line(from, step).await?;
        if lines.add(&line)? {
            return Ok(lines.into_reply());
        }
    }
    Err(SmtpError::TooManyLines(MAX_LINES))
}

async fn read_line(from: &mut (impl AsyncBufRead + Unpin), step: &'static str) -> Result<String, SmtpError> {
    let broken = |reason: String| SmtpError::Broken { step, reason };
    let mut line = Vec::new();
    loop {
        let ready = from.fill_buf().await.map_err(|error| broken(error.to_string()))?;
        if ready.is_empty() {
            return Err(broken("it ended in the middle of an answer".to_owned()));
        }
        let end = memchr::memchr(b'\n', ready);
        let taken = end.map_or(ready.len(), |end| end + 1);
        if line.len() + taken > MAX_LINE {
            return Err(SmtpError::LineTooLong(MAX_LINE));
        }
        line.extend_from_slice(&ready[..taken]);
        from.consume(taken);
        if end.is_some() {
            return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
    }
}

#[derive(Default)]
struct Lines {
    code: Option<u16>,
    words: Vec<String>,
}

impl Lines {
    /// Adds a line; whether it was the last.
    fn add(&mut self, line: &str) -> Result<bool, SmtpError> {
        let not_smtp = || SmtpError::NotSmtp(line.chars().take(60).collect());
        let code = line.get(..3).filter(|code| code.bytes().all(|b| b.is_ascii_digit()));
        let code: u16 = code.and_then(|code| code.parse().ok()).ok_or_else(not_smtp)?;
        let more = match line.as_bytes().get(3) {
            None | Some(b' ') => false,
            Some(b'-') => true,
            Some(_) => return Err(not_smtp()),
        };
        if !(200..600).contains(&code) || self.code.is_some_and(|before| before != code) {
            return Err(not_smtp());
        }
        self.code = Some(code);
        self.words.push(line.get(4..).unwrap_or_default().to_owned());
        Ok(!more)
    }

    fn into_reply(self) -> Reply {
        let enhanced = self.words.first().and_then(|words| enhanced(words));
        let printable = |c: char| if c.is_control() { ' ' } else { c };
        let text = self.words.join(" ").chars().take(MAX_TEXT).map(printable).collect();
        let extensions = self.words.into_iter().skip(1).collect();
        Reply { code: self.code.unwrap_or_default(), enhanced, text, extensions }
    }
}

/// Subject and detail of an enhanced status at the start of the words: `5.1.1`.
fn enhanced(words: &str) -> Option<(u16, u16)> {
    let status = words.trim_start().trim_start_matches('#').split([' ', ':', ';']).next()?;
    let mut numbers = status.split('.').map(str::parse::<u16>);
    let (class, subject, detail) = (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
    (matches!(class, 2 | 4 | 5) && numbers.next().is_none()).then_some((subject, detail))
}

/// Words of servers that refuse the one who asks, whatever else they say: they outweigh every code.
const BLOCK_LISTS: &[&str] = &[
    "spamhaus",
    "dnsbl",
    "blacklist",
    "block list",
    "blocklist",
    "barracuda",
    "spamcop",
    "sorbs",
    "proofpoint.com",
];
/// Words of servers that speak of policy, the sender or the connection.
const POLICY: &[&str] = &[
    "polic",
    "relay",
    "spam",
    "block",
    "banned",
    "reputation",
    "reverse",
    "ptr",
    "rdns",
    "spf",
    "dkim",
    "dmarc",
    "helo",
    "ehlo",
    "authenti",
    "auth required",
    "starttls",
    "tls",
    "access denied",
    "sender",
    "client host",
    "not allowed",
    "prohibit",
    "greylist",
    "graylist",
    "try again",
    "later",
    "temporar",
    "rate limit",
    "too many",
    "not permitted",
    "your ip",
    "your host",
    "verif",
    "loop",
];
/// Words of servers that take mail at the second attempt only (RFC 6647).
const GREYLISTS: &[&str] = &["greylist", "graylist", "grey list", "gray list", "grey-list", "gray-list"];
/// Words of servers that have no such mailbox.
const NO_SUCH: &[&str] = &[
    "user unknown",
    "unknown user",
    "no such",
    "does not exist",
    "doesn't exist",
    "not exist",
    "unknown recipient",
    "recipient unknown",
    "unknown address",
    "address unknown",
    "invalid recipient",
    "recipient not found",
    "user not found",
    "mailbox not found",
    "not found",
    "no mailbox",
    "mailbox unavailable",
    "unknown mailbox",
    "invalid mailbox",
    "invalid address",
    "unrouteable",
    "unroutable",
    "not a valid",
    "disabled",
    "deactivated",
    "inactive",
    "no account",
    "isn't a known",
    "undeliverable",
];

impl Reply {
    pub(super) fn is_positive(&self) -> bool {
        (200..300).contains(&self.code)
    }

    fn is_transient(&self) -> bool {
        (400..500).contains(&self.code)
    }

    pub(super) fn is_permanent(&self) -> bool {
        (500..600).contains(&self.code)
    }

    /// Whether the answer to EHLO names an extension (RFC 5321 section 4.1.1.1).
    pub(super) fn offers(&self, extension: &str) -> bool {
        let names = self.extensions.iter().filter_map(|line| line.split_whitespace().next());
        names.into_iter().any(|name| name.eq_ignore_ascii_case(extension))
    }

    fn words(&self) -> String {
        format!("{} {}", self.code, self.text).trim_end().to_owned()
    }

    /// What an answer says that came before a mailbox was named: nothing about it.
    pub(super) fn before_mailbox(&self) -> Answer {
        if self.is_transient() { self.not_now() } else { Answer::Undecided(self.words()) }
    }

    fn not_now(&self) -> Answer {
        let postponed = Postponed::said(self.words());
        let lower = self.text.to_lowercase();
        let greylisted = GREYLISTS.iter().any(|word| lower.contains(word));
        if greylisted { Answer::Greylisted(postponed) } else { Answer::Later(postponed) }
    }

    /// What the answer to RCPT says of the mailbox.
    pub(super) fn about(&self, mailbox: &Address) -> Answer {
        let words = self.words();
        if matches!(self.code, 250 | 251) {
            return Answer::Accepted;
        }
        if self.is_transient() {
            return self.not_now();
        }
        if !self.is_permanent() {
            return Answer::Undecided(words);
        }
        // Servers repeat the address, whose own words mean nothing.
        let text = self.text.to_lowercase().replace(&mailbox.to_string().to_lowercase(), "");
        let text = text.replace(mailbox.domain(), "");
        let says = |list: &[&str]| list.iter().any(|word| text.contains(word));
        if says(BLOCK_LISTS) {
            return Answer::Undecided(words);
        }
        match self.enhanced {
            Some((1, 1 | 2 | 3 | 6 | 10) | (2, 1)) => return Answer::NoMailbox(words),
            // Exchange Online answers so for a recipient that its directory does not have.
            Some((4, 1)) if text.contains("recipient") => return Answer::NoMailbox(words),
            Some((2, 2)) => return Answer::Full(words),
            Some((0 | 1, 0)) | None => {}
            Some(_) => return Answer::Undecided(words),
        }
        match self.code {
            _ if says(POLICY) => Answer::Undecided(words),
            552 if text.contains("size") => Answer::Undecided(words),
            552 => Answer::Full(words),
            550 | 551 | 553 | 556 => Answer::NoMailbox(words),
            554 if says(NO_SUCH) => Answer::NoMailbox(words),
            _ => Answer::Undecided(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    async fn replies(mut text: &[u8]) -> Result<Reply, SmtpError> {
        read(&mut text, "RCPT").await
    }

    async fn said(text: &str) -> Answer {
        let mailbox = Address::parse("policy.sender@relay-spam.example").unwrap();
        replies(format!("{text}\r\n").as_bytes()).await.unwrap().about(&mailbox)
    }

    #[tokio::test]
    async fn answers_to_rcpt_are_understood() {
        for accepted in
            ["250 OK", "250 2.1.5 Recipient ok", "250", "251 User not local; will forward", "250-a\r\n250 b"]
        {
            assert_eq!(said(accepted).await, Answer::Accepted, "{accepted}");
        }
        for gone in [
            "550 No such user here",
            "550 5.1.1 <policy.sender@relay-spam.example>: Recipient address rejected: User unknown",
            "550 <policy.sender@relay-spam.example> unknown",
            "550-5.1.1 The email account that you tried to reach does not exist.\r\n550 5.1.1 https://support.example/ - gsmtp",
            "550 5.4.1 Recipient address rejected: Access denied.",
            "550 5.2.1 The account is disabled",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found",
            "550 #5.1.0 Address rejected.",
            "550 Unrouteable address",
            "551 User not local",
            "553 5.1.3 Mailbox name invalid",
            "554 delivery error: dd This user doesn't have an account; no such user",
        ] {
            assert!(matches!(said(gone).await, Answer::NoMailbox(_)), "{gone}: {:?}", said(gone).await);
        }
        for full in ["552 Mailbox full", "552 5.2.2 Over quota", "550 5.2.2 mailbox full"] {
            assert!(matches!(said(full).await, Answer::Full(_)), "{full}");
        }
        for greylisted in [
            "450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted, see http://postgrey.example/",
            "451 4.7.1 Greylisting in action, please come back in 00:04:57",
            "450 4.7.1 You have been graylisted",
        ] {
            assert!(matches!(said(greylisted).await, Answer::Greylisted(_)), "{greylisted}");
        }
        for later in [
            "451 4.7.1 Please try again later",
            "452 4.5.3 Too many recipients",
            "452 4.2.2 Mailbox full",
            "421 Service not available",
            "450 No such user",
        ] {
            assert!(matches!(said(later).await, Answer::Later(_)), "{later}");
        }
        for undecided in [
            "550 5.7.1 Service unavailable; client host blocked",
            "550 5.7.1 Unable to relay",
            "550 5.5.3 Too many recipients",
            "550 5.1.1 Mail from your address is listed at Spamhaus",
            "550 5.1.8 Sender address rejected",
            "550-Requested action not taken: mailbox unavailable\r\n550 Reject due to policy restrictions",
            "550 relay not permitted",
            "550 Administrative prohibition",
            "550 Verification failed",
            "552 5.3.4 Message size exceeds limit",
            "552 message size too big",
            "554 Transaction failed",
            "530 5.7.0 Must issue a STARTTLS command first",
            "503 Bad sequence of commands",
            "252 Cannot verify",
            "354 Go ahead",
        ] {
            assert!(
                matches!(said(undecided).await, Answer::Undecided(_)),
                "{undecided}: {:?}",
                said(undecided).await
            );
        }
    }

    #[tokio::test]
    async fn extensions_stand_below_the_greeting() {
        let offers = async |text: &[u8]| replies(text).await.unwrap().offers("STARTTLS");
        assert!(offers(b"250-mx.acme.example\r\n250-SIZE 1000\r\n250 starttls\r\n").await);
        assert!(!offers(b"250 STARTTLS\r\n").await);
        assert!(!offers(b"250-mx.acme.example\r\n250 XSTARTTLS\r\n").await);
        let many = format!("250-mx\r\n{}250 STARTTLS\r\n", "250-X-EXTENSION\r\n".repeat(50));
        assert!(offers(many.as_bytes()).await);
    }

    #[tokio::test]
    async fn limits_of_an_answer_are_told() {
        let check = async |text: &[u8], expect: SmtpError| assert_eq!(replies(text).await, Err(expect));
        check(&b"220-more\r\n".repeat(1_000), SmtpError::TooManyLines(MAX_LINES)).await;
        check(&[b'2'; 100_000], SmtpError::LineTooLong(MAX_LINE)).await;
        check(b"HTTP/1.1 400 Bad Request\r\n", SmtpError::NotSmtp("HTTP/1.1 400 Bad Request".into())).await;
        check(b"999 hello\r\n", SmtpError::NotSmtp("999 hello".into())).await;
        check(b"220-a\r\n250 b\r\n", SmtpError::NotSmtp("250 b".into())).await;
        check("22é\r\n".as_bytes(), SmtpError::NotSmtp("22é".into())).await;
        assert!(matches!(replies(b"220 half").await, Err(SmtpError::Broken { .. })));
        let long = replies(format!("250 {}\r\n", "x".repeat(900)).as_bytes()).await.unwrap();
        assert_eq!(long.text.len(), MAX_TEXT);
    }

    proptest! {
        #[test]
        fn no_answer_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400), code in 200..600_u16, text in "[ -~é\\r\\n-]{0,120}") {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let mailbox = Address::parse("a@acme.example").unwrap();
            for input in [bytes, format!("{code} {text}\r\n").into_bytes(), format!("{code}-{text}\r\n{code} x\r\n").into_bytes()] {
                if let Ok(reply) = runtime.block_on(replies(&input)) {
                    let transient = matches!(reply.about(&mailbox), Answer::Later(_) | Answer::Greylisted(_));
                    prop_assert_eq!(transient, reply.is_transient());
                    prop_assert!(!reply.words().contains(char::is_control));
                }
            }
        }
    }
}
