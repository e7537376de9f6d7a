//! What a person typed, checked and normalised as everything else is, put into a business or a contact.

use contract::edit::{BusinessPatch, Change, ContactPatch, SocialsPatch};
use contract::{Business, Contact, EmailStatus, FieldError, OperatingStatus};
use discovery::normalise::{emails, phones, websites};
use discovery::{geocoder, matching, taxonomy};
use store::KnownBusiness;

/// Gathers which fields change, and what is wrong.
#[derive(Debug, Default)]
struct Edit {
    fields: Vec<&'static str>,
    errors: Vec<FieldError>,
}

impl Edit {
    fn set<T: PartialEq>(&mut self, field: &'static str, change: Change<T>, slot: &mut Option<T>) {
        let value = match change {
            Change::Keep => return,
            Change::Clear => None,
            Change::Set(value) => Some(value),
        };
        if *slot != value {
            *slot = value;
            self.fields.push(field);
        }
    }

    fn text(&mut self, field: &'static str, change: Change<String>, slot: &mut Option<String>) {
        self.set(field, change.map(|text| text.trim().to_owned()), slot);
    }

    /// A text that is read; `message` says what can be read.
    fn read<T>(
        &mut self,
        field: &'static str,
        change: &Change<String>,
        read: impl FnOnce(&str) -> Option<T>,
        message: &str,
    ) -> Change<T> {
        match change {
            Change::Keep => Change::Keep,
            Change::Clear => Change::Clear,
            Change::Set(text) => match read(text) {
                Some(value) => Change::Set(value),
                None => {
                    self.errors.push(FieldError::new(field, "format", message));
                    Change::Keep
                }
            },
        }
    }

    fn email(&mut self, change: &Change<String>, slot: &mut Option<String>) {
        let email =
            self.read("email", change, emails::parse, "this is no e-mail address; write name@example.com");
        self.set("email", email, slot);
    }

    fn phone(&mut self, change: &Change<String>, country: Option<&str>) -> Change<discovery::Phone> {
        let message =
            "this is no valid phone number; write it with its country's prefix, such as +358 9 123 4567";
        self.read("phone", change, |text| phones::parse(text, country), message)
    }

    fn done(self) -> Result<Vec<&'static str>, Vec<FieldError>> {
        if self.errors.is_empty() { Ok(self.fields) } else { Err(self.errors) }
    }
}

/// Puts the patch into the business; answers the fields that change by it.
///
/// # Errors
/// One entry a field that cannot be used.
pub(super) fn edit_business(
    patch: BusinessPatch,
    known: &mut KnownBusiness,
) -> Result<Vec<&'static str>, Vec<FieldError>> {
    let mut edit = Edit::default();
    let business = &mut known.business;
    edit.names(&patch, business);
    edit.address(&patch, business);
    edit.reach(&patch, business);
    edit.text("openingHours", patch.opening_hours, &mut business.opening_hours);
    edit.text("description", patch.description, &mut business.description);
    edit.text("notes", patch.notes, &mut business.notes);
    edit.set("employeeCount", patch.employee_count, &mut business.employee_count);
    edit.set("yearFounded", patch.year_founded, &mut business.year_founded);
    edit.or_default("chain", patch.chain, false, &mut business.chain);
    edit.or_default(
        "operatingStatus",
        patch.operating_status,
        OperatingStatus::Open,
        &mut business.operating_status,
    );
    edit.or_default("tags", patch.tags.map(|tags| tidy(&tags)), Vec::new(), &mut business.tags);
    known.name_key = matching::name_key(&known.business.name);
    known.domain = known.business.website.as_deref().and_then(matching::domain);
    edit.done()
}

impl Edit {
    /// A field that always has a value.
    fn or_default<T: PartialEq>(&mut self, field: &'static str, change: Change<T>, default: T, slot: &mut T) {
        let value = match change {
            Change::Keep => return,
            Change::Clear => default,
            Change::Set(value) => value,
        };
        if *slot != value {
            *slot = value;
            self.fields.push(field);
        }
    }

    fn names(&mut self, patch: &BusinessPatch, business: &mut Business) {
        if let Change::Set(name) = &patch.name {
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            if !name.chars().any(char::is_alphanumeric) {
                self.errors.push(FieldError::new("name", "format", "give a name with letters or digits"));
            } else if name != business.name {
                business.name = name;
                self.fields.push("name");
            }
        }
        let category = match &patch.category {
            Change::Keep => return,
            Change::Clear => None,
            Change::Set(text) => match taxonomy::resolve(text) {
                Ok(category) => Some(category),
                Err(unknown) => {
                    let error = FieldError::new("category", "unknown", unknown.to_string());
                    self.errors.push(error.with_suggestions(unknown.suggestions));
                    return;
                }
            },
        };
        let slug = category.map(|category| category.slug.to_owned());
        if business.category != slug {
            business.category = slug;
            business.industry = category.map(|category| category.industry.to_owned());
            self.fields.push("category");
        }
    }

