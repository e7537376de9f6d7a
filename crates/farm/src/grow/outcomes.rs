//! Sites of which nothing comes, and why.

use std::collections::HashMap;
use std::time::Duration;

use enrichment::Outcome;

use super::draft::Draft;
use super::manners::rules;
use super::troubles::dripping;
use super::{FORBIDDEN_NAME, NOBODYS_NAME, PRIVATE_NAME, Special, special};
use crate::answer::Answer;
use crate::site::{Forbidden, Host, Policy};

pub(super) const ALL: &[Special] = &[
    special("no website", |draft| {
        draft.website = None;
        draft.outcome = Outcome::NoWebsite;
    }),
    // Blocked by robots.txt.
    special("closed to all", |draft| closed(draft, "User-agent: *\nDisallow: /\n")),
    special("closed to us", |draft| {
        closed(draft, "User-agent: *\nAllow: /\n\nUser-agent: letip\nDisallow: /\n");
    }),
    special("home closed", |draft| closed(draft, "User-agent: *\nDisallow: /$\nDisallow: /index\n")),
    special("robots.txt fails with 500", |draft| closed_by(draft, Answer::status(500, ""))),
    special("robots.txt fails with 503", |draft| {
        closed_by(draft, Answer::status(503, "User-agent: *\nAllow: /"));
    }),
    special("moved to a closed domain", |draft| {
        closed(draft, "User-agent: *\nDisallow: /\n");
        let old = format!("old-{}", draft.identity.domain);
        let answers =
            HashMap::from([("/".to_owned(), Answer::redirect(301, &format!("http://{}/", draft.host)))]);
        draft.website = Some(format!("http://{old}/"));
        draft.other_hosts.push(Host { name: old, policy: Policy::default(), answers });
    }),
    // Unreachable.
    special("home says nothing", |draft| unreachable(draft, Answer::Silent)),
    special("home has an endless head", |draft| {
        unreachable(draft, Answer::DrippingHead { pause: Duration::from_millis(400) });
    }),
    special("home drips", |draft| unreachable(draft, dripping())),
    special("home is cut", |draft| {
        unreachable(draft, Answer::Cut { promised: 9_000, body: b"<h1>Welcome".to_vec() });
    }),
    special("home closes", |draft| unreachable(draft, Answer::Closed)),
    special("home is garbage", |draft| unreachable(draft, Answer::Garbage)),
    special("home is missing", |draft| unreachable(draft, Answer::status(404, DECOY))),
    special("home is refused", |draft| unreachable(draft, Answer::status(403, DECOY))),
    special("home is broken", |draft| unreachable(draft, Answer::status(500, DECOY))),
    special("home is busy", |draft| unreachable(draft, Answer::status(503, DECOY))),
    special("home asks for patience", |draft| unreachable(draft, Answer::status(429, DECOY))),
    special("home asks for hours of patience", |draft| {
        let headers = vec![("retry-after", "7200".to_owned()), ("content-type", "text/html".to_owned())];
        unreachable(draft, Answer::Whole { status: 429, headers, body: DECOY.into() });
    }),
    special("home redirects to itself", |draft| unreachable(draft, Answer::redirect(302, "/"))),
    special("home redirects in a circle", |draft| {
        draft.answers.push(("/in".to_owned(), Answer::redirect(302, "/")));
        unreachable(draft, Answer::redirect(302, "/in"));
    }),
    special("home redirects too often", |draft| {
        let steps = (1..=8).map(|n| (format!("/{n}"), Answer::redirect(307, &format!("/{}", n + 1))));
        draft.answers.extend(steps);
        unreachable(draft, Answer::redirect(307, "/1"));
    }),
    special("home redirects to this machine", |draft| {
        let port = draft.forbidden.port();
        unreachable(draft, Answer::redirect(302, &format!("http://127.0.0.1:{port}/")));
    }),
    special("home redirects to a name of this machine", |draft| {
        unreachable(draft, Answer::redirect(302, &format!("http://{FORBIDDEN_NAME}/")));
    }),
    special("home redirects to a private name", |draft| {
        unreachable(draft, Answer::redirect(302, &format!("http://{PRIVATE_NAME}/")));
    }),
    special("home redirects to a cloud's secrets", |draft| {
        unreachable(draft, Answer::redirect(302, "http://169.254.169.254/latest/meta-data/"));
    }),
    special("home redirects in disguise", |draft| {
        unreachable(draft, Answer::redirect(302, "http://[::ffff:10.0.0.1]/"));
    }),
    special("home redirects to a number", |draft| {
        unreachable(draft, Answer::redirect(302, "http://2130706433/"));
    }),
    special("home redirects to a file", |draft| {
        unreachable(draft, Answer::redirect(302, "file:///etc/passwd"));
    }),
    special("home redirects to another port", |draft| {
        let target = format!("http://{}:8080/", draft.host);
        unreachable(draft, Answer::redirect(302, &target));
    }),
    special("home is a PDF", |draft| unreachable(draft, Answer::typed("application/pdf", "%PDF-1.4"))),
    special("home is an image", |draft| unreachable(draft, Answer::typed("image/jpeg", DECOY))),
    special("home is a download", |draft| {
        unreachable(draft, Answer::typed("application/octet-stream", DECOY));
    }),
    special("home is called compressed", |draft| {
        let headers = vec![("content-type", "text/html".to_owned()), ("content-encoding", "gzip".to_owned())];
        unreachable(draft, Answer::Whole { status: 200, headers, body: DECOY.into() });
    }),
    special("robots.txt says nothing", |draft| unreachable_by(draft, Answer::Silent)),
    special("robots.txt closes", |draft| unreachable_by(draft, Answer::Closed)),
    special("robots.txt redirects to this machine", |draft| {
        let port = draft.forbidden.port();
        unreachable_by(draft, Answer::redirect(302, &format!("http://127.0.0.1:{port}/robots.txt")));
    }),
    special("nobody has the name", |draft| {
        let name = format!("{NOBODYS_NAME}{}.example", draft.index);
        nowhere(draft, &format!("http://{name}/"));
    }),
    special("the website is this machine", |draft| {
        let port = draft.forbidden.port();
        nowhere(draft, &format!("http://127.0.0.1:{port}/"));
    }),
    special("the website is a name of this machine", |draft| {
        nowhere(draft, &format!("http://{FORBIDDEN_NAME}/"));
    }),
    special("the website is no address", |draft| nowhere(draft, "see our Facebook page")),
    special("the website is of another kind", |draft| nowhere(draft, "ftp://files.example/")),
    // Parked, or still the host's.
    special("for sale", |draft| {
        parked(draft, "<h1>This domain is for sale!</h1><p>Ask sales@brokers.example</p>");
    }),
    special("may be for sale", |draft| {
        parked(draft, "<title>Parked</title><p>This domain may be for sale. Buy this domain today.</p>");
    }),
    special("expired", |draft| {
        parked(draft, "<p>This domain name has expired. Renew at help@registrar.example</p>");
    }),
    special("suspended", |draft| {
        parked(
            draft,
            "<title>Account Suspended</title><h1>This Account has been suspended.</h1>\
             <p>Contact your hosting provider: support@hoster.example</p>",
        );
    }),
    special("a server's first page", |draft| {
        parked(
            draft,
            "<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1><p>Further configuration is required.</p>",
        );
    }),
    special("another server's first page", |draft| {
        parked(
            draft,
            "<title>Apache2 Ubuntu Default Page: It works</title><p>Report bugs to bugs@distribution.example</p>",
        );
    }),
    // Nothing found.
    special("nothing on it", |draft| {
        nothing(draft, "<h1>Welcome</h1><p>We have been in town for many years.</p>");
    }),
    special("an empty page", |draft| nothing(draft, "")),
    special("an address as an image", |draft| {
        nothing(draft, "<p>Write to us: <img src='/mail.png' alt='our address'></p>");
    }),
    special("an error with 200", |draft| {
        nothing(draft, "<title>404 Not Found</title><h1>Not Found</h1><p>Ask webmaster@localhost.</p>");
    }),
    special("a broken database with 200", |draft| {
        nothing(draft, "<title>Database Error</title><h1>Error establishing a database connection</h1>");
    }),
    special("placeholders", |draft| {
        nothing(
            draft,
            "<h1>Your Business Name</h1><p>you@yourdomain.com, name@example.com, info@domain.com</p>\
             <p>Write us at noon. Meet me @ the corner.</p><img src='a@2x.png'>",
        );
    }),
];

