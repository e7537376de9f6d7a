//! What the columns of a table mean, by the names that people and programs give them.

use contract::import::ImportField as Field;

use crate::import::ColumnMap;
use crate::place::{Network, RawPlace};
use crate::taxonomy;
use crate::text::{fold, non_empty};

/// The network whose profile a column holds.
fn network(field: Field) -> Option<Network> {
    Some(match field {
        Field::Facebook => Network::Facebook,
        Field::Instagram => Network::Instagram,
        Field::Linkedin => Network::Linkedin,
        Field::X => Network::X,
        Field::Youtube => Network::Youtube,
        Field::Tiktok => Network::Tiktok,
        Field::Yelp => Network::Yelp,
        _ => return None,
    })
}

/// Whether what several columns hold is all of use; of any other field one value counts.
pub(super) fn takes_several(field: Field) -> bool {
    matches!(field, Field::Category | Field::Phone | Field::Email | Field::Website)
        || network(field).is_some()
}

/// Column names in the spelling of [`fold`], for each field; earlier names of a field win over later ones.
const NAMES: [(Field, &str); 31] = [
    (
        Field::SourceId,
        "id;source id;sourceid;place id;placeid;fsq place id;fsq id;osm id;google id;cid;ref;gers id",
    ),
    (
        Field::Name,
        "name;business name;businessname;company name;companyname;company;business;organization;organisation;title;account name;account;place name;trading name;dba;firm;store name",
    ),
    (
        Field::Category,
        "category;categoryname;category name;categories;type;business type;subtypes;industry;trade;main category;primary category;fsq category labels;sector;profession;classification",
    ),
    (
        Field::Street,
        "street;street address;streetaddress;address 1;address1;address line 1;addressline1;addr street;road;address;full address;location address;mailing address;physical address;freeform",
    ),
    (Field::HouseNumber, "house number;housenumber;street number;addr housenumber;number"),
    (Field::City, "city;town;locality;municipality;addr city;place;post town;borough"),
    (
        Field::State,
        "state;state code;region;province;county state;addr state;state province;administrative area",
    ),
    (Field::PostalCode, "postal code;postalcode;post code;postcode;zip;zip code;zipcode;addr postcode;plz"),
    (Field::Country, "country;country code;countrycode;addr country;nation"),
    (Field::Latitude, "latitude;lat;y;location lat;coordinates latitude;geo lat"),
    (
        Field::Longitude,
        "longitude;lon;lng;long;x;location lng;location lon;coordinates longitude;geo lng;geo lon",
    ),
    (Field::Coordinates, "coordinates;location;point;geometry;geom;wkt;the geom;latlng;lat lng;lat lon;geo"),
    (
        Field::Phone,
        "phone;phone number;phonenumber;telephone;tel;phone 1;phone1;main phone;business phone;work phone;contact phone;phones;mobile;cell;mobile phone;phoneunformatted;phone display",
    ),
    (
        Field::Email,
        "email;e mail;email address;emailaddress;mail;email 1;email1;contact email;emails;work email",
    ),
    (
        Field::Website,
        "website;web site;url;web;site;homepage;home page;websites;company website;domain;website url;websiteuri;contact website;webpage",
    ),
    (Field::Facebook, "facebook;facebook url;socials facebook;facebook id;contact facebook;facebooks"),
    (Field::Instagram, "instagram;instagram url;socials instagram;contact instagram;instagrams"),
    (Field::Linkedin, "linkedin;linkedin url;socials linkedin;contact linkedin;linkedins;company linkedin"),
    (Field::X, "twitter;x url;socials x;twitter url;contact twitter;twitters"),
    (Field::Youtube, "youtube;youtube url;socials youtube;contact youtube;youtubes"),
    (Field::Tiktok, "tiktok;tiktok url;socials tiktok;contact tiktok;tiktoks"),
    (Field::Yelp, "yelp;yelp url;socials yelp;contact yelp"),
    (Field::OpeningHours, "opening hours;openinghours;hours;working hours;business hours"),
    (Field::Description, "description;about;summary;subtitle"),
    (Field::EmployeeCount, "employee count;employeecount;employees;number of employees;headcount;staff"),
    (
        Field::YearFounded,
        "year founded;yearfounded;founded;year established;established;founded year;start date",
    ),
    (Field::Confidence, "confidence;score"),
    (
        Field::OperatingStatus,
        "operating status;operatingstatus;business status;businessstatus;status;permanentlyclosed;permanently closed;is closed;date closed;end date",
    ),
    (Field::Chain, "chain;is chain;franchise"),
    (Field::Brand, "brand;brand wikidata"),
    (Field::Notes, "notes;note;comments;comment;remarks"),
];
/// `tags` are words of the user's, between commas or semicolons.
const TAGS: &str = "tags;labels;label;keywords";

/// What the column of that name holds, and how well the name says so: 0 is best.
pub(super) fn field_of(header: &str) -> Option<(Field, usize)> {
    let spelling = fold(&split_camel_case(header));
    let tags = [(Field::Tags, TAGS)];
    NAMES.iter().chain(&tags).find_map(|(field, names)| {
        names.split(';').position(|name| name == spelling).map(|position| (*field, position))
    })
}

