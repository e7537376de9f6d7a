//! US ZIP codes.

use std::sync::LazyLock;

use contract::GeoPoint;

use super::columns::Table;

static ZIPS: &[u8] = include_bytes!("../../data/zips.bin.zst");

/// Columns of the table, as `examples/gazetteer.rs` writes them.
const CODE: usize = 0;
const TOWN: usize = 1;
const LATITUDE: usize = 2;
const LONGITUDE: usize = 3;
const TOWN_KEYS: usize = 4;
const TOWN_NAMES: usize = 6;
const TOWN_STATES: usize = 8;
const FIRST: usize = 10;
const COUNT: usize = 11;

/// A code and the place that it is delivered in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Zip {
    code: u32,
    pub(super) city: &'static str,
    /// Two letters.
    pub(super) state: &'static str,
    pub(super) point: GeoPoint,
}

impl Zip {
    /// Five digits.
    pub(super) fn code(&self) -> String {
        format!("{:05}", self.code)
    }
}

/// Every code in use, in order.
#[derive(Debug)]
pub(super) struct Zips(Table);

pub(super) static TABLE: LazyLock<Zips> = LazyLock::new(|| Zips(Table::unpack(ZIPS)));

impl Zips {
    pub(super) fn len(&self) -> usize {
        self.0.rows::<4>(CODE)
    }

    fn zip(&'static self, row: usize) -> Zip {
        let town = usize::from(self.0.u16(TOWN, row));
        let degrees = |column| f64::from(self.0.i32(column, row)) / 1000.0;
        Zip {
            code: self.0.u32(CODE, row),
            city: self.0.text(TOWN_NAMES, town),
            state: self.0.text(TOWN_STATES, town),
            point: GeoPoint { latitude: degrees(LATITUDE), longitude: degrees(LONGITUDE) },
        }
    }

    pub(super) fn by_code(&'static self, code: &str) -> Option<Zip> {
        self.beginning(code).next().filter(|_| code.len() == 5)
    }

    /// The codes that begin with these digits, at most five.
    pub(super) fn beginning(&'static self, digits: &str) -> impl Iterator<Item = Zip> + use<> {
        let span = 10_u32.pow(u32::try_from(5_usize.saturating_sub(digits.len())).unwrap_or(0));
        let low = digits.parse::<u32>().ok().filter(|_| digits.len() <= 5).map(|low| low * span);
        let (from, to) = low.map_or((0, 0), |low| (low, low + span));
        let row = |code: u32| Table::partition_point(self.len(), |row| self.0.u32(CODE, row) < code);
        (row(from)..row(to)).map(|row| self.zip(row))
    }

    /// Rows of the towns of that name, one a state.
    fn towns(&'static self, key: &str) -> impl Iterator<Item = usize> {
        let towns = self.0.texts(TOWN_KEYS);
        let start = Table::partition_point(towns, |town| self.0.text(TOWN_KEYS, town) < key);
        (start..towns).take_while(move |&town| self.0.text(TOWN_KEYS, town) == key)
    }

    /// Number of codes of a city: how large it is, roughly.
    pub(super) fn count(&'static self, city_key: &str, state: &str) -> usize {
        let of_state = self.towns(city_key).filter(|&town| self.0.text(TOWN_STATES, town) == state);
        of_state.map(|town| self.0.u32(COUNT, town) as usize).sum()
    }

    /// The first code of each city of that name: small places that the gazetteer does not have.
    pub(super) fn named(&'static self, city_key: &str) -> Vec<Zip> {
        self.towns(city_key).map(|town| self.zip(self.0.u32(FIRST, town) as usize)).collect()
    }
}

/// The five digits of a ZIP or ZIP+4 code.
pub(super) fn five_digits(text: &str) -> Option<&str> {
    let (code, more) = text.split_once('-').map_or((text, None), |(code, more)| (code, Some(more)));
    let digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(code, 5) && more.is_none_or(|more| digits(more, 4))).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_crate_that_it_was_made_from_is_there() {
        let expected: Vec<_> = zipcodes::database()
            .iter()
            .filter(|zip| zip.country == "US" && zip.active && zip.zip_code_type != "MILITARY")
            .collect();
        assert_eq!(TABLE.len(), expected.len());
        for zip in expected {
            let ours = TABLE.by_code(&zip.zip_code).unwrap();
            assert_eq!((ours.city, ours.state), (zip.city.as_str(), zip.state.as_str()), "{}", zip.zip_code);
            assert!(
                (ours.point.latitude - zip.lat.parse::<f64>().unwrap()).abs() < 0.001,
                "{}",
                zip.zip_code
            );
        }
    }

    #[test]
    fn only_five_digits_and_nine_are_codes() {
        assert_eq!(five_digits("07728"), Some("07728"));
        assert_eq!(five_digits("07728-1234"), Some("07728"));
        for text in ["7728", "077281", "07728-12", "0772a", ""] {
            assert_eq!(five_digits(text), None, "{text}");
        }
    }
}
