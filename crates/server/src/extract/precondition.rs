//! `If-Match`: the version that a change is made of.

use axum::http::{HeaderMap, header};
use contract::{Endpoint, FieldError};

use crate::problem::ApiProblem;

/// Whether a change has to name the version that it is made of. Who guards against that another change came first says
/// so by the failure 412.
pub(crate) fn is_guarded<E: Endpoint>() -> bool {
    E::FAILURES.contains(&412)
}

/// The version in `If-Match: "<version>"` of a guarded change: whoever changes a row says what they saw of it. 0 for all
/// other requests.
pub(crate) fn version<E: Endpoint>(headers: &HeaderMap) -> Result<u64, ApiProblem> {
    if !is_guarded::<E>() {
        return Ok(0);
    }
    let mut given = headers.get_all(header::IF_MATCH).iter();
    let Some(value) = given.next() else {
        return Err(wrong("required", "send the version that you saw, such as If-Match: \"3\""));
    };
    // Several are a list, as if they stood in one.
    let one = given.next().is_none().then_some(value);
    let text = one.and_then(|value| value.to_str().ok());
    let text = text.and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'));
    let digits = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| wrong("format", "write one version in quotes, such as \"3\""))
}

fn wrong(code: &str, message: &str) -> ApiProblem {
    ApiProblem::malformed(vec![FieldError::new("If-Match", code, message)])
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use contract::endpoints::{DeleteBusiness, DeleteUser, MergeBusiness, UpdateBusiness};

    use super::*;

    #[test]
    fn one_version_in_quotes_is_taken() {
        let check = |text: &str, expect: Option<u64>| {
            let headers = HeaderMap::from_iter([(header::IF_MATCH, HeaderValue::try_from(text).unwrap())]);
            assert_eq!(version::<UpdateBusiness>(&headers).ok(), expect, "{text}");
        };
        check("\"3\"", Some(3));
        for text in [
            "3",
            "*",
            "\"\"",
            "\"x\"",
            "\"-1\"",
            "\"+1\"",
            "W/\"3\"",
            "\"1\", \"2\"",
            "\"99999999999999999999\"",
        ] {
            check(text, None);
        }
        assert!(version::<DeleteBusiness>(&HeaderMap::new()).is_err());
        let mut two = HeaderMap::new();
        two.append(header::IF_MATCH, HeaderValue::from_static("\"3\""));
        two.append(header::IF_MATCH, HeaderValue::from_static("\"4\""));
        assert!(version::<UpdateBusiness>(&two).is_err());
        assert_eq!(version::<MergeBusiness>(&HeaderMap::new()).ok(), Some(0));
        assert_eq!(version::<DeleteUser>(&HeaderMap::new()).ok(), Some(0));
    }
}