    fn address(&mut self, patch: &BusinessPatch, business: &mut Business) {
        self.text("street", patch.street.clone(), &mut business.street);
        self.text("city", patch.city.clone(), &mut business.city);
        self.text("postalCode", patch.postal_code.clone(), &mut business.postal_code);
        let code = |text: &str| geocoder::country_code(text).map(str::to_owned);
        let country = self.read("country", &patch.country, code, "give a country, such as FI or Finland");
        self.set("country", country, &mut business.country);
        let country = business.country.clone();
        let state = patch.state.clone().map(|text| {
            let known = country.as_deref().and_then(|country| geocoder::region(country, &text));
            known.map_or_else(|| text.trim().to_owned(), |(code, _)| code.to_owned())
        });
        self.set("state", state, &mut business.state);
        self.set("latitude", patch.latitude, &mut business.latitude);
        self.set("longitude", patch.longitude, &mut business.longitude);
        if business.latitude.is_some() != business.longitude.is_some() {
            let field = if business.latitude.is_some() { "longitude" } else { "latitude" };
            self.errors.push(FieldError::new(field, "required", "give latitude and longitude, or neither"));
        }
    }

    fn reach(&mut self, patch: &BusinessPatch, business: &mut Business) {
        let phone = self.phone(&patch.phone, business.country.as_deref());
        let display = phone.clone().map(|phone| phone.display);
        self.set("phone", phone.map(|phone| phone.e164), &mut business.phone);
        display.apply(&mut business.phone_display);
        self.email(&patch.email, &mut business.email);
        let own = |text: &str| {
            websites::parse(text).filter(|url| websites::network_of(url).is_none()).map(String::from)
        };
        let message = "give the business's own http or https address; profiles elsewhere belong into socials";
        let website = self.read("website", &patch.website, own, message);
        self.set("website", website, &mut business.website);
        match &patch.socials {
            Change::Keep => {}
            Change::Clear => self.socials(&SocialsPatch::clear_all(), business),
            Change::Set(socials) => self.socials(socials, business),
        }
    }

    fn socials(&mut self, patch: &SocialsPatch, business: &mut Business) {
        let ours = &mut business.socials;
        let slots = [
            &mut ours.facebook,
            &mut ours.instagram,
            &mut ours.linkedin,
            &mut ours.x,
            &mut ours.youtube,
            &mut ours.tiktok,
            &mut ours.yelp,
        ];
        for ((field, change), slot) in patch.each().into_iter().zip(slots) {
            let network = field.trim_start_matches("socials.");
            let message = format!("give the address of a profile on {network}");
            let profile = self.read(field, change, |text| profile(network, text), &message);
            self.set(field, profile, slot);
        }
    }
}

/// The URL, if it is a profile on that network.
fn profile(network: &str, text: &str) -> Option<String> {
    let url = websites::parse(text)?;
    let of = websites::network_of(&url).map(|network| format!("{network:?}").to_lowercase());
    (of.as_deref() == Some(network)).then(|| url.into())
}

/// Puts the patch into a contact of a business in `country`; answers whether it changes by it.
///
/// # Errors
/// One entry a field that cannot be used.
pub(super) fn edit_contact(
    patch: ContactPatch,
    country: Option<&str>,
    contact: &mut Contact,
) -> Result<bool, Vec<FieldError>> {
    let mut edit = Edit::default();
    edit.text("name", patch.name, &mut contact.name);
    edit.text("title", patch.title, &mut contact.title);
    let before = contact.email.clone();
    edit.email(&patch.email, &mut contact.email);
    if contact.email != before {
        contact.email_status = EmailStatus::Unknown;
    }
    let phone = edit.phone(&patch.phone, country);
    edit.set("phone", phone.map(|phone| phone.e164), &mut contact.phone);
    let message = "give the address of a profile on linkedin";
    let linkedin = edit.read("linkedin", &patch.linkedin, |text| profile("linkedin", text), message);
    edit.set("linkedin", linkedin, &mut contact.linkedin);
    edit.or_default("isPrimary", patch.is_primary, false, &mut contact.is_primary);
    let ways = [&contact.name, &contact.email, &contact.phone, &contact.linkedin];
    if edit.errors.is_empty() && ways.into_iter().all(Option::is_none) {
        let message = "give a name, an e-mail address, a phone number or a LinkedIn profile";
        edit.errors.push(FieldError::new("name", "required", message));
    }
    edit.done().map(|fields| !fields.is_empty())
}

/// Each tag once, without space around it.
fn tidy(tags: &[String]) -> Vec<String> {
    let mut tidy: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags.iter().map(|tag| tag.trim()) {
        if !tidy.iter().any(|known| known == tag) {
            tidy.push(tag.to_owned());
        }
    }
    tidy
}
