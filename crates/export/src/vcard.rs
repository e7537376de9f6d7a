use std::io::{self, Write};

use contract::{Business, BusinessDetail, Contact};

use crate::contacts::is_fax;
use crate::{Attributions, BusinessWriter, contacts};

/// The longest line of a card, in octets (RFC 6350, 3.2).
const LINE: usize = 75;

/// One card a business and behind it one each of its people (vCard 4.0, RFC 6350); a note tells where the data are from. How the
/// business is reached beside its own number and address, such as its fax, stands in the business's card.
pub(crate) struct VcardWriter<W: Write> {
    out: W,
    attributions: Attributions,
}

impl<W: Write> VcardWriter<W> {
    pub(crate) fn start(out: W, attributions: Attributions) -> Self {
        Self { out, attributions }
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        let mut rest = text;
        let mut room = LINE;
        while rest.len() > room {
            let cut = (1..=room).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(room);
            let (head, tail) = rest.split_at(cut);
            write!(self.out, "{head}\r\n ")?;
            // The space that continues a line counts.
            (rest, room) = (tail, LINE - 1);
        }
        write!(self.out, "{rest}\r\n")
    }

    /// A property with a text value, if there is one.
    fn text(&mut self, name: &str, value: Option<&str>) -> io::Result<()> {
        match value.filter(|value| !value.is_empty()) {
            Some(value) => self.line(&format!("{name}:{}", escaped(value))),
            None => Ok(()),
        }
    }

    /// A property with a URI value, if there is one.
    fn uri(&mut self, name: &str, value: Option<&str>) -> io::Result<()> {
        match value {
            Some(value) => self.line(&format!("{name}:{}", one_line(value))),
            None => Ok(()),
        }
    }

    /// What has no property of its own, and where it is all from; a desk or a further number is told with what it is for.
    fn note(&self, business: &Business, others: &[&Contact]) -> String {
        let mut parts: Vec<String> = business.description.iter().chain(&business.notes).cloned().collect();
        if let Some(hours) = &business.opening_hours {
            parts.push(format!("Opening hours: {hours}"));
        }
        if !others.is_empty() {
            parts.push(format!("Contacts: {}", contacts::text(others.iter().copied())));
        }
        parts.extend(self.sources(None, business));
        parts.join("\n")
    }

    /// Where a card's data are from: the page that names a person, and the sources of the business.
    fn sources(&self, page: Option<&str>, business: &Business) -> Option<String> {
        let mut sources: Vec<String> = page.into_iter().map(str::to_owned).collect();
        for source in &business.sources {
            let line = self.attributions.line(source);
            if !sources.contains(&line) {
                sources.push(line);
            }
        }
        (!sources.is_empty()).then(|| format!("Source: {}", sources.join("; ")))
    }

    /// The card of the business; `others` are its contacts that are nobody: desks, further numbers, fax machines.
    fn organisation(&mut self, business: &Business, others: &[&Contact]) -> io::Result<()> {
        let b = business;
        self.line("BEGIN:VCARD")?;
        self.line("VERSION:4.0")?;
        self.line("KIND:org")?;
        self.text("FN", Some(&b.name))?;
        self.text("ORG", Some(&b.name))?;
        let address = [&b.street, &b.city, &b.state, &b.postal_code, &b.country];
        if address.iter().any(|part| part.is_some()) {
            let parts: Vec<String> =
                address.iter().map(|part| escaped(part.as_deref().unwrap_or_default())).collect();
            // Post box and extended address come first, and stay empty (RFC 6350, 6.3.1).
            self.line(&format!("ADR;TYPE=work:;;{}", parts.join(";")))?;
        }
        if let Some(at) = b.location() {
            self.line(&format!("GEO:geo:{},{}", at.latitude, at.longitude))?;
        }
        self.uri("TEL;VALUE=uri;TYPE=work", b.phone.as_ref().map(|phone| format!("tel:{phone}")).as_deref())?;
        for contact in others.iter().filter(|contact| is_fax(contact) || contact.phone != b.phone) {
            self.number(contact)?;
        }
        self.text("EMAIL;TYPE=work", b.email.as_deref())?;
        for contact in others.iter().filter(|contact| contact.email != b.email) {
            self.text("EMAIL;TYPE=work", contact.email.as_deref())?;
        }
        self.uri("URL", b.website.as_deref())?;
        let socials = &b.socials;
        for (network, profile) in [
            ("facebook", &socials.facebook),
            ("instagram", &socials.instagram),
            ("linkedin", &socials.linkedin),
            ("x", &socials.x),
            ("youtube", &socials.youtube),
            ("tiktok", &socials.tiktok),
            ("yelp", &socials.yelp),
        ] {
            self.profile(network, profile.as_deref())?;
        }
        let categories: Vec<String> = b.category.iter().chain(&b.tags).map(|word| escaped(word)).collect();
        if !categories.is_empty() {
            self.line(&format!("CATEGORIES:{}", categories.join(",")))?;
        }
        let note = self.note(b, others);
        self.text("NOTE", Some(&note))?;
        self.line(&format!("UID:urn:letip:business:{}", b.id))?;
        self.line(&format!("REV:{}", revision(&b.updated_at.to_string())))?;
        self.line("END:VCARD")
    }

