//! What the words around a number say about it.

use crate::findings::PhoneKind;

/// What a label makes of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// It is a number to call, or to send faxes to.
    Kind(PhoneKind),
    /// It is something else: a licence, an order, an amount.
    NotPhone,
}

const FAX: &[&str] =
    &["fax", "facsimile", "telefax", "telecopier", "faksi", "faks", "telefaks", "télécopie", "fx"];
const MOBILE: &[&str] = &[
    "mobile",
    "cell",
    "cellular",
    "cellphone",
    "whatsapp",
    "text",
    "sms",
    "gsm",
    "cellulare",
    "matkapuhelin",
    "mob",
    "mobiel",
    "mobil",
    "mobiltelefon",
    "movil",
    "móvil",
];
const PHONE: &[&str] = &[
    "phone",
    "phones",
    "telephone",
    "tel",
    "call",
    "ph",
    "office",
    "main",
    "local",
    "direct",
    "toll",
    "free",
    "tollfree",
    "hotline",
    "voice",
    "dial",
    "number",
    "reservations",
    "emergency",
    "tty",
    "tdd",
    "ring",
    "puh",
    "puhelin",
    "puhelinnumero",
    "contact",
    "telefon",
    "telefone",
    "telefonnummer",
    "telefono",
    "telefonos",
    "telefoon",
    "telf",
    "tlf",
    "tlfn",
    "tél",
    "téléphone",
    "teléfono",
    "teléfonos",
    "shop",
    "store",
    "line",
    "us",
    "at",
];
const OTHER: &[&str] = &[
    "license",
    "licence",
    "lic",
    "licensed",
    "permit",
    "account",
    "acct",
    "order",
    "item",
    "sku",
    "isbn",
    "issn",
    "ein",
    "npi",
    "model",
    "serial",
    "invoice",
    "reg",
    "vat",
    "abn",
    "id",
    "dre",
    "cslb",
    "nmls",
    "upc",
    "asin",
    "patent",
    "routing",
    "bond",
    "usdot",
    "tracking",
    "tunnus",
    "orgnr",
    "cvr",
    "nif",
    "cif",
    "siret",
    "kvk",
    "btw",
    "iva",
    "iban",
    "konto",
    "kontonummer",
    "rcs",
    "hrb",
];
/// What stands between the label of a number and the number.
const NUMBER: &[&str] = &["n", "no", "nr", "num", "number", "numero", "nummer", "número"];
/// Words for phones that sentences hardly have, so that a figure behind them is a number.
const CERTAIN: &[&str] = &[
    "cell",
    "cellulare",
    "faks",
    "fax",
    "gsm",
    "mob",
    "mobil",
    "mobile",
    "mobiltelefon",
    "movil",
    "móvil",
    "phone",
    "puh",
    "puhelin",
    "tel",
    "telefaks",
    "telefax",
    "telefon",
    "telefone",
    "telefonnummer",
    "telefono",
    "telefonos",
    "telefoon",
    "telephone",
    "telf",
    "tlf",
    "tlfn",
    "téléphone",
    "tél",
    "teléfono",
    "teléfonos",
    "whatsapp",
];

/// What the text before a number, the nearest word first, says.
pub(super) fn before(text: &str) -> Option<Label> {
    let tail = tail(text, 48);
    let fax_and_phone = tail.to_lowercase().replace(' ', "");
    // One number for both can be called.
    let fax_and_phone = fax_and_phone.trim_end_matches([':', '.', '#', '-', '(', '+']);
    if ["phone/fax", "tel/fax", "phone&fax", "tel&fax", "phone/fax#", "telephone/fax"]
        .iter()
        .any(|it| fax_and_phone.ends_with(it))
    {
        return Some(Label::Kind(PhoneKind::Phone));
    }
    let words = tail.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).rev().take(6);
    let mut letters = tail.trim_end_matches([' ', '(', '+']).chars().rev();
    // `F:`, `(F)`, `f.` and their like; a letter alone before the number too.
    let alone = tail.trim_matches(|c: char| !c.is_alphanumeric());
    if alone.chars().count() == 1
        && let Some(kind) = alone.chars().next().and_then(of_letter)
    {
        return Some(Label::Kind(kind));
    }
    if let Some(':' | '.' | ')' | '|' | '-') = letters.next()
        && let Some(letter) = letters.next()
        && letters.next().is_none_or(|c| !c.is_alphanumeric())
        && let Some(kind) = of_letter(letter)
    {
        return Some(Label::Kind(kind));
    }
    // What makes a number none stands right before it.
    let mut labels =
        words.enumerate().filter_map(|(index, word)| Some((index, of_word(&word.to_lowercase())?)));
    labels.find(|(index, label)| *label != Label::NotPhone || *index < 2).map(|(_, label)| label)
}

