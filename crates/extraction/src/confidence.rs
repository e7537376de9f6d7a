//! How likely a value is right, by the form in which it stands on its page.
//!
//! Each form has a confidence that was judged by hand, and counts of right and wrong values on pages that people have marked
//! (`data/confidence.tsv`). What is stated is the mean of both, where the judged value weighs as much as [`STRENGTH`] values of
//! pages: a Beta prior. Within a kind of value the forms stay in the order in which they were judged, by pooling adjacent
//! violators: a number in structured data is not less sure than one in a sentence because fewer of them were counted.
//!
//! Only what a page says is measured. Whether an address on it is the business's own is judged by hand (`email::relation`), and
//! so are opening hours, descriptions and technologies, which nobody has marked.

use std::sync::LazyLock;

use crate::findings::{Finding, Method, Person, Phone, PostalAddress};

/// So many values of pages weigh as much as the judged confidence.
pub const STRENGTH: f64 = 10.0;
/// Nothing is stated to be surer: the pages are too few to tell.
pub const MOST: f64 = 0.98;
/// Two forms of one kind are apart by at least this, so that the surer form of a value stays the surer.
pub const APART: f64 = 0.001;

/// How much surer an address that is made of a name makes the name.
pub(crate) const CORROBORATION: f64 = 0.1;

/// The form in which a value stands on its page, by kind of value; those of a kind from the surest as they were judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// An e-mail address in structured data.
    EmailStructured,
    /// In a link, Cloudflare's among them.
    EmailLink,
    /// In visible text.
    EmailText,
    /// In visible text that spells signs out.
    EmailWrittenOut,
    /// In `<meta>`.
    EmailMeta,
    /// In what a script or a style sheet makes an address of.
    EmailScript,
    /// A phone number in structured data or `<meta>`.
    PhoneStructured,
    /// In a link.
    PhoneLink,
    /// In visible text that says what it is.
    PhoneLabelled,
    /// In visible text by itself.
    PhoneText,
    /// A postal address in structured data.
    AddressStructured,
    /// Street, town and code in visible text.
    AddressWhole,
    /// The same as countries write it that have the code before the town.
    AddressAbroad,
    /// In `<meta>`.
    AddressMeta,
    /// A street with a town or a code.
    AddressPart,
    /// A town with a code or a state, without a street.
    AddressTown,
    /// A street alone.
    AddressStreet,
    /// A person with a role in structured data.
    PersonStructured,
    /// A name and a role in one line.
    PersonLine,
    /// A name and a role in two lines, or behind another name.
    PersonCard,
    /// A name beside a role in a sentence.
    PersonSentence,
    /// A person without a role in structured data.
    PersonNamed,
    /// A name in that of the business.
    PersonBusinessName,
}

/// Right and wrong values of each form, in the order of [`Form::ALL`].
pub type Counts = [(u32, u32); Form::ALL.len()];

impl Form {
    /// All forms, those of one kind together.
    pub const ALL: [Self; 23] = [
        Self::EmailStructured,
        Self::EmailLink,
        Self::EmailText,
        Self::EmailWrittenOut,
        Self::EmailMeta,
        Self::EmailScript,
        Self::PhoneStructured,
        Self::PhoneLink,
        Self::PhoneLabelled,
        Self::PhoneText,
        Self::AddressStructured,
        Self::AddressWhole,
        Self::AddressAbroad,
        Self::AddressMeta,
        Self::AddressPart,
        Self::AddressTown,
        Self::AddressStreet,
        Self::PersonStructured,
        Self::PersonLine,
        Self::PersonCard,
        Self::PersonSentence,
        Self::PersonNamed,
        Self::PersonBusinessName,
    ];

