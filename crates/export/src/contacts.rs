//! Contacts as a table shows them, and what tells a fax machine from a telephone.

use contract::{Contact, EmailStatus};

/// Between two contacts, as between the parts of any other cell.
const SEPARATOR: &str = "; ";

/// The contact that a row shows by itself: the one to call first where somebody is, else the first person, else the first that
/// is no fax machine. `contacts` are in the order in which a business's page shows them.
pub(crate) fn foremost(contacts: &[Contact]) -> Option<&Contact> {
    let primary = contacts.iter().find(|contact| contact.is_primary);
    let person = || contacts.iter().find(|contact| contact.name.is_some());
    primary.or_else(person).or_else(|| contacts.iter().find(|contact| !is_fax(contact)))
}

/// All contacts in one line: `Jane Doe, Owner, jane@acme.example, +17325550102; Fax, +17325550104`. An address at which no mail
/// arrives says so.
pub(crate) fn text<'c>(contacts: impl IntoIterator<Item = &'c Contact>) -> String {
    contacts.into_iter().map(line).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(SEPARATOR)
}

fn line(contact: &Contact) -> String {
    let email = contact.email.as_ref().map(|email| match contact.email_status {
        EmailStatus::Invalid => format!("{email} (invalid)"),
        _ => email.clone(),
    });
    let parts = [&contact.name, &contact.title, &email, &contact.phone, &contact.linkedin];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Whether a contact is a fax machine: nobody's name, and a title that says so, as enrichment writes it or a person does.
pub(crate) fn is_fax(contact: &Contact) -> bool {
    let title = contact.title.as_deref().unwrap_or_default().to_lowercase();
    contact.name.is_none() && (title.starts_with("fax") || title.starts_with("telefax"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{contact, jane, number};

    #[test]
    fn one_contact_stands_for_all() {
        let [fax, desk, jane] = [number(1, "Fax"), number(2, "Phone"), jane(3)];
        let check = |contacts: &[Contact], expect: Option<i64>| {
            assert_eq!(foremost(contacts).map(|contact| contact.id.0), expect, "{contacts:?}");
        };
        check(&[fax.clone(), desk.clone(), jane.clone()], Some(3));
        check(&[fax.clone(), desk.clone()], Some(2));
        check(std::slice::from_ref(&fax), None);
        check(&[], None);
        let desk = Contact { is_primary: true, ..desk };
        check(&[desk, jane], Some(2));
    }

    #[test]
    fn all_stand_in_one_line() {
        let contacts = [jane(1), number(2, "Fax"), contact(3)];
        assert_eq!(
            text(&contacts),
            "Jane Doe, Owner, jane@acme.example, +17325550102, https://www.linkedin.com/in/jane; Fax, +17325550104"
        );
        let gone = Contact { email_status: EmailStatus::Invalid, linkedin: None, ..jane(1) };
        assert_eq!(text([&gone]), "Jane Doe, Owner, jane@acme.example (invalid), +17325550102");
        assert_eq!(text([]), "");
    }

    #[test]
    fn a_fax_machine_is_nobody() {
        for title in ["Fax", "fax, extension 12", "Telefax", "Fax number"] {
            assert!(is_fax(&number(1, title)), "{title}");
        }
        for title in ["Phone", "Phone, extension 12", "Sales and fax"] {
            assert!(!is_fax(&number(1, title)), "{title}");
        }
        assert!(!is_fax(&Contact { title: Some("Fax clerk".to_owned()), ..jane(1) }));
        assert!(!is_fax(&contact(1)));
    }
}
