//! A record and a business become one: what is empty is filled, nothing is overwritten, every source is kept.

use contract::{Business, BusinessId, EnrichmentStatus, OperatingStatus, SourceRef, Timestamp};
use store::{KnownBusiness, NewBusiness};

use super::rule::Candidate;
use crate::place::Place;

/// A business of which nothing is known but what the record says; `sources` is what it is from.
#[must_use]
pub(crate) fn new_business(place: Place, sources: Vec<SourceRef>) -> NewBusiness {
    let category = place.categories.first();
    let (phone, phone_display) = place.phone.map(|phone| (phone.e164, phone.display)).unzip();
    let business = Business {
        id: BusinessId(0),
        version: 0,
        name: place.name,
        category: category.map(|category| category.slug.to_owned()),
        industry: category.map(|category| category.industry.to_owned()),
        street: place.street,
        city: place.city,
        state: place.state,
        postal_code: place.postal_code,
        country: place.country,
        latitude: place.point.map(|point| point.latitude),
        longitude: place.point.map(|point| point.longitude),
        phone,
        phone_display,
        email: place.email,
        website: place.website,
        socials: place.socials,
        opening_hours: place.opening_hours,
        employee_count: place.employee_count,
        year_founded: place.year_founded,
        description: place.description,
        chain: place.chain,
        operating_status: place.status,
        confidence: place.confidence,
        sources,
        enrichment_status: EnrichmentStatus::Pending,
        enrichment_error: None,
        tags: place.tags,
        notes: place.notes,
        contact_count: 0,
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
    };
    NewBusiness { business, name_key: place.name_key, domain: place.domain }
}

/// The stored business with what the record adds, `sources` among it; `None` if it adds nothing.
#[must_use]
pub fn merge(known: &KnownBusiness, candidate: &Candidate, sources: Vec<SourceRef>) -> Option<KnownBusiness> {
    let mut merged = known.clone();
    let mut changed = fill(&mut merged.business, candidate, sources);
    // Only a name that was taken away, or says nothing, has no key.
    if merged.name_key.is_empty() && !candidate.place.name_key.is_empty() {
        merged.business.name.clone_from(&candidate.place.name);
        merged.name_key.clone_from(&candidate.place.name_key);
        changed = true;
    }
    if merged.domain.is_none() && merged.business.website.is_some() && candidate.place.domain.is_some() {
        merged.domain.clone_from(&candidate.place.domain);
        changed = true;
    }
    changed.then_some(merged)
}

fn fill(business: &mut Business, candidate: &Candidate, sources: Vec<SourceRef>) -> bool {
    let addition = new_business(candidate.place.clone(), Vec::new()).business;
    let mut changed = false;
    for source in sources {
        changed |= add_source(&mut business.sources, source);
    }
    if business.is_completed_by(&addition) {
        changed |= fill_all([
            (&mut business.street, addition.street),
            (&mut business.city, addition.city),
            (&mut business.postal_code, addition.postal_code),
        ]);
    }
    changed |= fill_all([
        (&mut business.state, addition.state),
        (&mut business.country, addition.country),
        (&mut business.email, addition.email),
        (&mut business.website, addition.website),
        (&mut business.opening_hours, addition.opening_hours),
        (&mut business.description, addition.description),
        (&mut business.notes, addition.notes),
    ]);
    if business.phone.is_none() {
        changed |= fill_one(&mut business.phone, addition.phone);
        changed |= fill_one(&mut business.phone_display, addition.phone_display);
    }
    if business.latitude.is_none() || business.longitude.is_none() {
        changed |= addition.latitude.is_some();
        (business.latitude, business.longitude) = (addition.latitude, addition.longitude);
    }
    if business.category.is_none() {
        changed |= fill_one(&mut business.category, addition.category);
        business.industry = addition.industry;
    }
    changed |= fill_one(&mut business.employee_count, addition.employee_count);
    changed |= fill_one(&mut business.year_founded, addition.year_founded);
    changed |= fill_one(&mut business.confidence, addition.confidence);
    changed |= business.socials.fill(addition.socials);
    changed |= add_flags(business, addition.chain, addition.tags, addition.operating_status);
    changed
}

