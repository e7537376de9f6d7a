//! requery beside the cache that it takes its semantics from: the same workloads on both, in one run.

use anyhow::{Context, Result, bail};

use crate::bench::document::Table;
use crate::bench::requery::figures::Spread;
use crate::bench::requery::peer::{Answer, Peer};
use crate::bench::requery::rows::{Figure, Row};
use crate::provision::apt;
use crate::provision::node::{self, Node};
use crate::report::announce;
use crate::workspace::Workspace;

mod figures;
mod peer;
mod programs;
mod rows;
mod size;

/// Stands above the table.
pub(crate) const ABOUT: &str = "The workloads of `crates/requery-bench` on query-core in Node, on requery as a native \
     program with one thread and the allocator of `letip`, and on requery as a WASM module in Node with the whole loop inside; \
     both are optimised as a whole. Every peer stands on a clock that does not move by itself and tells listeners at once, and \
     every run has to lead to the same outcome on all of them. Peers take turns, run by run; medians of nine runs behind two \
     for warming up, ± half the distance between the quartiles; a ratio is query-core's median by the other.";

/// The crate that has the workloads, and in `tests/interop` the packages that Node needs.
const PACKAGE: &str = "requery-bench";

const WARM_UP: usize = 2;
const RUNS: usize = 9;

/// What a workload took on each of the peers, run by run.
struct Runs {
    reference: Vec<Answer>,
    native: Vec<Answer>,
    wasm: Vec<Answer>,
}

/// Builds the programs and runs all workloads.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    let node = provide_node()?;
    let folder = workspace.package(PACKAGE)?.folder().join("tests/interop");
    node.install(&folder)?;
    let (native, counting) = programs::native(workspace)?;
    let module = programs::module(workspace)?;
    let wasm = || Peer::node(workspace, &node, &folder, &["wasm", &module.display().to_string()]);
    let mut table = Table::new(["", "query-core", "native", "WASM", "native, ratio", "WASM, ratio"]);
    let mut peers = Peers {
        reference: Peer::node(workspace, &node, &folder, &["query-core"])?,
        native: Peer::program(workspace, &native)?,
        wasm: wasm()?,
        counting: Peer::program(workspace, &counting)?,
        another_wasm: &wasm,
    };
    for group in rows::ALL {
        announce(group.workload);
        let runs = peers.run(group.workload)?;
        for row in group.rows {
            add(&mut table, &row.of(&runs, &mut peers, group.workload)?, row);
        }
    }
    size::add(workspace, &node, &folder, &mut table)?;
    Ok(table)
}

fn provide_node() -> Result<Node> {
    if node::find().is_none() {
        apt::install(&node::PACKAGES)?;
    }
    node::find().with_context(|| format!("this benchmark needs Node {} or newer", node::OLDEST))
}

struct Peers<'a> {
    reference: Peer,
    native: Peer,
    wasm: Peer,
    /// The native program, counting bytes and allocations.
    counting: Peer,
    another_wasm: &'a dyn Fn() -> Result<Peer>,
}

impl Peers<'_> {
    fn run(&mut self, workload: &str) -> Result<Runs> {
        let mut runs = Runs { reference: Vec::new(), native: Vec::new(), wasm: Vec::new() };
        for _run in 0..WARM_UP + RUNS {
            let answer = self.reference.run(workload)?;
            let native = same(&answer, self.native.run(workload)?, workload)?;
            runs.wasm.push(same(&answer, self.wasm.run(workload)?, workload)?);
            runs.native.push(native);
            runs.reference.push(answer);
        }
        for all in [&mut runs.reference, &mut runs.native, &mut runs.wasm] {
            all.drain(..WARM_UP);
        }
        Ok(runs)
    }
}

/// A ratio only means something between runs that did the same.
fn same(reference: &Answer, answer: Answer, workload: &str) -> Result<Answer> {
    if reference.outcome != answer.outcome {
        bail!("{workload} led to {} on one side and to {} on the other", reference.outcome, answer.outcome);
    }
    Ok(answer)
}

/// One figure of every peer.
#[derive(Debug, Default)]
struct Cells {
    reference: Option<Spread>,
    native: Option<Spread>,
    wasm: Option<Spread>,
}

/// Reads a figure from an answer, if it has it.
type Read = fn(&Answer) -> Option<f64>;

fn spread(answers: &[Answer], read: Read) -> Option<Spread> {
    Spread::of(answers.iter().filter_map(read))
}

impl Runs {
    fn cells(&self, read: Read) -> Cells {
        let of = |answers: &[Answer]| spread(answers, read);
        Cells { reference: of(&self.reference), native: of(&self.native), wasm: of(&self.wasm) }
    }
}

fn first_part(answer: &Answer) -> Option<f64> {
    answer.parts.first().copied()
}

/// Allocations for each part.
fn allocations(answer: &Answer) -> Option<f64> {
    Some(answer.allocations? / answer.parts.len() as f64)
}

fn counted(counting: &mut Peer, workload: &str, read: Read) -> Result<Option<Spread>> {
    // The first run also pays for what is made once.
    counting.run(workload)?;
    Ok(spread(&[counting.run(workload)?], read))
}

impl Row {
    fn of(&self, runs: &Runs, peers: &mut Peers<'_>, workload: &str) -> Result<Cells> {
        Ok(match self.figure {
            Figure::Time => runs.cells(|answer| Some(answer.nanos)),
            Figure::SlowestPart => runs.cells(|answer| figures::percentile(&answer.parts, 0.99)),
            Figure::WrittenBytes => runs.cells(first_part),
            Figure::HeldBytes => Cells {
                reference: spread(&runs.reference, first_part),
                native: counted(&mut peers.counting, workload, first_part)?,
                // A module's memory never shrinks: what is held shows in a first run only.
                wasm: spread(&[(peers.another_wasm)()?.run(workload)?], first_part),
            },
            Figure::Allocations => {
                Cells { native: counted(&mut peers.counting, workload, allocations)?, ..Cells::default() }
            }
        })
    }
}

fn add(table: &mut Table, cells: &Cells, row: &Row) {
    let show =
        |spread: &Option<Spread>| spread.as_ref().map(|it| it.show(row.figure.unit())).unwrap_or_default();
    let ratio = |spread: &Option<Spread>| match (&cells.reference, spread) {
        (Some(reference), Some(spread)) => figures::ratio(reference.median, spread.median),
        _ => String::new(),
    };
    table.row([
        row.label.to_owned(),
        show(&cells.reference),
        show(&cells.native),
        show(&cells.wasm),
        ratio(&cells.native),
        ratio(&cells.wasm),
    ]);
}
