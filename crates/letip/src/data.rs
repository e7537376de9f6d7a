//! Which database a command works on, and what to say when it cannot be opened.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use store::{Store, StoreConfig};

use crate::cli::DataArgs;
use crate::output::{self, Failure};

/// Opens the database and brings it to this version.
pub(crate) async fn open(args: &DataArgs) -> Result<Store, Failure> {
    Ok(Store::open(&config(args)?).await?)
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
