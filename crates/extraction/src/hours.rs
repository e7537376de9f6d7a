//! Opening hours, from text and structured data to OpenStreetMap's `opening_hours` syntax.

mod abroad;
mod words;

use self::words::{Word, words};
use super::Context;
use super::findings::{Hours, Method};
use crate::language::Languages;

/// Opening and closing, in minutes since midnight; of a closed day there is none.
type Span = Option<(u32, u32)>;
/// For each day of the week what is known; Monday first.
type Week = [Option<Vec<Span>>; 7];

/// Lines that may belong to one table of hours.
const MAX_LINES: usize = 16;
/// The longest line that says no more than on which days somebody is closed.
const MAX_CLOSED: usize = 64;
/// The longest text of structured data that is read as hours.
const MAX_TEXT: usize = 4_000;

/// The hours that the visible text tells most of.
pub(super) fn findings(context: &Context<'_>) -> Option<Hours> {
    let mut best: Option<(usize, String, String)> = None;
    let mut block: Vec<&str> = Vec::new();
    for (_, line) in context.document.text.lines().chain([(0, "")]) {
        if is_of_hours(line, context.languages) && block.len() < MAX_LINES {
            block.push(line);
            continue;
        }
        if !block.is_empty() {
            let text = block.join("\n");
            if let Some(week) = week_of(&text, context.languages) {
                let days = week.iter().flatten().count();
                if best.as_ref().is_none_or(|(most, ..)| days > *most) {
                    best = Some((days, rendered(&week), text));
                }
            }
            block.clear();
        }
    }
    let (days, value, snippet) = best?;
    let confidence = if days >= 5 { 0.85 } else { 0.6 };
    Some(Hours { opening_hours: context.finding(value, &snippet, Method::Text, confidence) })
}

/// Whether a line may be one of a table of hours: it names days or times and is not a story.
fn is_of_hours(line: &str, languages: Languages) -> bool {
    // Days and times have a letter or digit in common that most lines lack; the rest is looked at closely.
    if line.len() > 400
        || !(line.bytes().any(|byte| byte.is_ascii_digit() || matches!(byte, b'y' | b'Y' | b'-'))
            || (line.len() <= MAX_CLOSED && abroad::says_closed(line)))
    {
        return false;
    }
    let words = words(line, languages);
    let days = words.iter().any(|word| matches!(word, Word::Day(_) | Word::Days(..) | Word::AllDay));
    let range = words.windows(2).any(|pair| matches!(pair, [Word::Time { .. }, Word::To | Word::Filler]));
    let short = words.iter().filter(|word| **word == Word::Other).count() <= 4;
    days && (range || short) || (range && short && line.len() < 48)
}

/// The hours that a text tells, in `opening_hours` syntax.
pub(super) fn of_text(text: &str) -> Option<String> {
    let text = &text[..text.floor_char_boundary(MAX_TEXT)];
    week_of(text, Languages::NONE).map(|week| rendered(&week))
}

fn week_of(text: &str, languages: Languages) -> Option<Week> {
    let words = words(text, languages);
    let words: Vec<Word> = words.into_iter().filter(|word| *word != Word::Filler).collect();
    let first_day = words.iter().position(|word| matches!(word, Word::Day(_) | Word::Days(..)));
    let first_time =
        words.iter().position(|word| matches!(word, Word::Time { bare: false, .. } | Word::Closed));
    let mut reader = Reader { words: &words, at: 0, week: Week::default() };
    match (first_day, first_time) {
        (Some(day), Some(time)) if time < day => reader.times_first(),
        (Some(_), _) => reader.days_first(),
        (None, _) => {}
    }
    if words.contains(&Word::AllDay) && (first_day.is_some() && first_time.is_none()) {
        return Some(std::array::from_fn(|_| Some(vec![Some((0, 24 * 60))])));
    }
    let opens = reader.week.iter().flatten().flatten().any(Option::is_some);
    opens.then_some(reader.week)
}

struct Reader<'a> {
    words: &'a [Word],
    at: usize,
    week: Week,
}

