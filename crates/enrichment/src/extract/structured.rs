//! schema.org data in JSON-LD: what a site says to machines about its business and its people.

use contract::Socials;
use serde_json::Value;
use url::Url;

use super::{Context, Findings, Person, emails, phones, select, socials};

/// Objects that are read from one page; what lies beyond is not.
const MAX_OBJECTS: usize = 2_000;

pub(super) fn findings(context: &Context<'_>) -> Findings {
    let mut findings = Findings::default();
    for script in select(context.document, "script[type='application/ld+json']") {
        let text: String = script.text().collect();
        let Ok(value) = serde_json::from_str::<Value>(&cleaned(&text)) else { continue };
        for object in objects(&value) {
            findings.absorb(of_object(context, object));
        }
    }
    findings
}

/// Sites put line breaks into strings and wrap the whole in HTML comments; JSON knows neither.
fn cleaned(text: &str) -> String {
    let text = text.trim().trim_start_matches("<!--").trim_end_matches("-->");
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Every object in the value, outer before inner.
fn objects(value: &Value) -> Vec<&serde_json::Map<String, Value>> {
    let mut found = Vec::new();
    let mut waiting = vec![value];
    while let (Some(value), true) = (waiting.pop(), found.len() < MAX_OBJECTS) {
        match value {
            Value::Object(object) => {
                found.push(object);
                waiting.extend(object.values());
            }
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    found
}

fn of_object(context: &Context<'_>, object: &serde_json::Map<String, Value>) -> Findings {
    let mut findings = Findings::default();
    if is_a(object, &["Person"]) {
        findings.people.extend(person(context, object));
        return findings;
    }
    for address in texts(object, "email") {
        let address = address.trim_start_matches("mailto:");
        if let Some(address) = emails::normalised(address) {
            findings.emails.push(context.finding(
                address.clone(),
                &format!("\"email\": \"{address}\""),
                0.97,
            ));
        }
    }
    for number in texts(object, "telephone") {
        if let Some(value) = phones::normalised(number, context.country) {
            findings.phones.push(context.finding(value, &format!("\"telephone\": \"{number}\""), 0.97));
        }
    }
    findings.socials = profiles(object);
    findings
}

fn person(context: &Context<'_>, object: &serde_json::Map<String, Value>) -> Option<Person> {
    let name = texts(object, "name").into_iter().next()?.trim().to_owned();
    let plausible =
        name.contains(' ') && name.chars().count() <= 80 && !name.chars().any(|c| c.is_ascii_digit());
    let title = texts(object, "jobTitle").into_iter().next().map(|title| title.trim().to_owned());
    let snippet = title.as_ref().map_or_else(|| name.clone(), |title| format!("{name}, {title}"));
    plausible.then(|| Person {
        name: context.finding(name, &snippet, 0.9),
        title,
        email: texts(object, "email")
            .into_iter()
            .find_map(|text| emails::normalised(text.trim_start_matches("mailto:"))),
        phone: texts(object, "telephone")
            .into_iter()
            .find_map(|text| phones::normalised(text, context.country)),
    })
}

fn profiles(object: &serde_json::Map<String, Value>) -> Socials {
    let mut found = Socials::default();
    for url in texts(object, "sameAs").into_iter().filter_map(|text| Url::parse(text).ok()) {
        socials::add(&mut found, &url);
    }
    found
}

fn is_a(object: &serde_json::Map<String, Value>, types: &[&str]) -> bool {
    texts(object, "@type").into_iter().any(|text| types.contains(&text))
}

/// The property's texts: one, or several in an array.
fn texts<'a>(object: &'a serde_json::Map<String, Value>, name: &str) -> Vec<&'a str> {
    match object.get(name) {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;
    use crate::extract::tests::page;

    const LD: &str = r#"<script type="application/ld+json"><!-- {"@context": "https://schema.org", "@graph": [
        {"@type": "Plumber", "name": "Acme", "telephone": "(732) 462-1198", "email": "mailto:Office@acme.example",
         "description": "two
lines", "sameAs": ["https://www.facebook.com/acme"],
         "founder": {"@type": "Person", "name": "Jane Roe", "jobTitle": "Owner", "email": "jane@acme.example"}}]} -->
        </script>"#;

    #[test]
    fn a_business_and_its_people_are_read() {
        let found = extract(&page(LD), Some("US"));
        assert_eq!(found.phones[0].value, "+17324621198");
        assert_eq!(found.emails[0].value, "office@acme.example");
        assert_eq!(found.socials.facebook.as_deref(), Some("https://www.facebook.com/acme"));
        let jane = &found.people[0];
        assert_eq!((jane.name.value.as_str(), jane.title.as_deref()), ("Jane Roe", Some("Owner")));
        assert_eq!(jane.email.as_deref(), Some("jane@acme.example"));
        assert_eq!(jane.name.snippet, "Jane Roe, Owner");
    }

    #[test]
    fn broken_data_says_nothing() {
        for text in
            ["{", "[]", "null", "{\"email\": {\"a\": [1]}}", "{\"@type\": \"Person\", \"name\": \"Acme\"}"]
        {
            let html = format!("<script type='application/ld+json'>{text}</script>");
            assert!(extract(&page(&html), None).is_empty(), "{text}");
        }
    }
}
