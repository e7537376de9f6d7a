//! Answers kept on disk, so that no service is asked twice for the same within days, and a search that was killed goes
//! on without asking again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::text::digest;

/// How long an answer is believed.
const MAX_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The most bytes that are kept.
const MOST_BYTES: u64 = 512 * 1024 * 1024;
/// Ending of the files.
const ENDING: &str = "answer";

/// A folder of answers, bounded in age and size. Processes may share it.
#[derive(Clone, Debug)]
pub struct AnswerCache {
    folder: PathBuf,
    max_age: Duration,
    most_bytes: u64,
}

impl AnswerCache {
    /// Answers in that folder, which is made when the first one comes: for seven days, and at most 512 MiB.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), max_age: MAX_AGE, most_bytes: MOST_BYTES }
    }

    /// The same with other bounds.
    #[must_use]
    pub fn bounded(self, max_age: Duration, most_bytes: u64) -> Self {
        Self { max_age, most_bytes, ..self }
    }

    /// The answer to that question, if one is kept and is not too old.
    pub(crate) fn get(&self, question: &str) -> Option<Vec<u8>> {
        let path = self.path(question);
        let changed = fs::metadata(&path).and_then(|metadata| metadata.modified()).ok()?;
        if age(changed) > self.max_age {
            return None;
        }
        let kept = zstd::decode_all(fs::File::open(path).ok()?).ok()?;
        // Two questions may have one digest.
        kept.strip_prefix(question.as_bytes())?.strip_prefix(b"\n").map(<[u8]>::to_vec)
    }

    /// Keeps an answer. That it cannot be kept is no reason to do without it, and is logged.
    pub(crate) fn put(&self, question: &str, answer: &[u8]) {
        if let Err(error) = self.write(question, answer).and_then(|()| self.prune()) {
            tracing::warn!(%error, folder = %self.folder.display(), "failed to keep an answer");
        }
    }

    fn write(&self, question: &str, answer: &[u8]) -> io::Result<()> {
        static WRITTEN: AtomicU64 = AtomicU64::new(0);
        fs::create_dir_all(&self.folder)?;
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let unfinished = self.folder.join(format!("{}-{number}.part", std::process::id()));
        let content = zstd::encode_all([question.as_bytes(), b"\n", answer].concat().as_slice(), 1)?;
        fs::write(&unfinished, content)?;
        // Whoever reads meanwhile sees the answer before or the one after, and never a part.
        fs::rename(&unfinished, self.path(question))
    }

    /// Removes what is too old, then the oldest until the rest fits.
    fn prune(&self) -> io::Result<()> {
        let mut kept = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            // Another process may have removed it meanwhile.
            let Ok(metadata) = fs::metadata(&path) else { continue };
            kept.push((metadata.modified()?, metadata.len(), path));
        }
        kept.sort();
        let mut total: u64 = kept.iter().map(|(_, length, _)| length).sum();
        for (changed, length, path) in kept {
            if age(changed) <= self.max_age && total <= self.most_bytes {
                break;
            }
            remove(&path)?;
            total -= length;
        }
        Ok(())
    }

    fn path(&self, question: &str) -> PathBuf {
        self.folder.join(format!("{:016x}.{ENDING}", digest([question])))
    }
}

/// How old something is; nothing is younger than new, whatever the clocks say.
fn age(changed: SystemTime) -> Duration {
    SystemTime::now().duration_since(changed).unwrap_or_default()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn cache(most_bytes: u64) -> (tempfile::TempDir, AnswerCache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = AnswerCache::new(folder.path().join("answers")).bounded(7 * DAY, most_bytes);
        (folder, cache)
    }

    fn grow_old(cache: &AnswerCache, question: &str, by: Duration) {
        let file = fs::File::options().write(true).open(cache.path(question)).unwrap();
        file.set_modified(SystemTime::now() - by).unwrap();
    }

    #[test]
    fn an_answer_is_kept_for_its_question_alone() {
        let (_folder, cache) = cache(1 << 20);
        assert_eq!(cache.get("where"), None);
        cache.put("where", b"here\n");
        cache.put("where", b"there\n");
        assert_eq!(cache.get("where").as_deref(), Some(b"there\n".as_slice()));
        assert_eq!(cache.get("whe"), None);
        fs::copy(cache.path("where"), cache.path("who")).unwrap();
        assert_eq!(cache.get("who"), None, "a digest is not proof enough");
    }

    #[test]
    fn old_answers_are_not_believed_and_go() {
        let (_folder, cache) = cache(1 << 20);
        cache.put("old", b"1");
        grow_old(&cache, "old", 8 * DAY);
        assert_eq!(cache.get("old"), None);
        cache.put("new", b"2");
        assert!(!cache.path("old").exists() && cache.path("new").exists());
    }

    #[test]
    fn the_oldest_make_room() {
        let (_folder, cache) = cache(100);
        for (question, days) in [("a", 3), ("b", 2), ("c", 1)] {
            cache.put(question, &[days; 20]);
            grow_old(&cache, question, DAY * u32::from(days));
        }
        let noise: Vec<u8> = (0..60_u32).map(|n| (n * n % 251) as u8).collect();
        cache.put("d", &noise);
        assert!(cache.get("d").is_some(), "the newest stays");
        assert_eq!(cache.get("a"), None);
    }

    #[test]
    fn a_damaged_answer_is_none() {
        let (_folder, cache) = cache(1 << 20);
        cache.put("where", b"here");
        fs::write(cache.path("where"), b"\0\0\0").unwrap();
        assert_eq!(cache.get("where"), None);
    }
}
