use std::fmt;

use super::{Interceptor, Next};
use crate::transport::{AUTHORIZATION, Request, Response, TransportError, TransportFuture};

/// Signs in with an API token: sends it with every request that has no `authorization` of its own.
///
/// A token that has ended or was revoked is refused with 401, code `unauthenticated`.
#[derive(Clone)]
pub struct Bearer {
    /// As it stands in the header.
    value: String,
}

impl Bearer {
    /// Signs in with that token; blanks around it, such as the end of a file's line, are not part of it.
    ///
    /// # Errors
    /// When it has characters that no token has (RFC 6750, section 2.1), or none at all.
    pub fn new(token: &str) -> Result<Self, UnfitToken> {
        let token = token.trim();
        let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
        let letters = token.trim_end_matches('=');
        if letters.is_empty() || !letters.bytes().all(is_of_token) {
            return Err(UnfitToken);
        }
        Ok(Self { value: format!("Bearer {token}") })
    }

    /// The header's name and its value, for what is sent without an [`ApiClient`](crate::ApiClient), such as the handshake of a
    /// socket.
    #[must_use]
    pub fn header(&self) -> (&'static str, &str) {
        (AUTHORIZATION, &self.value)
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer").finish_non_exhaustive()
    }
}

impl Interceptor for Bearer {
    fn intercept<'a>(
        &'a self,
        mut request: Request,
        next: Next<'a>,
    ) -> TransportFuture<'a, Result<Response, TransportError>> {
        if request.header(AUTHORIZATION).is_none() {
            request.headers.push((AUTHORIZATION.to_owned(), self.value.clone()));
        }
        next.run(request)
    }
}

/// What was given as a token is none. It does not show what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnfitToken;

impl fmt::Display for UnfitToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "this is no API token: one has only letters, digits and - . _ ~ + / in it; copy it again, or make another one at \
             /account",
        )
    }
}

impl std::error::Error for UnfitToken {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_what_a_header_can_carry() {
        for token in ["wX3_d-2", "a.b~c+d/e==", " read-from-a-file\n"] {
            let bearer = Bearer::new(token).unwrap();
            assert_eq!(bearer.header(), ("authorization", format!("Bearer {}", token.trim()).as_str()));
        }
        for unfit in ["", " ", "=", "two words", "a\r\nx-role: admin", "a=b", "\u{e4}", "Bearer abc"] {
            assert_eq!(Bearer::new(unfit).unwrap_err(), UnfitToken, "{unfit:?}");
        }
    }
}
