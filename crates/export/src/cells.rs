//! A business as the cells of a table: the same for CSV and workbooks.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use contract::columns::Columns;
use contract::records::records_text;
use contract::{Business, BusinessDetail, Contact, SourceRef};

use crate::{Attributions, contacts};

/// Between the parts of a cell that holds several.
const SEPARATOR: &str = "; ";

/// Names that the import knows again: `sourceId` is the record's identifier, `xUrl` no longitude. Those of contacts it passes over
/// (`exported` of `discovery`): a person's number is not the business's.
const HEADER: [&str; 47] = [
    "businessId",
    "name",
    "category",
    "industry",
    "street",
    "city",
    "state",
    "postalCode",
    "country",
    "latitude",
    "longitude",
    "phone",
    "phoneDisplay",
    "email",
    "website",
    "facebookUrl",
    "instagramUrl",
    "linkedinUrl",
    "xUrl",
    "youtubeUrl",
    "tiktokUrl",
    "yelpUrl",
    "openingHours",
    "employeeCount",
    "yearFounded",
    "description",
    "chain",
    "operatingStatus",
    "confidence",
    "source",
    "sourceId",
    "sources",
    "licences",
    "attribution",
    "enrichmentStatus",
    "tags",
    "notes",
    "contactName",
    "contactRole",
    "contactEmail",
    "contactEmailStatus",
    "contactPhone",
    "contacts",
    "contactCount",
    "version",
    "createdAt",
    "updatedAt",
];

/// Which of the cells a table has.
#[derive(Clone, Debug)]
pub(crate) struct Shown(Vec<usize>);

/// What every line carries whatever was chosen: `sources`, by which an import knows the row again, and what the licences ask for.
const ALWAYS: [&str; 3] = ["sources", "licences", "attribution"];

/// What the list's column of contacts stands for in a table, from the first to the last: their number alone says nobody whom to call.
const CONTACTS: [&str; 2] = ["contactName", "contactCount"];

impl Shown {
    /// All cells; or the name, the chosen ones, and where it all came from.
    pub(crate) fn of(columns: Option<&Columns>) -> Self {
        let Some(columns) = columns else { return Self((0..HEADER.len()).collect()) };
        let chosen: Vec<&str> = columns.0.iter().map(|column| column.as_str()).collect();
        let always = ALWAYS.into_iter().filter(|name| !chosen.contains(name));
        let names = ["name"].into_iter().chain(chosen.iter().copied()).chain(always);
        Self(names.filter_map(cells_of).flatten().collect())
    }

    /// The heads of the columns.
    pub(crate) fn header(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().filter_map(|at| HEADER.get(*at).copied())
    }

    /// The cells of one line, in the header's order.
    pub(crate) fn cells<'a>(
        &self,
        detail: &'a BusinessDetail,
        attributions: &Attributions,
    ) -> Vec<Cow<'a, str>> {
        let mut all = cells(detail, attributions);
        self.0.iter().filter_map(|at| all.get_mut(*at).map(std::mem::take)).collect()
    }
}

/// The cells that a column stands for.
fn cells_of(column: &str) -> Option<RangeInclusive<usize>> {
    let at = |name: &str| HEADER.iter().position(|known| *known == name);
    let [first, last] = if CONTACTS.contains(&column) { CONTACTS } else { [column; 2] };
    Some(at(first)?..=at(last)?)
}

