//! The same cache in several tabs.

use crate::sync::Mutex;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::client::lock;
use crate::{
    CacheEvent, DehydratedQuery, DehydratedState, QueryAction, QueryClient, QueryFilters, QueryKey,
    Subscription, Timestamp,
};

/// What carries texts to the same program elsewhere, and not back to the sender: a `BroadcastChannel`.
pub trait Channel: Send + Sync + 'static {
    /// Sends a text to all others.
    fn post(&self, text: String);

    /// Calls `listener` with every text of the others, until the subscription is dropped.
    fn listen(&self, listener: Box<dyn Fn(&str) + Send + Sync>) -> Subscription;
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Message {
    /// A query has new data.
    Updated { query: DehydratedQuery },
    /// A query was invalidated.
    Invalidated { key: serde_json::Value },
    /// A query was removed.
    Removed { key: serde_json::Value },
}

#[derive(Default)]
struct Echoes {
    /// What was taken over from others, so that it is not sent back.
    data: HashMap<QueryKey, Timestamp>,
    invalidated: HashMap<QueryKey, usize>,
}

impl QueryClient {
    /// F16: shares new data, invalidations and removals with the same cache elsewhere, until the subscription is dropped.
    ///
    /// Only `hydratable` queries take part. Data is only taken over where it is newer than what is there, and a query
    /// that merely came into being elsewhere changes nothing here. A query that is observed here stays when it is removed
    /// elsewhere.
    ///
    /// ```
    /// use requery::{MemoryChannel, QueryClient, QueryOptions, query_key, runtime::TestRuntime};
    ///
    /// let (runtime, channel) = (TestRuntime::new(), MemoryChannel::new());
    /// let tabs = [QueryClient::new(runtime.clone()), QueryClient::new(runtime.clone())];
    /// let _sharing = tabs.each_ref().map(|tab| tab.broadcast(channel.join()));
    /// let options = QueryOptions::<u32, std::io::Error>::new(query_key!["n"], |_| async { Ok(1) }).hydratable();
    /// runtime.block_on(tabs[0].fetch_query(&options)).unwrap();
    /// assert_eq!(*runtime.block_on(tabs[1].ensure_query_data(&options)).unwrap(), 1);
    /// ```
    pub fn broadcast(&self, channel: impl Channel) -> Subscription {
        let channel: Arc<dyn Channel> = Arc::new(channel);
        let echoes: Arc<Mutex<Echoes>> = Arc::default();
        let (weak, of_listener) = (self.downgrade(), Arc::clone(&echoes));
        let hearing = channel.listen(Box::new(move |text| {
            if let (Some(client), Ok(message)) = (weak.upgrade(), serde_json::from_str(text)) {
                hear(&client, &of_listener, message);
            }
        }));
        let weak = self.downgrade();
        let telling = self.subscribe(move |event| {
            let message = weak.upgrade().and_then(|client| message_of(&client, &echoes, event));
            if let Some(text) = message.and_then(|message| serde_json::to_string(&message).ok()) {
                channel.post(text);
            }
        });
        Subscription::new(move || drop((hearing, telling)))
    }
}

fn message_of(client: &QueryClient, echoes: &Mutex<Echoes>, event: &CacheEvent) -> Option<Message> {
    match event {
        CacheEvent::Updated { key, action: QueryAction::Success { .. } } => {
            let query = client.dehydrate_query(key)?;
            let is_echo = lock(echoes).data.get(key).is_some_and(|at| *at >= query.data_updated_at);
            (!is_echo).then_some(Message::Updated { query })
        }
        CacheEvent::Updated { key, action: QueryAction::Invalidate } => {
            let mut echoes = lock(echoes);
            match echoes.invalidated.get_mut(key).filter(|count| **count > 0) {
                Some(count) => {
                    *count -= 1;
                    None
                }
                None => Some(Message::Invalidated { key: key.to_json() }),
            }
        }
        CacheEvent::Removed { key } => {
            lock(echoes).data.remove(key);
            Some(Message::Removed { key: key.to_json() })
        }
        _ => None,
    }
}

fn hear(client: &QueryClient, echoes: &Mutex<Echoes>, message: Message) {
    match message {
        Message::Updated { query } => {
            let key = QueryKey::new(&query.query_key);
            lock(echoes).data.insert(key, query.data_updated_at);
            client.hydrate(DehydratedState { queries: vec![query], ..DehydratedState::default() });
        }
        Message::Invalidated { key } => {
            let key = QueryKey::new(&key);
            let is_news = client.queries(QueryFilters::exact(&key)).iter().any(|query| !query.is_invalidated);
            if is_news {
                *lock(echoes).invalidated.entry(key.clone()).or_default() += 1;
                // Started, not awaited.
                drop(client.invalidate_queries(QueryFilters::exact(key)));
            }
        }
        Message::Removed { key } => {
            let unobserved = QueryFilters::exact(QueryKey::new(&key)).predicate(|query| query.observers == 0);
            client.remove_queries(unobserved);
        }
    }
}

type Listener = Arc<dyn Fn(&str) + Send + Sync>;

/// Carries texts within one program: for tests, and for several caches of one program.
#[derive(Clone, Default)]
pub struct MemoryChannel {
    hub: Arc<Mutex<Hub>>,
    member: u64,
}

#[derive(Default)]
struct Hub {
    next: u64,
    listeners: Vec<(u64, Listener)>,
}

impl MemoryChannel {
    /// A channel without members.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more member, who hears the others.
    #[must_use]
    pub fn join(&self) -> Self {
        let mut hub = lock(&self.hub);
        hub.next += 1;
        Self { hub: Arc::clone(&self.hub), member: hub.next }
    }
}

impl Channel for MemoryChannel {
    fn post(&self, text: String) {
        let others: Vec<Listener> = {
            let hub = lock(&self.hub);
            let others = hub.listeners.iter().filter(|(member, _)| *member != self.member);
            others.map(|(_, listener)| Arc::clone(listener)).collect()
        };
        for listener in others {
            listener(&text);
        }
    }

    fn listen(&self, listener: Box<dyn Fn(&str) + Send + Sync>) -> Subscription {
        let (hub, member) = (Arc::clone(&self.hub), self.member);
        lock(&hub).listeners.push((member, Arc::from(listener)));
        Subscription::new(move || lock(&hub).listeners.retain(|(known, _)| *known != member))
    }
}

impl fmt::Debug for MemoryChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryChannel").field("member", &self.member).finish_non_exhaustive()
    }
}
