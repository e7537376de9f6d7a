//! The browser of the browser tests.

use std::env;
use std::path::PathBuf;

use crate::provision::apt::Package;
use crate::provision::{is_executable, which};

/// Debian's package.
pub(crate) const PACKAGE: Package = Package { name: "chromium", purpose: "browser tests" };

/// A Chromium or Chrome: the one that LETIP_CHROMIUM names, else one on PATH, else macOS's.
pub(crate) fn find() -> Option<PathBuf> {
    const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    const APPLICATION: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    let named = env::var_os("LETIP_CHROMIUM").map(PathBuf::from);
    let application = || Some(PathBuf::from(APPLICATION)).filter(|path| is_executable(path));
    named.or_else(|| NAMES.iter().find_map(|name| which(name))).or_else(application)
}
