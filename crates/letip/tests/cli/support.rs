//! A home for one test, and the binary run in it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// How long a condition may take before the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The centre of Helsinki, as the examples have it.
pub(crate) const CENTRE: &str = "60.1699,24.9384";

/// A folder for files and one for data, both gone after the test.
pub(crate) struct Home {
    folder: TempDir,
}

/// What a run of the binary came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// A file of the test's own.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the database is.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Writes a file of the test's own.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The command, with nothing of the caller's surroundings in it.
    pub(crate) fn command<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_letip"));
        command.args(args).current_dir(self.folder.path());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LETIP_"))
        {
            command.env_remove(name);
        }
        command.env("LETIP_DATA_DIR", self.data()).env("LETIP_JOB_LEASE", "1").stdin(Stdio::null());
        command
    }

    /// Runs the command to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args).output().unwrap())
    }

    /// Runs the command, which must succeed, and reads its stdout as one JSON value.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let ran = self.run(args);
        assert_eq!(ran.status, 0, "{args:?}: {ran:?}");
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error} in {ran:?}"))
    }

    /// Starts the command and leaves it running.
    pub(crate) fn start(&self, args: &[&str]) -> Running {
        Running::of(self.command(args))
    }

    /// The newest job.
    pub(crate) fn newest_job(&self) -> Option<Value> {
        self.json(&["jobs", "--json", "--limit", "1"]).as_array().and_then(|jobs| jobs.first().cloned())
    }

    /// Waits until the newest job is as `wanted` says.
    pub(crate) fn wait_for_job(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        wait_for("the job", || {
            self.data().join("letip.db").exists().then(|| self.newest_job()).flatten().filter(&wanted)
        })
    }

    /// The rows of the whole export as CSV.
    pub(crate) fn exported(&self) -> Vec<csv::StringRecord> {
        csv::Reader::from_reader(self.table().as_bytes()).records().collect::<Result<_, _>>().unwrap()
    }

    /// Where these columns stand in it.
    pub(crate) fn columns(&self, names: &[&str]) -> Vec<usize> {
        let table = self.table();
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let header = reader.headers().unwrap();
        names.iter().map(|name| header.iter().position(|known| known == *name).unwrap()).collect()
    }

    fn table(&self) -> String {
        let ran = self.run(&["export", "--format", "csv"]);
        assert_eq!(ran.status, 0, "{ran:?}");
        ran.stdout
    }
}

/// A running process, killed when it is dropped.
pub(crate) struct Running(Option<Child>);

impl Running {
    /// Starts the command and leaves it running.
    pub(crate) fn of(mut command: Command) -> Self {
        Self(Some(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()))
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        self.0.as_mut().unwrap()
    }

    /// SIGKILL: nothing of the process runs any more.
    pub(crate) fn kill_9(mut self) {
        self.child().kill().unwrap();
        self.child().wait().unwrap();
    }

    /// Sends a signal by name, such as `INT`.
    pub(crate) fn signal(&mut self, name: &str) {
        let pid = self.child().id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ran {
        ran(self.0.take().unwrap().wait_with_output().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // It may have ended by itself.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Waits until `look` finds something.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} does not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The number under `key` of an outcome or of a job's counts.
pub(crate) fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("no {key} in {value}"))
}

/// Asserts that what was found was saved, merged, rejected or closed.
pub(crate) fn assert_adds_up(outcome: &Value) {
    let parts: u64 = ["saved", "merged", "rejected", "closed"].map(|key| number(outcome, key)).iter().sum();
    assert_eq!(number(outcome, "found"), parts, "{outcome}");
}

/// A CSV file of `rows` businesses that are all different and far apart.
pub(crate) fn many_businesses(rows: usize) -> String {
    let mut text =
        String::from("name,category,street,city,postalCode,country,latitude,longitude,source,sourceId\n");
    for row in 0..rows {
        let (latitude, longitude) = (40.0 + (row / 100) as f64 * 0.01, -75.0 + (row % 100) as f64 * 0.01);
        writeln!(
            text,
            "Business number {row},restaurant,{row} Main Street,Springfield,07728,US,{latitude:.5},{longitude:.5},test,{row}"
        )
        .unwrap();
    }
    text
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn ran(output: Output) -> Ran {
    Ran {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
