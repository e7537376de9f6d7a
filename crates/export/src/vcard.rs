use std::io::{self, Write};

use contract::Business;

use crate::{Attributions, BusinessWriter};

/// The longest line of a card, in octets (RFC 6350, 3.2).
const LINE: usize = 75;

/// One card a business (vCard 4.0, RFC 6350); its note tells where the data are from.
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

    fn note(&self, business: &Business) -> String {
        let mut parts: Vec<String> = business.description.iter().chain(&business.notes).cloned().collect();
        if let Some(hours) = &business.opening_hours {
            parts.push(format!("Opening hours: {hours}"));
        }
        let mut sources: Vec<String> = Vec::new();
        for source in &business.sources {
            let line = self.attributions.line(source);
            if !sources.contains(&line) {
                sources.push(line);
            }
        }
        if !sources.is_empty() {
            parts.push(format!("Source: {}", sources.join("; ")));
        }
        parts.join("\n")
    }
}

impl<W: Write> BusinessWriter for VcardWriter<W> {
    fn business(&mut self, business: &Business) -> io::Result<()> {
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
        self.text("EMAIL;TYPE=work", b.email.as_deref())?;
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
            self.uri(&format!("X-SOCIALPROFILE;TYPE={network}"), profile.as_deref())?;
        }
        let categories: Vec<String> = b.category.iter().chain(&b.tags).map(|word| escaped(word)).collect();
        if !categories.is_empty() {
            self.line(&format!("CATEGORIES:{}", categories.join(",")))?;
        }
        let note = self.note(b);
        self.text("NOTE", Some(&note))?;
        self.line(&format!("UID:urn:letip:business:{}", b.id))?;
        self.line(&format!("REV:{}", revision(&b.updated_at.to_string())))?;
        self.line("END:VCARD")
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
    use crate::tests::{business, written};

    /// The card's lines, unfolded.
    fn lines(businesses: &[Business]) -> Vec<String> {
        let text = written(ExportFormat::Vcard, businesses);
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
    fn no_text_breaks_out_of_its_line() {
        let mut evil = business(1, "A\r\nEND:VCARD");
        evil.website = Some("https://x.org/\r\nBEGIN:VCARD".to_owned());
        evil.notes = Some("ä".repeat(300));
        let lines = lines(&[evil]);
        assert_eq!(lines.iter().filter(|line| *line == "END:VCARD").count(), 1);
        assert_eq!(lines.iter().filter(|line| *line == "BEGIN:VCARD").count(), 1);
    }
}
