//! Phone and fax numbers: from links and from text, by libphonenumber's rules for the region.

mod groups;
mod label;
mod scan;
mod vanity;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region};

use self::label::Label;
use super::Context;
use super::confidence::Form;
use super::email::decode;
use super::findings::{Findings, Method, Phone, PhoneKind};
use super::region;

pub(super) fn findings(context: &Context<'_>) -> Findings {
    let mut findings = Findings::default();
    from_links(context).into_iter().for_each(|phone| findings.add_phone(phone));
    from_text(context).into_iter().for_each(|phone| findings.add_phone(phone));
    findings
}

fn from_links(context: &Context<'_>) -> Vec<Phone> {
    let mut found = Vec::new();
    for (element, href) in context.document.links() {
        let Some((number, mobile)) = link_target(&href) else { continue };
        let decoded = decode::percent(&number);
        let (digits, extension) =
            decoded.split_once([';', ',']).map_or((&*decoded, None), |(digits, rest)| {
                let extension: String = rest.chars().filter(char::is_ascii_digit).collect();
                (digits, (!extension.is_empty() && extension.len() <= 6).then_some(extension))
            });
        let Some(number) = parsed(digits, &context.regions) else { continue };
        let label = context.document.tree.text_inside(element);
        let around = context.document.around(element);
        let before = around.find(label.trim()).map_or("", |index| &around[..index]);
        let kind = match label::before(before) {
            Some(Label::Kind(kind)) => kind,
            _ if mobile => PhoneKind::Mobile,
            _ => PhoneKind::Phone,
        };
        let kind = if label.to_lowercase().contains("fax") { PhoneKind::Fax } else { kind };
        let snippet =
            if label.contains(|c: char| c.is_ascii_digit()) { around } else { format!("{around} <{href}>") };
        found.push(phone(context, &number, extension, kind, &snippet, Method::TelLink, Form::PhoneLink));
    }
    found
}

/// The number that a link dials, and whether it sends messages.
fn link_target(href: &str) -> Option<(String, bool)> {
    let href = href.trim();
    let after = |scheme: &str| {
        href.get(..scheme.len())
            .filter(|head| head.eq_ignore_ascii_case(scheme))
            .map(|_| &href[scheme.len()..])
    };
    if let Some(number) = after("tel:").or_else(|| after("callto:")).or_else(|| after("skype:")) {
        let number = number.trim_start_matches('/');
        return Some((number.split('?').next().unwrap_or_default().to_owned(), false));
    }
    if let Some(number) = after("sms:") {
        return Some((number.split(['?', '&']).next().unwrap_or_default().to_owned(), true));
    }
    let number = href.split_once("://wa.me/").map(|(_, number)| number).or_else(|| {
        let whatsapp = href.contains("whatsapp");
        href.split_once("phone=").filter(|_| whatsapp).map(|(_, number)| number)
    })?;
    let digits: String =
        number.trim_start_matches(['+', '%']).chars().take_while(char::is_ascii_digit).collect();
    (digits.len() >= 8).then(|| (format!("+{digits}"), true))
}

/// The most numbers of one page that are looked for in text.
const MAX_MATCHES: usize = 400;
/// The longest line that is searched at once; longer ones are cut.
const MAX_LINE: usize = 20_000;

fn from_text(context: &Context<'_>) -> Vec<Phone> {
    let mut found = Vec::new();
    let open = context.home.filter(|region| is_open(*region));
    let mut before = [""; 3];
    // Under a heading of fax numbers every line has one, until a line has none.
    let mut under_fax = false;
    for (_, line) in context.document.text.lines() {
        let line = &line[..line.floor_char_boundary(MAX_LINE)];
        let digits = line.bytes().filter(u8::is_ascii_digit).count();
        if digits >= 7 || (digits >= 3 && line.bytes().filter(u8::is_ascii_uppercase).count() >= 3) {
            let regions = regions(context, line, &before);
            let first = found.len();
            let belonging = scan::Belonging { regions: &regions, open, line_before: before[0] };
            of_line(context, line, belonging, &mut found);
            let in_list = under_fax && found.len() > first;
            for phone in found[first..].iter_mut().filter(|_| in_list) {
                phone.kind = PhoneKind::Fax;
            }
            under_fax &= in_list;
        }
        under_fax = label::is_fax_heading(line) || (under_fax && digits >= 7);
        if !line.trim().is_empty() {
            before = [line, before[0], before[1]];
        }
        if found.len() >= MAX_MATCHES {
            break;
        }
    }
    found
}

