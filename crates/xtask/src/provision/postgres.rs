//! PostgreSQL's server programs, for the throw-away database of the tests.

use std::fs;
use std::path::{Path, PathBuf};

use crate::provision::apt::Package;
use crate::provision::{is_executable, which};

/// Debian's package.
pub(crate) const PACKAGE: Package =
    Package { name: "postgresql", purpose: "throw-away database of the store's tests" };

/// Where Debian keeps each version's programs.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder that holds `initdb` and `postgres`: of the one on PATH, else Debian's newest.
pub(crate) fn find() -> Option<PathBuf> {
    on_path().or_else(|| newest(Path::new(DEBIAN)))
}

fn on_path() -> Option<PathBuf> {
    // A link on PATH leads to the folder where the other programs are.
    let initdb = fs::canonicalize(which("initdb")?).ok()?;
    initdb.parent().filter(|folder| is_complete(folder)).map(Path::to_path_buf)
}

fn newest(base: &Path) -> Option<PathBuf> {
    let versions = fs::read_dir(base).ok()?.filter_map(|entry| {
        let path = entry.ok()?.path();
        let version: u32 = path.file_name()?.to_str()?.parse().ok()?;
        Some((version, path.join("bin")))
    });
    versions.filter(|(_, bin)| is_complete(bin)).max().map(|(_, bin)| bin)
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|name| is_executable(&folder.join(name)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn server(base: &Path, version: &str, programs: &[&str]) {
        let bin = base.join(version).join("bin");
        fs::create_dir_all(&bin).unwrap();
        for program in programs {
            fs::write(bin.join(program), "").unwrap();
            fs::set_permissions(bin.join(program), fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    #[test]
    fn the_newest_complete_version_is_taken() {
        let base = tempfile::tempdir().unwrap();
        server(base.path(), "9", &["initdb", "postgres"]);
        server(base.path(), "15", &["initdb", "postgres"]);
        server(base.path(), "17", &["initdb"]);
        assert_eq!(newest(base.path()), Some(base.path().join("15/bin")));
    }

    #[test]
    fn no_folder_is_no_server() {
        assert_eq!(newest(Path::new("/no/such/folder")), None);
    }
}
