//! What the panel shows, and what was chosen in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use leptos::html::{Button, Input, Section};
use leptos::prelude::*;
use requery::{
    EntityId, InspectedEntity, InspectedMutation, InspectedQuery, QueryClient, QueryKey, Subscription,
    Timeline, TimelineEntry, TimelineOptions, Timestamp,
};

use super::rows::Order;

/// How often times are told anew.
const TICK: Duration = Duration::from_secs(1);

/// What there is to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Queries,
    Mutations,
    Entities,
    Timeline,
}

impl Tab {
    pub(super) const ALL: [Self; 4] = [Self::Queries, Self::Mutations, Self::Entities, Self::Timeline];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Queries => "Queries",
            Self::Mutations => "Mutations",
            Self::Entities => "Entities",
            Self::Timeline => "Timeline",
        }
    }

    /// The one that a key leads to from this one.
    pub(super) fn by_key(self, key: &str) -> Option<Self> {
        let here = Self::ALL.iter().position(|tab| *tab == self)?;
        let last = Self::ALL.len() - 1;
        let there = match key {
            "ArrowRight" => (here + 1) % Self::ALL.len(),
            "ArrowLeft" => here.checked_sub(1).unwrap_or(last),
            "Home" => 0,
            "End" => last,
            _ => return None,
        };
        Self::ALL.get(there).copied()
    }
}

/// An entity, as it is named here.
pub(super) type EntityName = (&'static str, EntityId);

/// The cache at one moment, as far as the open tab shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seen {
    pub(super) queries: Vec<InspectedQuery>,
    pub(super) mutations: Vec<InspectedMutation>,
    pub(super) entities: Vec<InspectedEntity>,
    /// The oldest first.
    pub(super) timeline: Vec<TimelineEntry>,
    pub(super) is_offline: bool,
    pub(super) timers: usize,
    pub(super) layers: usize,
}

/// The panel. Copies are the same.
#[derive(Clone, Copy)]
pub(super) struct Panel {
    client: StoredValue<QueryClient>,
    timeline: StoredValue<Timeline>,
    pub(super) is_open: RwSignal<bool>,
    pub(super) tab: RwSignal<Tab>,
    pub(super) filter: RwSignal<String>,
    pub(super) order: RwSignal<Order>,
    pub(super) is_reversed: RwSignal<bool>,
    pub(super) query: RwSignal<Option<QueryKey>>,
    pub(super) mutation: RwSignal<Option<u64>>,
    pub(super) entity: RwSignal<Option<EntityName>>,
    /// The timeline keeps data too.
    pub(super) keeps_data: RwSignal<bool>,
    pub(super) seen: RwSignal<Arc<Seen>>,
    pub(super) now: RwSignal<Timestamp>,
    pub(super) corner: NodeRef<Button>,
    pub(super) frame: NodeRef<Section>,
    pub(super) filter_field: NodeRef<Input>,
}

impl Panel {
    /// Closed. From here on the timeline is written.
    pub(super) fn new(client: QueryClient) -> Self {
        let panel = Self {
            timeline: StoredValue::new(Timeline::of(&client, TimelineOptions::default())),
            is_open: RwSignal::new(false),
            tab: RwSignal::new(Tab::Queries),
            filter: RwSignal::new(String::new()),
            order: RwSignal::new(Order::Key),
            is_reversed: RwSignal::new(false),
            query: RwSignal::new(None),
            mutation: RwSignal::new(None),
            entity: RwSignal::new(None),
            keeps_data: RwSignal::new(false),
            seen: RwSignal::new(Arc::default()),
            now: RwSignal::new(client.now()),
            corner: NodeRef::new(),
            frame: NodeRef::new(),
            filter_field: NodeRef::new(),
            client: StoredValue::new(client),
        };
        panel.follow_while_open();
        panel
    }

    /// What it shows; nothing once it is gone.
    pub(super) fn client(self) -> Option<QueryClient> {
        self.client.try_get_value()
    }

    pub(super) fn timeline(self) -> Option<Timeline> {
        self.timeline.try_get_value()
    }

    pub(super) fn open(self) {
        self.is_open.set(true);
        self.refresh();
        soon(move || focus(self.frame.try_get_untracked().flatten().as_ref()));
    }

    pub(super) fn close(self) {
        self.is_open.set(false);
        soon(move || focus(self.corner.try_get_untracked().flatten().as_deref()));
    }

