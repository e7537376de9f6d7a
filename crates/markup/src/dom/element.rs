//! Elements of a blueprint, and what is bound to them.

use std::borrow::Cow;

use leptos::reactive::effect::RenderEffect;
use send_wrapper::SendWrapper;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, Node};

use super::mounted::Mounted;
use super::{Cursor, mount as mount_node, patch};
use crate::blueprint::{Step, Steps};
use crate::html::is_of_object;
use crate::slot::{Filling, Handler};
use crate::value::Source;
use crate::{Slot, Value};

/// What a blueprint became.
pub(crate) struct Markup {
    pub(crate) blueprint: &'static str,
    pub(crate) roots: Vec<Root>,
    /// In the order of the blueprint's slots.
    pub(crate) filled: Vec<Filled>,
}

/// What no other element of the blueprint is around.
pub(crate) enum Root {
    Node(Node),
    /// The node in the slot of that place.
    Slot(usize),
}

pub(crate) enum Filled {
    Child(Mounted),
    Bound(Bound),
    On(Listener),
    Reference(Element),
    /// A slot that its mark has no use for, or a handler on a server.
    Nothing,
}

/// An attribute, class or property that is kept in step.
pub(crate) struct Bound {
    target: Target,
    state: State,
}

enum State {
    Fixed(Value),
    Live(RenderEffect<Value>),
}

/// Listens until it is dropped.
pub(crate) struct Listener {
    element: Element,
    event: &'static str,
    closure: Closure<dyn FnMut(web_sys::Event)>,
}

#[derive(Clone)]
struct Target {
    element: Element,
    /// As in the blueprint.
    name: &'static str,
}

/// The elements that are open, the innermost last.
struct Open {
    element: Element,
    outside: super::cursor::Outside,
}

pub(crate) fn mount(blueprint: &'static str, slots: Vec<Slot>, cursor: &Cursor) -> Markup {
    let mut open: Vec<Open> = Vec::new();
    let mut markup = Markup { blueprint, roots: Vec::new(), filled: Vec::with_capacity(slots.len()) };
    let mut slots = slots.into_iter();
    for step in Steps::of(blueprint) {
        match step {
            Step::Open(tag) => {
                let element = cursor.element(tag);
                markup.root(open.is_empty(), || element.clone().into());
                let outside = cursor.enter(&element, tag);
                open.push(Open { element, outside });
            }
            Step::Close => {
                if let Some(closed) = open.pop() {
                    cursor.leave(closed.outside);
                }
            }
            Step::Text(text) => {
                let text = cursor.text(text);
                markup.root(open.is_empty(), || text.into());
            }
            Step::Attribute(name, value) => {
                if let Some(open) = open.last().filter(|_| cursor.makes()) {
                    set_attribute(&open.element, name, Some(value));
                }
            }
            Step::Child => {
                if open.is_empty() {
                    markup.roots.push(Root::Slot(markup.filled.len()));
                }
                markup.fill(slots.next(), None, cursor);
            }
            Step::Bound(name) => {
                let target = open.last().map(|open| Target { element: open.element.clone(), name });
                markup.fill(slots.next(), target, cursor);
            }
        }
    }
    markup
}

impl Markup {
    fn root(&mut self, is_root: bool, node: impl FnOnce() -> Node) {
        if is_root {
            self.roots.push(Root::Node(node()));
        }
    }

    fn fill(&mut self, slot: Option<Slot>, target: Option<Target>, cursor: &Cursor) {
        let filled = match (slot.map(|slot| slot.0), target) {
            (Some(Filling::Child(node)), _) => Filled::Child(mount_node(node, cursor)),
            (Some(Filling::Bound(source)), Some(target)) => {
                Filled::Bound(bind(target, source, cursor.makes()))
            }
            (Some(Filling::On(handler)), Some(target)) => listen(&target, handler),
            (Some(Filling::Reference(put)), Some(target)) => {
                put(&target.element);
                Filled::Reference(target.element)
            }
            _ => Filled::Nothing,
        };
        self.filled.push(filled);
    }

    /// Takes new values for the same blueprint.
    pub(crate) fn patch(&mut self, slots: Vec<Slot>) {
        for (filled, slot) in self.filled.iter_mut().zip(slots) {
            match (filled, slot.0) {
                (Filled::Child(shown), Filling::Child(node)) => patch::patch(shown, node),
                (Filled::Bound(bound), Filling::Bound(source)) => bound.patch(source),
                (filled @ Filled::On(_), Filling::On(handler)) => filled.patch_listener(handler),
                // The element stays; whoever refers to it now is another.
                (Filled::Reference(element), Filling::Reference(put)) => put(element),
                _ => {}
            }
        }
    }
}

