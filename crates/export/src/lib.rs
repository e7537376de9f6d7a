#![doc = include_str!("../README.md")]

mod archive;
mod attribution;
mod cells;
mod csv;
mod geojson;
mod json;
mod rejected;
mod vcard;
mod xlsx;

use std::io::{self, Write};

use contract::columns::Columns;
use contract::export::ExportFormat;
use contract::{Business, Timestamp};

use cells::Shown;

pub use attribution::Attributions;
pub use rejected::RejectedWriter;
pub use xlsx::MOST_ROWS as XLSX_MOST_ROWS;

/// Writes businesses in one form.
pub trait BusinessWriter {
    /// Writes one business.
    ///
    /// # Errors
    /// What the output says.
    fn business(&mut self, business: &Business) -> io::Result<()>;

    /// Writes what stands after the last business and flushes. Nothing may be written after it.
    ///
    /// # Errors
    /// What the output says.
    fn finish(&mut self) -> io::Result<()>;
}

/// A writer of `format` to `out`, its beginning written. `now` is told where the form has a place for it. A table (CSV,
/// workbook) has the name, the `columns` that were chosen, sources, licences and attribution; without a choice, and in every other
/// form, all that is known.
///
/// # Errors
/// What the output says.
pub fn writer<'a>(
    format: ExportFormat,
    out: impl Write + 'a,
    attributions: Attributions,
    columns: Option<&Columns>,
    now: Timestamp,
) -> io::Result<Box<dyn BusinessWriter + 'a>> {
    Ok(match format {
        ExportFormat::Csv => Box::new(csv::CsvWriter::start(out, attributions, Shown::of(columns))?),
        ExportFormat::Xlsx => Box::new(xlsx::XlsxWriter::start(out, attributions, Shown::of(columns))?),
        ExportFormat::Json => Box::new(json::JsonWriter::start(out, attributions, now)?),
        ExportFormat::Geojson => Box::new(geojson::GeoJsonWriter::start(out, attributions, now)?),
        ExportFormat::Vcard => Box::new(vcard::VcardWriter::start(out, attributions)),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use contract::{
        BusinessId, EnrichmentStatus, OperatingStatus, Socials, SourceRef,
        places::{SourceInfo, SourceState},
    };

    use super::*;

    /// A restaurant with most fields set.
    pub(crate) fn business(id: i64, name: &str) -> Business {
        Business {
            id: BusinessId(id),
            version: 1,
            name: name.to_owned(),
            category: Some("restaurant".to_owned()),
            industry: Some("food".to_owned()),
            street: Some("Kauppatori 1".to_owned()),
            city: Some("Helsinki".to_owned()),
            state: None,
            postal_code: Some("00170".to_owned()),
            country: Some("FI".to_owned()),
            latitude: Some(60.1675),
            longitude: Some(24.9525),
            phone: Some("+358912345678".to_owned()),
            phone_display: Some("09 12345678".to_owned()),
            email: None,
            website: Some("https://example.fi/".to_owned()),
            socials: Socials::default(),
            opening_hours: Some("Mo-Fr 10:00-18:00".to_owned()),
            employee_count: None,
            year_founded: Some(1889),
            description: None,
            chain: false,
            operating_status: OperatingStatus::Open,
            confidence: Some(0.9),
            sources: vec![SourceRef {
                source: "openstreetmap".to_owned(),
                source_id: format!("node/{id}"),
                fetched_at: Timestamp::from_millis(0),
                licence: Some("ODbL-1.0".to_owned()),
            }],
            enrichment_status: EnrichmentStatus::Pending,
            enrichment_error: None,
            tags: vec!["new".to_owned(), "south".to_owned()],
            notes: None,
            contact_count: 0,
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
        }
    }

    /// Attribution of OpenStreetMap alone.
    pub(crate) fn attributions() -> Attributions {
        Attributions::new([SourceInfo {
            source: "openstreetmap".to_owned(),
            name: "OpenStreetMap".to_owned(),
            coverage: "the world".to_owned(),
            licence: "ODbL-1.0".to_owned(),
            attribution: "© OpenStreetMap contributors".to_owned(),
            licence_url: Some("https://www.openstreetmap.org/copyright".to_owned()),
            cost: "free".to_owned(),
            default: true,
            state: SourceState::Ready,
            message: None,
            places: None,
            retention_days: None,
        }])
    }

    /// What `format` makes of `businesses`.
    pub(crate) fn written(format: ExportFormat, businesses: &[Business]) -> String {
        String::from_utf8(bytes(format, businesses)).unwrap()
    }

    /// What it makes of them with the columns that were chosen.
    pub(crate) fn written_with(
        format: ExportFormat,
        businesses: &[Business],
        columns: Option<&str>,
    ) -> String {
        String::from_utf8(bytes_with(format, businesses, columns)).unwrap()
    }

    /// The same as bytes.
    pub(crate) fn bytes(format: ExportFormat, businesses: &[Business]) -> Vec<u8> {
        bytes_with(format, businesses, None)
    }

    fn bytes_with(format: ExportFormat, businesses: &[Business], columns: Option<&str>) -> Vec<u8> {
        let mut out = Vec::new();
        let columns = columns.map(|columns| columns.parse().unwrap());
        let now = Timestamp::from_millis(0);
        let mut writer = writer(format, &mut out, attributions(), columns.as_ref(), now).unwrap();
        for business in businesses {
            writer.business(business).unwrap();
        }
        writer.finish().unwrap();
        drop(writer);
        out
    }
}