/// `postalCode` is `postal Code`; `ZIP` stays.
fn split_camel_case(text: &str) -> String {
    let mut split = String::with_capacity(text.len() + 4);
    let mut before = ' ';
    for c in text.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            split.push(' ');
        }
        split.push(if c == '_' { ' ' } else { c });
        before = c;
    }
    split
}

/// What each column holds; of several for one field, the best name first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// Field and index of the column, best names first.
    fields: Vec<(Field, usize)>,
}

impl Columns {
    pub(super) fn of<'h>(headers: impl IntoIterator<Item = &'h str>) -> Self {
        let mut fields: Vec<(Field, usize, usize)> = headers
            .into_iter()
            .enumerate()
            .filter_map(|(column, header)| {
                field_of(header).map(|(field, position)| (field, position, column))
            })
            .collect();
        fields.sort_by_key(|(_, position, column)| (*position, *column));
        Self { fields: fields.into_iter().map(|(field, _, column)| (field, column)).collect() }
    }

    /// Adds a column whose name alone does not say what it holds.
    pub(super) fn add(&mut self, field: Field, column: usize) {
        self.fields.push((field, column));
    }

    /// Leaves out columns whose names say what they do not hold.
    pub(super) fn forget(&mut self, is_wrong: impl Fn(usize) -> bool) {
        self.fields.retain(|(_, column)| !is_wrong(*column));
    }

    /// The same with what a person says of some columns, which counts before what their names say.
    pub(super) fn corrected(mut self, map: &ColumnMap) -> Self {
        self.fields.retain(|(_, column)| !map.0.contains_key(column));
        let chosen = map.0.iter().filter_map(|(column, field)| Some(((*field)?, *column)));
        self.fields.splice(0..0, chosen);
        self
    }

    /// The field that the column fills.
    pub(super) fn field(&self, column: usize) -> Option<Field> {
        self.fields.iter().find(|(_, other)| *other == column).map(|(field, _)| *field)
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.column(field).is_some()
    }

    /// The column that counts first for a field.
    pub(super) fn column(&self, field: Field) -> Option<usize> {
        self.fields.iter().find(|(other, _)| *other == field).map(|(_, column)| *column)
    }

    /// Number of columns whose meaning is known.
    pub(super) fn known(&self) -> usize {
        self.fields.len()
    }

    /// The record that a row tells; `value` gives the text of a column.
    pub(super) fn raw_place<'v>(&self, value: impl Fn(usize) -> Option<&'v str>) -> RawPlace {
        let values = |field: Field| {
            self.fields
                .iter()
                .filter(move |(other, _)| *other == field)
                .filter_map(|(_, column)| non_empty(value(*column)?))
        };
        let first = |field: Field| values(field).next();
        let text = |field: Field| first(field).map(str::to_owned);
        let all = |field: Field| values(field).map(str::to_owned).collect();
        RawPlace {
            source_id: text(Field::SourceId).unwrap_or_default(),
            name: text(Field::Name).unwrap_or_default(),
            categories: values(Field::Category).flat_map(categories).take(5).collect(),
            coordinates: coordinates(first(Field::Latitude), first(Field::Longitude))
                .or_else(|| first(Field::Coordinates).and_then(point)),
            street: street(first(Field::Street), first(Field::HouseNumber)),
            city: text(Field::City),
            state: text(Field::State),
            postal_code: text(Field::PostalCode),
            country: text(Field::Country),
            phones: all(Field::Phone),
            emails: all(Field::Email),
            websites: all(Field::Website),
            profiles: self.profiles(&value),
            opening_hours: text(Field::OpeningHours),
            description: text(Field::Description),
            employee_count: first(Field::EmployeeCount)
                .and_then(|count| count.replace([',', ' '], "").parse().ok()),
            year_founded: first(Field::YearFounded).and_then(|date| date.get(..4)?.parse().ok()),
            chain: first(Field::Chain).is_some_and(is_yes) || first(Field::Brand).is_some(),
            status: first(Field::OperatingStatus).and_then(super::overture::status),
            confidence: first(Field::Confidence).and_then(|number| number.parse().ok()),
            tags: first(Field::Tags)
                .map(|tags| tags.split([',', ';']).map(str::to_owned).collect())
                .unwrap_or_default(),
            notes: text(Field::Notes),
            line: None,
            source: None,
            lead: None,
        }
    }

    fn profiles<'v>(&self, value: &impl Fn(usize) -> Option<&'v str>) -> Vec<(Option<Network>, String)> {
        let profile = |&(field, column): &(Field, usize)| {
            let network = network(field)?;
            Some((Some(network), non_empty(value(column)?)?.to_owned()))
        };
        self.fields.iter().filter_map(profile).collect()
    }
}

/// Categories in words, as slugs, or as a path (`Retail > Food > Bakery`), of which the narrowest known counts.
fn categories(text: &str) -> Vec<&'static taxonomy::Category> {
    let parts = text
        .trim_matches(['[', ']'])
        .split([',', ';', '|'])
        .map(|part| part.trim().trim_matches(['"', '\'']));
    parts.filter_map(category).collect()
}

