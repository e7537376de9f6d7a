//! Numbers and text where a browser has what the language would bring along: its tables for decimal numbers, angles and
//! letter case would be a tenth of the page.

/// The number that `text` is, space around it aside: digits with an optional sign, point and exponent.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_written_so = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    if text.is_empty() || !text.bytes().all(is_written_so) {
        return None;
    }
    native::read(text).filter(|number| number.is_finite())
}

/// The shortest decimal number that reads as `number` again: `60.1699`.
#[must_use]
pub fn text(number: f64) -> String {
    native::text(number)
}

/// The number with exactly so many decimals, at most 9, half a unit rounded away from zero: `60.17`.
///
/// Computed here, so that the server and every browser write the same.
#[must_use]
pub fn fixed(number: f64, decimals: u32) -> String {
    let unit = 10_i64.pow(decimals.min(9));
    // What is out of range, as no number of the contract is, becomes the largest one.
    let units = (number * unit as f64).round() as i64;
    let sign = if units < 0 { "-" } else { "" };
    let (whole, part) =
        (units.unsigned_abs() / unit.unsigned_abs(), units.unsigned_abs() % unit.unsigned_abs());
    if decimals == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part:0width$}", width = decimals as usize)
    }
}

/// `text` in lower case, in any script.
#[must_use]
pub fn lower_case(text: &str) -> String {
    native::lower_case(text)
}

/// `text` in upper case, in any script.
#[must_use]
pub fn upper_case(text: &str) -> String {
    native::upper_case(text)
}

pub(crate) use native::{asin, cos, sin};

/// What the language's own library does.
#[cfg(not(target_arch = "wasm32"))]
mod native {
    pub(super) fn read(text: &str) -> Option<f64> {
        text.parse().ok()
    }

    pub(super) fn text(number: f64) -> String {
        number.to_string()
    }

    pub(super) fn lower_case(text: &str) -> String {
        text.to_lowercase()
    }

    pub(super) fn upper_case(text: &str) -> String {
        text.to_uppercase()
    }

    pub(crate) fn sin(angle: f64) -> f64 {
        angle.sin()
    }

    pub(crate) fn cos(angle: f64) -> f64 {
        angle.cos()
    }

    pub(crate) fn asin(sine: f64) -> f64 {
        sine.asin()
    }
}

/// What a browser does.
#[cfg(target_arch = "wasm32")]
mod native {
    use wasm_bindgen::JsValue;
    use wasm_bindgen::prelude::wasm_bindgen;

    pub(super) fn read(text: &str) -> Option<f64> {
        // What is no number becomes NaN.
        Some(JsValue::from_str(text).unchecked_into_f64())
    }

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = String)]
        pub(super) fn text(number: f64) -> String;

        #[wasm_bindgen(js_namespace = ["String", "prototype", "toLowerCase"], js_name = call)]
        pub(super) fn lower_case(text: &str) -> String;

        #[wasm_bindgen(js_namespace = ["String", "prototype", "toUpperCase"], js_name = call)]
        pub(super) fn upper_case(text: &str) -> String;

        #[wasm_bindgen(js_namespace = Math)]
        pub(crate) fn sin(angle: f64) -> f64;

        #[wasm_bindgen(js_namespace = Math)]
        pub(crate) fn cos(angle: f64) -> f64;

        #[wasm_bindgen(js_namespace = Math)]
        pub(crate) fn asin(sine: f64) -> f64;
    }
}

#[cfg(test)]
mod tests {
    use super::{fixed, lower_case, parse, text, upper_case};

    #[test]
    fn numbers_are_read_exactly() {
        assert_eq!(parse(" 60.1699 "), Some(60.1699));
        assert_eq!(["-0.5", "+5", ".5", "5.", "1e3"].map(parse), [-0.5, 5.0, 0.5, 5.0, 1000.0].map(Some));
    }

    #[test]
    fn what_is_no_decimal_number_is_refused() {
        for text in ["", " ", "x", "1,5", "0x10", "inf", "NaN", "infinity", "1e999", "1 2", "--1", "e", "."] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_written_shortest_or_with_fixed_decimals() {
        assert_eq!(
            [60.1699, -0.5, 25.0, 0.1 + 0.2].map(text),
            ["60.1699", "-0.5", "25", "0.30000000000000004"]
        );
        assert_eq!(fixed(60.1699, 2), "60.17");
        assert_eq!(fixed(-24.005, 1), "-24.0");
        assert_eq!(fixed(0.05, 4), "0.0500");
        assert_eq!((fixed(12.5, 0), fixed(-0.001, 2)), ("13".to_owned(), "0.00".to_owned()));
    }

    #[test]
    fn letter_case_is_that_of_any_script() {
        assert_eq!(
            (lower_case("ÄÄNEKOSKI"), upper_case("élan")),
            ("äänekoski".to_owned(), "ÉLAN".to_owned())
        );
    }
}
