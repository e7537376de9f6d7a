//! Word lists, as in the crate's `data` folder: one kind a line, a tab, then words apart by blanks.

use std::collections::{HashMap, HashSet};

/// Words by kind.
///
/// ```
/// let lists = extraction::Lists::parse("# What businesses call themselves\nend\tltd inc");
/// assert!(lists.has("end", "ltd"));
/// ```
#[derive(Debug)]
pub struct Lists(HashMap<&'static str, HashSet<&'static str>>);

impl Lists {
    /// Reads a list; lines that start with `#` say what it is.
    #[must_use]
    pub fn parse(text: &'static str) -> Self {
        let mut lists: HashMap<_, HashSet<_>> = HashMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((kind, words)) = line.split_once('\t') {
                lists.entry(kind).or_default().extend(words.split(' ').filter(|word| !word.is_empty()));
            }
        }
        Self(lists)
    }

    /// The words of a kind, in no order.
    pub fn words(&self, kind: &str) -> impl Iterator<Item = &'static str> {
        self.0.get(kind).into_iter().flatten().copied()
    }

    /// Whether the word is of that kind.
    #[must_use]
    pub fn has(&self, kind: &str, word: &str) -> bool {
        self.0.get(kind).is_some_and(|words| words.contains(word))
    }
}
