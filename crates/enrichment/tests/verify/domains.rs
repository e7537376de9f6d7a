//! The MX rung.

use std::time::Duration;

use enrichment::verify::{DnsConfig, DnsResolver, ResolveError, Route, Verdict, Verifier, pattern};
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType;

use crate::name_server::NameServer;
use crate::told;

#[tokio::test]
async fn where_mail_goes_decides_up_to_the_mx_records() {
    let server = NameServer::default()
        .mx("acme.example", 10, "mx.acme.example")
        .a("mx.acme.example", [192, 0, 2, 1])
        .mx("null.example", 0, ".")
        .a("null.example", [192, 0, 2, 1])
        .mx("both.example", 0, ".")
        .mx("both.example", 10, "mx.acme.example")
        .a("web.example", [192, 0, 2, 1])
        .aaaa("six.example", "2001:db8::1")
        .empty("bare.example")
        .mx("dead.example", 10, "gone.dead.example")
        .mx("dead.example", 20, "bare.example")
        .mx("half.example", 10, "gone.half.example")
        .mx("half.example", 20, "broken.example")
        .alias("other.example", "acme.example")
        .mx("xn--mller-kva.example", 10, "mx.acme.example")
        .mx("mailinator.com", 10, "mx.acme.example")
        .mx("gmail.com", 10, "mx.acme.example")
        .code("broken.example", ResponseCode::ServFail)
        .code("refused.example", ResponseCode::Refused)
        .start()
        .await;
    let verifier = Verifier::new(server.resolver());
    let check = async |address: &str, verdict: Verdict, reasons: &[&str]| {
        assert_eq!(told(&verifier.verify(address).await), (verdict, reasons.to_vec()), "{address}");
    };
    check("jane@acme.example", Verdict::Unknown, &["mailboxNotChecked"]).await;
    check("info@acme.example", Verdict::Risky, &["role", "mailboxNotChecked"]).await;
    check("jane@gmail.com", Verdict::Risky, &["free", "mailboxNotChecked"]).await;
    check("jane@mailinator.com", Verdict::Risky, &["disposable", "mailboxNotChecked"]).await;
    check("jane@null.example", Verdict::Invalid, &["nullMx"]).await;
    check("info@null.example", Verdict::Invalid, &["role", "nullMx"]).await;
    check("jane@both.example", Verdict::Unknown, &["mailboxNotChecked"]).await;
    check("jane@web.example", Verdict::Unknown, &["noMx", "mailboxNotChecked"]).await;
    check("jane@six.example", Verdict::Unknown, &["noMx", "mailboxNotChecked"]).await;
    check("jane@bare.example", Verdict::Invalid, &["noMailServer"]).await;
    check("jane@dead.example", Verdict::Invalid, &["deadExchanges"]).await;
    check("jane@half.example", Verdict::Unknown, &["mailboxNotChecked"]).await;
    check("jane@other.example", Verdict::Unknown, &["mailboxNotChecked"]).await;
    check("jane@MÜLLER.example", Verdict::Unknown, &["mailboxNotChecked"]).await;
    check("jane@nowhere.example", Verdict::Invalid, &["noSuchDomain"]).await;
    check("jane@broken.example", Verdict::Unknown, &["dnsFailed"]).await;
    check("info@broken.example", Verdict::Unknown, &["role", "dnsFailed"]).await;
    check("jane@refused.example", Verdict::Unknown, &["dnsFailed"]).await;
    check("jane.acme.example", Verdict::Invalid, &["syntax"]).await;
}

