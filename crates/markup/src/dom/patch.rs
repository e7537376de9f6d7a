//! New nodes in place of those before them, keeping what stays the same.

use web_sys::Node as DomNode;

use super::mounted::{Held, Mounted};
use super::{Cursor, mount};
use crate::Node;
use crate::node::Kind;

/// Shows `node` where `shown` stands.
pub(crate) fn patch(shown: &mut Mounted, node: Node) {
    let other = match (&mut shown.0, node.0) {
        (Held::Nothing(_), Kind::Nothing) => return,
        (Held::Text(element, before), Kind::Text(text)) => {
            if *before != text {
                element.set_data(&text);
                *before = text;
            }
            return;
        }
        (Held::Markup(markup), Kind::Markup(blueprint, slots)) if markup.blueprint == blueprint => {
            return markup.patch(slots);
        }
        (Held::List(items, end), Kind::List(nodes)) => return patch_list(items, end, nodes),
        (_, other) => other,
    };
    replace(shown, Node(other));
}

fn patch_list(items: &mut Vec<Mounted>, end: &DomNode, nodes: Vec<Node>) {
    items.drain(nodes.len().min(items.len())..).for_each(|item| item.remove());
    let kept = items.len();
    for (place, node) in nodes.into_iter().enumerate() {
        match items.get_mut(place).filter(|_| place < kept) {
            Some(item) => patch(item, node),
            None => items.push(insert(node, end)),
        }
    }
}

fn replace(shown: &mut Mounted, node: Node) {
    let Some(first) = shown.first() else { return };
    let after = insert(node, &first);
    shown.remove();
    *shown = after;
}

/// Makes the elements of `node` and puts them before `next`.
pub(crate) fn insert(node: Node, next: &DomNode) -> Mounted {
    let parent = next.parent_node();
    let cursor = Cursor::detached(parent.as_ref().is_some_and(is_svg));
    let mounted = mount(node, &cursor);
    if let Some(parent) = parent {
        // `next` is a child of `parent`.
        _ = parent.insert_before(&cursor.parent(), Some(next));
    }
    mounted
}

/// Whether elements in `parent` are those of a drawing.
fn is_svg(parent: &DomNode) -> bool {
    let element: Option<&web_sys::Element> = wasm_bindgen::JsCast::dyn_ref(parent);
    element.and_then(web_sys::Element::namespace_uri).is_some_and(|name| name.ends_with("svg"))
}
