//! Events as they are written to a WebSocket, made once for all sockets.

use bytes::{Bytes, BytesMut};
use serde::Serialize;

/// A text message, whole, from a server (which masks nothing).
const TEXT: u8 = 0x81;
/// Lengths above which a frame's header has two, and eight, bytes more (RFC 6455, 5.2).
const SHORT: usize = 125;
const MEDIUM: usize = 0xffff;

/// Events for sockets of the default namespace, in their order, encoded once however many sockets they go to. Clones
/// share the text.
///
/// ```
/// use serde_json::json;
/// use socketio_server::Batch;
///
/// let mut batch = Batch::builder();
/// batch.event("news", &json!({ "id": 7 }))?;
/// batch.event("news", &json!({ "id": 8 }))?;
/// let batch = batch.build();
/// assert_eq!(batch.len(), 2);
/// assert_eq!(batch.skip(1).len(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Frames of RFC 6455, one behind the other, each an Engine.IO packet.
    frames: Bytes,
    len: usize,
}

impl Batch {
    /// Begins a batch.
    #[must_use]
    pub fn builder() -> BatchBuilder {
        BatchBuilder::default()
    }

    /// One event.
    ///
    /// # Errors
    /// When `data` has no JSON form.
    pub fn event<T: Serialize + ?Sized>(name: &str, data: &T) -> Result<Self, serde_json::Error> {
        let mut batch = Self::builder();
        batch.event(name, data)?;
        Ok(batch.build())
    }

    /// Number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no event.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Without the first so many events. Shares what remains.
    #[must_use]
    pub fn skip(&self, events: usize) -> Self {
        let skipped = events.min(self.len);
        let from = self.lengths().take(skipped).sum::<usize>();
        Self { frames: self.frames.slice(from..), len: self.len - skipped }
    }

    /// At most the first so many events. Shares them.
    #[must_use]
    pub fn take(&self, events: usize) -> Self {
        let len = events.min(self.len);
        let until = self.lengths().take(len).sum::<usize>();
        Self { frames: self.frames.slice(..until), len }
    }

    /// These batches as one. The text is copied, unless there is one batch only.
    #[must_use]
    pub fn concat(batches: &[Self]) -> Self {
        if let [one] = batches {
            return one.clone();
        }
        let mut frames = BytesMut::with_capacity(batches.iter().map(|batch| batch.frames.len()).sum());
        for batch in batches {
            frames.extend_from_slice(&batch.frames);
        }
        Self { frames: frames.freeze(), len: batches.iter().map(Self::len).sum() }
    }

    /// The events for which `keep` answers true, by their positions from 0 on. The text is copied.
    #[must_use]
    pub fn select(&self, mut keep: impl FnMut(usize) -> bool) -> Self {
        let mut kept = BytesMut::new();
        let (mut at, mut len) = (0, 0);
        for (index, length) in self.lengths().enumerate() {
            if keep(index) {
                kept.extend_from_slice(&self.frames[at..at + length]);
                len += 1;
            }
            at += length;
        }
        Self { frames: kept.freeze(), len }
    }

    /// An Engine.IO packet by itself.
    pub(crate) fn packet(text: &str) -> Self {
        let mut batch = BatchBuilder::default();
        batch.push(text);
        batch.build()
    }

    pub(crate) fn frames(&self) -> &Bytes {
        &self.frames
    }

    /// The Engine.IO packets.
    pub(crate) fn packets(&self) -> impl Iterator<Item = &[u8]> {
        let mut at = 0;
        self.lengths().map(move |length| {
            let frame = &self.frames[at..at + length];
            at += length;
            &frame[header(frame).0..]
        })
    }

    /// Lengths of the frames, headers included.
    fn lengths(&self) -> impl Iterator<Item = usize> {
        let mut rest = &self.frames[..];
        std::iter::from_fn(move || {
            let length =
                (!rest.is_empty()).then(|| header(rest)).map(|(header, content)| header + content)?;
            rest = &rest[length..];
            Some(length)
        })
    }
}

/// Lengths of the first frame's header and content. The frames are our own: they are whole.
fn header(frames: &[u8]) -> (usize, usize) {
    match frames {
        [_, 126, a, b, ..] => (4, usize::from(u16::from_be_bytes([*a, *b]))),
        [_, 127, a, b, c, d, e, f, g, h, ..] => {
            let length = u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
            (10, usize::try_from(length).unwrap_or(usize::MAX))
        }
        [_, length, ..] => (2, usize::from(*length)),
        _ => (frames.len(), 0),
    }
}

