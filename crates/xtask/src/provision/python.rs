//! Python with packages of its own in a virtual environment under the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use crate::provision::which;

/// Python 3 with its `venv` module, if it is there.
pub(crate) fn find() -> Option<PathBuf> {
    let python = which("python3")?;
    process::query(Command::new(&python).args(["-c", "import venv, ensurepip"])).map(|_| python)
}

/// An environment in `folder` with what `requirements` lists, made unless that was done since the list changed; its
/// Python.
pub(crate) fn environment(python: &Path, folder: &Path, requirements: &Path) -> Result<PathBuf> {
    let wanted = fs::read_to_string(requirements)
        .with_context(|| format!("failed to read {}", requirements.display()))?;
    let done = folder.join(".installed-requirements.txt");
    let inside = folder.join("bin/python3");
    if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(inside);
    }
    eprintln!("installing the Python packages of {} into {}", requirements.display(), folder.display());
    process::run(Command::new(python).args(["-m", "venv"]).arg(folder), "make a Python environment")?;
    let mut pip = Command::new(&inside);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(requirements);
    process::run(&mut pip, "install Python packages")?;
    process::write_file(&done, wanted)?;
    Ok(inside)
}
