//! A site while it is made: its pages, what they say, and what is wrong with them.

use std::collections::HashMap;
use std::io::Write;
use std::net::SocketAddr;

use enrichment::Outcome;
use fastrand::Rng;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::charset::Charset;
use super::identity::Identity;
use super::ways::Way;
use super::{MarkedPage, filler};
use crate::answer::Answer;
use crate::site::{Facts, Host, Policy, Site, Truth};

/// A page that is there to be read.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) body: String,
    pub(crate) facts: Facts,
}

/// A site that is being made.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) index: usize,
    pub(crate) identity: Identity,
    pub(crate) website: Option<String>,
    /// The name at which its pages are.
    pub(crate) host: String,
    /// The first is where visitors arrive.
    pub(crate) pages: Vec<Page>,
    /// Links of every page.
    pub(crate) menu: String,
    pub(crate) policy: Policy,
    /// What is at other paths, or in place of a page.
    pub(crate) answers: Vec<(String, Answer)>,
    pub(crate) other_hosts: Vec<Host>,
    /// What pages of other hosts say that are to be read.
    pub(crate) elsewhere: Facts,
    charset: &'static Charset,
    pub(crate) compressed: bool,
    pub(crate) businesses: usize,
    pub(crate) outcome: Outcome,
    pub(crate) forbidden: SocketAddr,
}

/// Where on a site its facts stand.
type Layout = fn(&mut Draft, &Way, &mut Rng);

/// All layouts; each is dealt to as many sites as any other.
pub(crate) const LAYOUTS: &[Layout] = &[
    |draft, way, rng| {
        draft.pages[0].say(&contacts(&draft.identity, way, rng));
        draft.pages[0].say(&team(&draft.identity, rng));
    },
    |draft, way, rng| {
        draft.add("/contact", "Contact us", contacts(&draft.identity, way, rng));
        draft.add("/team", "Our team", team(&draft.identity, rng));
    },
    |draft, way, rng| {
        draft.pages[0].say(&contacts(&draft.identity, way, rng));
        draft.add("/about-us.html", "Who we are", team(&draft.identity, rng));
    },
    |draft, way, rng| {
        let words = ["/yhteystiedot", "/kontakt", "/contacto.php", "/impressum", "/index.php?page=contact"];
        let contacts = contacts(&draft.identity, way, rng);
        draft.add(words[rng.usize(..words.len())], "Visit", contacts);
        draft.add("/staff", "Visit", team(&draft.identity, rng));
    },
];

/// HTML and the facts that it states.
type Said = (String, Facts);

fn contacts(identity: &Identity, way: &Way, rng: &mut Rng) -> Said {
    let Identity { street, city, state, postal_code, fax, .. } = identity;
    let html = format!(
        "<h2>How to reach us</h2>{}<p>Fax: {}</p><address>{street}<br>{city}, {state} {postal_code}</address>",
        (way.write)(&identity.address),
        fax.written(rng.usize(..4)),
    );
    let facts = Facts {
        emails: vec![(identity.address.whole(), way.name)],
        faxes: vec![fax.e164()],
        postal_codes: vec![(*postal_code).to_owned()],
        ..Facts::default()
    };
    (html, facts)
}

/// A page on which everything stands: number, address, people, what looks like addresses and is none, and much else.
pub(super) fn marked_page(index: usize, way: &Way, rng: &mut Rng) -> MarkedPage {
    let identity = Identity::invent(rng, index);
    let (contacts, team) = (contacts(&identity, way, rng), team(&identity, rng));
    let (head, tail) = filler::around(rng);
    let mut facts = Facts { phones: vec![identity.phone.e164()], ..Facts::default() };
    facts.absorb(&contacts.1);
    facts.absorb(&team.1);
    let (name, phone) = (&identity.name, identity.phone.written(index));
    let html = format!(
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{name}</title>{head}</head><body><h1>{name}</h1>\
         <p>Call {phone}.</p>{}{}{tail}{DECOYS}</body></html>",
        contacts.0, team.0,
    );
    MarkedPage { html, facts, street: identity.street, city: identity.city.to_owned() }
}

/// The people, in one of several forms.
fn team(identity: &Identity, rng: &mut Rng) -> Said {
    let form = rng.usize(..4);
    let (mut html, mut facts) = ("<h2>Who we are</h2>".to_owned(), Facts::default());
    for somebody in &identity.people {
        let (name, role) = (&somebody.name, somebody.role);
        html.push_str(&match form {
            0 => format!("<p>{role}: {name}</p>"),
            1 => format!("<div><img src='/t.jpg'><h3>{name}</h3><p>{role}</p></div>"),
            2 => format!("<table><tr><td>{name}</td><td>{role}</td></tr></table>"),
            _ => format!(
                "<script type='application/ld+json'>{{\"@type\":\"Person\",\"name\":\"{name}\",\"jobTitle\":\"{role}\"}}</script>"
            ),
        });
        facts.people.push((name.clone(), role.to_owned()));
        if form < 2 {
            html.push_str(&format!("<p><a href='mailto:{0}'>{0}</a></p>", somebody.email));
            facts.emails.push((somebody.email.clone(), "link"));
        }
    }
    (html, facts)
}