/// Makes a [`Batch`].
#[derive(Debug, Default)]
pub struct BatchBuilder {
    frames: BytesMut,
    len: usize,
    text: Vec<u8>,
}

impl BatchBuilder {
    /// Adds an event with one argument.
    ///
    /// # Errors
    /// When `data` has no JSON form. The batch is as before then.
    pub fn event<T: Serialize + ?Sized>(&mut self, name: &str, data: &T) -> Result<(), serde_json::Error> {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        text.extend_from_slice(b"42");
        let encoded = serde_json::to_writer(&mut text, &(name, data));
        if encoded.is_ok() {
            self.push_bytes(&text);
        }
        self.text = text;
        encoded
    }

    /// The batch.
    #[must_use]
    pub fn build(self) -> Batch {
        Batch { frames: self.frames.freeze(), len: self.len }
    }

    fn push(&mut self, text: &str) {
        self.push_bytes(text.as_bytes());
    }

    fn push_bytes(&mut self, text: &[u8]) {
        self.frames.extend_from_slice(&[TEXT]);
        match text.len() {
            // A mask's bit would be above these.
            length @ ..=SHORT => self.frames.extend_from_slice(&(length as u64).to_be_bytes()[7..]),
            length @ ..=MEDIUM => {
                self.frames.extend_from_slice(&[126]);
                self.frames.extend_from_slice(&(length as u64).to_be_bytes()[6..]);
            }
            length => {
                self.frames.extend_from_slice(&[127]);
                self.frames.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        self.frames.extend_from_slice(text);
        self.len += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(batch: &Batch) -> Vec<String> {
        batch.packets().map(|packet| String::from_utf8_lossy(packet).into_owned()).collect()
    }

    #[test]
    fn packets_of_every_length_are_found_again() {
        let mut builder = Batch::builder();
        let lengths = [0, 1, 100, 116, 117, 118, 119, 120, 65_500, 65_526, 65_527, 65_528, 70_000];
        for length in lengths {
            builder.event("a", &"x".repeat(length)).unwrap();
        }
        let batch = builder.build();
        let expected: Vec<String> =
            lengths.iter().map(|length| format!(r#"42["a","{}"]"#, "x".repeat(*length))).collect();
        assert_eq!(batch.len(), lengths.len());
        assert_eq!(texts(&batch), expected);
        for skipped in 0..=lengths.len() + 1 {
            assert_eq!(texts(&batch.skip(skipped)), expected[skipped.min(lengths.len())..]);
            assert_eq!(texts(&batch.take(skipped)), expected[..skipped.min(lengths.len())]);
        }
    }

    #[test]
    fn batches_are_put_together_in_their_order() {
        let [one, two, three] = ["1", "2", "3"].map(|name| Batch::event(name, &()).unwrap());
        let all = Batch::concat(&[one.clone(), two, three]);
        assert_eq!(texts(&all), [r#"42["1",null]"#, r#"42["2",null]"#, r#"42["3",null]"#]);
        assert_eq!(all.len(), 3);
        assert_eq!(Batch::concat(std::slice::from_ref(&one)), one);
        assert!(Batch::concat(&[]).is_empty());
    }

    #[test]
    fn events_are_selected_by_their_positions() {
        let all = Batch::concat(&["0", "1", "2", "3"].map(|name| Batch::event(name, &()).unwrap()));
        let odd = all.select(|index| index % 2 == 1);
        assert_eq!(texts(&odd), [r#"42["1",null]"#, r#"42["3",null]"#]);
        assert_eq!(odd.len(), 2);
        assert_eq!(all.select(|_| true), all);
    }

    #[test]
    fn what_has_no_json_form_changes_nothing() {
        let mut builder = Batch::builder();
        builder.event("good", &1).unwrap();
        let no_json = std::collections::BTreeMap::from([(vec![1], 1)]);
        builder.event("bad", &no_json).unwrap_err();
        builder.event("good", &2).unwrap();
        assert_eq!(texts(&builder.build()), [r#"42["good",1]"#, r#"42["good",2]"#]);
    }
}
