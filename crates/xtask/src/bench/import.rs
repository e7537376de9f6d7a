//! A file of a million rows, and the list that it makes.

pub(crate) mod rows;

use std::fs;
use std::io::{BufWriter, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;
use serde::Deserialize;

use crate::bench::document::Table;
use crate::process::group::Group;
use crate::process::{self, signals};
use crate::report::{bytes, duration};
use crate::up;
use crate::workspace::Workspace;

const ROWS: u64 = 1_000_000;
const TURNS: usize = 9;
const STOPPED_WITHIN: Duration = Duration::from_secs(30);
/// The process is looked at this often for how much memory it has had at most.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What is asked of the list, and how the table calls it.
const QUESTIONS: [(&str, &str); 8] = [
    ("page 1", "/api/businesses?limit=50"),
    ("page 1,000", "/api/businesses?limit=50&page=1000"),
    ("page 1, by name", "/api/businesses?limit=50&sort=name"),
    ("search for two words", "/api/businesses?limit=50&search=harbor%20dental"),
    ("search, trade and state", "/api/businesses?limit=50&search=harbor&category=dentist&state=OH"),
    ("within 5 km of a point", "/api/businesses?limit=50&near=39.961,-82.999&radiusKm=5"),
    ("facets of the whole list", "/api/businesses/facets"),
    ("figures of the overview", "/api/businesses/stats"),
];

/// What `letip import --json` prints.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    read: u64,
    saved: u64,
    merged: u64,
    rejected: u64,
    closed: u64,
    duration_ms: u64,
}

/// Generates the file, imports it, serves it.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    let program = up::build_server(workspace, false)?;
    let folder = tempfile::Builder::new()
        .prefix("bench-import-")
        .tempdir_in(&workspace.target)
        .context("failed to make a folder for the database")?;
    let (file, data) = (folder.path().join("rows.csv"), folder.path().join("data"));
    generate(&file)?;
    let mut table = Table::new(["measured", "figure"]);
    import(workspace, &program, &file, &data, &mut table)?;
    serve(workspace, &program, &data, &mut table)?;
    Ok(table)
}

fn generate(file: &Path) -> Result<()> {
    let out = fs::File::create(file).context("failed to make the file")?;
    rows::write_csv(ROWS, BufWriter::new(out)).context("failed to write the file")
}

fn import(workspace: &Workspace, program: &Path, file: &Path, data: &Path, table: &mut Table) -> Result<()> {
    let mut command: Command = workspace.command(program);
    command.arg("import").arg(file).arg("--data-dir").arg(data).arg("--json").stdout(Stdio::piped());
    let mut group = Group::spawn(&mut command, "import the file")?;
    let memory = peak_memory(&mut group)?;
    let mut printed = String::new();
    if let Some(mut stdout) = group.take_stdout() {
        stdout.read_to_string(&mut printed).context("failed to read what the import printed")?;
    }
    let outcome: Outcome =
        serde_json::from_str(&printed).with_context(|| format!("the import printed {printed:?}"))?;
    let told = outcome.saved + outcome.merged + outcome.rejected + outcome.closed;
    ensure!(outcome.read == ROWS && told == ROWS, "not every row is accounted for: {outcome:?}");
    let seconds = Duration::from_millis(outcome.duration_ms.max(1)).as_secs_f64();
    let database = fs::metadata(data.join("letip.db")).context("failed to look at the database")?.len();
    #[expect(clippy::cast_precision_loss, reason = "a million is exact")]
    let rate = ROWS as f64 / seconds;
    table.row(["import".into(), duration(Duration::from_secs_f64(seconds))]);
    table.row(["rows a second".into(), format!("{rate:.0}")]);
    table.row(["saved, merged, rejected, closed".into(), counts(&outcome)]);
    table.row(["memory at most".into(), memory.map_or_else(|| "not known".into(), bytes)]);
    table.row(["database".into(), bytes(database)]);
    Ok(())
}

fn counts(outcome: &Outcome) -> String {
    format!("{}, {}, {}, {}", outcome.saved, outcome.merged, outcome.rejected, outcome.closed)
}

/// Waits for the end; answers the most memory that was seen, where the system tells it.
fn peak_memory(group: &mut Group) -> Result<Option<u64>> {
    let mut most = None;
    loop {
        signals::check()?;
        // What the kernel says is the highest so far: the last look misses only the end.
        most = high_water(group.id()).or(most);
        if let Some(status) = group.try_wait()? {
            process::expect_success(status, "import the file")?;
            return Ok(most);
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// `VmHWM` of `/proc/PID/status`, in bytes.
fn high_water(process: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn serve(workspace: &Workspace, program: &Path, data: &Path, table: &mut Table) -> Result<()> {
    let (mut server, address) = up::start_on_free_port(workspace, program, data, &["--no-sign-in"])?;
    for (name, path) in QUESTIONS {
        let mut times = Vec::with_capacity(TURNS);
        for _ in 0..TURNS {
            signals::check()?;
            times.push(ask(address, path).with_context(|| format!("failed to get {path}"))?);
        }
        times.sort_unstable();
        table.row([name.into(), duration(times[TURNS / 2])]);
    }
    server.stop(Signal::TERM, STOPPED_WITHIN);
    Ok(())
}

/// How long one answer takes, from the connection to its last byte.
fn ask(address: SocketAddr, path: &str) -> Result<Duration> {
    let start = Instant::now();
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let took = start.elapsed();
    if !answer.starts_with(b"HTTP/1.1 200") {
        let head: Vec<u8> = answer.into_iter().take(300).collect();
        bail!("the answer is {}", String::from_utf8_lossy(&head));
    }
    Ok(took)
}
