//! A worker process that is killed at random points, over and over, until its job is done.

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use contract::{JobId, JobStatus};
use futures::TryStreamExt;
use store::{Store, StoreConfig};
use tokio_util::sync::CancellationToken;

use crate::support::*;

const FOLDER: &str = "JOBS_TEST_FOLDER";
const JOB: &str = "JOBS_TEST_JOB";
const ROWS: u64 = 600;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_survives_kill_9_with_no_row_lost_or_doubled() {
    let db = store::test_support::sqlite().await;
    let (store, folder) = (db.store(), db.folder().unwrap().to_owned());
    let id = enqueue(store, 1000).await;
    let seed = fastrand::u64(..);
    eprintln!("the moments of the kills come from seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);

    let mut kills: u32 = 0;
    loop {
        let begun = job(store, id).await;
        let enough = begun.counts.saved + random.u64(1..ROWS / 4);
        let worker = Worker::start(&folder, id);
        let reached = wait_for(store, id, |job| job.counts.saved >= enough || job.status.is_finished()).await;
        // Somewhere between two commits, or in the middle of one.
        tokio::time::sleep(Duration::from_micros(random.u64(0..8_000))).await;
        drop(worker);
        if reached.status.is_finished() {
            break;
        }
        kills += 1;
    }

    let done = job(store, id).await;
    assert_eq!((done.status, done.counts.saved), (JobStatus::Completed, ROWS), "{done:?}");
    assert!(kills >= 3, "only {kills} kills");
    assert!(done.attempt >= kills, "{} attempts for {kills} kills", done.attempt);
    let names: Vec<String> =
        store.business_stream(&<_>::default()).map_ok(|row| row.name).try_collect().await.unwrap();
    let distinct: HashSet<&String> = names.iter().collect();
    assert_eq!((names.len() as u64, distinct.len() as u64), (ROWS, ROWS));
}

/// Not a test: what the test above starts as a process of its own.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the worker process of the test beside it"]
async fn worker() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let id: JobId = std::env::var(JOB).unwrap().parse().unwrap();
    let store = Store::open(&StoreConfig::sqlite(folder)).await.unwrap();
    let runner = runner(&store).lease(Duration::from_millis(400)).handler(row_writer(ROWS, 5));
    runner.run_one(id, CancellationToken::new()).await.unwrap();
}

/// A worker process, killed with SIGKILL when it is dropped.
struct Worker(Child);

impl Worker {
    fn start(folder: &std::path::Path, job: JobId) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["surviving::worker", "--exact", "--ignored"]);
        command.env(FOLDER, folder).env(JOB, job.to_string());
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}
