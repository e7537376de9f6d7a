//! One file of a release: its end, and the parts of it that are read.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use contract::BoundingBox;
use reqwest::header::{CONTENT_RANGE, ETAG};
use tokio::runtime::Handle;
use url::Url;

use crate::error::SourceError;
use crate::remote::{Answer, Ask, RemoteError, Service, Span, Tell, Verdict, status_verdict};
use crate::source::parquet::{Distant, footer_length};
use crate::source::{ReadEnd, Sink};

/// Bytes of the end of a file that are read first; most footers are in them.
const END: u64 = 256 * 1024;
/// The longest footer that is read.
const MOST_FOOTER: u64 = 64 * 1024 * 1024;
/// The most bytes of one request.
const PIECE: u64 = 16 * 1024 * 1024;
/// The most bytes of a row group that are held at a time.
const MOST_GROUP: u64 = 256 * 1024 * 1024;

/// A file whose footer was read. Clones share it.
#[derive(Clone)]
pub(super) struct RemoteFile {
    url: Url,
    /// What tells this version of the file from others, where the server says it.
    tag: Option<String>,
    footer: Arc<Distant>,
}

/// Bytes of a file, and what the answer says of the file.
struct Part {
    bytes: Vec<u8>,
    length: u64,
    tag: Option<String>,
}

impl RemoteFile {
    /// Reads the footer. The version is known beforehand where a list tells it: then the footer may be a kept one.
    pub(super) fn open(
        url: Url,
        tag: Option<String>,
        service: &Service,
        runtime: &Handle,
        sink: &Sink,
    ) -> Result<Self, ReadEnd> {
        let name = PathBuf::from(url.as_str());
        let reader = Reader { url: &url, service, runtime, sink };
        let mut end = reader.part(Span::Last(END), tag.as_deref())?;
        let footer = footer_length(&name, &end.bytes)?;
        if footer > MOST_FOOTER {
            return Err(SourceError::damaged(&name, format!("its footer has {footer} bytes")).into());
        }
        if footer > end.bytes.len() as u64 && footer <= end.length {
            end = reader.part(Span::Last(footer), end.tag.as_deref())?;
        }
        let footer = Arc::new(Distant::new(&name, end.length, &end.bytes)?);
        Ok(Self { tag: end.tag, url, footer })
    }

    pub(super) fn groups(&self, bounds: BoundingBox) -> Vec<usize> {
        self.footer.groups(Some(bounds))
    }

    pub(super) fn rows(&self, group: usize) -> u64 {
        self.footer.rows(group)
    }

    /// Bytes of a row group that are read.
    pub(super) fn bytes(&self, group: usize) -> Result<u64, SourceError> {
        Ok(self.footer.spans(group)?.iter().map(|span| span.end - span.start).sum())
    }

    /// Brings the bytes of a row group and hands its rows on.
    pub(super) fn read(
        &self,
        group: usize,
        progress: (u64, u64),
        service: &Service,
        runtime: &Handle,
        sink: &mut Sink,
    ) -> Result<(), ReadEnd> {
        let bytes = self.bytes(group)?;
        if bytes > MOST_GROUP {
            let detail =
                format!("a row group of {} has {} MiB, more than is held at a time", self.url, bytes >> 20);
            return Err(SourceError::from(RemoteError::TooMuch { detail }).into());
        }
        let reader = Reader { url: &self.url, service, runtime, sink };
        let mut parts = Vec::new();
        for span in self.footer.spans(group)? {
            parts.push((span.start, reader.span(span, self.tag.as_deref())?));
        }
        self.footer.read(group, parts, progress, sink)
    }
}

/// Reads parts of one file.
struct Reader<'a> {
    url: &'a Url,
    service: &'a Service,
    runtime: &'a Handle,
    sink: &'a Sink,
}

impl Reader<'_> {
    fn span(&self, span: Range<u64>, tag: Option<&str>) -> Result<Bytes, ReadEnd> {
        let mut bytes = Vec::new();
        let mut start = span.start;
        while start < span.end {
            let end = span.end.min(start + PIECE);
            bytes.extend(self.part(Span::Between(start, end - 1), tag)?.bytes);
            start = end;
        }
        Ok(bytes.into())
    }

    /// A part of the version that `tag` tells, kept or asked for; of any version if it tells none, which is not kept.
    fn part(&self, span: Span, tag: Option<&str>) -> Result<Part, ReadEnd> {
        let question = tag.map(|tag| format!("{} {tag} {span}", self.url));
        let cache = self.service.cache().zip(question.as_deref());
        if let Some(kept) = cache.and_then(|(cache, question)| cache.get(question))
            && let Some((length, bytes)) = kept.split_first_chunk()
        {
            let tag = tag.map(str::to_owned);
            return Ok(Part { length: u64::from_le_bytes(*length), bytes: bytes.to_vec(), tag });
        }
        let tell = self.sink.teller();
        let asked = self.sink.wait(self.runtime, ask(self.service, self.url, span, tag, &tell))?;
        let part = asked.map_err(SourceError::from)?;
        if let Some((cache, question)) = cache {
            cache.put(question, &[part.length.to_le_bytes().as_slice(), &part.bytes].concat());
        }
        Ok(part)
    }
}

async fn ask(
    service: &Service,
    url: &Url,
    span: Span,
    tag: Option<&str>,
    tell: Tell<'_>,
) -> Result<Part, RemoteError> {
    let unreadable = |detail: &str| {
        let detail = format!("of {url} {detail}");
        RemoteError::Unreadable { service: service.name().to_owned(), detail }
    };
    let judge = |answer: Answer| {
        if answer.status != 206 {
            return status_verdict(service.name(), &answer);
        }
        let header = |name| answer.headers.get(name).and_then(|value| value.to_str().ok());
        let found = header(ETAG).map(str::to_owned);
        if tag.is_some() && found.is_some() && found.as_deref() != tag {
            return Verdict::GiveUp(unreadable("another version came than before; search again"));
        }
        let Some((first, last, length)) = header(CONTENT_RANGE).and_then(content_range) else {
            return Verdict::GiveUp(unreadable("a part came without its place"));
        };
        let is_asked_for = match span {
            Span::Last(count) => last + 1 == length && first == length.saturating_sub(count),
            Span::Between(from, to) => (first, last) == (from, to),
        };
        if !is_asked_for || answer.body.len() as u64 != last - first + 1 {
            return Verdict::Again(unreadable("another part came than was asked for"));
        }
        Verdict::Done(Part { bytes: answer.body, length, tag: found.or_else(|| tag.map(str::to_owned)) })
    };
    let most = match span {
        Span::Last(count) => count,
        Span::Between(from, to) => to - from + 1,
    };
    let ask = Ask { range: Some(span), ..Ask::get(url.clone(), usize::try_from(most).unwrap_or(usize::MAX)) };
    service.ask(&ask, tell, judge).await
}

/// First and last byte and the length of the whole, from `bytes 0-99/1000` (RFC 9110, section 14.4).
fn content_range(text: &str) -> Option<(u64, u64, u64)> {
    let (span, length) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = span.split_once('-')?;
    let (first, last, length) = (first.parse().ok()?, last.parse().ok()?, length.parse().ok()?);
    (first <= last && last < length).then_some((first, last, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_part_is_read() {
        assert_eq!(content_range("bytes 0-99/1000"), Some((0, 99, 1000)));
        for wrong in
            ["bytes */1000", "bytes 0-99/*", "bytes 99-0/1000", "bytes 0-1000/1000", "items 0-9/10", ""]
        {
            assert_eq!(content_range(wrong), None, "{wrong}");
        }
    }
}
