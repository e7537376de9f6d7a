//! The mailbox and catch-all rungs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use enrichment::address::Guard;
use enrichment::verify::{Address, Answer, SmtpConfig, Verdict, Verification, Verifier, pattern};

use crate::mail_server::{ENCRYPTED, MailServer, Manner, Starttls, offers, patient, talks};
use crate::name_server::NameServer;
use crate::told;

/// Verifies an address of `acme.example`, whose exchange is this machine.
async fn verify(address: &str, config: SmtpConfig) -> Verification {
    verifier(config).await.verify(address).await
}

async fn verifier(config: SmtpConfig) -> Verifier {
    let names = NameServer::default()
        .mx("acme.example", 10, "mx.acme.example")
        .a("mx.acme.example", [127, 0, 0, 1])
        .a("web.example", [127, 0, 0, 1])
        .start()
        .await;
    Verifier::new(names.resolver()).with_smtp(config)
}

/// A server where only jane has a mailbox.
fn only_jane(local: &str) -> &'static str {
    if local == "jane" { "250 OK" } else { "550 5.1.1 No such user" }
}

#[tokio::test]
async fn a_mailbox_is_safe_where_it_is_taken_and_a_random_one_is_not() {
    let server = MailServer::start(talks(only_jane)).await;
    let found = verify("jane@acme.example", server.config()).await;
    assert_eq!(told(&found), (Verdict::Safe, vec!["mailboxAccepted"]));
    assert_eq!(found.smtp.unwrap().mailbox, Some(Ok(Answer::Accepted)));
    let mailboxes = server.mailboxes();
    assert_eq!(mailboxes.len(), 2, "a session each: {mailboxes:?}");
    assert_eq!(mailboxes[0], ["jane@acme.example"], "the real one first");
    assert_eq!(mailboxes[1].len(), 1);
    assert_ne!(mailboxes[1][0], "jane@acme.example");
    let first = &server.sessions()[0];
    assert_eq!(first[..2], ["EHLO [127.0.0.1]", "MAIL FROM:<>"], "{first:?}");
    let found = verify("jane@web.example", server.config()).await;
    assert_eq!(told(&found), (Verdict::Safe, vec!["noMx", "mailboxAccepted"]));
}

#[tokio::test]
async fn whoever_asks_may_say_who() {
    let server = MailServer::start(talks(only_jane)).await;
    let sender = Some(Address::parse("verify@letip.example").unwrap());
    verify("jane@acme.example", SmtpConfig { sender, ..server.config() }).await;
    let first = &server.sessions()[0];
    assert_eq!(first[..2], ["EHLO letip.example", "MAIL FROM:<verify@letip.example>"], "{first:?}");
}

#[tokio::test]
async fn what_the_server_says_of_the_mailbox_decides() {
    let check = async |answer: &'static str, verdict: Verdict, reason: &str| {
        let server = MailServer::start(talks(move |_| answer)).await;
        let found = verify("jane@acme.example", server.config()).await;
        assert_eq!(told(&found), (verdict, vec![reason]), "{answer}");
        assert_eq!(server.mailboxes(), [["jane@acme.example"]], "{answer}: nobody else was asked for");
        assert!(found.reasons[0].to_string().contains(answer), "{answer}: {:?}", found.reasons);
    };
    check("550 No such user", Verdict::Invalid, "noSuchMailbox").await;
    check("550 5.1.1 User unknown", Verdict::Invalid, "noSuchMailbox").await;
    check("451 4.7.1 Greylisted, try again in 5 minutes", Verdict::Unknown, "greylisted").await;
    check("450 4.2.0 Greylisted", Verdict::Unknown, "greylisted").await;
    check("452 4.5.3 Too many recipients", Verdict::Unknown, "tryLater").await;
    check("421 4.3.2 Service not available", Verdict::Unknown, "tryLater").await;
    check("552 Mailbox full", Verdict::Risky, "mailboxFull").await;
    check("550 5.7.1 Your address is blocked", Verdict::Unknown, "undecided").await;
    check("554 Transaction failed", Verdict::Unknown, "undecided").await;
    check("530 5.7.0 Must issue a STARTTLS command first", Verdict::Unknown, "undecided").await;
}

