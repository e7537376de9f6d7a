//! What the properties of items mean for a business.

use contract::Socials;
use url::Url;

use super::super::confidence::Form;
use super::super::findings::{Findings, Hours, Method, Person, Phone, PhoneKind, PostalAddress};
use super::super::{Context, email, hours, people, phone, postal, region, socials};
use super::{Item, Items, Value, short};

/// Types whose telephones and addresses are not the site's business: what they are about is something else.
const OTHERS: &[&str] = &[
    "Review",
    "Event",
    "Offer",
    "Product",
    "JobPosting",
    "Article",
    "BlogPosting",
    "NewsArticle",
    "Comment",
];

pub(super) fn findings(context: &Context<'_>, items: &Items, method: Method) -> Findings {
    let mut findings = Findings::default();
    let within_others = within(items, OTHERS);
    for (index, item) in items.0.iter().enumerate() {
        if within_others[index] {
            continue;
        }
        if item.is_a(&["Person"]) || (item.is_a(&["Card"]) && is_persons_card(item)) {
            person(context, item, method).into_iter().for_each(|person| findings.add_person(person));
            if item.is_a(&["Person"]) {
                continue;
            }
        }
        contacts(context, item, method, &mut findings);
        if item.is_a(&["PostalAddress"]) {
            address(context, item, method).into_iter().for_each(|address| findings.add_address(address));
        }
        if let Some(found) = opening_hours(context, items, item, method) {
            findings.hours.get_or_insert(found);
        }
        if findings.description.is_none()
            && !item.types.is_empty()
            && !item.is_a(&["Card", "WebSite", "WebPage", "ImageObject"])
        {
            findings.description = description(context, item, method);
        }
        findings.socials.fill(profiles(item));
    }
    findings
}

/// For each item whether it is one of those types or stands inside of one.
fn within(items: &Items, types: &[&str]) -> Vec<bool> {
    let mut marked: Vec<bool> = items.0.iter().map(|item| item.is_a(types)).collect();
    // Outer items come before inner ones.
    for index in 0..items.0.len() {
        if marked[index] {
            for (name, value) in &items.0[index].properties {
                if let (Value::Item(inner), false) = (
                    value,
                    matches!(
                        name.as_str(),
                        "publisher"
                            | "provider"
                            | "hiringOrganization"
                            | "organizer"
                            | "seller"
                            | "itemReviewed"
                    ),
                ) {
                    marked[*inner] |= *inner > index;
                }
            }
        }
    }
    marked
}

/// A card with a role or the name of a person in an organisation.
fn is_persons_card(item: &Item) -> bool {
    item.text("jobTitle").is_some() && item.text("name") != item.text("worksFor")
}

fn contacts(context: &Context<'_>, item: &Item, method: Method, findings: &mut Findings) {
    for text in item.texts("email") {
        let text = text.strip_prefix("mailto:").unwrap_or(text).split('?').next().unwrap_or_default();
        if let Some(address) = email::normalised(&email::decode::percent(text)) {
            let snippet = format!("\"email\": \"{address}\"");
            findings.emails.extend(email::finding(context, address, &snippet, method));
        }
    }
    let faxes = item.texts("faxNumber").map(|text| (text, PhoneKind::Fax));
    let is_fax = item.texts("contactType").any(|kind| kind.to_lowercase().contains("fax"));
    let kind = if is_fax { PhoneKind::Fax } else { PhoneKind::Phone };
    for (text, kind) in item.texts("telephone").map(|text| (text, kind)).chain(faxes) {
        let found: Option<Phone> = phone::structured(context, text, kind, method);
        found.into_iter().for_each(|phone| findings.add_phone(phone));
    }
}

fn person(context: &Context<'_>, item: &Item, method: Method) -> Option<Person> {
    let parts = || Some(format!("{} {}", item.text("givenName")?, item.text("familyName")?));
    let name = item.text("name").or_else(parts)?;
    let title = item.text("jobTitle");
    if !people::is_plausible_name(&name) {
        return None;
    }
    let snippet = title.as_ref().map_or_else(|| name.clone(), |title| format!("{name}, {title}"));
    // An author of a page is not a person of the business unless it has a role.
    let form = if title.is_some() { Form::PersonStructured } else { Form::PersonNamed };
    Some(Person {
        name: context.finding(name, &snippet, method, form.confidence()),
        title,
        email: item.texts("email").find_map(|text| email::normalised(text.trim_start_matches("mailto:"))),
        phone: item.texts("telephone").find_map(|text| phone::normalised(text, &context.regions)),
    })
}