    /// The form as the table writes it: the kind of value, a dot, and the form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EmailStructured => "email.structured",
            Self::EmailLink => "email.link",
            Self::EmailText => "email.text",
            Self::EmailWrittenOut => "email.writtenOut",
            Self::EmailMeta => "email.meta",
            Self::EmailScript => "email.script",
            Self::PhoneStructured => "phone.structured",
            Self::PhoneLink => "phone.link",
            Self::PhoneLabelled => "phone.labelled",
            Self::PhoneText => "phone.text",
            Self::AddressStructured => "address.structured",
            Self::AddressWhole => "address.whole",
            Self::AddressAbroad => "address.abroad",
            Self::AddressMeta => "address.meta",
            Self::AddressPart => "address.part",
            Self::AddressTown => "address.town",
            Self::AddressStreet => "address.street",
            Self::PersonStructured => "person.structured",
            Self::PersonLine => "person.line",
            Self::PersonCard => "person.card",
            Self::PersonSentence => "person.sentence",
            Self::PersonNamed => "person.named",
            Self::PersonBusinessName => "person.businessName",
        }
    }

    /// The confidence that a value of the form has by itself, 0 to 1.
    #[must_use]
    pub fn confidence(self) -> f64 {
        STATED[self as usize]
    }

    /// The confidence that was judged by hand.
    #[must_use]
    pub fn judged(self) -> f64 {
        TABLE.judged[self as usize]
    }

    /// How many values of the form were right, and how many wrong, on marked pages.
    #[must_use]
    pub fn counted(self) -> (u32, u32) {
        TABLE.counts[self as usize]
    }

    /// The form of an e-mail address that was found.
    #[must_use]
    pub fn of_email(email: &Finding) -> Self {
        Self::of_address_found(email.method)
    }

    /// The form of an e-mail address that was found so.
    pub(crate) fn of_address_found(method: Method) -> Self {
        match method {
            Method::JsonLd | Method::Microdata | Method::Rdfa | Method::Microformat => Self::EmailStructured,
            Method::MailtoLink | Method::Cloudflare => Self::EmailLink,
            Method::Text => Self::EmailText,
            Method::WrittenOut => Self::EmailWrittenOut,
            Method::Meta => Self::EmailMeta,
            // Nothing else finds addresses; the least sure is the safest answer.
            _ => Self::EmailScript,
        }
    }

    /// The form of a number that was found.
    #[must_use]
    pub fn of_phone(phone: &Phone) -> Self {
        match phone.number.method {
            Method::TelLink => Self::PhoneLink,
            Method::Text => nearest(&[Self::PhoneLabelled, Self::PhoneText], phone.number.confidence),
            _ => Self::PhoneStructured,
        }
    }

    /// The form of a postal address that was found.
    #[must_use]
    pub fn of_address(address: &PostalAddress) -> Self {
        const IN_TEXT: &[Form] = &[
            Form::AddressWhole,
            Form::AddressAbroad,
            Form::AddressPart,
            Form::AddressTown,
            Form::AddressStreet,
        ];
        match address.evidence.method {
            Method::Text => nearest(IN_TEXT, address.evidence.confidence),
            Method::Meta => Self::AddressMeta,
            _ => Self::AddressStructured,
        }
    }

    /// The form of a person who was found.
    #[must_use]
    pub fn of_person(person: &Person) -> Self {
        let stated = person.name.confidence;
        match person.name.method {
            Method::Text => nearest(&[Self::PersonLine, Self::PersonCard, Self::PersonSentence], stated),
            Method::BusinessName => Self::PersonBusinessName,
            _ => nearest(&[Self::PersonStructured, Self::PersonNamed], stated),
        }
    }

    fn kind(self) -> &'static str {
        self.as_str().split('.').next().unwrap_or_default()
    }
}

/// What a name's confidence becomes beside an address that is made of it.
pub(crate) fn corroborated(confidence: f64) -> f64 {
    (confidence + CORROBORATION).min(MOST)
}

