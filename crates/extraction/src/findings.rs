//! What is found, and how the findings of several pages become one.

use contract::Socials;

/// How a value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// A `mailto:` link.
    MailtoLink,
    /// A `tel:`, `sms:` or messenger link.
    TelLink,
    /// A link to a profile or a service.
    Link,
    /// schema.org in JSON-LD.
    JsonLd,
    /// schema.org in microdata.
    Microdata,
    /// schema.org in RDFa.
    Rdfa,
    /// A microformat: h-card, vCard, hCalendar.
    Microformat,
    /// `<meta>`, Open Graph among it.
    Meta,
    /// Visible text.
    Text,
    /// Visible text that spells signs out, such as `name [at] example [dot] com`.
    WrittenOut,
    /// Cloudflare's encoding.
    Cloudflare,
    /// An attribute that a script turns into an address.
    Attribute,
    /// A script's literals.
    Script,
    /// The name of the business.
    BusinessName,
    /// A signature of a product.
    Signature,
    /// A paid provider.
    Provider,
}

impl Method {
    /// The method as it is written in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MailtoLink => "mailto",
            Self::TelLink => "tel",
            Self::Link => "link",
            Self::JsonLd => "jsonLd",
            Self::Microdata => "microdata",
            Self::Rdfa => "rdfa",
            Self::Microformat => "microformat",
            Self::Meta => "meta",
            Self::Text => "text",
            Self::WrittenOut => "writtenOut",
            Self::Cloudflare => "cloudflare",
            Self::Attribute => "attribute",
            Self::Script => "script",
            Self::BusinessName => "businessName",
            Self::Signature => "signature",
            Self::Provider => "provider",
        }
    }
}

/// A value with its evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The value, normalised: an address in lower case, a number in E.164.
    pub value: String,
    /// The text that it stood in.
    pub snippet: String,
    /// The page that it stood on.
    pub source_url: String,
    /// How it was found.
    pub method: Method,
    /// How likely it is right, 0 to 1: see [`crate::confidence`].
    pub confidence: f64,
}

/// What a phone number is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneKind {
    /// A line to call.
    Phone,
    /// A line that costs the caller nothing.
    TollFree,
    /// A mobile line, as far as its number or its label tells.
    Mobile,
    /// A fax machine.
    Fax,
}

impl PhoneKind {
    /// The kind as it is written in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::TollFree => "tollFree",
            Self::Mobile => "mobile",
            Self::Fax => "fax",
        }
    }
}

/// A phone number.
#[derive(Clone, Debug, PartialEq)]
pub struct Phone {
    /// In E.164, without its extension.
    pub number: Finding,
    /// As people of its country write it.
    pub national: String,
    /// Digits to dial once the call is answered.
    pub extension: Option<String>,
    /// What it is for.
    pub kind: PhoneKind,
}

/// A postal address.
#[derive(Clone, Debug, PartialEq)]
pub struct PostalAddress {
    /// House number and street, or post-office box.
    pub street: Option<String>,
    /// Town or city.
    pub city: Option<String>,
    /// State or region; the two-letter code in the United States and Canada.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
    /// The address in one line, with its evidence.
    pub evidence: Finding,
}

impl PostalAddress {
    /// How many of its parts are known.
    pub(crate) fn completeness(&self) -> usize {
        [&self.street, &self.city, &self.state, &self.postal_code].into_iter().flatten().count()
    }

    /// Whether both may be one place: the same street and no other postal code, or one says nothing else.
    fn is_part_of(&self, other: &Self) -> bool {
        let fits = |mine: &Option<String>, theirs: &Option<String>| {
            mine.as_ref().is_none_or(|mine| {
                theirs.as_ref().is_some_and(|theirs| comparable(mine) == comparable(theirs))
            })
        };
        fits(&self.street, &other.street)
            && fits(&self.city, &other.city)
            && fits(&self.state, &other.state)
            && fits(&self.postal_code, &other.postal_code)
    }
}

fn comparable(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Opening hours.
#[derive(Clone, Debug, PartialEq)]
pub struct Hours {
    /// In OpenStreetMap's `opening_hours` syntax, such as `Mo-Fr 09:00-17:00; Sa 10:00-14:00`.
    pub opening_hours: Finding,
}

/// A person whom the site names.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// As the site writes it.
    pub name: Finding,
    /// Role, such as `Owner`.
    pub title: Option<String>,
    /// The person's own address.
    pub email: Option<String>,
    /// The person's own number, in E.164.
    pub phone: Option<String>,
}

impl Person {
    /// Whether a number is the person's, or may be as its text has their name.
    fn may_have(&self, phone: &Phone) -> bool {
        let name = self.name.value.to_lowercase();
        self.phone.as_ref() == Some(&phone.number.value)
            || (name.contains(' ') && phone.number.snippet.to_lowercase().contains(&name))
    }
}

/// A product that a site is made with or takes bookings with.
#[derive(Clone, Debug, PartialEq)]
pub struct Technology {
    /// What it is for, such as `booking`.
    pub category: &'static str,
    /// Its name, with what shows it.
    pub name: Finding,
}

/// A profile of a kind that [`Socials`] has no place for.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Where it is: `nextdoor` or `googleMaps`.
    pub network: &'static str,
    /// Its address.
    pub url: Finding,
}

