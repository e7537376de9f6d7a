//! Phone numbers.

use contract::GeoPoint;
use rlibphonenumber::PHONE_NUMBER_UTIL;
use rlibphonenumber::enums::{PhoneNumberFormat, PhoneNumberType, Region};

use crate::geocoder;
use crate::place::Phone;

/// The first of the numbers that is valid. A number without a country's prefix is read as one of `country`,
/// or, where that is not known, of the country whose city is nearest to `point`.
#[must_use]
pub fn first_valid(numbers: &[String], country: Option<&str>, point: Option<GeoPoint>) -> Option<Phone> {
    let mut guessed = None;
    numbers
        .iter()
        .flat_map(|text| text.split([';', '\n']))
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .find_map(|text| {
            let is_international = text.starts_with('+') || text.starts_with("tel:+");
            if country.is_none() && guessed.is_none() && !is_international {
                guessed = point.and_then(geocoder::nearest_country);
            }
            parse(text, country.or(guessed))
        })
}

/// The number, if it is valid. Several numbers between commas or slashes give the first valid one.
#[must_use]
pub fn parse(text: &str, country: Option<&str>) -> Option<Phone> {
    if text.len() > 100 {
        return None;
    }
    let text = text.trim().trim_start_matches("tel:");
    let whole = parse_one(text, country);
    whole.or_else(|| {
        let mut parts = text.split([',', '/', '|']).filter(|part| part.len() < text.len());
        parts.find_map(|part| parse_one(part.trim(), country))
    })
}

fn parse_one(text: &str, country: Option<&str>) -> Option<Phone> {
    let text = text
        .strip_prefix("00")
        .filter(|_| country.is_none())
        .map_or_else(|| text.to_owned(), |rest| format!("+{rest}"));
    let number = PHONE_NUMBER_UTIL.parse(&text, country.and_then(region)).ok()?;
    // A number is valid if it is of some kind.
    let kind = PHONE_NUMBER_UTIL.get_number_type(&number);
    if kind == PhoneNumberType::Unknown {
        return None;
    }
    let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
    let display = number.format_as(PhoneNumberFormat::National).into_owned();
    Some(Phone { e164, display, is_own: is_own(kind) })
}

fn region(country: &str) -> Option<Region> {
    country.parse().ok()
}

fn is_own(kind: PhoneNumberType) -> bool {
    !matches!(
        kind,
        PhoneNumberType::TollFree
            | PhoneNumberType::PremiumRate
            | PhoneNumberType::SharedCost
            | PhoneNumberType::UAN
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, country: Option<&str>, e164: Option<&str>) {
        assert_eq!(parse(text, country).map(|phone| phone.e164).as_deref(), e164, "{text} {country:?}");
    }

    #[test]
    fn numbers_are_read_in_the_country_of_the_address() {
        check("(732) 462-1234", Some("US"), Some("+17324621234"));
        check("+1 732-462-1234", None, Some("+17324621234"));
        check("09 1234567", Some("FI"), Some("+35891234567"));
        check("+358 9 123 4567", Some("US"), Some("+35891234567"));
        check("00358 9 1234567", None, Some("+35891234567"));
        check("tel:+358-9-1234567", None, Some("+35891234567"));
        check("09 1234567", None, None);
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "call us", "123", "+", "9999999999999999999", "+1 000 000 0000"] {
            check(text, Some("US"), None);
        }
    }

    #[test]
    fn of_several_the_first_valid_one_counts() {
        check("n/a / (732) 462-1234", Some("US"), Some("+17324621234"));
        let numbers = ["unknown".to_owned(), "1;+358 9 1234567; +358 9 7654321".to_owned()];
        assert_eq!(first_valid(&numbers, Some("FI"), None).unwrap().e164, "+35891234567");
    }

    #[test]
    fn a_country_is_guessed_from_the_point() {
        let helsinki = GeoPoint::new(60.17, 24.94);
        assert_eq!(first_valid(&["09 1234567".to_owned()], None, helsinki).unwrap().e164, "+35891234567");
    }

    #[test]
    fn numbers_that_businesses_share_are_known() {
        assert!(parse("(732) 462-1234", Some("US")).unwrap().is_own);
        assert!(!parse("1-800-555-0199", Some("US")).unwrap().is_own);
        assert!(!parse("+35820123456", None).unwrap().is_own, "a company-wide number");
        assert!(parse("+35891234567", None).unwrap().is_own);
    }

    #[test]
    fn the_display_form_is_the_countrys_own() {
        assert_eq!(parse("+17324621234", None).unwrap().display, "(732) 462-1234");
    }

    proptest::proptest! {
        #[test]
        fn a_number_of_some_kind_is_valid(digits in "[+]?[0-9]{5,13}", country in "US|FI|GB|DE|IT|AG") {
            if let Ok(number) = PHONE_NUMBER_UTIL.parse(&digits, region(&country)) {
                let is_of_a_kind = PHONE_NUMBER_UTIL.get_number_type(&number) != PhoneNumberType::Unknown;
                proptest::prop_assert_eq!(is_of_a_kind, PHONE_NUMBER_UTIL.is_valid_number(&number));
            }
        }

        #[test]
        fn no_text_breaks_it(text in ".{0,60}") {
            let _ = parse(&text, Some("US"));
            let _ = parse(&text, None);
        }
    }
}
