use std::io::{self, Write};

use contract::{BusinessDetail, Timestamp};
use serde_json::{Map, Value, json};

use super::{Attributions, BusinessWriter};

/// A FeatureCollection (RFC 7946); attribution and time stand beside the features as foreign members.
pub(super) struct GeoJsonWriter<W: Write> {
    out: W,
    attributions: Attributions,
    count: u64,
}

impl<W: Write> GeoJsonWriter<W> {
    /// Writes what stands before the first feature.
    pub(super) fn start(mut out: W, attributions: Attributions, now: Timestamp) -> io::Result<Self> {
        write!(out, "{{\"type\":\"FeatureCollection\",\"exportedAt\":\"{now}\",\"features\":[")?;
        Ok(Self { out, attributions, count: 0 })
    }
}

impl<W: Write> BusinessWriter for GeoJsonWriter<W> {
    fn business(&mut self, detail: &BusinessDetail) -> io::Result<()> {
        self.out.write_all(if self.count == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut self.out, &feature(detail)?)?;
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

/// The business as a feature, its contacts among the properties; its geometry is null where it has no coordinates.
fn feature(detail: &BusinessDetail) -> serde_json::Result<Value> {
    let business = &detail.business;
    let mut properties = match serde_json::to_value(detail)? {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    for told_elsewhere in ["id", "latitude", "longitude"] {
        properties.remove(told_elsewhere);
    }
    let point =
        business.location().map(|at| json!({"type": "Point", "coordinates": [at.longitude, at.latitude]}));
    Ok(json!({"type": "Feature", "id": business.id, "geometry": point, "properties": properties}))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::tests::{business, jane, with, written, written_of};
    use contract::export::ExportFormat;

    #[test]
    fn a_business_is_a_point_with_properties() {
        let mut nowhere = business(2, "B");
        nowhere.latitude = None;
        let text = written(ExportFormat::Geojson, &[business(1, "A"), nowhere]);
        let value: Value = serde_json::from_str(&text).unwrap();
        let first = &value["features"][0];
        assert_eq!((&value["type"], &first["type"]), (&"FeatureCollection".into(), &"Feature".into()));
        assert_eq!(first["geometry"]["coordinates"], serde_json::json!([24.9525, 60.1675]));
        assert_eq!((&first["id"], &first["properties"]["name"]), (&1.into(), &"A".into()));
        assert!(first["properties"].get("latitude").is_none());
        assert!(value["features"][1]["geometry"].is_null());
    }

    #[test]
    fn contacts_are_among_the_properties() {
        let details = [with(business(7, "A"), vec![jane(1)]), with(business(8, "B"), Vec::new())];
        let value: Value = serde_json::from_str(&written_of(ExportFormat::Geojson, &details)).unwrap();
        let contacts = |feature: usize| value["features"][feature]["properties"]["contacts"].clone();
        assert_eq!(contacts(0), serde_json::to_value(&details[0].contacts).unwrap());
        assert_eq!(contacts(1), serde_json::json!([]));
    }

    #[test]
    fn attribution_is_a_foreign_member() {
        let value: Value =
            serde_json::from_str(&written(ExportFormat::Geojson, &[business(1, "A")])).unwrap();
        assert_eq!(value["attribution"][0]["attribution"], "© OpenStreetMap contributors");
        assert_eq!(value["count"], 1);
    }
}
