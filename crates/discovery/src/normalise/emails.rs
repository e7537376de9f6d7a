//! E-mail addresses.

/// The first of the texts that is an address, in lower case.
#[must_use]
pub fn first_valid(texts: &[String]) -> Option<String> {
    texts.iter().flat_map(|text| text.split([';', ',', ' ', '\n'])).find_map(parse)
}

/// The address, if the text is one: one `@`, something before it, a domain with a dot after it.
#[must_use]
pub fn parse(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("mailto:").split('?').next()?.trim_matches(['<', '>', '.']);
    let (local, domain) = text.split_once('@')?;
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let is_domain = |c: char| c.is_alphanumeric() || c == '-';
    let labels: Vec<&str> = domain.split('.').collect();
    let is_valid = !local.is_empty()
        && text.len() <= 254
        && local.chars().all(is_local)
        && labels.len() >= 2
        && labels.iter().all(|label| !label.is_empty() && label.chars().all(is_domain))
        && labels
            .last()
            .is_some_and(|last| last.len() >= 2 && !last.bytes().all(|byte| byte.is_ascii_digit()));
    is_valid.then(|| text.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_text() {
        let check = |text: &str, expect: Option<&str>| assert_eq!(parse(text).as_deref(), expect, "{text}");
        check("Info@Example.FI", Some("info@example.fi"));
        check("mailto:joe@example.com?subject=x", Some("joe@example.com"));
        check("<a.b+c@sub.example.co.uk>", Some("a.b+c@sub.example.co.uk"));
        check("info@localhost", None);
        check("info at example.com", None);
        check("a@b@c.com", None);
        check("@example.com", None);
        check("logo@2x.1", None);
    }

    #[test]
    fn the_first_of_several_counts() {
        let texts = ["none".to_owned(), "a@example.com; b@example.com".to_owned()];
        assert_eq!(first_valid(&texts).as_deref(), Some("a@example.com"));
    }
}
