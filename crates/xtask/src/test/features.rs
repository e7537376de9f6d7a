//! Every combination of a crate's features compiles, on the host and for a browser.

use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::provision::wasm_std::{TARGET, WasmStd};
use crate::test::report::Outcome;
use crate::test::session::Session;
use crate::workspace::{Package, Workspace};

/// The crates that promise it.
const PACKAGES: [&str; 1] = ["requery"];

/// A crate that is built otherwise for each side, with what is turned on there.
const SIDES: [(&str, &[&str], &[&str]); 1] =
    [("requery-leptos", &["devtools", "ssr,devtools"], &["hydrate", "hydrate,devtools"])];

/// Checks one combination after the other. Without a standard library for it, the browser is left out.
pub(crate) fn combinations(session: &Session<'_>) -> Result<Outcome> {
    let workspace = session.workspace;
    let wasm = WasmStd::detect(workspace, session.choice);
    for name in PACKAGES {
        for features in subsets(workspace.package(name)?) {
            check(workspace.cargo(), name, &features, &[])?;
            check_for_browser(workspace, wasm.as_ref(), name, &features)?;
        }
    }
    for (name, host, browser) in SIDES {
        for features in host {
            check(workspace.cargo(), name, features, &[])?;
        }
        for features in browser {
            check_for_browser(workspace, wasm.as_ref(), name, features)?;
        }
    }
    Ok(match wasm {
        Some(_) => Outcome::Done,
        None => Outcome::Skipped(format!("done on the host; there is no standard library for {TARGET}")),
    })
}

fn check_for_browser(workspace: &Workspace, std: Option<&WasmStd>, name: &str, features: &str) -> Result<()> {
    let Some(std) = std else { return Ok(()) };
    let folder = workspace.target.join("wasm");
    let mut cargo = std.cargo(workspace, &folder)?;
    cargo.env("CARGO_TARGET_DIR", &folder);
    check(cargo, name, features, &[&["--target", TARGET], std.flags()].concat())
}

fn check(mut cargo: Command, name: &str, features: &str, target: &[&str]) -> Result<()> {
    cargo.args(["check", "--quiet", "--package", name, "--lib", "--no-default-features"]);
    cargo.args(["--features", features]).args(target);
    let on = if target.is_empty() { "the host" } else { TARGET };
    process::run(&mut cargo, &format!("check {name} with the features `{features}` on {on}"))
}

/// Every choice of features, as cargo takes them: the empty one first.
fn subsets(package: &Package) -> Vec<String> {
    let names = package.features.keys().filter(|name| *name != "default");
    names.fold(vec![String::new()], |chosen, name| {
        let with = chosen.iter().map(|features| format!("{features} {name}").trim().to_owned());
        with.collect::<Vec<_>>().into_iter().chain(chosen.iter().cloned()).rev().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_of_features_is_made_once() {
        let workspace = Workspace::locate().unwrap();
        let package = workspace.package("requery").unwrap();
        let mut all = subsets(package);
        let count = all.len();
        assert!(all.contains(&String::new()) && all.iter().any(|it| it.contains("tokio")), "{all:?}");
        all.sort();
        all.dedup();
        assert_eq!((all.len(), count), (count, 1 << package.features.len()));
    }

    #[test]
    fn features_of_either_side_are_features() {
        let workspace = Workspace::locate().unwrap();
        for (name, host, browser) in SIDES {
            let package = workspace.package(name).unwrap();
            let named = host.iter().chain(browser).flat_map(|features| features.split(','));
            named.for_each(|feature| assert!(package.features.contains_key(feature), "{name}: {feature}"));
        }
    }
}
