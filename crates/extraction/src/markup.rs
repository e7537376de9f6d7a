//! What a page says to machines: schema.org in three syntaxes, and microformats. Each syntax becomes [`Item`]s; one
//! module knows what their properties mean.

mod json;
mod json_ld;
mod meaning;
mod microdata;
mod microformats;
mod rdfa;

use super::Context;
use super::findings::{Findings, Method};

/// A thing with its properties, as schema.org has them.
#[derive(Clone, Debug, Default, PartialEq)]
struct Item {
    /// Names of its types, without a vocabulary's address.
    types: Vec<String>,
    properties: Vec<(String, Value)>,
}

/// The value of a property.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Text(String),
    /// Another item, by its index.
    Item(usize),
}

/// The items of one syntax of a page.
#[derive(Clone, Debug, Default, PartialEq)]
struct Items(Vec<Item>);

/// Items that are read from one page.
const MAX_ITEMS: usize = 2_000;

impl Item {
    fn is_a(&self, names: &[&str]) -> bool {
        self.types.iter().any(|found| names.contains(&found.as_str()))
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.properties.iter().filter(move |(known, _)| known == name).map(|(_, value)| value)
    }

    /// The property's texts.
    fn texts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values(name).filter_map(|value| match value {
            Value::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            Value::Item(_) => None,
        })
    }

    fn text(&self, name: &str) -> Option<String> {
        self.texts(name).next().map(str::to_owned)
    }
}

impl Items {
    fn get(&self, value: &Value) -> Option<&Item> {
        match value {
            Value::Item(index) => self.0.get(*index),
            Value::Text(_) => None,
        }
    }

    /// Adds an item, unless there are too many.
    fn add(&mut self, item: Item) -> Option<usize> {
        (self.0.len() < MAX_ITEMS).then(|| {
            self.0.push(item);
            self.0.len() - 1
        })
    }
}

/// The last part of a type's or property's address: `Person` of `https://schema.org/Person`.
fn short(name: &str) -> &str {
    name.rsplit(['/', '#', ':']).next().unwrap_or(name).trim()
}

/// Everything that the page says to machines.
pub(super) fn findings(context: &Context<'_>) -> Findings {
    let document = context.document;
    let mut findings = Findings::default();
    let syntaxes = [
        (json_ld::items(document, &mut findings.notices), Method::JsonLd),
        (microdata::items(document), Method::Microdata),
        (rdfa::items(document), Method::Rdfa),
        (microformats::items(document), Method::Microformat),
    ];
    for (items, method) in syntaxes {
        findings.absorb(meaning::findings(context, &items, method));
    }
    findings
}

/// Countries that the page's structured addresses name.
pub(super) fn countries(document: &crate::document::Document<'_>) -> Vec<Option<String>> {
    let items = json_ld::items(document, &mut Vec::new());
    meaning::countries(&items)
}
