//! Cuts a JSON document into the objects of its list, without keeping more than one of them.

use std::io::{self, BufRead};

/// Keys of the list in an object: GeoJSON's, and that of an export from here.
const LISTS: [&[u8]; 2] = [b"features", b"businesses"];
/// Longest object that is kept.
const LONGEST: usize = 16 << 20;

/// A part of the document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Object {
    /// One element of the list, as it is written.
    Text(Vec<u8>),
    /// An element that is too long to be kept; its beginning.
    TooLong(Vec<u8>),
    /// The document ends before the list does.
    CutOff,
    /// There is no list at the top or under one of [`LISTS`].
    NoCollection,
}

/// Reads a document whose top is an array, or an object with an array under one of [`LISTS`].
#[derive(Debug)]
pub(super) struct Objects<R> {
    reader: R,
    line: u64,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Before,
    InList,
    Ended,
}

impl<R: BufRead> Objects<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, line: 1, state: State::Before }
    }

    pub(super) fn get_ref(&self) -> &R {
        &self.reader
    }

    /// The next element with the line that it begins in; `None` after the last.
    pub(super) fn next_object(&mut self) -> io::Result<Option<(u64, Object)>> {
        if self.state == State::Before {
            if !self.find_list()? {
                self.state = State::Ended;
                return Ok(Some((self.line, Object::NoCollection)));
            }
            self.state = State::InList;
        }
        if self.state == State::Ended {
            return Ok(None);
        }
        let first = loop {
            match self.next_byte()? {
                Some(b',' | b' ' | b'\t' | b'\r' | b'\n') => {}
                other => break other,
            }
        };
        match first {
            None => self.end(Object::CutOff),
            Some(b']') => {
                self.state = State::Ended;
                Ok(None)
            }
            Some(byte) => self.element(byte),
        }
    }

    fn end(&mut self, object: Object) -> io::Result<Option<(u64, Object)>> {
        self.state = State::Ended;
        Ok(Some((self.line, object)))
    }

    fn next_byte(&mut self) -> io::Result<Option<u8>> {
        let block = self.reader.fill_buf()?;
        let Some(&byte) = block.first() else { return Ok(None) };
        self.reader.consume(1);
        self.line += u64::from(byte == b'\n');
        Ok(Some(byte))
    }

    /// Goes to the beginning of the list: the top array, or that of the top object.
    fn find_list(&mut self) -> io::Result<bool> {
        let mut depth = 0_u32;
        let mut key: Option<Vec<u8>> = None;
        while let Some(byte) = self.next_byte()? {
            match byte {
                b'[' if depth == 0 || (depth == 1 && is_list(key.as_deref())) => return Ok(true),
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'"' => {
                    let text = self.string()?;
                    if depth == 1 {
                        key = Some(text);
                    }
                }
                _ => {}
            }
        }
        Ok(false)
    }

    /// The string after its opening quote, as it is written.
    fn string(&mut self) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        let mut is_escaped = false;
        while let Some(byte) = self.next_byte()? {
            if byte == b'"' && !is_escaped {
                break;
            }
            is_escaped = byte == b'\\' && !is_escaped;
            if text.len() < 100 {
                text.push(byte);
            }
        }
        Ok(text)
    }

    fn element(&mut self, first: u8) -> io::Result<Option<(u64, Object)>> {
        let line = self.line;
        let mut element = Element::new(first);
        while !element.is_whole {
            let block = self.reader.fill_buf()?;
            if block.is_empty() {
                return self.end(Object::CutOff);
            }
            let (taken, lines) = element.take(block);
            self.line += lines;
            self.reader.consume(taken);
        }
        let object =
            if element.is_too_long { Object::TooLong(element.text) } else { Object::Text(element.text) };
        Ok(Some((line, object)))
    }
}

fn is_list(key: Option<&[u8]>) -> bool {
    key.is_some_and(|key| LISTS.contains(&key))
}