/// An address in a page that is no page of the business.
const DECOY: &str = "<p>Ask the hoster: help@hoster.example</p>";

fn closed(draft: &mut Draft, text: &str) {
    rules(draft, text);
    draft.outcome = Outcome::BlockedByRobots;
    draft.policy.forbidden = Forbidden::AllBut(Vec::new());
}

fn closed_by(draft: &mut Draft, answer: Answer) {
    draft.answers.push(("/robots.txt".to_owned(), answer));
    draft.outcome = Outcome::BlockedByRobots;
    draft.policy.forbidden = Forbidden::AllBut(Vec::new());
}

fn unreachable(draft: &mut Draft, answer: Answer) {
    draft.ends(Outcome::Unreachable, answer);
}

fn unreachable_by(draft: &mut Draft, answer: Answer) {
    closed_by(draft, answer);
    draft.outcome = Outcome::Unreachable;
}

/// A business whose website is nowhere on the farm.
fn nowhere(draft: &mut Draft, website: &str) {
    draft.website = Some(website.to_owned());
    draft.outcome = Outcome::Unreachable;
}

fn parked(draft: &mut Draft, html: &str) {
    draft.ends(Outcome::Parked, Answer::html(html));
}

fn nothing(draft: &mut Draft, html: &str) {
    // Nor anywhere else: usual paths are tried where nothing leads to them.
    draft.pages.truncate(1);
    draft.ends(Outcome::NothingFound, Answer::html(html));
}
