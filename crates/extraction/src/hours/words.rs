//! The words of opening hours.

use super::abroad::{self, Known};
use crate::language::Languages;

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

/// Every day, in several words.
const EVERY_DAY: &[&str] = &[
    "alla dagar",
    "elke dag",
    "jeden tag",
    "joka päivä",
    "todos los dias",
    "todos los días",
    "tous les jours",
    "tutti i giorni",
    "varje dag",
];

/// The words of a text, in order; `page` are the languages that it may be in beside English.
pub(super) fn words(text: &str, page: Languages) -> Vec<Word> {
    let lower = text.to_lowercase();
    let mut found = Vec::new();
    let mut known: Vec<Known> = Vec::new();
    let mut rest = lower.as_str();
    while let Some(first) = rest.chars().next() {
        let (word, length) = if first.is_ascii_digit() {
            time(rest)
        } else if first.is_alphabetic() {
            let length = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            let entries = abroad::entries(&rest[..length]);
            if !entries.is_empty() {
                known.push((found.len(), entries));
            }
            alphabetic(rest, length)
        } else {
            let word = match first {
                '-' | '–' | '—' | '‑' | '→' => Some(Word::To),
                ',' | '&' | '/' | '+' => Some(Word::And),
                _ => None,
            };
            (word.unwrap_or(Word::Filler), first.len_utf8())
        };
        let is_known = known.last().is_some_and(|(place, _)| *place == found.len());
        if is_known || !(word == Word::Filler && found.last() == Some(&Word::Filler)) {
            found.push(word);
        }
        rest = &rest[length..];
    }
    if !known.is_empty() {
        abroad::translate(&mut found, &known, page);
    }
    found
}

/// The word of that length at the start of the text, or several that mean one thing.
fn alphabetic(text: &str, length: usize) -> (Word, usize) {
    let (word, after) = text.split_at(length);
    // `maandag t/m vrijdag`: up to and with.
    if word == "t" && after.starts_with("/m") && !after[2..].starts_with(char::is_alphabetic) {
        return (Word::To, length + 2);
    }
    let every_day = EVERY_DAY.iter().find(|days| length >= 4 && text.starts_with(*days));
    every_day.map_or_else(|| (english(word, after), length), |days| (Word::Days(0, 6), days.len()))
}

fn english(word: &str, after: &str) -> Word {
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
        "we" if is_wednesday(after) => Word::Day(2),
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
    // "we" is a word; so are "m" and "f" but beside other days.
    let short = short.filter(|_| word != "we");
    short.or_else(|| {
        DAYS.iter().position(|name| *name == singular || (word.len() == 3 && name.starts_with(word)))
    })
}

/// Whether "we" is a day by what follows it: another day in a list, or a time in full.
fn is_wednesday(after: &str) -> bool {
    let after = after.trim_start();
    if let Some(next) = after.strip_prefix([',', '-', '–', '/', '&']) {
        let next = next.trim_start();
        return day(&next[..next.find(|c: char| !c.is_alphabetic()).unwrap_or(next.len())]).is_some();
    }
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    (1..=2).contains(&digits) && after[digits..].starts_with(':')
}

/// A time at the start of the text: `9`, `9:30`, `9.30 a.m.`, `9h30`, `0930`, `24 hours`.
fn time(text: &str) -> (Word, usize) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u32 = text[..digits].parse().unwrap_or(u32::MAX);
    let (mut end, mut hours, mut minutes, mut bare) = (digits, number, 0, true);
    let mut by_day = false;
    let rest = &text[digits..];
    if digits <= 2
        && let Some(length) = date(rest)
    {
        return (Word::Other, digits + length);
    }
    // `24h/24`, `7j/7`: around the clock, every day.
    if let (24, Some(_)) = (number, rest.strip_prefix("h/24").or_else(|| rest.strip_prefix("h sur 24"))) {
        return (Word::AllDay, digits + rest.find("24").unwrap_or_default() + 2);
    }
    if number == 7 && rest.starts_with("j/7") {
        return (Word::Days(0, 6), digits + 3);
    }
    if digits == 4 {
        (hours, minutes, bare) = (number / 100, number % 100, false);
    } else if digits <= 2
        && let Some(after) = rest.strip_prefix([':', '.'])
        && after.bytes().take_while(u8::is_ascii_digit).count() == 2
    {
        minutes = after[..2].parse().unwrap_or(u32::MAX);
        end += 3;
        bare = false;
    } else if digits <= 2
        && let Some((after, length)) = minutes_after_letter(rest)
    {
        (minutes, bare, by_day) = (after, false, true);
        end += length;
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
        _ if compact.starts_with('a') && is_to(tail) => None,
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
    let certain = by_day || hours > 12 || hours == 0 || (digits == 4 && number < 2000);
    (Word::Time { minutes: hours * 60 + minutes, certain, bare }, end)
}