/// All cells of one line, in the order of [`HEADER`].
fn cells<'a>(detail: &'a BusinessDetail, attributions: &Attributions) -> [Cow<'a, str>; HEADER.len()] {
    let b = &detail.business;
    let contact = contacts::foremost(&detail.contacts);
    let of_contact =
        |part: fn(&Contact) -> Option<&str>| Cow::Borrowed(contact.and_then(part).unwrap_or_default());
    let socials = &b.socials;
    let first = b.sources.first();
    [
        shown(Some(b.id)),
        Cow::Borrowed(&b.name),
        text(&b.category),
        text(&b.industry),
        text(&b.street),
        text(&b.city),
        text(&b.state),
        text(&b.postal_code),
        text(&b.country),
        shown(b.latitude),
        shown(b.longitude),
        text(&b.phone),
        text(&b.phone_display),
        text(&b.email),
        text(&b.website),
        text(&socials.facebook),
        text(&socials.instagram),
        text(&socials.linkedin),
        text(&socials.x),
        text(&socials.youtube),
        text(&socials.tiktok),
        text(&socials.yelp),
        text(&b.opening_hours),
        shown(b.employee_count),
        shown(b.year_founded),
        text(&b.description),
        shown(Some(b.chain)),
        Cow::Borrowed(b.operating_status.as_str()),
        shown(b.confidence),
        Cow::Borrowed(first.map_or("", |source| &source.source)),
        Cow::Borrowed(first.map_or("", |source| &source.source_id)),
        Cow::Owned(records_text(b)),
        joined(b, |source| source.licence.clone().unwrap_or_default()),
        joined(b, |source| attributions.line(source)),
        Cow::Borrowed(b.enrichment_status.as_str()),
        Cow::Owned(b.tags.join(SEPARATOR)),
        text(&b.notes),
        of_contact(|contact| contact.name.as_deref()),
        of_contact(|contact| contact.title.as_deref()),
        of_contact(|contact| contact.email.as_deref()),
        of_contact(|contact| contact.email.as_ref().map(|_| contact.email_status.as_str())),
        of_contact(|contact| contact.phone.as_deref()),
        Cow::Owned(contacts::text(&detail.contacts)),
        shown(Some(b.contact_count)),
        shown(Some(b.version)),
        shown(Some(b.created_at)),
        shown(Some(b.updated_at)),
    ]
}

fn text(value: &Option<String>) -> Cow<'_, str> {
    Cow::Borrowed(value.as_deref().unwrap_or_default())
}

fn shown(value: Option<impl std::fmt::Display>) -> Cow<'static, str> {
    Cow::Owned(value.map(|value| value.to_string()).unwrap_or_default())
}

/// What `part` says of each source, every answer once.
fn joined(business: &Business, part: impl Fn(&SourceRef) -> String) -> Cow<'static, str> {
    let mut parts: Vec<String> = Vec::new();
    for source in &business.sources {
        let part = part(source);
        if !part.is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    }
    Cow::Owned(parts.join(SEPARATOR))
}

/// The cell as a spreadsheet shows it and does not run it: what would be a formula is given a leading
/// apostrophe, as OWASP's "CSV Injection" advises. Numbers and phone numbers stay as they are.
pub(crate) fn harmless(cell: &str) -> Cow<'_, str> {
    let runs = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    let number =
        || cell.chars().skip(1).all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '(' | ')'));
    let signed = cell.starts_with(['+', '-']) && cell.len() > 1 && number();
    if cell.starts_with(runs) && !signed { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_a_list_is_one_of_a_table() {
        for column in contract::columns::Column::ALL {
            assert!(HEADER.contains(&column.as_str()), "{column}");
        }
    }

    #[test]
    fn what_was_chosen_comes_in_its_order_with_what_the_licences_ask_for() {
        let chosen = "phone,city".parse().unwrap();
        let header: Vec<_> = Shown::of(Some(&chosen)).header().collect();
        assert_eq!(header, ["name", "phone", "city", "sources", "licences", "attribution"]);
        let chosen = "sources,city".parse().unwrap();
        let header: Vec<_> = Shown::of(Some(&chosen)).header().collect();
        assert_eq!(header, ["name", "sources", "city", "licences", "attribution"]);
        let chosen = "contactCount,city".parse().unwrap();
        let header: Vec<_> = Shown::of(Some(&chosen)).header().collect();
        let contacts =
            "contactName,contactRole,contactEmail,contactEmailStatus,contactPhone,contacts,contactCount";
        assert_eq!(header.join(","), format!("name,{contacts},city,sources,licences,attribution"));
        assert_eq!(Shown::of(None).header().collect::<Vec<_>>(), HEADER);
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_given_an_apostrophe() {
        let check = |cell: &str, expect: &str| assert_eq!(harmless(cell), expect, "{cell:?}");
        check("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")");
        check("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0");
        check("-2+3+A1", "'-2+3+A1");
        check("@SUM(1)", "'@SUM(1)");
        check("\t=1", "'\t=1");
        check("＝1", "'＝1");
        check("-", "'-");
        check("+358 9 123-456", "+358 9 123-456");
        check("-74.27", "-74.27");
        check("Café = Bar", "Café = Bar");
        check("", "");
    }
}
