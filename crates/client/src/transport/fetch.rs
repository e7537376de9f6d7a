use std::time::Duration;

use futures::FutureExt;
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestInit};

use super::{Request, Response, Transport, TransportError, TransportFuture};

/// A write up to this many bytes is sent to its end although the page is left meanwhile: browsers allow for 64 KiB of all
/// such requests together.
const KEPT_ALIVE: usize = 16 * 1024;

/// The browser's `fetch`, to the origin of the page.
#[derive(Clone, Copy, Debug)]
pub struct FetchTransport {
    timeout: Duration,
}

impl FetchTransport {
    /// Requests to the page's own server that may take 30 seconds each.
    #[must_use]
    pub fn new() -> Self {
        Self { timeout: Duration::from_secs(30) }
    }
}

impl Default for FetchTransport {
    fn default() -> Self {
        Self::new()
    }
}

/// Aborts the request when it is dropped; after the answer that does nothing.
struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Transport for FetchTransport {
    fn send(&self, request: Request) -> TransportFuture<'_, Result<Response, TransportError>> {
        let milliseconds = u32::try_from(self.timeout.as_millis()).unwrap_or(u32::MAX);
        Box::pin(async move {
            let answer = fetch(request).boxed_local();
            match select(answer, TimeoutFuture::new(milliseconds)).await {
                Either::Left((answer, _)) => answer.map_err(|error| unreachable_error(&error)),
                Either::Right(_) => Err(TransportError::Timeout),
            }
        })
    }
}

async fn fetch(request: Request) -> Result<Response, JsValue> {
    let abort = AbortOnDrop(AbortController::new()?);
    let init = RequestInit::new();
    init.set_method(request.method);
    init.set_signal(Some(&abort.0.signal()));
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    init.set_headers(&headers);
    if request.method != "GET" && request.body.as_ref().is_none_or(|body| body.len() < KEPT_ALIVE) {
        // Known to every browser, and to web-sys only where unstable interfaces are switched on.
        js_sys::Reflect::set(&init, &JsValue::from_str("keepalive"), &JsValue::TRUE)?;
    }
    if let Some(body) = &request.body {
        init.set_body(&js_sys::Uint8Array::from(body.as_slice()));
    }
    let window = web_sys::window().ok_or_else(|| JsValue::from_str("there is no window"))?;
    let answer = JsFuture::from(window.fetch_with_str_and_init(&request.path, &init)).await?;
    let answer: web_sys::Response = answer.dyn_into()?;
    let body = JsFuture::from(answer.array_buffer()?).await?;
    let retry_after = answer.headers().get("retry-after")?.map(|value| ("retry-after".to_owned(), value));
    Ok(Response {
        status: answer.status(),
        headers: retry_after.into_iter().collect(),
        body: js_sys::Uint8Array::new(&body).to_vec(),
    })
}

fn unreachable_error(error: &JsValue) -> TransportError {
    let message = js_sys::Reflect::get(error, &JsValue::from_str("message")).ok();
    let message = message.and_then(|message| message.as_string());
    TransportError::Unreachable(message.unwrap_or_else(|| "the request failed".to_owned()))
}
