//! Numbers beside the business's own: further lines and fax machines become contacts without a name, each with what it is for.

use std::collections::HashSet;

use contract::enrichment::Evidence;
use contract::{EmailStatus, Timestamp};
use extraction::{Phone, PhoneKind};
use store::NewContact;

use crate::fields::{SURE_ENOUGH, evidence};

/// Numbers of one business that are contacts of their own, those of earlier enrichments among them; a page that lists every
/// branch of a chain has more, and they are not the business's.
const MAX_NUMBERS: usize = 10;

/// The numbers that nobody has yet as contacts, the surest first, with their evidence. `taken` are the numbers of the business
/// and of its people.
pub(crate) fn further(
    phones: Vec<Phone>,
    contacts: &[NewContact],
    taken: HashSet<String>,
    at: Timestamp,
) -> Vec<(NewContact, Evidence)> {
    let mut known = taken;
    known.extend(contacts.iter().filter_map(|contact| contact.phone.clone()));
    let room = MAX_NUMBERS.saturating_sub(contacts.iter().filter(|contact| is_number(contact)).count());
    let new = phones
        .into_iter()
        .filter(|phone| phone.number.confidence >= SURE_ENOUGH && known.insert(phone.number.value.clone()));
    new.take(room).map(|phone| told(phone, at)).collect()
}

/// Whether a contact is a number and nothing else.
pub(crate) fn is_number(contact: &NewContact) -> bool {
    contact.name.is_none() && contact.email.is_none() && contact.phone.is_some()
}

fn told(phone: Phone, at: Timestamp) -> (NewContact, Evidence) {
    let (field, kind) = match phone.kind {
        PhoneKind::Phone => ("contacts.phone", "Phone"),
        PhoneKind::TollFree => ("contacts.tollFree", "Toll-free phone"),
        PhoneKind::Mobile => ("contacts.mobile", "Mobile phone"),
        PhoneKind::Fax => ("contacts.fax", "Fax"),
    };
    let title = match &phone.extension {
        Some(digits) => format!("{kind}, extension {digits}"),
        None => kind.to_owned(),
    };
    let evidence = evidence(field, &phone.number);
    let contact = NewContact {
        name: None,
        title: Some(title),
        email: None,
        email_status: EmailStatus::Unknown,
        phone: Some(phone.number.value),
        linkedin: None,
        is_primary: false,
        confidence: phone.number.confidence,
        source_url: Some(phone.number.source_url),
        found_at: at,
    };
    (contact, evidence)
}

#[cfg(test)]
mod tests {
    use extraction::{Page, extract};

    use super::*;

    const MAIN: &str = "+17325550100";

    fn phones(html: &str) -> Vec<Phone> {
        let url = url::Url::parse("https://acme.example/contact").unwrap();
        extract(&Page { url, html: html.to_owned() }, Some("US")).phones
    }

    fn taken() -> HashSet<String> {
        HashSet::from([MAIN.to_owned()])
    }

    fn found(html: &str, contacts: &[NewContact]) -> Vec<(NewContact, Evidence)> {
        further(phones(html), contacts, taken(), Timestamp::default())
    }

    #[test]
    fn each_number_says_what_it_is_for_and_where_it_stands() {
        let html =
            "<p>Phone 732-555-0100, ext. 9</p><p>Office: 732-555-0101 ext. 12</p><p>Cell: 732-555-0102</p>
            <p>Call 800-555-0103</p><p>Fax: 732-555-0104</p>";
        let told = found(html, &[]);
        let shown: Vec<_> = told
            .iter()
            .map(|(contact, evidence)| {
                let title = contact.title.as_deref().unwrap();
                (title, contact.phone.as_deref().unwrap(), evidence.field.as_str())
            })
            .collect();
        assert!(shown.contains(&("Phone, extension 12", "+17325550101", "contacts.phone")), "{shown:?}");
        assert!(shown.contains(&("Mobile phone", "+17325550102", "contacts.mobile")), "{shown:?}");
        assert!(shown.contains(&("Toll-free phone", "+18005550103", "contacts.tollFree")), "{shown:?}");
        assert_eq!(shown.last(), Some(&("Fax", "+17325550104", "contacts.fax")), "fax numbers come last");
        assert_eq!(shown.len(), 4, "the business's own is none of them: {shown:?}");
        let (contact, evidence) = told.last().unwrap();
        assert_eq!(contact.source_url.as_deref(), Some("https://acme.example/contact"));
        assert_eq!((evidence.value.as_str(), contact.is_primary), ("+17325550104", false));
        assert!(evidence.snippet.as_deref().unwrap().contains("Fax"), "{evidence:?}");
        assert!(told.iter().all(|(contact, _)| is_number(contact)));
    }

    #[test]
    fn a_number_that_somebody_has_is_not_told_again() {
        let html = "<p>Office: 732-555-0101</p><p>Fax: 732-555-0104</p>";
        let before: Vec<NewContact> = found(html, &[]).into_iter().map(|(contact, _)| contact).collect();
        assert_eq!(before.len(), 2);
        assert!(found(html, &before).is_empty());
        let jane = NewContact {
            name: Some("Jane Roe".to_owned()),
            phone: Some("+17325550101".to_owned()),
            ..before[0].clone()
        };
        let left = found(html, &[jane]);
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].0.title.as_deref(), Some("Fax"));
    }

    #[test]
    fn a_list_of_branches_does_not_fill_the_contacts() {
        let html: String = (0..40).map(|n| format!("<p>Branch: 732-555-01{n:02}</p>")).collect();
        let first: Vec<NewContact> = found(&html, &[]).into_iter().map(|(contact, _)| contact).collect();
        assert_eq!(first.len(), MAX_NUMBERS);
        assert!(found(&html, &first).is_empty(), "no more of them the next time");
    }
}
