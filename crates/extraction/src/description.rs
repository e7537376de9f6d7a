//! What a business says of itself: the page's description, Open Graph's contact data beside it.

use super::confidence::Form;
use super::email;
use super::findings::{Finding, Findings, Method, PhoneKind, PostalAddress};
use super::{Context, phone, postal, region};

/// Shorter descriptions are names and slogans.
const SHORTEST: usize = 20;
/// The most characters that are kept.
const LONGEST: usize = 500;

/// The description that the page's `<meta>` gives.
pub(super) fn finding(context: &Context<'_>) -> Option<Finding> {
    let content = ["description", "og:description", "twitter:description"]
        .into_iter()
        .find_map(|name| context.document.meta(name).filter(|content| content.chars().count() >= SHORTEST))?;
    let content = content.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(context.finding(content.chars().take(LONGEST).collect(), &content, Method::Meta, 0.8))
}

/// Open Graph's `business:contact_data` and the older properties of the same meaning.
pub(super) fn contact_data(context: &Context<'_>) -> Findings {
    let meta = |name: &str, older: &str| {
        context
            .document
            .meta(&format!("business:contact_data:{name}"))
            .or_else(|| context.document.meta(older))
    };
    let mut findings = Findings::default();
    if let Some(address) = meta("email", "og:email").and_then(|text| email::normalised(&text)) {
        let snippet = format!("<meta> {address}");
        findings.emails.extend(email::finding(context, address, &snippet, Method::Meta));
    }
    for (name, older, kind) in [
        ("phone_number", "og:phone_number", PhoneKind::Phone),
        ("fax_number", "og:fax_number", PhoneKind::Fax),
    ] {
        let found = meta(name, older).and_then(|text| phone::structured(context, &text, kind, Method::Meta));
        found.into_iter().for_each(|phone| findings.add_phone(phone));
    }
    let street = meta("street_address", "og:street-address");
    let city = meta("locality", "og:locality");
    let state = meta("region", "og:region").map(|text| postal::state_code(&text));
    let postal_code = meta("postal_code", "og:postal-code");
    let country =
        meta("country_name", "og:country-name").and_then(|name| region::code_of(&name)).map(str::to_owned);
    if street.is_some() && (city.is_some() || postal_code.is_some()) {
        let parts = [&street, &city, &state, &postal_code].into_iter().flatten().cloned();
        let line = parts.collect::<Vec<_>>().join(", ");
        let evidence = context.finding(line.clone(), &line, Method::Meta, Form::AddressMeta.confidence());
        findings.add_address(PostalAddress { street, city, state, postal_code, country, evidence });
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::tests::extracted;

    #[test]
    fn the_description_is_the_pages_own() {
        let found =
            extracted("<head><meta name=description content='Family plumbers in Käpylä since 1974.'></head>");
        assert_eq!(found.description.unwrap().value, "Family plumbers in Käpylä since 1974.");
        assert!(extracted("<meta name=description content=Home>").description.is_none());
    }

    #[test]
    fn open_graph_says_where_a_business_is() {
        let found = extracted(
            "<meta property='business:contact_data:street_address' content='12 Main Street'>
             <meta property='business:contact_data:locality' content='Freehold'>
             <meta property='og:phone_number' content='732-462-1198'><meta property='og:email' content='info@acme.com'>",
        );
        assert_eq!(found.addresses[0].evidence.value, "12 Main Street, Freehold");
        assert_eq!(found.phones[0].number.value, "+17324621198");
        assert_eq!(found.emails[0].value, "info@acme.com");
    }
}
