//! Who may listen. Every role may.

use std::sync::Arc;

use contract::event::Handshake;
use http::request::Parts;
use serde_json::{Map, Value};
use socketio_server::Namespace;
use store::Store;

use super::guests::Guests;
use super::pump::Pump;
use super::tail::Tail;
use crate::auth::{Identity, Principal, identify};

pub(super) struct Hall {
    store: Store,
    tail: Arc<Tail>,
    guests: Arc<Guests>,
}

impl Hall {
    pub(super) fn new(store: Store, tail: Arc<Tail>, guests: Arc<Guests>) -> Self {
        Self { store, tail, guests }
    }

    /// Whoever signed in: a browser by the cookie of its request, a program by a token.
    async fn principal(&self, request: &Parts, token: Option<String>) -> Result<Principal, String> {
        if let Some(token) = token {
            let identified = identify::by_token(&self.store, &token).await;
            return identified.map_err(|problem| problem.into_problem().detail);
        }
        let identity = request.extensions.get::<Identity>().cloned().unwrap_or_default();
        identity.0.ok_or_else(|| "sign in first, or send {\"token\": an API token}".to_owned())
    }
}

impl Namespace for Hall {
    type Feed = Pump;

    async fn join(&self, request: &Parts, auth: Option<Map<String, Value>>) -> Result<Pump, String> {
        let Handshake { since, token, .. } = read(auth)?;
        let principal = self.principal(request, token).await?;
        let place = Guests::enter(&self.guests, principal.by);
        Ok(Pump::new(Arc::clone(&self.tail), place, since))
    }
}

/// A client that means a place in the log must not be given another one.
fn read(auth: Option<Map<String, Value>>) -> Result<Handshake, String> {
    let auth = Value::Object(auth.unwrap_or_default());
    serde_json::from_value(auth).map_err(|_| {
        "the handshake is not understood; send {\"since\": the last seq that you know}".to_owned()
    })
}