/// The form that states a confidence like that, of a value by itself or of a name that an address agrees with.
fn nearest(forms: &[Form], stated: f64) -> Form {
    let distance = |form: &Form| {
        let (alone, agreed) = (form.confidence(), corroborated(form.confidence()));
        (alone - stated).abs().min((agreed - stated).abs())
    };
    let nearest = forms.iter().min_by(|one, other| distance(one).total_cmp(&distance(other)));
    nearest.copied().unwrap_or(forms[0])
}

/// The table, in the order of [`Form::ALL`].
struct Table {
    judged: [f64; Form::ALL.len()],
    counts: Counts,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::parse(include_str!("../data/confidence.tsv")));
static STATED: LazyLock<[f64; Form::ALL.len()]> = LazyLock::new(|| calibrated(&TABLE.counts));

impl Table {
    fn parse(text: &str) -> Self {
        let mut table = Self { judged: [0.5; Form::ALL.len()], counts: [(0, 0); Form::ALL.len()] };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut cells = line.split('\t');
            let form = cells.next().and_then(|name| Form::ALL.into_iter().find(|form| form.as_str() == name));
            let judged = cells.next().and_then(|cell| cell.parse().ok());
            let mut count = || cells.next().and_then(|cell| cell.parse().ok());
            let (Some(form), Some(judged), Some(right), Some(wrong)) = (form, judged, count(), count())
            else {
                continue;
            };
            table.judged[form as usize] = judged;
            table.counts[form as usize] = (right, wrong);
        }
        table
    }
}

/// The confidence of each form where so many values of it were right and wrong, in the order of [`Form::ALL`]: for each kind the
/// means of judged and counted values, pooled so that the order of the judged ones holds.
#[must_use]
pub fn calibrated(counts: &Counts) -> [f64; Form::ALL.len()] {
    let mut stated = [0.0; Form::ALL.len()];
    for forms in Form::ALL.chunk_by(|one, other| one.kind() == other.kind()) {
        // From the least sure to the surest.
        let pools = pooled(forms.iter().rev().map(|form| {
            let (right, wrong) = counts[*form as usize];
            let weight = STRENGTH + f64::from(right) + f64::from(wrong);
            ((form.judged() * STRENGTH + f64::from(right)) / weight, weight)
        }));
        let mut bound = MOST;
        for (form, mean) in forms.iter().zip(pools.iter().rev()) {
            // More digits than these would say what nobody knows.
            let rounded = (mean.min(bound) * 1000.0).round() / 1000.0;
            stated[*form as usize] = rounded;
            bound = rounded - APART;
        }
    }
    stated
}

