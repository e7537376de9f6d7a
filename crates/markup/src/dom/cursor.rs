//! Where the next element is found or made.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, Node, Text};

const SVG: &str = "http://www.w3.org/2000/svg";

/// A place in a document. Its clones are the same place.
#[derive(Clone)]
pub(crate) struct Cursor(Rc<RefCell<Place>>);

#[derive(Clone)]
struct Place {
    /// Finds what a server rendered, or else makes it.
    finds: bool,
    parent: Node,
    /// What was found or made last in `parent`.
    last: Option<Node>,
    after_text: bool,
    is_svg: bool,
}

/// Where a cursor was before it went into an element.
pub(crate) struct Outside(Place);

impl Cursor {
    /// Finds what stands behind `last`, or at the begin of `parent`.
    pub(crate) fn at(parent: Node, last: Option<Node>, after_text: bool) -> Self {
        Self::of(Place { finds: true, parent, last, after_text, is_svg: false })
    }

    /// Makes elements that stand nowhere yet.
    pub(crate) fn detached(is_svg: bool) -> Self {
        let parent = document().create_document_fragment().into();
        Self::of(Place { finds: false, parent, last: None, after_text: false, is_svg })
    }

    fn of(place: Place) -> Self {
        Self(Rc::new(RefCell::new(place)))
    }

    /// Whether elements are made here, not found.
    pub(crate) fn makes(&self) -> bool {
        !self.0.borrow().finds
    }

    /// The fragment or element around this place.
    pub(crate) fn parent(&self) -> Node {
        self.0.borrow().parent.clone()
    }

    /// What was found last, and whether it is text.
    pub(crate) fn last(&self) -> (Option<Node>, bool) {
        let place = self.0.borrow();
        (place.last.clone(), place.after_text)
    }

    pub(crate) fn element(&self, tag: &str) -> Element {
        let mut place = self.0.borrow_mut();
        let is_svg = place.is_svg || tag == "svg";
        let node = if place.finds {
            place.find(Node::ELEMENT_NODE, tag)
        } else {
            place.append(create(tag, is_svg).into())
        };
        node.unchecked_into()
    }

    /// Goes to the begin of an element that was found or made here.
    pub(crate) fn enter(&self, element: &Element, tag: &str) -> Outside {
        let mut place = self.0.borrow_mut();
        let is_svg = place.is_svg || tag == "svg";
        let inside = Place {
            finds: place.finds,
            parent: element.clone().into(),
            last: None,
            after_text: false,
            is_svg,
        };
        Outside(std::mem::replace(&mut place, inside))
    }

    /// Goes behind the element that was entered.
    pub(crate) fn leave(&self, outside: Outside) {
        *self.0.borrow_mut() = Place { after_text: false, ..outside.0 };
    }

    pub(crate) fn text(&self, text: &str) -> Text {
        let mut place = self.0.borrow_mut();
        let node = if place.finds {
            if place.after_text {
                place.find(Node::COMMENT_NODE, "a comment");
            }
            let node = place.find(Node::TEXT_NODE, text);
            if text.is_empty() {
                node.set_node_value(Some(""));
            }
            node
        } else {
            place.append(document().create_text_node(text).into())
        };
        place.after_text = true;
        node.unchecked_into()
    }

    pub(crate) fn comment(&self) -> Node {
        let mut place = self.0.borrow_mut();
        let node = if place.finds {
            place.find(Node::COMMENT_NODE, "a comment")
        } else {
            place.append(document().create_comment("").into())
        };
        place.after_text = false;
        node
    }
}

impl Place {
    fn append(&mut self, node: Node) -> Node {
        // A node that was just made can be put anywhere.
        _ = self.parent.append_child(&node);
        node
    }

    fn find(&mut self, kind: u16, expected: &str) -> Node {
        let next = match &self.last {
            Some(last) => last.next_sibling(),
            None => self.parent.first_child(),
        };
        let Some(node) = next.filter(|node| node.node_type() == kind) else { self.differs(expected) };
        self.last = Some(node.clone());
        node
    }

    fn differs(&self, expected: &str) -> ! {
        let parent = self.parent.node_name();
        stop(&format!("the document differs from what was rendered: no \"{expected}\" in {parent}"))
    }
}

/// Nothing sensible can be done with a page whose elements are not there.
#[expect(clippy::panic, reason = "ends the page's script, which the document tells its reader")]
fn stop(problem: &str) -> ! {
    // A release build's panic has no message.
    leptos::logging::error!("{problem}");
    panic!("{problem}");
}

fn create(tag: &str, is_svg: bool) -> Element {
    let element =
        if is_svg { document().create_element_ns(Some(SVG), tag) } else { document().create_element(tag) };
    let Ok(element) = element else { stop(&format!("an element cannot be called \"{tag}\"")) };
    element
}
