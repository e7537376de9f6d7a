//! Pages rendered on the server: one after the other, and for a thousand browsers at once.

mod visitor;

use std::fs;
use std::io::BufWriter;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;

use crate::bench::document::Table;
use crate::bench::import::rows;
use crate::bench::realtime::cpu_seconds;
use crate::bench::release;
use crate::bench::ssr::visitor::{Answer, Visitor};
use crate::process::{self, signals};
use crate::report::{bytes, millis};
use crate::up;
use crate::workspace::Workspace;

/// What stands above the table.
pub(crate) const ABOUT: &str = "`letip serve --no-sign-in` on a SQLite database of a thousand leads; everything on one \
    machine, whoever asks beside the server. A page is the whole answer to `GET /leads?limit=20` over a connection that is \
    kept: the HTML with 20 leads, the filters with their counts, and the cached data that the browser goes on from. First \
    500 pages one after the other. Then a thousand browsers, each with a connection of its own, each asking for its next \
    page as soon as it has one, for 20 seconds; the server answers 256 requests at a time, and the others wait in the order \
    in which they came; who finds no place among 2,048 is told to come back in a second (503), and does. How long a page took \
    is from when it was first asked for. Processor time is the server's own, as the system counts it: it is little moved by \
    what else the machine does.";

const PAGE: &str = "/leads?limit=20";
const LEADS: u64 = 1000;
/// Not counted: what is read from disk and compiled lazily comes with the first ones.
const WARM_UP: u32 = 50;
const TURNS: u32 = 500;
const BROWSERS: usize = 1000;
const FOR: Duration = Duration::from_secs(20);
const STOPPED_WITHIN: Duration = Duration::from_secs(30);
/// A thousand threads: each needs little.
const STACK: usize = 128 * 1024;

/// Imports the leads, serves them, asks.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    let program = release::server(workspace)?;
    let folder = tempfile::Builder::new()
        .prefix("bench-ssr-")
        .tempdir_in(&workspace.target)
        .context("failed to make a folder for the database")?;
    let data = folder.path().join("data");
    import(workspace, &program, folder.path(), &data)?;
    let (mut server, address) = up::start_on_free_port(workspace, &program, &data, &["--no-sign-in"])?;
    let mut table = Table::new(["measured", "figure"]);
    let served = Served { address, process: server.id() };
    one_by_one(&served, None, "", &mut table)?;
    one_by_one(&served, Some("br"), ", in brotli", &mut table)?;
    at_once(&served, &mut table)?;
    server.stop(Signal::TERM, STOPPED_WITHIN);
    Ok(table)
}

/// The server that is measured.
struct Served {
    address: SocketAddr,
    process: u32,
}

fn import(workspace: &Workspace, program: &Path, folder: &Path, data: &Path) -> Result<()> {
    let file = folder.join("rows.csv");
    let out = fs::File::create(&file).context("failed to make the file")?;
    rows::write_csv(LEADS, BufWriter::new(out)).context("failed to write the file")?;
    let mut import = workspace.command(program);
    import.arg("import").arg(&file).arg("--data-dir").arg(data);
    process::run(&mut import, "import the leads")
}

fn one_by_one(served: &Served, encoding: Option<&'static str>, how: &str, table: &mut Table) -> Result<()> {
    let mut visitor = Visitor::connect(served.address, encoding)?;
    let mut before = cpu_seconds(served.process)?;
    let (mut times, mut size) = (Vec::new(), 0);
    for turn in 0..WARM_UP + TURNS {
        signals::check()?;
        if turn == WARM_UP {
            before = cpu_seconds(served.process)?;
        }
        let start = Instant::now();
        let answer = visitor.get(PAGE)?;
        ensure!(answer.status == 200, "the page is answered with status {}", answer.status);
        if turn >= WARM_UP {
            times.push(start.elapsed());
        }
        if encoding.is_none() {
            let leads = answer.count("data-row");
            ensure!(leads == 20, "the page has {leads} leads in place of 20");
        }
        size = answer.size();
    }
    let work = Duration::from_secs_f64((cpu_seconds(served.process)? - before).max(0.0));
    times.sort_unstable();
    table.row([format!("one after the other{how}: median"), millis(part(&times, 50))]);
    table.row([format!("one after the other{how}: 99 of 100 within"), millis(part(&times, 99))]);
    table.row([format!("one after the other{how}: the server's processor time"), millis(work / TURNS)]);
    table.row([format!("size{how}"), bytes(size as u64)]);
    Ok(())
}

/// What one browser had.
#[derive(Default)]
struct Visit {
    pages: Vec<Duration>,
    refused: u64,
    failed: u64,
}

fn at_once(served: &Served, table: &mut Table) -> Result<()> {
    let (address, gate) = (served.address, Arc::new(std::sync::Barrier::new(BROWSERS)));
    let before = cpu_seconds(served.process)?;
    let browsers = (0..BROWSERS).map(|_| {
        let gate = Arc::clone(&gate);
        let visit = move || {
            let visitor = Visitor::connect(address, None);
            gate.wait();
            visitor.map(|visitor| visit(visitor, Instant::now() + FOR))
        };
        thread::Builder::new().stack_size(STACK).spawn(visit).context("failed to start a thread")
    });
    let browsers: Vec<_> = browsers.collect::<Result<_>>()?;
    let mut sum = Visit::default();
    for browser in browsers {
        let visit = browser.join().ok().context("a browser broke")??;
        sum.pages.extend(visit.pages);
        sum.refused += visit.refused;
        sum.failed += visit.failed;
    }
    signals::check()?;
    sum.pages.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people, rounded anyway")]
    let pages = sum.pages.len() as f64;
    let work = cpu_seconds(served.process)? - before;
    table.row(["a thousand at once: pages a second".into(), format!("{:.0}", pages / FOR.as_secs_f64())]);
    table.row([
        "a thousand at once: pages for each second of the server's processor time".into(),
        format!("{:.0}", pages / work),
    ]);
    table.row(["a thousand at once: median".into(), millis(part(&sum.pages, 50))]);
    table.row(["a thousand at once: 99 of 100 within".into(), millis(part(&sum.pages, 99))]);
    table.row(["a thousand at once: told to come back".into(), sum.refused.to_string()]);
    table.row(["a thousand at once: any other answer, or none".into(), sum.failed.to_string()]);
    Ok(())
}

/// Asks for page after page until the time is over.
fn visit(mut visitor: Visitor, until: Instant) -> Visit {
    let mut visit = Visit::default();
    let mut asked = Instant::now();
    while Instant::now() < until {
        match visitor.get(PAGE) {
            Ok(Answer { status: 200, .. }) => {
                visit.pages.push(asked.elapsed());
                asked = Instant::now();
            }
            Ok(Answer { status: 503, retry_after, .. }) => {
                visit.refused += 1;
                thread::sleep(retry_after.unwrap_or_default());
            }
            Ok(_) => visit.failed += 1,
            Err(_) => {
                visit.failed += 1;
                break;
            }
        }
    }
    visit
}

/// So many of a hundred took no longer.
fn part(sorted: &[Duration], percent: usize) -> Duration {
    let position = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(position).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_sorted_times_is_the_slowest_of_it() {
        let times: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(
            (part(&times, 50), part(&times, 99)),
            (Duration::from_millis(100), Duration::from_millis(198))
        );
        assert_eq!(part(&times[..1], 50), Duration::from_millis(1));
        assert_eq!(part(&[], 50), Duration::ZERO);
    }
}
