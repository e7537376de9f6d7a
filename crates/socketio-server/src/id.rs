//! Names of sessions and sockets. A session's name is all that a request needs to go on with it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 20 characters for 120 random bits.
///
/// # Errors
/// The system has no randomness.
pub(crate) fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 15];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
