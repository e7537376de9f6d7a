//! In which order listeners are told.

use std::collections::VecDeque;
use std::sync::Arc;

use super::result::ErasedResult;
use crate::client::lock;
use crate::core::QuerySpec;
use crate::sync::Mutex;

/// Results of one observer that its listeners are yet to be told of. One thread tells at a time: what another one, or a
/// listener, finds meanwhile waits behind what is being told, so that nobody is shown an older result after a newer one.
#[derive(Default)]
pub(super) struct Telling(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    is_under_way: bool,
    /// Empty unless somebody is telling.
    results: VecDeque<(Arc<QuerySpec>, ErasedResult)>,
}

impl Telling {
    /// The turn of whoever is to tell of this result now; without one, it is told behind what is being told.
    pub(super) fn turn(&self, spec: &Arc<QuerySpec>, result: &ErasedResult) -> Option<Turn<'_>> {
        let mut waiting = lock(&self.0);
        if std::mem::replace(&mut waiting.is_under_way, true) {
            waiting.results.push_back((Arc::clone(spec), result.clone()));
            return None;
        }
        Some(Turn { telling: self, is_over: false })
    }

    /// What waits belongs to somebody who has gone.
    pub(super) fn forget(&self) {
        lock(&self.0).results.clear();
    }

    /// What is to be told next; ends the turn where there is nothing.
    fn next(&self) -> Option<(Arc<QuerySpec>, ErasedResult)> {
        let mut waiting = lock(&self.0);
        let next = waiting.results.pop_front();
        waiting.is_under_way = next.is_some();
        next
    }
}

/// The right to tell, until there is nothing more to be told.
pub(super) struct Turn<'a> {
    telling: &'a Telling,
    is_over: bool,
}

impl Turn<'_> {
    /// Tells of what came meanwhile.
    pub(super) fn tell_what_waits(mut self, tell: impl Fn(&Arc<QuerySpec>, &ErasedResult)) {
        while let Some((spec, result)) = self.telling.next() {
            tell(&spec, &result);
        }
        self.is_over = true;
    }
}

impl Drop for Turn<'_> {
    /// A listener that panics takes what waits with it: the next result is told again.
    fn drop(&mut self) {
        if !self.is_over {
            *lock(&self.telling.0) = Waiting::default();
        }
    }
}
