//! Where the session ends while the page is open: back to signing in, and from there to where one was.

use client::interceptor::{Interceptor, Next};
use client::transport::TransportFuture;
use client::{Request, Response, TransportError};
use leptos::prelude::window;

/// Goes to the sign-in page at the first answer that says that nobody is signed in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignInAgain;

impl Interceptor for SignInAgain {
    fn intercept<'a>(
        &'a self,
        request: Request,
        next: Next<'a>,
    ) -> TransportFuture<'a, Result<Response, TransportError>> {
        let answer = next.run(request);
        Box::pin(async move {
            let answer = answer.await;
            if answer.as_ref().is_ok_and(|answer| answer.status == 401) {
                sign_in_again();
                // The page goes: what was asked for has no end here. What is kept until it is done is sent by the next.
                return std::future::pending().await;
            }
            answer
        })
    }
}

fn sign_in_again() {
    let location = window().location();
    let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    let back: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
    // An address of this page's own origin is always taken.
    let _ = location.assign(&format!("/sign-in?return={back}"));
}
