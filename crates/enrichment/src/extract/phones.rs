//! Phone numbers: from links and from text, by libphonenumber's rules for the region.

use rlibphonenumber::phonenumber_matcher::{Leniency, PHONE_MATCHER_FACTORY};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};

use super::{Context, Finding, anchors, merge};

pub(super) fn findings(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    merge(&mut found, from_links(context));
    merge(&mut found, from_text(context));
    found
}

fn from_links(context: &Context<'_>) -> Vec<Finding> {
    anchors(context.document)
        .filter_map(|(element, href)| {
            let number = ["tel:", "sms:", "callto:"]
                .into_iter()
                .find_map(|scheme| href.trim().strip_prefix(scheme))?;
            let label: String = element.text().collect();
            let number = normalised(&super::obfuscation::percent_decoded(number), context.country)?;
            let snippet = format!("{label} <{href}>");
            (!is_fax(&label)).then(|| context.finding(number, &snippet, 0.95))
        })
        .collect()
}

/// Candidates that one line is searched for, so that a page of digits stays cheap.
const MAX_TRIES: u64 = 200;

fn from_text(context: &Context<'_>) -> Vec<Finding> {
    let region = Region::from_code(context.country).ok();
    let mut found = Vec::new();
    for line in context.text.lines().filter(|line| line.bytes().filter(u8::is_ascii_digit).count() >= 7) {
        let matches = PHONE_MATCHER_FACTORY.create_matcher(line, Leniency::Valid, MAX_TRIES, region);
        for number in matches.filter(|number| !is_fax(&line[..number.start])) {
            found.push(context.finding(e164(&number.number), line.trim(), 0.8));
        }
    }
    found
}

fn is_fax(before: &str) -> bool {
    let words = before.to_lowercase();
    let tail: String = words.chars().rev().take(14).collect::<String>().chars().rev().collect();
    let last_label = [tail.rfind("fax"), tail.rfind("faksi")].into_iter().flatten().max();
    let last_phone = [tail.rfind("phone"), tail.rfind("tel"), tail.rfind("call"), tail.rfind("puh")];
    last_label > last_phone.into_iter().flatten().max()
}

/// The number in E.164, if it is one that can be called.
pub(super) fn normalised(text: &str, country: &str) -> Option<String> {
    let region = Region::from_code(country).ok();
    let number = PHONE_NUMBER_UTIL.parse(text.trim(), region).ok()?;
    PHONE_NUMBER_UTIL.is_valid_number(&number).then(|| e164(&number))
}

fn e164(number: &PhoneNumber) -> String {
    PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164).into_owned()
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;
    use crate::extract::tests::page;

    fn phones(html: &str, country: &str) -> Vec<String> {
        extract(&page(html), Some(country)).phones.into_iter().map(|finding| finding.value).collect()
    }

    #[test]
    fn numbers_are_read_from_links_and_text() {
        let check =
            |html: &str, country: &str, expect: &[&str]| assert_eq!(phones(html, country), expect, "{html}");
        check("<a href='tel:+1-732-462-1198'>Call</a>", "US", &["+17324621198"]);
        check("<p>Phone: (732) 462-1198</p>", "US", &["+17324621198"]);
        check("<p>732.462.1198</p>", "US", &["+17324621198"]);
        check("<p>Puh. 09 612 9200</p>", "FI", &["+35896129200"]);
        check("<p>Puhelin +358 40 123 4567</p>", "US", &["+358401234567"]);
    }

    #[test]
    fn what_cannot_be_called_is_left_out() {
        for html in [
            "<p>Fax: (732) 462-1199</p>",
            "<p>Since 12/04/1998</p>",
            "<p>Only $1,234,567.00</p>",
            "<p>Order 7324621</p>",
            "<p>Licence AB7324621198</p>",
            "<p>2026-11-23</p>",
            "<p>000-000-0000</p>",
        ] {
            assert_eq!(phones(html, "US"), Vec::<String>::new(), "{html}");
        }
    }

    #[test]
    fn a_phone_beside_a_fax_is_kept() {
        assert_eq!(phones("<p>Tel 732-462-1198 Fax 732-462-1199</p>", "US"), ["+17324621198"]);
        assert_eq!(phones("<p>Fax 732-462-1199 Phone 732-462-1198</p>", "US"), ["+17324621198"]);
    }
}
