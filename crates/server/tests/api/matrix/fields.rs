//! The fields of a body, at every depth, with what is wrong with each.

use serde_json::{Map, Value, json};

use super::wrong::{Wrong, in_body};
use crate::support::document::Document;

/// Stands where something wrong is to be written, as it stands nowhere else.
const HERE: &str = "@@here@@";

/// A field of a body, and whole bodies with something wrong about it.
pub(super) struct Field {
    /// As it is named by errors: dots lead into objects, brackets into lists.
    pub(super) path: String,
    /// The field has a wrong value.
    pub(super) wrong: Vec<(Wrong, String)>,
    /// Something is wrong beside its value: the name that is told, and the codes.
    pub(super) beside: Vec<(&'static str, String, &'static [&'static str], String)>,
}

impl Field {
    /// What an error may name: the field, or the whole list where an item is wrong.
    pub(super) fn names(&self) -> Vec<String> {
        let list = self.path.split_once('[').map(|(list, _)| list.to_owned());
        [self.path.clone()].into_iter().chain(list).collect()
    }
}

/// A way into a body.
#[derive(Clone)]
enum Step {
    Name(String),
    First,
}

/// The fields that `body` has, each with its wrong values.
pub(super) fn fields(document: &Document, schema: &Value, body: &Value) -> Vec<Field> {
    let mut found = Vec::new();
    Walk { document, body }.object(document.resolved(schema), body, &[], &mut found);
    found
}

/// All fields that a body may have, by their paths, with what is said of each.
pub(super) fn schemas<'d>(document: &'d Document, schema: &'d Value) -> Vec<(String, &'d Value)> {
    let schema = document.resolved(schema);
    let properties = schema["properties"].as_object().into_iter().flatten();
    let named = properties.map(|(name, property)| (name.clone(), property));
    let items = Document::is(schema, "array").then(|| ("[0]".to_owned(), &schema["items"]));
    let mut found = Vec::new();
    for (name, schema) in named.chain(items) {
        found.push((name.clone(), schema));
        for (inner, schema) in schemas(document, schema) {
            let dot = if inner.starts_with('[') { "" } else { "." };
            found.push((format!("{name}{dot}{inner}"), schema));
        }
    }
    found
}

struct Walk<'d> {
    document: &'d Document,
    body: &'d Value,
}

impl Walk<'_> {
    fn object(&self, schema: &Value, value: &Value, at: &[Step], found: &mut Vec<Field>) {
        let object = value.as_object().unwrap();
        assert_eq!(
            schema["additionalProperties"],
            false,
            "{}: it is not said that others are unknown",
            path(at)
        );
        for (name, property) in schema["properties"].as_object().unwrap() {
            let Some(value) = object.get(name) else { continue };
            let at = with(at, Step::Name(name.clone()));
            let mut field = self.field(property, value, &at);
            let required = schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
            if required {
                field.beside.push(("missing", path(&at), &["required"], self.without(&at)));
            }
            field.beside.push(("twice", path(&at), &["format"], self.twice(&at, value)));
            found.push(field);
            self.within(property, value, &at, found);
        }
        let unknown = with(at, Step::Name("zzz".to_owned()));
        let body = self.changed(|body| reach(body, at).insert("zzz".to_owned(), json!(1)).map_or((), drop));
        let beside = vec![("unknown", path(&unknown), &["unknown"][..], body.to_string())];
        found.push(Field { path: path(&unknown), wrong: Vec::new(), beside });
    }

    fn within(&self, schema: &Value, value: &Value, at: &[Step], found: &mut Vec<Field>) {
        let schema = self.document.resolved(schema);
        if Document::is(schema, "object") {
            self.object(schema, value, at, found);
        } else if Document::is(schema, "array") {
            let at = with(at, Step::First);
            found.push(self.field(&schema["items"], &value[0], &at));
            self.within(&schema["items"], &value[0], &at, found);
        }
    }

    fn field(&self, schema: &Value, value: &Value, at: &[Step]) -> Field {
        let template = self.changed(|body| *slot(body, at) = json!(HERE)).to_string();
        let here = json!(HERE).to_string();
        let wrong = in_body(self.document, schema, value).into_iter();
        let wrong = wrong.map(|wrong| (wrong.clone(), template.replace(&here, &wrong.text))).collect();
        Field { path: path(at), wrong, beside: Vec::new() }
    }

    fn without(&self, at: &[Step]) -> String {
        let (last, parent) = at.split_last().unwrap();
        let Step::Name(name) = last else { panic!("an item is not missing") };
        self.changed(|body| reach(body, parent).remove(name).map_or((), drop)).to_string()
    }

    /// The field's name and value once more.
    fn twice(&self, at: &[Step], value: &Value) -> String {
        let Some(Step::Name(name)) = at.last() else { panic!("an item has no name") };
        let (here, value) = (json!(HERE).to_string(), value.to_string());
        let template = self.changed(|body| *slot(body, at) = json!(HERE)).to_string();
        template.replace(&here, &format!("{value},\"{name}\":{value}"))
    }

    fn changed(&self, change: impl FnOnce(&mut Value)) -> Value {
        let mut body = self.body.clone();
        change(&mut body);
        body
    }
}

fn slot<'b>(body: &'b mut Value, at: &[Step]) -> &'b mut Value {
    at.iter().fold(body, |value, step| match step {
        Step::Name(name) => &mut value[name.as_str()],
        Step::First => &mut value[0],
    })
}

fn reach<'b>(body: &'b mut Value, at: &[Step]) -> &'b mut Map<String, Value> {
    slot(body, at).as_object_mut().unwrap()
}

fn with(at: &[Step], step: Step) -> Vec<Step> {
    at.iter().cloned().chain([step]).collect()
}

fn path(at: &[Step]) -> String {
    at.iter().fold(String::new(), |path, step| match step {
        Step::First => format!("{path}[0]"),
        Step::Name(name) if path.is_empty() => name.clone(),
        Step::Name(name) => format!("{path}.{name}"),
    })
}
