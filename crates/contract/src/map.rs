//! Where the businesses of a list are: however many there are, a few spots.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{BoundingBox, BusinessId, BusinessQuery, EnrichmentStatus, FieldError, flat, from_json};

/// The most cells across a map.
pub const MAX_ACROSS: u32 = 64;
/// The cells across a map that was asked for none.
pub const DEFAULT_ACROSS: u32 = 16;

/// The filters of a list, and which part of the earth is looked at; in a URL they stand side by side.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MapQuery {
    /// The part of the earth that is looked at; where it is not given, all of it that has businesses of the filters.
    pub within: Option<BoundingBox>,
    /// Cells across the longer side of that part, 1 to 64; what lies in one of them is one spot. Cells are of fixed sizes
    /// and at fixed places, so there may be fewer, and spots stay what they are where the part moves.
    pub across: Option<u32>,
    /// The filters of a list, without order and paging.
    pub filters: BusinessQuery,
}

impl MapQuery {
    /// What is wrong with the query, if anything.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let mut errors = self.filters.validate().err().unwrap_or_default();
        if self.across.is_some_and(|across| !(1..=MAX_ACROSS).contains(&across)) {
            errors.push(FieldError::new("across", "range", "give a number from 1 to 64"));
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl Serialize for MapQuery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let own = [
            ("within", self.within.map(|within| within.to_string())),
            ("across", self.across.map(|across| across.to_string())),
        ];
        flat::write(serializer, &own, &self.filters.filters())
    }
}

impl<'de> Deserialize<'de> for MapQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refusal = "a map shows all; it takes no order and no paging";
        let flat = flat::read(deserializer, &["within", "across"], refusal)?;
        Ok(Self {
            within: flat.take::<_, D::Error>("within")?,
            across: flat.take::<_, D::Error>("across")?,
            filters: flat.filters,
        })
    }
}

#[cfg(feature = "openapi")]
impl utoipa::IntoParams for MapQuery {
    fn into_params(
        _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
    ) -> Vec<utoipa::openapi::path::Parameter> {
        use utoipa::openapi::Required;
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        let within = "The part of the earth that is looked at, as `west,south,east,north` in degrees; all of it that has \
                      businesses of the filters, where it is not given.";
        let across = "Cells across the longer side of that part, 1 to 64, 16 where it is not given; what lies in one is one \
                      spot.";
        let cells =
            ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(MAX_ACROSS));
        flat::parameters([
            flat::parameter(
                "within",
                Required::False,
                within,
                <BoundingBox as utoipa::PartialSchema>::schema(),
            ),
            flat::parameter("across", Required::False, across, cells),
        ])
    }
}

/// Businesses on a map.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BusinessMap {
    /// What is looked at: as it was asked for, else a box with all that have a place; none where none has.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub within: Option<BoundingBox>,
    /// Businesses that the filters select, wherever they are.
    pub total: u64,
    /// Of them those without coordinates, which no map shows.
    pub unplaced: u64,
    /// Those within, the largest spots first.
    pub spots: Vec<Spot>,
}

from_json!(deserialize BusinessMap { within, total, unplaced, spots });

/// Businesses that are close together, or one alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Spot {
    /// How many there are.
    pub count: u64,
    /// Degrees north, in their middle.
    pub latitude: f64,
    /// Degrees east, in their middle.
    pub longitude: f64,
    /// The smallest box that holds them.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub bounds: BoundingBox,
    /// Who it is, where it is one.
    pub business: Option<SpotBusiness>,
}

from_json!(deserialize Spot { count, latitude, longitude, bounds, business });

/// What a map says of a business.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpotBusiness {
    /// The business.
    pub id: BusinessId,
    /// As the business writes it.
    pub name: String,
    /// Where enrichment stands.
    pub enrichment_status: EnrichmentStatus,
    /// E.164, such as `+358912345678`.
    pub phone: Option<String>,
    /// The phone number as people of its country write it.
    pub phone_display: Option<String>,
}

from_json!(deserialize SpotBusiness { id, name, enrichment_status, phone, phone_display });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_query_round_trips_without_order_and_page() {
        let text = "within=24%2C60%2C25%2C61&across=32&city=Espoo";
        let query: MapQuery = serde_urlencoded::from_str(text).unwrap();
        assert_eq!((query.across, query.filters.city.as_deref()), (Some(32), Some("Espoo")));
        assert_eq!(serde_urlencoded::to_string(&query).unwrap(), text);
        let sorted = BusinessQuery { page: Some(3), sort: "name".parse().ok(), ..query.filters.clone() };
        let sorted = MapQuery { filters: sorted, ..query };
        assert_eq!(serde_urlencoded::to_string(&sorted).unwrap(), text);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let check = |text: &str, expect: &str| {
            let error = serde_urlencoded::from_str::<MapQuery>(text).unwrap_err().to_string();
            assert!(error.contains(expect), "{text}: {error}");
        };
        check("within=here", "west,south,east,north");
        check("across=-1", "invalid digit");
        check("across=2&across=3", "duplicate field `across`");
        check("sort=name", "no paging");
        check("town=x", "unknown field `town`");
        for across in [0, 65] {
            let query = MapQuery { across: Some(across), ..MapQuery::default() };
            assert_eq!(query.validate().unwrap_err()[0].field, "across");
        }
    }

    #[test]
    fn a_map_is_read_as_it_was_written() {
        let bounds = BoundingBox { west: 24.9, south: 60.1, east: 24.9, north: 60.1 };
        let business = SpotBusiness {
            id: BusinessId(7),
            name: "Kahvila".to_owned(),
            enrichment_status: EnrichmentStatus::Pending,
            phone: None,
            phone_display: None,
        };
        let spot = Spot { count: 1, latitude: 60.1, longitude: 24.9, bounds, business: Some(business) };
        let map = BusinessMap { within: Some(bounds), total: 3, unplaced: 2, spots: vec![spot] };
        let text = serde_json::to_string(&map).unwrap();
        assert_eq!(serde_json::from_str::<BusinessMap>(&text).unwrap(), map);
    }
}
