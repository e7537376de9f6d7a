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

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = jiff::Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{moment:.3}")
    }
}

impl FromStr for Timestamp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let moment: jiff::Timestamp = text
            .parse()
            .map_err(|_| format!("'{text}' is not a time; write it as 2026-05-04T09:30:00.000Z"))?;
        Ok(Self::from_millis(moment.as_millisecond()))
    }
}

text_serde!(Timestamp, "2026-05-04T09:30:00.000Z");

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

    #[test]
    fn any_number_of_milliseconds_can_be_written() {
        for millis in [i64::MIN, i64::MAX] {
            let text = Timestamp::from_millis(millis).to_string();
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        }
    }
}
