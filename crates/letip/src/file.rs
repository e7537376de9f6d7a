//! Files that appear only once they are whole.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::output::Failure;

/// A file under a temporary name beside its own, renamed when it is finished and removed when it is dropped
/// before.
#[derive(Debug)]
pub(crate) struct WholeFile {
    out: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl WholeFile {
    /// Starts the file.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut builder = tempfile::Builder::new();
        builder.prefix(".letip-").suffix(".partial");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As for any new file: the umask takes away what it does not allow.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file =
            builder.tempfile_in(folder.unwrap_or(Path::new("."))).map_err(|e| cannot_write(path, &e))?;
        Ok(Self { out: BufWriter::new(file), path: path.to_owned() })
    }

    /// Gives the file its name, in place of what had it before.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let Self { out, path } = self;
        let file = out.into_inner().map_err(|error| cannot_write(&path, error.error()))?;
        file.as_file().sync_all().map_err(|error| cannot_write(&path, &error))?;
        file.persist(&path).map_err(|error| cannot_write(&path, &error.error))?;
        Ok(())
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What to say when `path` cannot be written.
pub(crate) fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::failed(format!("cannot write {}: {error}", path.display()));
    match error.kind() {
        io::ErrorKind::StorageFull => failure.hint("free some space; nothing was left behind"),
        io::ErrorKind::NotFound => failure.hint("make its folder first"),
        io::ErrorKind::PermissionDenied => failure.hint("name a file in a folder that you may write to"),
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_appears_only_once_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        std::fs::write(&path, "before").unwrap();
        let mut file = WholeFile::create(&path).unwrap();
        file.write_all(b"after").unwrap();
        file.flush().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "before");
        file.finish().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "after");
    }

    #[test]
    fn a_file_that_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        drop(WholeFile::create(&folder.path().join("out.csv")).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_missing_folder_is_told() {
        let failure = WholeFile::create(Path::new("/nowhere/at/all/out.csv")).unwrap_err().to_string();
        assert!(failure.contains("/nowhere/at/all/out.csv") && failure.contains("hint:"), "{failure}");
    }
}
