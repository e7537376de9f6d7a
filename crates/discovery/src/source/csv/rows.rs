//! Rows of a table, after RFC 4180: fields may stand in quotes, and may then hold delimiters, quotes (doubled)
//! and line breaks. One quote too many does not swallow the rest of the file.

use std::collections::VecDeque;
use std::io;

use crate::place::Rejected;
use crate::source::decode::{Line, Lines};

/// A quoted field that is still open after so many lines was never meant to be.
const MOST_LINES: usize = 200;

/// One row, or why it is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Row {
    Fields { line: u64, fields: Vec<String> },
    Bad(Box<Rejected>),
}

/// Reads row by row.
#[derive(Debug)]
pub(super) struct Rows {
    lines: Lines,
    delimiter: u8,
    /// Lines that a bad row had taken, to be read again.
    again: VecDeque<(u64, Line)>,
}

impl Rows {
    pub(super) fn new(lines: Lines, delimiter: u8) -> Self {
        Self { lines, delimiter, again: VecDeque::new() }
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.lines.bytes_read()
    }

    /// The next row; `None` at the end.
    pub(super) fn next_row(&mut self) -> io::Result<Option<Row>> {
        let Some((number, line)) = self.next_line()? else { return Ok(None) };
        let text = match line {
            Line::Text(text) => text,
            Line::TooLong(start) => {
                let reason = "it is longer than a megabyte, which no row is";
                return Ok(Some(Row::Bad(Box::new(Rejected::line(number, reason, &start)))));
            }
        };
        match parse(&text, self.delimiter) {
            Parsed::Whole(fields) => Ok(Some(Row::Fields { line: number, fields })),
            Parsed::Open | Parsed::Broken => self.continued(number, text).map(Some),
        }
    }

    fn next_line(&mut self) -> io::Result<Option<(u64, Line)>> {
        match self.again.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.lines.next_line(),
        }
    }

    /// Takes further lines until the open quote closes. If it does not, or closes in the midst of text, it was a
    /// slip: the first line alone is bad, and the others are read again.
    fn continued(&mut self, number: u64, first: String) -> io::Result<Row> {
        let mut text = first.clone();
        let mut taken: Vec<(u64, Line)> = Vec::new();
        while taken.len() < MOST_LINES {
            let Some((next_number, Line::Text(next))) = self.next_line()? else { break };
            text.push('\n');
            text.push_str(&next);
            taken.push((next_number, Line::Text(next)));
            match parse(&text, self.delimiter) {
                Parsed::Whole(fields) => return Ok(Row::Fields { line: number, fields }),
                Parsed::Open => {}
                Parsed::Broken => break,
            }
        }
        for line in taken.into_iter().rev() {
            self.again.push_front(line);
        }
        let reason = "a quote opens a field and is never closed; double it or take it out";
        Ok(Row::Bad(Box::new(Rejected::line(number, reason, &first))))
    }
}

/// What the text of one or more lines is.
enum Parsed {
    /// A row.
    Whole(Vec<String>),
    /// The beginning of one: a quote is open at its end.
    Open,
    /// Lines that do not belong together: a quote that was open across a line break closes in the midst of text.
    Broken,
}

/// The fields of one line; an open quote ends with the line.
pub(super) fn split(line: &str, delimiter: u8) -> Vec<String> {
    match parse(line, delimiter) {
        Parsed::Whole(fields) => fields,
        Parsed::Open | Parsed::Broken => {
            line.split(char::from(delimiter)).map(|field| field.trim_matches('"').to_owned()).collect()
        }
    }
}

fn parse(text: &str, delimiter: u8) -> Parsed {
    if !text.contains('"') {
        return Parsed::Whole(text.split(char::from(delimiter)).map(str::to_owned).collect());
    }
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let (field, after) = match rest.trim_start_matches(' ').strip_prefix('"') {
            Some(quoted) => match quoted_field(quoted, delimiter) {
                Ok(found) => found,
                Err(open_or_broken) => return open_or_broken,
            },
            None => plain_field(rest, delimiter),
        };
        fields.push(field);
        match after {
            Some(after) => rest = after,
            None => return Parsed::Whole(fields),
        }
    }
}

fn plain_field(text: &str, delimiter: u8) -> (String, Option<&str>) {
    match text.split_once(char::from(delimiter)) {
        Some((field, after)) => (field.to_owned(), Some(after)),
        None => (text.to_owned(), None),
    }
}

/// The field after its opening quote, and what follows the delimiter after it.
fn quoted_field(text: &str, delimiter: u8) -> Result<(String, Option<&str>), Parsed> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let Some((before, after)) = rest.split_once('"') else { return Err(Parsed::Open) };
        field.push_str(before);
        if let Some(more) = after.strip_prefix('"') {
            field.push('"');
            rest = more;
            continue;
        }
        let end = after.trim_start_matches(' ');
        if end.is_empty() {
            return Ok((field, None));
        }
        if let Some(next) = end.strip_prefix(char::from(delimiter)) {
            return Ok((field, Some(next)));
        }
        if field.contains('\n') {
            return Err(Parsed::Broken);
        }
        // A quote within text, not doubled: taken as it stands.
        field.push('"');
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Option<Vec<String>> {
        match parse(text, b',') {
            Parsed::Whole(fields) => Some(fields),
            Parsed::Open | Parsed::Broken => None,
        }
    }

    #[test]
    fn fields_are_split_as_rfc_4180_says() {
        let check = |text: &str, expect: &[&str]| assert_eq!(whole(text).unwrap(), expect, "{text}");
        check("a,b,c", &["a", "b", "c"]);
        check("a,,", &["a", "", ""]);
        check(r#""a, b","c ""d"" e",f"#, &["a, b", r#"c "d" e"#, "f"]);
        check("\"a\nb\",c", &["a\nb", "c"]);
        check(r#"5" pipe,x"#, &[r#"5" pipe"#, "x"]);
        check(r#""Joe "the" Plumber",x"#, &[r#"Joe "the" Plumber"#, "x"]);
        check(r#" "a" ,b"#, &["a", "b"]);
    }

    #[test]
    fn an_open_quote_is_seen() {
        assert_eq!(whole(r#"a,"b,c"#), None);
        assert_eq!(split(r#"a,"b,c"#, b','), ["a", "b", "c"]);
    }

    proptest::proptest! {
        #[test]
        fn what_is_quoted_comes_back(fields in proptest::collection::vec(".{0,12}", 1..6)) {
            let quoted: Vec<String> = fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
            proptest::prop_assert_eq!(whole(&quoted.join(",")), Some(fields));
        }

        #[test]
        fn no_text_breaks_it(text in "[a,\"\n ]{0,30}") {
            let _ = parse(&text, b',');
            let _ = split(&text, b',');
        }
    }
}
