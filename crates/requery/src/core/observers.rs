//! Observers as the core sees them: what they want, and when to wake them.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use super::comeback::Occasion;
use super::query::{QuerySpec, in_order};
use super::timers::{TimerId, TimerKind};
use super::{Core, Effect, Query, StartFetch, State};
use crate::{CacheEvent, QueryClient, QueryKey, RefetchOn, StaleTime, Timestamp};

/// One subscription of an observer; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObserverId(NonZeroU64);

/// What an observer does when it is told something. Called outside of the lock.
pub(crate) trait ObserverHook: Send + Sync {
    /// Its query changed, to this state.
    fn query_updated(&self, client: &QueryClient, state: &Arc<State>);

    /// Some of its options are functions: evaluate them and report.
    fn refresh_policy(&self, client: &QueryClient);

    /// Its data may have become stale.
    fn became_stale(&self, client: &QueryClient);

    /// What it remembers of data belongs to somebody else.
    fn forget(&self);

    /// A persisted cache was restored: what it lacks may be fetched now.
    fn restored(&self, client: &QueryClient);

    /// It is time to fetch, and its query has no data or was removed.
    fn bring_back(self: Arc<Self>, client: &QueryClient);
}

/// An observer's options with their functions evaluated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ObserverPolicy {
    pub(crate) enabled: bool,
    pub(crate) stale_time: StaleTime,
    pub(crate) on_window_focus: RefetchOn,
    pub(crate) on_reconnect: RefetchOn,
    pub(crate) refetch_every: Option<Duration>,
    pub(crate) in_background: bool,
    /// Whether any of these came from a function.
    pub(crate) is_dynamic: bool,
}

pub(crate) struct ObserverEntry {
    pub(crate) hook: Arc<dyn ObserverHook>,
    pub(crate) spec: Arc<QuerySpec>,
    pub(crate) policy: ObserverPolicy,
    /// What the observer's current result says.
    pub(crate) shown_stale: bool,
    pub(super) stale_timer: Option<TimerId>,
    pub(super) refetch_timer: Option<TimerId>,
}

impl ObserverEntry {
    fn wants(&self, query: &Query, rule: RefetchOn, now: Timestamp) -> bool {
        let may = self.policy.enabled && self.policy.stale_time != StaleTime::Static;
        may && match rule {
            RefetchOn::Always => true,
            RefetchOn::Never => false,
            RefetchOn::Stale => query.state.is_stale_by_time(self.policy.stale_time, now),
        }
    }
}

impl Core {
    pub(crate) fn next_observer_id(&mut self) -> ObserverId {
        ObserverId(NonZeroU64::MIN.saturating_add(self.next_id()))
    }

    pub(crate) fn has_observer(&self, key: &QueryKey, id: ObserverId) -> bool {
        self.query(key).is_some_and(|query| query.observers.contains(id))
    }

    /// Lets one observer look at its query as it is now.
    pub(crate) fn look_again(&mut self, key: &QueryKey, id: ObserverId) {
        let Some(query) = self.queries.get(key) else { return };
        let Some(entry) = query.observers.get(id) else { return };
        let (hook, state) = (Arc::clone(&entry.hook), Arc::clone(&query.state));
        self.effects.push_back(Effect::Updated([hook].into(), state));
    }

    pub(crate) fn add_observer(
        &mut self,
        id: ObserverId,
        spec: &Arc<QuerySpec>,
        policy: ObserverPolicy,
        hook: Arc<dyn ObserverHook>,
    ) {
        if !self.queries.contains_key(&spec.key) {
            // It may have been collected since the observer made it.
            self.insert(spec, State::initial(spec, self.now));
        }
        let Some(query) = self.queries.get_mut(&spec.key) else { return };
        let entry = ObserverEntry {
            hook,
            spec: Arc::clone(spec),
            policy,
            shown_stale: true,
            stale_timer: None,
            refetch_timer: None,
        };
        query.observers.insert(id, Box::new(entry));
        query.observers_changed();
        self.dynamic_observers += usize::from(policy.is_dynamic);
        self.timers.cancel(&mut query.gc_timer);
        self.event(|| CacheEvent::ObserverAdded { key: spec.key.clone() });
    }

    /// Observers of queries that were removed have nothing to wait for any more.
    pub(crate) fn stop_orphans(&mut self) {
        for orphan in self.orphans.values_mut() {
            self.timers.cancel(&mut orphan.stale_timer);
            self.timers.cancel(&mut orphan.refetch_timer);
        }
    }

    pub(crate) fn remove_observer(&mut self, key: &QueryKey, id: ObserverId) {
        if let Some(mut orphan) = self.orphans.remove(id) {
            self.timers.cancel(&mut orphan.stale_timer);
            self.timers.cancel(&mut orphan.refetch_timer);
            return;
        }
        let Some(query) = self.queries.get_mut(key) else { return };
        let Some(mut entry) = query.observers.remove(id) else { return };
        query.observers_changed();
        let was_last = query.observers.is_empty();
        self.dynamic_observers -= usize::from(entry.policy.is_dynamic);
        self.timers.cancel(&mut entry.stale_timer);
        self.timers.cancel(&mut entry.refetch_timer);
        if was_last {
            self.abandon(key);
            self.schedule_gc(key);
        }
        self.event(|| CacheEvent::ObserverRemoved { key: key.clone() });
    }

