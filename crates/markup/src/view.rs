//! A node as a view of Leptos.

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor as Walk;
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use web_sys::wasm_bindgen::JsCast;

use crate::Node;
use crate::dom::{self, Cursor, Mounted};

impl Render for Node {
    type State = Mounted;

    fn build(self) -> Mounted {
        dom::mount(self, &Cursor::detached(false))
    }

    fn rebuild(self, state: &mut Mounted) {
        dom::patch(state, self);
    }
}

/// Attributes of the view around it are left out: a node may be any number of elements.
impl AddAnyAttr for Node {
    type Output<A: Attribute> = Self;

    fn add_any_attr<A: Attribute>(self, _: A) -> Self {
        self
    }
}

impl RenderHtml for Node {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        out: &mut String,
        position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _extra_attributes: Vec<AnyAttribute>,
    ) {
        let mut after_text = matches!(position, Position::NextChildAfterText);
        crate::html::write(self, out, &mut after_text);
        *position = behind(after_text);
    }

    fn hydrate<const FROM_SERVER: bool>(self, walk: &Walk, position: &PositionState) -> Mounted {
        let current = walk.current();
        let cursor = match position.get() {
            Position::FirstChild => Cursor::at(current, None, false),
            place => {
                let parent = current.parent_node().unwrap_or_else(|| current.clone());
                Cursor::at(parent, Some(current), matches!(place, Position::NextChildAfterText))
            }
        };
        let mounted = dom::mount(self, &cursor);
        let (last, after_text) = cursor.last();
        last.into_iter().for_each(|last| walk.set(last));
        position.set(behind(after_text));
        mounted
    }

    fn into_owned(self) -> Self {
        self
    }
}

fn behind(after_text: bool) -> Position {
    if after_text { Position::NextChildAfterText } else { Position::NextChild }
}

impl Mountable for Mounted {
    fn unmount(&mut self) {
        self.remove();
    }

    fn mount(&mut self, parent: &web_sys::Element, marker: Option<&web_sys::Node>) {
        self.insert(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let Some(first) = self.first() else { return false };
        let parent = first.parent_node().and_then(|parent| parent.dyn_into().ok());
        parent.is_some_and(|parent| {
            child.mount(&parent, Some(&first));
            true
        })
    }

    fn elements(&self) -> Vec<web_sys::Element> {
        let mut elements = Vec::new();
        self.visit(&mut |node| {
            elements.extend(node.dyn_ref::<web_sys::Element>().cloned());
            true
        });
        elements
    }
}
