use std::io::{self, Write};

use contract::{BusinessDetail, Timestamp};

use super::{Attributions, BusinessWriter};

/// One object: `exportedAt`, `businesses`, each with its `contacts`, then `count` and `attribution`, which are known last.
pub(super) struct JsonWriter<W: Write> {
    out: W,
    attributions: Attributions,
    count: u64,
}

impl<W: Write> JsonWriter<W> {
    /// Writes what stands before the first business.
    pub(super) fn start(mut out: W, attributions: Attributions, now: Timestamp) -> io::Result<Self> {
        write!(out, "{{\"exportedAt\":\"{now}\",\"businesses\":[")?;
        Ok(Self { out, attributions, count: 0 })
    }
}

impl<W: Write> BusinessWriter for JsonWriter<W> {
    fn business(&mut self, detail: &BusinessDetail) -> io::Result<()> {
        self.out.write_all(if self.count == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut self.out, detail)?;
        self.attributions.note(&detail.business);
        self.count += 1;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        write!(self.out, "\n],\"count\":{},\"attribution\":", self.count)?;
        serde_json::to_writer(&mut self.out, &self.attributions.used())?;
        self.out.write_all(b"}\n")?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::tests::{business, jane, number, with, written, written_of};
    use contract::export::ExportFormat;

    #[test]
    fn the_envelope_carries_businesses_count_and_attribution() {
        let details =
            [with(business(1, "A"), Vec::new()), with(business(7, "B"), vec![jane(1), number(2, "Fax")])];
        let value: Value = serde_json::from_str(&written_of(ExportFormat::Json, &details)).unwrap();
        assert_eq!(value["exportedAt"], "1970-01-01T00:00:00.000Z");
        assert_eq!(value["count"], 2);
        assert_eq!(value["businesses"][0]["contacts"], json!([]));
        assert_eq!(value["businesses"][1]["contacts"][0]["name"], "Jane Doe");
        assert_eq!(value["businesses"][1]["contacts"][1]["title"], "Fax");
        // As the API answers.
        assert_eq!(value["businesses"][1], serde_json::to_value(&details[1]).unwrap());
        assert_eq!(
            value["attribution"],
            json!([{
                "source": "openstreetmap",
                "attribution": "© OpenStreetMap contributors",
                "licence": "ODbL-1.0",
                "licenceUrl": "https://www.openstreetmap.org/copyright",
            }])
        );
    }

    #[test]
    fn no_businesses_are_an_empty_array() {
        let value: Value = serde_json::from_str(&written(ExportFormat::Json, &[])).unwrap();
        assert_eq!((&value["businesses"], &value["count"]), (&json!([]), &json!(0)));
    }
}
