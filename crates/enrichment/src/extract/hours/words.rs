//! The words of opening hours.

/// A word of opening hours, or anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A day of the week, Monday is 0.
    Day(usize),
    /// Several days: from, to.
    Days(usize, usize),
    /// Minutes since midnight where that is certain, else as on a clock of twelve hours.
    Time {
        minutes: u32,
        certain: bool,
        bare: bool,
    },
    /// `to`, a dash.
    To,
    /// `and`, a comma.
    And,
    Closed,
    AllDay,
    /// Words that stand between: `from`, a colon, a time zone.
    Filler,
    Other,
}

const DAYS: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The words of a text, in order.
pub(super) fn words(text: &str) -> Vec<Word> {
    let lower = text.to_lowercase();
    let mut found = Vec::new();
    let mut rest = lower.as_str();
    while let Some(first) = rest.chars().next() {
        let (word, length) = if first.is_ascii_digit() {
            time(rest)
        } else if first.is_alphabetic() {
            let length = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            (alphabetic(&rest[..length], &rest[length..]), length)
        } else {
            let word = match first {
                '-' | '–' | '—' | '‑' => Some(Word::To),
                ',' | '&' | '/' | '+' => Some(Word::And),
                _ => None,
            };
            (word.unwrap_or(Word::Filler), first.len_utf8())
        };
        if !(word == Word::Filler && found.last() == Some(&Word::Filler)) {
            found.push(word);
        }
        rest = &rest[length..];
    }
    found
}

fn alphabetic(word: &str, after: &str) -> Word {
    if let Some(day) = day(word) {
        return Word::Day(day);
    }
    match word {
        "to" | "thru" | "through" | "until" | "till" | "til" => Word::To,
        "and" => Word::And,
        "closed" => Word::Closed,
        "noon" => Word::Time { minutes: 12 * 60, certain: true, bare: false },
        "midnight" => Word::Time { minutes: 24 * 60, certain: true, bare: false },
        "daily" | "everyday" => Word::Days(0, 6),
        "weekdays" | "weekday" => Word::Days(0, 4),
        "weekends" | "weekend" => Word::Days(5, 6),
        "every" if after.trim_start().starts_with("day") => Word::Days(0, 6),
        "from" | "open" | "hours" | "am" | "pm" | "a" | "p" | "m" | "est" | "et" | "cst" | "ct" | "mst"
        | "mt" | "pst" | "pt" | "edt" | "cdt" | "mdt" | "pdt" | "eastern" | "central" | "mountain"
        | "pacific" | "time" | "standard" | "day" | "days" | "the" | "of" | "at" | "on" | "is" | "are"
        | "we" | "our" | "business" | "office" | "store" | "between" => Word::Filler,
        _ => Word::Other,
    }
}

/// The day that a word names: whole, or its first letters.
fn day(word: &str) -> Option<usize> {
    let singular = word.strip_suffix('s').filter(|word| word.ends_with("day")).unwrap_or(word);
    let short = match word {
        "m" | "mo" => Some(0),
        "tu" | "tues" => Some(1),
        "w" | "we" | "weds" => Some(2),
        "th" | "thu" | "thur" | "thurs" => Some(3),
        "f" | "fr" => Some(4),
        "sa" => Some(5),
        "su" => Some(6),
        _ => None,
    };
    // "we" alone is a word; so are "m" and "f" but beside other days.
    let short = short.filter(|_| word != "we");
    short.or_else(|| {
        DAYS.iter().position(|name| *name == singular || (word.len() == 3 && name.starts_with(word)))
    })
}

/// A time at the start of the text: `9`, `9:30`, `9.30 a.m.`, `0930`, `24 hours`.
fn time(text: &str) -> (Word, usize) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u32 = text[..digits].parse().unwrap_or(u32::MAX);
    let (mut end, mut hours, mut minutes, mut bare) = (digits, number, 0, true);
    let rest = &text[digits..];
    if digits == 4 {
        (hours, minutes, bare) = (number / 100, number % 100, false);
    } else if digits <= 2
        && let Some(after) = rest.strip_prefix([':', '.'])
        && after.bytes().take_while(u8::is_ascii_digit).count() == 2
    {
        minutes = after[..2].parse().unwrap_or(u32::MAX);
        end += 3;
        bare = false;
    }
    if digits <= 2 && bare && (rest.starts_with('/') || rest.trim_start().starts_with("hour")) && number == 24
    {
        let seven = rest.starts_with("/7") || rest.starts_with(" / 7");
        let length = if seven { 2 } else { 0 };
        return (Word::AllDay, digits + length);
    }
    if digits <= 2 && bare && number == 7 && rest.trim_start().starts_with("days") {
        return (Word::Days(0, 6), digits);
    }
    let tail = &text[end..];
    let compact: String = tail.chars().take(6).filter(|c| !matches!(c, ' ' | '.')).take(2).collect();
    let half = match &*compact {
        "am" => Some(0),
        "pm" => Some(12),
        _ if compact.starts_with('a') && !tail.trim_start()[1..].starts_with(char::is_alphabetic) => Some(0),
        _ if compact.starts_with('p') && !tail.trim_start()[1..].starts_with(char::is_alphabetic) => Some(12),
        _ => None,
    };
    if let Some(half) = half {
        end += length_of_half(tail);
        if hours == 0 || hours > 12 || minutes > 59 {
            return (Word::Other, end);
        }
        return (Word::Time { minutes: (hours % 12 + half) * 60 + minutes, certain: true, bare: false }, end);
    }
    if hours > 24 || minutes > 59 || digits > 4 || digits == 3 {
        return (Word::Other, end);
    }
    let certain = hours > 12 || hours == 0 || (digits == 4 && number < 2000);
    (Word::Time { minutes: hours * 60 + minutes, certain, bare }, end)
}

/// The length of `am`, `p.m.`, `a` and their like, with the blanks before.
fn length_of_half(text: &str) -> usize {
    let half = text.trim_start_matches([' ', '.']);
    let after = half.get(1..).unwrap_or_default();
    let rest = after.trim_start_matches([' ', '.']);
    let end = if rest.starts_with('m') && after.len() - rest.len() <= 2 { &rest[1..] } else { after };
    text.len() - end.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_form() {
        let check = |text: &str, expect: u32| match words(text)[0] {
            Word::Time { minutes, .. } => assert_eq!(minutes, expect, "{text}"),
            other => panic!("{text}: {other:?}"),
        };
        check("9", 540);
        check("9am", 540);
        check("9:30 a.m.", 570);
        check("12 pm", 720);
        check("12am", 0);
        check("5:30p", 1050);
        check("17.30", 1050);
        check("0830", 510);
        check("noon", 720);
    }

    #[test]
    fn days_are_read_in_every_form() {
        let check = |text: &str, expect: Word| assert_eq!(words(text)[0], expect, "{text}");
        check("Mondays", Word::Day(0));
        check("Thurs.", Word::Day(3));
        check("sat", Word::Day(5));
        check("daily", Word::Days(0, 6));
        check("24/7", Word::AllDay);
        check("7 days a week", Word::Days(0, 6));
        check("satin", Word::Other);
    }
}
