use std::io::{self, Write};

use contract::Business;

use crate::cells::{Shown, harmless};
use crate::{Attributions, BusinessWriter};

/// One line a business; attribution and licences stand in columns, so that every line carries its own.
pub(crate) struct CsvWriter<W: Write> {
    lines: csv::Writer<W>,
    attributions: Attributions,
    shown: Shown,
}

impl<W: Write> CsvWriter<W> {
    /// Writes the header.
    pub(crate) fn start(out: W, attributions: Attributions, shown: Shown) -> io::Result<Self> {
        let mut lines = csv::Writer::from_writer(out);
        lines.write_record(shown.header()).map_err(io_error)?;
        Ok(Self { lines, attributions, shown })
    }
}

impl<W: Write> BusinessWriter for CsvWriter<W> {
    fn business(&mut self, business: &Business) -> io::Result<()> {
        for cell in self.shown.cells(business, &self.attributions) {
            self.lines.write_field(harmless(&cell).as_bytes()).map_err(io_error)?;
        }
        self.lines.write_record(None::<&[u8]>).map_err(io_error)?;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.lines.flush()
    }
}

/// The failure beneath, with its kind: a pipe that was closed is told from a full disk by it.
pub(crate) fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{business, written};
    use contract::export::ExportFormat;

    fn rows(businesses: &[Business]) -> Vec<std::collections::HashMap<String, String>> {
        let text = written(ExportFormat::Csv, businesses);
        csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn a_line_carries_its_source_licence_and_attribution() {
        let rows = rows(&[business(7, "Kahvila, \"Ääni\"")]);
        let row = &rows[0];
        assert_eq!(row["name"], "Kahvila, \"Ääni\"");
        assert_eq!(row["source"], "openstreetmap");
        assert_eq!(row["sourceId"], "node/7");
        assert_eq!(row["sources"], "openstreetmap node/7");
        assert_eq!(row["licences"], "ODbL-1.0");
        assert_eq!(row["attribution"], "© OpenStreetMap contributors (ODbL-1.0)");
        assert_eq!(row["tags"], "new; south");
        assert_eq!((row["latitude"].as_str(), row["email"].as_str()), ("60.1675", ""));
    }

    #[test]
    fn a_line_has_the_columns_that_were_chosen() {
        let text = crate::tests::written_with(ExportFormat::Csv, &[business(7, "A")], Some("city,tags"));
        let lines = "name,city,tags,sources,licences,attribution\n\
            A,Helsinki,new; south,openstreetmap node/7,ODbL-1.0,© OpenStreetMap contributors (ODbL-1.0)\n";
        assert_eq!(text, lines);
    }

    #[test]
    fn no_businesses_make_a_header_alone() {
        assert_eq!(
            written(ExportFormat::Csv, &[]),
            format!("{}\n", Shown::of(None).header().collect::<Vec<_>>().join(","))
        );
    }

    #[test]
    fn several_sources_are_told_and_a_shared_licence_once() {
        let mut business = business(1, "A");
        let mut second = business.sources[0].clone();
        second.source_id = "way/2".to_owned();
        business.sources.push(second);
        let row = &rows(&[business])[0];
        assert_eq!(row["sources"], "openstreetmap node/1; openstreetmap way/2");
        assert_eq!(row["licences"], "ODbL-1.0");
    }
}
