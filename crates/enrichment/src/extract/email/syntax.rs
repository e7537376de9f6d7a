//! Addresses in text: as they are, and with their signs written out, such as `name [at] example [dot] com`.

use super::junk;

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

/// The sign between the two halves of an address, as it is written.
#[derive(Clone, Copy, Debug)]
struct At {
    start: usize,
    end: usize,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `@` alone, with letters on both sides.
    Plain,
    /// `@` with blanks beside it.
    Spaced,
    /// In brackets or the like: nothing else is meant.
    Bracketed,
    /// `AT` in capitals.
    Capitals,
    /// The English word.
    Word,
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
        if let Some(address) = around(text, free, at, host) {
            found.push(address);
            if found.len() >= MAX_MATCHES {
                break;
            }
        }
    }
    found
}

/// The signs in a text, in order.
fn signs(text: &str) -> impl Iterator<Item = At> + '_ {
    let bytes = text.as_bytes();
    memchr::memchr3_iter(b'@', b't', b'T', bytes).filter_map(move |index| match bytes[index] {
        b'@' => Some(bracketed(text, index, index + 1).unwrap_or_else(|| literal(bytes, index))),
        _ => {
            let start = index.checked_sub(1).filter(|start| bytes[*start].eq_ignore_ascii_case(&b'a'))?;
            let alone = |index: Option<usize>| {
                index
                    .and_then(|index| bytes.get(index))
                    .is_none_or(|b| !b.is_ascii_alphanumeric() && *b < 0x80)
            };
            if !alone(start.checked_sub(1)) || !alone(Some(index + 1)) {
                return None;
            }
            bracketed(text, start, index + 1).or_else(|| word(bytes, start, index + 1))
        }
    })
}

fn literal(bytes: &[u8], index: usize) -> At {
    let spaced = bytes.get(index + 1) == Some(&b' ') || (index > 0 && bytes[index - 1] == b' ');
    At { start: index, end: index + 1, form: if spaced { Form::Spaced } else { Form::Plain } }
}

fn word(bytes: &[u8], start: usize, end: usize) -> Option<At> {
    let spaced = bytes.get(start.checked_sub(1)?) == Some(&b' ') && bytes.get(end) == Some(&b' ');
    let form = if bytes[start] == b'A' && bytes[end - 1] == b'T' { Form::Capitals } else { Form::Word };
    spaced.then_some(At { start, end, form })
}

const BRACKETS: &[(&str, &str)] = &[
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("<", ">"),
    ("|", "|"),
    ("*", "*"),
    ("_", "_"),
    ("-", "-"),
    ("~", "~"),
    ("\"", "\""),
    ("'", "'"),
    ("«", "»"),
    ("“", "”"),
    ("/", "/"),
    ("=", "="),
    ("#", "#"),
    (";", ";"),
    ("^", "^"),
];

/// Words that may stand beside "at" inside of the brackets.
const BESIDE: &[&str] =
    &["the", "sign", "symbol", "put", "here", "insert", "replace", "with", "this", "by", "-"];

/// The sign with the brackets around it, and whatever else they hold.
fn bracketed(text: &str, start: usize, end: usize) -> Option<At> {
    let (mut left, mut right) = (text[..start].trim_end_matches(' '), text[end..].trim_start_matches(' '));
    let may_enclose = |c: Option<char>| {
        c.is_some_and(|c| {
            c.is_alphabetic() || BRACKETS.iter().any(|(open, close)| open.contains(c) || close.contains(c))
        })
    };
    if !may_enclose(left.chars().next_back()) || !may_enclose(right.chars().next()) {
        return None;
    }
    loop {
        let pair = BRACKETS.iter().find(|(open, close)| left.ends_with(open) && right.starts_with(close));
        if let Some((open, close)) = pair {
            let (start, end) = (left.len() - open.len(), text.len() - right.len() + close.len());
            return Some(At { start, end, form: Form::Bracketed });
        }
        let beside = |word: &&&str| word.len() <= 7;
        let before = BESIDE.iter().filter(beside).find(|word| ends_with_word(left, word));
        let after = BESIDE.iter().filter(beside).find(|word| starts_with_word(right, word));
        match (before, after) {
            (Some(word), _) => left = left[..left.len() - word.len()].trim_end_matches(' '),
            (None, Some(word)) => right = right[word.len()..].trim_start_matches(' '),
            (None, None) => return None,
        }
    }
}

fn ends_with_word(text: &str, word: &str) -> bool {
    let start = text.len().checked_sub(word.len());
    start.and_then(|start| text.get(start..)).is_some_and(|tail| tail.eq_ignore_ascii_case(word))
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
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
    let named = own || label || junk::is_role(&local.to_lowercase());
    let believed = match at.form {
        Form::Plain => !spelled || known,
        Form::Bracketed => known,
        Form::Capitals => known && !junk::is_english(&local) && (spelled || named),
        Form::Spaced => known && (spelled || named) && !junk::is_english(&local),
        Form::Word => known && !junk::is_english(&local) && (spelled || (named && label)),
    };
    believed.then_some(Match { address, start, end, written_out })
}

/// Whether the text before an address announces one.
fn has_label(before: &str) -> bool {
    let tail = &before[before.ceil_char_boundary(before.len().saturating_sub(24))..];
    let tail = tail.rsplit(['\n', '\t']).next().unwrap_or_default().to_ascii_lowercase();
    tail.contains("mail") || tail.contains("contact") || tail.trim_end().ends_with(':')
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
    Some(&tail[start..])
}

fn without_dot_before(text: &str) -> Option<&str> {
    let text = text.trim_end_matches(' ');
    for (open, close) in BRACKETS.iter().take(4) {
        let Some(inner) = text.strip_suffix(close) else { continue };
        let inner = inner.trim_end_matches(' ');
        let inner = ["dot", "DOT", "Dot", "."].iter().find_map(|word| inner.strip_suffix(word))?;
        return Some(inner.trim_end_matches(' ').strip_suffix(open)?.trim_end_matches(' '));
    }
    [" dot", " DOT", " Dot"].iter().find_map(|word| text.strip_suffix(word))
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

/// What follows a dot at the start of the text, and whether the dot was written out.
fn dot_after(text: &str, form: Form) -> Option<(&str, bool)> {
    if let Some(after) = text.strip_prefix(['.', '\u{3002}']) {
        return Some((after, false));
    }
    let trimmed = text.trim_start_matches(' ');
    for (open, close) in BRACKETS.iter().take(8) {
        let Some(inner) = trimmed.strip_prefix(open) else { continue };
        let inner = inner.trim_start_matches(' ');
        let word =
            ["dot", "punkt", "point", "period", "."].into_iter().find(|word| starts_with_word(inner, word));
        let Some(word) = word else { continue };
        let inner = inner[word.len()..].trim_start_matches(' ');
        if let Some(after) = inner.strip_prefix(close) {
            return Some((after.trim_start_matches(' '), true));
        }
    }
    if trimmed.len() == text.len() || form == Form::Plain {
        return None;
    }
    if starts_with_word(trimmed, "dot ") {
        return Some((trimmed[4..].trim_start_matches(' '), true));
    }
    // `acme . com`: a sentence has no blank before its full stop.
    trimmed.strip_prefix(". ").map(|after| (after, true))
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
        ] {
            assert_eq!(found(text), ["info@acme.com"], "{text}");
        }
        assert_eq!(found("jane [dot] roe [at] acme [dot] co [dot] uk"), ["jane.roe@acme.co.uk"]);
        assert_eq!(found("jane dot roe at acme dot com"), ["jane.roe@acme.com"]);
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