fn address(context: &Context<'_>, item: &Item, method: Method) -> Option<PostalAddress> {
    let street: Vec<&str> = item.texts("streetAddress").collect();
    let street = street.join(", ").split_whitespace().collect::<Vec<_>>().join(" ");
    let street = street.trim_end_matches([',', ' ']).to_owned();
    let street = (!street.is_empty())
        .then_some(street)
        .or_else(|| item.text("postOfficeBoxNumber").map(|number| format!("P.O. Box {number}")));
    let plain = |text: String| text.trim_end_matches([',', ' ']).to_owned();
    let city = item.text("addressLocality").map(plain);
    let state = item.text("addressRegion").map(|text| postal::state_code(text.trim_end_matches(',')));
    let postal_code = item.text("postalCode");
    let country = item.text("addressCountry").and_then(|name| region::code_of(&name)).map(str::to_owned);
    let line: Vec<String> = [&street, &city, &state, &postal_code].into_iter().flatten().cloned().collect();
    if street.is_none() && (city.is_none() || postal_code.is_none()) {
        return None;
    }
    let line = line.join(", ");
    let evidence = context.finding(line.clone(), &line, method, Form::AddressStructured.confidence());
    Some(PostalAddress { street, city, state, postal_code, country, evidence })
}

/// Countries that addresses name.
pub(super) fn countries(items: &Items) -> Vec<Option<String>> {
    let addresses = items.0.iter().filter(|item| item.is_a(&["PostalAddress"]));
    let names = addresses.filter_map(|item| item.text("addressCountry"));
    names.map(|name| region::code_of(&name).map(str::to_owned)).collect()
}

fn opening_hours(context: &Context<'_>, items: &Items, item: &Item, method: Method) -> Option<Hours> {
    let texts: Vec<&str> = item.texts("openingHours").collect();
    let specified: Vec<(Vec<String>, String, String)> = item
        .values("openingHoursSpecification")
        .filter_map(|value| items.get(value))
        .filter_map(|rule| {
            let days = rule.values("dayOfWeek").filter_map(|value| match value {
                Value::Text(day) => Some(short(day).to_owned()),
                Value::Item(index) => items.0.get(*index)?.text("name"),
            });
            Some((days.collect(), rule.text("opens")?, rule.text("closes")?))
        })
        .collect();
    let found =
        if texts.is_empty() { hours::specified(&specified)? } else { hours::of_text(&texts.join("; "))? };
    let snippet = if texts.is_empty() { found.clone() } else { texts.join("; ") };
    Some(Hours { opening_hours: context.finding(found, &snippet, method, 0.95) })
}

fn description(
    context: &Context<'_>,
    item: &Item,
    method: Method,
) -> Option<super::super::findings::Finding> {
    let text = item.text("description")?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let long = text.chars().count() >= 30 && !text.contains('<');
    long.then(|| context.finding(text.chars().take(500).collect(), &text, method, 0.85))
}

