//! Folding of literals: concatenation, variables, character codes and the usual decoders.

use std::collections::HashMap;

use super::lexer::{Token, tokens};
use crate::email::decode;

/// A string that a script makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folded {
    pub(crate) text: String,
    /// Whether it was put together or decoded, rather than written down as it is.
    pub(crate) made: bool,
}

/// Strings that are kept of one script, and the longest of them.
const MAX_STRINGS: usize = 5_000;
const MAX_LENGTH: usize = 4_000;
/// Bytes of all strings that one script makes.
const MAX_TOTAL: usize = 300_000;
/// Parentheses inside of each other.
const MAX_DEPTH: u32 = 12;

/// Every string that the script makes, in order.
pub(crate) fn fold(script: &str) -> Vec<Folded> {
    let tokens = tokens(script);
    let mut folder = Folder { tokens: &tokens, at: 0, variables: HashMap::new() };
    let mut found = Vec::new();
    let mut total = 0;
    while folder.at < tokens.len() && found.len() < MAX_STRINGS && total < MAX_TOTAL {
        let before = folder.at;
        if let Some(text) = folder.mail_call() {
            found.push(Folded { text, made: true });
            folder.at = before + 1;
            continue;
        }
        match folder.statement() {
            Some(folded) => {
                total += folded.text.len();
                found.push(folded);
            }
            None => folder.at = before + 1,
        }
    }
    found
}

struct Folder<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    variables: HashMap<&'a str, String>,
}

