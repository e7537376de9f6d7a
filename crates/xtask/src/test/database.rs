//! A throw-away PostgreSQL server: its own folder, a free port of loopback, no passwords, no durability.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::process::group::Group;
use crate::process::{self, signals};
use crate::workspace::Workspace;

const READY_WITHIN: Duration = Duration::from_secs(60);
const STOPPED_WITHIN: Duration = Duration::from_secs(10);

/// A running server; dropping it stops it and removes its folder.
#[derive(Debug)]
pub(crate) struct Database {
    server: Group,
    port: u16,
    // Removed after the server has stopped: fields are dropped in this order.
    _folder: TempDir,
}

impl Database {
    /// Creates a cluster and starts it.
    pub(crate) fn start(programs: &Path, workspace: &Workspace) -> Result<Self> {
        let account = Account::of_server()?;
        let folder = new_folder(workspace, account)?;
        let data = folder.path().join("data");
        eprintln!("starting a throw-away PostgreSQL from {}", programs.display());
        initialise(programs, folder.path(), &data, account)?;
        let log = folder.path().join("log");
        let port = free_port()?;
        let output = File::create(&log).context("failed to make the server's log")?;
        let mut command = account.command(programs.join("postgres"), folder.path());
        command.arg("-D").arg(&data).args(settings(port));
        command.stderr(output.try_clone().context("failed to share the server's log")?).stdout(output);
        let mut server = Group::spawn_service(&mut command, "start PostgreSQL")?;
        wait_until_ready(&mut server, &log)?;
        Ok(Self { server, port, _folder: folder })
    }

    /// Where tests connect; the user may create databases.
    pub(crate) fn url(&self) -> String {
        format!("postgres://letip@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
        self.server.stop(Signal::INT, STOPPED_WITHIN);
    }
}

/// Who runs the server: PostgreSQL refuses to run as root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Account {
    Caller,
    Other { user: u32, group: u32 },
}

impl Account {
    fn of_server() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Caller);
        }
        let accounts = fs::read_to_string("/etc/passwd").context("failed to read /etc/passwd")?;
        let found = ["postgres", "nobody"].iter().find_map(|name| Self::find(&accounts, name));
        found.context("there is no account called postgres or nobody to run PostgreSQL as")
    }

    fn find(accounts: &str, name: &str) -> Option<Self> {
        accounts.lines().find_map(|line| {
            let mut fields = line.split(':');
            let is_it = fields.next() == Some(name);
            let user = fields.nth(1)?.parse().ok()?;
            let group = fields.next()?.parse().ok()?;
            is_it.then_some(Self::Other { user, group })
        })
    }

    fn command(self, program: PathBuf, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env("LC_ALL", "C.UTF-8");
        if let Self::Other { user, group } = self {
            command.uid(user).gid(group);
        }
        command
    }
}

/// Below the target folder; for another account in the system's folder, because the target folder may lie where
/// that account cannot go.
fn new_folder(workspace: &Workspace, account: Account) -> Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("letip-postgres-");
    let folder = match account {
        Account::Caller => {
            fs::create_dir_all(&workspace.target).and_then(|()| builder.tempdir_in(&workspace.target))
        }
        Account::Other { .. } => builder.tempdir(),
    };
    let folder = folder.context("failed to make a folder for PostgreSQL")?;
    if let Account::Other { user, group } = account {
        chown(folder.path(), Some(user), Some(group)).context("failed to hand over PostgreSQL's folder")?;
    }
    Ok(folder)
}

fn initialise(programs: &Path, folder: &Path, data: &Path, account: Account) -> Result<()> {
    let log = folder.join("initdb");
    let output = File::create(&log).context("failed to make initdb's log")?;
    let mut command = account.command(programs.join("initdb"), folder);
    command.args(["-U", "letip", "-A", "trust", "-E", "UTF8", "--no-sync", "-D"]).arg(data);
    command.stderr(output.try_clone().context("failed to share initdb's log")?).stdout(output);
    process::run(&mut command, "create a database cluster").with_context(|| tail(&log))
}

fn settings(port: u16) -> Vec<String> {
    let port = format!("port={port}");
    let all = [
        "listen_addresses=127.0.0.1",
        &port,
        "unix_socket_directories=",
        "max_connections=300",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "lc_messages=C",
    ];
    all.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]).collect()
}

fn wait_until_ready(server: &mut Group, log: &Path) -> Result<()> {
    let deadline = Instant::now() + READY_WITHIN;
    loop {
        signals::check()?;
        let text = fs::read_to_string(log).unwrap_or_default();
        if text.contains("database system is ready to accept connections") {
            return Ok(());
        }
        if server.try_wait()?.is_some() || Instant::now() > deadline {
            bail!("PostgreSQL did not start: {}", tail(log));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// The last lines of a log, for an error.
fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].join("; ")
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("failed to find a free port")?;
    Ok(listener.local_addr().context("failed to find a free port")?.port())
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;
    use crate::provision::postgres;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
        nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n\
        postgres:x:104:113:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn accounts_are_found_by_name() {
        assert_eq!(Account::find(PASSWD, "postgres"), Some(Account::Other { user: 104, group: 113 }));
        assert_eq!(Account::find(PASSWD, "post"), None);
    }

    #[test]
    fn a_postgres_server_starts_and_leaves_nothing_behind() {
        let Some(programs) = postgres::find() else {
            eprintln!("SKIPPED: no PostgreSQL server programs on this machine");
            return;
        };
        let workspace = Workspace::locate().unwrap();
        let database = Database::start(&programs, &workspace).unwrap();
        let (port, folder) = (database.port, database._folder.path().to_owned());
        TcpStream::connect(("127.0.0.1", port)).unwrap();
        drop(database);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
        assert!(!folder.exists());
    }
}