impl Reader<'_> {
    /// `Monday to Friday 9 to 5, Saturday 10 to 2`.
    fn days_first(&mut self) {
        while self.at < self.words.len() {
            let Some(days) = self.days() else {
                self.at += 1;
                continue;
            };
            // A few words may stand between: `Monday: the office is open from 9`.
            let limit = self.at + 3;
            let mut spans = self.spans();
            while spans.is_empty() && self.at < limit && matches!(self.words.get(self.at), Some(Word::Other))
            {
                self.at += 1;
                spans = self.spans();
            }
            self.note(&days, &spans);
        }
    }

    /// `9 to 5 Monday to Friday`.
    fn times_first(&mut self) {
        while self.at < self.words.len() {
            let spans = self.spans();
            if spans.is_empty() {
                self.at += 1;
                continue;
            }
            let limit = self.at + 3;
            let mut days = self.days();
            while days.is_none()
                && self.at < limit
                && matches!(self.words.get(self.at), Some(Word::Other | Word::And))
            {
                self.at += 1;
                days = self.days();
            }
            self.note(&days.unwrap_or_default(), &spans);
        }
    }

    fn note(&mut self, days: &[usize], spans: &[Span]) {
        for day in days.iter().filter(|_| !spans.is_empty()) {
            let known = &mut self.week[*day];
            if known.is_none() {
                *known = Some(spans.to_vec());
            }
        }
    }

    /// Days and ranges of days.
    fn days(&mut self) -> Option<Vec<usize>> {
        let mut days = Vec::new();
        loop {
            match (self.words.get(self.at), self.words.get(self.at + 1), self.words.get(self.at + 2)) {
                (Some(Word::Day(from)), Some(Word::To), Some(Word::Day(to))) => {
                    days.extend(range(*from, *to));
                    self.at += 3;
                }
                (Some(Word::Day(day)), ..) => {
                    days.push(*day);
                    self.at += 1;
                }
                (Some(Word::Days(from, to)), ..) => {
                    days.extend(*from..=*to);
                    self.at += 1;
                }
                _ => break,
            }
            if self.words.get(self.at) == Some(&Word::And)
                && matches!(self.words.get(self.at + 1), Some(Word::Day(_) | Word::Days(..)))
            {
                self.at += 1;
            }
        }
        // `Monday, 9 am to 5 pm`; figures alone may be dates.
        if let (Some(Word::And), Some(Word::Closed | Word::AllDay | Word::Time { bare: false, .. })) =
            (self.words.get(self.at), self.words.get(self.at + 1))
            && !days.is_empty()
        {
            self.at += 1;
        }
        (!days.is_empty()).then_some(days)
    }

    /// Times from and to, several of one day, or that it is closed.
    fn spans(&mut self) -> Vec<Span> {
        let mut spans = Vec::new();
        loop {
            match (self.words.get(self.at), self.words.get(self.at + 1), self.words.get(self.at + 2)) {
                (Some(Word::Closed), ..) => {
                    spans.push(None);
                    self.at += 1;
                }
                (Some(Word::AllDay), ..) => {
                    spans.push(Some((0, 24 * 60)));
                    self.at += 1;
                }
                (Some(Word::Time { .. }), Some(Word::To | Word::And), Some(Word::Time { .. })) => {
                    let Some(span) = span(self.words[self.at], self.words[self.at + 2]) else { break };
                    spans.push(Some(span));
                    self.at += 3;
                }
                (Some(Word::And), Some(Word::Time { .. }), Some(Word::To)) if !spans.is_empty() => {
                    self.at += 1;
                }
                _ => break,
            }
        }
        spans
    }
}

fn range(from: usize, to: usize) -> Vec<usize> {
    if from <= to { (from..=to).collect() } else { (from..7).chain(0..=to).collect() }
}

/// Opening and closing. Where a clock of twelve hours leaves it open, shops open before noon and close after it.
fn span(from: Word, to: Word) -> Option<(u32, u32)> {
    let (
        Word::Time { minutes: from, certain: from_certain, bare },
        Word::Time { minutes: to, certain: to_certain, bare: to_bare },
    ) = (from, to)
    else {
        return None;
    };
    // `2 - 3` alone may be anything.
    if bare && to_bare && !(5..=11).contains(&(from / 60)) {
        return None;
    }
    let noon = 12 * 60;
    let from = match (from_certain, from / 60) {
        (false, 1..=5) if to_certain && to > noon => from + noon,
        _ => from,
    };
    let to = if to_certain || to > from && to / 60 > 7 && from / 60 < to / 60 && to - from > 180 {
        to
    } else {
        (to % noon) + noon
    };
    let to = if to == 0 { 24 * 60 } else { to };
    (from < 24 * 60 && from != to).then_some((from, to))
}

/// Hours from schema.org's `openingHoursSpecification`: days, opening, closing.
pub(super) fn specified(rules: &[(Vec<String>, String, String)]) -> Option<String> {
    let mut week = Week::default();
    for (days, opens, closes) in rules {
        let text = format!("{} - {}", seconds_cut(opens), seconds_cut(closes));
        let closed = opens == closes && seconds_cut(opens) == "00:00";
        let words: Vec<Word> =
            words(&text, Languages::NONE).into_iter().filter(|word| *word != Word::Filler).collect();
        let span = match words.as_slice() {
            _ if closed => None,
            [Word::Time { minutes: from, .. }, Word::To, Word::Time { minutes: to, .. }] => {
                Some((*from, if *to == 0 { 24 * 60 } else { *to }))
            }
            _ => continue,
        };
        for day in days {
            if let [Word::Day(day)] = self::words::words(day, Languages::NONE).as_slice() {
                week[*day].get_or_insert_default().push(span);
            }
        }
    }
    week.iter().any(Option::is_some).then(|| rendered(&week))
}