fn bind(target: Target, source: Source, makes: bool) -> Bound {
    // What a server rendered has its attributes and classes.
    let applies = makes || is_of_object(target.name);
    let state = match source {
        Source::Fixed(value) => {
            if applies {
                target.apply(&value);
            }
            State::Fixed(value)
        }
        Source::Live(make) => State::Live(target.clone().follow(make, None, applies)),
    };
    Bound { target, state }
}

impl Bound {
    fn patch(&mut self, source: Source) {
        let before = match &self.state {
            State::Fixed(value) => Some(value.clone()),
            State::Live(effect) => effect.take_value(),
        };
        self.state = match source {
            Source::Fixed(value) => {
                if before.as_ref() != Some(&value) {
                    self.target.apply(&value);
                }
                State::Fixed(value)
            }
            Source::Live(make) => State::Live(self.target.clone().follow(make, before, true)),
        };
    }
}

impl Target {
    /// Keeps the value in step. `applies` says whether the first one is put into the document where none is known.
    fn follow(
        self,
        mut make: Box<dyn FnMut() -> Value + Send>,
        known: Option<Value>,
        mut applies: bool,
    ) -> RenderEffect<Value> {
        let follow = move |before: Option<Value>| {
            let value = make();
            if applies && before.as_ref() != Some(&value) {
                self.apply(&value);
            }
            applies = true;
            value
        };
        RenderEffect::new_with_value(follow, known)
    }

    fn apply(&self, value: &Value) {
        if let Some(class) = self.name.strip_prefix("class:") {
            // A class without spaces is a valid token.
            _ = self.element.class_list().toggle_with_force(class, value.is_on());
        } else if let Some(property) = self.name.strip_prefix("prop:") {
            set_property(&self.element, property, value);
        } else if let Some(property) = self.name.strip_prefix("style:") {
            set_style(&self.element, property, value.text());
        } else {
            set_attribute(&self.element, self.name, value.text());
        }
    }
}

fn set_attribute(element: &Element, name: &str, value: Option<&str>) {
    // The macro lets only names of attributes pass.
    _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

fn set_property(element: &Element, name: &str, value: &Value) {
    let value = match value {
        Value::Flag(flag) => JsValue::from_bool(*flag),
        Value::Text(text) => JsValue::from_str(text),
        Value::Absent => JsValue::UNDEFINED,
    };
    // An element is an object that can be written to.
    _ = js_sys::Reflect::set(element, &JsValue::from_str(name), &value);
}

fn set_style(element: &Element, property: &str, value: Option<&str>) {
    let style = element.unchecked_ref::<HtmlElement>().style();
    let property = format!("--{property}");
    // A custom property takes any text.
    _ = match value {
        Some(value) => style.set_property(&property, value),
        None => style.remove_property(&property).map(drop),
    };
}

fn listen(target: &Target, handler: Option<SendWrapper<Handler>>) -> Filled {
    let Some(handler) = handler else { return Filled::Nothing };
    let event = target.name.strip_prefix("on:").unwrap_or(target.name);
    Filled::On(Listener::new(target.element.clone(), event, handler.take()))
}

impl Filled {
    fn patch_listener(&mut self, handler: Option<SendWrapper<Handler>>) {
        if let (Self::On(listener), Some(handler)) = (&mut *self, handler) {
            *listener = Listener::new(listener.element.clone(), listener.event, handler.take());
        }
    }
}

impl Listener {
    fn new(element: Element, event: &'static str, handler: Handler) -> Self {
        let Handler { owner, mut call } = handler;
        let closure = Closure::<dyn FnMut(web_sys::Event)>::new(move |event| match &owner {
            Some(owner) => owner.with(|| call(event)),
            None => call(event),
        });
        // A function is a listener.
        _ = element.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
        Self { element, event, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let listener = self.closure.as_ref().unchecked_ref();
        // Removing what was added cannot fail.
        _ = self.element.remove_event_listener_with_callback(self.event, listener);
    }
}

/// Text as it was shown last.
pub(crate) type Shown = Cow<'static, str>;
