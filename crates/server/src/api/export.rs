//! Businesses with their contacts as a file.

use std::io;

use contract::FieldError;
use contract::endpoints::ExportBusinesses;
use contract::export::ExportFormat;
use export::{Attributions, XLSX_MOST_ROWS, writer};
use futures::TryStreamExt;
use tokio::runtime::Handle;

use crate::app::App;
use crate::clock;
use crate::download::Download;
use crate::endpoint::Call;
use crate::problem::ApiProblem;

pub(super) async fn businesses(app: App, call: Call<ExportBusinesses>) -> Result<Download, ApiProblem> {
    // Validated: there is one.
    let format = call.query.format.unwrap_or(ExportFormat::Csv);
    let (columns, filters) = (call.query.filters.columns.clone(), call.query.filters);
    if format == ExportFormat::Xlsx && app.store().count_businesses(&filters).await? > XLSX_MOST_ROWS {
        let message = format!("a sheet holds {XLSX_MOST_ROWS} businesses; narrow the filters or choose csv");
        return Err(ApiProblem::invalid(vec![FieldError::new("format", "range", message)]));
    }
    let now = clock::now();
    let day: String = now.to_string().chars().take(10).collect();
    let file_name = format!("businesses-{day}.{}", format.extension());
    let attributions = Attributions::new(app.sources().infos());
    let mut rows = app.store().business_details_in_order(&filters);
    let runtime = Handle::current();
    Download::start(&app, format.media_type(), file_name, move |pipe| {
        let mut writer = writer(format, pipe, attributions, columns.as_ref(), now)?;
        while let Some(detail) = runtime.block_on(rows.try_next()).map_err(io::Error::other)? {
            writer.business(&detail)?;
        }
        writer.finish()
    })
}
