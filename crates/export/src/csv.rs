use std::io::{self, Write};

use contract::BusinessDetail;

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
    fn business(&mut self, detail: &BusinessDetail) -> io::Result<()> {
        for cell in self.shown.cells(detail, &self.attributions) {
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
    use crate::tests::{business, bytes_of, contact, jane, number, with, written, written_of};
    use contract::export::ExportFormat;
    use contract::{Business, Contact};

    type Row = std::collections::HashMap<String, String>;

    fn rows(businesses: &[Business]) -> Vec<Row> {
        read(&written(ExportFormat::Csv, businesses))
    }

    /// The row of a business with these contacts.
    fn row(contacts: Vec<Contact>) -> Row {
        read(&written_of(ExportFormat::Csv, &[with(business(7, "A"), contacts)])).remove(0)
    }

    fn read(text: &str) -> Vec<Row> {
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
        let detail = with(business(7, "A"), vec![jane(1)]);
        let text = String::from_utf8(bytes_of(ExportFormat::Csv, &[detail], Some("city,tags"))).unwrap();
        let lines = "name,city,tags,sources,licences,attribution\n\
            A,Helsinki,new; south,openstreetmap node/7,ODbL-1.0,© OpenStreetMap contributors (ODbL-1.0)\n";
        assert_eq!(text, lines);
    }

    #[test]
    fn a_line_has_a_contact_in_cells_of_its_own_and_all_in_one() {
        let several = row(vec![number(1, "Fax"), jane(2)]);
        let cells = |row: &Row| {
            ["Name", "Role", "Email", "EmailStatus", "Phone"]
                .map(|part| row[&format!("contact{part}")].clone())
        };
        assert_eq!(cells(&several), ["Jane Doe", "Owner", "jane@acme.example", "safe", "+17325550102"]);
        let all = "Fax, +17325550104; Jane Doe, Owner, jane@acme.example, +17325550102, \
            https://www.linkedin.com/in/jane";
        assert_eq!((several["contacts"].as_str(), several["contactCount"].as_str()), (all, "2"));
        assert_eq!(several["email"], "", "what is a person's is not the business's");

        let fax = row(vec![number(1, "Fax")]);
        assert_eq!((cells(&fax), fax["contacts"].as_str()), (Default::default(), "Fax, +17325550104"));
        let none = row(Vec::new());
        assert_eq!((cells(&none), none["contacts"].as_str()), (Default::default(), ""));
    }

    #[test]
    fn the_cells_of_contacts_follow_the_notes() {
        let header: Vec<_> = Shown::of(None).header().collect();
        let notes = header.iter().position(|name| *name == "notes").unwrap();
        let contacts =
            ["contactName", "contactRole", "contactEmail", "contactEmailStatus", "contactPhone", "contacts"];
        assert_eq!(header[notes + 1..notes + 7], contacts);
        assert_eq!(header[notes + 7], "contactCount");
    }

    #[test]
    fn a_contact_runs_nothing() {
        let name = Some("=HYPERLINK(\"http://x\")".to_owned());
        let row = row(vec![Contact { name, title: Some("@SUM(1)".to_owned()), ..contact(1) }]);
        assert_eq!(row["contactName"], "'=HYPERLINK(\"http://x\")");
        assert_eq!(row["contactRole"], "'@SUM(1)");
        assert_eq!(row["contacts"], "'=HYPERLINK(\"http://x\"), @SUM(1)");
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
