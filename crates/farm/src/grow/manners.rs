//! Every kind of robots.txt under which a site may be read, in whole or in part.

use std::time::Duration;

use super::draft::Draft;
use super::{Special, special};
use crate::answer::Answer;
use crate::site::Forbidden;

pub(super) const ALL: &[Special] = &[
    special("robots.txt is empty", |draft| rules(draft, "")),
    special("robots.txt allows all", |draft| rules(draft, "User-agent: *\nDisallow:\n")),
    special("robots.txt is refused with 403", |draft| answer(draft, Answer::status(403, "Disallow: /"))),
    special("robots.txt is gone with 410", |draft| {
        answer(draft, Answer::status(410, "User-agent: *\nDisallow: /"));
    }),
    special("robots.txt is about another", |draft| rules(draft, "User-agent: BadBot\nDisallow: /\n")),
    special("robots.txt has a sitemap only", |draft| rules(draft, "Sitemap: http://maps.example/s.xml\n")),
    special("robots.txt is a page", |draft| {
        answer(draft, Answer::html("<!doctype html><h1>Oops</h1><p>Disallow: what?</p>"));
    }),
    special("robots.txt is no text", |draft| {
        answer(draft, Answer::typed("text/plain", vec![0xff, 0, 7, 0xfe, 10, 0]));
    }),
    special("robots.txt turns in a circle", |draft| answer(draft, Answer::redirect(302, "/robots.txt"))),
    special("robots.txt opens for us", |draft| {
        rules(draft, "User-agent: *\nDisallow: /\n\nUser-agent: letip\nDisallow:\n");
    }),
    special("robots.txt forbids the contact page", |draft| forbids(draft, "User-agent: *\nDisallow: {}\n")),
    special("robots.txt forbids it to us", |draft| {
        forbids(draft, "User-agent: other\nUser-agent: LeTip\nDisallow: {}\n\nUser-agent: *\nDisallow:\n");
    }),
    special("robots.txt in odd letters", |draft| {
        forbids(draft, "USER-AGENT : *\n  disALLOW :{}  # not for robots\n");
    }),
    special("robots.txt with a mark", |draft| forbids(draft, "\u{feff}User-agent: *\r\nDisallow: {}\r\n")),
    special("robots.txt with old line ends", |draft| forbids(draft, "User-agent: *\rDisallow: {}\r")),
    special("robots.txt without line end", |draft| forbids(draft, "User-agent: *\nDisallow: {}")),
    special("robots.txt of 700 kB", |draft| {
        let rest = "# A comment that is of no use to anybody at all.\n".repeat(14_000);
        forbids(draft, &format!("User-agent: *\nDisallow: {{}}\n{rest}"));
    }),
    special("robots.txt has moved", |draft| {
        forbids(draft, "User-agent: *\nDisallow: {}\n");
        let text = draft.answers.pop().map(|(_, text)| text);
        draft.answers.push(("/robots.txt".to_owned(), Answer::redirect(301, "/seo/robots.txt")));
        draft.answers.extend(text.map(|text| ("/seo/robots.txt".to_owned(), text)));
    }),
    special("robots.txt allows little", |draft| {
        let page = last(draft);
        rules(draft, &format!("User-agent: *\nDisallow: /\nAllow: /$\nAllow: {page}\n"));
        draft.policy.forbidden = Forbidden::AllBut(vec!["/".to_owned(), page]);
    }),
    special("robots.txt has wildcards", |draft| {
        rules(draft, "User-agent: *\nDisallow: /*.pdf$\nDisallow: /*/private\nDisallow: /contact/form$\n");
        draft.link("/about/private", "About");
        draft.link("/contact/form", "Contact");
        let below = ["/about/private", "/contact/form"].map(str::to_owned);
        draft.policy.forbidden = Forbidden::Below(below.to_vec());
    }),
    special("robots.txt forbids many pages", |draft| {
        rules(draft, "User-agent: *\nDisallow: /contact/desk\n");
        let menu = std::mem::take(&mut draft.menu);
        (0..12).for_each(|n| draft.link(&format!("/contact/desk{n}"), "Contact"));
        draft.menu.push_str(&menu);
        draft.policy.forbidden = Forbidden::Below(vec!["/contact/desk".to_owned()]);
    }),
    special("robots.txt asks for 2 seconds", |draft| delay(draft, "2", Duration::from_secs(2))),
    special("robots.txt asks for 7.5 seconds", |draft| delay(draft, "7.5", Duration::from_millis(7500))),
    special("robots.txt asks for a day", |draft| delay(draft, "86400", Duration::from_secs(86_400))),
    special("robots.txt asks for nonsense", |draft| delay(draft, "soon", Duration::ZERO)),
];

fn answer(draft: &mut Draft, answer: Answer) {
    draft.answers.push(("/robots.txt".to_owned(), answer));
}

pub(super) fn rules(draft: &mut Draft, text: &str) {
    answer(draft, Answer::typed("text/plain", text));
}

/// The rules with the second page in place of `{}`, which they forbid.
fn forbids(draft: &mut Draft, text: &str) {
    let page = draft.pages.get(1).map_or_else(|| "/contact".to_owned(), |page| page.path.clone());
    rules(draft, &text.replace("{}", &page));
    draft.policy.forbidden = Forbidden::Below(vec![page]);
}

fn last(draft: &Draft) -> String {
    draft.pages.last().map_or_else(|| "/".to_owned(), |page| page.path.clone())
}

fn delay(draft: &mut Draft, text: &str, delay: Duration) {
    rules(draft, &format!("User-agent: *\nCrawl-delay: {text}\n"));
    draft.policy.delay = delay;
}
