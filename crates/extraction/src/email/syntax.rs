//! Addresses in text: as they are, and with their signs written out, such as `name [at] example [dot] com`.

use super::junk;
use super::signs::{At, Form, dot_after, signs, without_dot_before};

/// An address in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// In lower case.
    pub(super) address: String,
    /// Where it stands.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether its signs were written out.
    pub(super) written_out: bool,
}

/// Addresses of one text that are read.
const MAX_MATCHES: usize = 2_000;
/// Labels of a domain that are read.
const MAX_LABELS: usize = 8;

/// Every address in the text. `host` is the site's, whose own addresses are believed on less.
pub(super) fn scan(text: &str, host: &str) -> Vec<Match> {
    let mut found: Vec<Match> = Vec::new();
    for at in signs(text) {
        let free = found.last().map_or(0, |before| before.end);
        // A domain may have the word in its name: `info@sleep-at-home.example`.
        if at.start < free {
            continue;
        }
        if let Some(address) = around(text, free, at, host) {
            found.push(address);
            if found.len() >= MAX_MATCHES {
                break;
            }
        }
    }
    found
}

/// The address around a sign, if there is one. Nothing before `free` belongs to it.
fn around(text: &str, free: usize, at: At, host: &str) -> Option<Match> {
    let (start, local) = local_before(text, free, at)?;
    let (end, domain, spelled) = domain_after(text, at)?;
    let written_out = at.form != Form::Plain || spelled;
    let (local, domain) = without_spam_words(&local, &domain);
    let domain = without_glue(&domain);
    let address = super::normalised(&format!("{local}@{domain}"))?;
    let domain = address.split('@').nth(1).unwrap_or_default();
    let own = !host.is_empty() && junk::registrable(domain) == junk::registrable(host);
    let label = has_label(&text[..start]);
    let known = junk::is_known_top(domain.rsplit('.').next().unwrap_or_default());
    let desk = label || junk::is_role(&local.to_lowercase());
    let named = own || desk;
    let believed = match at.form {
        Form::Plain => !spelled || known,
        Form::Bracketed => known,
        Form::Capitals => known && !junk::is_english(&local) && (spelled || named),
        Form::Spaced => {
            known && (spelled || named) && !junk::is_english(&local) && !domain.starts_with("www.")
        }
        // A list has such letters in the middle of a sentence.
        Form::Letter => {
            let first = !text[..start].trim_end_matches(' ').ends_with(char::is_alphanumeric);
            known && (spelled || desk || (own && first)) && !junk::is_english(&local)
        }
        Form::Word => known && !junk::is_english(&local) && (spelled || (named && label)),
    };
    believed.then_some(Match { address, start, end, written_out })
}

/// What announces an address.
const LABELS: &[&str] = &[
    "mail",
    "contact",
    "kontakt",
    "sähköposti",
    "s-posti",
    "e-post",
    "epost",
    "correo",
    "courriel",
    "yhteys",
];

/// Whether the text before an address announces one.
fn has_label(before: &str) -> bool {
    let tail = &before[before.ceil_char_boundary(before.len().saturating_sub(24))..];
    let tail = tail.rsplit(['\n', '\t']).next().unwrap_or_default().to_lowercase();
    LABELS.iter().any(|label| tail.contains(label)) || tail.trim_end().ends_with(':')
}

fn local_before(text: &str, free: usize, at: At) -> Option<(usize, String)> {
    let mut before = &text[free..at.start];
    if at.form != Form::Plain {
        before = before.trim_end_matches(' ');
    }
    let mut local = token_before(before)?.to_owned();
    let mut start = free + before.len() - local.len();
    // `jane [dot] roe [at] ..`
    while at.form != Form::Plain && local.len() <= 64 {
        let rest = &text[free..start];
        let Some(rest) = without_dot_before(rest) else { break };
        let Some(token) = token_before(rest) else { break };
        start = free + rest.len() - token.len();
        local = format!("{token}.{local}");
    }
    Some((start, local))
}

fn token_before(text: &str) -> Option<&str> {
    let from = text.ceil_char_boundary(text.len().saturating_sub(70));
    let tail = &text[from..];
    let start = tail.char_indices().rev().take_while(|(_, c)| super::is_local(*c)).last()?.0;
    // An address is taken whole or not at all: `jörg@` is none that can be written to, and `rg@` is nobody's.
    let cut = |c: char| ('\u{c0}'..'\u{250}').contains(&c) && c.is_alphabetic();
    (!tail[..start].ends_with(cut)).then(|| &tail[start..])
}

/// The domain after a sign, where it ends, and whether a dot of it was written out.
fn domain_after(text: &str, at: At) -> Option<(usize, String, bool)> {
    let mut rest = &text[at.end..];
    if at.form != Form::Plain {
        rest = rest.trim_start_matches(' ');
    }
    let (mut domain, mut spelled) = (String::new(), false);
    for labels in 0..MAX_LABELS {
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '-')).unwrap_or(rest.len());
        let dash = if at.form == Form::Plain { None } else { rest[..length].find("-dot-") };
        let length = dash.unwrap_or(length);
        if length == 0 || length > 63 {
            return (labels > 1).then_some((text.len() - rest.len(), domain, spelled));
        }
        domain.push_str(&rest[..length]);
        rest = &rest[length..];
        let Some((after, written)) = dot_after(rest, at.form) else {
            return (labels > 0).then_some((text.len() - rest.len(), domain, spelled));
        };
        if !after.starts_with(char::is_alphanumeric) {
            return (labels > 0).then_some((text.len() - rest.len(), domain, spelled));
        }
        domain.push('.');
        spelled |= written;
        rest = after;
    }
    None
}

