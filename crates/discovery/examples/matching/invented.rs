//! Invented businesses, and second records of some of them as another source might have written them.
//!
//! Among them are branches of chains, which share a name and a domain, and houses in which several businesses share
//! an address and a phone number.

use contract::GeoPoint;
use discovery::matching::{Description, Profile};

const SYLLABLES: [&str; 32] = [
    "al", "ber", "cor", "dan", "el", "fer", "gar", "hol", "in", "jor", "kel", "lan", "mar", "nor", "ol",
    "per", "quin", "ros", "sten", "tor", "ul", "ver", "wil", "yan", "zim", "ba", "co", "da", "ka", "mo",
    "ri", "ta",
];
const TRADES: [(&str, &str); 12] = [
    ("plumber", "Plumbing"),
    ("restaurant", "Kitchen"),
    ("hairdresser", "Hair Salon"),
    ("dentist", "Dental Care"),
    ("lawyer", "Law Group"),
    ("electrician", "Electric"),
    ("roofer", "Roofing"),
    ("florist", "Flowers"),
    ("car_repair", "Auto Repair"),
    ("accountant", "Accounting"),
    ("cafe", "Coffee House"),
    ("gym", "Fitness"),
];
const STREETS: [(&str, &str); 6] = [
    ("Street", "St"),
    ("Avenue", "Ave"),
    ("Road", "Rd"),
    ("Drive", "Dr"),
    ("Lane", "Ln"),
    ("Boulevard", "Blvd"),
];
/// Towns, each of some hundred businesses in a list of a million.
const TOWNS: u64 = 4_000;
/// One business in so many is a branch of a chain of as many.
const CHAIN: u64 = 20;
/// One in so many shares its house and phone with the one before it.
const SHARED: u64 = 50;

/// A business as a record tells of it.
#[derive(Clone, Debug)]
pub(crate) struct Invented {
    name: String,
    phone: String,
    website: String,
    street: String,
    city: String,
    postal_code: String,
    category: &'static str,
    point: Option<GeoPoint>,
}

impl Invented {
    /// Business of that number.
    pub(crate) fn new(number: u64) -> Self {
        let mut random = Random::new(number);
        // Who shares a house shares the place of the one before.
        let house = if number % SHARED == 1 { number - 1 } else { number };
        let mut of_house = Random::new(house ^ 0xabcd);
        let town = of_house.below(TOWNS);
        let chain = (number % CHAIN == 7).then(|| random.below(200));
        let brand = chain.map(|chain| word(&mut Random::new(chain ^ 0x77_7777), 3));
        let (category, trade) = TRADES[index(chain.unwrap_or_else(|| random.next()) % 12)];
        let own =
            brand.clone().unwrap_or_else(|| format!("{} {}", word(&mut random, 2), word(&mut random, 2)));
        let site = brand.unwrap_or_else(|| format!("{}{number}", own.replace(' ', "").to_lowercase()));
        let name = format!("{own} {trade}");
        let (street, _) = STREETS[index(of_house.below(6))];
        let (latitude, longitude) = (25 + town / 100, town % 100);
        let spread =
            |random: &mut Random| f64::from(u32::try_from(random.below(40_000)).unwrap_or(0)) / 1_000_000.0;
        let point = GeoPoint::new(
            f64::from(u32::try_from(latitude).unwrap_or(0)) / 2.0 + spread(&mut of_house),
            -70.0 - f64::from(u32::try_from(longitude).unwrap_or(0)) / 2.0 + spread(&mut of_house),
        );
        Self {
            name,
            phone: format!(
                "({}) {}-{:04}",
                201 + house % 700,
                200 + house / 700 % 800,
                house / 560_000 + 17 * (house % 500)
            ),
            website: format!("https://www.{}.com/", site.to_lowercase()),
            street: format!("{} {} {street}", 1 + of_house.below(9_999), word(&mut of_house, 2)),
            city: word(&mut Random::new(town ^ 0x5555), 3),
            postal_code: format!("{:05}", 10_000 + town),
            category,
            point,
        }
    }

    /// The same business as another source might have written it.
    pub(crate) fn rewritten(mut self, number: u64) -> Self {
        let mut random = Random::new(number ^ 0xfeed_beef);
        match random.below(6) {
            0 => self.name = misspelt(&self.name, &mut random),
            1 => self.name = format!("{} LLC", self.name),
            2 => self.name = format!("{} of {}", self.name, self.city),
            3 => self.name = self.name.to_uppercase(),
            4 => {
                self.name = self.name.rsplit_once(' ').map_or(self.name.clone(), |(name, _)| name.to_owned())
            }
            _ => {}
        }
        match random.below(10) {
            0..=2 => self.phone.clear(),
            3 => self.phone = format!("+1 555 {} {:04}", 200 + random.below(700), random.below(10_000)),
            _ => self.phone = format!("+1{}", self.phone.replace(['(', ')', ' ', '-'], "")),
        }
        if random.below(10) < 4 {
            self.website.clear();
        }
        for (long, short) in STREETS {
            if random.below(2) == 0 {
                self.street = self.street.replace(long, short);
            }
        }
        if random.below(10) == 0 {
            self.street.clear();
        }
        self.point = self.point.filter(|_| random.below(10) > 0).and_then(|point| {
            let metres =
                |random: &mut Random| f64::from(u32::try_from(random.below(600)).unwrap_or(0)) / 1_000_000.0;
            GeoPoint::new(point.latitude + metres(&mut random), point.longitude + metres(&mut random))
        });
        self
    }

    /// What [`row`](Self::row) writes.
    pub(crate) const COLUMNS: &str = "name,phone,website,street,city,postal_code,latitude,longitude";

    /// A row of CSV. No value has a comma or a quotation mark.
    pub(crate) fn row(&self) -> String {
        let point = self
            .point
            .map_or_else(|| ",".to_owned(), |point| format!("{},{}", point.latitude, point.longitude));
        let Self { name, phone, website, street, city, postal_code, .. } = self;
        format!("{name},{phone},{website},{street},{city},{postal_code},{point}")
    }

    pub(crate) fn profile(&self) -> Profile {
        Profile::new(&Description {
            name: &self.name,
            phones: vec![&self.phone],
            websites: vec![&self.website],
            categories: vec![self.category],
            street: Some(&self.street),
            city: Some(&self.city),
            postal_code: Some(&self.postal_code),
            country: Some("US"),
            point: self.point,
            ..Description::default()
        })
    }
}

/// Two neighbouring letters in the wrong order.
fn misspelt(name: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = index(random.below(letters.len().saturating_sub(1).max(1) as u64));
    if at + 1 < letters.len() {
        letters.swap(at, at + 1);
    }
    letters.into_iter().collect()
}

fn word(random: &mut Random, syllables: usize) -> String {
    let word: String = (0..syllables).map(|_| SYLLABLES[index(random.below(32))]).collect();
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// SplitMix64: the same numbers in every run.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