#[tokio::test]
async fn a_server_that_wants_time_is_given_it() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let rcpt = move |local: &str| match (local, counted.fetch_add(1, Ordering::SeqCst)) {
        ("jane", 0) => "451 4.7.1 Greylisted, please come back in 00:05:00",
        ("jane", _) => "250 OK",
        _ => "550 5.1.1 No such user",
    };
    let server = MailServer::start(talks(rcpt)).await;
    let verifier = verifier(server.config()).await;
    let first = verifier.verify("jane@acme.example").await;
    assert_eq!(told(&first), (Verdict::Unknown, vec!["greylisted"]));
    assert_eq!(first.retry_after(), Some(Duration::from_secs(300)));
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(200)).await;
    let sooner = verifier.verify("jane@acme.example").await;
    assert_eq!(told(&sooner), (Verdict::Unknown, vec!["greylisted"]));
    assert!(sooner.retry_after().unwrap() <= Duration::from_secs(100), "{:?}", sooner.retry_after());
    assert_eq!(asked.load(Ordering::SeqCst), 1, "asking sooner makes some servers wait longer");
    tokio::time::advance(Duration::from_secs(101)).await;
    tokio::time::resume();
    let later = verifier.verify("jane@acme.example").await;
    assert_eq!((told(&later), later.retry_after()), ((Verdict::Safe, vec!["mailboxAccepted"]), None));
}

#[tokio::test]
async fn a_session_is_encrypted_where_the_server_offers_it() {
    let server = MailServer::start(offers(Starttls::Demanded, only_jane)).await;
    let found = verify("jane@acme.example", server.config()).await;
    assert_eq!(told(&found), (Verdict::Safe, vec!["mailboxAccepted"]), "{found:?}");
    let sessions = server.sessions();
    let ehlo = "EHLO [127.0.0.1]";
    let expect = [ehlo, "STARTTLS", ENCRYPTED, ehlo, "MAIL FROM:<>", "RCPT TO:<jane@acme.example>", "QUIT"];
    assert_eq!(sessions[0], expect);
    assert_eq!(sessions.len(), 2, "{sessions:?}");
    let found = verify("john@acme.example", server.config()).await;
    assert_eq!(told(&found), (Verdict::Invalid, vec!["noSuchMailbox"]));
}

#[tokio::test]
async fn a_catch_all_and_a_greylist_show_through_encryption() {
    let server = MailServer::start(offers(Starttls::Demanded, |_| "250 OK")).await;
    let found = verify("jane@acme.example", server.config()).await;
    assert_eq!(told(&found), (Verdict::Risky, vec!["catchAll"]));
    let server = MailServer::start(offers(Starttls::Demanded, |_| "450 4.2.0 Greylisted")).await;
    let found = verify("jane@acme.example", server.config()).await;
    assert_eq!(told(&found), (Verdict::Unknown, vec!["greylisted"]));
}

#[tokio::test]
async fn where_encryption_fails_the_server_is_asked_in_clear_text() {
    let check = async |starttls: Starttls, sessions_of_one: usize| {
        let server = MailServer::start(offers(starttls, only_jane)).await;
        let found = verify("jane@acme.example", server.config()).await;
        assert_eq!(told(&found), (Verdict::Safe, vec!["mailboxAccepted"]), "{starttls:?}: {found:?}");
        let sessions = server.sessions();
        assert_eq!(sessions.len(), 2 * sessions_of_one, "{starttls:?}: {sessions:?}");
        assert!(sessions[0].contains(&"STARTTLS".to_owned()), "{starttls:?}: {sessions:?}");
        assert!(!sessions.concat().contains(&ENCRYPTED.to_owned()), "{starttls:?}: {sessions:?}");
    };
    check(Starttls::TakenBack, 1).await;
    check(Starttls::Broken, 2).await;
    // An answer that somebody in between has put before the handshake is not taken for the server's.
    check(Starttls::Injected, 2).await;
}

