//! What a search asks for, understood.

use contract::{FieldError, GeoPoint, ScrapeRequest};
use serde_json::{Value, json};

use crate::geocoder::{self, GeocodeError, Location, Nominatim};
use crate::source::{SearchArea, SourceRegistry};
use crate::taxonomy::{self, Category};
use crate::text::fold;

/// Where a job's request says what it was understood as.
const RESOLVED: &str = "resolved";
/// Code of a field that names nothing that is known.
const UNKNOWN: &str = "unknown";

/// A request whose words have a meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedScrape {
    /// The middle of the search.
    pub location: Location,
    /// What places are to be; anything unless given.
    pub category: Option<&'static Category>,
    /// Folded words that must each occur in the name.
    pub words: Vec<String>,
    /// Great-circle distance from the middle, in kilometres, inclusive.
    pub radius_km: f64,
    /// The nearest so many.
    pub max_results: usize,
    /// Slug of the source.
    pub source: String,
}

impl ResolvedScrape {
    /// What a source is asked for.
    #[must_use]
    pub fn area(&self) -> SearchArea {
        SearchArea::around(self.location.point, self.radius_km)
            .of(self.category)
            .named(&self.words)
            .nearest(self.max_results)
    }

    /// For people and programs that read of the search: `location` (the full name), `latitude`, `longitude`,
    /// `category` (the slug, or null), `radiusKm`, `source`, and where the location came from a service,
    /// `locationAttribution`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut told = json!({
            "location": self.location.label,
            "latitude": self.location.point.latitude,
            "longitude": self.location.point.longitude,
            "category": self.category.map(|category| category.slug),
            "radiusKm": self.radius_km,
            "source": self.source,
        });
        if let Some(attribution) = &self.location.attribution {
            told["locationAttribution"] = json!(attribution);
        }
        told
    }
}

/// What the job of a search carries as its request: what was asked for as it stands, and under `resolved` what it was
/// understood as, so that whoever watches the job knows its area before it has found anything.
#[must_use]
pub fn job_request(asked: &ScrapeRequest, resolved: &ResolvedScrape) -> Value {
    let mut request = json!(asked);
    request[RESOLVED] = resolved.to_json();
    request
}

/// What was asked for, from a job's request.
///
/// # Errors
/// If it is no request for a search.
pub fn asked(job_request: &Value) -> Result<ScrapeRequest, serde_json::Error> {
    let mut request = job_request.clone();
    if let Some(fields) = request.as_object_mut() {
        fields.remove(RESOLVED);
    }
    serde_json::from_value(request)
}

/// Understands a request, or says of each field what is wrong with it and what would be right. The server asks
/// before it makes a job of it, the worker again when it runs the job.
///
/// # Errors
/// One entry a field that is wrong, with the nearest known values.
pub fn resolve_request(
    request: &ScrapeRequest,
    registry: &SourceRegistry,
) -> Result<ResolvedScrape, Vec<FieldError>> {
    resolve_with(request, registry, geocoder::resolve)
}

/// The same with a service for a place that is not known offline, where one is given. It is asked only if all else of
/// the request is right.
///
/// # Errors
/// As [`resolve_request`].
pub async fn resolve_request_online(
    request: &ScrapeRequest,
    registry: &SourceRegistry,
    online: Option<&Nominatim>,
) -> Result<ResolvedScrape, Vec<FieldError>> {
    let offline = resolve_request(request, registry);
    match (online, &offline) {
        (Some(online), Err(errors)) if is_unknown_place(errors) => {
            let found = online.locate(&request.location).await;
            resolve_with(request, registry, |_| found.clone())
        }
        _ => offline,
    }
}

/// Understands the request of a job again. A place that only a service knew is where it was found when the job was made.
///
/// # Errors
/// As [`resolve_request`].
pub fn resolve_job(
    request: &ScrapeRequest,
    job_request: &Value,
    registry: &SourceRegistry,
) -> Result<ResolvedScrape, Vec<FieldError>> {
    resolve_with(request, registry, |text| {
        geocoder::resolve(text).or_else(|error| match (&error, found_before(job_request)) {
            (GeocodeError::Unknown { .. }, Some(location)) => Ok(location),
            _ => Err(error),
        })
    })
}

fn is_unknown_place(errors: &[FieldError]) -> bool {
    matches!(errors, [error] if error.field == "location" && error.code == UNKNOWN)
}

/// The location that the request of a job was understood as.
fn found_before(job_request: &Value) -> Option<Location> {
    let resolved = job_request.get(RESOLVED)?;
    let text = |key: &str| resolved.get(key)?.as_str().map(str::to_owned);
    let degrees = |key: &str| resolved.get(key)?.as_f64();
    Some(Location {
        label: text("location")?,
        point: GeoPoint::new(degrees("latitude")?, degrees("longitude")?)?,
        country: None,
        region: None,
        attribution: text("locationAttribution"),
    })
}

fn resolve_with(
    request: &ScrapeRequest,
    registry: &SourceRegistry,
    locate: impl Fn(&str) -> Result<Location, GeocodeError>,
) -> Result<ResolvedScrape, Vec<FieldError>> {
    let mut errors = request.validate().err().unwrap_or_default();
    let mut keep = |error: FieldError| {
        if errors.iter().all(|other| other.field != error.field) {
            errors.push(error);
        }
    };
    let location = locate(&request.location).map_err(|error| keep(location_error(error))).ok();
    let category = category(request).map_err(&mut keep).ok();
    let source = source(request, registry).map_err(keep).ok();
    match (location, category, source) {
        (Some(location), Some(category), Some(source)) if errors.is_empty() => Ok(ResolvedScrape {
            location,
            category,
            words: fold(request.query.as_deref().unwrap_or_default())
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            radius_km: request.radius_or_default(),
            max_results: request.max_or_default() as usize,
            source,
        }),
        _ => Err(errors),
    }
}