/// What stands right after a number: `(fax)`, `(F)`, `- mobile`.
pub(super) fn after(text: &str) -> Option<PhoneKind> {
    let text = text.trim_start_matches(' ');
    let (inner, bracketed) = text.strip_prefix(['(', '[']).map_or((text, false), |inner| (inner, true));
    let word: String =
        inner.trim_start_matches(['-', '–', ' ']).chars().take_while(|c| c.is_alphabetic()).collect();
    let word = word.to_lowercase();
    let mut letters = word.chars();
    if let (true, Some(letter), None) = (bracketed, letters.next(), letters.next()) {
        return of_letter(letter);
    }
    let colon =
        inner.trim_start_matches(['-', '–', ' ']).get(word.len()..).is_some_and(|rest| rest.starts_with(':'));
    // `555-1198 Fax: 555-1199` labels what follows.
    let announces = !bracketed
        && (colon || inner.get(word.len()..).is_some_and(|rest| rest.contains(|c: char| c.is_ascii_digit())));
    match of_word(&word) {
        Some(Label::Kind(kind @ (PhoneKind::Fax | PhoneKind::Mobile))) if !announces => Some(kind),
        _ => None,
    }
}

/// What a bracket right after a number says: `(Main Fax Line)`.
pub(super) fn bracketed_after(text: &str) -> Option<PhoneKind> {
    let inner = text.trim_start_matches(' ').strip_prefix(['(', '['])?;
    let inner = inner.split([')', ']']).next().filter(|inner| inner.len() <= 40)?;
    let fax =
        inner.split(|c: char| !c.is_alphanumeric()).any(|word| FAX.contains(&word.to_lowercase().as_str()));
    fax.then_some(PhoneKind::Fax)
}

/// Whether a line is a heading of fax numbers: `Fax Numbers`.
pub(super) fn is_fax_heading(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.next().is_some_and(|word| FAX.contains(&word.to_lowercase().as_str())) && words.nth(2).is_none()
}

/// Whether a label that can mean nothing else stands right before a number.
pub(super) fn is_certain(before: &str) -> bool {
    let tail =
        tail(before, 48).trim_end_matches([' ', '\t', ':', '.', '(', '+', '-', '–', '|', 'º', '°', '#']);
    let mut words = tail.rsplit(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    let mut last = words.next();
    if last.as_deref().is_some_and(|word| NUMBER.contains(&word)) {
        last = words.find(|word| !word.is_empty());
    }
    last.is_some_and(|word| CERTAIN.contains(&word.as_str()))
}

/// Whether such a label stands alone in a line or cell.
pub(super) fn is_certain_heading(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() <= 32 && is_certain(text)
}

/// What a line or cell says that stands alone before the number's.
pub(super) fn heading(text: &str) -> Option<Label> {
    let text = text.trim();
    (text.chars().count() <= 32).then(|| before(text)).flatten()
}

fn of_letter(letter: char) -> Option<PhoneKind> {
    match letter.to_ascii_lowercase() {
        'f' => Some(PhoneKind::Fax),
        'p' | 't' | 'o' | 'd' | 'w' | 'h' | 'v' => Some(PhoneKind::Phone),
        'm' | 'c' => Some(PhoneKind::Mobile),
        _ => None,
    }
}

fn of_word(word: &str) -> Option<Label> {
    if FAX.contains(&word) {
        Some(Label::Kind(PhoneKind::Fax))
    } else if MOBILE.contains(&word) {
        Some(Label::Kind(PhoneKind::Mobile))
    } else if PHONE.contains(&word) {
        Some(Label::Kind(PhoneKind::Phone))
    } else if OTHER.contains(&word) {
        Some(Label::NotPhone)
    } else {
        None
    }
}

/// The end of the text, at most so many bytes.
fn tail(text: &str, length: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(length))..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_decides() {
        let check = |text: &str, expect: Option<Label>| assert_eq!(before(text), expect, "{text}");
        let kind = |kind| Some(Label::Kind(kind));
        check("Phone: ", kind(PhoneKind::Phone));
        check("Tel 732-462-1198 Fax ", kind(PhoneKind::Fax));
        check("Fax 732-462-1199 Phone: ", kind(PhoneKind::Phone));
        check("Main Fax Number: ", kind(PhoneKind::Phone));
        check("F: ", kind(PhoneKind::Fax));
        check("(C) ", kind(PhoneKind::Mobile));
        check("Phone/Fax: ", kind(PhoneKind::Phone));
        check("License # ", Some(Label::NotPhone));
        check("", None);
        check("Y-tunnus: ", Some(Label::NotPhone));
        check("Teléfono móvil: ", kind(PhoneKind::Mobile));
        assert_eq!(after("(F) x"), Some(PhoneKind::Fax));
        assert_eq!(after(" fax"), Some(PhoneKind::Fax));
        assert_eq!(after(" Fax: 732-462-1199"), None);
        assert_eq!(after(" (P)"), Some(PhoneKind::Phone));
    }

    #[test]
    fn some_labels_are_certain() {
        for (text, expect) in [
            ("Tlf.: ", true),
            ("Teléfono ", true),
            ("Tel. nr. ", true),
            ("Acme | Puh (", true),
            ("Call us at ", false),
            ("Tel 22 33 44 55 / ", false),
            ("Org.nr. ", false),
            ("hotel ", false),
            ("", false),
        ] {
            assert_eq!(is_certain(text), expect, "{text}");
        }
        assert!(is_certain_heading("Telefon:") && !is_certain_heading("Vær så god og ring oss på telefon"));
    }
}