impl<'a> Folder<'a> {
    fn peek(&self, ahead: usize) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at + ahead)
    }

    fn take_sign(&mut self, sign: char) -> bool {
        let found = self.peek(0) == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    /// An assignment or an expression.
    fn statement(&mut self) -> Option<Folded> {
        let target = match (self.peek(0)?, self.peek(1), self.peek(2)) {
            (Token::Name(name), Some(Token::Sign('=' | ':')), next) if next != Some(&Token::Sign('=')) => {
                self.at += 2;
                Some((*name, false))
            }
            (Token::Name(name), Some(Token::Sign('+')), Some(Token::Sign('='))) => {
                self.at += 3;
                Some((*name, true))
            }
            _ => None,
        };
        let folded = self.expression(0)?;
        if let Some((name, appends)) = target {
            let value = self.variables.entry(name).or_default();
            if !appends {
                value.clear();
            }
            if value.len() < MAX_LENGTH {
                value.push_str(&folded.text);
            }
            return Some(Folded { text: value.clone(), made: folded.made || appends });
        }
        Some(folded)
    }

    fn expression(&mut self, depth: u32) -> Option<Folded> {
        let mut folded = self.operand(depth)?;
        while self.peek(0) == Some(&Token::Sign('+')) && self.peek(1) != Some(&Token::Sign('=')) {
            let before = self.at;
            self.at += 1;
            let Some(next) = self.operand(depth) else {
                self.at = before;
                break;
            };
            if folded.text.len() + next.text.len() > MAX_LENGTH {
                break;
            }
            folded.text.push_str(&next.text);
            folded.made = true;
        }
        Some(folded)
    }

    fn operand(&mut self, depth: u32) -> Option<Folded> {
        if depth > MAX_DEPTH {
            return None;
        }
        let before = self.at;
        let operand = self.primary(depth).map(|folded| self.methods(folded));
        if operand.is_none() {
            self.at = before;
        }
        operand
    }

    fn primary(&mut self, depth: u32) -> Option<Folded> {
        let token = self.peek(0)?;
        self.at += 1;
        match token {
            Token::Text(text) => Some(Folded { text: text.chars().take(MAX_LENGTH).collect(), made: false }),
            Token::Sign('(') => {
                let inner = self.expression(depth + 1)?;
                self.take_sign(')').then_some(inner)
            }
            Token::Sign('[') => self.joined(depth),
            Token::Name("String") if self.peek(0) == Some(&Token::Sign('.')) => self.char_codes(),
            Token::Name(name @ ("unescape" | "decodeURIComponent" | "decodeURI" | "atob" | "rot13")) => {
                if !self.take_sign('(') {
                    return None;
                }
                let inner = self.expression(depth + 1)?.text;
                let text = match *name {
                    "atob" => decode::base64(&inner)?,
                    "rot13" => decode::rot13(&inner),
                    _ => decode::percent(&inner),
                };
                self.take_sign(')').then_some(Folded { text, made: true })
            }
            Token::Name(name) => {
                let text = self.variables.get(name)?.clone();
                Some(Folded { text, made: true })
            }
            Token::Number(_) | Token::Sign(_) => None,
        }
    }

    /// `['info', 'acme.com'].join('@')`, and lists of one.
    fn joined(&mut self, depth: u32) -> Option<Folded> {
        let mut parts = Vec::new();
        while !self.take_sign(']') {
            parts.push(self.expression(depth + 1)?.text);
            if !self.take_sign(',') && self.peek(0) != Some(&Token::Sign(']')) {
                return None;
            }
        }
        let separator = self.call("join")?;
        let text = parts.join(&separator.unwrap_or_else(|| ",".to_owned()));
        (text.len() <= MAX_LENGTH).then_some(Folded { text, made: true })
    }

    /// `.fromCharCode(105, 110, ..)` after `String`.
    fn char_codes(&mut self) -> Option<Folded> {
        let named = self.peek(1) == Some(&Token::Name("fromCharCode"));
        if !named || self.peek(2) != Some(&Token::Sign('(')) {
            return None;
        }
        self.at += 3;
        let mut text = String::new();
        while let Some(Token::Number(code)) = self.peek(0) {
            self.at += 1;
            text.push(char::from_u32(*code)?);
            self.take_sign(',');
        }
        self.take_sign(')').then_some(Folded { text, made: true })
    }

    /// Methods that only move or replace characters.
    fn methods(&mut self, mut folded: Folded) -> Folded {
        loop {
            let before = self.at;
            let turned = self.call("split").is_some() && self.call("reverse").is_some();
            if turned && self.call("join").is_some() {
                folded = Folded { text: decode::reversed(&folded.text), made: true };
                continue;
            }
            self.at = before;
            if let Some(replaced) = self.replaced(&folded.text) {
                folded = Folded { text: replaced, made: true };
                continue;
            }
            self.at = before;
            return folded;
        }
    }

    /// `.replace('a', 'b')` with plain strings.
    fn replaced(&mut self, text: &str) -> Option<String> {
        let call = [
            self.peek(0),
            self.peek(1),
            self.peek(2),
            self.peek(3),
            self.peek(4),
            self.peek(5),
            self.peek(6),
        ];
        let [
            Some(Token::Sign('.')),
            Some(Token::Name("replace" | "replaceAll")),
            Some(Token::Sign('(')),
            Some(Token::Text(from)),
            Some(Token::Sign(',')),
            Some(Token::Text(to)),
            Some(Token::Sign(')')),
        ] = call
        else {
            return None;
        };
        self.at += call.len();
        let replaced = text.replacen(from, to, 16);
        (!from.is_empty() && replaced.len() <= MAX_LENGTH).then_some(replaced)
    }

    /// `.name()` or `.name('text')`: the text, if there is one.
    fn call(&mut self, name: &str) -> Option<Option<String>> {
        let named = self.peek(0) == Some(&Token::Sign('.')) && self.peek(1) == Some(&Token::Name(name));
        if !named || self.peek(2) != Some(&Token::Sign('(')) {
            return None;
        }
        match (self.peek(3)?, self.peek(4)) {
            (Token::Sign(')'), _) => {
                self.at += 4;
                Some(None)
            }
            (Token::Text(text), Some(Token::Sign(')'))) => {
                self.at += 5;
                Some(Some(text.clone()))
            }
            _ => None,
        }
    }

    /// `mailLink('info', 'acme', 'com')`: a function about mail that is given the parts of an address.
    fn mail_call(&mut self) -> Option<String> {
        let Token::Name(name) = self.peek(0)? else { return None };
        if self.peek(1)? != &Token::Sign('(') || !name.to_ascii_lowercase().contains("mail") {
            return None;
        }
        let mut parts: Vec<&str> = Vec::new();
        for index in 0..4 {
            let Token::Text(part) = self.peek(2 + 2 * index)? else { return None };
            parts.push(part);
            match self.peek(3 + 2 * index)? {
                Token::Sign(')') => break,
                Token::Sign(',') => {}
                _ => return None,
            }
        }
        let plain = parts.iter().all(|part| !part.contains(['@', ' ', '<', '/', ':']));
        match parts.as_slice() {
            [domain, local] if plain && domain.contains('.') && !local.contains('.') => {
                Some(format!("{local}@{domain}"))
            }
            [local, rest @ ..] if plain && !rest.is_empty() => Some(format!("{local}@{}", rest.join("."))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(script: &str) -> Vec<String> {
        fold(script).into_iter().filter(|folded| folded.made).map(|folded| folded.text).collect()
    }

    #[test]
    fn literals_are_joined() {
        let check = |script: &str, expect: &str| {
            assert!(made(script).iter().any(|text| text == expect), "{script}: {:?}", made(script));
        };
        check("document.write('info' + '@' + \"acme.com\")", "info@acme.com");
        check("var u = 'info', d = 'acme.com'; x(u + '@' + d)", "info@acme.com");
        check("s = 'info'; s += '@acme'; s += '.com';", "info@acme.com");
        check("e(('in' + 'fo') + String.fromCharCode(64, 97))", "info@a");
        check("['info', 'acme.com'].join('@')", "info@acme.com");
        check("unescape('info%40acme.com')", "info@acme.com");
        check("atob('aW5mb0BhY21lLmNvbQ==')", "info@acme.com");
        check("'moc.emca@ofni'.split('').reverse().join('')", "info@acme.com");
        check("'info#acme.com'.replace('#', '@')", "info@acme.com");
        check("showMail('info', 'acme', 'com')", "info@acme.com");
        check("makeEmail('acme.com', 'info')", "info@acme.com");
        check("f('a' + unknown + 'b' + 'c')", "bc");
    }

    #[test]
    fn nothing_is_run_and_nothing_fails() {
        for script in
            ["", "'", "((((", "[", "a+=", "String.fromCharCode(", "x = x + x", "'a'.replace(", "mail(", "`"]
        {
            let _ = fold(script);
        }
        let _ = fold(&"(".repeat(100_000));
        let _ = fold(&"a+='xxxxxxxxxxxxxxxx';".repeat(10_000));
    }
}
