//! Which database a command works on, and what to say when it cannot be opened.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use contract::Timestamp;
use store::provenance::Expired;
use store::{Store, StoreConfig};

use crate::cli::DataArgs;
use crate::output::{self, Failure};

/// Opens the database and brings it to this version.
pub(crate) async fn open(args: &DataArgs) -> Result<Store, Failure> {
    Ok(Store::open(&config(args)?).await?)
}

/// Records of which a command that writes takes away at most what may no longer be kept, before it does its own work.
const MOST_EXPIRED: u64 = 2000;

/// The same for a command that writes: what sources let be kept for a while only, and that while is over, goes first, as no
/// server may ever run here.
pub(crate) async fn open_to_write(args: &DataArgs) -> Result<Store, Failure> {
    let store = open(args).await?;
    let now = now();
    match store.expire_some_values(&discovery::source::terms(now), now, MOST_EXPIRED).await {
        Ok(expired) => tell_expired(expired),
        // Whatever the command is for is not held up by it.
        Err(error) => {
            tracing::warn!(%error, "failed to take away what may no longer be kept; letip tidy tries again");
        }
    }
    Ok(store)
}

fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

fn tell_expired(Expired { changed, deleted, records, .. }: Expired) {
    if changed + deleted > 0 {
        output::note(&format!(
            "note: took away what its source lets be kept for a while only: {changed} businesses changed, {deleted} deleted"
        ));
    }
    if records == MOST_EXPIRED {
        output::note("note: there may be more of it; take all away with: letip tidy");
    }
}

/// The database that the arguments name; a data folder that is not there is made.
pub(crate) fn config(args: &DataArgs) -> Result<StoreConfig, Failure> {
    if let Some(url) = &args.database_url {
        return Ok(StoreConfig::url(url)?);
    }
    let folder = folder(args)?;
    make(&folder)?;
    Ok(StoreConfig::sqlite(folder))
}

/// Where files that come in are kept: beside the database, or in the data folder where that is elsewhere.
pub(crate) fn uploads(args: &DataArgs) -> Result<PathBuf, Failure> {
    Ok(folder(args)?.join("uploads"))
}

/// Where answers of services on the network are kept.
pub(crate) fn answers(args: &DataArgs) -> Result<PathBuf, Failure> {
    Ok(folder(args)?.join("answers"))
}

/// The data folder that the arguments name.
fn folder(args: &DataArgs) -> Result<PathBuf, Failure> {
    let given = args.data_dir.clone().or_else(|| default_folder(|name| std::env::var_os(name)));
    given.filter(|path| !path.as_os_str().is_empty()).ok_or_else(|| {
        Failure::usage("there is no home folder to keep data in").hint("name a folder with --data-dir")
    })
}

/// `$XDG_DATA_HOME/letip`, which must be absolute to count (XDG Base Directory Specification), else
/// `~/.local/share/letip`; on Windows `%LOCALAPPDATA%\letip`.
fn default_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = if cfg!(windows) {
        path("LOCALAPPDATA")
    } else {
        path("XDG_DATA_HOME").or_else(|| path("HOME").map(|home| home.join(".local").join("share")))
    };
    base.map(|base| base.join("letip"))
}

fn make(folder: &Path) -> Result<(), Failure> {
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::failed(format!("cannot make the data folder {}: {error}", folder.display()))
            .hint("name a folder that you may write to with --data-dir")
    })?;
    output::note(&format!("made the data folder {}", folder.display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn the_default_folder_follows_the_convention() {
        let check = |variables: &[(&str, &str)], expect: Option<&str>| {
            let found = default_folder(|name| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
            });
            assert_eq!(found.as_deref(), expect.map(Path::new), "{variables:?}");
        };
        check(&[("XDG_DATA_HOME", "/x"), ("HOME", "/h")], Some("/x/letip"));
        check(&[("XDG_DATA_HOME", ""), ("HOME", "/h")], Some("/h/.local/share/letip"));
        check(&[("XDG_DATA_HOME", "relative"), ("HOME", "/h")], Some("/h/.local/share/letip"));
        check(&[], None);
    }
}
