//! schema.org in JSON-LD.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::{Item, Items, Value, json, short};
use crate::document::{self, Document, Tag};

/// Every object of every script, outer before inner; references by `@id` are followed.
pub(super) fn items(document: &Document<'_>, notices: &mut Vec<String>) -> Items {
    let mut items = Items::default();
    let tree = &document.tree;
    for script in tree.with_tag(Tag::Script) {
        let kind = tree.attribute(script, "type").unwrap_or_default();
        if !kind.trim().to_ascii_lowercase().starts_with("application/ld+json") {
            continue;
        }
        let text: String = tree.inside(script).map(|id| tree.source(id)).collect();
        let escaped = text.contains("&quot;") && !text.contains('"');
        let text = if escaped { document::decoded(&text).into_owned() } else { text };
        match json::values(&text) {
            Some(values) => values.iter().for_each(|value| add(&mut items, value)),
            None if text.trim().is_empty() => {}
            None => notices.push("a script of JSON-LD could not be read: it is not JSON".to_owned()),
        }
    }
    items
}

/// Adds every object of a value. The walk keeps its own stack: values of any depth must not exhaust the thread's.
fn add(items: &mut Items, value: &Json) {
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    let mut references: Vec<(usize, usize, &str)> = Vec::new();
    // Values with the item and property that they belong to.
    let mut waiting: Vec<(&Json, Option<(usize, &str)>)> = vec![(value, None)];
    while let Some((value, owner)) = waiting.pop() {
        match value {
            Json::Object(object) => {
                // A value object is a literal with its type or language.
                if let Some(literal) = object.get("@value") {
                    waiting.push((literal, owner));
                    continue;
                }
                let types =
                    words(object.get("@type")).into_iter().map(|name| short(name).to_owned()).collect();
                let Some(index) = items.add(Item { types, properties: Vec::new() }) else { return };
                attach(items, owner, Value::Item(index));
                if let Some(id) = object.get("@id").and_then(Json::as_str) {
                    if object.len() > 1 {
                        by_id.insert(id, index);
                    } else if let Some((owner, _)) = owner {
                        let position = items.0[owner].properties.len() - 1;
                        references.push((owner, position, id));
                    }
                }
                let properties = object.iter().filter(|(name, _)| *name != "@type" && *name != "@id");
                waiting.extend(properties.map(|(name, value)| (value, Some((index, short(name))))));
            }
            Json::Array(values) => waiting.extend(values.iter().rev().map(|value| (value, owner))),
            // The one control character that no text of a page holds can be written here by its escape.
            Json::String(text) => {
                attach(items, owner, Value::Text(document::decoded(text).replace('\0', " ")));
            }
            Json::Number(number) => attach(items, owner, Value::Text(number.to_string())),
            Json::Bool(_) | Json::Null => {}
        }
    }
    for (owner, position, id) in references {
        if let Some(index) = by_id.get(id) {
            items.0[owner].properties[position].1 = Value::Item(*index);
        }
    }
}

fn attach(items: &mut Items, owner: Option<(usize, &str)>, value: Value) {
    if let Some((owner, name)) = owner {
        items.0[owner].properties.push((name.to_owned(), value));
    }
}

fn words(value: Option<&Json>) -> Vec<&str> {
    match value {
        Some(Json::String(text)) => vec![text],
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}
