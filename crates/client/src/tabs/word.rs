//! What tabs tell one another, as text: a letter, numbers, and an event as the server wrote it.

use crate::Update;

/// How the stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Live,
    Lost,
    OutOfReach,
}

impl State {
    pub(super) fn update(self) -> Update {
        match self {
            Self::Live => Update::Live,
            Self::Lost => Update::Lost,
            Self::OutOfReach => Update::OutOfReach,
        }
    }
}

/// One thing that a tab tells the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word<'a> {
    /// Whoever leads: I have seen everything up to this event, and what now?
    Since(u64),
    /// An event, and the one that was seen before it.
    Event { before: u64, text: &'a str },
    /// Whoever has seen no more than `since`: what lies between that and `seq` is not to be had any more.
    Gone { since: u64, seq: u64 },
    /// The server does not have what lies before `seq`.
    Reset { seq: u64, is_another_log: bool },
    /// How the stream is, everything up to `seq` having been told.
    State { state: State, seq: u64 },
}

impl<'a> Word<'a> {
    pub(super) fn to_text(self) -> String {
        let (letter, number, rest) = match self {
            Self::Since(seq) => ("?", seq, String::new()),
            Self::Event { before, text } => ("e", before, text.to_owned()),
            Self::Gone { since, seq } => ("g", since, seq.to_string()),
            Self::Reset { seq, is_another_log: false } => ("r", seq, String::new()),
            Self::Reset { seq, is_another_log: true } => ("R", seq, String::new()),
            Self::State { state: State::Live, seq } => ("l", seq, String::new()),
            Self::State { state: State::Lost, seq } => ("x", seq, String::new()),
            Self::State { state: State::OutOfReach, seq } => ("o", seq, String::new()),
        };
        [letter, &number.to_string(), " ", &rest].concat()
    }

    /// Nothing for what another version of the page may say.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let (letter, rest) = text.split_at_checked(1)?;
        let (number, rest) = rest.split_once(' ')?;
        let seq = number.parse().ok()?;
        Some(match letter {
            "?" => Self::Since(seq),
            "e" => Self::Event { before: seq, text: rest },
            "g" => Self::Gone { since: seq, seq: rest.parse().ok()? },
            "r" => Self::Reset { seq, is_another_log: false },
            "R" => Self::Reset { seq, is_another_log: true },
            "l" => Self::State { state: State::Live, seq },
            "x" => Self::State { state: State::Lost, seq },
            "o" => Self::State { state: State::OutOfReach, seq },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_travel_as_text() {
        let states = [State::Live, State::Lost, State::OutOfReach].map(|state| Word::State { state, seq: 7 });
        let words = [
            Word::Since(0),
            Word::Event { before: u64::MAX, text: r#"{"a": "b c"}"# },
            Word::Gone { since: 3, seq: 9 },
            Word::Reset { seq: 4, is_another_log: false },
            Word::Reset { seq: 4, is_another_log: true },
        ];
        for word in words.into_iter().chain(states) {
            assert_eq!(Word::of(&word.to_text()), Some(word));
        }
    }

    #[test]
    fn what_nobody_says_is_nothing() {
        for text in ["", "l", "l7", "z7 ", "ä7 ", "l-1 ", "l18446744073709551616 ", "g1 x"] {
            assert_eq!(Word::of(text), None, "{text}");
        }
    }
}