impl Profile {
    /// Where such profiles are.
    pub const NETWORKS: [&'static str; 2] = ["nextdoor", "googleMaps"];
}

/// What one or several pages of a site say. The surest finding of each kind comes first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// Addresses to write to.
    pub emails: Vec<Finding>,
    /// Numbers to call, and fax numbers.
    pub phones: Vec<Phone>,
    /// Where the business is.
    pub addresses: Vec<PostalAddress>,
    /// When it is open.
    pub hours: Option<Hours>,
    /// People.
    pub people: Vec<Person>,
    /// What the business says of itself.
    pub description: Option<Finding>,
    /// Profiles elsewhere.
    pub socials: Socials,
    /// Further profiles, at most one of each network.
    pub profiles: Vec<Profile>,
    /// What the site is made with.
    pub technologies: Vec<Technology>,
    /// What was left unread and why, for people.
    pub notices: Vec<String>,
}

/// Findings of one kind that are kept; beyond, the surest stay.
const MAX_OF_A_KIND: usize = 300;

impl Findings {
    /// Whether nothing was found that tells of the business.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self
            == Self {
                technologies: self.technologies.clone(),
                notices: self.notices.clone(),
                ..Self::default()
            }
    }

    /// Adds what another page says; the surer finding of the same value stays.
    pub fn absorb(&mut self, other: Self) {
        add_all(&mut self.emails, other.emails);
        other.phones.into_iter().for_each(|phone| self.add_phone(phone));
        other.addresses.into_iter().for_each(|address| self.add_address(address));
        other.people.into_iter().for_each(|person| self.add_person(person));
        for technology in other.technologies {
            if !self.technologies.iter().any(|known| known.name.value == technology.name.value) {
                self.technologies.push(technology);
            }
        }
        self.hours = surest(self.hours.take(), other.hours, |hours| hours.opening_hours.confidence);
        self.description = self.description.take().or(other.description);
        self.socials.fill(other.socials);
        for profile in other.profiles {
            if !self.profiles.iter().any(|known| known.network == profile.network) {
                self.profiles.push(profile);
            }
        }
        self.notices.extend(other.notices);
        self.sort();
    }

    /// Adds a number, or what is new about a known one.
    pub fn add_phone(&mut self, phone: Phone) {
        let known = self.phones.iter_mut().find(|known| known.number.value == phone.number.value);
        let Some(known) = known else {
            if self.phones.len() < MAX_OF_A_KIND {
                self.phones.push(phone);
            }
            return;
        };
        // A number that is called a fax in one place and a phone in another can be called.
        if (known.kind == PhoneKind::Fax) != (phone.kind == PhoneKind::Fax) {
            known.kind = if known.kind == PhoneKind::Fax { phone.kind } else { known.kind };
        }
        known.extension = known.extension.take().or(phone.extension);
        if known.number.confidence < phone.number.confidence {
            known.number = phone.number;
        }
    }

    /// Adds an address unless a fuller form of it is known; takes the place of sparser forms.
    pub fn add_address(&mut self, address: PostalAddress) {
        if let Some(fuller) = self.addresses.iter_mut().find(|known| address.is_part_of(known)) {
            fuller.evidence.confidence = fuller.evidence.confidence.max(address.evidence.confidence);
            return;
        }
        if let Some(sparser) = self.addresses.iter_mut().find(|known| known.is_part_of(&address)) {
            *sparser = address;
        } else if self.addresses.len() < MAX_OF_A_KIND {
            self.addresses.push(address);
        }
    }

    /// Adds a person, or what is new about a known one.
    pub fn add_person(&mut self, person: Person) {
        let same = |known: &&mut Person| known.name.value.eq_ignore_ascii_case(&person.name.value);
        if let Some(known) = self.people.iter_mut().find(same) {
            known.title = known.title.take().or(person.title);
            known.email = known.email.take().or(person.email);
            known.phone = known.phone.take().or(person.phone);
        } else if self.people.len() < MAX_OF_A_KIND {
            self.people.push(person);
        }
    }

    /// Leaves out everything about a person, who is given by name or address.
    pub fn forget(&mut self, whom: &str) {
        let is = |text: &str| text.eq_ignore_ascii_case(whom);
        self.emails.retain(|email| !is(&email.value));
        self.forget_people(|person| is(&person.name.value) || person.email.as_deref().is_some_and(is));
    }

    /// Leaves out people, and the numbers that are theirs or stand beside their names.
    pub fn forget_people(&mut self, is_gone: impl Fn(&Person) -> bool) {
        let (gone, left): (Vec<Person>, _) = self.people.drain(..).partition(is_gone);
        self.people = left;
        self.phones.retain(|phone| !gone.iter().any(|person| person.may_have(phone)));
    }

    /// Puts the surest first; what is equally sure keeps the order of the page.
    pub fn sort(&mut self) {
        self.emails.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        let fax_last = |phone: &Phone| phone.kind == PhoneKind::Fax;
        self.phones.sort_by(|a, b| {
            fax_last(a).cmp(&fax_last(b)).then_with(|| b.number.confidence.total_cmp(&a.number.confidence))
        });
        self.addresses.sort_by(|a, b| {
            let by_confidence = b.evidence.confidence.total_cmp(&a.evidence.confidence);
            by_confidence.then_with(|| b.completeness().cmp(&a.completeness()))
        });
        self.people.sort_by(|a, b| b.name.confidence.total_cmp(&a.name.confidence));
    }
}

/// Adds findings; of one value the surer stays.
pub(crate) fn add_all(into: &mut Vec<Finding>, more: Vec<Finding>) {
    for finding in more {
        if let Some(known) = into.iter_mut().find(|known| known.value == finding.value) {
            if known.confidence < finding.confidence {
                *known = finding;
            }
        } else if into.len() < MAX_OF_A_KIND {
            into.push(finding);
        }
    }
}

fn surest<T>(one: Option<T>, other: Option<T>, confidence: impl Fn(&T) -> f64) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) if confidence(&other) > confidence(&one) => Some(other),
        (Some(one), _) => Some(one),
        (None, other) => other,
    }
}