/// Flags and lists grow only: a source that does not know of a brand does not deny it.
fn add_flags(business: &mut Business, chain: bool, tags: Vec<String>, status: OperatingStatus) -> bool {
    let mut changed = chain && !business.chain;
    business.chain |= chain;
    for tag in tags {
        if !business.tags.contains(&tag) {
            business.tags.push(tag);
            changed = true;
        }
    }
    if business.operating_status == OperatingStatus::Open && status == OperatingStatus::TemporarilyClosed {
        business.operating_status = status;
        changed = true;
    }
    changed
}

/// Names of the fields in which two states of a business differ.
macro_rules! differing {
    ($before:expr, $after:expr, { $($($field:ident).+ = $name:literal),+ $(,)? }) => {{
        let mut names = Vec::new();
        $(if $before.$($field).+ != $after.$($field).+ {
            names.push($name);
        })+
        names
    }};
}

/// The fields of a business that a record filled, by their names in the contract: those that hold one value now. Labels
/// are told by [`added_tags`].
pub(crate) fn filled(before: &Business, after: &Business) -> Vec<&'static str> {
    differing!(before, after, {
        category = "category",
        industry = "industry",
        street = "street",
        city = "city",
        state = "state",
        postal_code = "postalCode",
        country = "country",
        latitude = "latitude",
        longitude = "longitude",
        phone = "phone",
        phone_display = "phoneDisplay",
        email = "email",
        website = "website",
        socials.facebook = "socials.facebook",
        socials.instagram = "socials.instagram",
        socials.linkedin = "socials.linkedin",
        socials.x = "socials.x",
        socials.youtube = "socials.youtube",
        socials.tiktok = "socials.tiktok",
        socials.yelp = "socials.yelp",
        opening_hours = "openingHours",
        employee_count = "employeeCount",
        year_founded = "yearFounded",
        description = "description",
        chain = "chain",
        operating_status = "operatingStatus",
        confidence = "confidence",
        notes = "notes",
    })
}

/// The labels that a record added to a business.
pub(crate) fn added_tags(before: &Business, after: &Business) -> Vec<String> {
    after.tags.iter().filter(|tag| !before.tags.contains(tag)).cloned().collect()
}

fn add_source(sources: &mut Vec<SourceRef>, source: SourceRef) -> bool {
    let is_known =
        sources.iter().any(|known| known.source == source.source && known.source_id == source.source_id);
    if !is_known {
        sources.push(source);
    }
    !is_known
}

fn fill_all<const N: usize>(fields: [(&mut Option<String>, Option<String>); N]) -> bool {
    fields.into_iter().fold(false, |changed, (field, value)| fill_one(field, value) || changed)
}

