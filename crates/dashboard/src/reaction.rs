//! Effects, signals and derived values of the page, each compiled once: Leptos compiles its machinery anew for every
//! type of closure and of value.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use leptos::prelude::{ArcRwSignal, Get, GetUntracked, Memo, RwSignal, Set};

/// Runs `react` in the browser once the page is there, and again whenever a signal that it read has changed. On the
/// server it never runs.
pub(crate) fn react(react: impl FnMut() + 'static) {
    requery_leptos::react(Box::new(react));
}

/// A value behind a signal or a memo, which hold any type.
pub(crate) struct Typed<S, T> {
    source: S,
    of: PhantomData<fn() -> T>,
}

/// A value that can be set, and tells those that read it: an `RwSignal` of any type.
pub(crate) type Var<T> = Typed<RwSignal<Held>, T>;

/// A value that follows signals, and tells those that read it only when it differs: a `Memo` of any type.
pub(crate) type Derived<T> = Typed<Memo<Held>, T>;

impl<S: Copy, T> Clone for Typed<S, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Copy, T> Copy for Typed<S, T> {}

impl<S, T> fmt::Debug for Typed<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed")
    }
}

impl<S: Get<Value = Held> + GetUntracked<Value = Held>, T: 'static> Typed<S, T> {
    fn of(source: S) -> Self {
        Self { source, of: PhantomData }
    }

    /// A copy of the value; what reads it follows it.
    pub(crate) fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// A copy of the value, where it is still there; what reads it follows it. Views that a signal of the same component
    /// wakes may run once more after the component is gone.
    pub(crate) fn try_get(self) -> Option<T>
    where
        T: Clone,
    {
        self.source.try_get().map(|held| read(&held, T::clone))
    }

    /// A copy of the value, without following it.
    pub(crate) fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// A copy of the value, where it is still there, without following it.
    pub(crate) fn try_get_untracked(self) -> Option<T>
    where
        T: Clone,
    {
        self.source.try_get_untracked().map(|held| read(&held, T::clone))
    }

    /// Reads the value and follows it.
    pub(crate) fn with<R>(self, reader: impl FnOnce(&T) -> R) -> R {
        read(&self.source.get(), reader)
    }

    /// Reads the value without following it.
    pub(crate) fn with_untracked<R>(self, reader: impl FnOnce(&T) -> R) -> R {
        read(&self.source.get_untracked(), reader)
    }
}

impl<T: PartialEq + Send + Sync + 'static> Var<T> {
    pub(crate) fn new(value: T) -> Self {
        Self::of(signal(Held::new(value)))
    }

    /// Sets the value, where it is still there.
    pub(crate) fn set(self, value: T) {
        set(self.source, Held::new(value));
    }

    /// Sets the value, where it is still there, to what `change` makes of a copy of it.
    pub(crate) fn update(self, change: impl FnOnce(&mut T))
    where
        T: Clone,
    {
        if let Some(mut value) = self.try_get_untracked() {
            change(&mut value);
            self.set(value);
        }
    }
}

fn signal(held: Held) -> RwSignal<Held> {
    RwSignal::new(held)
}

fn set(signal: RwSignal<Held>, held: Held) {
    // Nobody waits for what is gone.
    _ = signal.try_set(held);
}

/// A value that can be set for as long as somebody holds it, whatever component made it: a [`Var`] of what comes and goes.
pub(crate) struct ArcVar<T> {
    source: ArcRwSignal<Held>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for ArcVar<T> {
    fn clone(&self) -> Self {
        Self { source: self.source.clone(), of: PhantomData }
    }
}

impl<T: PartialEq + Clone + Send + Sync + 'static> ArcVar<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { source: shared(Held::new(value)), of: PhantomData }
    }

    /// A copy of the value; what reads it follows it.
    pub(crate) fn get(&self) -> T {
        read(&self.source.get(), T::clone)
    }

    /// Reads the value without following it.
    pub(crate) fn with_untracked<R>(&self, reader: impl FnOnce(&T) -> R) -> R {
        read(&self.source.get_untracked(), reader)
    }

    /// Sets the value.
    pub(crate) fn set(&self, value: T) {
        self.source.set(Held::new(value));
    }
}

