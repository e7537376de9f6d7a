//! Cursors as they travel: JSON in base64, opaque to clients.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::StoreError;

/// Longer texts are no cursors of ours: a row's texts are of hundreds of characters each. In four bytes a character, escaped, one
/// that is too long still fits into an address, so that it is told what is wrong with it.
const MAX_LENGTH: usize = 4096;

/// A cursor's content as text that can stand in a URL.
pub(crate) fn encode_text(content: &str) -> String {
    URL_SAFE_NO_PAD.encode(content)
}

/// The content of a cursor's text.
pub(crate) fn decode<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, StoreError> {
    if text.len() > MAX_LENGTH {
        return Err(StoreError::BadCursor);
    }
    let content = URL_SAFE_NO_PAD.decode(text).map_err(|_| StoreError::BadCursor)?;
    serde_json::from_slice(&content).map_err(|_| StoreError::BadCursor)
}

/// FNV-1a, 64 bits: the same in every process and every version, unlike the standard hasher.
pub(crate) fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
