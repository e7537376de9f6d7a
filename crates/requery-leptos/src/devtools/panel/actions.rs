//! What the panel does to the cache. Each action is the cause, in the timeline, of what follows from it.

use leptos::prelude::Set;
use requery::{QueryClient, QueryFilters, QueryKey, RefetchOptions};

use super::state::Panel;

/// What can be done to one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Refetch,
    Invalidate,
    Reset,
    Remove,
    ForceLoading,
    /// With the error of that name.
    ForceError(String),
    Undo,
}

impl Action {
    /// As it is called in the timeline.
    fn cause(&self) -> &'static str {
        match self {
            Self::Refetch => "panel: refetch",
            Self::Invalidate => "panel: invalidate",
            Self::Reset => "panel: reset",
            Self::Remove => "panel: remove",
            Self::ForceLoading => "panel: force loading",
            Self::ForceError(_) => "panel: force error",
            Self::Undo => "panel: undo",
        }
    }

    fn act(&self, client: &QueryClient, key: &QueryKey) {
        let exact = QueryFilters::exact(key);
        match self {
            Self::Refetch => drop(client.refetch_queries(exact, RefetchOptions::default())),
            Self::Invalidate => drop(client.invalidate_queries(exact)),
            Self::Reset => drop(client.reset_queries(exact)),
            Self::Remove => client.remove_queries(exact),
            Self::ForceLoading => _ = client.force_loading(key),
            Self::ForceError(name) => _ = client.force_error(key, name),
            Self::Undo => _ = client.undo_forced(key),
        }
    }
}

impl Panel {
    /// Does it to a query.
    pub(super) fn act(self, action: &Action, key: &QueryKey) {
        let Some(client) = self.client() else { return };
        client.because(action.cause(), || action.act(&client, key));
        if *action == Action::Remove {
            self.query.set(None);
            self.focus_filter();
        }
        self.refresh();
    }

    /// Has the cache take the network for gone, or for there again.
    pub(super) fn set_offline(self, is_offline: bool) {
        let Some(client) = self.client() else { return };
        let cause = if is_offline { "panel: go offline" } else { "panel: go online" };
        client.because(cause, || client.set_online(!is_offline));
        self.refresh();
    }

    /// Begins the timeline anew.
    pub(super) fn clear_timeline(self) {
        if let Some(timeline) = self.timeline() {
            timeline.clear();
        }
        self.refresh();
    }
}