/// What looks like addresses of the business and is none.
const DECOYS: &str = "<img src='/img/logo@2x.png' srcset='/img/logo@3x.png 3x'><form><input placeholder='you@example.com'></form>\
    <p>Answers come from noreply@mailer.example.</p>\
    <script>init({dsn: 'https://605a7baede844d278b89dc95ae0a9123@sentry.io/1'})</script>\
    <footer>Website by <a href='mailto:hello@pixelagency.example'>Pixel Agency</a></footer>";

impl Page {
    fn say(&mut self, said: &Said) {
        self.body.push_str(&said.0);
        self.facts.absorb(&said.1);
    }
}

impl Draft {
    /// A site with a home page that has a phone number and what looks like addresses.
    pub(crate) fn new(
        index: usize,
        identity: Identity,
        charset: &'static Charset,
        forbidden: SocketAddr,
    ) -> Self {
        let host = if index.is_multiple_of(3) {
            identity.domain.clone()
        } else {
            format!("www.{}", identity.domain)
        };
        let (phone, number) = (identity.phone.written(index), identity.phone.e164());
        let body = format!("<h1>{}</h1><p>Café corner next door. Call {phone}.</p>", identity.name);
        let facts = Facts { phones: vec![number], ..Facts::default() };
        Self {
            index,
            identity,
            website: Some(format!("http://{host}/")),
            host,
            pages: vec![Page { path: "/".to_owned(), body, facts }],
            menu: String::new(),
            policy: Policy::default(),
            answers: Vec::new(),
            other_hosts: Vec::new(),
            elsewhere: Facts::default(),
            charset,
            compressed: false,
            businesses: 1,
            outcome: Outcome::Enriched,
            forbidden,
        }
    }

    /// A page that the menu leads to.
    pub(crate) fn add(&mut self, path: &str, label: &str, said: Said) {
        self.link(path, label);
        self.pages.push(Page { path: path.to_owned(), body: said.0, facts: said.1 });
    }

    pub(crate) fn link(&mut self, target: &str, label: &str) {
        self.menu.push_str(&format!("<a href='{target}'>{label}</a> "));
    }

    /// Another page of the menu, which answers so.
    pub(crate) fn trap(&mut self, path: &str, answer: Answer) {
        self.link(path, "About");
        self.answers.push((path.to_owned(), answer));
    }

    /// An address of the business that no other page has.
    pub(crate) fn another_address(&self, local: &str) -> String {
        format!("{local}@{}", self.identity.domain)
    }

    /// A fact that a page states which is not made like the others.
    pub(crate) fn plant(&mut self, path: &str, address: String) {
        let facts = Facts { emails: vec![(address, "text")], ..Facts::default() };
        self.pages.push(Page { path: path.to_owned(), body: String::new(), facts });
    }

    /// Visitors find that in place of the home page, and the visit ends so.
    pub(crate) fn ends(&mut self, outcome: Outcome, answer: Answer) {
        self.outcome = outcome;
        self.answers.push(("/".to_owned(), answer));
    }

    /// A page as it goes over the wire.
    pub(crate) fn serve(&self, page: &Page) -> Answer {
        let html = format!(
            "<!doctype html><html lang='en'><head>{}<title>{}</title></head><body><nav>{}</nav>{}{DECOYS}</body></html>",
            self.charset.meta, self.identity.name, self.menu, page.body
        );
        let body = self.charset.encode(&html);
        let mut headers: Vec<_> =
            self.charset.header.map(|kind| ("content-type", kind.to_owned())).into_iter().collect();
        headers.push(("server", "farm".to_owned()));
        if !self.compressed {
            return Answer::Whole { status: 200, headers, body };
        }
        headers.push(("content-encoding", "gzip".to_owned()));
        Answer::Whole { status: 200, headers, body: gzip(&body) }
    }

    pub(crate) fn finish(self, kind: &str) -> Site {
        let mut facts = Facts::default();
        if self.outcome == Outcome::Enriched {
            let allowed = self.pages.iter().filter(|page| self.policy.allows(&page.path));
            allowed.for_each(|page| facts.absorb(&page.facts));
            facts.absorb(&self.elsewhere);
        }
        let mut answers: HashMap<String, Answer> =
            self.pages.iter().map(|page| (page.path.clone(), self.serve(page))).collect();
        answers.extend(self.answers);
        let host = Host { name: self.host, policy: self.policy, answers };
        Site {
            kind: format!("site {}: {kind}", self.index),
            website: self.website,
            hosts: std::iter::once(host).chain(self.other_hosts).collect(),
            truth: Truth { outcome: self.outcome, facts },
            businesses: self.businesses,
        }
    }
}

/// The bytes as one member of a gzip file.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}
