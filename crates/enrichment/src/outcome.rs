//! How enriching a business ended.

use contract::{Business, Timestamp};
use serde::{Deserialize, Serialize};

use crate::crawl::Reading;
use crate::verified::Verified;
use crate::written::Read;

/// How enriching a business ended. Each is a result; only `Unreachable` is a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Something new was found and stored.
    Enriched,
    /// The site was read and said nothing new.
    NothingFound,
    /// The business has no website to read.
    NoWebsite,
    /// The site's robots.txt does not want us.
    BlockedByRobots,
    /// The domain is for sale, or its host shows a page of its own.
    Parked,
    /// The website's domain is on the suppression list.
    Suppressed,
    /// The site could not be read.
    Unreachable,
}

impl Outcome {
    /// The outcome as the enrichment log writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enriched => "enriched",
            Self::NothingFound => "nothingFound",
            Self::NoWebsite => "noWebsite",
            Self::BlockedByRobots => "blockedByRobots",
            Self::Parked => "parked",
            Self::Suppressed => "suppressed",
            Self::Unreachable => "unreachable",
        }
    }

    /// How a reading ends for a business, whose missing fields it fills; no reading is one without a website. For
    /// tools that have no store: nothing is stored, nobody is verified, no provider is asked.
    #[must_use]
    pub fn of(reading: Option<Reading>, business: &mut Business) -> Self {
        let read = Read {
            reading,
            reused: None,
            verified: Verified::default(),
            started_at: Timestamp::default(),
            duration_ms: 0,
            consulted: Vec::new(),
        };
        read.write(business, &[]).outcome
    }

    pub(crate) fn explanation(self) -> Option<&'static str> {
        match self {
            Self::Enriched => None,
            Self::NothingFound => Some("the website says nothing that was not known"),
            Self::NoWebsite => Some("the business has no website to read"),
            Self::BlockedByRobots => Some("the website's robots.txt does not allow it to be read"),
            Self::Parked => Some("the website's domain is parked"),
            Self::Suppressed => Some("the website's domain is on the suppression list, so nothing was asked"),
            Self::Unreachable => Some("the website could not be reached"),
        }
    }
}
