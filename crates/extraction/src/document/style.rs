//! What style sheets and style attributes do to text that matters for reading it: hide it, reverse it, or add to it.
//! Only rules of one class or identifier are read, as those that obfuscate addresses are.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::tag::{Kind, Tag};
use super::tree::{NodeId, Tree};

/// Rules that are read from one page.
const MAX_RULES: usize = 2_000;
/// Nodes of a piece of a line that is put into an address to hide it.
const MAX_DECOY: usize = 3;

/// What style does to an element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) hidden: bool,
    /// Not seen where it stands, which is also how whatever is faded or moved in later begins.
    unseen: bool,
    /// Shown from right to left, whatever its letters.
    pub(crate) reversed: bool,
}

/// A piece of generated content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    Attribute(String),
}

/// Where generated content stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Before,
    After,
}

/// The rules of a page's `<style>` elements: what they do by class and by identifier, and what they add, by selectors such
/// as `.name`.
#[derive(Debug, Default)]
pub(crate) struct Styles<'a> {
    of_class: HashMap<&'a str, Effect>,
    of_id: HashMap<&'a str, Effect>,
    before: HashMap<&'a str, Vec<Piece>>,
    after: HashMap<&'a str, Vec<Piece>>,
}

impl<'a> Styles<'a> {
    pub(crate) fn of(tree: &Tree<'a>) -> Self {
        let mut styles = Self::default();
        for style in tree.with_tag(Tag::Style) {
            for text in tree.inside(style).map(|id| tree.source(id)) {
                rules(text).take(MAX_RULES).for_each(|(selectors, body)| styles.add(selectors, body));
            }
        }
        styles
    }

    fn add(&mut self, selectors: &'a str, body: &'a str) {
        let effect = effect_of(body);
        let content = property(body, "content");
        if effect == Effect::default() && content.is_none() {
            return;
        }
        for selector in selectors.split(',') {
            let (subject, place) = subject(selector.trim());
            let Some(subject) = subject else { continue };
            match (place, content) {
                (Some(Place::Before), Some(content)) => {
                    self.before.insert(subject, pieces(content));
                }
                (Some(Place::After), Some(content)) => {
                    self.after.insert(subject, pieces(content));
                }
                (None, _) => {
                    let (mark, name) = subject.split_at(1);
                    let effects = if mark == "#" { &mut self.of_id } else { &mut self.of_class };
                    let known = effects.entry(name).or_default();
                    known.hidden |= effect.hidden;
                    known.unseen |= effect.unseen;
                    known.reversed |= effect.reversed;
                }
                (Some(_), None) => {}
            }
        }
    }

    /// What style does to an element. A rule of a style sheet hides only pieces of a line: whole blocks are menus and
    /// tabs, which people open.
    pub(crate) fn effect(&self, tree: &Tree<'_>, id: NodeId) -> Effect {
        let mut effect = Effect::default();
        let inline = tree.tag(id).kind() == Kind::Inline;
        let decoy = || inline && tree.tag(id) != Tag::Other && tree.inside(id).len() <= MAX_DECOY;
        for (name, value) in tree.raw_attributes(id) {
            match *name {
                "style" | "STYLE" | "Style" => {
                    let own = effect_of(value);
                    effect.hidden |= own.hidden || (own.unseen && decoy());
                    effect.reversed |= own.reversed;
                }
                "hidden" => effect.hidden = true,
                "class" | "id" if inline => {
                    let effects = if *name == "id" { &self.of_id } else { &self.of_class };
                    if effects.is_empty() {
                        continue;
                    }
                    for rule in value.split_ascii_whitespace().filter_map(|word| effects.get(word)) {
                        effect.hidden |= rule.hidden || (rule.unseen && decoy());
                        effect.reversed |= rule.reversed;
                    }
                }
                "dir" if tree.tag(id) == Tag::Bdo => effect.reversed |= value.eq_ignore_ascii_case("rtl"),
                _ => {}
            }
        }
        effect
    }

    /// What style adds to an element's text there.
    pub(crate) fn generated(&self, tree: &Tree<'_>, id: NodeId, place: Place) -> Option<String> {
        let generated = match place {
            Place::Before => &self.before,
            Place::After => &self.after,
        };
        if generated.is_empty() {
            return None;
        }
        let class = tree.attribute(id, "class").unwrap_or_default();
        let pieces =
            class.split_ascii_whitespace().find_map(|word| generated.get(format!(".{word}").as_str()))?;
        let text = |piece: &Piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Attribute(name) => tree.attribute(id, name).unwrap_or_default().into_owned(),
        };
        Some(pieces.iter().map(text).collect())
    }
}