/// Whether numbers of the region begin with any digit: nothing is dialled before them.
fn is_open(region: Region) -> bool {
    matches!(
        region,
        Region::CL
            | Region::CR
            | Region::CY
            | Region::CZ
            | Region::DK
            | Region::EE
            | Region::ES
            | Region::GR
            | Region::GT
            | Region::HK
            | Region::HN
            | Region::IS
            | Region::IT
            | Region::LU
            | Region::LV
            | Region::MT
            | Region::NO
            | Region::PA
            | Region::PL
            | Region::PT
            | Region::SG
            | Region::SV
    )
}

/// The page's regions after those that the line or a heading before it names.
fn regions(context: &Context<'_>, line: &str, before: &[&str; 3]) -> Vec<Region> {
    let mut regions = region::named_in(line);
    for heading in before.iter().filter(|line| line.len() <= 60) {
        regions.extend(region::named_in(heading));
    }
    regions.extend(context.regions.iter().copied());
    regions
}

fn of_line(context: &Context<'_>, line: &str, belonging: scan::Belonging<'_>, found: &mut Vec<Phone>) {
    let mut free = 0;
    for number in scan::scan(line, belonging) {
        let label = label_of(line, free, &number, belonging.line_before);
        let alone = line.trim_matches(|c: char| !c.is_alphanumeric()).len() <= number.end - number.start;
        free = number.end;
        let kind = match label {
            Some(Label::NotPhone) => continue,
            // Ten digits in a row are rarely a phone number unless something says so.
            None if number.bare && !alone => continue,
            Some(Label::Kind(kind)) => kind,
            None => PhoneKind::Phone,
        };
        let form = if label.is_some() { Form::PhoneLabelled } else { Form::PhoneText };
        let snippet = super::email::around(line, number.start, number.end);
        found.push(phone(context, &number.number, number.extension, kind, snippet, Method::Text, form));
    }
}

/// What the text around a number says: right after it, before it in its line, or in the line or cell before.
fn label_of(line: &str, free: usize, number: &scan::Match, line_before: &str) -> Option<Label> {
    let after = &line[number.end..];
    if let Some(kind) = label::bracketed_after(after).or_else(|| label::after(after)) {
        return Some(Label::Kind(kind));
    }
    let before = &line[free..number.start];
    if let Some(label) = label::before(before) {
        return Some(label);
    }
    let starts_line = free == 0 && !before.contains(char::is_alphanumeric);
    if starts_line { label::heading(line_before) } else { None }
}

/// The number in E.164, if it is one that can be called.
pub(super) fn normalised(text: &str, regions: &[Region]) -> Option<String> {
    parsed(text, regions).map(|number| e164(&number))
}

/// A number of structured data.
pub(super) fn structured(
    context: &Context<'_>,
    text: &str,
    kind: PhoneKind,
    method: Method,
) -> Option<Phone> {
    let number = parsed(text, &context.regions)?;
    let extension = text.to_lowercase().split_once("ext").map(|(_, rest)| rest.to_owned());
    let extension = extension.map(|rest| rest.chars().filter(char::is_ascii_digit).collect::<String>());
    let extension = extension.filter(|digits| (1..=6).contains(&digits.len()));
    Some(phone(context, &number, extension, kind, text, method, Form::PhoneStructured))
}

