use std::collections::{BTreeMap, BTreeSet};

use contract::places::SourceInfo;
use contract::{Business, SourceRef};
use serde::Serialize;

/// What must be shown beside the records of each source, and which sources an export has used.
#[derive(Debug, Default)]
pub struct Attributions {
    known: BTreeMap<String, SourceInfo>,
    used: BTreeSet<(String, Option<String>)>,
}

/// The attribution of one source, as an export carries it.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attribution<'a> {
    pub(crate) source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attribution: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) licence: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) licence_url: Option<&'a str>,
}

impl Attributions {
    /// The attributions of `sources`, none used yet.
    #[must_use]
    pub fn new(sources: impl IntoIterator<Item = SourceInfo>) -> Self {
        let known = sources.into_iter().map(|info| (info.source.clone(), info)).collect();
        Self { known, used: BTreeSet::new() }
    }

    /// Remembers the sources of `business`.
    pub(crate) fn note(&mut self, business: &Business) {
        for source in &business.sources {
            let seen = self.used.iter().any(|(name, licence)| {
                *name == source.source && licence.as_deref() == source.licence.as_deref()
            });
            if !seen {
                self.used.insert((source.source.clone(), source.licence.clone()));
            }
        }
    }

    /// The attributions of every source noted so far.
    pub(crate) fn used(&self) -> Vec<Attribution<'_>> {
        self.used.iter().map(|(source, licence)| self.of(source, licence.as_deref())).collect()
    }

    /// What must be shown beside a record, in one line.
    pub(crate) fn line(&self, record: &SourceRef) -> String {
        let attribution = self.of(&record.source, record.licence.as_deref());
        let name = attribution.attribution.unwrap_or(attribution.source);
        match attribution.licence {
            Some(licence) => format!("{name} ({licence})"),
            None => name.to_owned(),
        }
    }

    fn of<'a>(&'a self, source: &'a str, licence: Option<&'a str>) -> Attribution<'a> {
        let info = self.known.get(source);
        // The record's own licence counts: a source may hold records of several.
        let url = info.filter(|info| licence.is_none_or(|licence| licence == info.licence));
        Attribution {
            source,
            attribution: info.map(|info| info.attribution.as_str()),
            licence: licence.or_else(|| info.map(|info| info.licence.as_str())),
            licence_url: url.and_then(|info| info.licence_url.as_deref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{attributions, business};

    #[test]
    fn only_used_sources_are_told_each_once() {
        let mut attributions = attributions();
        assert_eq!(attributions.used(), []);
        attributions.note(&business(1, "A"));
        attributions.note(&business(2, "B"));
        let used = attributions.used();
        assert_eq!(used.len(), 1);
        assert_eq!(used[0].attribution, Some("© OpenStreetMap contributors"));
        assert_eq!(used[0].licence_url, Some("https://www.openstreetmap.org/copyright"));
    }

    #[test]
    fn a_source_that_is_not_known_here_keeps_its_name_and_licence() {
        let record = |licence: Option<&str>| SourceRef {
            source: "city register".to_owned(),
            source_id: "7".to_owned(),
            fetched_at: contract::Timestamp::from_millis(0),
            licence: licence.map(str::to_owned),
        };
        assert_eq!(attributions().line(&record(Some("CC-BY-4.0"))), "city register (CC-BY-4.0)");
        assert_eq!(attributions().line(&record(None)), "city register");
    }
}
