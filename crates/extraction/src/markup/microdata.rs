//! schema.org in microdata: `itemscope`, `itemtype`, `itemprop`.

use super::{Item, Items, Value, short};
use crate::document::{Document, NodeId, Tag, Tree};

/// Every item of the page, outer before inner.
pub(super) fn items(document: &Document<'_>) -> Items {
    let tree = &document.tree;
    let mut items = Items::default();
    // Items whose elements are open, with where they end.
    let mut open: Vec<(NodeId, Option<usize>)> = Vec::new();
    for id in tree.elements() {
        while open.pop_if(|(end, _)| *end <= id).is_some() {}
        let attributes = tree.raw_attributes(id);
        if attributes.is_empty() {
            continue;
        }
        let has = |name: &str| attributes.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let (scope, property) = (has("itemscope"), has("itemprop"));
        if !scope && !property {
            continue;
        }
        let owner = open.last().and_then(|(_, index)| *index);
        let value = if scope {
            let types = tree.attribute(id, "itemtype").unwrap_or_default();
            let types = types.split_whitespace().map(|name| short(name).to_owned()).collect();
            let index = items.add(Item { types, properties: Vec::new() });
            open.push((tree.node(id).end, index));
            index.map(Value::Item)
        } else {
            Some(Value::Text(value_of(tree, id)))
        };
        if let (true, Some(owner), Some(value)) = (property, owner, value) {
            let names = tree.attribute(id, "itemprop").unwrap_or_default();
            let owner = &mut items.0[owner].properties;
            owner.extend(names.split_whitespace().map(|name| (short(name).to_owned(), value.clone())));
        }
    }
    items
}

/// The value of an element: of its attribute where it has one for that, else its text.
pub(super) fn value_of(tree: &Tree<'_>, id: NodeId) -> String {
    let attribute = |name: &str| tree.attribute(id, name).map(std::borrow::Cow::into_owned);
    let linked = match tree.tag(id) {
        Tag::A | Tag::Link => attribute("href"),
        Tag::Img => attribute("src"),
        _ => attribute("datetime"),
    };
    attribute("content").or(linked).unwrap_or_else(|| {
        let text = tree.text_inside(id);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    })
}