/// An element as far as it was read.
struct Element {
    text: Vec<u8>,
    depth: u32,
    in_string: bool,
    is_escaped: bool,
    is_whole: bool,
    is_too_long: bool,
}

impl Element {
    fn new(first: u8) -> Self {
        let depth = u32::from(matches!(first, b'{' | b'['));
        let in_string = first == b'"';
        Self { text: vec![first], depth, in_string, is_escaped: false, is_whole: false, is_too_long: false }
    }

    /// Takes what belongs to the element; how many bytes, and how many ends of lines among them.
    fn take(&mut self, block: &[u8]) -> (usize, u64) {
        let mut lines = 0;
        for (at, &byte) in block.iter().enumerate() {
            if self.ends_before(byte) {
                self.is_whole = true;
                self.keep(&block[..at]);
                return (at, lines);
            }
            lines += u64::from(byte == b'\n');
            self.step(byte);
            if self.is_whole {
                self.keep(&block[..=at]);
                return (at + 1, lines);
            }
        }
        self.keep(block);
        (block.len(), lines)
    }

    /// A number or word ends where a comma or the list's end stands.
    fn ends_before(&self, byte: u8) -> bool {
        self.depth == 0 && !self.in_string && matches!(byte, b',' | b']')
    }

    fn step(&mut self, byte: u8) {
        if self.in_string {
            let closes = byte == b'"' && !self.is_escaped;
            self.is_escaped = byte == b'\\' && !self.is_escaped;
            self.in_string = !closes;
            self.is_whole = closes && self.depth == 0;
            return;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.is_whole = self.depth == 0;
            }
            _ => {}
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.text.len() + bytes.len() > LONGEST {
            self.is_too_long = true;
            self.text.truncate(4 * crate::place::RAW_LIMIT);
        } else if !self.is_too_long {
            self.text.extend_from_slice(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn objects(text: &str) -> Vec<(u64, Object)> {
        // A buffer of few bytes, so that everything is cut somewhere.
        let mut objects = Objects::new(BufReader::with_capacity(3, text.as_bytes()));
        let mut found = Vec::new();
        while let Some(object) = objects.next_object().unwrap() {
            found.push(object);
        }
        found
    }

    fn text(line: u64, text: &str) -> (u64, Object) {
        (line, Object::Text(text.as_bytes().to_vec()))
    }

    #[test]
    fn a_collection_is_cut_into_its_features() {
        let document = "{\"type\":\"FeatureCollection\",\"meta\":{\"features\":[1]},\n\"features\":[\n{\"a\":\"}]\\\"\"},\n\n{\"b\":[{}]}],\"x\":1}";
        assert_eq!(objects(document), [text(3, "{\"a\":\"}]\\\"\"}"), text(5, "{\"b\":[{}]}")]);
    }

    #[test]
    fn an_export_is_cut_into_its_businesses() {
        let document =
            "{\"exportedAt\":\"now\",\"businesses\":[\n{\"a\":1},\n{}\n],\"count\":2,\"attribution\":[{}]}";
        assert_eq!(objects(document), [text(2, "{\"a\":1}"), text(3, "{}")]);
    }

    #[test]
    fn an_array_is_cut_too() {
        assert_eq!(objects("[{}, 5,\"a,]\" ]"), [text(1, "{}"), text(1, "5"), text(1, "\"a,]\"")]);
        assert_eq!(objects("[]"), []);
    }

    #[test]
    fn a_document_that_ends_early_is_known() {
        assert_eq!(objects("[{\"a\":1},{\"b\":")[1].1, Object::CutOff);
        assert_eq!(objects("[{\"a\":1},")[1].1, Object::CutOff);
        assert_eq!(objects("{\"a\":1}")[0].1, Object::NoCollection);
        assert_eq!(objects("{\"feat")[0].1, Object::NoCollection);
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(document in "[\\[\\]{}\",:a\\\\ \n]{0,40}") {
            objects(&document);
        }
    }
}
