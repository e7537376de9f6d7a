//! Files that wait until a person has seen what is in them and says that they are to be imported.
//!
//! The name of such a file in the folder holds whose it is and a random id: nobody comes by another's, whatever they send,
//! and each server that shares the folder finds it. One that nobody wanted goes after an hour.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use contract::UserId;
use discovery::import::{ColumnMap, ImportRequest};
use tempfile::{NamedTempFile, TempPath};
use uuid::Uuid;

use super::columns::NamedColumns;
use super::{Upload, clean, ending};
use crate::problem::{ApiProblem, NOT_FOUND};

/// How long a file waits.
pub(crate) const KEPT: Duration = Duration::from_secs(60 * 60);
/// What the names of those files begin with.
pub(crate) const PREFIX: &str = "waiting-";

/// A file that waits, as a page names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    id: Uuid,
    /// What its person calls it.
    name: String,
    path: PathBuf,
}

impl Waiting {
    /// The file of that id and name that `owner` left, if it still waits; nobody owns anything on a server that asks
    /// nobody to sign in.
    pub(crate) fn named(folder: &Path, owner: Option<UserId>, id: Uuid, name: &str) -> Self {
        let name = clean(name);
        let owner = owner.map_or_else(|| "anyone".to_owned(), |owner| owner.0.simple().to_string());
        let path = folder.join(format!("{PREFIX}{owner}-{}{}", id.simple(), ending(&name)));
        Self { id, name, path }
    }

    /// Leaves a file to wait.
    pub(crate) fn leave(upload: Upload, folder: &Path, owner: Option<UserId>) -> Result<Self, ApiProblem> {
        let waiting = Self::named(folder, owner, Uuid::new_v4(), &upload.name);
        upload.file.persist(&waiting.path).map_err(|error| ApiProblem::internal(&error))?;
        Ok(waiting)
    }

    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What its import is asked with, as long as it waits, by what the names of columns say.
    pub(crate) fn request(&self) -> Result<ImportRequest, ApiProblem> {
        let modified = fs::metadata(&self.path).and_then(|found| found.modified()).map_err(|_| gone())?;
        let age = SystemTime::now().duration_since(modified).unwrap_or_default();
        if age > KEPT {
            return Err(gone());
        }
        let name = Some(self.name.clone());
        Ok(ImportRequest { path: self.path.clone(), name, columns: ColumnMap::default() })
    }

    /// Takes the file for its import: of two who take it at once one has it.
    pub(crate) fn take(&self) -> Result<Upload, ApiProblem> {
        let waiting = self.request()?.path;
        let name = format!("upload-{}{}", self.id.simple(), ending(&self.name));
        let taken = self.path.with_file_name(name);
        fs::rename(&waiting, &taken).map_err(|_| gone())?;
        let failed = |error: std::io::Error| ApiProblem::internal(&error);
        let path = TempPath::try_from_path(taken).map_err(failed)?;
        let file = fs::File::open(&path).map_err(failed)?;
        let digest = self.id.simple().to_string();
        let file = NamedTempFile::from_parts(file, path);
        Ok(Upload { file, name: self.name.clone(), digest, columns: NamedColumns::new() })
    }
}

fn gone() -> ApiProblem {
    let detail = "this file no longer waits: it was imported, or an hour has passed; look under Jobs, or choose it again";
    ApiProblem::new(NOT_FOUND, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leave(folder: &Path, owner: Option<UserId>) -> Waiting {
        let file = tempfile::Builder::new().prefix("upload-").suffix(".csv").tempfile_in(folder).unwrap();
        fs::write(file.path(), "name\nA\n").unwrap();
        let upload = Upload {
            file,
            name: "leads.csv".to_owned(),
            digest: String::new(),
            columns: NamedColumns::new(),
        };
        Waiting::leave(upload, folder, owner).unwrap()
    }

    #[test]
    fn a_file_is_its_owner_s_and_taken_once() {
        let folder = tempfile::tempdir().unwrap();
        let (ada, eve) = (Some(UserId(Uuid::from_u128(1))), Some(UserId(Uuid::from_u128(2))));
        let waiting = leave(folder.path(), ada);
        for owner in [eve, None] {
            let other = Waiting::named(folder.path(), owner, waiting.id(), "leads.csv");
            assert!(other.request().is_err() && other.take().is_err());
        }
        let again = Waiting::named(folder.path(), ada, waiting.id(), "../leads.csv");
        assert_eq!(again, waiting);
        assert!(waiting.request().is_ok());
        let upload = waiting.take().unwrap();
        assert_eq!(fs::read_to_string(upload.request().path).unwrap(), "name\nA\n");
        assert!(waiting.take().is_err() && waiting.request().is_err());
        drop(upload);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "an upload that is not kept goes");
    }

    #[test]
    fn a_file_waits_for_an_hour() {
        let folder = tempfile::tempdir().unwrap();
        let waiting = leave(folder.path(), None);
        let before = SystemTime::now() - KEPT - Duration::from_secs(1);
        fs::File::options().append(true).open(&waiting.path).unwrap().set_modified(before).unwrap();
        assert!(waiting.request().is_err() && waiting.take().is_err());
    }
}