/// Means that do not fall, nearest to those given by their weights: neighbours in the wrong order get the mean of both.
fn pooled(means: impl Iterator<Item = (f64, f64)>) -> Vec<f64> {
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (mean, weight) in means {
        let mut pool = (mean, weight, 1);
        while let Some(before) = pools.pop_if(|before| before.0 > pool.0) {
            let weight = before.1 + pool.1;
            pool = ((before.0 * before.1 + pool.0 * pool.1) / weight, weight, before.2 + pool.2);
        }
        pools.push(pool);
    }
    pools.into_iter().flat_map(|(mean, _, forms)| std::iter::repeat_n(mean, forms)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::extracted;

    #[test]
    fn the_table_has_every_form_once_and_nothing_else() {
        let text = include_str!("../data/confidence.tsv");
        let names: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                let cells: Vec<&str> = line.split('\t').collect();
                assert!(matches!(cells[..], [_, judged, right, wrong] if (0.0..1.0).contains(&judged.parse::<f64>().unwrap())
                    && right.parse::<u32>().is_ok() && wrong.parse::<u32>().is_ok()), "{line}");
                cells[0]
            })
            .collect();
        assert_eq!(names, Form::ALL.map(Form::as_str));
    }

    #[test]
    fn forms_of_a_kind_stay_in_their_order_within_the_bounds() {
        for pair in Form::ALL.windows(2).filter(|pair| pair[0].kind() == pair[1].kind()) {
            let (surer, other) = (pair[0].confidence(), pair[1].confidence());
            assert!(pair[0].judged() >= pair[1].judged(), "{pair:?}");
            assert!(surer >= other + APART - 1e-9, "{pair:?}: {surer} {other}");
        }
        assert!(Form::ALL.iter().all(|form| (0.3..=MOST).contains(&form.confidence())));
        // An address of somebody else's domain never becomes the business's own, however surely it stands there.
        let html = "<script type='application/ld+json'>{\"@type\":\"Organization\",\"email\":\"info@elsewhere.com\"}</script>";
        let found = extracted(html).emails;
        assert_eq!(Form::of_email(&found[0]), Form::EmailStructured);
        assert!(found[0].confidence < 0.6, "{found:?}");
    }

    /// With these counts of one form, and none of others.
    fn with(form: Form, right: u32, wrong: u32) -> [f64; Form::ALL.len()] {
        let mut counts = [(0, 0); Form::ALL.len()];
        counts[form as usize] = (right, wrong);
        calibrated(&counts)
    }

    #[test]
    fn right_values_raise_a_form_and_wrong_ones_lower_it_the_more_the_more_there_are() {
        let form = Form::PhoneText;
        let of = |right, wrong| with(form, right, wrong)[form as usize];
        assert!((of(0, 0) - form.judged()).abs() < 1e-9, "nothing was counted");
        assert!(of(5, 0) > of(0, 0) && of(50, 0) > of(5, 0));
        assert!(of(0, 1) < of(0, 0) && of(0, 5) < of(0, 1));
        // As many as the prior weighs: half way between it and the share.
        assert!((of(5, 5) - f64::midpoint(form.judged(), 0.5)).abs() < 1e-9);
        assert!(of(1_000_000, 0) <= MOST && of(0, 1_000) > 0.0);
    }

    #[test]
    fn what_is_counted_of_a_form_moves_those_that_would_be_out_of_order() {
        let many_wrong = with(Form::PhoneStructured, 10, 90);
        let of = |form: Form| many_wrong[form as usize];
        assert!(of(Form::PhoneStructured) < 0.5);
        assert!(of(Form::PhoneLink) < of(Form::PhoneStructured) && of(Form::PhoneText) < of(Form::PhoneLink));
        let many_right = with(Form::AddressTown, 1_000, 0);
        assert!(many_right[Form::AddressWhole as usize] > many_right[Form::AddressTown as usize]);
        let email = Form::EmailText as usize;
        assert!((many_right[email] - Form::EmailText.judged()).abs() < 1e-9, "another kind is as it was");
    }

    #[test]
    fn a_finding_leads_back_to_its_form() {
        let phone = |html: &str| Form::of_phone(&extracted(html).phones[0]);
        assert_eq!(phone("<p>Phone: 732-462-1198</p>"), Form::PhoneLabelled);
        assert_eq!(phone("<p>732-462-1198</p>"), Form::PhoneText);
        assert_eq!(phone("<a href='tel:7324621198'>Call</a>"), Form::PhoneLink);
        let address = |html: &str| Form::of_address(&extracted(html).addresses[0]);
        assert_eq!(address("<p>12 Main Street<br>Freehold, NJ 07728</p>"), Form::AddressWhole);
        assert_eq!(address("<p>Freehold, NJ 07728</p>"), Form::AddressTown);
        let person = |html: &str| Form::of_person(&extracted(html).people[0]);
        assert_eq!(person("<p>Owner: Jane Roe</p>"), Form::PersonLine);
        assert_eq!(person("<p>Owner: Jane Roe</p><p>jane@acme.example</p>"), Form::PersonLine);
        assert_eq!(person("<div><h3>Jane Roe</h3><p>Owner</p></div>"), Form::PersonCard);
        let email = |html: &str| Form::of_email(&extracted(html).emails[0]);
        assert_eq!(email("<p>info@acme.example</p>"), Form::EmailText);
        assert_eq!(email("<p>info [at] acme [dot] com</p>"), Form::EmailWrittenOut);
    }
}
