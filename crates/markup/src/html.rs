//! A node as HTML.

use std::borrow::Cow;

use crate::blueprint::{Step, Steps};
use crate::keyed::Rows;
use crate::node::Kind;
use crate::slot::Filling;
use crate::{Node, Slot, Value};

/// Holds the place of nothing, ends a list, and parts two texts that a browser would read as one.
const COMMENT: &str = "<!>";

/// Elements that have no end tag.
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// Writes `node`; `after_text` says and is told whether the last thing written is text.
pub(crate) fn write(node: Node, out: &mut String, after_text: &mut bool) {
    match node.0 {
        Kind::Nothing => comment(out, after_text),
        Kind::Text(text) => write_text(&text, out, after_text),
        Kind::Markup(blueprint, slots) => write_markup(blueprint, slots, out, after_text),
        Kind::List(items) => {
            items.into_iter().for_each(|item| write(item, out, after_text));
            comment(out, after_text);
        }
        Kind::Live(mut make) => write(make(), out, after_text),
        Kind::Keyed(rows) => write_rows(rows, out, after_text),
    }
}

fn comment(out: &mut String, after_text: &mut bool) {
    out.push_str(COMMENT);
    *after_text = false;
}

fn write_text(text: &str, out: &mut String, after_text: &mut bool) {
    if *after_text {
        out.push_str(COMMENT);
    }
    // An empty text would not be there for hydration to find.
    out.push_str(&escaped(if text.is_empty() { " " } else { text }));
    *after_text = true;
}

fn write_rows(mut rows: Rows, out: &mut String, after_text: &mut bool) {
    for row in rows() {
        let (owner, node) = (row.make)();
        owner.with(|| write(node, out, after_text));
    }
    comment(out, after_text);
}

fn write_markup(blueprint: &'static str, slots: Vec<Slot>, out: &mut String, after_text: &mut bool) {
    let mut slots = slots.into_iter();
    let mut open = Vec::new();
    // Classes of an element whose tag is not ended yet.
    let mut tag: Option<String> = None;
    for step in Steps::of(blueprint) {
        if !matches!(step, Step::Attribute(..) | Step::Bound(_)) {
            end_tag(&mut tag, out, after_text);
        }
        match step {
            Step::Open(name) => {
                out.push('<');
                out.push_str(name);
                open.push(name);
                tag = Some(String::new());
            }
            Step::Attribute(name, value) => write_attribute(name, value, &mut tag, out),
            Step::Bound(name) => {
                if let Some(Slot(Filling::Bound(source))) = slots.next() {
                    write_bound(name, &source.now(), &mut tag, out);
                }
            }
            Step::Text(text) => write_text(text, out, after_text),
            Step::Child => {
                if let Some(Slot(Filling::Child(node))) = slots.next() {
                    write(node, out, after_text);
                }
            }
            Step::Close => {
                if let Some(name) = open.pop().filter(|name| !VOID.contains(name)) {
                    out.extend(["</", name, ">"]);
                }
                *after_text = false;
            }
        }
    }
}

fn end_tag(tag: &mut Option<String>, out: &mut String, after_text: &mut bool) {
    let Some(classes) = tag.take() else { return };
    if !classes.is_empty() {
        push_attribute("class", &classes, out);
    }
    out.push('>');
    *after_text = false;
}

fn write_bound(name: &'static str, value: &Value, tag: &mut Option<String>, out: &mut String) {
    if let Some(class) = name.strip_prefix("class:") {
        if value.is_on() {
            write_attribute("class", class, tag, out);
        }
    } else if !is_of_object(name)
        && let Some(text) = value.text()
    {
        write_attribute(name, text, tag, out);
    }
}

/// Whether it is set on the element's object: a document says nothing of it.
pub(crate) fn is_of_object(name: &str) -> bool {
    name.starts_with("prop:") || name.starts_with("style:")
}

fn write_attribute(name: &str, value: &str, tag: &mut Option<String>, out: &mut String) {
    match tag {
        Some(classes) if name == "class" => {
            if !classes.is_empty() {
                classes.push(' ');
            }
            classes.push_str(value);
        }
        _ => push_attribute(name, value, out),
    }
}

fn push_attribute(name: &str, value: &str, out: &mut String) {
    out.extend([" ", name, "=\"", &escaped(value), "\""]);
}

fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(text);
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    Cow::Owned(text)
}
