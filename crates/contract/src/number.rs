//! Decimal numbers as people and addresses write them.

/// The number that `text` is, space around it aside: digits with an optional sign, point and exponent.
///
/// A browser reads it itself: the tables that the language needs for it would be a thirtieth of the page.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_written_so = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    if text.is_empty() || !text.bytes().all(is_written_so) {
        return None;
    }
    read(text).filter(|number| number.is_finite())
}

#[cfg(not(target_arch = "wasm32"))]
fn read(text: &str) -> Option<f64> {
    text.parse().ok()
}

#[cfg(target_arch = "wasm32")]
fn read(text: &str) -> Option<f64> {
    // What is no number becomes NaN.
    Some(wasm_bindgen::JsValue::from_str(text).unchecked_into_f64())
}

#[cfg(test)]
mod tests {
    use super::parse;

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
}