/// Selectors and declarations of the rules that stand alone; those inside of `@media` and the like are passed over.
fn rules(css: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = css;
    std::iter::from_fn(move || {
        loop {
            let (selectors, after) = rest.split_once('{')?;
            let selectors = selectors.rsplit("*/").next().unwrap_or_default();
            let selectors = selectors.rsplit(['}', ';']).next().unwrap_or_default().trim();
            let selectors = selectors.trim_start_matches("<!--").trim();
            if selectors.starts_with('@') {
                rest = &after[block_end(after)..];
                continue;
            }
            let (body, after) = after.split_once('}')?;
            rest = after;
            return Some((selectors, body));
        }
    })
}

/// One past the brace that closes a block of rules.
fn block_end(text: &str) -> usize {
    let mut depth = 1_u32;
    for (index, byte) in text.bytes().enumerate() {
        depth = match byte {
            b'{' => depth + 1,
            b'}' => depth - 1,
            _ => depth,
        };
        if depth == 0 {
            return index + 1;
        }
    }
    text.len()
}

/// The class or identifier that a selector is about, and the pseudo-element.
fn subject(selector: &str) -> (Option<&str>, Option<Place>) {
    let (compound, pseudo) = selector.split_once(':').unwrap_or((selector, ""));
    let place = match pseudo.trim_start_matches(':') {
        "before" => Some(Place::Before),
        "after" => Some(Place::After),
        "" => None,
        _ => return (None, None),
    };
    let named = compound.find(['.', '#']).map(|start| &compound[start..]);
    let simple = |name: &&str| {
        name.len() > 1 && name[1..].chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    let alone = !compound.contains(char::is_whitespace) && !compound.contains(['>', '+', '~', '[']);
    (named.filter(simple).filter(|_| alone), place)
}

/// Pieces of the declarations that do something of interest.
static OF_INTEREST: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let pieces = [
        "none",
        "NONE",
        "hidden",
        "rtl",
        "font-size",
        "opacity:0",
        "opacity: 0",
        "left:-",
        "left: -",
        "top:-",
        "top: -",
    ];
    AhoCorasick::new(pieces).ok()
});

fn effect_of(declarations: &str) -> Effect {
    // Most declarations do nothing of interest.
    if OF_INTEREST.as_ref().is_some_and(|pieces| !pieces.is_match(declarations)) {
        return Effect::default();
    }
    let is = |name: &str, value: &str| {
        property(declarations, name).is_some_and(|found| important(found).eq_ignore_ascii_case(value))
    };
    let is_nothing =
        |name: &str| property(declarations, name).and_then(measure).is_some_and(|(number, _)| number == 0.0);
    let is_far_off = |name: &str| {
        property(declarations, name).and_then(measure).is_some_and(|(number, unit)| match unit {
            "px" => number <= -999.0,
            "em" | "rem" => number <= -99.0,
            _ => false,
        })
    };
    let lifted = || is("position", "absolute") || is("position", "fixed");
    Effect {
        hidden: is("display", "none") || is("visibility", "hidden") || is_nothing("font-size"),
        unseen: is_nothing("opacity") || ((is_far_off("left") || is_far_off("top")) && lifted()),
        reversed: is("direction", "rtl") && is("unicode-bidi", "bidi-override"),
    }
}

/// A value without the mark that it counts before others.
fn important(value: &str) -> &str {
    value.trim_end_matches("!important").trim()
}

/// The number of a value and its unit.
fn measure(value: &str) -> Option<(f64, &str)> {
    let value = important(value);
    let unit = value.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(value.len());
    Some((value[..unit].parse().ok()?, &value[unit..]))
}

fn property<'a>(declarations: &'a str, name: &str) -> Option<&'a str> {
    declarations.split(';').find_map(|declaration| {
        let (property, value) = declaration.split_once(':')?;
        property.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The pieces of a `content` property: quoted strings and `attr(name)`.
fn pieces(content: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = content.trim();
    while let Some(first) = rest.chars().next() {
        if let quote @ ('"' | '\'') = first {
            let (text, after) = rest[1..].split_once(quote).unwrap_or((&rest[1..], ""));
            pieces.push(Piece::Literal(unescaped(text)));
            rest = after.trim_start();
        } else if let Some(after) = rest.strip_prefix("attr(") {
            let (name, after) = after.split_once(')').unwrap_or((after, ""));
            pieces.push(Piece::Attribute(name.trim().to_owned()));
            rest = after.trim_start();
        } else {
            break;
        }
    }
    pieces
}

/// `\0040` and its like as characters.
fn unescaped(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        result.push_str(before);
        let digits = after.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        let code = u32::from_str_radix(&after[..digits], 16).ok().and_then(char::from_u32);
        result.extend(code);
        rest = after[digits..].strip_prefix(' ').unwrap_or(&after[digits..]);
    }
    result + rest
}
