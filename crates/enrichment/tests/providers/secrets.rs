//! A key goes to its provider and nowhere else.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use store::test_support;

use crate::server::Server;
use crate::{KEY, business, config, enriched, providers};

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_key_is_in_no_log_error_event_or_debug_output() {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // While there is one alone, another test's thread that comes first to a line of the log switches that line off for all.
    let _second = tracing::Dispatch::new(tracing_subscriber::fmt().with_writer(std::io::sink).finish());
    let _guard = tracing::subscriber::set_default(subscriber);
    let refused = json!({ "errors": [{ "id": "authentication_failed", "code": 400, "details": format!("No user has {KEY}") }] });
    let server = Server::start().await.page("/", "<h1>Acme</h1>").json("/v2/domain-search", 500, &json!({}));
    let server = server.silence("/v2/domain-search").json("/v2/domain-search", 400, &refused);
    let db = test_support::sqlite().await;
    let store = db.store();
    let config = config(&server);
    let mut seen = format!("{config:?}");
    let asked = providers(config, "1");
    let id = business(store, &server, |_| ()).await;
    let (_, detail, log) = enriched(store, &server, &asked, id).await;
    seen += &format!("{asked:?} {detail:?} {log:?} {:?}", asked.info(store).await);
    seen += &serde_json::to_string(&store.events_since(0, 1000).await.unwrap().events).unwrap();
    seen += &String::from_utf8_lossy(&written.0.lock().unwrap());
    assert!(server.asked().iter().any(|asked| asked.key.as_deref() == Some(KEY)), "it was sent");
    assert!(seen.contains("a provider was not asked further"), "the log was read");
    assert!(!seen.contains(KEY));
}
