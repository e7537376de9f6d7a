//! The tokens of a script that literal folding needs.

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// A string, its escapes replaced.
    Text(String),
    /// A name, such as a variable's or a property's.
    Name(&'a str),
    Number(u32),
    Sign(char),
}

/// Tokens of one script that are read.
const MAX_TOKENS: usize = 100_000;

/// Splits a script into tokens; comments are left out.
pub(super) fn tokens(script: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = script;
    while let Some(first) = rest.chars().next() {
        if tokens.len() >= MAX_TOKENS {
            break;
        }
        rest = match first {
            '"' | '\'' | '`' => {
                let (text, after) = string(&rest[1..], first);
                tokens.push(Token::Text(text));
                after
            }
            '/' if rest.starts_with("//") => rest.find('\n').map_or("", |end| &rest[end..]),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or("", |end| &rest[end + 2..]),
            '<' if rest.starts_with("<!--") => rest.find('\n').map_or("", |end| &rest[end..]),
            _ if first.is_ascii_digit() => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
                let digits = &rest[..end];
                let value = digits
                    .strip_prefix("0x")
                    .map_or_else(|| digits.parse(), |hex| u32::from_str_radix(hex, 16));
                tokens.push(Token::Number(value.unwrap_or(u32::MAX)));
                &rest[end..]
            }
            _ if is_name(first) => {
                let end = rest.find(|c: char| !(is_name(c) || c.is_ascii_digit())).unwrap_or(rest.len());
                tokens.push(Token::Name(&rest[..end]));
                &rest[end..]
            }
            _ => {
                if !first.is_whitespace() {
                    tokens.push(Token::Sign(first));
                }
                &rest[first.len_utf8()..]
            }
        };
    }
    tokens
}

fn is_name(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

/// The string up to its closing quote, and what follows. A string in simple quotes ends with its line.
fn string(text: &str, quote: char) -> (String, &str) {
    let mut result = String::new();
    let mut characters = text.char_indices();
    while let Some((index, c)) = characters.next() {
        match c {
            _ if c == quote => return (result, &text[index + c.len_utf8()..]),
            '\n' if quote != '`' => return (result, &text[index..]),
            '\\' => {
                let Some((_, escaped)) = characters.next() else { break };
                let digits = match escaped {
                    'x' => 2,
                    'u' => 4,
                    _ => 0,
                };
                let at = text.len() - characters.as_str().len();
                let code = text.get(at..at + digits).filter(|hex| !hex.is_empty());
                let code = code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
                if let Some(code) = code {
                    result.push(code);
                    characters.nth(digits - 1);
                } else {
                    match escaped {
                        'n' | 'r' | 't' => result.push(' '),
                        '\n' => {}
                        _ => result.push(escaped),
                    }
                }
            }
            _ => result.push(c),
        }
    }
    (result, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_lose_their_escapes() {
        let check = |script: &str, expect: &str| {
            assert_eq!(tokens(script), [Token::Text(expect.to_owned())], "{script}");
        };
        check(r#""a\"b""#, "a\"b");
        check(r"'\x40\u0040\/'", "@@/");
        check(r"'\xzz\u12'", "xzzu12");
        check("/* no */ 'a' // no", "a");
        check("'never ends", "never ends");
    }

    #[test]
    fn the_rest_is_names_numbers_and_signs() {
        use Token::{Name, Number, Sign};
        let expect = [Name("a"), Sign('='), Number(64), Sign('+'), Number(65)];
        assert_eq!(tokens("a = 0x40 + 65"), expect);
    }
}