const SPAM_WORDS: &[&str] = &[
    "REMOVETHIS",
    "REMOVE-THIS",
    "REMOVE_THIS",
    "NOSPAM",
    "NO-SPAM",
    "NO_SPAM",
    "SPAMFREE",
    "REMOVEME",
    "DELETETHIS",
];

/// Without the capitals that people are asked to take out.
fn without_spam_words(local: &str, domain: &str) -> (String, String) {
    let clean = |text: &str| {
        let mut text = text.to_owned();
        for word in SPAM_WORDS {
            text = text.replace(word, "");
        }
        text.replace("..", ".").trim_matches(['.', '-', '_']).to_owned()
    };
    if local.contains(|c: char| c.is_ascii_uppercase()) || domain.contains(|c: char| c.is_ascii_uppercase()) {
        (clean(local), clean(domain))
    } else {
        (local.to_owned(), domain.to_owned())
    }
}

/// Without the word that follows the domain where a page sets no blank between them: `acme.comPhone`.
fn without_glue(domain: &str) -> String {
    let Some((before, top)) = domain.rsplit_once('.') else { return domain.to_owned() };
    if junk::is_known_top(top) {
        return domain.to_owned();
    }
    let glued = |index: &usize| {
        let next = top[*index..].chars().next();
        next.is_some_and(|c| c.is_uppercase() || c.is_ascii_digit()) && junk::is_known_top(&top[..*index])
    };
    let end = top.char_indices().map(|(index, _)| index).skip(2).find(glued);
    end.map_or_else(|| domain.to_owned(), |end| format!("{before}.{}", &top[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        scan(text, "acme.com").into_iter().map(|found| found.address).collect()
    }

    #[test]
    fn written_out_signs_are_read() {
        for text in [
            "info@acme.com",
            "info [at] acme [dot] com",
            "info(AT)acme(Dot)com",
            "info {at} acme.com",
            "info<at>acme<dot>com",
            "info AT acme DOT com",
            "info at acme dot com",
            "info-at-acme-dot-com",
            "info _at_ acme _dot_ com",
            "info @ acme . com",
            "info @ acme.com",
            "info(@)acme(.)com",
            "info [at sign] acme.com",
            "info (put the at sign here) acme.com",
            "info *at* acme.com",
            "info@acme[dot]com",
            "info@acme (dot) com",
            "Email: info at acme.com",
            "infoNOSPAM@acme.com",
            "info@NOSPAM.acme.com",
            "info@acme.comPhone",
            "info@acme.com732",
            "info |at| acme |dot| com",
            "info \"at\" acme.com",
            "info(a)acme.com",
            "info (a) acme.com",
            "info[a]acme.com",
            "info (ät) acme (piste) com",
            "info[ÄT]acme.com",
            "info {at} acme {punto} com",
            "info (arroba) acme (punto) com",
            "info[arobase]acme[point]com",
            "info (chiocciola) acme.com",
            "info (snabel-a) acme (punkt) com",
            "info at-merkki acme piste com",
            "Sähköposti: info at-merkki acme.com",
            "Escriba a info arroba acme punto com",
        ] {
            assert_eq!(found(text), ["info@acme.com"], "{text}");
        }
        assert_eq!(found("jane [dot] roe [at] acme [dot] co [dot] uk"), ["jane.roe@acme.co.uk"]);
        assert_eq!(found("jane dot roe at acme dot com"), ["jane.roe@acme.com"]);
        assert_eq!(found("matti [piste] virtanen [ät] acme [piste] fi"), ["matti.virtanen@acme.fi"]);
        assert_eq!(found("matti.virtanen(a)toinen.fi"), ["matti.virtanen@toinen.fi"]);
        assert_eq!(found("Sähköposti matti (a) toinen.fi"), ["matti@toinen.fi"]);
        assert_eq!(found("info@sleep-at-home.com a@acme.com"), ["info@sleep-at-home.com", "a@acme.com"]);
        assert_eq!(found("a@acme.com,b@acme.com;c@acme.com"), ["a@acme.com", "b@acme.com", "c@acme.com"]);
    }

    #[test]
    fn english_is_no_address() {
        for text in [
            "Meet us at noon. Bring cake.",
            "Visit us at acme.com",
            "Shop at acme.com",
            "Lunch @ noon",
            "Look at this dot matrix",
            "Kahvila (ät) on [dot]",
            "We are at the corner",
            "Find us @ cafe.example",
            "Email us at acme.com",
            "data@",
            "@acme",
            "a@b",
            "prices @ 5.00",
            "Open at 9.30 am",
            "see (a) example.org.uk",
            "You may choose (a) acme.com",
            "either (a) acme.com or (b) acme.net",
            "Director(a) acme.com",
            "Director(a) www.acme.com",
            "Section 401(a)plan.com",
            "niños(a)s.",
            "Kirjoita at-merkki www.acme.com",
            "usa el signo arroba para.",
            "Lunch (a) noon",
            "ski at Courchevel piste in winter",
            "Jörg@acme.com",
            "förnamn.efternamn(a)acme.com",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn the_place_of_an_address_is_known() {
        let found = &scan("write to info [at] acme.com now", "")[0];
        assert_eq!((found.start, found.end, found.written_out), (9, 27, true));
    }
}
