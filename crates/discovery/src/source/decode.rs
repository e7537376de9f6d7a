//! Text files of any usual encoding as lines of UTF-8.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Longest line that is kept; what is longer is no text that people made.
pub(super) const LONGEST_LINE: usize = 1 << 20;
const BLOCK: usize = 1 << 16;

/// A file's bytes as UTF-8, without a byte-order mark. UTF-16 is decoded; every other encoding is passed on
/// and decided line by line: UTF-8 where it is valid, else Windows-1252, which contains Latin-1.
#[derive(Debug)]
pub(super) struct Utf8Reader<R> {
    inner: R,
    decoder: Option<Decoder>,
    input: Vec<u8>,
    output: Vec<u8>,
    given: usize,
    ended: bool,
    read: u64,
}

impl<R: Read> Utf8Reader<R> {
    /// Looks at the beginning to learn the encoding.
    pub(super) fn new(mut inner: R) -> io::Result<Self> {
        let mut start = vec![0; BLOCK];
        let length = fill(&mut inner, &mut start)?;
        start.truncate(length);
        let (encoding, mark) = encoding_of(&start);
        let read = start.len() as u64;
        let mut reader = Self {
            inner,
            decoder: (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling()),
            input: Vec::new(),
            output: Vec::new(),
            given: 0,
            ended: length < BLOCK,
            read,
        };
        start.drain(..mark);
        reader.input = start;
        reader.decode();
        Ok(reader)
    }

    /// Bytes of the file read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.read
    }

    fn decode(&mut self) {
        self.given = 0;
        let Some(decoder) = &mut self.decoder else {
            self.output = std::mem::take(&mut self.input);
            return;
        };
        let mut text =
            String::with_capacity(decoder.max_utf8_buffer_length(self.input.len()).unwrap_or(BLOCK * 3));
        let _ = decoder.decode_to_string(&self.input, &mut text, self.ended);
        self.output = text.into_bytes();
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() {
            if self.ended {
                return Ok(0);
            }
            self.input.resize(BLOCK, 0);
            let length = fill(&mut self.inner, &mut self.input)?;
            self.input.truncate(length);
            self.read += length as u64;
            self.ended = length < BLOCK;
            self.decode();
        }
        let rest = &self.output[self.given..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.given += length;
        Ok(length)
    }
}

fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match reader.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// The encoding that the beginning of a file shows, and the length of its byte-order mark.
pub(super) fn encoding_of(start: &[u8]) -> (&'static Encoding, usize) {
    if let Some((encoding, mark)) = Encoding::for_bom(start) {
        return (encoding, mark);
    }
    let pairs = start.chunks_exact(2).take(512);
    let (mut first, mut second, mut count) = (0, 0, 0);
    for pair in pairs {
        first += usize::from(pair[0] == 0);
        second += usize::from(pair[1] == 0);
        count += 1;
    }
    if count > 1 && second * 2 > count && first == 0 {
        return (UTF_16LE, 0);
    }
    if count > 1 && first * 2 > count && second == 0 {
        return (UTF_16BE, 0);
    }
    (UTF_8, 0)
}

/// A line as text: UTF-8, or Windows-1252 where it is not.
pub(super) fn line_text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// The lines of a text file, numbered from 1.
#[derive(Debug)]
pub(super) struct Lines {
    reader: BufReader<Utf8Reader<File>>,
    number: u64,
}

/// A line, or that it is too long.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its end.
    Text(String),
    /// Longer than [`LONGEST_LINE`]; its beginning.
    TooLong(String),
}

impl Lines {
    pub(super) fn new(file: File) -> io::Result<Self> {
        Ok(Self { reader: BufReader::with_capacity(BLOCK, Utf8Reader::new(file)?), number: 0 })
    }

    /// The next line and its number.
    pub(super) fn next_line(&mut self) -> io::Result<Option<(u64, Line)>> {
        let mut bytes = Vec::new();
        let mut is_too_long = false;
        loop {
            let block = self.reader.fill_buf()?;
            if block.is_empty() {
                break;
            }
            let end = block.iter().position(|&byte| byte == b'\n');
            let part = &block[..end.unwrap_or(block.len())];
            is_too_long |= bytes.len() + part.len() > LONGEST_LINE;
            if !is_too_long {
                bytes.extend_from_slice(part);
            }
            let taken = part.len() + usize::from(end.is_some());
            self.reader.consume(taken);
            if end.is_some() {
                return Ok(Some(self.numbered(&bytes, is_too_long)));
            }
        }
        let is_end = bytes.is_empty() && !is_too_long;
        Ok((!is_end).then(|| self.numbered(&bytes, is_too_long)))
    }

    fn numbered(&mut self, bytes: &[u8], is_too_long: bool) -> (u64, Line) {
        self.number += 1;
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if is_too_long {
            let start = &bytes[..bytes.len().min(4 * crate::place::RAW_LIMIT)];
            return (self.number, Line::TooLong(line_text(start).into_owned()));
        }
        (self.number, Line::Text(line_text(bytes).into_owned()))
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.reader.get_ref().bytes_read()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        Utf8Reader::new(bytes).unwrap().read_to_end(&mut out).unwrap();
        line_text(&out).into_owned()
    }

    #[test]
    fn usual_encodings_are_recognised() {
        let text = "Käpylän Kahvila;Öljytie 5\n";
        let utf_16 =
            |to_bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>();
        assert_eq!(decoded(text.as_bytes()), text);
        assert_eq!(decoded(&[b"\xef\xbb\xbf", text.as_bytes()].concat()), text);
        assert_eq!(decoded(&[b"\xff\xfe".as_slice(), &utf_16(u16::to_le_bytes)].concat()), text);
        assert_eq!(decoded(&[b"\xfe\xff".as_slice(), &utf_16(u16::to_be_bytes)].concat()), text);
        assert_eq!(decoded(&utf_16(u16::to_le_bytes)), text);
        assert_eq!(decoded(&WINDOWS_1252.encode(text).0), text);
    }

    #[test]
    fn text_longer_than_a_block_is_decoded_whole() {
        let text = "aäö€".repeat(BLOCK);
        let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&[b"\xff\xfe".as_slice(), &utf_16].concat()), text);
        assert_eq!(decoded(text.as_bytes()), text);
    }
}