    pub(super) fn choose_tab(self, tab: Tab) {
        self.tab.set(tab);
        self.refresh();
    }

    /// Shows a query, wherever it was named.
    pub(super) fn show_query(self, key: QueryKey) {
        self.query.set(Some(key));
        self.choose_tab(Tab::Queries);
    }

    /// Shows an entity, wherever it was named.
    pub(super) fn show_entity(self, entity: EntityName) {
        self.entity.set(Some(entity));
        self.choose_tab(Tab::Entities);
    }

    /// Gives the focus to what is there in any case, as what had it goes.
    pub(super) fn focus_filter(self) {
        soon(move || focus(self.filter_field.try_get_untracked().flatten().as_deref()));
    }

    /// Begins the timeline anew, with data or without.
    pub(super) fn keep_data(self, data: bool) {
        let Some(client) = self.client() else { return };
        self.keeps_data.set(data);
        self.timeline
            .set_value(Timeline::of(&client, TimelineOptions { data, ..TimelineOptions::default() }));
        self.refresh();
    }

    /// Looks at the cache again.
    pub(super) fn refresh(self) {
        let (Some(client), Some(tab)) = (self.client(), self.tab.try_get_untracked()) else { return };
        let seen = self.look(&client, tab);
        if self.seen.try_with_untracked(|before| **before != seen) == Some(true) {
            let _ = self.seen.try_set(Arc::new(seen));
        }
        let _ = self.now.try_set(client.now());
    }

    fn look(self, client: &QueryClient, tab: Tab) -> Seen {
        // A query's details name its entities.
        let names_entities = matches!(tab, Tab::Entities | Tab::Queries);
        Seen {
            queries: client.inspect_queries(),
            mutations: client.inspect_mutations(),
            entities: if names_entities { client.inspect_entities() } else { Vec::new() },
            timeline: self
                .timeline()
                .filter(|_| tab == Tab::Timeline)
                .map_or_else(Vec::new, |it| it.entries()),
            is_offline: !client.is_online(),
            timers: client.timer_count(),
            layers: client.layer_count(),
        }
    }

    /// Follows the cache as long as the panel is open: what happens is shown with the next frame, and times every second.
    fn follow_while_open(self) {
        Effect::new(move |_: Option<Option<Following>>| {
            let is_open = self.is_open.get();
            untrack(|| is_open.then(|| self.follow()).flatten())
        });
    }

    fn follow(self) -> Option<Following> {
        let client = self.client()?;
        self.refresh();
        let is_due = Arc::new(AtomicBool::new(false));
        let subscription = client.subscribe(move |_event| {
            if !is_due.swap(true, Ordering::Relaxed) {
                let is_due = Arc::clone(&is_due);
                soon(move || {
                    is_due.store(false, Ordering::Relaxed);
                    self.refresh();
                });
            }
        });
        Some(Following { _subscription: subscription, _ticking: ticking(move || self.refresh()) })
    }
}

/// Ends when it is dropped.
struct Following {
    _subscription: Subscription,
    _ticking: Ticking,
}

/// A timer that is cleared when this is dropped.
struct Ticking {
    #[cfg(target_arch = "wasm32")]
    handle: Option<IntervalHandle>,
}

#[cfg(target_arch = "wasm32")]
fn ticking(act: impl Fn() + 'static) -> Ticking {
    Ticking { handle: set_interval_with_handle(act, TICK).ok() }
}

#[cfg(target_arch = "wasm32")]
impl Drop for Ticking {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.clear();
        }
    }
}

// Elsewhere there is no frame and no second: what is to happen happens at once.
#[cfg(not(target_arch = "wasm32"))]
fn ticking(_act: impl Fn() + 'static) -> Ticking {
    let _: Duration = TICK;
    Ticking {}
}

/// With the next frame.
#[cfg(target_arch = "wasm32")]
fn soon(act: impl FnOnce() + 'static) {
    request_animation_frame(act);
}

#[cfg(not(target_arch = "wasm32"))]
fn soon(act: impl FnOnce() + 'static) {
    act();
}

pub(super) fn focus(element: Option<&leptos::web_sys::HtmlElement>) {
    if let Some(element) = element {
        // What cannot have the focus leaves it where it is.
        let _ = element.focus();
    }
}
