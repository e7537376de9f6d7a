//! Files of invented businesses: the same number of rows gives the same bytes.

use std::io::{self, Write};

const FIRST: [&str; 24] = [
    "Green", "Blue", "North", "Silver", "Golden", "River", "Stone", "Maple", "Harbor", "Summit", "Sunny",
    "Old Town", "Bright", "Cedar", "Royal", "Lucky", "Urban", "Prairie", "Coastal", "Valley", "Liberty",
    "Union", "Grand", "Quick",
];
const SECOND: [&str; 20] = [
    "Oak", "Lake", "Bridge", "Hill", "Field", "Brook", "Pine", "Forest", "Bay", "Garden", "Point", "Creek",
    "Square", "Gate", "Mill", "Park", "Star", "Rock", "Ridge", "Meadow",
];
/// A trade and the word that its businesses bear.
const TRADES: [(&str, &str); 12] = [
    ("plumber", "Plumbing"),
    ("restaurant", "Kitchen"),
    ("hairdresser", "Hair"),
    ("dentist", "Dental"),
    ("lawyer", "Law Group"),
    ("electrician", "Electric"),
    ("roofer", "Roofing"),
    ("florist", "Flowers"),
    ("car_repair", "Auto"),
    ("accountant", "Accounting"),
    ("cafe", "Café"),
    ("gym", "Fitness"),
];
/// City, state, ZIP code and coordinates.
const CITIES: [(&str, &str, u32, f64, f64); 10] = [
    ("Freehold", "NJ", 7728, 40.260, -74.274),
    ("Columbus", "OH", 43085, 39.961, -82.999),
    ("Austin", "TX", 73301, 30.267, -97.743),
    ("Portland", "OR", 97201, 45.523, -122.676),
    ("Denver", "CO", 80202, 39.739, -104.985),
    ("Tampa", "FL", 33601, 27.947, -82.458),
    ("Boise", "ID", 83701, 43.613, -116.203),
    ("Omaha", "NE", 68101, 41.259, -95.938),
    ("Fresno", "CA", 93701, 36.748, -119.772),
    ("Albany", "NY", 12201, 42.651, -73.755),
];

/// Writes a CSV file of so many rows: names in US cities with addresses, phones, websites and e-mail addresses.
/// One row in fifty repeats an earlier one, one in a thousand has closed, one in five thousand is bad.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write_csv(rows: u64, mut out: impl Write) -> io::Result<()> {
    writeln!(
        out,
        "id,name,category,street,city,state,postalCode,country,latitude,longitude,phone,email,website,status"
    )?;
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for row in 0..rows {
        if row % 5_000 == 4_999 {
            writeln!(out, "{row},,plumber,,,,,US,,,,,,")?;
        } else {
            let of = if row % 50 == 49 { row - 25 } else { row };
            write_row(&mut out, row, of, random.next())?;
        }
    }
    out.flush()
}

/// Writes row number `row`, which tells of business number `of`.
fn write_row(out: &mut impl Write, row: u64, of: u64, noise: u64) -> io::Result<()> {
    let mut random = Random(of.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1);
    let (first, second) = (random.pick(&FIRST), random.pick(&SECOND));
    let (trade, word) = random.pick(&TRADES);
    let (city, state, zip, latitude, longitude) = random.pick(&CITIES);
    let mut spread = || f64::from(u32::try_from(random.next() % 40_000).unwrap_or(0)) / 100_000.0 - 0.2;
    let (latitude, longitude) = (latitude + spread(), longitude + spread());
    let status = if noise.is_multiple_of(1_000) { "permanently_closed" } else { "open" };
    let area_code = 201 + of % 7;
    let line = of % 10_000;
    let exchange = 200 + of / 10_000 % 800;
    writeln!(
        out,
        "{row},{first} {second} {word} {of},{trade},\"{} {second} St, Suite {}\",{city},{state},{zip:05},US,{latitude:.5},{longitude:.5},\
         ({area_code}) {exchange}-{line:04},info@business{of}.example.com,https://business{of}.example.com/,{status}",
        1 + of % 9_999,
        1 + of % 99,
    )
}

/// Marsaglia's xorshift: enough for invented addresses.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        let index = usize::try_from(self.next() % of.len() as u64).unwrap_or(0);
        of[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_rows_are_written_every_time() {
        let text = |rows| {
            let mut out = Vec::new();
            write_csv(rows, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(text(100), text(100));
        assert_eq!(text(5_000).lines().count(), 5_001);
        assert!(text(5_000).lines().last().unwrap().starts_with("4999,,"), "a row without a name");
    }
}
