//! Query strings.

use contract::endpoint::Schemas;
use contract::{BusinessQuery, FieldError};
use serde::de::DeserializeOwned;

use super::fields::{self, NAMED};
use super::texts;
use super::validate::Validate;
use crate::problem::ApiProblem;

/// Reads a query string. Every pair that is unknown, given twice or unreadable is named, up to 20 of them; else every pair
/// that holds a control character.
pub(crate) fn read<Q>(query: Option<&str>) -> Result<Q, ApiProblem>
where
    Q: Schemas + Validate + DeserializeOwned,
{
    let query = query.unwrap_or_default();
    let read = serde_urlencoded::from_str(query).map_err(|whole| {
        let mut errors = pair_errors::<Q>(query);
        if errors.is_empty() {
            errors.push(FieldError::new("query", "format", fields::told(&whole.to_string())));
        }
        ApiProblem::malformed(errors)
    })?;
    texts::refuse_controls_of_pairs::<Q>(query)?;
    Ok(read)
}

/// Refuses the encoded pairs of a form of which some hold the character NUL.
pub(crate) fn refuse_nul(pairs: &[u8]) -> Result<(), ApiProblem> {
    let pairs = form_urlencoded::parse(pairs);
    let wrong = pairs.filter(|(name, value)| name.contains('\0') || value.contains('\0')).take(NAMED);
    let errors: Vec<FieldError> = wrong.map(|(name, _)| fields::with_nul(&name)).collect();
    if errors.is_empty() { Ok(()) } else { Err(ApiProblem::invalid(errors)) }
}

/// The filters of the list of businesses as they stand behind the question mark of its address.
///
/// # Errors
/// Every pair that is unknown, given twice, unreadable or out of range is named.
pub fn business_filter(query: &str) -> Result<BusinessQuery, Vec<FieldError>> {
    let read = read::<BusinessQuery>(Some(query));
    let checked = read.and_then(|query| {
        let errors = query.field_errors();
        if errors.is_empty() { Ok(query.filters()) } else { Err(ApiProblem::invalid(errors)) }
    });
    checked.map_err(|problem| problem.into_problem().errors)
}

/// What is wrong pair by pair: serde's message for a whole query does not say which value it means.
fn pair_errors<Q: Schemas + DeserializeOwned>(query: &str) -> Vec<FieldError> {
    let known: Vec<String> = Q::parameters().into_iter().map(|parameter| parameter.name).collect();
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut errors = Vec::new();
    for (index, (name, value)) in pairs.iter().enumerate() {
        if errors.len() == NAMED {
            break;
        }
        if !known.contains(name) {
            errors.push(fields::unknown(name, &known, "parameter"));
        } else if pairs[..index].iter().any(|(earlier, _)| earlier == name) {
            errors.push(FieldError::new(name, "format", "give it once"));
        } else if let Err(error) = serde_urlencoded::from_str::<Q>(&encode(name, value)) {
            errors.push(FieldError::new(name, "format", fields::told(&error.to_string())));
        }
    }
    errors
}

fn encode(name: &str, value: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}

#[cfg(test)]
mod tests {
    use contract::endpoint::NoQuery;

    use super::*;

    fn errors<Q: Schemas + Validate + DeserializeOwned>(query: &str) -> Vec<(String, String)> {
        let Err(problem) = read::<Q>(Some(query)) else { return Vec::new() };
        problem.into_errors().into_iter().map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn every_wrong_pair_is_named() {
        let check = |query: &str, expect: &[(&str, &str)]| {
            let expect: Vec<_> =
                expect.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect();
            assert_eq!(errors::<BusinessQuery>(query), expect, "{query}");
        };
        check("page=2&city=New%20York", &[]);
        check("pgae=2", &[("pgae", "unknown")]);
        check("page=two", &[("page", "format")]);
        check("page=-1", &[("page", "format")]);
        check("page=1&page=2", &[("page", "format")]);
        check("near=Helsinki&colour=red", &[("near", "format"), ("colour", "unknown")]);
        check("hasEmail=yes", &[("hasEmail", "format")]);
    }

    #[test]
    fn a_text_with_nul_is_named_however_it_is_written() {
        let wrong = |field: &str| (field.to_owned(), "format".to_owned());
        assert_eq!(errors::<BusinessQuery>("city=a%00b&tag=x&search=%00"), [wrong("city"), wrong("search")]);
        assert_eq!(errors::<BusinessQuery>("page=%00"), [wrong("page")]);
        // The two characters of an escape, one after the other, are text; so is what parts words in a search.
        assert!(errors::<BusinessQuery>("search=%2500%09%0A").is_empty());
        assert_eq!(errors::<BusinessQuery>("search=%01&city=%0A"), [wrong("search"), wrong("city")]);
        assert!(refuse_nul(b"who=a%00b").is_err() && refuse_nul(b"who=a\0b").is_err());
        assert!(refuse_nul(b"a\0=b").is_err() && refuse_nul(b"who=a%0Ab").is_ok());
    }

    #[test]
    fn of_thousands_of_wrong_pairs_the_first_are_named() {
        let many: String = (0..5000).map(|number| format!("p{number}=1&")).collect();
        assert_eq!(errors::<BusinessQuery>(&many).len(), NAMED);
        assert_eq!(errors::<BusinessQuery>(&"page=1&".repeat(5000)).len(), NAMED);
        assert_eq!(refuse_nul("a=%00&".repeat(5000).as_bytes()).unwrap_err().into_errors().len(), NAMED);
    }

    #[test]
    fn an_endpoint_without_parameters_takes_none() {
        assert_eq!(errors::<NoQuery>("x=1"), [("x".to_owned(), "unknown".to_owned())]);
        assert!(read::<NoQuery>(None).is_ok() && read::<NoQuery>(Some("")).is_ok());
    }
}
