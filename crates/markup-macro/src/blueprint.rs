//! From parsed markup to the string and the values that fill it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use rstml::Infallible;
use rstml::node::{KeyedAttribute, KeyedAttributeValue, Node, NodeAttribute, NodeBlock, NodeElement};
use syn::spanned::Spanned;
use syn::{Error, Expr, Lit, Result, Stmt};

// The same as in `markup::blueprint`.
const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';
const ATTRIBUTE: char = '\u{3}';
const TEXT: char = '\u{4}';
const CHILD: char = '\u{5}';
const BOUND: char = '\u{6}';

/// What a `view!` expands to.
#[derive(Default)]
pub(crate) struct Blueprint {
    text: String,
    slots: Vec<TokenStream>,
}

impl Blueprint {
    pub(crate) fn of(nodes: &[Node]) -> Result<Self> {
        let mut blueprint = Self::default();
        nodes.iter().try_for_each(|node| blueprint.node(node))?;
        Ok(blueprint)
    }

    fn node(&mut self, node: &Node) -> Result<()> {
        match node {
            Node::Element(element) => self.element(element),
            Node::Text(text) => self.push(TEXT, &text.value_string(), text),
            Node::Block(block) => {
                let value = value_of(block)?;
                self.text.push(CHILD);
                self.slots.push(quote_spanned!(value.span()=> ::markup::Slot::child(#value)));
                Ok(())
            }
            Node::Fragment(fragment) => fragment.children.iter().try_for_each(|child| self.node(child)),
            other => Err(Error::new(other.span(), "expected an element, text in quotes, or a {value}")),
        }
    }

    fn element(&mut self, element: &NodeElement<Infallible>) -> Result<()> {
        let tag = element.name().to_string();
        if tag.starts_with(char::is_uppercase) {
            return Err(Error::new(element.name().span(), "call a component as a function: {name(..)}"));
        }
        self.push(OPEN, &tag, element.name())?;
        for attribute in element.attributes() {
            match attribute {
                NodeAttribute::Attribute(attribute) => self.attribute(attribute)?,
                NodeAttribute::Block(block) => {
                    return Err(Error::new(block.span(), "expected name=value"));
                }
            }
        }
        element.children.iter().try_for_each(|child| self.node(child))?;
        self.text.push(CLOSE);
        Ok(())
    }

    fn attribute(&mut self, attribute: &KeyedAttribute) -> Result<()> {
        // The name as it is in HTML: a keyword is written as a raw identifier, a dash with spaces around it.
        let name = attribute.key.to_string().replace("r#", "").replace(' ', "");
        match (&attribute.possible_value, attribute.value_literal_string(), attribute.value()) {
            (KeyedAttributeValue::None, ..) => self.push(ATTRIBUTE, &format!("{name}="), attribute),
            (_, Some(text), value) if !name.contains(':') && !value.is_some_and(is_bool) => {
                self.push(ATTRIBUTE, &format!("{name}={text}"), attribute)
            }
            (_, _, Some(value)) => {
                self.push(BOUND, &name, attribute)?;
                self.slots.push(slot(&name, value));
                Ok(())
            }
            _ => Err(Error::new(attribute.span(), "expected name=value")),
        }
    }

    fn push(&mut self, mark: char, text: &str, place: &impl Spanned) -> Result<()> {
        if text.contains(|character| character <= BOUND) {
            return Err(Error::new(place.span(), "control characters cannot stand in markup"));
        }
        self.text.push(mark);
        self.text.push_str(text);
        Ok(())
    }
}

/// `true` and `false` say whether an attribute is there; they are not its text.
fn is_bool(value: &Expr) -> bool {
    matches!(value, Expr::Lit(literal) if matches!(literal.lit, Lit::Bool(_)))
}

/// What stands between the braces; without them where it is one expression.
fn value_of(block: &NodeBlock) -> Result<TokenStream> {
    let block = block.try_block().ok_or_else(|| Error::new(block.span(), "expected {value}"))?;
    Ok(match block.stmts.as_slice() {
        [Stmt::Expr(value, None)] => quote!(#value),
        _ => quote!(#block),
    })
}

fn slot(name: &str, value: &Expr) -> TokenStream {
    if let Some(event) = name.strip_prefix("on:") {
        let event = syn::Ident::new(event, value.span());
        return quote_spanned!(value.span()=> ::markup::Slot::on(::markup::event::#event, #value));
    }
    if name == "node_ref" {
        return quote_spanned!(value.span()=> ::markup::Slot::node_ref(#value));
    }
    quote_spanned!(value.span()=> ::markup::Slot::bound(#value))
}

impl ToTokens for Blueprint {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (text, slots) = (&self.text, &self.slots);
        tokens.extend(quote!(::markup::Node::markup(#text, ::std::vec![#(#slots),*])));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(markup: TokenStream) -> Result<Blueprint> {
        Blueprint::of(&rstml::parse2(markup)?)
    }

    fn text(markup: TokenStream) -> String {
        of(markup).unwrap().text
    }

    #[test]
    fn what_is_known_goes_into_the_string() {
        let expect = "\u{1}p\u{3}class=hint\u{3}hidden=\u{4}Hello\u{2}";
        assert_eq!(text(quote!(<p class="hint" hidden>"Hello"</p>)), expect);
    }

    #[test]
    fn what_is_not_leaves_a_mark_and_a_slot_in_its_order() {
        let view = of(quote!(<a href=url class:on=here on:click=go>{text}</a><b/>)).unwrap();
        assert_eq!(view.text, "\u{1}a\u{6}href\u{6}class:on\u{6}on:click\u{5}\u{2}\u{1}b\u{2}");
        let slots: Vec<_> = view.slots.iter().map(ToString::to_string).collect();
        assert_eq!(slots.len(), 4);
        assert!(slots[0].contains("bound (url)") && slots[3].contains("child"), "{slots:?}");
        assert!(slots[2].contains("event :: click"), "{slots:?}");
    }

    #[test]
    fn names_are_those_of_html() {
        let expect = "\u{1}link\u{3}as=fetch\u{3}aria-label=x\u{2}";
        assert_eq!(text(quote!(<link r#as="fetch" aria-label="x"/>)), expect);
    }

    #[test]
    fn a_component_as_a_tag_is_refused() {
        let error = of(quote!(<List/>)).err().unwrap().to_string();
        assert!(error.contains("as a function"), "{error}");
    }
}
