//! Forms whose fields are kept as people typed them, beside what they were shown.

use contract::edit::Change;
#[cfg(any(feature = "ssr", test))]
use serde::{Serialize, de::DeserializeOwned};

#[cfg(any(feature = "ssr", test))]
/// A form that knows what it was filled in with when it was shown, so that only what a person changed is written.
pub trait TypedForm: Default + Serialize + DeserializeOwned {
    /// The form as it was shown, in JSON; empty in a form that was not shown yet.
    fn seen(&self) -> &str;

    /// Sets what [`TypedForm::seen`] answers.
    fn set_seen(&mut self, seen: String);

    /// The fields that people write.
    fn fields(&mut self) -> Vec<&mut String>;

    /// The form as it was shown; an empty one where that cannot be read.
    #[must_use]
    fn as_seen(&self) -> Self {
        serde_json::from_str(self.seen()).unwrap_or_default()
    }

    /// The form with itself as what was seen.
    #[must_use]
    fn shown(mut self) -> Self {
        self.set_seen(String::new());
        let seen = serde_json::to_string(&self).unwrap_or_default();
        self.set_seen(seen);
        self
    }

    /// The form as it would be filled in `now`, with what was changed since it was seen put on top.
    #[must_use]
    fn on_top_of(mut self, now: Self) -> Self {
        let mut seen = self.as_seen();
        let mut next = now.shown();
        for ((typed, seen), next) in self.fields().into_iter().zip(seen.fields()).zip(next.fields()) {
            rebase(typed, seen, next);
        }
        next
    }
}

/// Puts what was typed over a field that is filled in with `next`, if it was changed since it showed `seen`.
pub(crate) fn rebase(typed: &str, seen: &str, next: &mut String) {
    if change(typed, seen) != Change::Keep {
        typed.clone_into(next);
    }
}

/// What became of a field that showed `before`.
pub(crate) fn change(now: &str, before: &str) -> Change<String> {
    // A browser sends the line ends of a text in their long form.
    let now = now.replace("\r\n", "\n");
    match now.trim() {
        now if now == before.trim() => Change::Keep,
        "" => Change::Clear,
        now => Change::Set(now.to_owned()),
    }
}
