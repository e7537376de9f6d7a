//! The arguments of `letip export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use contract::columns::Columns;
use contract::{BoundingBox, BusinessQuery, EnrichmentStatus, GeoPoint, Timestamp};

use super::DataArgs;

/// Write the stored businesses to a file or to stdout
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip export --format csv --output leads.csv
  letip export --format xlsx --tag vip --output vip.xlsx
  letip export --format geojson --category restaurant --has-phone true > leads.geojson
  letip export --format json --near 60.17,24.94 --radius-km 1 | jq '.businesses[].name'")]
pub(crate) struct ExportArgs {
    /// Form of the file
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: ExportFormat,
    /// File to write; it appears only once it is whole [default: stdout]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Columns of a table beside the name, such as city,phone; csv and xlsx only [default: all]
    #[arg(long, value_name = "COLUMNS")]
    pub(crate) columns: Option<Columns>,
    #[command(flatten)]
    pub(crate) filters: FilterArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// One line a business, with a header
    Csv,
    /// A workbook: one row a business
    Xlsx,
    /// One object: businesses, count and attribution
    Json,
    /// A FeatureCollection of points
    Geojson,
    /// One card a business
    Vcard,
}

impl From<ExportFormat> for contract::export::ExportFormat {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Xlsx => Self::Xlsx,
            ExportFormat::Json => Self::Json,
            ExportFormat::Geojson => Self::Geojson,
            ExportFormat::Vcard => Self::Vcard,
        }
    }
}

/// Which businesses: the filters of the list, joined by AND.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Which businesses")]
pub(crate) struct FilterArgs {
    /// Words that occur in name, address, category or notes
    #[arg(long, value_name = "WORDS")]
    pub(crate) search: Option<String>,
    /// Exactly this city
    #[arg(long)]
    pub(crate) city: Option<String>,
    /// Exactly this state
    #[arg(long)]
    pub(crate) state: Option<String>,
    /// Exactly this industry
    #[arg(long)]
    pub(crate) industry: Option<String>,
    /// Exactly this category
    #[arg(long)]
    pub(crate) category: Option<String>,
    /// pending, enriching, enriched or failed
    #[arg(long, value_name = "STATUS")]
    pub(crate) enrichment_status: Option<EnrichmentStatus>,
    /// Told of by this source
    #[arg(long)]
    pub(crate) source: Option<String>,
    /// Labelled so
    #[arg(long)]
    pub(crate) tag: Option<String>,
    /// With, or without, a website
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) has_website: Option<bool>,
    /// With, or without, an e-mail address
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) has_email: Option<bool>,
    /// With, or without, a phone number
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) has_phone: Option<bool>,
    /// Branches of chains only, or none of them
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) chain: Option<bool>,
    /// latitude,longitude; with --radius-km
    #[arg(long, value_name = "LAT,LON", allow_hyphen_values = true)]
    pub(crate) near: Option<GeoPoint>,
    /// Distance from --near, above 0 to 500 km
    #[arg(long, value_name = "KM", requires = "near", allow_hyphen_values = true)]
    pub(crate) radius_km: Option<f64>,
    /// west,south,east,north in degrees
    #[arg(long, value_name = "BOX", allow_hyphen_values = true)]
    pub(crate) bbox: Option<BoundingBox>,
    /// Stored at or after, such as 2026-05-04T09:30:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) created_after: Option<Timestamp>,
    /// Stored before
    #[arg(long, value_name = "TIME")]
    pub(crate) created_before: Option<Timestamp>,
}

impl FilterArgs {
    /// The filters as the list takes them.
    pub(crate) fn query(self) -> BusinessQuery {
        BusinessQuery {
            page: None,
            limit: None,
            cursor: None,
            sort: None,
            ids: None,
            search: self.search,
            city: self.city,
            state: self.state,
            industry: self.industry,
            category: self.category,
            enrichment_status: self.enrichment_status,
            source: self.source,
            tag: self.tag,
            has_website: self.has_website,
            has_email: self.has_email,
            has_phone: self.has_phone,
            chain: self.chain,
            near: self.near,
            radius_km: self.radius_km,
            bbox: self.bbox,
            created_after: self.created_after,
            created_before: self.created_before,
            columns: None,
        }
    }
}