fn fill_one<T>(field: &mut Option<T>, value: Option<T>) -> bool {
    let fills = field.is_none() && value.is_some();
    if fills {
        *field = value;
    }
    fills
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise;
    use crate::place::RawPlace;

    fn candidate(raw: RawPlace) -> Candidate {
        Candidate::new("b", normalise::place(RawPlace { name: "Joe's".into(), ..raw }).unwrap())
    }

    fn source(name: &str, id: &str) -> SourceRef {
        SourceRef {
            source: name.into(),
            source_id: id.into(),
            fetched_at: Timestamp::default(),
            licence: None,
        }
    }

    fn stored(raw: RawPlace) -> KnownBusiness {
        let NewBusiness { business, name_key, domain } =
            new_business(candidate(raw).place, vec![source("a", "1")]);
        KnownBusiness { business: Business { id: BusinessId(7), version: 3, ..business }, name_key, domain }
    }

    #[test]
    fn empty_fields_are_filled_and_the_source_is_kept() {
        let known = stored(RawPlace { emails: vec!["joe@joe.fi".into()], ..RawPlace::default() });
        let record = candidate(RawPlace {
            emails: vec!["other@joe.fi".into()],
            websites: vec!["https://joe.fi".into()],
            phones: vec!["+358 9 1234567".into()],
            coordinates: Some((60.0, 25.0)),
            chain: true,
            ..RawPlace::default()
        });
        let merged = merge(&known, &record, vec![source("b", "2")]).unwrap();
        assert_eq!(merged.business.email.as_deref(), Some("joe@joe.fi"), "nothing is overwritten");
        assert_eq!(merged.business.website.as_deref(), Some("https://joe.fi/"));
        assert_eq!(merged.domain.as_deref(), Some("joe.fi"));
        assert_eq!(merged.business.phone_display.as_deref(), Some("09 1234567"));
        assert_eq!((merged.business.latitude, merged.business.chain), (Some(60.0), true));
        assert_eq!(merged.business.sources, [source("a", "1"), source("b", "2")]);
        assert_eq!((merged.business.id, merged.business.version), (BusinessId(7), 3));
    }

    #[test]
    fn a_record_that_adds_nothing_changes_nothing() {
        let known = stored(RawPlace { emails: vec!["joe@joe.fi".into()], ..RawPlace::default() });
        let later = SourceRef { fetched_at: Timestamp::from_millis(5), ..source("a", "1") };
        assert_eq!(merge(&known, &candidate(RawPlace::default()), vec![later]), None);
    }

    #[test]
    fn an_address_is_not_put_together_from_two() {
        let known = stored(RawPlace { city: Some("Espoo".into()), ..RawPlace::default() });
        let record = candidate(RawPlace {
            street: Some("Katu 1".into()),
            city: Some("Helsinki".into()),
            ..RawPlace::default()
        });
        let merged = merge(&known, &record, vec![source("b", "2")]).unwrap();
        assert_eq!((merged.business.street, merged.business.city.as_deref()), (None, Some("Espoo")));
        let known = stored(RawPlace { city: Some("HELSINKI".into()), ..RawPlace::default() });
        let merged = merge(&known, &record, vec![source("b", "2")]).unwrap().business;
        assert_eq!((merged.street.as_deref(), merged.city.as_deref()), (Some("Katu 1"), Some("HELSINKI")));
    }

    #[test]
    fn merging_again_changes_nothing_more() {
        let record = candidate(RawPlace {
            websites: vec!["https://joe.fi".into()],
            tags: vec!["x".into()],
            ..RawPlace::default()
        });
        let once = merge(&stored(RawPlace::default()), &record, vec![source("b", "2")]).unwrap();
        assert_eq!(merge(&once, &record, vec![source("b", "2")]), None);
    }

    #[test]
    fn every_field_that_a_record_can_fill_is_told_by_its_name() {
        let raw = RawPlace {
            street: Some("1 Main St".into()),
            city: Some("Freehold".into()),
            state: Some("NJ".into()),
            postal_code: Some("07728".into()),
            country: Some("US".into()),
            coordinates: Some((40.26, -74.27)),
            ..RawPlace::default()
        };
        let mut says = new_business(candidate(raw).place, vec![source("b", "1")]).business;
        says.category = Some("cafe".into());
        says.industry = Some("food".into());
        (says.phone, says.phone_display) = (Some("+17324621234".into()), Some("(732) 462-1234".into()));
        says.email = Some("joe@example.org".into());
        says.website = Some("https://example.org/".into());
        let profiles = &mut says.socials;
        for profile in [
            &mut profiles.facebook,
            &mut profiles.instagram,
            &mut profiles.linkedin,
            &mut profiles.x,
            &mut profiles.youtube,
            &mut profiles.tiktok,
            &mut profiles.yelp,
        ] {
            *profile = Some("https://example.org/joe".into());
        }
        (says.opening_hours, says.description) = (Some("Mo-Fr 08:00-18:00".into()), Some("Coffee".into()));
        (says.employee_count, says.year_founded, says.confidence) = (Some(3), Some(1990), Some(0.9));
        (says.chain, says.operating_status) = (true, OperatingStatus::TemporarilyClosed);
        says.notes = Some("Ask for Joe".into());
        says.tags = vec!["warm".into()];
        let empty = Business::named(BusinessId(1), &says.name, Timestamp::default());
        let (empty_json, json) =
            (serde_json::to_value(&empty).unwrap(), serde_json::to_value(&says).unwrap());
        let of_the_store = ["id", "version", "sources", "tags", "contactCount", "createdAt", "updatedAt"];
        let mut expect: Vec<String> = Vec::new();
        for (field, value) in json.as_object().unwrap() {
            match value.as_object() {
                Some(inner) => expect.extend(inner.keys().map(|name| format!("{field}.{name}"))),
                None if of_the_store.contains(&field.as_str()) => {}
                None if *value != empty_json[field] => expect.push(field.clone()),
                None => {}
            }
        }
        let mut told = filled(&empty, &says);
        told.sort_unstable();
        expect.sort_unstable();
        assert_eq!(told, expect);
        assert_eq!(told.len(), 28, "nothing that a record says is left out: {told:?}");
        assert_eq!(added_tags(&empty, &says), ["warm"]);
        assert_eq!(filled(&says, &says), [""; 0]);
    }
}
