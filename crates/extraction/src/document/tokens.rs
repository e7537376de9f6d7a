//! HTML as a stream of tags, text and comments, by the rules of the HTML standard that matter for reading. Linear in
//! the length of the text, whatever the text.

use memchr::{memchr, memchr2, memmem};

/// A piece of HTML, as it stands in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A start tag; attributes are read with [`attributes`].
    Open { name: &'a str, attributes: &'a str, closed: bool },
    /// An end tag.
    Close { name: &'a str },
    /// Text with character references, or the raw content of a script.
    Text { text: &'a str, raw: bool },
}

/// Reads tokens from HTML.
#[derive(Debug)]
pub(crate) struct Tokens<'a> {
    html: &'a str,
    at: usize,
    /// The element whose raw content comes next.
    raw: Option<&'a str>,
}

/// Elements whose content has no tags.
const RAW: &[&str] = &["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"];
/// Those of them whose content has character references.
const ESCAPABLE: &[&str] = &["textarea", "title"];

impl<'a> Tokens<'a> {
    pub(crate) fn new(html: &'a str) -> Self {
        Self { html, at: 0, raw: None }
    }

    /// Where the next token starts.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    fn raw_text(&mut self, name: &'a str) -> Option<Token<'a>> {
        let rest = &self.html[self.at..];
        let end = end_of_raw(rest, name);
        self.at += end;
        let raw = !ESCAPABLE.iter().any(|known| known.eq_ignore_ascii_case(name));
        (end > 0).then(|| Token::Text { text: &rest[..end], raw })
    }

    fn text(&mut self) -> Token<'a> {
        let rest = &self.html[self.at..];
        // The first character may be a `<` that starts no tag.
        let end = memchr(b'<', &rest.as_bytes()[1..]).map_or(rest.len(), |index| index + 1);
        self.at += end;
        Token::Text { text: &rest[..end], raw: false }
    }

    /// A tag at `<`; `None` where it is none.
    fn tag(&mut self) -> Option<Token<'a>> {
        let rest = &self.html[self.at + 1..];
        let (rest, closing) = rest.strip_prefix('/').map_or((rest, false), |rest| (rest, true));
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let ends_name = |byte: u8| byte.is_ascii_whitespace() || byte == b'>' || byte == b'/';
        let name_end = rest.bytes().position(ends_name).unwrap_or(rest.len());
        let end = end_of_tag(rest, name_end);
        let name = &rest[..name_end];
        let inside = &rest[name_end..end];
        self.at = self.html.len() - rest.len() + end + usize::from(end < rest.len());
        if closing {
            return Some(Token::Close { name });
        }
        let closed = inside.ends_with('/');
        if RAW.iter().any(|known| known.eq_ignore_ascii_case(name)) && !closed {
            self.raw = Some(name);
        }
        Some(Token::Open { name, attributes: inside, closed })
    }

    /// Passes over a comment, a doctype or the like at `<`; whether there was one.
    fn skipped(&mut self) -> bool {
        let rest = &self.html[self.at..];
        let bytes = rest.as_bytes();
        let length = if rest.starts_with("<!--") {
            // `<!-->` is a whole comment, so that its dashes count for both ends.
            memmem::find(&bytes[2..], b"-->").map_or(rest.len(), |index| index + 5)
        } else if matches!(bytes.get(1), Some(b'!' | b'?' | b'/')) {
            memchr(b'>', bytes).map_or(rest.len(), |index| index + 1)
        } else {
            return false;
        };
        self.at += length;
        true
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.raw.take()
            && let Some(token) = self.raw_text(name)
        {
            return Some(token);
        }
        loop {
            if *self.html.as_bytes().get(self.at)? != b'<' {
                return Some(self.text());
            }
            if let Some(tag) = self.tag() {
                return Some(tag);
            }
            if !self.skipped() {
                return Some(self.text());
            }
        }
    }
}

/// Where the end tag of a raw element starts; the end of the text where there is none.
fn end_of_raw(text: &str, name: &str) -> usize {
    let bytes = text.as_bytes();
    for index in memmem::find_iter(bytes, b"</") {
        let after = index + 2 + name.len();
        if bytes.get(index + 2..after).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
            && bytes.get(after).is_none_or(|byte| !byte.is_ascii_alphanumeric())
        {
            return index;
        }
    }
    text.len()
}

/// Where the `>` of a tag stands whose name ends at `from`; `>` inside of quotes does not count.
fn end_of_tag(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'>' => return at,
            b'=' => {
                at += 1;
                at += bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                if let Some(quote @ (b'"' | b'\'')) = bytes.get(at) {
                    at = memchr(*quote, &bytes[at + 1..]).map_or(bytes.len(), |index| at + index + 2);
                }
            }
            _ => at += memchr2(b'>', b'=', &bytes[at..]).unwrap_or(bytes.len() - at),
        }
    }
    bytes.len()
}

/// The attributes of a start tag: names as they are written, values with their character references.
pub(crate) fn attributes(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/' || c == '=');
        if rest.is_empty() {
            return None;
        }
        let ends_name = |c: char| c.is_ascii_whitespace() || c == '=' || c == '/';
        let name_end = rest.find(ends_name).unwrap_or(rest.len());
        let (name, after) = rest.split_at(name_end);
        let Some(value) = after.trim_start().strip_prefix('=') else {
            rest = after;
            return Some((name, ""));
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let value = &value[1..];
                value.split_once(quote).unwrap_or((value, ""))
            }
            _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
        };
        rest = after;
        Some((name, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(html: &str) -> Vec<String> {
        let show = |token| match token {
            Token::Open { name, attributes: inside, closed } => {
                let attributes: Vec<_> = attributes(inside).map(|(n, v)| format!("{n}={v}")).collect();
                format!("<{name} {}{}>", attributes.join(" "), if closed { "/" } else { "" })
            }
            Token::Close { name } => format!("</{name}>"),
            Token::Text { text, raw } => format!("{}{text}", if raw { "raw " } else { "" }),
        };
        Tokens::new(html).map(show).collect()
    }

    #[test]
    fn tags_and_text_are_told_apart() {
        let check = |html: &str, expect: &[&str]| assert_eq!(shown(html), expect, "{html}");
        check("a<b>c</b>", &["a", "<b >", "c", "</b>"]);
        check("<a href='x>y' b=1 c>z", &["<a href=x>y b=1 c=>", "z"]);
        check("<img src=x alt=\"a b\"/>", &["<img src=x alt=a b/>"]);
        check("1 < 2 <3", &["1 ", "< 2 ", "<3"]);
        check("a<!-- <b> -->c<!doctype x><?php ?>d", &["a", "c", "d"]);
        check("<a = href = 'x'y>", &["<a href=x y=>"]);
    }

    #[test]
    fn content_of_raw_elements_has_no_tags() {
        let check = |html: &str, expect: &[&str]| assert_eq!(shown(html), expect, "{html}");
        check("<script>a<b</b></SCRIPT >x", &["<script >", "raw a<b</b>", "</SCRIPT>", "x"]);
        check("<title>a<b></title>x", &["<title >", "a<b>", "</title>", "x"]);
        check("<style></style>x", &["<style >", "</style>", "x"]);
        check("<script>never ends", &["<script >", "raw never ends"]);
    }

    #[test]
    fn what_never_ends_ends_with_the_text() {
        for html in ["<", "</", "<a", "<a href='", "<a href=", "<!--", "<!", "<a b=\"c>d", "a<", "<!-->"] {
            let _ = shown(html);
        }
    }
}