fn location_error(error: GeocodeError) -> FieldError {
    let message = error.to_string();
    let (code, suggestions) = match error {
        GeocodeError::Unknown { suggestions, .. } | GeocodeError::Unanswered { suggestions, .. } => {
            (UNKNOWN, suggestions)
        }
        GeocodeError::Ambiguous { candidates, .. } => {
            ("ambiguous", candidates.into_iter().map(|candidate| candidate.label).collect())
        }
        GeocodeError::OutOfRange { .. } => ("range", Vec::new()),
    };
    FieldError::new("location", code, message).with_suggestions(suggestions)
}

fn category(request: &ScrapeRequest) -> Result<Option<&'static Category>, FieldError> {
    let Some(text) = request.category.as_deref().filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    taxonomy::resolve(text).map(Some).map_err(|error| {
        let message = format!("{error}; take one of the suggestions, or search by words of the name instead");
        FieldError::new("category", UNKNOWN, message).with_suggestions(error.suggestions)
    })
}

fn source(request: &ScrapeRequest, registry: &SourceRegistry) -> Result<String, FieldError> {
    let found = registry.get(request.source.as_deref());
    found.map(|source| source.info().source).ok_or_else(|| {
        let known: Vec<String> = registry.infos().into_iter().map(|info| info.source).collect();
        let asked = request.source.as_deref().unwrap_or_default();
        let how = registry.absent().into_iter().find(|absent| absent.slug == asked);
        let why = how.map_or("there is no such source".to_owned(), |absent| absent.to_string());
        let message = format!("{why}; there are: {}", known.join(", "));
        FieldError::new("source", UNKNOWN, message).with_suggestions(known)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(location: &str, category: Option<&str>) -> ScrapeRequest {
        ScrapeRequest {
            location: location.into(),
            category: category.map(str::to_owned),
            ..ScrapeRequest::default()
        }
    }

    fn errors(request: &ScrapeRequest) -> Vec<FieldError> {
        resolve_request(request, &SourceRegistry::bundled()).unwrap_err()
    }

    #[test]
    fn words_get_their_meaning() {
        let asked =
            ScrapeRequest { query: Some(" Café  de ".into()), ..request("Helsinki", Some("barbers")) };
        let resolved = resolve_request(&asked, &SourceRegistry::bundled()).unwrap();
        assert_eq!(resolved.category.map(|category| category.slug), Some("hairdresser"));
        assert_eq!(resolved.words, ["cafe", "de"]);
        assert_eq!(
            (resolved.radius_km, resolved.max_results, resolved.source.as_str()),
            (5.0, 50, "openstreetmap")
        );
    }

    #[test]
    fn a_job_carries_what_was_asked_for_and_what_it_means() {
        let asked_for = request("helsinki", Some("Barbers"));
        let resolved = resolve_request(&asked_for, &SourceRegistry::bundled()).unwrap();
        let stored = job_request(&asked_for, &resolved);
        assert_eq!((&stored["location"], &stored["category"]), (&json!("helsinki"), &json!("Barbers")));
        assert_eq!(stored["resolved"]["location"], "Helsinki, Uusimaa, Finland");
        assert_eq!(stored["resolved"]["category"], "hairdresser");
        assert_eq!(asked(&stored).unwrap(), asked_for);
        assert_eq!(asked(&json!(asked_for)).unwrap(), asked_for);
        assert!(asked(&json!({"location": "Helsinki", "radius": 5})).is_err());
    }

    #[test]
    fn a_place_that_only_a_service_knew_is_where_it_was_found() {
        let registry = SourceRegistry::bundled();
        let asked_for = request("Elm Grove Lane 5, Nowhereville", None);
        assert!(is_unknown_place(&errors(&asked_for)));
        let location = Location {
            label: "Elm Grove Lane (40.2, -74.2)".to_owned(),
            point: GeoPoint::new(40.2, -74.2).unwrap(),
            country: None,
            region: None,
            attribution: Some("ODbL".to_owned()),
        };
        let resolved = resolve_with(&asked_for, &registry, |_| Ok(location.clone())).unwrap();
        let stored = job_request(&asked_for, &resolved);
        assert_eq!(stored["resolved"]["locationAttribution"], "ODbL");
        assert_eq!(resolve_job(&asked_for, &stored, &registry).unwrap(), resolved);
        assert!(resolve_job(&asked_for, &json!(asked_for), &registry).is_err(), "nobody found it");
        let again = resolve_request(&request(&resolved.location.label, None), &registry).unwrap();
        assert_eq!(again.location.point, location.point, "the label needs no service");
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_with_suggestions() {
        let asked = ScrapeRequest {
            radius_km: Some(90.0),
            source: Some("nowhere".into()),
            ..request("Helsinky", Some("resturant"))
        };
        let found = errors(&asked);
        let fields: Vec<&str> = found.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["radiusKm", "location", "category", "source"]);
        assert!(found[1].suggestions.contains(&"Helsinki, Uusimaa, Finland".to_owned()), "{found:?}");
        assert_eq!(found[2].suggestions[0], "Restaurant");
        assert_eq!(found[3].suggestions, ["openstreetmap"]);
    }

    #[test]
    fn an_ambiguous_place_lists_its_candidates() {
        let found = errors(&request("Springfield", None));
        assert_eq!((found.len(), found[0].code.as_str()), (1, "ambiguous"));
        assert!(found[0].suggestions.contains(&"Springfield, IL, USA".to_owned()), "{found:?}");
    }

    #[test]
    fn an_empty_place_is_told_once() {
        let found = errors(&request("  ", None));
        assert_eq!((found.len(), found[0].code.as_str()), (1, "required"));
    }
}