fn shared(held: Held) -> ArcRwSignal<Held> {
    ArcRwSignal::new(held)
}

/// The value that `make` makes, made anew when a signal that it read has changed.
pub(crate) fn derive<T: PartialEq + Send + Sync + 'static>(
    make: impl Fn() -> T + Send + Sync + 'static,
) -> Derived<T> {
    Derived::of(memo(Box::new(move |_| Held::new(make()))))
}

/// A value that stays as it is, where one that follows signals may stand.
pub(crate) fn constant<T: PartialEq + Clone + Send + Sync + 'static>(value: T) -> Derived<T> {
    derive(move || value.clone())
}

/// Like [`derive`], from the value before; none at first.
pub(crate) fn derive_from<T: PartialEq + Send + Sync + 'static>(
    make: impl Fn(Option<&T>) -> T + Send + Sync + 'static,
) -> Derived<T> {
    Derived::of(memo(Box::new(move |before| Held::new(make(before.and_then(Held::value))))))
}

type Make = Box<dyn Fn(Option<&Held>) -> Held + Send + Sync>;

fn memo(make: Make) -> Memo<Held> {
    Memo::new(move |before: Option<&Held>| make(before))
}

/// A value of any type that can be compared with another of its own.
#[derive(Clone)]
pub(crate) struct Held(Arc<dyn Same>);

trait Same: Any + Send + Sync {
    fn is_same(&self, other: &dyn Any) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<T: PartialEq + Send + Sync + 'static> Same for T {
    fn is_same(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Held {
    fn new(value: impl PartialEq + Send + Sync + 'static) -> Self {
        Self(Arc::new(value))
    }

    fn value<T: 'static>(&self) -> Option<&T> {
        // Of the value: a pointer to one has this trait too.
        (*self.0).as_any().downcast_ref()
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_same((*other.0).as_any())
    }
}

fn read<T: 'static, R>(held: &Held, reader: impl FnOnce(&T) -> R) -> R {
    let Some(value) = held.value() else { unreachable!("a value keeps the type that it was made of") };
    reader(value)
}

#[cfg(test)]
mod tests {
    use leptos::prelude::Owner;

    use super::*;

    #[test]
    fn a_derived_value_follows_and_knows_the_one_before() {
        let owner = Owner::new();
        owner.with(|| {
            let number = Var::new(3);
            let half = derive(move || number.get() / 2);
            let largest =
                derive_from(move |before: Option<&i32>| half.get().max(before.copied().unwrap_or(0)));
            let text = derive(move || format!("{} of {}", half.get(), largest.get()));
            assert_eq!(text.get_untracked(), "1 of 1");
            number.set(9);
            number.set(5);
            assert_eq!(text.with(String::len), "2 of 2".len());
            assert_eq!((half.get_untracked(), largest.get_untracked()), (2, 2));
        });
    }

    #[test]
    fn a_variable_is_read_set_and_changed_until_it_is_gone() {
        let owner = Owner::new();
        let names = owner.with(|| Var::new(vec!["a".to_owned()]));
        owner.with(|| {
            let count = derive(move || names.with(Vec::len));
            names.update(|names| names.push("b".to_owned()));
            assert_eq!((count.get_untracked(), names.get_untracked().join("")), (2, "ab".to_owned()));
        });
        owner.cleanup();
        assert_eq!(names.try_get(), None);
        names.set(Vec::new());
        names.update(|_| unreachable!("there is nothing to change"));
        assert_eq!(names.try_get_untracked(), None);
    }

    #[test]
    fn a_shared_variable_outlives_what_made_it() {
        let owner = Owner::new();
        let name = owner.with(|| ArcVar::new("a".to_owned()));
        owner.cleanup();
        name.clone().set("b".to_owned());
        assert_eq!((name.get(), name.with_untracked(String::len)), ("b".to_owned(), 1));
    }

    #[test]
    fn values_are_compared_as_what_they_are() {
        let held = |value: &'static str| Held(Arc::new(value));
        assert!(held("a") == held("a") && held("a") != held("b"));
        assert!(held("1") != Held(Arc::new(1)));
    }
}
