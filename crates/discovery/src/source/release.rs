//! Overture's places, read from the files of a release over HTTP.
//!
//! Of each file the end is read, which says where its row groups lie; of those that touch the area the columns that are
//! needed. <https://docs.overturemaps.org/getting-data/> says where releases are.

mod file;
mod listing;

use std::sync::Arc;
use std::time::Duration;

use contract::BoundingBox;
use contract::places::{SourceInfo, SourceState};
use tokio::runtime::Handle;
use url::Url;

use super::{PlaceSource, PlaceStream, ReadEnd, SearchArea, Sink, SourceError, overture};
use crate::remote::{RemoteError, Service, ServiceConfig, Timing};

use file::RemoteFile;
use listing::Releases;

/// The most bytes of one search: hundreds of times what a search of fifty kilometres needs of a sorted release.
const MOST_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Ending of a file that is named itself.
const ENDING: &str = ".parquet";

/// A release of Overture, or one file of it.
#[derive(Clone, Debug)]
pub struct OvertureRelease {
    service: Arc<Service>,
    place: Place,
}

/// Where the files are.
#[derive(Clone, Debug)]
enum Place {
    /// One file, wherever it is.
    File(Url),
    /// A bucket with a list of its files; the newest release unless one is named.
    Bucket { release: Option<String> },
}

/// Row groups that are to be read.
struct Plan {
    file: RemoteFile,
    group: usize,
    rows: u64,
}

impl OvertureRelease {
    /// Object stores bear many requests; each may bring many bytes.
    pub const TIMING: Timing = Timing {
        timeout: Duration::from_secs(120),
        spacing: Duration::ZERO,
        backoff: Duration::from_secs(1),
        limited: Duration::from_secs(5),
        longest: Duration::from_secs(120),
        attempts: 5,
    };

    /// The release of that name, such as `2026-11-18.0`, or the newest, in the bucket at the address of the configuration,
    /// which answers as S3 does; or the one file that the address names, if it ends in `.parquet`.
    ///
    /// # Errors
    /// When the address, the contact or the name of the release is none.
    pub fn new(config: &ServiceConfig, release: Option<&str>) -> Result<Self, RemoteError> {
        let folder = config.folder("")?;
        let is_name = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        };
        if let Some(name) = release.filter(|name| !is_name(name)) {
            let reason = format!("'{name}' is no release; write one such as 2026-11-18.0");
            return Err(RemoteError::BadAddress { url: folder, reason });
        }
        let place = if config.base.path().ends_with(ENDING) {
            Place::File(config.base.clone())
        } else {
            Place::Bucket { release: release.map(str::to_owned) }
        };
        Ok(Self { service: Arc::new(Service::new(config, folder)?), place })
    }
}

impl PlaceSource for OvertureRelease {
    fn info(&self) -> SourceInfo {
        let host = self.service.name();
        let what = match &self.place {
            Place::File(_) => "One file of a release".to_owned(),
            Place::Bucket { release: Some(release) } => format!("The whole world, release {release}"),
            Place::Bucket { release: None } => "The whole world, newest release".to_owned(),
        };
        SourceInfo {
            source: overture::SOURCE.to_owned(),
            name: "Overture Places".to_owned(),
            coverage: format!("{what}, read at {host}"),
            licence: overture::LICENCE.to_owned(),
            attribution: overture::ATTRIBUTION.to_owned(),
            licence_url: Some(overture::LICENCE_URL.to_owned()),
            cost: format!("free; a search reads some tens to hundreds of MB from {host}"),
            default: false,
            state: SourceState::Ready,
            message: None,
            places: None,
            retention_days: None,
        }
    }

    fn fingerprint(&self) -> String {
        match &self.place {
            Place::File(url) => url.to_string(),
            Place::Bucket { release } => {
                format!("{} {}", self.service.base(), release.as_deref().unwrap_or("newest"))
            }
        }
    }

    fn places(&self, area: &SearchArea) -> Result<PlaceStream, SourceError> {
        let name = self.service.name();
        let bounds = area.bounds().ok_or_else(|| RemoteError::TooMuch {
            detail: format!("{name} can be searched for an area, and not for the whole world"),
        })?;
        let runtime = Handle::try_current().map_err(|_| RemoteError::NoRuntime)?;
        let search = Search { service: Arc::clone(&self.service), runtime, place: self.place.clone() };
        Ok(PlaceStream::spawn(name.into(), area.clone(), move |sink| search.read(bounds, sink)))
    }
}

/// One search of one attempt.
struct Search {
    service: Arc<Service>,
    runtime: Handle,
    place: Place,
}

impl Search {
    fn read(&self, bounds: BoundingBox, sink: &mut Sink) -> Result<(), ReadEnd> {
        let files = self.files(sink)?;
        let plan = self.plan(files, bounds, sink)?;
        let total = plan.iter().map(|plan| plan.rows).sum();
        let mut done = 0;
        for Plan { file, group, rows } in &plan {
            sink.progress(done, Some(total));
            sink.flush()?;
            file.read(*group, (done, total), &self.service, &self.runtime, sink)?;
            done += rows;
        }
        sink.progress(done, Some(total));
        Ok(())
    }

    /// The files of the release.
    fn files(&self, sink: &Sink) -> Result<Vec<(Url, Option<String>)>, ReadEnd> {
        match &self.place {
            Place::File(url) => Ok(vec![(url.clone(), None)]),
            Place::Bucket { release } => {
                let (releases, tell) = (Releases { service: &self.service }, sink.teller());
                let listed = sink.wait(&self.runtime, releases.files(release.as_deref(), &tell))?;
                Ok(listed.map_err(SourceError::from)?)
            }
        }
    }

    /// What is to be read of them.
    fn plan(
        &self,
        files: Vec<(Url, Option<String>)>,
        bounds: BoundingBox,
        sink: &mut Sink,
    ) -> Result<Vec<Plan>, ReadEnd> {
        let (mut plan, mut bytes, count) = (Vec::new(), 0, files.len());
        for (index, (url, tag)) in files.into_iter().enumerate() {
            sink.note(format!("looking at what {count} files hold: {index} done"))?;
            let file = RemoteFile::open(url, tag, &self.service, &self.runtime, sink)?;
            for group in file.groups(bounds) {
                bytes += file.bytes(group)?;
                plan.push(Plan { rows: file.rows(group), file: file.clone(), group });
            }
        }
        if bytes > MOST_BYTES {
            let detail = format!(
                "the area lies in {} MiB of the release; it is not sorted by place, or the area is too large",
                bytes >> 20
            );
            return Err(SourceError::from(RemoteError::TooMuch { detail }).into());
        }
        Ok(plan)
    }
}
