//! The OpenAPI document as a page to read: no script, nothing from elsewhere.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use utoipa::openapi::OpenApi;

use crate::problem::{KINDS, escape};

/// Renders the whole page. Its style is a file of its own, as no inline style is allowed.
pub(super) fn render(document: &OpenApi) -> String {
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut html = String::with_capacity(64 * 1024);
    let title = text(&document, "/info/title");
    let _ = write!(
        html,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title} API</title>\
         <link rel=\"stylesheet\" href=\"{STYLE_PATH}\"></head><body><main><h1>{title} API</h1><p>{}</p>\
         <p><a href=\"/api/openapi.json\">OpenAPI {} document</a>, version {}</p>",
        text(&document, "/info/description"),
        text(&document, "/openapi"),
        text(&document, "/info/version"),
    );
    for tag in list(&document, "/tags") {
        section(&mut html, &document, tag);
    }
    problems(&mut html);
    schemas(&mut html, &document);
    html.push_str("</main></body></html>");
    html
}

/// Where the page's style is served.
pub(super) const STYLE_PATH: &str = "/api/docs.css";

pub(super) const STYLE: &str = "\
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
main{max-width:60rem;margin:0 auto;padding:1rem}\
details{border:1px solid color-mix(in srgb,currentColor 20%,transparent);border-radius:.5rem;margin:.5rem 0;padding:.5rem .75rem}\
summary{cursor:pointer}\
code,pre{font:.9em ui-monospace,monospace}\
pre{overflow:auto}\
table{border-collapse:collapse;width:100%}\
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0}\
.method{display:inline-block;min-width:3.5rem;font-weight:600}\
.about{opacity:.75}";

/// The endpoints of one tag.
fn section(html: &mut String, document: &Value, tag: &Value) {
    let name = tag["name"].as_str().unwrap_or_default();
    let _ = write!(html, "<h2 id=\"{0}\">{0}</h2><p>{1}</p>", escape(name), text(tag, "/description"));
    for (path, item) in object(document, "/paths") {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let tagged = operation["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == name));
            if tagged {
                endpoint(html, path, method, operation);
            }
        }
    }
}

fn endpoint(html: &mut String, path: &str, method: &str, operation: &Value) {
    let _ = write!(
        html,
        "<details id=\"{}\"><summary><code><span class=\"method\">{}</span>{}</code> \
         <span class=\"about\">{}</span></summary><p>{}</p>",
        text(operation, "/operationId"),
        escape(&method.to_uppercase()),
        escape(path),
        text(operation, "/summary"),
        text(operation, "/description"),
    );
    parameters(html, operation);
    if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") {
        let _ = write!(html, "<h3>Body</h3><p>{}</p>", shape(schema));
    }
    html.push_str("<h3>Answers</h3><table>");
    for (status, response) in object(operation, "/responses") {
        let schema = response["content"].as_object().and_then(|content| content.values().next());
        let schema = schema.and_then(|content| content.get("schema")).map(shape).unwrap_or_default();
        let about = text(response, "/description");
        let _ = write!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{about}</td><td>{schema}</td></tr>",
            escape(status)
        );
    }
    html.push_str("</table></details>");
}

fn parameters(html: &mut String, operation: &Value) {
    let parameters = list(operation, "/parameters");
    if parameters.is_empty() {
        return;
    }
    html.push_str("<h3>Parameters</h3><table>");
    for parameter in parameters {
        let _ = write!(
            html,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td>{}</td></tr>",
            text(parameter, "/name"),
            text(parameter, "/in"),
            shape(&parameter["schema"]),
            text(parameter, "/description"),
        );
    }
    html.push_str("</table>");
}

fn problems(html: &mut String) {
    html.push_str("<h2>Problems</h2><table>");
    for kind in KINDS {
        let _ = write!(
            html,
            "<tr id=\"problem-{0}\"><th scope=\"row\"><code>/problems/{0}</code></th><td>{1}</td><td>{2}</td></tr>",
            kind.name,
            kind.status.as_u16(),
            escape(kind.about),
        );
    }
    html.push_str("</table>");
}

fn schemas(html: &mut String, document: &Value) {
    html.push_str("<h2>Types</h2>");
    for (name, schema) in object(document, "/components/schemas") {
        let json = serde_json::to_string_pretty(schema).unwrap_or_default();
        let _ = write!(
            html,
            "<details id=\"type-{0}\"><summary><code>{0}</code> <span class=\"about\">{1}</span></summary>\
             <pre>{2}</pre></details>",
            escape(name),
            text(schema, "/description"),
            escape(&json),
        );
    }
}

/// A schema in a few words, with links to named ones.
fn shape(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#type-{0}\"><code>{0}</code></a>", escape(name));
    }
    if let Some(options) = schema["oneOf"].as_array() {
        let options: Vec<String> =
            options.iter().filter(|option| option["type"] != "null").map(shape).collect();
        return options.join(" or ");
    }
    let kind = match &schema["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .filter(|kind| *kind != "null")
            .collect::<Vec<_>>()
            .join(" or "),
        _ => String::new(),
    };
    match (kind.as_str(), schema["enum"].as_array()) {
        ("array", _) => format!("list of {}", shape(&schema["items"])),
        (_, Some(words)) => words.iter().filter_map(Value::as_str).map(escape).collect::<Vec<_>>().join(", "),
        _ => format!("{}{}", escape(&kind), range(schema)),
    }
}

fn range(schema: &Value) -> String {
    match (&schema["minimum"], &schema["maximum"]) {
        (Value::Null, Value::Null) => String::new(),
        (low, Value::Null) => format!(" from {low}"),
        (Value::Null, high) => format!(" to {high}"),
        (low, high) => format!(" {low} to {high}"),
    }
}

fn text(value: &Value, pointer: &str) -> String {
    escape(value.pointer(pointer).and_then(Value::as_str).unwrap_or_default())
}

fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn object<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}