/// The minutes of `9h30`, `9 h 30` and `9u30` after the hour, none of them in `9h`, and the length of what was read.
fn minutes_after_letter(rest: &str) -> Option<(u32, usize)> {
    let after = rest.trim_start_matches(' ').strip_prefix('h').or_else(|| rest.strip_prefix('u'))?;
    let figures = after.strip_prefix(' ').unwrap_or(after);
    if figures.bytes().take_while(u8::is_ascii_digit).count() == 2 {
        let behind = &figures[2..];
        // `9 h 12 h` are two hours.
        if !behind.trim_start_matches(' ').starts_with('h') {
            return Some((figures[..2].parse().ok()?, rest.len() - behind.len()));
        }
    }
    let ends = !after.starts_with(char::is_alphanumeric);
    ends.then_some((0, rest.len() - after.len()))
}

/// The length of the rest of `6.12.` or `6.12.2026` after its day; what may be a time is none.
fn date(rest: &str) -> Option<usize> {
    let count = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let month = rest.strip_prefix('.')?;
    let digits = count(month);
    let after = month.get(digits..)?.strip_prefix('.')?;
    let year = count(after);
    let in_year = (1..=12).contains(&month[..digits].parse().unwrap_or(0_u32));
    let certain = digits == 1 || (digits == 2 && matches!(year, 2 | 4));
    (in_year && certain).then_some(rest.len() - after.len() + year)
}

/// Whether an `a` at the start means "to" and not "before noon": `9 a 14`, `9 a las 14`.
fn is_to(tail: &str) -> bool {
    let after = tail.trim_start().strip_prefix("a ").unwrap_or_default().trim_start();
    after.starts_with(|c: char| c.is_ascii_digit()) || after.starts_with("las ")
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

    fn first(text: &str) -> Word {
        words(text, Languages::NONE)[0]
    }

    #[test]
    fn times_are_read_in_every_form() {
        let check = |text: &str, expect: u32| match first(text) {
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
        check("9h", 540);
        check("9h30", 570);
        check("9 h 30", 570);
        check("14u", 840);
        check("9u30", 570);
        check("9 a 14", 540);
    }

    #[test]
    fn days_are_read_in_every_form() {
        let check = |text: &str, expect: Word| assert_eq!(first(text), expect, "{text}");
        check("Mondays", Word::Day(0));
        check("Thurs.", Word::Day(3));
        check("sat", Word::Day(5));
        check("daily", Word::Days(0, 6));
        check("24/7", Word::AllDay);
        check("7 days a week", Word::Days(0, 6));
        check("satin", Word::Other);
        check("We, Th", Word::Day(2));
        check("we open", Word::Filler);
        check("24h/24", Word::AllDay);
        check("7j/7", Word::Days(0, 6));
        check("Todos los días", Word::Days(0, 6));
        check("Sunnuntaisin", Word::Day(6));
        check("Vardagar", Word::Days(0, 4));
        check("t/m vrijdag", Word::To);
        check("6.9. 9-5", Word::Other);
        check("06.12.2026", Word::Other);
    }

    #[test]
    fn short_forms_are_days_of_one_language() {
        let days = |text: &str, page: &str| {
            let page = page.split(' ').fold(Languages::NONE, |all, code| all.or(Languages::of_code(code)));
            let days = words(text, page).into_iter().filter_map(|word| match word {
                Word::Day(day) => Some(day),
                _ => None,
            });
            days.collect::<Vec<_>>()
        };
        let check =
            |text: &str, page: &str, expect: &[usize]| assert_eq!(days(text, page), expect, "{text} {page}");
        check("Ma-Pe 9-17", "", &[0, 4]);
        check("Ma-To 9-17", "fi sv", &[0, 3]);
        check("Ma-vr 9-17", "", &[0, 4]);
        check("Lu-Ve 9-17", "", &[0, 4]);
        check("Di-Do 9-17", "", &[1, 3]);
        check("Mi-Do 9-17", "de", &[2, 3]);
        // Wednesday to Thursday, or to Sunday.
        check("Mi-Do 9-17", "", &[]);
        // Tuesday to Sunday, or Monday to Tuesday.
        check("Ma-Di 9-17", "fr", &[1, 6]);
        check("Ma-Di 9-17", "nl", &[0, 1]);
        check("Ma-Di 9-17", "fr nl", &[]);
        check("La 10-15", "fi sv", &[5]);
        check("La 10-15", "", &[]);
        check("Lö 10-15", "fi sv", &[5]);
        check("On 10-15, to 10-18", "sv", &[2, 3]);
        check("So geschlossen", "", &[6]);
        check("Aperto, ma chiuso la domenica", "it", &[6]);
        check("open to 9, to 10", "", &[]);
        check("9 to 5 on request", "fi sv", &[]);
        check("me and so on", "fi sv", &[]);
    }
}
