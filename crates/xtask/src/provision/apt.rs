//! Debian packages, through apt-get.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::process;
use crate::provision::which;

/// A package and what the project uses it for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) purpose: &'static str,
}

/// How this user can install packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// apt-get runs as it is.
    Root,
    /// `sudo` asks for no password.
    Sudo,
    /// There is apt-get, but only the user can run it.
    UserOnly,
    /// Not a Debian system.
    None,
}

/// How this user can install packages.
pub(crate) fn access() -> Access {
    if which("apt-get").is_none() {
        return Access::None;
    }
    if rustix::process::geteuid().is_root() {
        return Access::Root;
    }
    let sudo = which("sudo").is_some_and(|sudo| {
        let mut command = Command::new(sudo);
        process::run_quietly(command.args(["-n", "true"]), "ask for sudo", Duration::from_secs(10))
            .unwrap_or(false)
    });
    if sudo { Access::Sudo } else { Access::UserOnly }
}

/// Installs packages, saying so first. The error tells what to run by hand when this user may not.
pub(crate) fn install(packages: &[Package]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let access = access();
    match access {
        Access::None => bail!("this system has no apt-get; install {} by hand", by_name(packages)),
        Access::UserOnly => bail!("packages are missing; run: {}", by_hand(packages)),
        Access::Root | Access::Sudo => {}
    }
    eprintln!("installing with apt-get:");
    for package in packages {
        eprintln!("  {}: {}", package.name, package.purpose);
    }
    if known(packages) && fetch_and_install(access, packages).is_ok() {
        return Ok(());
    }
    process::signals::check()?;
    process::run(apt_get(access).arg("update"), "update the package lists")?;
    fetch_and_install(access, packages)
}

/// The command that a user with a password can run.
pub(crate) fn by_hand(packages: &[Package]) -> String {
    format!("sudo apt-get install --no-install-recommends {}", by_name(packages))
}

fn by_name(packages: &[Package]) -> String {
    packages.iter().map(|package| package.name).collect::<Vec<_>>().join(" ")
}

/// Whether the package lists that are there already hold every package.
fn known(packages: &[Package]) -> bool {
    packages.iter().all(|package| {
        let shown = process::query(Command::new("apt-cache").args(["policy", package.name]));
        shown.is_some_and(|text| text.contains("Candidate:") && !text.contains("Candidate: (none)"))
    })
}

fn fetch_and_install(access: Access, packages: &[Package]) -> Result<()> {
    let mut command = apt_get(access);
    command.args(["install", "--yes", "--no-install-recommends"]);
    command.args(packages.iter().map(|package| package.name));
    process::run(&mut command, "install packages")
}

fn apt_get(access: Access) -> Command {
    // In runlevel 1 a package does not start its service: PostgreSQL is wanted for its programs only.
    const ENVIRONMENT: [(&str, &str); 2] = [("DEBIAN_FRONTEND", "noninteractive"), ("RUNLEVEL", "1")];
    let mut command = if access == Access::Sudo {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "env"]).args(ENVIRONMENT.map(|(name, value)| format!("{name}={value}")));
        sudo.arg("apt-get");
        sudo
    } else {
        let mut direct = Command::new("apt-get");
        direct.envs(ENVIRONMENT);
        direct
    };
    // Another apt-get may be at work, as on a machine that has just been started.
    command.args(["-o", "DPkg::Lock::Timeout=300"]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    const LLD: Package = Package { name: "lld-22", purpose: "linker" };
    const WEB: Package = Package { name: "rustc-web", purpose: "compiler" };

    #[test]
    fn the_command_for_the_user_names_every_package() {
        assert_eq!(by_hand(&[LLD, WEB]), "sudo apt-get install --no-install-recommends lld-22 rustc-web");
    }

    #[test]
    fn nothing_to_install_is_no_error_anywhere() {
        install(&[]).unwrap();
    }

    #[test]
    fn sudo_carries_the_environment_along() {
        let command = apt_get(Access::Sudo);
        let arguments: Vec<_> = command.get_args().map(|it| it.to_string_lossy().into_owned()).collect();
        assert_eq!(arguments[..3], ["-n", "env", "DEBIAN_FRONTEND=noninteractive"]);
        assert!(arguments.contains(&"apt-get".to_owned()));
    }
}
