//! A fresh clone, one command, a page.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use crate::bench::document::Table;
use crate::process::group::Group;
use crate::process::{self, signals};
use crate::report::{Timing, duration};
use crate::workspace::Workspace;

const LIMIT: Duration = Duration::from_secs(3600);
const STOPPED_WITHIN: Duration = Duration::from_secs(30);

/// Clones what is committed, runs `cargo xtask up` there until the page is ready, and stops it.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    fs::create_dir_all(&workspace.target).context("failed to make the target folder")?;
    let folder = tempfile::Builder::new()
        .prefix("bench-up-")
        .tempdir_in(&workspace.target)
        .context("failed to make a folder for the clone")?;
    let clone = folder.path().join("clone");
    let mut git = workspace.command("git");
    git.args(["clone", "--quiet", "--no-hardlinks"]).arg(&workspace.root).arg(&clone);
    process::run(&mut git, "clone the repository")?;
    let timings = folder.path().join("timings.json");
    let start = Instant::now();
    let mut up = start_up(workspace, &clone, &timings)?;
    wait_for(&mut up, &timings)?;
    let took = start.elapsed();
    up.stop(Signal::INT, STOPPED_WITHIN);
    table(&timings, took)
}

fn start_up(workspace: &Workspace, clone: &Path, timings: &Path) -> Result<Group> {
    let mut cargo = workspace.cargo();
    cargo.current_dir(clone).env("CARGO_TARGET_DIR", clone.join("target"));
    cargo.args(["xtask", "up", "--listen", "127.0.0.1:0", "--timings"]).arg(timings);
    Group::spawn(&mut cargo, "run `cargo xtask up`")
}

fn wait_for(up: &mut Group, timings: &Path) -> Result<()> {
    let deadline = Instant::now() + LIMIT;
    while !timings.exists() {
        signals::check()?;
        if let Some(status) = up.try_wait()? {
            bail!("`cargo xtask up` ended before the page was ready: {status}");
        }
        if Instant::now() > deadline {
            bail!("`cargo xtask up` took longer than {}", duration(LIMIT));
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn table(timings: &Path, took: Duration) -> Result<Table> {
    let text = fs::read(timings).context("failed to read the timings")?;
    let steps: Vec<Timing> = serde_json::from_slice(&text).context("failed to read the timings")?;
    let timed: Duration = steps.iter().map(|step| Duration::from_secs_f64(step.seconds)).sum();
    let mut table = Table::new(["step", "time"]);
    table.row(["xtask itself".into(), duration(took.saturating_sub(timed))]);
    for step in steps {
        table.row([step.name, duration(Duration::from_secs_f64(step.seconds))]);
    }
    table.row(["total".into(), duration(took)]);
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_step_accounts_for_is_the_time_of_xtask_itself() {
        let folder = tempfile::tempdir().unwrap();
        let timings = folder.path().join("timings.json");
        fs::write(&timings, r#"[{"name":"page","seconds":90.0},{"name":"server","seconds":30.0}]"#).unwrap();
        let text = table(&timings, Duration::from_secs(150)).unwrap().plain();
        assert!(text.contains("xtask itself      30.0 s"), "{text}");
        assert!(text.contains("total         2 min 30 s"), "{text}");
    }
}