fn parsed(text: &str, regions: &[Region]) -> Option<PhoneNumber> {
    let text = text.trim();
    // The parser refuses long text only after looking at it.
    if text.len() > 64 || text.bytes().filter(u8::is_ascii_digit).count() < 6 && !text.contains('-') {
        return None;
    }
    let trimmed = text.trim_start_matches("tel:");
    let known = regions.iter().find_map(|region| scan::valid(trimmed, Some(*region)));
    // Some sites leave the plus sign out.
    known.or_else(|| scan::valid(&format!("+{}", trimmed.trim_start_matches('+')), None))
}

fn phone(
    context: &Context<'_>,
    number: &PhoneNumber,
    extension: Option<String>,
    kind: PhoneKind,
    snippet: &str,
    method: Method,
    form: Form,
) -> Phone {
    let national = PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::National).into_owned();
    let kind = match (kind, PHONE_NUMBER_UTIL.get_number_type(number)) {
        (PhoneKind::Phone, PhoneNumberType::TollFree) => PhoneKind::TollFree,
        (PhoneKind::Phone, PhoneNumberType::Mobile) => PhoneKind::Mobile,
        (kind, _) => kind,
    };
    let number = context.finding(e164(number), snippet, method, form.confidence());
    Phone { number, national, extension, kind }
}