#[tokio::test]
async fn exchanges_come_in_the_order_of_their_preference() {
    let server = NameServer::default()
        .mx("acme.example", 30, "c.acme.example")
        .mx("acme.example", 5, "A.acme.example")
        .mx("acme.example", 10, "b.acme.example")
        .mx("acme.example", 40, "a.acme.example")
        .start()
        .await;
    // With more than four, nobody looks whether they are alive; here the list itself is the subject.
    let server_of_many = (0..30).fold(NameServer::default(), |server, n| {
        server.mx("many.example", 30 - n, &format!("mx{n}.many.example"))
    });
    let many = server_of_many.start().await;
    let found = Verifier::new(server.resolver()).verify("jane@acme.example").await;
    assert!(matches!(found.route, Some(Route::DeadExchanges(_))), "{found:?}");
    let hosts: Vec<_> = found.exchanges().collect();
    assert_eq!(hosts, ["a.acme.example", "b.acme.example", "c.acme.example"]);
    let found = Verifier::new(many.resolver()).verify("jane@many.example").await;
    let hosts: Vec<_> = found.exchanges().collect();
    assert_eq!((hosts.len(), hosts[0], hosts[19]), (20, "mx29.many.example", "mx10.many.example"));
}

#[tokio::test]
async fn a_server_that_is_silent_or_absent_makes_unknown() {
    let server = NameServer::default().silent("acme.example").start().await;
    let verifier = Verifier::new(server.resolver_that_waits(Duration::from_millis(50)));
    let found = verifier.verify("jane@acme.example").await;
    assert_eq!(told(&found), (Verdict::Unknown, vec!["dnsFailed"]));
    assert_eq!(found.reasons[0].to_string(), "the resolver did not answer within 50ms");
    let closed = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let config = DnsConfig { timeout: Duration::from_millis(50), attempts: 1, ..DnsConfig::default() };
    let absent = DnsResolver::at(closed, config).unwrap();
    let found = Verifier::new(std::sync::Arc::new(absent)).verify("jane@acme.example").await;
    assert_eq!(told(&found), (Verdict::Unknown, vec!["dnsFailed"]));
}

#[tokio::test]
async fn a_domain_is_asked_for_once_and_its_failure_too() {
    let server = NameServer::default()
        .mx("acme.example", 10, "mx.acme.example")
        .a("mx.acme.example", [192, 0, 2, 1])
        .code("broken.example", ResponseCode::ServFail)
        .start()
        .await;
    let verifier = Verifier::new(server.resolver());
    verifier.verify("a@broken.example").await;
    let tries = server.asked("broken.example", RecordType::MX);
    for local in ["a", "b", "c"] {
        verifier.clone().verify(&format!("{local}@acme.example")).await;
        let found = verifier.verify(&format!("{local}@broken.example")).await;
        assert_eq!(told(&found), (Verdict::Unknown, vec!["dnsFailed"]));
    }
    assert_eq!(server.asked("acme.example", RecordType::MX), 1);
    assert_eq!(server.asked("broken.example", RecordType::MX), tries);
}

#[tokio::test]
async fn a_likely_slip_is_a_hint_and_changes_nothing() {
    let server = NameServer::default()
        .mx("gmial.com", 10, "mx.gmial.com")
        .a("mx.gmial.com", [192, 0, 2, 1])
        .start()
        .await;
    let found = Verifier::new(server.resolver()).verify("Jane.Roe@gmial.com").await;
    assert_eq!(found.suggestion.as_deref(), Some("Jane.Roe@gmail.com"));
    assert_eq!(told(&found), (Verdict::Unknown, vec!["mailboxNotChecked"]));
}

#[tokio::test]
async fn a_guess_says_that_it_is_one() {
    let server = NameServer::default()
        .mx("acme.example", 10, "mx.acme.example")
        .a("mx.acme.example", [192, 0, 2, 1])
        .start()
        .await;
    let guesses = pattern::guess("Jane Roe", "acme.example", None);
    let found = Verifier::new(server.resolver()).verify_guess(&guesses[0]).await;
    assert_eq!(told(&found), (Verdict::Unknown, vec!["guessed", "mailboxNotChecked"]));
}

#[tokio::test]
async fn names_that_no_server_could_be_asked_for_are_errors() {
    let server = NameServer::default().start().await;
    let resolver = server.resolver();
    for name in ["", ".", "a..b", "\u{0}", &"a".repeat(300), "ä.example"] {
        let found = (resolver.mx(name).await, resolver.addresses(name).await);
        assert!(
            matches!(found.0, Err(ResolveError::Failed(_) | ResolveError::NoSuchName)),
            "{name:?}: {found:?}"
        );
    }
}
