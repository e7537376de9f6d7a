//! The string that [`view!`](crate::view) makes of what it knows at compile time: marks, each with text behind it.

/// An element begins; its tag.
const OPEN: u8 = 1;
/// The element ends.
const CLOSE: u8 = 2;
/// `name=value`, of the element that began last.
const ATTRIBUTE: u8 = 3;
/// Text.
const TEXT: u8 = 4;
/// The next slot's node.
const CHILD: u8 = 5;
/// What the next slot binds to the element that began last: the name of an attribute, `class:`, `prop:`, `style:` or
/// `on:` with a name, or `node_ref`.
const BOUND: u8 = 6;

/// One mark with its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Open(&'static str),
    Close,
    Attribute(&'static str, &'static str),
    Text(&'static str),
    Child,
    Bound(&'static str),
}

/// Reads a blueprint from its begin to its end.
#[derive(Clone, Debug)]
pub(crate) struct Steps(&'static str);

impl Steps {
    pub(crate) fn of(blueprint: &'static str) -> Self {
        Self(blueprint)
    }
}

impl Iterator for Steps {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let mark = *self.0.as_bytes().first()?;
        let rest = self.0.get(1..)?;
        let end = rest.bytes().position(|byte| byte <= BOUND).unwrap_or(rest.len());
        let (text, rest) = rest.split_at(end);
        self.0 = rest;
        Some(match mark {
            OPEN => Step::Open(text),
            CLOSE => Step::Close,
            ATTRIBUTE => {
                let (name, value) = text.split_once('=').unwrap_or((text, ""));
                Step::Attribute(name, value)
            }
            TEXT => Step::Text(text),
            CHILD => Step::Child,
            _ => Step::Bound(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_in_their_order() {
        let steps: Vec<_> = Steps::of("\u{1}a\u{3}href=/?a=b\u{6}class:on\u{5}\u{4}Über\u{2}").collect();
        let attribute = Step::Attribute("href", "/?a=b");
        let bound = Step::Bound("class:on");
        assert_eq!(steps, [Step::Open("a"), attribute, bound, Step::Child, Step::Text("Über"), Step::Close]);
    }

    #[test]
    fn an_attribute_may_be_empty() {
        assert_eq!(Steps::of("\u{3}hidden=").next(), Some(Step::Attribute("hidden", "")));
    }
}
