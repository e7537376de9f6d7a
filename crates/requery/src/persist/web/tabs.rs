//! `BroadcastChannel`.

use std::fmt;

use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{BroadcastChannel, MessageEvent};

use super::failure;
use crate::{Channel, StorageError, Subscription};

/// Carries texts between the tabs and workers of an origin, by the browser's `BroadcastChannel`.
///
/// ```no_run
/// # #[cfg(target_arch = "wasm32")] {
/// use requery::{QueryClient, TabChannel, runtime::BrowserRuntime};
///
/// let client = QueryClient::new(BrowserRuntime);
/// if let Ok(channel) = TabChannel::new("cache") {
///     client.broadcast(channel).forget();
/// }
/// # }
/// ```
pub struct TabChannel {
    channel: SendWrapper<BroadcastChannel>,
}

impl TabChannel {
    /// One that is joined under a name; who joins under the same name hears it.
    ///
    /// # Errors
    ///
    /// When the browser has no such thing, or does not let this page use it.
    pub fn new(name: &str) -> Result<Self, StorageError> {
        let channel = BroadcastChannel::new(name).map_err(|error| failure(&error))?;
        Ok(Self { channel: SendWrapper::new(channel) })
    }
}

impl Channel for TabChannel {
    fn post(&self, text: String) {
        // One that is closed has nobody to tell.
        let _ = self.channel.post_message(&text.into());
    }

    fn listen(&self, listener: Box<dyn Fn(&str) + Send + Sync>) -> Subscription {
        let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                listener(&text);
            }
        });
        let channel = BroadcastChannel::clone(&self.channel);
        channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        let open = SendWrapper::new((channel, hear));
        Subscription::new(move || {
            let (channel, _hear) = open.take();
            channel.set_onmessage(None);
            channel.close();
        })
    }
}

impl fmt::Debug for TabChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TabChannel").field("name", &self.channel.name()).finish_non_exhaustive()
    }
}
