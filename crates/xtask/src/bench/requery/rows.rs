//! The rows of the table, by the workload that they come from.

use crate::bench::requery::figures::Unit;

/// What a row says about a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Figure {
    /// How long it took.
    Time,
    /// How long its parts took of which one in a hundred took longer.
    SlowestPart,
    /// How often memory was allocated for each of its parts.
    Allocations,
    /// How much it wrote.
    WrittenBytes,
    /// How much each of what it made holds.
    HeldBytes,
}

impl Figure {
    pub(super) fn unit(self) -> Unit {
        match self {
            Self::Time | Self::SlowestPart => Unit::Nanoseconds,
            Self::Allocations => Unit::Count,
            Self::WrittenBytes | Self::HeldBytes => Unit::Bytes,
        }
    }
}

pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) figure: Figure,
}

pub(super) struct Group {
    pub(super) workload: &'static str,
    pub(super) rows: &'static [Row],
}

const fn group(workload: &'static str, rows: &'static [Row]) -> Group {
    Group { workload, rows }
}

macro_rules! group {
    ($workload:literal, $($figure:ident $label:literal),+) => {
        group($workload, &[$(Row { label: $label, figure: Figure::$figure }),+])
    };
}

pub(super) const ALL: &[Group] = &[
    group!("s1/set", Time "S1 100,000 writes to 10,000 queries"),
    group!("s1/set-observed", Time "S1 the same, each query observed"),
    group!("s1/set-defaults", Time "S1 the same, with defaults for ten prefixes"),
    group!("s1/get", Time "S1 100,000 reads"),
    group!("s1/get-defaults", Time "S1 the same, with defaults for ten prefixes"),
    group!("s2/pair", Time "S2 100,000 keys of a name and a number"),
    group!("s2/filters", Time "S2 100,000 keys of six fields in three orders, typed"),
    group!("s2/filters-dynamic", Time "S2 the same, `serde_json::Value` made in the loop"),
    group!("s3/exact", Time "S3 100 exact invalidations in 10,000 queries"),
    group!("s3/prefix", Time "S3 100 prefixes of 10 queries each"),
    group!("s3/all", Time "S3 one prefix of all 10,000"),
    group!("s3/refetch", Time "S3 1,000 observed queries invalidated and fetched"),
    group!("s4/plain", Time "S4 one change, 10,000 observers"),
    group!("s4/select", Time "S4 the same, each with a selection"),
    group!("s4/batched", Time "S4 ten changes in a batch, 1,000 observers each"),
    group!("s4/subscribe", Time "S4 10,000 observers come and go"),
    group!("s5/one", Time "S5 ten times 1,000 rows, one changed"),
    group!("s5/none", Time "S5 ten times 1,000 rows, none changed"),
    group!("s5/one-parsed", Time "S5 one changed, parsed from JSON in the loop"),
    group!("s6/lists",
        Time "S6 1,000 events, 50 lists of 200 rows: every list mapped",
        SlowestPart "S6 99th percentile of an event",
        Allocations "S6 allocations of an event"),
    group!("s6/lists-guarded",
        Time "S6 the same, lists without the row left alone",
        SlowestPart "S6 99th percentile of an event",
        Allocations "S6 allocations of an event"),
    group!("s6/entities",
        Time "S6 other algorithms: entities beside every list mapped",
        SlowestPart "S6 99th percentile of an event",
        Allocations "S6 allocations of an event"),
    group!("s7/fetch", Time "S7 10,000 fetches, each awaited"),
    group!("s7/dedup", Time "S7 10,000 calls share one fetch"),
    group!("s7/mutate", Time "S7 10,000 optimistic mutations, with snapshots"),
    group!("s7/mutate-layers", Time "S7 other algorithms: layers beside snapshots"),
    group!("s7/gc", Time "S7 100,000 queries written and collected"),
    group!("s7/stale", Time "S7 10,000 observers hear that data is stale"),
    group!("s8/dehydrate",
        Time "S8 10,000 queries to JSON, in query-core's schema",
        WrittenBytes "S8 bytes written"),
    group!("s8/hydrate", Time "S8 and back, all read"),
    group!("s8/dehydrate-own",
        Time "S8 to JSON, each in its own schema",
        WrittenBytes "S8 bytes written"),
    group!("s8/hydrate-own", Time "S8 and back, all read"),
    group!("memory/query", HeldBytes "memory of a query"),
    group!("memory/observer", HeldBytes "memory of an observer"),
];
