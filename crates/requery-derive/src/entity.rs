//! From a type and its attributes to the implementation.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Error, Expr, Ident, Result};

/// One of the two things that an entity has.
#[derive(Clone, Copy)]
enum Part {
    Id,
    Version,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Version => "version",
        }
    }
}

pub(crate) fn implement(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    let (id, version) = (find(input, Part::Id)?, find(input, Part::Version)?);
    Ok(quote! {
        impl #generics ::requery::Entity for #name #arguments #bounds {
            fn id(&self) -> ::requery::EntityId {
                ::core::convert::From::from(#id)
            }

            fn version(&self) -> u64 {
                ::core::convert::From::from(#version)
            }
        }
    })
}

/// What gives the part: an expression of the type's attribute, a field's attribute, or the field of that name.
fn find(input: &DeriveInput, part: Part) -> Result<TokenStream> {
    if let Some(said) = Said::of(&input.attrs, part)? {
        let expression = said.expression.ok_or_else(|| {
            let name = part.name();
            Error::new_spanned(
                &input.ident,
                format!("say what the {name} is: #[entity({name} = EXPRESSION)], or #[entity({name})] on its field"),
            )
        })?;
        return Ok(quote!(#expression));
    }
    let field = chosen_field(input, part)?.map_or_else(|| named_field(input, part), Ok)?;
    Ok(quote!(::core::clone::Clone::clone(&self.#field)))
}

fn fields(input: &DeriveInput) -> impl Iterator<Item = (&Ident, &syn::Field)> {
    let fields = if let Data::Struct(data) = &input.data { Some(&data.fields) } else { None };
    fields.into_iter().flatten().filter_map(|field| Some((field.ident.as_ref()?, field)))
}

fn chosen_field(input: &DeriveInput, part: Part) -> Result<Option<Ident>> {
    let mut chosen = None;
    for (name, field) in fields(input) {
        let Some(said) = Said::of(&field.attrs, part)? else { continue };
        if said.expression.is_some() {
            return Err(Error::new_spanned(name, "an expression belongs on the type, not on a field"));
        }
        if chosen.replace(name.clone()).is_some() {
            return Err(Error::new_spanned(name, format!("two fields are the {}", part.name())));
        }
    }
    Ok(chosen)
}

fn named_field(input: &DeriveInput, part: Part) -> Result<Ident> {
    let wanted = part.name();
    fields(input).map(|(name, _)| name).find(|name| *name == wanted).cloned().ok_or_else(|| {
        Error::new_spanned(
            &input.ident,
            format!(
                "no field is called `{wanted}`: put #[entity({wanted})] on the field that it is, or say \
                 #[entity({wanted} = EXPRESSION)] on the type"
            ),
        )
    })
}

/// What the attributes of one place say about a part.
struct Said {
    expression: Option<Expr>,
}

impl Said {
    fn of(attributes: &[Attribute], part: Part) -> Result<Option<Self>> {
        let mut said = None;
        for attribute in attributes.iter().filter(|it| it.path().is_ident("entity")) {
            attribute.parse_nested_meta(|meta| {
                if !meta.path.is_ident("id") && !meta.path.is_ident("version") {
                    return Err(meta.error("an entity has an `id` and a `version`"));
                }
                let expression =
                    if meta.input.peek(syn::Token![=]) { Some(meta.value()?.parse()?) } else { None };
                if meta.path.is_ident(part.name()) {
                    said = Some(Self { expression });
                }
                Ok(())
            })?;
        }
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(input: &str) -> String {
        implement(&syn::parse_str(input).unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn a_type_without_an_id_is_told_how_to_say_what_it_is() {
        let error = error("struct Row { version: u64 }");
        assert!(error.contains("#[entity(id)]") && error.contains("`id`"), "{error}");
    }

    #[test]
    fn an_enumeration_is_told_so_too() {
        let error = error("#[entity(id = self.key())] enum Row { One }");
        assert!(error.contains("#[entity(version = EXPRESSION)]"), "{error}");
    }

    #[test]
    fn two_ids_are_one_too_many() {
        let error = error("struct Row { #[entity(id)] a: u32, #[entity(id)] b: u32, version: u64 }");
        assert_eq!(error, "two fields are the id");
    }

    #[test]
    fn a_word_that_means_nothing_is_not_taken_silently() {
        let error = error("#[entity(key = 1)] struct Row { id: u32, version: u64 }");
        assert_eq!(error, "an entity has an `id` and a `version`");
    }

    #[test]
    fn a_bare_word_on_the_type_needs_an_expression() {
        let error = error("#[entity(id)] struct Row { id: u32, version: u64 }");
        assert!(error.contains("#[entity(id = EXPRESSION)]"), "{error}");
    }
}
