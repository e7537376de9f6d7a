//! Random options.

use serde_json::{Value, json};

use super::Generator;
use crate::scenario::{
    Condition, Enabled, Field, GcTime, Hook, Interval, Mutation, NetworkMode, Pages, Placeholder, Policy,
    Query, RefetchMode, RefetchOn, Retry, RetryDelay, Select, StaleTime, Stream, Write,
};

impl Generator<'_> {
    pub(super) fn query(&mut self) -> Query {
        let key = self.key();
        let is_paged = self.paged.contains(&key);
        Query {
            key,
            policy: self.policy(),
            signal: if is_paged { self.pages_take_signal } else { self.chance(0.3) },
            placeholder_data: self.placeholder(),
            initial_data: self.maybe(Self::row),
            initial_data_updated_at: self.maybe(|it| it.moment(-2.0, 1.0)),
            select: self.select(),
            notify_on: if self.chance(self.choosy) { Some(self.fields()) } else { None },
            stream: if !is_paged && self.chance(self.streaming) { Some(self.stream()) } else { None },
            pages: if is_paged { self.pages[key].clone() } else { Pages::default() },
        }
    }

    fn fields(&mut self) -> Vec<Field> {
        let mut all = [
            Field::Data,
            Field::Status,
            Field::FetchStatus,
            Field::IsStale,
            Field::Error,
            Field::FailureCount,
        ];
        self.rng.shuffle(&mut all);
        all[..self.rng.usize(1..4)].to_vec()
    }

    fn stream(&mut self) -> Stream {
        let mode = [RefetchMode::Reset, RefetchMode::Append, RefetchMode::Replace][self.rng.usize(..3)];
        // In the reference the initial value, which a stream without parts gives, is one and the same object.
        Stream { mode, parts: self.rng.usize(1..4) }
    }

    pub(super) fn pages(&mut self) -> Pages {
        Pages {
            after: self.rng.i64(0..5),
            before: self.rng.i64(0..3),
            ends_at_odd: self.chance(0.2),
            max_pages: self.maybe(|it| it.rng.usize(1..4)),
            pages: self.maybe(|it| it.rng.usize(1..4)),
        }
    }

    /// Options that are functions of a query's state are not among requery's defaults. Nor is a gc time of zero here: of
    /// two callbacks that write at one moment, the second would come before or after what the first wrote is collected.
    pub(super) fn defaults(&mut self) -> Policy {
        let mut policy = self.policy();
        policy.gc_time = policy.gc_time.filter(|it| *it != GcTime::After(0));
        policy.stale_time = policy.stale_time.filter(|it| !matches!(it, StaleTime::EvenTag(_)));
        policy.enabled = policy.enabled.filter(|it| matches!(it, Enabled::Fixed(_)));
        policy.refetch_interval = policy.refetch_interval.filter(|it| matches!(it, Interval::Every(_)));
        policy
    }

    fn policy(&mut self) -> Policy {
        let retry = self.maybe(Self::retry);
        Policy {
            stale_time: self.maybe(Self::stale_time),
            gc_time: self.maybe(Self::gc_time),
            enabled: self.maybe(Self::enabled),
            refetch_interval: self.maybe(Self::interval),
            refetch_interval_in_background: self.maybe(|it| it.rng.bool()),
            refetch_on_mount: self.maybe(Self::refetch_on),
            refetch_on_window_focus: self.maybe(Self::refetch_on),
            refetch_on_reconnect: self.maybe(Self::refetch_on),
            retry_on_mount: self.maybe(|it| it.rng.bool()),
            retry,
            // Retries for ever at the default delays are more than anybody wants to run.
            retry_delay: if retry == Some(Retry::Forever) {
                Some(self.retry_delay())
            } else {
                self.maybe(Self::retry_delay)
            },
            network_mode: self.maybe(Self::network_mode),
            structural_sharing: self.maybe(|it| it.rng.bool()),
        }
    }

    pub(super) fn mutation(&mut self) -> Mutation {
        let retry = self.maybe(Self::retry);
        Mutation {
            key: if self.resumable { Some(self.mutation_key()) } else { self.maybe(Self::mutation_key) },
            scope: self.maybe(|it| ["s", "t"][it.rng.usize(..2)].to_owned()),
            resumable: self.resumable,
            retry,
            retry_delay: if retry == Some(Retry::Forever) {
                Some(self.retry_delay())
            } else {
                self.maybe(Self::retry_delay)
            },
            network_mode: self.maybe(Self::network_mode),
            // None at all keeps the reference looking whether the mutation has ended, over and over at one moment.
            gc_time: self.maybe(Self::gc_time).filter(|gc_time| *gc_time != GcTime::After(0)),
            on_mutate: self.maybe(|it| {
                let hook = it.hook();
                // An optimistic change is made at once.
                if hook.invalidate.is_none() && it.rng.bool() { Hook { after: 0, ..hook } } else { hook }
            }),
            on_success: self.maybe(Self::hook),
            on_error: self.maybe(Self::hook),
            on_settled: self.maybe(Self::hook),
            answers: self.answers(),
        }
    }

    fn mutation_key(&mut self) -> Value {
        json!(["m", self.rng.u8(..2)])
    }

    /// One that does something takes its time: what else happens a few turns after the mutation's end is not in order.
    fn hook(&mut self) -> Hook {
        let (write, invalidate) = (self.maybe(Self::write), self.maybe(Self::key));
        let is_idle = write.is_none() && invalidate.is_none();
        Hook {
            after: if is_idle && self.rng.bool() { 0 } else { self.duration(0.05, 1.0) },
            write,
            invalidate,
        }
    }

    pub(super) fn write(&mut self) -> Write {
        let updated_at = if self.chance(0.3) { Some(self.moment(-2.0, 10.0)) } else { None };
        Write { key: self.key(), row: self.row(), updated_at }
    }

    /// The reference selects from a placeholder again whenever it looks if that fails: a new error each time.
    fn placeholder(&mut self) -> Option<Placeholder> {
        if self.selects && self.selections_fail {
            return None;
        }
        self.maybe(|it| if it.rng.bool() { Placeholder::Previous } else { Placeholder::Row(it.row()) })
    }

    /// Where a selection is taken out of the options and comes back, the reference may show what it selected from other
    /// data, or an error of before: all queries of a scenario select, or none.
    fn select(&mut self) -> Option<Select> {
        let select = if self.selections_fail && self.rng.bool() { Select::FailOdd } else { Select::Tag };
        self.selects.then_some(select)
    }

    fn stale_time(&mut self) -> StaleTime {
        match self.rng.u8(..10) {
            0 => StaleTime::Never,
            1 => StaleTime::Static,
            2 => StaleTime::After(0),
            3 | 4 => StaleTime::EvenTag(self.duration(0.1, 3.0)),
            _ => StaleTime::After(self.duration(0.1, 3.0)),
        }
    }

    fn gc_time(&mut self) -> GcTime {
        match self.rng.u8(..6) {
            0 => GcTime::Never,
            1 => GcTime::After(0),
            _ => GcTime::After(self.duration(0.1, 4.0)),
        }
    }

    fn enabled(&mut self) -> Enabled {
        match self.rng.u8(..6) {
            0 | 1 => Enabled::Fixed(false),
            2 => Enabled::Fixed(true),
            3 => Enabled::If(Condition::Empty),
            4 => Enabled::If(Condition::Filled),
            _ => Enabled::If(Condition::Calm),
        }
    }

    fn interval(&mut self) -> Interval {
        let every = self.duration(0.3, 2.0);
        if self.rng.bool() { Interval::Every(every) } else { Interval::EvenTag(every) }
    }

    fn refetch_on(&mut self) -> RefetchOn {
        match self.rng.u8(..3) {
            0 => RefetchOn::Stale,
            1 => RefetchOn::Always,
            _ => RefetchOn::Never,
        }
    }

    fn retry(&mut self) -> Retry {
        match self.rng.u8(..5) {
            0 => Retry::Forever,
            1 => Retry::OddOnly,
            _ => Retry::Times(self.rng.u32(0..4)),
        }
    }

    fn retry_delay(&mut self) -> RetryDelay {
        let delay = self.duration(0.1, 1.0);
        if self.rng.bool() { RetryDelay::Fixed(delay) } else { RetryDelay::Growing(delay) }
    }

    fn network_mode(&mut self) -> NetworkMode {
        match self.rng.u8(..3) {
            0 => NetworkMode::Online,
            1 => NetworkMode::Always,
            _ => NetworkMode::OfflineFirst,
        }
    }
}
