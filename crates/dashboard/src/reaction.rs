//! Effects and derived values of the page, each compiled once: Leptos compiles its machinery anew for every type of
//! closure and of value.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use leptos::prelude::{Effect, Get, GetUntracked, Memo};

/// Runs `react` in the browser once the page is there, and again whenever a signal that it read has changed. On the
/// server it never runs.
pub(crate) fn react(react: impl FnMut() + 'static) {
    let mut react: Box<dyn FnMut()> = Box::new(react);
    Effect::new(move |_: Option<()>| react());
}

/// A value that follows signals, and tells those that read it only when it differs: a `Memo` of any type.
pub(crate) struct Derived<T> {
    memo: Memo<Held>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Derived<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Derived<T> {}

/// The value that `make` makes, made anew when a signal that it read has changed.
pub(crate) fn derive<T: PartialEq + Send + Sync + 'static>(
    make: impl Fn() -> T + Send + Sync + 'static,
) -> Derived<T> {
    Derived::of(Box::new(move |_| Held(Arc::new(make()))))
}

/// Like [`derive`], from the value before; none at first.
pub(crate) fn derive_from<T: PartialEq + Send + Sync + 'static>(
    make: impl Fn(Option<&T>) -> T + Send + Sync + 'static,
) -> Derived<T> {
    Derived::of(Box::new(move |before| Held(Arc::new(make(before.and_then(Held::value))))))
}

impl<T: 'static> Derived<T> {
    fn of(make: Make) -> Self {
        Self { memo: Memo::new(move |before: Option<&Held>| make(before)), of: PhantomData }
    }

    /// A copy of the value; what reads it follows it.
    pub(crate) fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// A copy of the value, without following it.
    pub(crate) fn get_untracked(self) -> T
    where
        T: Clone,
    {
        read(&self.memo.get_untracked(), T::clone)
    }

    /// Reads the value and follows it.
    pub(crate) fn with<R>(self, reader: impl FnOnce(&T) -> R) -> R {
        read(&self.memo.get(), reader)
    }
}

type Make = Box<dyn Fn(Option<&Held>) -> Held + Send + Sync>;

/// A value of any type that can be compared with another of its own.
#[derive(Clone)]
struct Held(Arc<dyn Same>);

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
    let Some(value) = held.value() else {
        unreachable!("a derived value keeps the type that it was made of")
    };
    reader(value)
}

#[cfg(test)]
mod tests {
    use leptos::prelude::{Owner, RwSignal, Set};

    use super::*;

    #[test]
    fn a_derived_value_follows_and_knows_the_one_before() {
        let owner = Owner::new();
        owner.with(|| {
            let number = RwSignal::new(3);
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
    fn values_are_compared_as_what_they_are() {
        let held = |value: &'static str| Held(Arc::new(value));
        assert!(held("a") == held("a") && held("a") != held("b"));
        assert!(held("1") != Held(Arc::new(1)));
    }
}
