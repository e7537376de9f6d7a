//! What happened, as lines; the twin of `reference/log.mjs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Lines of one subject keep their order; those of different subjects are not ordered. Clones are the same log.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    lines: Vec<String>,
    pending: BTreeMap<String, Vec<String>>,
    shown: BTreeMap<String, String>,
    /// What subjects were told last, at one moment after the other.
    last: Vec<(String, String, String)>,
    told: BTreeMap<String, String>,
}

impl Log {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn line(&self, text: String) {
        self.lock().lines.push(text);
    }

    /// Something that happened to a subject since the last flush.
    pub(super) fn add(&self, subject: impl Display, text: impl Into<String>) {
        self.lock().pending.entry(subject.to_string()).or_default().push(text.into());
    }

    /// Like `add`, for what is told in several steps in the reference and at once here: the last of each moment, if it is
    /// news.
    pub(super) fn last(&self, subject: &str, at: String, text: String) {
        let mut inner = self.lock();
        match inner.last.iter_mut().find(|(known, then, _)| known == subject && *then == at) {
            Some(known) => known.2 = text,
            None => inner.last.push((subject.to_owned(), at, text)),
        }
    }

    /// What is no news to a subject.
    pub(super) fn know(&self, subject: &str, text: String) {
        self.lock().told.insert(subject.to_owned(), text);
    }

    pub(super) fn flush(&self) {
        let mut inner = self.lock();
        for (subject, _, text) in std::mem::take(&mut inner.last) {
            if inner.told.get(&subject) != Some(&text) {
                inner.pending.entry(subject.clone()).or_default().push(text.clone());
            }
            inner.told.insert(subject, text);
        }
        for (subject, texts) in std::mem::take(&mut inner.pending) {
            inner.lines.extend(texts.iter().map(|text| format!("{subject}: {text}")));
        }
    }

    /// What a subject looks like now; written down when it changed.
    pub(super) fn show(&self, subject: String, text: String) {
        let mut inner = self.lock();
        if inner.shown.get(&subject) != Some(&text) {
            inner.lines.push(format!("{subject} = {text}"));
            inner.shown.insert(subject, text);
        }
    }

    /// Subjects with this prefix that are gone.
    pub(super) fn keep(&self, prefix: &str, subjects: &BTreeSet<String>) {
        let mut inner = self.lock();
        let is_gone = |subject: &&String| subject.starts_with(prefix) && !subjects.contains(*subject);
        let gone: Vec<String> = inner.shown.keys().filter(is_gone).cloned().collect();
        for subject in gone {
            inner.shown.remove(&subject);
            inner.lines.push(format!("{subject} is gone"));
        }
    }

    pub(super) fn take_lines(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().lines)
    }
}