fn category(text: &str) -> Option<&'static taxonomy::Category> {
    let by_id = |id: &str| {
        let primary = Some(id.to_lowercase().replace(' ', "_"));
        taxonomy::from_overture(&taxonomy::OvertureCategory { primary, ..Default::default() })
    };
    text.rsplit('>').map(str::trim).find_map(|part| taxonomy::find(part).or_else(|| by_id(part)))
}

fn street(street: Option<&str>, number: Option<&str>) -> Option<String> {
    match (street, number) {
        (Some(street), Some(number)) if !street.contains(number) => Some(format!("{number} {street}")),
        (street, _) => street.map(str::to_owned),
    }
}

/// Texts that are no numbers give coordinates that are none, so that the record is refused and not misplaced.
fn coordinates(latitude: Option<&str>, longitude: Option<&str>) -> Option<(f64, f64)> {
    let number = |text: &str| text.parse().or_else(|_| text.replace(',', ".").parse()).unwrap_or(f64::NAN);
    Some((number(latitude?), number(longitude?)))
}

/// `60.17,24.94` or `POINT (24.94 60.17)`.
fn point(text: &str) -> Option<(f64, f64)> {
    if let Some(bytes) = text.strip_prefix("0101000000").filter(|rest| rest.len() == 32) {
        return hex_point(bytes);
    }
    let upper = text.to_ascii_uppercase();
    if let Some(inside) =
        upper.strip_prefix("POINT").and_then(|rest| rest.trim().strip_prefix('(')?.strip_suffix(')'))
    {
        let (longitude, latitude) = inside.trim().split_once(' ')?;
        return Some((latitude.trim().parse().ok()?, longitude.trim().parse().ok()?));
    }
    let (latitude, longitude) = text.split_once([',', ' '])?;
    Some((latitude.trim().parse().ok()?, longitude.trim().parse().ok()?))
}

/// The two numbers of a little-endian WKB point in hexadecimal digits.
fn hex_point(digits: &str) -> Option<(f64, f64)> {
    let number =
        |digits: &str| u64::from_str_radix(digits, 16).ok().map(|bits| f64::from_bits(bits.swap_bytes()));
    Some((number(digits.get(16..)?)?, number(digits.get(..16)?)?))
}

fn is_yes(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "1" | "y" | "t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_their_usual_names() {
        let check = |header: &str, expect: Option<Field>| {
            assert_eq!(field_of(header).map(|(field, _)| field), expect, "{header}");
        };
        check("Business Name", Some(Field::Name));
        check("E-mail", Some(Field::Email));
        check("postalCode", Some(Field::PostalCode));
        check("ZIP", Some(Field::PostalCode));
        check("street_address", Some(Field::Street));
        check("Lat", Some(Field::Latitude));
        check("phoneNumber", Some(Field::Phone));
        check("contact:facebook", Some(Field::Facebook));
        check("favourite colour", None);
    }

    #[test]
    fn no_name_stands_for_two_fields() {
        let mut seen = std::collections::HashMap::new();
        for (field, names) in NAMES.iter().chain(&[(Field::Tags, TAGS)]) {
            for name in names.split(';') {
                assert_eq!(seen.insert(name, field), None, "{name}");
                assert_eq!(fold(name), name);
            }
        }
    }

    #[test]
    fn the_better_name_wins_wherever_it_stands() {
        let columns = Columns::of(["address", "street", "title", "name"]);
        let row = ["1 Main St, Town", "1 Main St", "Dr", "Joe"];
        let raw = columns.raw_place(|column| row.get(column).copied());
        assert_eq!((raw.name.as_str(), raw.street.as_deref()), ("Joe", Some("1 Main St")));
    }

    #[test]
    fn values_are_understood_in_their_usual_forms() {
        let columns = Columns::of(["name", "category", "geometry", "employees", "chain", "tags"]);
        let row = ["A", "Retail > Food > Bakery", "POINT (24.94 60.17)", "1,200", "TRUE", "a;b"];
        let raw = columns.raw_place(|column| row.get(column).copied());
        assert_eq!(raw.categories[0].slug, "bakery");
        assert_eq!(
            (raw.coordinates, raw.employee_count, raw.chain),
            (Some((60.17, 24.94)), Some(1200), true)
        );
        assert_eq!(raw.tags, ["a", "b"]);
        assert_eq!(point("60.17, 24.94"), Some((60.17, 24.94)));
        assert_eq!(point("01010000000000000000003e400000000000004e40"), Some((60.0, 30.0)));
    }

    #[test]
    fn a_coordinate_that_is_no_number_is_not_passed_over() {
        let (latitude, _) = coordinates(Some("north"), Some("24.9")).unwrap();
        assert!(latitude.is_nan());
        assert_eq!(coordinates(Some("60,17"), Some("24,94")), Some((60.17, 24.94)));
        assert_eq!(coordinates(None, Some("1")), None);
    }
}
