//! A string in a key.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// What fits beside the length without making a segment larger.
const SHORT: usize = 22;

/// A string that is kept in place if it is short, as names and words in keys are: making, cloning and comparing it then
/// takes no allocation and follows no pointer.
///
/// ```
/// use requery::KeyText;
///
/// let text = KeyText::from("todos");
/// assert_eq!(&*text, "todos");
/// assert!(text < KeyText::from("users"));
/// ```
#[derive(Clone)]
pub struct KeyText(Kept);

#[derive(Clone)]
enum Kept {
    Short { len: u8, bytes: [u8; SHORT] },
    Long(Arc<str>),
}

impl KeyText {
    fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Kept::Short { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Kept::Long(text) => text.as_bytes(),
        }
    }
}

impl From<&str> for KeyText {
    fn from(text: &str) -> Self {
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(text.as_bytes());
                Self(Kept::Short { len, bytes })
            }
            _ => Self(Kept::Long(text.into())),
        }
    }
}

impl From<String> for KeyText {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl Deref for KeyText {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            // It was a string when it was copied here.
            Kept::Short { .. } => std::str::from_utf8(self.as_bytes()).unwrap_or_default(),
            Kept::Long(text) => text,
        }
    }
}

impl PartialEq for KeyText {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            // What is behind the end is zero on both sides.
            (Kept::Short { len, bytes }, Kept::Short { len: of_other, bytes: other }) => {
                len == of_other && bytes == other
            }
            (Kept::Long(text), Kept::Long(other)) => text == other,
            // A short one is kept in place, always.
            _ => false,
        }
    }
}

impl Eq for KeyText {}

impl PartialOrd for KeyText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for KeyText {
    fn cmp(&self, other: &Self) -> Ordering {
        // The order of bytes is that of characters.
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for KeyText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let bytes = self.as_bytes();
        state.write(bytes);
        // No two strings are one behind the other what two others are.
        state.write_u8(0xff);
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn short_and_long_ones_read_alike() {
        let hasher = foldhash::fast::FixedState::default();
        for text in [
            "",
            "a",
            "Käsekuchen",
            "exactly 22 bytes long.",
            "twenty-three bytes long",
            "ö".repeat(40).as_str(),
        ] {
            let (kept, again) = (KeyText::from(text), KeyText::from(text.to_owned()));
            assert_eq!((&*kept, &kept), (text, &again));
            assert_eq!(hasher.hash_one(&kept), hasher.hash_one(&again));
        }
        assert_eq!((size_of::<KeyText>(), size_of::<crate::KeyValue>()), (24, 24));
    }

    #[test]
    fn they_are_ordered_as_strings_are() {
        let mut texts =
            ["b", "a very long text that is not kept in place", "", "ab", "é", "z"].map(KeyText::from);
        texts.sort();
        let sorted: Vec<&str> = texts.iter().map(|text| &**text).collect();
        assert_eq!(sorted, ["", "a very long text that is not kept in place", "ab", "b", "z", "é"]);
        assert_ne!(KeyText::from("ab"), KeyText::from("ab\0"));
    }
}
