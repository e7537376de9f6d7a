//! What can go wrong, with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use metered::ProviderError;
use store::StoreError;

use crate::remote::RemoteError;

/// Why a search, an import or an extraction came to no end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// The source could not be read to its end; what was stored before stays.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The store refused; what was stored before stays.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was asked to stop; it goes on from its checkpoint when it is run again.
    #[error("it was stopped; run it again to go on where it stopped")]
    Stopped,
    /// The lease is lost: another worker has the job.
    #[error("the job was taken over by another worker; nothing of this attempt was written")]
    LeaseLost,
    /// The request of a job names a source that this program does not have.
    #[error("there is no source '{0}'; sources lists those that there are")]
    UnknownSource(String),
    /// A file could not be written.
    #[error("{path} cannot be written: {source}; check the folder, its permissions and its free space")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a source of places cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A service on the network gave no answer.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// A service that costs money was not asked, or gave no answer.
    #[error("{service}: {error}")]
    Paid {
        /// Its name.
        service: &'static str,
        /// Why.
        error: ProviderError,
    },
    /// It costs money, and was not asked by a search.
    #[error("{service} costs money, and is asked only by a search, which keeps a ledger")]
    NoLedger {
        /// Its name.
        service: &'static str,
    },
    /// The file is not there or may not be read.
    #[error("{path} cannot be read: {source}; check its name and permissions")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is nothing in the file.
    #[error("{path} is empty; was its download or export cut off?")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file is of a kind that cannot be read, or its name says another kind than its content.
    #[error("{path} is {found}; {advice}")]
    WrongKind {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: &'static str,
        /// What to do.
        advice: String,
    },
    /// The file ends before its content does.
    #[error("{path} is cut off: {detail}; fetch or export it again")]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Where, in words.
        detail: String,
    },
    /// The content contradicts its kind.
    #[error("{path} is damaged: {detail}; fetch or export it again")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What contradicts, in words.
        detail: String,
    },
    /// No column holds the names of the places.
    #[error(
        "{path} has no column for the name; call one 'name', 'business name', 'company' or 'title'. Its columns are: {columns}"
    )]
    NoNameColumn {
        /// The file.
        path: PathBuf,
        /// The columns, as the file calls them.
        columns: String,
    },
    /// The columns of a table cannot be taken for what a person says.
    #[error("{path}: {detail}")]
    Columns {
        /// The file.
        path: PathBuf,
        /// Which, and what would be right.
        detail: String,
    },
    /// A table of pairs lacks columns that make a pair.
    #[error(
        "{path} is no table of pairs: it has no column {missing}; every row needs both records, the second one's columns with the prefix 'base_'. Its columns are: {columns}"
    )]
    MissingColumns {
        /// The file.
        path: PathBuf,
        /// The columns that are not there.
        missing: String,
        /// The columns, as the file calls them.
        columns: String,
    },
}

impl SourceError {
    pub(crate) fn unreadable(path: &Path, source: io::Error) -> Self {
        Self::Unreadable { path: path.to_owned(), source }
    }

    pub(crate) fn truncated(path: &Path, detail: impl Into<String>) -> Self {
        Self::Truncated { path: path.to_owned(), detail: detail.into() }
    }

    pub(crate) fn damaged(path: &Path, detail: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), detail: detail.into() }
    }
}
