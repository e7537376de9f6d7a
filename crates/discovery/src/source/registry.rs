//! The sources that there are.

use std::fmt;
use std::sync::Arc;

use contract::places::SourceInfo;
use metered::Usd;
use store::{Store, StoreError};

use super::{BundledSource, PlaceSource, apify, google_places, overpass, overture};
use crate::timestamp::now;

/// A source that this program knows and does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbsentSource {
    /// As a request would name it.
    pub slug: &'static str,
    /// What it needs, by the options of the command line.
    pub needs: &'static str,
}

impl fmt::Display for AbsentSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the source {} is there only with {}", self.slug, self.needs)
    }
}

/// Sources that are there only where somebody named an address or gave a key.
const OPTIONAL: [AbsentSource; 4] = [
    AbsentSource { slug: overpass::SLUG, needs: "--overpass-url and --contact-url" },
    AbsentSource { slug: overture::SOURCE, needs: "--overture-url and --contact-url" },
    AbsentSource {
        slug: google_places::SOURCE,
        needs: "--google-places-key (LETIP_GOOGLE_PLACES_KEY, of a Google Cloud project with the Places API (New) and \
                billing), --google-places-request-price and --monthly-budget",
    },
    AbsentSource {
        slug: apify::SOURCE,
        needs: "--apify-token (LETIP_APIFY_TOKEN, from Settings, API & Integrations at Apify), --apify-place-price and \
                --monthly-budget",
    },
];

/// Sources that cost money, by the slugs that the ledger has too.
const PAID: [&str; 2] = [google_places::SOURCE, apify::SOURCE];

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

    /// The same, and of those that cost money what they have cost this month, in UTC.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn infos_with_spending(&self, store: &Store) -> Result<Vec<SourceInfo>, StoreError> {
        let mut infos = self.infos();
        if !infos.iter().any(|info| PAID.contains(&info.source.as_str())) {
            return Ok(infos);
        }
        let spending = store.provider_spending(now()).await?;
        for info in infos.iter_mut().filter(|info| PAID.contains(&info.source.as_str())) {
            let spent =
                spending.iter().find(|one| one.provider == info.source).map_or(0, |one| one.committed);
            info.cost = format!("{}; {} this month", info.cost, Usd::from_millionths(spent));
        }
        Ok(infos)
    }

    /// Those that it could have and has not, with what they need.
    #[must_use]
    pub fn absent(&self) -> Vec<AbsentSource> {
        OPTIONAL.into_iter().filter(|optional| self.get(Some(optional.slug)).is_none()).collect()
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
