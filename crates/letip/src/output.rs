//! What people and scripts read: failures with their exit status, and the outcome of a job.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use contract::{FieldError, Job, JobCounts, JobId};
use serde::Serialize;

/// Most suggestions that one hint tells.
const SUGGESTIONS: usize = 8;
/// Bytes of lines that gather before they are printed.
const WAITING: usize = 1 << 16;

/// Why a command did not do what it was asked to.
#[derive(Debug, PartialEq)]
pub(crate) struct Failure {
    message: String,
    hints: Vec<String>,
    status: u8,
}

impl Failure {
    /// The command failed: exit status 1.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: Vec::new(), status: 1 }
    }

    /// The command was asked for something that is not there or out of range: exit status 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { status: 2, ..Self::failed(message) }
    }

    /// The same failure with one more line that says what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The fields of a request that are wrong: the first one is the message, every suggestion a hint.
    /// `option` says how the command line calls a field.
    pub(crate) fn fields(errors: &[FieldError], option: impl Fn(&str) -> String) -> Self {
        let lines: Vec<String> =
            errors.iter().map(|error| format!("{}: {}", option(&error.field), error.message)).collect();
        let failure = Self::usage(lines.join("; "));
        let suggestions: Vec<&str> = errors.iter().flat_map(|e| &e.suggestions).map(String::as_str).collect();
        match suggestions.as_slice() {
            [] => failure,
            [one] => failure.hint(format!("did you mean '{one}'?")),
            several => failure.hint(one_of(several)),
        }
    }

    /// The exit status.
    pub(crate) fn status(&self) -> ExitCode {
        ExitCode::from(self.status)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        self.hints.iter().try_for_each(|hint| write!(f, "\nhint: {hint}"))
    }
}

/// The question which of the suggestions was meant; of many, the likeliest.
pub(crate) fn one_of(suggestions: &[impl AsRef<str>]) -> String {
    let shown: Vec<&str> = suggestions.iter().take(SUGGESTIONS).map(AsRef::as_ref).collect();
    let more = suggestions.len().saturating_sub(SUGGESTIONS);
    let rest = if more > 0 { format!(" (and {more} more)") } else { String::new() };
    format!("did you mean one of: {}{rest}?", shown.join(" | "))
}

/// Any error is a failure; its causes are joined by colons, each told once.
impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            cause = error.source();
        }
        Self::failed(message)
    }
}

/// What a job came to, as `--json` prints it.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    job_id: JobId,
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<u64>,
    found: u64,
    saved: u64,
    merged: u64,
    rejected: u64,
    closed: u64,
    suppressed: u64,
    duration_ms: u64,
}

impl Outcome {
    /// The outcome of a finished job that took `duration` in this process.
    pub(crate) fn new(job: &Job, duration: Duration) -> Self {
        let JobCounts { found, saved, merged, rejected, closed, suppressed, failed: _ } = job.counts;
        let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self {
            job_id: job.job_id,
            read: None,
            found,
            saved,
            merged,
            rejected,
            closed,
            suppressed,
            duration_ms,
        }
    }

    /// The same outcome with the number of records read: for an import, all that were found.
    pub(crate) fn with_read(self) -> Self {
        Self { read: Some(self.found), ..self }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = if self.read.is_some() { "read" } else { "found" };
        write!(f, "{} {found}: {} new, {} already known", self.found, self.saved, self.merged)?;
        if self.rejected > 0 {
            write!(f, ", {} rejected", self.rejected)?;
        }
        if self.closed > 0 {
            write!(f, ", {} closed for good", self.closed)?;
        }
        if self.suppressed > 0 {
            write!(f, ", {} with an address left out, as it is on the suppression list", self.suppressed)?;
        }
        let seconds = Duration::from_millis(self.duration_ms).as_secs_f64();
        write!(f, " ({seconds:.1} s)")
    }
}

/// Tells people something on stderr, if anybody listens there.
pub(crate) fn note(line: &str) {
    let _nobody_listens = writeln!(io::stderr().lock(), "{line}");
}

/// Prints `text` to stdout as it is.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever read has what they wanted, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(Failure::from),
    }
}

/// Lines for stdout, of which there may be very many.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    waiting: String,
}

impl Lines {
    /// Adds one line of JSON.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.waiting.push_str(&serde_json::to_string(value)?);
        self.waiting.push('\n');
        if self.waiting.len() < WAITING { Ok(()) } else { self.flush() }
    }

    /// Prints what still waits.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let text = std::mem::take(&mut self.waiting);
        if text.is_empty() { Ok(()) } else { print(&text) }
    }
}

/// Prints one line to stdout.
pub(crate) fn print_line(line: &str) -> Result<(), Failure> {
    print(&format!("{line}\n"))
}

/// Prints one line of JSON to stdout.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    print_line(&serde_json::to_string(value)?)
}

/// Prints the outcome for a script or for people.
pub(crate) fn print_outcome(outcome: &Outcome, json: bool) -> Result<(), Failure> {
    if json { print_json(outcome) } else { print_line(&outcome.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome() -> Outcome {
        Outcome {
            job_id: JobId("01970f3e-7b5c-7d3a-9c52-2f0e6c1f4a11".parse().unwrap()),
            read: None,
            found: 12,
            saved: 9,
            merged: 2,
            rejected: 0,
            closed: 1,
            suppressed: 0,
            duration_ms: 1_250,
        }
    }

    #[test]
    fn json_has_exactly_the_promised_fields() {
        assert_eq!(
            serde_json::to_string(&outcome()).unwrap(),
            r#"{"jobId":"01970f3e-7b5c-7d3a-9c52-2f0e6c1f4a11","found":12,"saved":9,"merged":2,"rejected":0,"closed":1,"suppressed":0,"durationMs":1250}"#
        );
        assert!(serde_json::to_string(&outcome().with_read()).unwrap().contains(r#","read":12,"found":12"#));
    }

    #[test]
    fn people_read_a_sentence() {
        assert_eq!(outcome().to_string(), "12 found: 9 new, 2 already known, 1 closed for good (1.2 s)");
    }

    #[test]
    fn field_errors_are_usage_with_their_suggestions() {
        let unknown = FieldError::new("category", "unknown", "no category 'resturant'")
            .with_suggestions(["restaurant".to_owned(), "rest_area".to_owned()]);
        let failure = Failure::fields(&[unknown], |field| format!("--{field}"));
        assert_eq!(
            failure.to_string(),
            "error: --category: no category 'resturant'\nhint: did you mean one of: restaurant | rest_area?"
        );
        assert_eq!(failure.status, 2);
    }

    #[test]
    fn causes_are_told_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot read places.csv")]
        struct Outer(#[source] std::io::Error);
        let failure = Failure::from(Outer(std::io::Error::other("disk on fire")));
        assert_eq!(failure.to_string(), "error: cannot read places.csv: disk on fire");
    }
}
