//! What was found, in figures.

use std::fmt;
use std::ops::AddAssign;

/// Of one run, or of many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    pub(crate) runs: u64,
    /// Events that the client took over.
    pub(crate) events: u64,
    /// Changes that were committed.
    pub(crate) commits: u64,
    /// Connections that the proxy carried.
    pub(crate) connections: u64,
    /// Connections that it ended.
    pub(crate) broken: u64,
    /// How often the stream was resumed.
    pub(crate) resumed: u64,
    /// How often the stream was reset.
    pub(crate) resets: u64,
    /// Results that observers were shown.
    pub(crate) results: u64,
    /// Events that never came.
    pub(crate) lost: u64,
    /// Events that came twice, or before an earlier one.
    pub(crate) doubled: u64,
    /// Versions that were shown after a later one.
    pub(crate) older: u64,
    /// Queries that differ from a fresh fetch.
    pub(crate) different: u64,
    /// Each finding in words.
    pub(crate) notes: Vec<String>,
}

impl Findings {
    pub(crate) fn is_clean(&self) -> bool {
        self.lost + self.doubled + self.older + self.different == 0
    }
}

impl AddAssign for Findings {
    fn add_assign(&mut self, other: Self) {
        self.runs += other.runs;
        self.events += other.events;
        self.commits += other.commits;
        self.connections += other.connections;
        self.broken += other.broken;
        self.resumed += other.resumed;
        self.resets += other.resets;
        self.results += other.results;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.older += other.older;
        self.different += other.different;
        self.notes.extend(other.notes);
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} runs, {} commits, {} events, {} connections of which {} were broken, {} resumed, {} resets, {} results \
             shown; {} lost, {} doubled, {} older, {} different",
            self.runs,
            self.commits,
            self.events,
            self.connections,
            self.broken,
            self.resumed,
            self.resets,
            self.results,
            self.lost,
            self.doubled,
            self.older,
            self.different,
        )
    }
}
