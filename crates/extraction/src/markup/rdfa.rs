//! schema.org in RDFa Lite: `typeof`, `property`.

use super::microdata::value_of;
use super::{Item, Items, Value, short};
use crate::document::{Document, NodeId, Tag};

/// Every item of the page, outer before inner.
pub(super) fn items(document: &Document<'_>) -> Items {
    let tree = &document.tree;
    let mut items = Items::default();
    let mut open: Vec<(NodeId, Option<usize>)> = Vec::new();
    for id in tree.elements() {
        while open.pop_if(|(end, _)| *end <= id).is_some() {}
        let attributes = tree.raw_attributes(id);
        let has = |name: &str| attributes.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let (typed, property) = (has("typeof"), has("property") && tree.tag(id) != Tag::Meta);
        // Open Graph is RDFa too; it has a module of its own, and stands outside of any item.
        let in_item = open.last().is_some();
        let property = property || (in_item && has("property"));
        if !typed && !property {
            continue;
        }
        let owner = open.last().and_then(|(_, index)| *index);
        let value = if typed {
            let types = tree.attribute(id, "typeof").unwrap_or_default();
            let types = types.split_whitespace().map(|name| short(name).to_owned()).collect();
            let index = items.add(Item { types, properties: Vec::new() });
            open.push((tree.node(id).end, index));
            index.map(Value::Item)
        } else {
            Some(Value::Text(value_of(tree, id)))
        };
        if let (true, Some(owner), Some(value)) = (property, owner, value) {
            let names = tree.attribute(id, "property").unwrap_or_default();
            let owner = &mut items.0[owner].properties;
            owner.extend(names.split_whitespace().map(|name| (short(name).to_owned(), value.clone())));
        }
    }
    items
}
