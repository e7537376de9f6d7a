use std::borrow::Cow;

use leptos::prelude::{Get, Memo, RwSignal, Signal};

/// What an attribute, a class or a property is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// An attribute that is not there.
    #[default]
    Absent,
    /// Text.
    Text(Cow<'static, str>),
    /// An attribute without text, a class, or a property that is there or is not.
    Flag(bool),
}

impl Value {
    /// The attribute's text, where there is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Flag(true) => Some(""),
            Self::Flag(false) | Self::Absent => None,
        }
    }

    /// Whether a class is there.
    pub(crate) fn is_on(&self) -> bool {
        *self == Self::Flag(true)
    }
}

/// A value, or what makes it.
pub(crate) enum Source {
    Fixed(Value),
    Live(Box<dyn FnMut() -> Value + Send>),
}

impl Source {
    /// The value now.
    pub(crate) fn now(self) -> Value {
        match self {
            Self::Fixed(value) => value,
            Self::Live(mut make) => make(),
        }
    }
}

/// What can be bound to an element.
pub trait IntoValue: Sized {
    /// It as a value; a closure or signal as what it is now.
    fn into_value(self) -> Value;

    /// It as what a slot holds.
    #[doc(hidden)]
    fn into_slot(self) -> crate::Slot {
        crate::Slot::fixed(self.into_value())
    }
}

impl IntoValue for &'static str {
    fn into_value(self) -> Value {
        Value::Text(Cow::Borrowed(self))
    }
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::Text(Cow::Owned(self))
    }
}

impl IntoValue for bool {
    fn into_value(self) -> Value {
        Value::Flag(self)
    }
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map(T::into_value).unwrap_or_default()
    }
}

impl<F, T> IntoValue for F
where
    F: FnMut() -> T + Send + 'static,
    T: IntoValue,
{
    fn into_value(mut self) -> Value {
        self().into_value()
    }

    fn into_slot(mut self) -> crate::Slot {
        crate::Slot::live(Box::new(move || self().into_value()))
    }
}

macro_rules! displayed {
    ($($type:ty)*) => {$(
        impl IntoValue for $type {
            fn into_value(self) -> Value {
                self.to_string().into_value()
            }
        }
    )*};
}

displayed!(u32 u64 usize i64);

macro_rules! followed {
    ($($signal:ident)*) => {$(
        impl<T: IntoValue + Clone + Send + Sync + 'static> IntoValue for $signal<T> {
            fn into_value(self) -> Value {
                self.get().into_value()
            }

            fn into_slot(self) -> crate::Slot {
                crate::Slot::live(Box::new(move || self.get().into_value()))
            }
        }
    )*};
}

followed!(Memo RwSignal Signal);
