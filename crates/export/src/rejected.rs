use std::io::{self, Write};

use store::Rejection;

use crate::cells::harmless;
use crate::csv::io_error;

/// The records that a job could not use, as CSV: each with its line and the reason.
pub struct RejectedWriter<W: Write>(csv::Writer<W>);

impl<W: Write> std::fmt::Debug for RejectedWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RejectedWriter")
    }
}

impl<W: Write> RejectedWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// What the output says.
    pub fn start(out: W) -> io::Result<Self> {
        let mut lines = csv::Writer::from_writer(out);
        lines.write_record(["line", "sourceId", "name", "reason", "raw"]).map_err(io_error)?;
        Ok(Self(lines))
    }

    /// Writes one record.
    ///
    /// # Errors
    /// What the output says.
    pub fn rejection(&mut self, rejection: &Rejection) -> io::Result<()> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let cells = [
            rejection.line.map(|line| line.to_string()).unwrap_or_default(),
            text(&rejection.source_id),
            text(&rejection.name),
            rejection.reason.clone(),
            text(&rejection.raw),
        ];
        self.0.write_record(cells.iter().map(|cell| harmless(cell).into_owned())).map_err(io_error)
    }

    /// Hands on what is not written yet.
    ///
    /// # Errors
    /// What the output says.
    pub fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_tells_line_and_reason_and_runs_nothing() {
        let mut out = Vec::new();
        let mut writer = RejectedWriter::start(&mut out).unwrap();
        let rejection = Rejection {
            line: Some(3),
            source_id: None,
            name: Some("=A1".to_owned()),
            reason: "it has no name".to_owned(),
            raw: Some("a,b".to_owned()),
        };
        writer.rejection(&rejection).unwrap();
        writer.finish().unwrap();
        drop(writer);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "line,sourceId,name,reason,raw\n3,,'=A1,it has no name,\"a,b\"\n");
    }
}
