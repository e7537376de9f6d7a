//! What is wrong with sites that can be read nevertheless: redirects, broken pages, traps.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use super::draft::{Draft, gzip};
use super::{FORBIDDEN_NAME, METADATA_NAME, PRIVATE_NAME, Special, special};
use crate::answer::Answer;
use crate::site::{Host, Policy};

/// A page besides the contacts, which is in trouble.
const OTHER: &str = "/about/history";

/// The address in a page that is a few kilobytes long, and more than is read once it is decompressed; the same on every
/// site, as making one takes a while.
const BOMB_ADDRESS: &str = "harbor.cellar@gmail.com";
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut page = format!("<p>{BOMB_ADDRESS}</p>").into_bytes();
    page.resize(4 << 20, b' ');
    gzip(&page)
});

pub(super) const ALL: &[Special] = &[
    special("compressed", |draft| draft.compressed = true),
    special("bomb", |draft| {
        let headers = vec![("content-type", "text/html".to_owned()), ("content-encoding", "gzip".to_owned())];
        draft.plant(OTHER, BOMB_ADDRESS.to_owned());
        draft.trap(OTHER, Answer::Whole { status: 200, headers, body: BOMB.clone() });
    }),
    special("endless page", |draft| {
        let start = format!("<p>{}</p>", draft.another_address("endless")).into_bytes();
        draft.plant(OTHER, draft.another_address("endless"));
        draft.trap(OTHER, Answer::Endless { start, piece: "<p>and so on, and so on, and so on</p>" });
    }),
    special("deep page", |draft| {
        let body = format!("<p>{}</p>{}", draft.another_address("deep"), "<div>".repeat(20_000));
        draft.plant(OTHER, draft.another_address("deep"));
        draft.trap(OTHER, Answer::html(body));
    }),
    special("late page", |draft| {
        let body = format!("<p>{}</p>", draft.another_address("late")).into_bytes();
        draft.plant(OTHER, draft.another_address("late"));
        draft.trap(
            OTHER,
            Answer::Late { after: Duration::from_secs(6), status: 200, headers: Vec::new(), body },
        );
    }),
    special("cut page", |draft| {
        draft.trap(OTHER, Answer::Cut { promised: 5_000, body: b"<h1>His".to_vec() });
    }),
    special("dripping page", |draft| draft.trap(OTHER, dripping())),
    special("silent page", |draft| draft.trap(OTHER, Answer::Silent)),
    special("closed page", |draft| draft.trap(OTHER, Answer::Closed)),
    special("garbage page", |draft| draft.trap(OTHER, Answer::Garbage)),
    special("error page with 200", |draft| {
        draft.trap(
            OTHER,
            Answer::html("<title>404 Not Found</title><h1>Not Found</h1><p>Ask root@localhost.</p>"),
        );
    }),
    special("pages with errors", |draft| {
        let html = "<p>Ask the hoster: help@hoster.example</p>";
        draft.trap("/about/us", Answer::status(404, html));
        draft.trap("/about/them", Answer::status(500, html));
    }),
    special("pages of other types", |draft| {
        draft.trap("/about/brochure", Answer::typed("application/pdf", "%PDF-1.4 press@papers.example"));
        draft.trap("/about/photo", Answer::typed("image/png", "<p>press@papers.example</p>"));
    }),
    special("a menu made by a script", |draft| {
        // Who finds an address on the first page does not look around for more.
        if !draft.pages[0].facts.emails.is_empty() {
            return;
        }
        let mut rest = draft.pages.split_off(1).into_iter();
        let Some(mut contact) = rest.next() else { return };
        for page in rest {
            contact.body.push_str(&page.body);
            contact.facts.absorb(&page.facts);
        }
        contact.path = "/contact-us".to_owned();
        draft.pages.push(contact);
        draft.menu = "<script>menu()</script>".to_owned();
    }),
    special("moved home", |draft| {
        draft.pages[0].path = "/en/".to_owned();
        draft.link("/", "About");
        draft.answers.push(("/".to_owned(), Answer::redirect(301, "/en/")));
    }),
    special("four redirects", |draft| {
        draft.pages[0].path = "/home".to_owned();
        for (from, to) in [("/", "/1"), ("/1", "2"), ("/2", "/3?a=b"), ("/3", "./home")] {
            draft.answers.push((from.to_owned(), Answer::redirect(302, to)));
        }
    }),
    special("moved to its other name", |draft| {
        let other = other_name(draft);
        draft.website = Some(format!("http://{other}/"));
        moved_from(draft, other);
    }),
    special("moved to another domain", |draft| {
        let old = format!("old-{}", draft.identity.domain);
        draft.website = Some(format!("http://{old}/"));
        moved_from(draft, old);
    }),
    special("one page at many addresses", |draft| {
        let other = other_name(draft);
        let path = draft.pages.last().map(|page| page.path.clone()).unwrap_or_default();
        let slash = format!("{}/", path.trim_end_matches('/'));
        for target in [slash.as_str(), &format!("{path}#map"), &format!("http://{other}{path}")] {
            draft.link(target, "Contact");
        }
        if !path.contains('?') {
            draft.link(&format!("{path}?utm_source=menu&utm_medium=web"), "Contact");
        }
        draft.link("/#top", "About");
        let copies: HashMap<String, Answer> =
            draft.pages.iter().map(|page| (page.path.clone(), draft.serve(page))).collect();
        let page = draft.pages.last().map(|page| draft.serve(page));
        draft.answers.extend(page.map(|page| (slash, page)));
        draft.other_hosts.push(Host { name: other, policy: Policy::default(), answers: copies });
    }),
    special("links that redirect to a page", |draft| {
        let path = draft.pages.last().map(|page| page.path.clone()).unwrap_or_default();
        draft.trap("/about/who", Answer::redirect(301, &path));
        draft.trap("/about/where", Answer::redirect(301, "/about/who"));
        draft.trap("/about/home", Answer::redirect(301, "/"));
    }),
    special("links that redirect in a circle", |draft| {
        draft.trap("/about/in", Answer::redirect(302, "/about/out"));
        draft.trap("/about/out", Answer::redirect(302, "/about/in"));
    }),
    special("endless calendar", |draft| {
        calendar(draft, "/contact/calendar", |day| format!("/contact/calendar?day={day}"));
    }),
    special("endless calendar of paths", |draft| {
        for day in 1..=40 {
            draft.answers.push((format!("/contact/2026/{day}"), Answer::html("<p>No events.</p>")));
        }
        calendar(draft, "/contact/2026", |day| format!("/contact/2026/{day}"));
    }),
    special("links into private networks", |draft| {
        let (host, port) = (draft.host.clone(), draft.forbidden.port());
        for target in [
            "http://169.254.169.254/contact".to_owned(),
            "http://10.0.0.1/contact".to_owned(),
            "http://[::ffff:7f00:1]/contact".to_owned(),
            format!("http://127.0.0.1:{port}/contact"),
            format!("http://{FORBIDDEN_NAME}/contact"),
            format!("http://{host}:{port}/contact"),
            format!("http://user:secret@{host}/contact"),
            "file:///etc/contact".to_owned(),
        ] {
            draft.link(&target, "Contact");
        }
    }),
    special("redirects into private networks", |draft| {
        let port = draft.forbidden.port();
        draft.trap("/about/a", Answer::redirect(302, &format!("http://127.0.0.1:{port}/")));
        draft.trap("/about/b", Answer::redirect(302, &format!("http://{PRIVATE_NAME}/")));
        draft.trap("/about/c", Answer::redirect(302, &format!("http://{METADATA_NAME}/latest/meta-data/")));
    }),
    special("redirects to another site", |draft| {
        draft.trap("/about/booking", Answer::redirect(302, "http://booking.example/contact"));
    }),
    special("robots.txt that redirects to another site's page", |draft| {
        let other = other_name(draft);
        let robots = ("/robots.txt".to_owned(), Answer::typed("text/plain", "User-agent: *\nDisallow:\n"));
        let answers = HashMap::from([robots]);
        draft
            .answers
            .push(("/robots.txt".to_owned(), Answer::redirect(301, &format!("http://{other}/robots.txt"))));
        draft.other_hosts.push(Host { name: other, policy: Policy::default(), answers });
    }),
    special("more pages than may be read", |draft| {
        (0..20).for_each(|n| draft.trap(&format!("/legal/{n}"), Answer::html("<p>Terms</p>")));
    }),
    special("two businesses", |draft| draft.businesses = 2),
];

/// The site's name without `www.`, or with it.
pub(super) fn other_name(draft: &Draft) -> String {
    draft.host.strip_prefix("www.").map_or_else(|| format!("www.{}", draft.host), str::to_owned)
}

/// All that is at the other name redirects to the site.
fn moved_from(draft: &mut Draft, other: String) {
    let answers =
        HashMap::from([("/".to_owned(), Answer::redirect(301, &format!("http://{}/", draft.host)))]);
    draft.other_hosts.push(Host { name: other, policy: Policy::default(), answers });
}

pub(super) fn dripping() -> Answer {
    Answer::Dripping { start: b"<h1>H".to_vec(), piece: "i", pause: Duration::from_millis(700) }
}

/// Links to days, before every other link.
fn calendar(draft: &mut Draft, path: &str, day: fn(usize) -> String) {
    let menu = std::mem::take(&mut draft.menu);
    (1..=40).for_each(|number| draft.link(&day(number), "Contact"));
    draft.menu.push_str(&menu);
    draft.answers.push((path.to_owned(), Answer::html("<p>No events.</p>")));
}
