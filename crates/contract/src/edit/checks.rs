//! Rules that the fields of people's writing keep.

use std::ops::RangeInclusive;

use super::{Change, MAX_TAG_LENGTH, MAX_TAGS};
use crate::FieldError;

/// What a text may look like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    line_breaks: bool,
}

/// One line.
pub(super) const LINE: Form = Form { line_breaks: false };
/// Several lines.
pub(super) const NOTE: Form = Form { line_breaks: true };

/// Gathers what is wrong.
#[derive(Debug, Default)]
pub(super) struct Checks(Vec<FieldError>);

impl Checks {
    pub(super) fn rule(&mut self, broken: bool, field: &str, code: &str, message: &str) {
        if broken {
            self.0.push(FieldError::new(field, code, message));
        }
    }

    pub(super) fn text(&mut self, field: &str, value: &Change<String>, most: usize, form: Form) {
        let Change::Set(text) = value else { return };
        self.rule(text.trim().is_empty(), field, "empty", "give a text, or null to clear it");
        if text.chars().count() > most {
            self.0.push(FieldError::new(field, "range", format!("give at most {most} characters")));
        }
        let strange = |c: char| c.is_control() && !(form.line_breaks && matches!(c, '\n' | '\r' | '\t'));
        self.rule(text.contains(strange), field, "format", "leave out control characters");
    }

    pub(super) fn range<T: PartialOrd>(
        &mut self,
        field: &str,
        value: &Change<T>,
        range: RangeInclusive<T>,
        message: &str,
    ) {
        let broken = value.value().is_some_and(|value| !range.contains(value));
        self.rule(broken, field, "range", message);
    }

    pub(super) fn tags(&mut self, field: &str, tags: &[String]) {
        self.rule(tags.len() > MAX_TAGS, field, "range", "give at most 50 tags");
        self.rule(tags.iter().any(|tag| tag.trim().is_empty()), field, "empty", "leave out empty tags");
        let long = tags.iter().any(|tag| tag.chars().count() > MAX_TAG_LENGTH);
        self.rule(long, field, "range", "give tags of at most 50 characters");
        let strange = tags.iter().any(|tag| tag.contains(char::is_control));
        self.rule(strange, field, "format", "leave out control characters");
    }

    pub(super) fn done(self) -> Result<(), Vec<FieldError>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}
