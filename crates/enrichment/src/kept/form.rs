//! The form in which a page is kept.

use contract::Socials;
use extraction::{
    Finding, Findings, Hours, Method, Person, Phone, PhoneKind, PostalAddress, Profile, Technology,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::crawl;

/// What a page said and where it leads.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    url: String,
    hops: Vec<String>,
    is_parked: bool,
    next: Vec<String>,
    emails: Vec<KeptFinding>,
    phones: Vec<KeptPhone>,
    addresses: Vec<KeptAddress>,
    hours: Option<KeptFinding>,
    people: Vec<KeptPerson>,
    description: Option<KeptFinding>,
    socials: Socials,
    #[serde(default)]
    profiles: Vec<KeptProfile>,
    technologies: Vec<KeptTechnology>,
    notices: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeptFinding {
    value: String,
    snippet: String,
    source_url: String,
    method: String,
    confidence: f64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeptPhone {
    number: KeptFinding,
    national: String,
    extension: Option<String>,
    kind: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeptAddress {
    street: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
    evidence: KeptFinding,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeptPerson {
    name: KeptFinding,
    title: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeptTechnology {
    category: String,
    name: KeptFinding,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeptProfile {
    network: String,
    url: KeptFinding,
}

/// How values are found.
const METHODS: &[Method] = &[
    Method::MailtoLink,
    Method::TelLink,
    Method::Link,
    Method::JsonLd,
    Method::Microdata,
    Method::Rdfa,
    Method::Microformat,
    Method::Meta,
    Method::Text,
    Method::WrittenOut,
    Method::Cloudflare,
    Method::Attribute,
    Method::Script,
    Method::BusinessName,
    Method::Signature,
    Method::Provider,
];

/// What numbers are for.
const PHONE_KINDS: &[PhoneKind] = &[PhoneKind::Phone, PhoneKind::TollFree, PhoneKind::Mobile, PhoneKind::Fax];

/// What products are for. A page with one of another kind is not kept.
const CATEGORIES: &[&str] = &[
    "builder",
    "booking",
    "ordering",
    "marketing",
    "chat",
    "analytics",
    "payment",
    "form",
    "delivery",
    "lack",
];

impl Told {
    /// The form of a page; none where it cannot be read again as it is.
    pub(super) fn of(told: crawl::Told) -> Option<Self> {
        let crawl::Told { url, hops, is_parked, next, findings } = told;
        let Findings {
            emails,
            phones,
            addresses,
            hours,
            people,
            description,
            socials,
            profiles,
            technologies,
            notices,
        } = findings;
        if technologies.iter().any(|technology| category(technology.category).is_none()) {
            return None;
        }
        Some(Self {
            url: url.into(),
            hops,
            is_parked,
            next: next.into_iter().map(String::from).collect(),
            emails: emails.into_iter().map(KeptFinding::of).collect(),
            phones: phones.into_iter().map(KeptPhone::of).collect(),
            addresses: addresses.into_iter().map(KeptAddress::of).collect(),
            hours: hours.map(|hours| KeptFinding::of(hours.opening_hours)),
            people: people.into_iter().map(KeptPerson::of).collect(),
            description: description.map(KeptFinding::of),
            socials,
            profiles: profiles.into_iter().map(KeptProfile::of).collect(),
            technologies: technologies.into_iter().map(KeptTechnology::of).collect(),
            notices,
        })
    }

    /// The page; none where another version of this program kept it in words that this one does not know.
    pub(super) fn told(self) -> Option<crawl::Told> {
        let url = Url::parse(&self.url).ok()?;
        let next = self.next.iter().map(|next| Url::parse(next).ok()).collect::<Option<_>>()?;
        let findings = Findings {
            emails: self.emails.into_iter().map(KeptFinding::finding).collect::<Option<_>>()?,
            phones: self.phones.into_iter().map(KeptPhone::phone).collect::<Option<_>>()?,
            addresses: self.addresses.into_iter().map(KeptAddress::address).collect::<Option<_>>()?,
            hours: match self.hours {
                Some(hours) => Some(Hours { opening_hours: hours.finding()? }),
                None => None,
            },
            people: self.people.into_iter().map(KeptPerson::person).collect::<Option<_>>()?,
            description: match self.description {
                Some(description) => Some(description.finding()?),
                None => None,
            },
            socials: self.socials,
            profiles: self.profiles.into_iter().map(KeptProfile::profile).collect::<Option<_>>()?,
            technologies: self
                .technologies
                .into_iter()
                .map(KeptTechnology::technology)
                .collect::<Option<_>>()?,
            notices: self.notices,
        };
        Some(crawl::Told { url, hops: self.hops, is_parked: self.is_parked, next, findings })
    }
}

impl KeptFinding {
    fn of(finding: Finding) -> Self {
        let Finding { value, snippet, source_url, method, confidence } = finding;
        Self { value, snippet, source_url, method: method.as_str().to_owned(), confidence }
    }

    fn finding(self) -> Option<Finding> {
        let Self { value, snippet, source_url, method, confidence } = self;
        let method = METHODS.iter().copied().find(|known| known.as_str() == method)?;
        Some(Finding { value, snippet, source_url, method, confidence })
    }
}

impl KeptPhone {
    fn of(phone: Phone) -> Self {
        let Phone { number, national, extension, kind } = phone;
        Self { number: KeptFinding::of(number), national, extension, kind: kind.as_str().to_owned() }
    }

    fn phone(self) -> Option<Phone> {
        let Self { number, national, extension, kind } = self;
        let kind = PHONE_KINDS.iter().copied().find(|known| known.as_str() == kind)?;
        Some(Phone { number: number.finding()?, national, extension, kind })
    }
}

impl KeptAddress {
    fn of(address: PostalAddress) -> Self {
        let PostalAddress { street, city, state, postal_code, country, evidence } = address;
        Self { street, city, state, postal_code, country, evidence: KeptFinding::of(evidence) }
    }

    fn address(self) -> Option<PostalAddress> {
        let Self { street, city, state, postal_code, country, evidence } = self;
        Some(PostalAddress { street, city, state, postal_code, country, evidence: evidence.finding()? })
    }
}

impl KeptPerson {
    fn of(person: Person) -> Self {
        let Person { name, title, email, phone } = person;
        Self { name: KeptFinding::of(name), title, email, phone }
    }

    fn person(self) -> Option<Person> {
        let Self { name, title, email, phone } = self;
        Some(Person { name: name.finding()?, title, email, phone })
    }
}

impl KeptProfile {
    fn of(profile: Profile) -> Self {
        let Profile { network, url } = profile;
        Self { network: network.to_owned(), url: KeptFinding::of(url) }
    }

    fn profile(self) -> Option<Profile> {
        let network = Profile::NETWORKS.into_iter().find(|known| *known == self.network)?;
        Some(Profile { network, url: self.url.finding()? })
    }
}

impl KeptTechnology {
    fn of(technology: Technology) -> Self {
        let Technology { category, name } = technology;
        Self { category: category.to_owned(), name: KeptFinding::of(name) }
    }

    fn technology(self) -> Option<Technology> {
        Some(Technology { category: category(&self.category)?, name: self.name.finding()? })
    }
}

fn category(text: &str) -> Option<&'static str> {
    CATEGORIES.iter().copied().find(|known| *known == text)
}

#[cfg(test)]
mod tests {
    use extraction::Page;

    use super::*;

    #[test]
    fn a_page_is_read_from_its_form_as_it_was() {
        let html = "<meta name='description' content='Plumbers in Freehold since 1952, at all hours.'>
            <p>Call +1 732 555 0142 ext. 7, fax +1 732 555 0143, or write to info@acme.example</p>
            <script type='application/ld+json'>{\"@type\":\"Person\",\"name\":\"Jane Roe\",\"jobTitle\":\"Owner\",
            \"email\":\"jane@acme.example\"}</script>
            <script type='application/ld+json'>{\"@type\":\"LocalBusiness\",\"openingHours\":\"Mo-Fr 09:00-17:00\",
            \"address\":{\"@type\":\"PostalAddress\",\"streetAddress\":\"1 Main St\",\"addressLocality\":\"Freehold\",
            \"addressRegion\":\"NJ\",\"postalCode\":\"07728\"},\"sameAs\":\"https://www.facebook.com/acme\"}</script>
            <link href='/wp-content/style.css'><a href='https://nextdoor.com/pages/acme'>Nextdoor</a>";
        let url = Url::parse("http://acme.example/contact").unwrap();
        let findings = extraction::extract(&Page { url: url.clone(), html: html.to_owned() }, Some("US"));
        assert!(!findings.emails.is_empty() && !findings.phones.is_empty() && !findings.people.is_empty());
        assert!(!findings.addresses.is_empty() && findings.hours.is_some());
        assert!(!findings.technologies.is_empty() && !findings.profiles.is_empty());
        let next = vec![Url::parse("http://acme.example/team").unwrap()];
        let hops = vec!["acme.example/contact".to_owned()];
        let told = crawl::Told { url, hops, is_parked: false, next, findings };
        let text = serde_json::to_string(&Told::of(told.clone()).unwrap()).unwrap();
        let again: Told = serde_json::from_str(&text).unwrap();
        assert_eq!(again.told(), Some(told));
    }
}
