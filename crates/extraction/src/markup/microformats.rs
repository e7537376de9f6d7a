//! Microformats: hCard and h-card, old class names and new ones, as items of schema.org.

use super::microdata::value_of;
use super::{Item, Items, Value};
use crate::document::{Document, NodeId};

/// Class names of cards.
const CARDS: &[&str] = &["vcard", "h-card"];
/// Class names with the property of schema.org that they stand for.
const PROPERTIES: &[(&str, &str)] = &[
    ("fn", "name"),
    ("p-name", "name"),
    ("org", "worksFor"),
    ("p-org", "worksFor"),
    ("title", "jobTitle"),
    ("role", "jobTitle"),
    ("p-job-title", "jobTitle"),
    ("p-role", "jobTitle"),
    ("email", "email"),
    ("u-email", "email"),
    ("tel", "telephone"),
    ("p-tel", "telephone"),
    ("street-address", "streetAddress"),
    ("p-street-address", "streetAddress"),
    ("locality", "addressLocality"),
    ("p-locality", "addressLocality"),
    ("region", "addressRegion"),
    ("p-region", "addressRegion"),
    ("postal-code", "postalCode"),
    ("p-postal-code", "postalCode"),
    ("country-name", "addressCountry"),
    ("p-country-name", "addressCountry"),
];

/// Every card of the page, its address as an item of its own.
pub(super) fn items(document: &Document<'_>) -> Items {
    let tree = &document.tree;
    let mut items = Items::default();
    let mut open: Vec<(NodeId, usize)> = Vec::new();
    for id in tree.elements() {
        while open.pop_if(|(end, _)| *end <= id).is_some() {}
        let class = tree.raw_attributes(id).iter().find(|(name, _)| name.eq_ignore_ascii_case("class"));
        let Some((_, class)) = class else { continue };
        let classes: Vec<&str> = class.split_ascii_whitespace().collect();
        if classes.iter().any(|class| CARDS.contains(class)) {
            let Some(card) = items.add(Item { types: vec!["Card".to_owned()], properties: Vec::new() })
            else {
                break;
            };
            let Some(address) =
                items.add(Item { types: vec!["PostalAddress".to_owned()], properties: Vec::new() })
            else {
                break;
            };
            items.0[card].properties.push(("address".to_owned(), Value::Item(address)));
            open.push((tree.node(id).end, card));
            continue;
        }
        let Some((_, card)) = open.last().copied() else { continue };
        for (_, name) in PROPERTIES.iter().filter(|(class, _)| classes.contains(class)) {
            let mut value = value_of(tree, id);
            if *name == "telephone" && is_fax(tree, id, &classes) {
                items.0[card].properties.push(("faxNumber".to_owned(), Value::Text(value)));
                continue;
            }
            if *name != "email" && value.starts_with("http") {
                value = tree.text_inside(id).split_whitespace().collect::<Vec<_>>().join(" ");
            }
            let of_address = name.starts_with("address") || matches!(*name, "streetAddress" | "postalCode");
            let owner = if of_address { card + 1 } else { card };
            items.0[owner].properties.push(((*name).to_owned(), Value::Text(value)));
        }
    }
    items
}

/// `<span class="tel"><span class="type">Fax</span> ..`, or a label before it.
fn is_fax(tree: &crate::document::Tree<'_>, id: NodeId, classes: &[&str]) -> bool {
    classes.contains(&"fax") || tree.text_inside(id).to_ascii_lowercase().contains("fax")
}