fn e164(number: &PhoneNumber) -> String {
    PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract;
    use crate::tests::page;

    fn phones(html: &str, country: &str) -> Vec<String> {
        let found = extract(&page(html), Some(country)).phones.into_iter();
        found
            .map(|phone| {
                format!("{}{}", if phone.kind == PhoneKind::Fax { "fax " } else { "" }, phone.number.value)
            })
            .collect()
    }

    #[test]
    fn numbers_are_read_from_links_and_text() {
        let check =
            |html: &str, country: &str, expect: &[&str]| assert_eq!(phones(html, country), expect, "{html}");
        check("<a href='tel:+1-732-462-1198'>Call</a>", "US", &["+17324621198"]);
        check("<a href='TEL:7324621198'>Call</a>", "US", &["+17324621198"]);
        check("<a href='https://wa.me/17324621198'>Chat</a>", "US", &["+17324621198"]);
        check("<p>Phone: (732) 462-1198</p>", "US", &["+17324621198"]);
        check("<p>732.462.1198</p>", "US", &["+17324621198"]);
        check("<p>(732)-462-1198</p>", "US", &["+17324621198"]);
        check("<p>Phone 17324621198</p>", "US", &["+17324621198"]);
        check("<p><b>Phone</b>732-462-1198</p>", "US", &["+17324621198"]);
        check("<p>7324621198</p>", "US", &["+17324621198"]);
        check("<p>Call 732-462-1198 or 732/462-1197</p>", "US", &["+17324621198", "+17324621197"]);
        check("<p>Puh. 09 612 9200</p>", "FI", &["+35896129200"]);
        check("<p>Puhelin +358 40 123 4567</p>", "US", &["+358401234567"]);
        check("<p>+44 (0)1293 551140</p>", "US", &["+441293551140"]);
        check("<p>011 44 1293 551140</p>", "US", &["+441293551140"]);
        check("<p>Call 1-800-FLOWERS</p>", "US", &["+18003569377"]);
        check("<p>United Kingdom:</p><p>01293 551140</p>", "US", &["+441293551140"]);
    }

    #[test]
    fn a_label_lets_numbers_begin_with_any_digit_where_they_do() {
        let check =
            |html: &str, country: &str, expect: &[&str]| assert_eq!(phones(html, country), expect, "{html}");
        check("<p>Tlf: 21 23 45 67</p>", "NO", &["+4721234567"]);
        check("<p>Tlf. 32 12 34 56 / 32 12 34 57</p>", "DK", &["+4532123456", "+4532123457"]);
        check("<dl><dt>Teléfono<dd>91 234 56 78</dl>", "ES", &["+34912345678"]);
        check("<p>Cell. 347 234 5678</p>", "IT", &["+393472345678"]);
        check("<p>Tel. 02 1234 5678</p>", "IT", &["+390212345678"]);
        check("<p>Fax 21 23 45 67</p>", "NO", &["fax +4721234567"]);
        // Nothing says so, or the page may be anywhere.
        check("<p>Org.nr. 212 345 678</p><p>21 23 45 67</p>", "NO", &[]);
        check("<p>Tlf: 21 23 45 67</p>", "US", &[]);
        check("<html lang=nb><p>Tlf: 21 23 45 67</p>", "US", &[]);
        check("<p>Puh. 21 23 45 67</p><p>Y-tunnus: 0201256-6</p>", "FI", &[]);
    }

    #[test]
    fn what_cannot_be_called_is_left_out() {
        for html in [
            "<p>Since 12/04/1998</p>",
            "<p>Only $1,234,567.00</p>",
            "<p>Order 7324621</p>",
            "<p>Licence AB7324621198</p>",
            "<p>License #7324621198</p>",
            "<p>Item 732-462-1198</p>",
            "<p>The part 7324621198 is in stock</p>",
            "<p>2026-11-23</p>",
            "<p>000-000-0000</p>",
            "<p>123-456-7890-1234</p>",
            "<p>Freehold, NJ 07728-1198</p>",
            "<p>40.2887, -74.3071</p>",
            "<p>ISBN 978-0-306-40615-7</p>",
        ] {
            assert_eq!(phones(html, "US"), Vec::<String>::new(), "{html}");
        }
    }

    #[test]
    fn figures_of_other_countries_are_left_out_too() {
        for (country, html) in [
            ("FI", "<p>Lounas ma-pe 10.30–14.00 ja 09.00-17.00</p>"),
            ("FI", "<p>Voimassa 01.05.2026 alkaen</p>"),
            ("DE", "<p>IBAN DE89 3704 0044 0532 0130 00</p>"),
            ("FR", "<p>immatriculée à Paris 123 456 789</p>"),
            ("FR", "<p>SIRET 123 456 789 00012</p>"),
        ] {
            assert_eq!(phones(html, country), Vec::<String>::new(), "{html}");
        }
        assert_eq!(phones("<p>Tél. 01 23 45 67 89</p>", "FR"), ["+33123456789"]);
        assert_eq!(phones("<p>Call 1300 975 707</p>", "AU"), ["+611300975707"]);
    }

    #[test]
    fn fax_numbers_are_told_apart() {
        let check = |html: &str, expect: &[&str]| assert_eq!(phones(html, "US"), expect, "{html}");
        let both = ["+17324621198", "fax +17324621199"];
        check("<p>Tel 732-462-1198 Fax 732-462-1199</p>", &both);
        check("<p>Fax 732-462-1199 Phone 732-462-1198</p>", &both);
        check("<p>732-462-1198(P)<br>732-462-1199 (F)</p>", &both);
        check("<table><tr><td>Phone<td>732-462-1198<tr><td>Fax<td>732-462-1199</table>", &both);
        check("<dl><dt>Phone<dd>732-462-1198<dt>Fax<dd>732-462-1199</dl>", &both);
        check("<p>T: 732-462-1198 | F: 732-462-1199</p>", &both);
        check("<p>Phone/Fax: 732-462-1198</p>", &both[..1]);
        check("<p><b>P</b> 732-462-1198<br><b>F</b> 732-462-1199</p>", &both);
        check("<p>732-462-1198<br>732-462-1199 (Main Fax Line)</p>", &both);
        check("<p>732-462-1198</p><b>Fax Numbers</b><br>732-462-1199<br><b>Other</b>", &both);
    }

    #[test]
    fn extensions_and_kinds_are_kept() {
        let found =
            extract(&page("<p>800-462-1198, ext. 12</p><p>Cell: 732-462-1198</p>"), Some("US")).phones;
        assert_eq!((found[0].extension.as_deref(), found[0].kind), (None, PhoneKind::Mobile));
        assert_eq!((found[1].extension.as_deref(), found[1].kind), (Some("12"), PhoneKind::TollFree));
        assert_eq!(found[0].national, "(732) 462-1198");
    }
}
