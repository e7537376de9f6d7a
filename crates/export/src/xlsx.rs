use std::fmt::Write as _;
use std::io::{self, Write};

use contract::BusinessDetail;

use crate::archive::{Archive, Open};
use crate::cells::{Shown, harmless};
use crate::{Attributions, BusinessWriter};

/// The most businesses that a sheet holds: its rows, less the header.
pub const MOST_ROWS: u64 = 1_048_575;
/// The most characters that a cell holds.
const MOST_CHARACTERS: usize = 32_767;
/// Columns whose values are numbers, by their names in the header.
const NUMBERS: &[&str] = &[
    "businessId",
    "latitude",
    "longitude",
    "employeeCount",
    "yearFounded",
    "confidence",
    "contactCount",
    "version",
];

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// The namespaces of ECMA-376, part 1.
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const SHEET: &str = "xl/worksheets/sheet1.xml";

/// A workbook with one sheet, one row a business, written from its first row to its last.
pub(crate) struct XlsxWriter<W: Write> {
    archive: Archive<W>,
    /// None once the workbook is whole.
    sheet: Option<Open>,
    attributions: Attributions,
    shown: Shown,
    rows: u64,
}

impl<W: Write> XlsxWriter<W> {
    /// Writes what stands before the first business.
    pub(crate) fn start(out: W, attributions: Attributions, shown: Shown) -> io::Result<Self> {
        let mut archive = Archive::new(out);
        write_frame(&mut archive)?;
        let mut sheet = archive.begin(SHEET)?;
        write!(
            sheet,
            "{DECLARATION}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView workbookViewId=\"0\">\
             <pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView>\
             </sheetViews><sheetData><row>"
        )?;
        for name in shown.header() {
            write!(sheet, "<c t=\"inlineStr\" s=\"1\"><is><t>{name}</t></is></c>")?;
        }
        sheet.write_all(b"</row>")?;
        Ok(Self { archive, sheet: Some(sheet), attributions, shown, rows: 0 })
    }
}

impl<W: Write> BusinessWriter for XlsxWriter<W> {
    fn business(&mut self, detail: &BusinessDetail) -> io::Result<()> {
        let Some(sheet) = &mut self.sheet else { return Ok(()) };
        self.rows += 1;
        if self.rows > MOST_ROWS {
            return Err(io::Error::other(format!(
                "a sheet holds at most {MOST_ROWS} businesses; narrow the filters or choose another format"
            )));
        }
        let mut row = String::from("<row>");
        for (name, cell) in self.shown.header().zip(self.shown.cells(detail, &self.attributions)) {
            push_cell(&mut row, name, &cell);
        }
        row.push_str("</row>");
        sheet.write_all(row.as_bytes())?;
        self.archive.drain(sheet)
    }

    fn finish(&mut self) -> io::Result<()> {
        let Some(mut sheet) = self.sheet.take() else { return Ok(()) };
        sheet.write_all(b"</sheetData></worksheet>")?;
        self.archive.end(sheet)?;
        self.archive.finish()
    }
}

