#![doc = include_str!("../README.md")]

mod blueprint;

use proc_macro::TokenStream;
use quote::quote;

/// Markup as a `markup::Node`: elements, attributes, text in quotes and `{values}`.
///
/// | in an opening tag | is |
/// |---|---|
/// | `name="text"`, `name` | an attribute that never changes |
/// | `name=value` | one that may: text, number, `bool`, `Option`, a signal, or a closure of these |
/// | `class:name=value` | a class that is there while the value is true |
/// | `prop:name=value` | a property of the element, set in browsers only |
/// | `style:name=value` | the custom property `--name` of the element's style, set in browsers only: an attribute with a style is what a strict policy of a page's content forbids |
/// | `on:event=closure` | an event handler; the event has its own type |
/// | `node_ref=reference` | where the element is put once it is there |
///
/// A value that is a closure reads signals and follows them.
#[proc_macro]
pub fn view(input: TokenStream) -> TokenStream {
    let view = rstml::parse2(input.into()).and_then(|nodes| blueprint::Blueprint::of(&nodes));
    view.map_or_else(syn::Error::into_compile_error, |view| quote!(#view)).into()
}
