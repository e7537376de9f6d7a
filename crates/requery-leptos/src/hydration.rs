//! The cache on its way from the server to the browser: a script element with JSON.

mod once;

use leptos::prelude::*;
use requery::{DehydrateOptions, DehydratedState, Error, QueryClient};

use once::{Once, once};

/// The id of the element that [`dehydrated_script`] renders.
pub const STATE_ELEMENT_ID: &str = "requery-state";

/// The cache as JSON that may stand inside of a script element: no byte of it can end the element.
#[must_use]
pub fn dehydrated_json(client: &QueryClient) -> String {
    #[cfg(not(target_arch = "wasm32"))]
    let state = client.dehydrate_text(&DehydrateOptions::default());
    #[cfg(target_arch = "wasm32")]
    let state = client.dehydrate(&DehydrateOptions::default());
    // Serialising JSON values into a string does not fail.
    let json = serde_json::to_string(&state).unwrap_or_else(|_| r#"{"queries":[]}"#.to_owned());
    escape(&json)
}

/// The cache as a script element, for the shell of the page, outside of what is hydrated. Scripts of this type are data,
/// not code; the nonce is for policies that want one on every script.
///
/// What several queries hold, such as an entity that two lists show, is written once, in an element of its own. A script of one line
/// behind it, the only code here, makes the data whole while the document is read: a policy has to allow it by the nonce.
///
/// Render it after everything was prefetched.
pub fn dehydrated_script(client: &QueryClient, nonce: Option<String>) -> impl IntoView + use<> {
    let json = dehydrated_json(client);
    let (json, again) = match once(&json) {
        Some(Once { json, objects }) => (json, Some(objects)),
        None => (json, None),
    };
    let nonce_again = nonce.clone();
    let again = again.map(move |objects| {
        let script = once::script(STATE_ELEMENT_ID);
        view! {
            <script type="application/x-ndjson" id=once::ELEMENT_ID nonce=nonce_again.clone() inner_html=objects></script>
            <script nonce=nonce_again inner_html=script></script>
        }
    });
    view! {
        <script type="application/json" id=STATE_ELEMENT_ID nonce=nonce inner_html=json></script>
        {again}
    }
}

/// Puts what [`dehydrated_json`] wrote into a cache.
///
/// # Errors
///
/// [`Error::Dehydrated`], when the JSON is not that of a dehydrated cache.
pub fn hydrate_from_json(client: &QueryClient, json: &str) -> Result<(), Error> {
    client.hydrate(DehydratedState::from_json(json)?);
    Ok(())
}

/// Outside of strings JSON has none of these characters, and inside an escape means the same.
fn escape(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_data_can_end_the_script_element() {
        let json = serde_json::json!({ "name": "</script><!--&\u{2028}" }).to_string();
        let escaped = escape(&json);
        assert!(!escaped.contains(['<', '>', '&', '\u{2028}']));
        let read: serde_json::Value = serde_json::from_str(&escaped).unwrap();
        assert_eq!(read["name"], "</script><!--&\u{2028}");
    }
}
