//! Sites of which a part is on other hosts of their domain, each with a robots.txt of its own.

use std::collections::HashMap;
use std::time::Duration;

use super::draft::{Draft, Page};
use super::{INSIDE, Special, special};
use crate::answer::Answer;
use crate::site::{Facts, Forbidden, Host, Policy};

pub(super) const ALL: &[Special] = &[
    special("a page on another host", |draft| {
        let page = taken_page(draft);
        publish(draft, "shop", page, Policy::default(), None);
    }),
    special("another host is named after its page", |draft| {
        let page = taken_page(draft);
        publish(draft, "kontakt", Page { path: "/".to_owned(), ..page }, Policy::default(), None);
    }),
    special("another host asks for 3 seconds", |draft| {
        let page = taken_page(draft);
        let policy = Policy { delay: Duration::from_secs(3), ..Policy::default() };
        publish(draft, "team", page, policy, Some("User-agent: *\nCrawl-delay: 3\n"));
        draft.link(&format!("http://team.{}/about/history", draft.identity.domain), "About");
    }),
    special("another host forbids its page", |draft| {
        let page = taken_page(draft);
        publish(draft, "shop", page, closed(), Some("User-agent: *\nDisallow: /\n"));
    }),
    special("another host is a shop", |draft| {
        let page = Answer::html("<p>orders@shops.example</p>");
        host(draft, "shop", closed(), HashMap::from([("/".to_owned(), page)]));
        draft.link(&format!("http://shop.{}/", draft.identity.domain), "Shop");
    }),
    special("another host is in a private network", |draft| {
        let menu = std::mem::take(&mut draft.menu);
        draft.link(&format!("http://{INSIDE}{}/contact", draft.identity.domain), "Contact");
        draft.menu.push_str(&menu);
    }),
    special("another host answers with errors", |draft| {
        let busy = Answer::status(503, "<p>Ask help@hoster.example</p>");
        host(draft, "shop", Policy::default(), HashMap::from([("/contact".to_owned(), busy)]));
        draft.link(&format!("http://shop.{}/contact", draft.identity.domain), "Contact");
    }),
    special("many other hosts", |draft| {
        for label in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            let answers = HashMap::from([("/about".to_owned(), Answer::html("<p>A branch.</p>"))]);
            host(draft, label, Policy::default(), answers);
            draft.link(&format!("http://{label}.{}/about", draft.identity.domain), "About");
        }
    }),
];

/// Of a host that is not to be read.
fn closed() -> Policy {
    Policy { forbidden: Forbidden::Below(vec!["/".to_owned()]), ..Policy::default() }
}

/// A page that the site no longer has itself: the last one, or a new one where all stands on the first.
fn taken_page(draft: &mut Draft) -> Page {
    if let Some(page) = draft.pages.pop_if(|page| page.path != "/") {
        let link = format!("<a href='{}'>", page.path);
        // What the menu is called stays, and leads nowhere.
        draft.menu = draft.menu.replace(&link, "<a>");
        return page;
    }
    let address = draft.another_address("elsewhere");
    let facts = Facts { emails: vec![(address.clone(), "text")], ..Facts::default() };
    Page { path: "/contact".to_owned(), body: format!("<p>{address}</p>"), facts }
}

/// Puts a page on another host, which has those rules, and links to it.
fn publish(draft: &mut Draft, label: &str, page: Page, policy: Policy, rules: Option<&str>) {
    let mut answers = HashMap::from([(page.path.clone(), draft.serve(&page))]);
    answers.extend(rules.map(|rules| ("/robots.txt".to_owned(), Answer::typed("text/plain", rules))));
    if policy.allows(&page.path) {
        draft.elsewhere.absorb(&page.facts);
    }
    draft.link(&format!("http://{label}.{}{}", draft.identity.domain, page.path), "Visit");
    host(draft, label, policy, answers);
}

fn host(draft: &mut Draft, label: &str, policy: Policy, answers: HashMap<String, Answer>) {
    let name = format!("{label}.{}", draft.identity.domain);
    draft.other_hosts.push(Host { name, policy, answers });
}