#[tokio::test]
async fn a_refusal_before_the_mailbox_says_nothing_of_it() {
    let Manner::Talks { banner, ehlo, mail, rcpt } = talks(only_jane) else { panic!("it talks") };
    let check = async |manner: Manner, reason: &str| {
        let server = MailServer::start(manner).await;
        let found = verify("jane@acme.example", server.config()).await;
        assert_eq!(told(&found), (Verdict::Unknown, vec![reason]));
        assert_eq!(server.mailboxes().concat(), Vec::<String>::new());
    };
    let rcpt = || std::sync::Arc::clone(&rcpt);
    check(Manner::Talks { banner: "554 No SMTP service here", ehlo, mail, rcpt: rcpt() }, "undecided").await;
    check(Manner::Talks { banner: "421 Too many connections", ehlo, mail, rcpt: rcpt() }, "tryLater").await;
    check(Manner::Talks { banner, ehlo, mail: "550 5.7.1 No such user may send", rcpt: rcpt() }, "undecided")
        .await;
    check(Manner::Talks { banner, ehlo: "421 Go away", mail, rcpt: rcpt() }, "tryLater").await;
    // A server that knows no EHLO is asked with HELO.
    let server = MailServer::start(Manner::Talks { banner, ehlo: "502 What?", mail, rcpt: rcpt() }).await;
    let found = verify("jane@acme.example", server.config()).await;
    assert_eq!(told(&found), (Verdict::Safe, vec!["mailboxAccepted"]));
}

#[tokio::test]
async fn a_server_that_takes_any_name_is_asked_once_and_believed_in_nothing() {
    let server = MailServer::start(talks(|_| "250 OK")).await;
    let verifier = verifier(server.config()).await;
    let found = verifier.verify("jane@acme.example").await;
    assert_eq!(told(&found), (Verdict::Risky, vec!["catchAll"]));
    assert_eq!(found.smtp.unwrap().catch_all, Some(true));
    let found = verifier.clone().verify("john@acme.example").await;
    assert_eq!(told(&found), (Verdict::Risky, vec!["catchAll"]));
    assert_eq!(server.sessions().len(), 2);
}

#[tokio::test]
async fn addresses_of_one_domain_wait_for_each_other() {
    let server = MailServer::start(talks(|_| "250 OK")).await;
    let verifier = verifier(server.config()).await;
    let each = ["a", "b", "c", "d"].map(|local| format!("{local}@acme.example"));
    let [a, b, c, d] = each.each_ref().map(|address| verifier.verify(address));
    let found = tokio::join!(a, b, c, d);
    for found in [found.0, found.1, found.2, found.3] {
        assert_eq!(told(&found), (Verdict::Risky, vec!["catchAll"]));
    }
    assert_eq!(server.sessions().len(), 2, "the first asked for all of them");
}

#[tokio::test]
async fn a_domain_that_refused_a_random_name_is_not_asked_for_another() {
    let server =
        MailServer::start(talks(|local| if local.len() < 10 { "250 OK" } else { "550 5.1.1 No" })).await;
    let remembering = verifier(server.config()).await;
    for address in ["jane@acme.example", "john@acme.example"] {
        assert_eq!(remembering.verify(address).await.verdict, Verdict::Safe, "{address}");
    }
    assert_eq!(server.sessions().len(), 3);
    let forgetful = verifier(SmtpConfig { catch_all_age: Duration::ZERO, ..server.config() }).await;
    for address in ["jane@acme.example", "john@acme.example"] {
        assert_eq!(forgetful.verify(address).await.verdict, Verdict::Safe, "{address}");
    }
    assert_eq!(server.sessions().len(), 3 + 4);
}

#[tokio::test]
async fn too_many_recipients_or_a_greylist_is_not_catch_all() {
    for answer in [
        "452 4.5.3 Too many recipients",
        "450 4.2.0 Greylisted",
        "550 5.7.1 Blocked",
        "550 5.5.3 Too many recipients",
    ] {
        let server =
            MailServer::start(talks(move |local| if local == "jane" { "250 OK" } else { answer })).await;
        let verifier = verifier(server.config()).await;
        for _ in 0..2 {
            let found = verifier.verify("jane@acme.example").await;
            assert_eq!(told(&found), (Verdict::Unknown, vec!["catchAllUnknown"]), "{answer}");
            assert_eq!(found.smtp.unwrap().catch_all, None, "{answer}");
        }
        assert_eq!(server.sessions().len(), 4, "{answer}: what was not found out is not remembered");
    }
}

