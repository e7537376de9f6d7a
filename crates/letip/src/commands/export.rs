//! `letip export --format csv|xlsx|json|geojson|vcard`.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use ::export::Attributions;
use contract::BusinessQuery;
use discovery::{SourceRegistry, taxonomy};
use futures::TryStreamExt;
use jobs::Clock;
use store::Store;

use crate::cli::{ExportArgs, ExportFormat, FilterArgs};
use crate::data;
use crate::file::{WholeFile, cannot_write};
use crate::output::{self, Failure};

/// Streams the businesses of the filters with their contacts to a file or to stdout.
pub(crate) async fn run(args: ExportArgs) -> Result<(), Failure> {
    let query = BusinessQuery { columns: args.columns, ..query(args.filters)? };
    let store = data::open(&args.data).await?;
    match args.output {
        Some(path) => to_file(&store, &query, args.format, &path).await,
        None => to_stdout(&store, &query, args.format).await,
    }
}

/// The filters, checked; a category may be given by any of its names.
fn query(filters: FilterArgs) -> Result<BusinessQuery, Failure> {
    let mut query = filters.query();
    query.validate().map_err(|errors| Failure::fields(&errors, option))?;
    if let Some(text) = &query.category {
        let category =
            taxonomy::resolve(text).map_err(|unknown| unknown_category(text, &unknown.suggestions))?;
        query.category = Some(category.slug.to_owned());
    }
    Ok(query)
}

fn unknown_category(text: &str, suggestions: &[String]) -> Failure {
    let failure = Failure::usage(format!("--category: there is no category '{text}'"));
    if suggestions.is_empty() { failure } else { failure.hint(output::one_of(suggestions)) }
}

/// How the command line calls a filter: `hasPhone` is `--has-phone`.
fn option(field: &str) -> String {
    let mut name = String::from("--");
    for letter in field.chars() {
        if letter.is_ascii_uppercase() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

async fn to_file(
    store: &Store,
    query: &BusinessQuery,
    format: ExportFormat,
    path: &Path,
) -> Result<(), Failure> {
    let mut file = WholeFile::create(path)?;
    let rows = match write(store, query, format, &mut file).await {
        Err(Stopped::Writing(error)) => return Err(cannot_write(path, &error)),
        Err(Stopped::Reading(failure)) => return Err(failure),
        Ok(rows) => rows,
    };
    file.finish()?;
    output::note(&format!("wrote {rows} businesses to {}", path.display()));
    Ok(())
}

async fn to_stdout(store: &Store, query: &BusinessQuery, format: ExportFormat) -> Result<(), Failure> {
    match write(store, query, format, BufWriter::new(io::stdout())).await {
        // Whoever read has what they wanted, as `head` does.
        Err(Stopped::Writing(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(Stopped::Writing(error)) => Err(Failure::failed(format!("cannot write to stdout: {error}"))),
        Err(Stopped::Reading(failure)) => Err(failure),
        Ok(_) => Ok(()),
    }
}

/// Which side ended an export early.
enum Stopped {
    Reading(Failure),
    Writing(io::Error),
}

/// Writes every business of the query with its contacts to `out`; answers how many businesses there are.
async fn write(
    store: &Store,
    query: &BusinessQuery,
    format: ExportFormat,
    out: impl Write,
) -> Result<u64, Stopped> {
    let attributions = Attributions::new(SourceRegistry::bundled().infos());
    let (columns, now) = (query.columns.as_ref(), Clock::system().now());
    let mut writer =
        ::export::writer(format.into(), out, attributions, columns, now).map_err(Stopped::Writing)?;
    let mut details = store.business_detail_stream(query);
    let mut rows = 0;
    while let Some(detail) = details.try_next().await.map_err(|e| Stopped::Reading(e.into()))? {
        writer.business(&detail).map_err(Stopped::Writing)?;
        rows += 1;
    }
    writer.finish().map_err(Stopped::Writing)?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_may_be_given_by_any_of_its_names() {
        let filters =
            |category: &str| FilterArgs { category: Some(category.to_owned()), ..FilterArgs::default() };
        let slug = query(filters("hairdresser")).unwrap().category;
        assert_eq!(query(filters("Hairdressers")).unwrap().category, slug);
        let failure = query(filters("resturant")).unwrap_err().to_string();
        assert!(failure.contains("resturant") && failure.contains("Restaurant"), "{failure}");
    }

    #[test]
    fn wrong_filters_are_called_by_their_option() {
        let filters = FilterArgs {
            near: contract::GeoPoint::new(1.0, 1.0),
            radius_km: Some(0.0),
            ..FilterArgs::default()
        };
        let failure = query(filters).unwrap_err().to_string();
        assert!(failure.contains("--radius-km: "), "{failure}");
    }
}
