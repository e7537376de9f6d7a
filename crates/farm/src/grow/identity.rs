//! Who a site is about: all invented.

use fastrand::Rng;

use super::ways::Address;

const PLACES: &[&str] = &[
    "Harbor", "Maple", "Summit", "Liberty", "Cedar", "Granite", "Beacon", "Orchard", "Prairie", "Canyon",
    "Keystone", "Juniper",
];
const TRADES: &[&str] = &[
    "Plumbing",
    "Roofing",
    "Dental",
    "Bakery",
    "Florist",
    "Movers",
    "Electric",
    "Tutoring",
    "Catering",
    "Locksmith",
    "Optical",
    "Printing",
];
const GIVEN: &[&str] = &[
    "Jane", "Robert", "Maria", "Carlos", "Anna", "David", "Susan", "Peter", "Helen", "Thomas", "Laura",
    "Daniel",
];
const FAMILY: &[&str] = &[
    "Roe",
    "Novak",
    "Kowalski",
    "Murphy",
    "Patel",
    "Garfield",
    "Whitaker",
    "Núñez",
    "Müller",
    "Lindström",
    "Bergé",
    "Peña",
];
const ROLES: &[&str] =
    &["Owner", "President", "Founder", "Office Manager", "General Manager", "Managing Partner", "Director"];
const TOWNS: &[(&str, &str, &str)] = &[
    ("Freehold", "NJ", "07728"),
    ("Red Bank", "NJ", "07701"),
    ("Princeton", "NJ", "08540"),
    ("Austin", "TX", "78701"),
    ("Madison", "WI", "53703"),
    ("Portland", "OR", "97201"),
    ("Boise", "ID", "83702"),
    ("Albany", "NY", "12207"),
    ("Dover", "DE", "19901"),
    ("Concord", "NH", "03301"),
];
const STREETS: &[&str] =
    &["Main Street", "Broad Street", "Park Avenue", "River Road", "Oak Lane", "Monmouth Road"];
const AREAS: &[&str] = &[
    "732", "908", "201", "609", "856", "973", "212", "646", "914", "516", "215", "610", "302", "410", "703",
];
const LOCALS: &[&str] = &["info", "office", "hello", "sales", "contact", "service", "frontdesk", "mail"];

/// A business and the people in it.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) name: String,
    /// Its domain, without `www.`.
    pub(crate) domain: String,
    pub(crate) address: Address,
    pub(crate) street: String,
    pub(crate) city: &'static str,
    pub(crate) state: &'static str,
    pub(crate) postal_code: &'static str,
    pub(crate) phone: Number,
    pub(crate) fax: Number,
    /// Names with roles, and a mailbox of each.
    pub(crate) people: Vec<Somebody>,
}

/// A number of the range that belongs to nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    area: &'static str,
    last: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Somebody {
    pub(crate) name: String,
    pub(crate) role: &'static str,
    pub(crate) email: String,
}

impl Identity {
    /// The business of the site with that index, which is part of its domain.
    pub(crate) fn invent(rng: &mut Rng, index: usize) -> Self {
        let (place, trade) = (pick(rng, PLACES), pick(rng, TRADES));
        let name = format!("{}{}{index}", place.to_lowercase(), trade.to_lowercase());
        let top = *pick(rng, &["com", "com", "net", "org"]);
        let domain = format!("{name}.{top}");
        let (city, state, postal_code) = *pick(rng, TOWNS);
        let last = rng.u32(0..100);
        let area = *pick(rng, AREAS);
        Self {
            name: format!("{place} {trade}"),
            address: Address { local: (*pick(rng, LOCALS)).to_owned(), name, top },
            street: format!("{} {}", rng.u32(1..400), pick(rng, STREETS)),
            city,
            state,
            postal_code,
            phone: Number { area, last: 100 + last },
            fax: Number { area, last: 100 + (last + 1) % 100 },
            people: people(rng, &domain),
            domain,
        }
    }
}

fn pick<'a, T>(rng: &mut Rng, from: &'a [T]) -> &'a T {
    &from[rng.usize(..from.len())]
}

/// One or two people with different names.
fn people(rng: &mut Rng, domain: &str) -> Vec<Somebody> {
    let (first, last) = (rng.usize(..GIVEN.len()), rng.usize(..FAMILY.len()));
    let count = rng.usize(1..=2);
    (0..count)
        .map(|n| {
            let (given, family) = (GIVEN[(first + n) % GIVEN.len()], FAMILY[(last + n) % FAMILY.len()]);
            let role = ROLES[(first + last + n) % ROLES.len()];
            let email = format!("{}@{domain}", given.to_lowercase());
            Somebody { name: format!("{given} {family}"), role, email }
        })
        .collect()
}

impl Number {
    pub(crate) fn e164(&self) -> String {
        format!("+1{}555{:04}", self.area, self.last)
    }

    /// As people write it, in one of several forms.
    pub(crate) fn written(&self, form: usize) -> String {
        let (area, last) = (self.area, self.last);
        match form % 4 {
            0 => format!("({area}) 555-{last:04}"),
            1 => format!("{area}-555-{last:04}"),
            2 => format!("{area}.555.{last:04}"),
            _ => format!("+1 {area} 555 {last:04}"),
        }
    }
}