/// What a workbook needs around its sheet: which files there are, what each is, and two styles, plain and bold.
fn write_frame<W: Write>(archive: &mut Archive<W>) -> io::Result<()> {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    archive.file(
        "[Content_Types].xml",
        &format!(
            "{DECLARATION}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
             ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
             <Override PartName=\"/xl/workbook.xml\" ContentType=\"{kind}.sheet.main+xml\"/>\
             <Override PartName=\"/xl/styles.xml\" ContentType=\"{kind}.styles+xml\"/>\
             <Override PartName=\"/{SHEET}\" ContentType=\"{kind}.worksheet+xml\"/></Types>"
        ),
    )?;
    archive.file(
        "_rels/.rels",
        &format!(
            "{DECLARATION}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" \
             Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    )?;
    archive.file(
        "xl/workbook.xml",
        &format!(
            "{DECLARATION}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>\
             <sheet name=\"Businesses\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
        ),
    )?;
    archive.file(
        "xl/_rels/workbook.xml.rels",
        &format!(
            "{DECLARATION}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" \
             Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" \
             Type=\"{RELATIONS}/styles\" Target=\"styles.xml\"/></Relationships>"
        ),
    )?;
    archive.file(
        "xl/styles.xml",
        &format!(
            "{DECLARATION}<styleSheet xmlns=\"{MAIN}\"><fonts count=\"2\"><font><sz val=\"11\"/></font>\
             <font><b/><sz val=\"11\"/></font></fonts><fills count=\"2\"><fill><patternFill patternType=\"none\"/>\
             </fill><fill><patternFill patternType=\"gray125\"/></fill></fills><borders count=\"1\"><border/>\
             </borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs count=\"2\"><xf/>\
             <xf fontId=\"1\" applyFont=\"1\"/></cellXfs></styleSheet>"
        ),
    )
}

/// Text is written as text, never as a formula; the apostrophe keeps it so when the sheet is saved as CSV.
fn push_cell(row: &mut String, name: &str, cell: &str) {
    if cell.is_empty() {
        row.push_str("<c/>");
        return;
    }
    let number = NUMBERS.contains(&name).then(|| cell.parse::<f64>().ok()).flatten();
    if let Some(number) = number.filter(|number| number.is_finite()) {
        // Writing to a string cannot fail.
        let _ = write!(row, "<c><v>{number}</v></c>");
        return;
    }
    row.push_str("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">");
    for c in harmless(cell).chars().filter(|c| is_xml(*c)).take(MOST_CHARACTERS) {
        match c {
            '&' => row.push_str("&amp;"),
            '<' => row.push_str("&lt;"),
            '>' => row.push_str("&gt;"),
            // Read back as a line feed otherwise.
            '\r' => row.push_str("&#13;"),
            c => row.push(c),
        }
    }
    row.push_str("</t></is></c>");
}

/// Whether XML 1.0 has the character.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use contract::export::ExportFormat;
    use contract::{Business, Contact};
    use flate2::read::DeflateDecoder;

    use super::*;
    use crate::tests::{business, bytes, bytes_of, jane, number, with};

    /// Every file of the archive by its directory: name and content.
    fn files(archive: &[u8]) -> Vec<(String, String)> {
        let number = |at: usize, length: usize| {
            archive[at..at + length]
                .iter()
                .rev()
                .fold(0_usize, |number, byte| number << 8 | usize::from(*byte))
        };
        let end = archive.len() - 22;
        assert_eq!(&archive[end..end + 4], b"PK\x05\x06");
        let (count, mut at) = (number(end + 10, 2), number(end + 16, 4));
        let mut files = Vec::new();
        for _ in 0..count {
            let (packed, size, name) = (number(at + 20, 4), number(at + 24, 4), number(at + 28, 2));
            let local = number(at + 42, 4);
            let start = local + 30 + number(local + 26, 2) + number(local + 28, 2);
            let mut content = Vec::new();
            DeflateDecoder::new(&archive[start..start + packed]).read_to_end(&mut content).unwrap();
            let mut crc = flate2::Crc::new();
            crc.update(&content);
            assert_eq!((content.len(), crc.sum() as usize), (size, number(at + 16, 4)));
            let told = String::from_utf8(archive[at + 46..at + 46 + name].to_vec()).unwrap();
            files.push((told, String::from_utf8(content).unwrap()));
            at += 46 + name;
        }
        files
    }

    fn sheet(businesses: &[Business]) -> String {
        sheet_of(&bytes(ExportFormat::Xlsx, businesses))
    }

    fn sheet_of(book: &[u8]) -> String {
        files(book).into_iter().find(|(name, _)| name == SHEET).unwrap().1
    }

    #[test]
    fn a_workbook_has_its_parts() {
        let files = files(&bytes(ExportFormat::Xlsx, &[]));
        let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
        let parts = [
            "[Content_Types].xml",
            "_rels/.rels",
            "xl/workbook.xml",
            "xl/_rels/workbook.xml.rels",
            "xl/styles.xml",
        ];
        assert_eq!(names[..5], parts);
        assert!(files.iter().all(|(_, content)| content.starts_with("<?xml")));
    }

    #[test]
    fn a_row_carries_its_source_licence_and_attribution() {
        let sheet = sheet(&[business(7, "Kahvila & <Ääni>"), business(8, "B")]);
        assert_eq!(sheet.matches("<row>").count(), 3);
        for text in [
            "Kahvila &amp; &lt;Ääni&gt;",
            "© OpenStreetMap contributors (ODbL-1.0)",
            "node/7",
            ">attribution<",
        ] {
            assert!(sheet.contains(text), "{text}");
        }
        assert!(sheet.contains("<v>60.1675</v>"), "numbers are numbers");
    }

    #[test]
    fn a_row_has_its_contacts_as_text() {
        let evil = Contact { name: Some("=1+1".to_owned()), ..jane(1) };
        let details = [with(business(7, "A"), vec![evil, number(2, "Fax")])];
        let sheet = sheet_of(&bytes_of(ExportFormat::Xlsx, &details, None));
        for cell in [
            "'=1+1",
            "Owner",
            "jane@acme.example",
            "+17325550102",
            "'=1+1, Owner, jane@acme.example, +17325550102, https://www.linkedin.com/in/jane; Fax, +17325550104",
        ] {
            assert!(sheet.contains(&format!("<t xml:space=\"preserve\">{cell}</t>")), "{cell}: {sheet}");
        }
        assert!(sheet.contains("<v>2</v>"), "how many there are is a number");
        let chosen = sheet_of(&bytes_of(ExportFormat::Xlsx, &details, Some("city")));
        assert!(!chosen.contains("jane@acme.example"), "{chosen}");
    }

    #[test]
    fn nothing_is_a_formula() {
        let mut evil = business(1, "=HYPERLINK(\"http://x\")");
        evil.notes = Some("@SUM(1)\u{1}".to_owned());
        let sheet = sheet(&[evil]);
        assert!(!sheet.contains("<f>"));
        assert!(sheet.contains("'=HYPERLINK") && sheet.contains("'@SUM(1)<"), "{sheet}");
    }

    #[test]
    fn a_long_text_is_cut_to_what_a_cell_holds() {
        let mut long = business(1, "A");
        long.description = Some("ä".repeat(40_000));
        assert_eq!(sheet(&[long]).matches('ä').count(), MOST_CHARACTERS);
    }

    #[test]
    fn many_rows_come_back_whole() {
        let rows: Vec<Business> = (0..500).map(|n| business(n, &format!("Cafe {n}"))).collect();
        assert_eq!(sheet(&rows).matches("<row>").count(), 501);
    }
}