    /// An observer looked at its query: what it wants from now on, and when it has to look again. Its timers start
    /// anew if `restart` says so, or if what they depend on has changed.
    pub(crate) fn refresh_observer(
        &mut self,
        spec: &Arc<QuerySpec>,
        id: ObserverId,
        (policy, shown_stale): (ObserverPolicy, bool),
        restart: bool,
    ) {
        let now = self.now;
        let Some(query) = self.queries.get_mut(&spec.key) else { return };
        let stale_at = query.stale_at(policy, now).filter(|_| !shown_stale);
        let Some(entry) = query.observers.get_mut(id) else { return };
        self.dynamic_observers =
            self.dynamic_observers + usize::from(policy.is_dynamic) - usize::from(entry.policy.is_dynamic);
        let before = std::mem::replace(&mut entry.policy, policy);
        entry.spec = Arc::clone(spec);
        entry.shown_stale = shown_stale;
        let enabled_changed = restart || before.enabled != policy.enabled;
        if enabled_changed || before.stale_time != policy.stale_time {
            self.timers.cancel(&mut entry.stale_timer);
            entry.stale_timer =
                stale_at.map(|at| self.timers.set(at, TimerKind::Stale(spec.key.clone(), id)));
        }
        if enabled_changed || before.refetch_every != policy.refetch_every {
            self.timers.cancel(&mut entry.refetch_timer);
            let every = policy.refetch_every.filter(|every| policy.enabled && !every.is_zero());
            let at = every.map(|every| now.saturating_add(every));
            entry.refetch_timer = at.map(|at| self.timers.set(at, TimerKind::Refetch(spec.key.clone(), id)));
        }
    }

    pub(super) fn stale_due(&mut self, key: &QueryKey, id: ObserverId) {
        let Some(entry) = self.observer_mut(key, id) else { return };
        entry.stale_timer = None;
        let hook = Arc::clone(&entry.hook);
        self.effects.push_back(Effect::Stale(hook));
    }

    pub(super) fn refetch_due(&mut self, key: &QueryKey, id: ObserverId) {
        let (now, focused, is_orphan) = (self.now, self.focused, self.orphans.get(id).is_some());
        let Some(entry) = self.observer_mut(key, id) else { return };
        let (spec, policy, hook) = (Arc::clone(&entry.spec), entry.policy, Arc::clone(&entry.hook));
        entry.refetch_timer = None;
        if let Some(every) = policy.refetch_every {
            let at = now.saturating_add(every);
            let timer = self.timers.set(at, TimerKind::Refetch(key.clone(), id));
            if let Some(entry) = self.observer_mut(key, id) {
                entry.refetch_timer = Some(timer);
            }
        }
        if !(policy.in_background || focused) {
            return;
        }
        if is_orphan || self.is_empty(key) {
            self.effects.push_back(Effect::BringBack(hook));
        } else {
            self.fetch(key, StartFetch { spec: Some(spec), ..StartFetch::default() });
        }
    }

    /// Whether a fetch may begin with initial data, which only the observer knows how to make.
    fn is_empty(&self, key: &QueryKey) -> bool {
        self.query(key).is_some_and(|query| query.state.data.is_none())
    }

    fn observer_mut(&mut self, key: &QueryKey, id: ObserverId) -> Option<&mut ObserverEntry> {
        let attached = self.queries.get_mut(key).and_then(|query| query.observers.get_mut(id));
        attached.or_else(|| self.orphans.get_mut(id)).map(|entry| &mut **entry)
    }

    /// All observers, those of earlier queries first.
    pub(crate) fn all_hooks(&self) -> Vec<Arc<dyn ObserverHook>> {
        let entries = in_order(self.queries.values().map(|query| &**query).collect())
            .into_iter()
            .flat_map(|query| query.observers.values());
        entries.map(|entry| Arc::clone(&entry.hook)).collect()
    }

    /// Observers whose options are functions, for [`ObserverHook::refresh_policy`].
    pub(crate) fn dynamic_observers(&self) -> Vec<Arc<dyn ObserverHook>> {
        if self.dynamic_observers == 0 {
            return Vec::new();
        }
        let entries = self.queries.values().flat_map(|query| query.observers.values());
        entries.filter(|entry| entry.policy.is_dynamic).map(|entry| Arc::clone(&entry.hook)).collect()
    }

    /// F2.10: the first observer of each query that wants it refetches; then paused fetches go on.
    pub(crate) fn refetch_on(&mut self, occasion: Occasion) {
        let now = self.now;
        let rule = |policy: &ObserverPolicy| match occasion {
            Occasion::Focus => policy.on_window_focus,
            Occasion::Online => policy.on_reconnect,
        };
        let wanted: Vec<_> = in_order(self.queries.values().map(|query| &**query).collect())
            .into_iter()
            .map(|query| {
                let first = query.first_observer(|o| o.wants(query, rule(&o.policy), now));
                let first = first.map(|observer| (Arc::clone(&observer.spec), Arc::clone(&observer.hook)));
                (query.key().clone(), first)
            })
            .collect();
        for (key, first) in wanted {
            match first {
                Some((_, hook)) if self.is_empty(&key) => self.effects.push_back(Effect::BringBack(hook)),
                Some((spec, _)) => self.fetch(&key, StartFetch { spec: Some(spec), ..StartFetch::default() }),
                None => {}
            }
            self.resume(&key);
        }
    }
}

impl Query {
    /// When fresh data stops being fresh: one millisecond after its stale time, so that it surely has.
    fn stale_at(&self, policy: ObserverPolicy, now: Timestamp) -> Option<Timestamp> {
        let StaleTime::After(age) = policy.stale_time else { return None };
        self.state.data.as_ref().filter(|_| policy.enabled)?;
        let stale_at = self.state.data_updated_at.saturating_add(age);
        Some(stale_at.max(now).saturating_add(Duration::from_millis(1)))
    }
}
