//! A state whose fields wake their readers one by one.

use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use leptos::prelude::{ArcTrigger, Notify, Track};

/// Parts of a state that can be read on their own.
pub(crate) trait Field: Copy + 'static {
    type State: Clone + 'static;

    /// Each part but the whole, in the order of their places.
    const PARTS: &'static [Self];

    /// Its place in that order; the whole is last.
    fn place(self) -> usize;

    /// Whether the part differs.
    fn has_changed(self, old: &Self::State, new: &Self::State) -> bool;
}

/// Declares the parts of a state, and `Any`, which is all of it.
macro_rules! fields {
    ($(#[$doc:meta])* $name:ident of $state:ty { $($field:ident => |$read:ident| $value:expr),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(super) enum $name {
            $($field,)*
            /// All of it.
            Any,
        }

        impl crate::cell::Field for $name {
            type State = $state;

            const PARTS: &'static [Self] = &[$(Self::$field),*];

            fn place(self) -> usize {
                self as usize
            }

            fn has_changed(self, old: &$state, new: &$state) -> bool {
                match self {
                    $(Self::$field => {
                        let value = |$read: &$state| $value;
                        value(old) != value(new)
                    })*
                    Self::Any => true,
                }
            }
        }
    };
}
pub(crate) use fields;

/// Values compare by identity: the cache keeps the identity of what is equal.
pub(crate) fn address<T: ?Sized>(value: Option<&Arc<T>>) -> Option<*const ()> {
    value.map(|value| Arc::as_ptr(value).cast())
}

pub(crate) struct Cell<F: Field> {
    state: RwLock<F::State>,
    // Most components read a few fields: only these get a trigger.
    triggers: Box<[OnceLock<ArcTrigger>]>,
}

impl<F: Field> Cell<F> {
    pub(crate) fn new(state: F::State) -> Self {
        let triggers = (0..=F::PARTS.len()).map(|_| OnceLock::new()).collect();
        Self { state: RwLock::new(state), triggers }
    }

    pub(crate) fn read<R>(&self, field: F, read: impl FnOnce(&F::State) -> R) -> R {
        read(&self.track(field))
    }

    fn track(&self, field: F) -> RwLockReadGuard<'_, F::State> {
        if let Some(trigger) = self.triggers.get(field.place()) {
            trigger.get_or_init(ArcTrigger::new).track();
        }
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn publish(&self, new: &F::State) {
        let old = {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *state, new.clone())
        };
        let mut is_changed = false;
        let parts = F::PARTS.iter().zip(&self.triggers);
        for (_, trigger) in parts.filter(|(part, _)| part.has_changed(&old, new)) {
            is_changed = true;
            trigger.get().into_iter().for_each(Notify::notify);
        }
        if is_changed && let Some(whole) = self.triggers.last().and_then(OnceLock::get) {
            whole.notify();
        }
    }
}
