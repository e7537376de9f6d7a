//! Random scenarios, each from one number.
//!
//! Every scenario leaves out some kinds of steps and options and has more of others: what many of one kind do together
//! is then met far more often than if each scenario had a little of everything.

mod options;
mod steps;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::scenario::{Answer, GcTime, Mutation, Outcome, Pages, Placeholder, Query, Row, Scenario, Step};

/// One long unit of virtual time, in milliseconds. Durations are drawn from multiples of it to the millisecond, so that
/// no two timers of different origin are ever due at the same moment: which of them is first is nobody's promise.
const UNIT: f64 = 1e9;

/// The scenario of a seed and a number.
#[must_use]
pub fn scenario(seed: u64, number: u64) -> Scenario {
    let mut rng = Rng::with_seed(seed.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    Generator::new(&mut rng).scenario()
}

struct Generator<'a> {
    rng: &'a mut Rng,
    keys: Vec<Value>,
    paged: Vec<usize>,
    /// Which pages the queries of each key have.
    pages: Vec<Pages>,
    pages_take_signal: bool,
    queries: usize,
    mutations: usize,
    /// How likely an option is set.
    density: f64,
    failing: f64,
    selects: bool,
    selections_fail: bool,
    /// How likely a query is a stream.
    streaming: f64,
    /// How likely an observer wants to be told of some fields only.
    choosy: f64,
    /// Whether mutations may be dehydrated.
    resumable: bool,
}

impl<'a> Generator<'a> {
    fn new(rng: &'a mut Rng) -> Self {
        let mut keys = vec![
            json!(["a"]),
            json!(["a", 1]),
            json!(["a", {"x": 1, "y": 2}]),
            json!(["a", {"x": 1}, "z"]),
            json!(["b"]),
            json!(["b", null, [1, 2]]),
        ];
        rng.shuffle(&mut keys);
        keys.truncate(rng.usize(1..=4));
        let density = [0.08, 0.2, 0.45][rng.usize(..3)];
        let failing = [0.0, 0.25, 0.6][rng.usize(..3)];
        let (queries, mutations) = (rng.usize(1..=5), rng.usize(1..=3));
        let (selects, selections_fail) = (rng.bool(), rng.bool());
        let paging = [0.0, 0.0, 0.5, 1.0][rng.usize(..4)];
        let paged = (0..keys.len()).filter(|_| rng.f64() < paging).collect();
        let streaming = [0.0, 0.0, 0.5][rng.usize(..3)];
        let choosy = [0.0, 0.5][rng.usize(..2)];
        let (resumable, pages_take_signal) = (rng.bool(), rng.bool());
        Self {
            rng,
            keys,
            paged,
            pages: Vec::new(),
            pages_take_signal,
            queries,
            mutations,
            density,
            failing,
            selects,
            selections_fail,
            streaming,
            choosy,
            resumable,
        }
    }

    fn scenario(mut self) -> Scenario {
        let answers = (0..self.keys.len()).map(|_| self.answers()).collect();
        self.pages = (0..self.keys.len()).map(|_| self.pages()).collect();
        let mut queries: Vec<_> = (0..self.queries).map(|_| self.query()).collect();
        let mutations: Vec<_> = (0..self.mutations).map(|_| self.mutation()).collect();
        let mut steps = self.steps();
        if queries.iter().any(|it: &Query| it.placeholder_data == Some(Placeholder::Previous)) {
            // What is shown of a query that is gone is what it held last in the reference, and what was seen of it here.
            queries.iter_mut().for_each(|it| it.policy.gc_time = Some(GcTime::Never));
            steps.retain(|step| !matches!(step, Step::Remove { .. } | Step::Clear));
        }
        if !can_clear(&queries, &steps) {
            steps.retain(|step| *step != Step::Clear);
        }
        // In the reference new options may move a pending mutation to another scope, where it has no place in the queue.
        if mutations.iter().any(|it: &Mutation| it.scope != mutations[0].scope) {
            steps.retain(|step| !matches!(step, Step::SetMutationOptions { .. }));
        }
        self.choose_between_reset_and_pending(&mut steps);
        Scenario { keys: self.keys, paged: self.paged, answers, queries, mutations, steps }
    }

    /// Who waits for a fetch that is reset waits for the next in requery: also who took it along. In the reference that
    /// ends with the fetch.
    fn choose_between_reset_and_pending(&mut self, steps: &mut Vec<Step>) {
        if self.rng.bool() {
            steps.retain(|step| !matches!(step, Step::Reset { .. }));
        } else if steps.iter().any(|step| matches!(step, Step::Reset { .. })) {
            for step in steps {
                if let Step::Dehydrate { pending, .. } = step {
                    *pending = false;
                }
            }
        }
    }

    fn answers(&mut self) -> Vec<Answer> {
        (0..self.rng.usize(1..=5)).map(|_| self.answer()).collect()
    }

    fn answer(&mut self) -> Answer {
        let after = if self.chance(0.2) { 0 } else { self.duration(0.02, 1.5) };
        let outcome = if self.chance(self.failing) {
            Outcome::Error(self.rng.i64(1..=6))
        } else {
            Outcome::Row(self.row())
        };
        Answer { after, outcome }
    }

    fn row(&mut self) -> Row {
        Row { n: self.rng.i64(0..4), tag: self.rng.i64(0..3) }
    }

    fn chance(&mut self, likely: f64) -> bool {
        self.rng.f64() < likely
    }

    fn duration(&mut self, from: f64, to: f64) -> u64 {
        let units = from + self.rng.f64() * (to - from);
        // Positive, and far below what an integer holds.
        (units * UNIT) as u64
    }

    fn moment(&mut self, from: f64, to: f64) -> i64 {
        i64::try_from(self.duration(0.0, to - from)).unwrap_or_default() + (from * UNIT) as i64
    }

    fn key(&mut self) -> usize {
        self.rng.usize(..self.keys.len())
    }

    /// One of a few values.
    fn one_of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        self.rng.choice(all).cloned()
    }

    /// A value, as often as options are set in this scenario.
    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.chance(self.density) { Some(make(self)) } else { None }
    }
}

/// When requery clears the cache, mutations that are under way are dropped and observers no longer poll nor grow stale.
/// In the reference they go on, unseen.
fn can_clear(queries: &[Query], steps: &[Step]) -> bool {
    let waits = |it: &Query| {
        it.policy.refetch_interval.is_some()
            || it.policy.stale_time.is_some()
            || it.initial_data_updated_at.is_some()
    };
    let goes_on = |it: &Step| match it {
        Step::Mutate { .. } | Step::DefaultOptions { .. } | Step::QueryDefaults { .. } => true,
        Step::SetData(write) => write.updated_at.is_some(),
        _ => false,
    };
    !queries.iter().any(waits) && !steps.iter().any(goes_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_a_number_always_make_the_same_scenario() {
        let text = |seed, number| serde_json::to_string(&scenario(seed, number)).unwrap();
        assert_eq!(text(1, 2), text(1, 2));
        assert_ne!(text(1, 2), text(1, 3));
        assert_ne!(text(1, 2), text(2, 2));
    }

    #[test]
    fn a_scenario_survives_its_json() {
        for number in 0..50 {
            let json = serde_json::to_string(&scenario(7, number)).unwrap();
            let read: Scenario = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
        }
    }
}
