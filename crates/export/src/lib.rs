#![doc = include_str!("../README.md")]

mod archive;
mod attribution;
mod cells;
mod contacts;
mod csv;
mod geojson;
mod json;
mod rejected;
mod vcard;
mod xlsx;

use std::io::{self, Write};

use contract::columns::Columns;
use contract::export::ExportFormat;
use contract::{BusinessDetail, Timestamp};

use cells::Shown;

pub use attribution::Attributions;
pub use rejected::RejectedWriter;
pub use xlsx::MOST_ROWS as XLSX_MOST_ROWS;

/// Writes businesses in one form.
pub trait BusinessWriter {
    /// Writes one business with its contacts, which come in the order of its page: the primary one first.
    ///
    /// # Errors
    /// What the output says.
    fn business(&mut self, detail: &BusinessDetail) -> io::Result<()>;

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
        Business, BusinessId, Contact, ContactId, EmailStatus, EnrichmentStatus, OperatingStatus, Socials,
        SourceRef,
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

    /// A contact of whom nothing is known.
    pub(crate) fn contact(id: i64) -> Contact {
        Contact {
            id: ContactId(id),
            business_id: BusinessId(7),
            name: None,
            title: None,
            email: None,
            email_status: EmailStatus::Unknown,
            phone: None,
            linkedin: None,
            is_primary: false,
            confidence: 0.9,
            source_url: Some("https://acme.example/team".to_owned()),
            found_at: Timestamp::from_millis(0),
        }
    }

    /// A person of whom all is known.
    pub(crate) fn jane(id: i64) -> Contact {
        Contact {
            name: Some("Jane Doe".to_owned()),
            title: Some("Owner".to_owned()),
            email: Some("jane@acme.example".to_owned()),
            email_status: EmailStatus::Safe,
            phone: Some("+17325550102".to_owned()),
            linkedin: Some("https://www.linkedin.com/in/jane".to_owned()),
            ..contact(id)
        }
    }

    /// A number that is for what `title` says.
    pub(crate) fn number(id: i64, title: &str) -> Contact {
        Contact { title: Some(title.to_owned()), phone: Some("+17325550104".to_owned()), ..contact(id) }
    }

    /// A business with these contacts.
    pub(crate) fn with(mut business: Business, contacts: Vec<Contact>) -> BusinessDetail {
        business.contact_count = u32::try_from(contacts.len()).unwrap();
        BusinessDetail { business, contacts }
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

    /// What `format` makes of `businesses`, which have no contacts.
    pub(crate) fn written(format: ExportFormat, businesses: &[Business]) -> String {
        String::from_utf8(bytes(format, businesses)).unwrap()
    }

    /// The same as bytes.
    pub(crate) fn bytes(format: ExportFormat, businesses: &[Business]) -> Vec<u8> {
        let details: Vec<_> = businesses.iter().map(|one| with(one.clone(), Vec::new())).collect();
        bytes_of(format, &details, None)
    }

    /// What `format` makes of them with their contacts.
    pub(crate) fn written_of(format: ExportFormat, details: &[BusinessDetail]) -> String {
        String::from_utf8(bytes_of(format, details, None)).unwrap()
    }

    /// What it makes of them with the columns that were chosen, where there are any.
    pub(crate) fn bytes_of(
        format: ExportFormat,
        details: &[BusinessDetail],
        columns: Option<&str>,
    ) -> Vec<u8> {
        let mut out = Vec::new();
        let columns = columns.map(|columns| columns.parse().unwrap());
        let now = Timestamp::from_millis(0);
        let mut writer = writer(format, &mut out, attributions(), columns.as_ref(), now).unwrap();
        for detail in details {
            writer.business(detail).unwrap();
        }
        writer.finish().unwrap();
        drop(writer);
        out
    }
}