fn profiles(item: &Item) -> Socials {
    let mut found = Socials::default();
    for url in item.texts("sameAs").filter_map(|text| Url::parse(text).ok()) {
        socials::add(&mut found, &url);
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::findings::Method;
    use crate::tests::extracted;

    const LD: &str = r#"<script type="application/ld+json"><!-- {"@context": "https://schema.org", "@graph": [
        {"@type": ["Plumber"], "name": "Acme", "telephone": "(732) 462-1198", "faxNumber": "732-462-1199",
         "email": "mailto:Office@acme.example", /* ours */ "description": "Family plumbers since
1974 in Freehold.", "sameAs": ["https://www.facebook.com/acme"], "openingHours": "Mo-Fr 09:00-17:00",
         "address": {"@type": "PostalAddress", "streetAddress": "12 Main Street", "addressLocality": "Freehold",
                     "addressRegion": "New Jersey", "postalCode": "07728", "addressCountry": "US"},
         "founder": {"@id": "\#jane"},},
        {"@type": "Person", "@id": "\#jane", "name": "Jane Roe", "jobTitle": "Owner", "email": "jane@acme.example"}]} -->
        </script>"#;

    #[test]
    fn json_ld_is_read() {
        let found = extracted(&LD.replace("\\#", "#"));
        assert_eq!(found.phones[0].number.value, "+17324621198");
        assert_eq!(
            (found.phones[1].number.value.as_str(), found.phones[1].kind.as_str()),
            ("+17324621199", "fax")
        );
        assert_eq!(found.emails[0].value, "office@acme.example");
        assert_eq!(found.emails[0].method, Method::JsonLd);
        assert_eq!(found.socials.facebook.as_deref(), Some("https://www.facebook.com/acme"));
        assert_eq!(found.addresses[0].evidence.value, "12 Main Street, Freehold, NJ, 07728");
        assert_eq!(found.hours.unwrap().opening_hours.value, "Mo-Fr 09:00-17:00");
        assert_eq!(found.description.unwrap().value, "Family plumbers since 1974 in Freehold.");
        let jane = &found.people[0];
        assert_eq!((jane.name.value.as_str(), jane.title.as_deref()), ("Jane Roe", Some("Owner")));
        assert_eq!(jane.email.as_deref(), Some("jane@acme.example"));
        assert_eq!(jane.name.snippet, "Jane Roe, Owner");
    }

    #[test]
    fn microdata_rdfa_and_cards_are_read() {
        for (html, method) in [
            (
                "<div itemscope itemtype='https://schema.org/Dentist'><span itemprop=email>info@acme.com</span>
                 <p itemprop=address itemscope itemtype='https://schema.org/PostalAddress'>
                 <span itemprop=streetAddress>12 Main</span><span itemprop=addressLocality>Freehold</span>
                 <span itemprop=postalCode>07728</span></p><meta itemprop=telephone content='732-462-1198'></div>",
                Method::Microdata,
            ),
            (
                "<div vocab='https://schema.org/' typeof=Dentist><span property=email>info@acme.com</span>
                 <p property=address typeof=PostalAddress>
                 <span property=streetAddress>12 Main</span><span property=addressLocality>Freehold</span>
                 <span property=postalCode>07728</span></p><meta property=telephone content='732-462-1198'></div>",
                Method::Rdfa,
            ),
            (
                "<div class=vcard><b class='fn org'>Acme</b><a class=email href='mailto:info@acme.com'>mail</a>
                 <p class=adr><span class=street-address>12 Main</span><span class=locality>Freehold</span>
                 <span class=postal-code>07728</span></p><span class=tel>732-462-1198</span></div>",
                Method::Microformat,
            ),
        ] {
            let found = extracted(html);
            assert_eq!((found.emails[0].value.as_str(), found.emails[0].method), ("info@acme.com", method));
            assert_eq!(found.phones[0].number.value, "+17324621198", "{html}");
            let address = &found.addresses[0];
            assert_eq!(address.evidence.value, "12 Main, Freehold, 07728", "{html}");
        }
    }

    #[test]
    fn an_escaped_nul_is_a_blank() {
        // As JSON is, and with a line break in it.
        for space in [" ", "\n"] {
            let text = format!("Family plumbers\\u0000since{space}1974 in Freehold.");
            let json = format!("{{\"@type\": \"Plumber\", \"description\": \"{text}\"}}");
            let found = extracted(&format!("<script type='application/ld+json'>{json}</script>"));
            assert_eq!(found.description.unwrap().value, "Family plumbers since 1974 in Freehold.", "{json}");
        }
    }

    #[test]
    fn broken_data_says_nothing_and_says_so() {
        for text in
            ["{", "[]", "null", "{\"email\": {\"a\": [1]}}", "{\"@type\": \"Person\", \"name\": \"Acme\"}"]
        {
            let html = format!("<script type='application/ld+json'>{text}</script>");
            assert!(extracted(&html).is_empty(), "{text}");
        }
        let found = extracted("<script type='application/ld+json'>nothing</script>");
        assert!(found.notices[0].contains("not JSON"), "{:?}", found.notices);
    }

    #[test]
    fn what_is_about_others_is_left_out() {
        let html = r#"<script type="application/ld+json">{"@type": "Review", "author": {"@type": "Person",
            "name": "John Doe", "jobTitle": "Customer"}}</script>"#;
        assert!(extracted(html).is_empty());
    }
}