#[tokio::test]
async fn role_addresses_and_guesses_are_proven_by_the_server_alone() {
    let server =
        MailServer::start(talks(|local| if local.len() < 10 { "250 OK" } else { "550 5.1.1 No" })).await;
    let verifier = verifier(server.config()).await;
    let found = verifier.verify("info@acme.example").await;
    assert_eq!(told(&found), (Verdict::Risky, vec!["role", "mailboxAccepted"]));
    let guess = &pattern::guess("Jane Roe", "acme.example", None)[0];
    let found = verifier.verify_guess(guess).await;
    assert_eq!(told(&found), (Verdict::Safe, vec!["guessed", "mailboxAccepted"]));
}

#[tokio::test]
async fn a_blocked_port_is_unknown() {
    let closed: SocketAddr =
        tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let found = verify("jane@acme.example", patient(closed)).await;
    assert_eq!(told(&found), (Verdict::Unknown, vec!["serverUnreachable"]));
    let found = verify("info@acme.example", patient(closed)).await;
    assert_eq!(told(&found), (Verdict::Unknown, vec!["role", "serverUnreachable"]));
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let server = MailServer::start(Manner::Silent).await;
    let config = SmtpConfig { command_timeout: Duration::from_millis(30), ..server.config() };
    let found = verify("jane@acme.example", config).await;
    assert_eq!(told(&found), (Verdict::Unknown, vec!["serverTimeout"]));
    assert_eq!(found.reasons[0].to_string(), "the mail server did not answer with a greeting within 30ms");
    let config = SmtpConfig { total_timeout: Duration::from_millis(30), ..server.config() };
    let found = verify("jane@acme.example", config).await;
    assert_eq!(told(&found), (Verdict::Unknown, vec!["serverTimeout"]));
}

#[tokio::test]
async fn endless_huge_and_foreign_answers_are_given_up() {
    let check = async |manner: Manner, expect: &str| {
        let server = MailServer::start(manner).await;
        let found = verify("jane@acme.example", server.config()).await;
        assert_eq!(told(&found), (Verdict::Unknown, vec!["serverFailed"]), "{expect}");
        assert!(found.reasons[0].to_string().contains(expect), "{expect}: {}", found.reasons[0]);
    };
    check(Manner::Endless(b"220-welcome\r\n"), "has more than 64 lines").await;
    check(Manner::Endless(&[b'2'; 4096]), "is longer than 1000 octets").await;
    check(Manner::Endless(b"\r\n"), "does not speak SMTP").await;
    check(Manner::Says(b"SSH-2.0-OpenSSH_9.2\r\n"), "does not speak SMTP: \"SSH-2.0").await;
    check(Manner::Says(b"\xff\xfe\x00\r\n"), "does not speak SMTP").await;
    check(Manner::Says(b"220 half"), "broke off").await;
    check(Manner::Says(b""), "broke off").await;
}

#[tokio::test]
async fn private_addresses_are_not_reached() {
    let server = MailServer::start(talks(only_jane)).await;
    let config = SmtpConfig { guard: Guard::public_only(), ..server.config() };
    let found = verify("jane@acme.example", config).await;
    assert_eq!(told(&found), (Verdict::Unknown, vec!["serverNotPublic"]));
    let elsewhere = SocketAddr::new(server.address.ip(), server.address.port().wrapping_add(1).max(1));
    let config = SmtpConfig { guard: Guard::allowing([elsewhere]), ..server.config() };
    let found = verify("jane@acme.example", config).await;
    assert_eq!(told(&found), (Verdict::Unknown, vec!["serverNotPublic"]));
    assert_eq!(server.sessions(), Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn a_mailbox_beyond_ascii_is_not_asked_for() {
    let server = MailServer::start(talks(only_jane)).await;
    let found = verify("jäne@acme.example", server.config()).await;
    assert_eq!(told(&found), (Verdict::Unknown, vec!["serverFailed"]));
    assert_eq!(server.sessions(), Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn a_domain_without_mail_is_not_asked() {
    let server = MailServer::start(talks(only_jane)).await;
    let found = verify("jane@nowhere.example", server.config()).await;
    assert_eq!(told(&found), (Verdict::Invalid, vec!["noSuchDomain"]));
    assert_eq!(found.smtp, None);
    assert_eq!(server.sessions(), Vec::<Vec<String>>::new());
}
