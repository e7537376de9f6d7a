#![doc = include_str!("../README.md")]

mod entity;

use proc_macro::TokenStream;

/// Implements `requery::Entity`: the fields `id` and `version`, or what the attribute `entity` says instead.
///
/// ```
/// use requery::{Entity, EntityId};
///
/// #[derive(Clone, PartialEq, Entity)]
/// struct Row {
///     id: u64,
///     #[entity(version)]
///     changed: u32,
/// }
///
/// let row = Row { id: 3, changed: 5 };
/// assert_eq!((row.id(), row.version()), (EntityId::from(3_u64), 5));
/// ```
#[proc_macro_derive(Entity, attributes(entity))]
pub fn derive_entity(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    entity::implement(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
