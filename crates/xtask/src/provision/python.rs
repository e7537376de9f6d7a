//! Python with packages of its own in virtual environments: reference clients, and peers of benchmarks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use crate::provision::apt::Package;
use crate::provision::{version, which};

/// The oldest version that the packages in use run on.
pub(crate) const OLDEST: (u32, u32) = (3, 10);

/// Debian's packages of it and of what makes environments.
pub(crate) const PACKAGES: [Package; 2] = [
    Package { name: "python3", purpose: "interop tests" },
    Package { name: "python3-venv", purpose: "keeps what those use in a folder of its own" },
];

/// A Python that can make environments.
#[derive(Clone, Debug)]
pub(crate) struct Python {
    program: PathBuf,
    /// As `python3 --version` says it.
    pub(crate) version: String,
}

/// Python, when it is there and new enough.
pub(crate) fn find() -> Option<Python> {
    let program = which("python3")?;
    process::query(Command::new(&program).args(["-c", "import ensurepip, venv"]))?;
    let shown = process::query(Command::new(&program).arg("--version"))?;
    let version = version(shown.trim_start_matches("Python "))?;
    (version >= OLDEST).then_some(Python { program, version: shown })
}

impl Python {
    /// Installs what `requirements.txt` in `folder` lists into `.venv` beside it.
    pub(crate) fn install(&self, folder: &Path) -> Result<()> {
        self.environment(&folder.join(".venv"), &folder.join("requirements.txt")).map(drop)
    }

    /// An environment in `folder` with what `requirements` lists, made unless that was done since the list changed; its
    /// Python.
    pub(crate) fn environment(&self, folder: &Path, requirements: &Path) -> Result<PathBuf> {
        let wanted = fs::read_to_string(requirements)
            .with_context(|| format!("failed to read {}", requirements.display()))?;
        let done = folder.join("installed-requirements.txt");
        let inside = folder.join("bin/python3");
        if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
            return Ok(inside);
        }
        eprintln!("installing the Python packages of {} into {}", requirements.display(), folder.display());
        let mut make = Command::new(&self.program);
        process::run(make.args(["-m", "venv", "--clear"]).arg(folder), "make a Python environment")?;
        let mut pip = Command::new(&inside);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
        process::run(pip.arg(requirements), "install Python packages")?;
        process::write_file(&done, wanted)?;
        Ok(inside)
    }
}