    /// The card of somebody at the business.
    fn person(&mut self, contact: &Contact, business: &Business) -> io::Result<()> {
        self.line("BEGIN:VCARD")?;
        self.line("VERSION:4.0")?;
        self.line("KIND:individual")?;
        self.text("FN", contact.name.as_deref())?;
        self.text("TITLE", contact.title.as_deref())?;
        self.text("ORG", Some(&business.name))?;
        self.number(contact)?;
        self.text("EMAIL;TYPE=work", contact.email.as_deref())?;
        self.profile("linkedin", contact.linkedin.as_deref())?;
        let note = self.sources(contact.source_url.as_deref(), business);
        self.text("NOTE", note.as_deref())?;
        self.line(&format!("UID:urn:letip:contact:{}", contact.id))?;
        self.line(&format!("REV:{}", revision(&business.updated_at.to_string())))?;
        self.line("END:VCARD")
    }

    /// The number of a contact, if there is one, with what it is for.
    fn number(&mut self, contact: &Contact) -> io::Result<()> {
        let Some(phone) = &contact.phone else { return Ok(()) };
        let kind = if is_fax(contact) { "fax,work" } else { "work" };
        self.uri(&format!("TEL;VALUE=uri;TYPE={kind}"), Some(&format!("tel:{phone}")))
    }

    fn profile(&mut self, network: &str, profile: Option<&str>) -> io::Result<()> {
        self.uri(&format!("X-SOCIALPROFILE;TYPE={network}"), profile)
    }
}

impl<W: Write> BusinessWriter for VcardWriter<W> {
    fn business(&mut self, detail: &BusinessDetail) -> io::Result<()> {
        let (people, others): (Vec<&Contact>, Vec<&Contact>) =
            detail.contacts.iter().partition(|contact| contact.name.is_some());
        self.organisation(&detail.business, &others)?;
        people.into_iter().try_for_each(|contact| self.person(contact, &detail.business))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// `2026-05-04T09:30:00.000Z` in the basic format of a REV, which has no fractions of seconds: `20260504T093000Z`.
fn revision(time: &str) -> String {
    let whole = time.split('.').next().unwrap_or(time);
    let digits: String = whole.chars().filter(|c| c.is_ascii_digit() || *c == 'T').collect();
    format!("{digits}Z")
}

/// A text value (RFC 6350, 3.4), without what would break the card.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ',' | ';' => safe.extend(['\\', c]),
            '\n' => safe.push_str("\\n"),
            c if c.is_control() => {}
            c => safe.push(c),
        }
    }
    safe
}

