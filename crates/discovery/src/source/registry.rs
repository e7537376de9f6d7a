//! The sources that there are.

use std::sync::Arc;

use contract::places::SourceInfo;

use super::{BundledSource, PlaceSource};

/// The sources of one program, the default one first.
#[derive(Clone, Debug, Default)]
pub struct SourceRegistry {
    sources: Vec<Arc<dyn PlaceSource>>,
}

impl SourceRegistry {
    /// The places that the program carries, and nothing else.
    #[must_use]
    pub fn bundled() -> Self {
        Self::default().with(BundledSource)
    }

    /// The same with one source more. It replaces one of the same slug; the first of all is the default.
    #[must_use]
    pub fn with(mut self, source: impl PlaceSource + 'static) -> Self {
        let slug = source.info().source;
        self.sources.retain(|other| other.info().source != slug);
        self.sources.push(Arc::new(source));
        self
    }

    /// The source of that slug, or the default one for none.
    #[must_use]
    pub fn get(&self, slug: Option<&str>) -> Option<&Arc<dyn PlaceSource>> {
        match slug {
            Some(slug) => self.sources.iter().find(|source| source.info().source == slug),
            None => self.sources.first(),
        }
    }

    /// What each of them is, the default first and marked.
    #[must_use]
    pub fn infos(&self) -> Vec<SourceInfo> {
        let info = |(index, source): (usize, &Arc<dyn PlaceSource>)| SourceInfo {
            default: index == 0,
            ..source.info()
        };
        self.sources.iter().enumerate().map(info).collect()
    }
}
