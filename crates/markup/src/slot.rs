use std::fmt;

use leptos::ev::EventDescriptor;
use leptos::html::ElementType;
use leptos::prelude::{NodeRef, Owner};
use leptos::tachys::html::node_ref::NodeRefContainer;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;

use crate::value::Source;
use crate::{IntoNode, IntoValue, Node, Value};

/// What fills one mark of a blueprint. [`view!`](crate::view) makes them.
pub struct Slot(pub(crate) Filling);

pub(crate) enum Filling {
    Child(Node),
    Bound(Source),
    /// Absent on the server.
    On(Option<SendWrapper<Handler>>),
    Reference(Box<dyn FnOnce(&web_sys::Element) + Send>),
}

/// Runs in the reactive owner that was current where the element was described.
pub(crate) struct Handler {
    pub(crate) owner: Option<Owner>,
    pub(crate) call: Box<dyn FnMut(web_sys::Event)>,
}

impl Slot {
    /// A node among the element's children.
    #[must_use]
    pub fn child(node: impl IntoNode) -> Self {
        Self(Filling::Child(node.into_node()))
    }

    /// An attribute, a class or a property.
    #[must_use]
    pub fn bound(value: impl IntoValue) -> Self {
        value.into_slot()
    }

    /// A handler of `event`. It hears the element itself and what bubbles up to it.
    #[must_use]
    pub fn on<E>(event: E, mut handler: impl FnMut(E::EventType) + 'static) -> Self
    where
        E: EventDescriptor,
        E::EventType: JsCast,
    {
        // The name stands in the blueprint; here the event only gives the handler its type.
        drop(event);
        if cfg!(not(target_arch = "wasm32")) {
            return Self(Filling::On(None));
        }
        Self::handler(Box::new(move |event| handler(event.unchecked_into())))
    }

    /// Puts the element into `reference`.
    #[must_use]
    pub fn node_ref<E>(reference: NodeRef<E>) -> Self
    where
        E: ElementType,
        E::Output: JsCast + 'static,
    {
        Self(Filling::Reference(Box::new(move |element| reference.load(element))))
    }

    pub(crate) fn fixed(value: Value) -> Self {
        Self(Filling::Bound(Source::Fixed(value)))
    }

    pub(crate) fn live(make: Box<dyn FnMut() -> Value + Send>) -> Self {
        Self(Filling::Bound(Source::Live(make)))
    }

    fn handler(call: Box<dyn FnMut(web_sys::Event)>) -> Self {
        Self(Filling::On(Some(SendWrapper::new(Handler { owner: Owner::current(), call }))))
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Filling::Child(_) => "Child",
            Filling::Bound(_) => "Bound",
            Filling::On(_) => "On",
            Filling::Reference(_) => "Reference",
        })
    }
}
