use std::fmt;
use std::str::FromStr;

use crate::text_serde::text_serde;

/// A moment in UTC with millisecond precision, written as RFC 3339: `2026-05-04T09:30:00.000Z`.
///
/// Reading the clock is the caller's: this crate has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0001-01-01T00:00:00Z: RFC 3339 writes years with four digits.
    const MIN: i64 = -62_135_596_800_000;
    /// 9999-12-30T22:00:00Z: so that the moment has a date in every time zone.
    const MAX: i64 = 253_402_207_200_000;

    /// The moment `milliseconds` after 1970-01-01T00:00:00Z, brought into the years 1 to 9999.
    #[must_use]
    pub fn from_millis(milliseconds: i64) -> Self {
        Self(milliseconds.clamp(Self::MIN, Self::MAX))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// The moment's date in UTC: `2026-05-04`.
    #[must_use]
    pub fn date(self) -> String {
        let text = self.to_string();
        text.split('T').next().unwrap_or_default().to_owned()
    }
}

// Written here, for a page that has a size budget: a date library's parser and messages weigh 50 kB in WASM.

const DAY: i64 = 86_400_000;

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, millis) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        let (year, month, day) = civil_from_days(days);
        let (hours, minutes, seconds) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{:03}Z", millis % 1000)
    }
}

impl FromStr for Timestamp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text)
            .map(Self::from_millis)
            .ok_or_else(|| format!("'{text}' is not a time; write it as 2026-05-04T09:30:00.000Z"))
    }
}

/// RFC 3339, section 5.6: date, `T` or a space, time with any number of decimals, `Z` or an offset.
fn parse(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (time, rest) = rest.split_at_checked(8)?;
    let [hours, minutes, seconds] = numbers(time, ':', [2, 2, 2])?;
    let (decimals, zone) = rest.strip_prefix('.').map_or(("", rest), |rest| {
        rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()))
    });
    if rest.starts_with('.') && decimals.is_empty() {
        return None;
    }
    let in_range = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && (hours < 24 && minutes < 60)
        // A leap second counts as the second before it.
        && seconds <= 60;
    let millis = format!("{decimals:0<3}").get(..3)?.parse::<i64>().ok()?;
    let seconds = hours * 3600 + minutes * 60 + seconds.min(59) - offset_seconds(zone)?;
    in_range.then(|| days_from_civil(year, month, day) * DAY + seconds * 1000 + millis)
}

/// Three numbers of fixed widths with a sign between them.
fn numbers(text: &str, sign: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(sign);
    let mut next = |width: usize| {
        let part = parts.next().filter(|part| part.len() == width)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let numbers = [next(widths[0])?, next(widths[1])?, next(widths[2])?];
    parts.next().is_none().then_some(numbers)
}

fn offset_seconds(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let (sign, offset) = match zone.split_at_checked(1)? {
        ("+", offset) => (1, offset),
        ("-", offset) => (-1, offset),
        _ => return None,
    };
    let [hours, minutes, _] = numbers(&format!("{offset}:00"), ':', [2, 2, 2])?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar. Years are counted from March, so that the
/// leap day is a year's last, in eras of 400 years, which all have the same number of days.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_from_civil(next_year, next_month, 1) - days_from_civil(year, month, 1)
}

text_serde!(Timestamp, "2026-05-04T09:30:00.000Z", Self(0), format "date-time");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_with_milliseconds_in_utc() {
        assert_eq!(Timestamp::from_millis(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::from_millis(1_777_887_000_120).to_string(), "2026-05-04T09:30:00.120Z");
        assert_eq!(Timestamp::from_millis(1_777_887_000_120).date(), "2026-05-04");
    }

    #[test]
    fn reads_offsets_and_refuses_what_is_no_time() {
        let moment: Timestamp = "2026-05-04T11:30:00+02:00".parse().unwrap();
        assert_eq!(moment.to_string(), "2026-05-04T09:30:00.000Z");
        assert!("yesterday".parse::<Timestamp>().unwrap_err().contains("2026-05-04T09:30"));
    }

    /// A library that knows the calendar agrees, over every day of eight centuries and odd moments of them.
    #[test]
    fn dates_agree_with_a_calendar_library() {
        for day in -150_000_i64..150_000 {
            let millis = day * DAY + (day * 7_919_003).rem_euclid(DAY);
            let expect = format!("{:.3}", jiff::Timestamp::from_millisecond(millis).unwrap());
            let moment = Timestamp::from_millis(millis);
            assert_eq!(moment.to_string(), expect);
            assert_eq!(expect.parse::<Timestamp>().unwrap(), moment);
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2026",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-32T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:61Z",
            "2026-01-01T00:00:00",
            "+026-01-01T00:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+2:00",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00Zz",
            "２０２６-01-01T00:00:00Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
        for text in ["2024-02-29T00:00:00Z", "2026-01-01 00:00:00.123456789-11:30", "2026-06-30T23:59:60Z"] {
            assert!(text.parse::<Timestamp>().is_ok(), "{text}");
        }
    }

    #[test]
    fn any_number_of_milliseconds_can_be_written() {
        for millis in [i64::MIN, i64::MAX] {
            let text = Timestamp::from_millis(millis).to_string();
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        }
    }
}