fn seconds_cut(time: &str) -> &str {
    let time = time.trim();
    if time.len() == 8 && time.matches(':').count() == 2 { &time[..5] } else { time }
}

const SHORT: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

/// The week in `opening_hours` syntax; days with the same hours are put together.
fn rendered(week: &Week) -> String {
    if week.iter().all(|day| day.as_deref() == Some(&[Some((0, 24 * 60))])) {
        return "24/7".to_owned();
    }
    let mut rules = Vec::new();
    let mut day = 0;
    while day < 7 {
        let Some(spans) = &week[day] else {
            day += 1;
            continue;
        };
        let last = (day..7).take_while(|next| week[*next].as_ref() == Some(spans)).last().unwrap_or(day);
        let days =
            if last == day { SHORT[day].to_owned() } else { format!("{}-{}", SHORT[day], SHORT[last]) };
        let open: Vec<String> =
            spans.iter().flatten().map(|(from, to)| format!("{}-{}", clock(*from), clock(*to))).collect();
        rules.push(format!("{days} {}", if open.is_empty() { "off".to_owned() } else { open.join(",") }));
        day = last + 1;
    }
    rules.join("; ")
}

fn clock(minutes: u32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::extracted;

    #[test]
    fn hours_are_read_in_every_form() {
        let check = |text: &str, expect: &str| assert_eq!(of_text(text).as_deref(), Some(expect), "{text}");
        check("Monday - Friday 9:00 AM - 5:00 PM", "Mo-Fr 09:00-17:00");
        check("Mon-Fri: 9am-5pm, Sat 10am-2pm, Sun closed", "Mo-Fr 09:00-17:00; Sa 10:00-14:00; Su off");
        check("M-F 8am-9pm EST", "Mo-Fr 08:00-21:00");
        check("8:00am to 5:30pm EST Mon – Fri", "Mo-Fr 08:00-17:30");
        check("8 a.m. - 5 p.m. Central Time, Monday-Friday", "Mo-Fr 08:00-17:00");
        check(
            "0830 to 1815 Monday to Friday\n0900 to 1300 Saturday\nCLOSED Sunday",
            "Mo-Fr 08:30-18:15; Sa 09:00-13:00; Su off",
        );
        check(
            "Monday - Friday\t9:00 - 6:00\nSaturday\t8:30 - 6:00\nSunday\t10:00 - 5:00",
            "Mo-Fr 09:00-18:00; Sa 08:30-18:00; Su 10:00-17:00",
        );
        check("Mon, Wed & Fri 9-5", "Mo 09:00-17:00; We 09:00-17:00; Fr 09:00-17:00");
        check("Tues-Sat 11am-2pm and 5pm-10pm", "Tu-Sa 11:00-14:00,17:00-22:00");
        check("Open daily 7am - midnight", "Mo-Su 07:00-24:00");
        check("24 hours a day, 7 days a week", "24/7");
        check("Open 24/7 every day", "24/7");
        check("Fri-Sat 6pm-2am", "Fr-Sa 18:00-02:00");
        check("Mo-Fr 09:00-17:00", "Mo-Fr 09:00-17:00");
        check("Weekdays 9 to 5", "Mo-Fr 09:00-17:00");
        check("Monday, 9 am to 5 pm; Sunday, closed", "Mo 09:00-17:00; Su off");
        check("Mo,We,Fr 09:00-17:00", "Mo 09:00-17:00; We 09:00-17:00; Fr 09:00-17:00");
    }

    #[test]
    fn hours_are_read_in_other_languages() {
        let check = |text: &str, expect: &str| assert_eq!(of_text(text).as_deref(), Some(expect), "{text}");
        check("Montag bis Freitag von 9 bis 18 Uhr", "Mo-Fr 09:00-18:00");
        check(
            "Mo-Fr: 8.00-12.30 und 14.00-18.00 Uhr, Sa 9-13 Uhr, So geschlossen",
            "Mo-Fr 08:00-12:30,14:00-18:00; Sa 09:00-13:00; Su off",
        );
        check("Di-Do 10-12 Uhr", "Tu-Th 10:00-12:00");
        check("Ma–Pe klo 9.00–17.00\nLa 10–15\nSu suljettu", "Mo-Fr 09:00-17:00; Sa 10:00-15:00; Su off");
        check("ma-to 11-22, pe-la 11-02, su 12-20", "Mo-Th 11:00-22:00; Fr-Sa 11:00-02:00; Su 12:00-20:00");
        check("Arkisin 8-16, lauantaisin 9-12", "Mo-Fr 08:00-16:00; Sa 09:00-12:00");
        check("Mån–fre 9–18, lör 10–14, sön stängt", "Mo-Fr 09:00-18:00; Sa 10:00-14:00; Su off");
        check("Vardagar kl. 07.30-16.00", "Mo-Fr 07:30-16:00");
        check("Du lundi au vendredi de 9h à 12h30 et de 14h à 18h", "Mo-Fr 09:00-12:30,14:00-18:00");
        check("Lun-Ven 9h-18h, Sam 9h-12h, Dim fermé", "Mo-Fr 09:00-18:00; Sa 09:00-12:00; Su off");
        check(
            "Lunes a viernes de 9 a 14 y de 17 a 20 horas. Domingos cerrado",
            "Mo-Fr 09:00-14:00,17:00-20:00; Su off",
        );
        check("Lun-Vie 9:30-20:00", "Mo-Fr 09:30-20:00");
        check(
            "Dal lunedì al sabato dalle 9 alle 13 e dalle 15.30 alle 19, domenica chiuso",
            "Mo-Sa 09:00-13:00,15:30-19:00; Su off",
        );
        check("maandag t/m vrijdag 9.00 - 17.30 uur, zondag gesloten", "Mo-Fr 09:00-17:30; Su off");
        check("ma-vr 8u30-17u", "Mo-Fr 08:30-17:00");
        check("Täglich 0-24 Uhr", "24/7");
        check("Lundi → Jeudi : 11h–14h et 18h–22h", "Mo-Th 11:00-14:00,18:00-22:00");
        check("Samedi\n12h00 - 00h00", "Sa 12:00-24:00");
        check("Lun – Ven\t9:00 – 13:00 / 15:30 – 19:30", "Mo-Fr 09:00-13:00,15:30-19:30");
        check("Weekdagen: 09:00 - 17:00\nWeekend: 07:00 - 19:00", "Mo-Fr 09:00-17:00; Sa-Su 07:00-19:00");
        check("Lunes a Viernes de 9:00 AM a 6:00 PM", "Mo-Fr 09:00-18:00");
        check("Mo. - Fr. 9:00 - 12:00 Uhr, 13.30 - 17.00 Uhr", "Mo-Fr 09:00-12:00,13:30-17:00");
    }

    #[test]
    fn other_text_has_no_hours() {
        for text in [
            "We met on Monday",
            "Sunday School at 9:30",
            "2010 - 2014",
            "ages 2 - 3",
            "Friday the 13th",
            "Pe 13.6. klo 18",
            "Freitag, 3 - 4 Grad",
            "Domingo de Ramos",
            "Mi-Do 9-17",
            "",
        ] {
            assert_eq!(of_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_table_of_hours_is_found_in_a_page() {
        let html = "<p>Acme since 1974</p><dl><dt>Monday - Friday<dd>9am - 5pm<dt>Saturday<dd>10am - 2pm</dl><p>Call us</p>";
        assert_eq!(extracted(html).hours.unwrap().opening_hours.value, "Mo-Fr 09:00-17:00; Sa 10:00-14:00");
    }

    #[test]
    fn the_language_of_a_page_tells_what_its_abbreviations_mean() {
        let page = |lang: &str| format!("<html lang={lang}><p>Mi 9-12<br>Do 14-18</p>");
        assert_eq!(
            extracted(&page("de")).hours.unwrap().opening_hours.value,
            "We 09:00-12:00; Th 14:00-18:00"
        );
        assert_eq!(extracted(&page("en")).hours, None);
        let html = "<html lang=fi><p>Avoinna</p><p>Ma suljettu<br>Ti-su 11-22</p>";
        assert_eq!(extracted(html).hours.unwrap().opening_hours.value, "Mo off; Tu-Su 11:00-22:00");
    }

    #[test]
    fn specifications_are_read() {
        let days = |days: &[&str]| days.iter().map(|day| (*day).to_owned()).collect();
        let rules = [
            (days(&["Monday", "Tuesday"]), "09:00".to_owned(), "17:00:00".to_owned()),
            (days(&["Sunday"]), "00:00".to_owned(), "00:00".to_owned()),
        ];
        assert_eq!(specified(&rules).unwrap(), "Mo-Tu 09:00-17:00; Su off");
    }
}
