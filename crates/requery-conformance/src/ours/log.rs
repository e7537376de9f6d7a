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

    pub(super) fn flush(&self) {
        let mut inner = self.lock();
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