fn one_line(uri: &str) -> String {
    uri.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use contract::export::ExportFormat;

    use super::*;
    use crate::tests::{business, contact, jane, number, with, written, written_of};

    /// The cards' lines, unfolded.
    fn lines(businesses: &[Business]) -> Vec<String> {
        unfolded(&written(ExportFormat::Vcard, businesses))
    }

    /// Those of a business with these contacts, card by card.
    fn cards(contacts: Vec<Contact>) -> Vec<Vec<String>> {
        let text = written_of(ExportFormat::Vcard, &[with(business(7, "Acme; Oy"), contacts)]);
        let lines = unfolded(&text);
        let mut cards: Vec<_> = lines.split(|line| line == "END:VCARD").map(<[String]>::to_vec).collect();
        assert_eq!(cards.pop(), Some(vec![String::new()]));
        cards
    }

    fn unfolded(text: &str) -> Vec<String> {
        assert!(text.split("\r\n").all(|line| line.len() <= LINE), "{text}");
        text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_card_tells_who_where_and_from_whom() {
        let lines = lines(&[business(7, "Kahvila; Ääni, Oy")]);
        for line in [
            "FN:Kahvila\\; Ääni\\, Oy",
            "ADR;TYPE=work:;;Kauppatori 1;Helsinki;;00170;FI",
            "GEO:geo:60.1675,24.9525",
            "TEL;VALUE=uri;TYPE=work:tel:+358912345678",
            "URL:https://example.fi/",
            "CATEGORIES:restaurant,new,south",
            "NOTE:Opening hours: Mo-Fr 10:00-18:00\\nSource: © OpenStreetMap contributors (ODbL-1.0)",
            "UID:urn:letip:business:7",
            "REV:19700101T000000Z",
        ] {
            assert!(lines.iter().any(|known| known == line), "{line}: {lines:#?}");
        }
    }

    #[test]
    fn cards_stand_one_after_the_other() {
        let lines = lines(&[business(1, "A"), business(2, "B")]);
        assert_eq!(lines.iter().filter(|line| *line == "BEGIN:VCARD").count(), 2);
        assert_eq!(lines.iter().filter(|line| *line == "END:VCARD").count(), 2);
        assert!(written(ExportFormat::Vcard, &[]).is_empty());
    }

    #[test]
    fn a_person_has_a_card_behind_that_of_the_business() {
        let cards = cards(vec![jane(3), Contact { name: Some("Bo".to_owned()), ..contact(4) }]);
        assert_eq!(cards.len(), 3);
        assert!(!cards[0].iter().any(|line| line.contains("jane") || line.contains("+17325550102")));
        let note = "NOTE:Source: https://acme.example/team\\; © OpenStreetMap contributors (ODbL-1.0)";
        assert_eq!(
            cards[1],
            [
                "BEGIN:VCARD",
                "VERSION:4.0",
                "KIND:individual",
                "FN:Jane Doe",
                "TITLE:Owner",
                "ORG:Acme\\; Oy",
                "TEL;VALUE=uri;TYPE=work:tel:+17325550102",
                "EMAIL;TYPE=work:jane@acme.example",
                "X-SOCIALPROFILE;TYPE=linkedin:https://www.linkedin.com/in/jane",
                note,
                "UID:urn:letip:contact:3",
                "REV:19700101T000000Z",
            ]
        );
        let bo = ["FN:Bo", "ORG:Acme\\; Oy", note, "UID:urn:letip:contact:4", "REV:19700101T000000Z"];
        assert_eq!(cards[2][3..], bo);
    }

    #[test]
    fn what_is_nobodys_is_the_business_s() {
        let desk = Contact {
            title: Some("Sales".to_owned()),
            email: Some("sales@acme.example".to_owned()),
            phone: business(7, "A").phone,
            ..contact(3)
        };
        let cards = cards(vec![number(1, "Mobile phone"), number(2, "Fax, extension 3"), desk]);
        assert_eq!(cards.len(), 1);
        let reach: Vec<_> =
            cards[0].iter().filter(|line| line.starts_with("TEL") || line.starts_with("EMAIL")).collect();
        assert_eq!(
            reach,
            [
                "TEL;VALUE=uri;TYPE=work:tel:+358912345678",
                "TEL;VALUE=uri;TYPE=work:tel:+17325550104",
                "TEL;VALUE=uri;TYPE=fax,work:tel:+17325550104",
                "EMAIL;TYPE=work:sales@acme.example",
            ],
            "the business's own number once"
        );
        let note = "NOTE:Opening hours: Mo-Fr 10:00-18:00\\nContacts: Mobile phone\\, +17325550104\\; \
            Fax\\, extension 3\\, +17325550104\\; Sales\\, sales@acme.example\\, +358912345678\\n\
            Source: © OpenStreetMap contributors (ODbL-1.0)";
        assert!(cards[0].iter().any(|line| line == note), "{:#?}", cards[0]);
    }

    #[test]
    fn no_contact_breaks_out_of_its_line() {
        let evil = |text: &str| Some(format!("{text}\r\nEND:VCARD\r\nBEGIN:VCARD"));
        let person = Contact {
            name: evil("Jane"),
            title: Some("ä".repeat(200)),
            email: evil("jane@acme.example"),
            phone: evil("+1"),
            linkedin: evil("https://www.linkedin.com/in/jane"),
            source_url: evil("https://acme.example/"),
            ..contact(1)
        };
        let desk = Contact { name: None, ..person.clone() };
        assert_eq!(cards(vec![person, desk]).len(), 2);
    }

    #[test]
    fn no_text_breaks_out_of_its_line() {
        let mut evil = business(1, "A\r\nEND:VCARD");
        evil.website = Some("https://x.org/\r\nBEGIN:VCARD".to_owned());
        evil.notes = Some("ä".repeat(300));
        let lines = lines(&[evil]);
        assert_eq!(lines.iter().filter(|line| *line == "END:VCARD").count(), 1);
        assert_eq!(lines.iter().filter(|line| *line == "BEGIN:VCARD").count(), 1);
    }
}
