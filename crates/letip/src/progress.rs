//! The progress of a job on a terminal's stderr; nothing anywhere else.

use std::convert::Infallible;
use std::io::IsTerminal;
use std::time::Duration;

use contract::{Job, JobId, JobProgress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use store::Store;

/// How often the job is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

const COUNTED: &str = "{spinner} {prefix} [{bar:30}] {percent} % {wide_msg}";
const UNCOUNTED: &str = "{spinner} {prefix} {wide_msg}";

/// Whether a bar would be seen and would disturb no log.
pub(crate) fn is_wanted(verbose: u8) -> bool {
    verbose == 0 && std::io::stderr().is_terminal()
}

/// Draws the job's progress until the future is dropped. Does nothing where `wanted` is false.
pub(crate) async fn show(store: &Store, job: JobId, wanted: bool) -> Infallible {
    if !wanted {
        return std::future::pending().await;
    }
    let bar = Bar(ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()));
    loop {
        if let Ok(Some(job)) = store.get_job(job).await {
            bar.draw(&job);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// A bar that leaves the terminal as it found it.
struct Bar(ProgressBar);

impl Bar {
    fn draw(&self, job: &Job) {
        let JobProgress { done, total, stage, message } = &job.progress;
        let template = if total.is_some() { COUNTED } else { UNCOUNTED };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style);
        }
        if let Some(total) = total {
            self.0.set_length(*total);
        }
        let stage = if stage.is_empty() { job.status.as_str() } else { stage };
        let words = message
            .clone()
            .unwrap_or_else(|| format!("{} new, {} already known", job.counts.saved, job.counts.merged));
        self.0.set_prefix(stage.to_owned());
        self.0.set_message(words);
        self.0.set_position(*done);
        self.0.tick();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
