//! The client in Leptos context.

use leptos::prelude::{provide_context, use_context};
use requery::QueryClient;

/// Gives the client to every component below.
pub fn provide_query_client(client: QueryClient) {
    provide_context(client);
}

/// The client that was provided above.
///
/// Where none was, a warning is logged and an empty client that nobody else uses is returned, so that the page still
/// renders, without data.
#[must_use]
pub fn use_query_client() -> QueryClient {
    use_context().unwrap_or_else(|| {
        leptos::logging::warn!("no query client: call provide_query_client in a component above");
        detached()
    })
}

#[cfg(target_arch = "wasm32")]
fn detached() -> QueryClient {
    QueryClient::new(requery::runtime::BrowserRuntime)
}

#[cfg(not(target_arch = "wasm32"))]
fn detached() -> QueryClient {
    // Its clock stands still and its tasks never run: nothing but an empty cache is wanted of it.
    QueryClient::server(requery::runtime::TestRuntime::new())
}
