//! Benchmarks: each is a command of the project, measured, its table written into `docs/benchmarks.md`.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::bench::document::Table;
use crate::process;
use crate::report::announce;
use crate::workspace::Workspace;

mod chromium;
mod document;
mod extraction;
mod first_page;
mod import;
mod lighthouse;
mod live_page;
mod machine;
mod matching;
mod page;
mod react_peer;
mod realtime;
mod release;
mod requery;
mod scroll;
mod ssr;
mod startup;
mod suppress;

/// One benchmark.
struct Benchmark {
    /// As on the command line, and in the markers of its section.
    name: &'static str,
    /// Heading of its section.
    title: &'static str,
    /// What is measured and how; stands above the table.
    about: &'static str,
    /// The figures; `None` where something is missing that cannot be got, which the benchmark has said.
    run: fn(&Workspace) -> Result<Option<Table>>,
}

/// Every benchmark, in the order of the document.
const ALL: [Benchmark; 13] = [
    Benchmark {
        name: "up",
        title: "From a clone to a page",
        about: "`cargo xtask up` in a fresh clone with an empty target folder; packages and crates come from the \
                machine's caches where it has them.",
        run: |workspace| startup::measure(workspace).map(Some),
    },
    Benchmark {
        name: "web",
        title: "Size of the page",
        about: "`cargo xtask web`. The first route loads script, module and style sheet; at most 250 kB in brotli.",
        run: |workspace| page::measure(workspace).map(Some),
    },
    Benchmark {
        name: "first-page",
        title: "First visit",
        about: first_page::ABOUT,
        run: |workspace| first_page::measure(workspace).map(Some),
    },
    Benchmark {
        name: "lighthouse",
        title: "Lighthouse",
        about: lighthouse::ABOUT,
        run: |workspace| lighthouse::measure(workspace).map(Some),
    },
    Benchmark {
        name: "ssr",
        title: "Pages from the server",
        about: ssr::ABOUT,
        run: |workspace| ssr::measure(workspace).map(Some),
    },
    Benchmark {
        name: "import",
        title: "A million rows",
        about: "`letip import` of a generated CSV file of a million rows into an empty SQLite database: names, \
                addresses, phones, coordinates; one row in fifty repeats an earlier one. Then `letip serve` answers \
                requests for that list over loopback; medians of nine, each on a connection of its own.",
        run: |workspace| import::measure(workspace).map(Some),
    },
    Benchmark {
        name: "suppress",
        title: "Somebody who is to be forgotten",
        about: suppress::ABOUT,
        run: |workspace| suppress::measure(workspace).map(Some),
    },
    Benchmark {
        name: "extraction",
        title: "What is found on contact pages",
        about: "`letip extract` on real contact pages in which people have marked what they see (`../shared/data/contact_pages`), or, \
                where those are not there, on pages that `crates/farm` makes, as the table says: invented businesses, every way of \
                writing an address, as much else around it as on real pages; they show speed and what breaks, and not what share \
                of the real web is read. Values of a page are a set. Addresses that stand only in links, attributes and \
                scripts are found as well but not counted, as only visible text is marked; streets are the same when one holds \
                the other, as people differ in whether a building belongs to it. The plain expression searches the text \
                without tags. Both programs read the same files on one core: medians of processor time. Memory is that of \
                our program while it reads the files over and over.",
        run: |workspace| extraction::measure(workspace).map(Some),
    },
    Benchmark {
        name: "matching",
        title: "Records of one business",
        about: matching::ABOUT,
        run: |workspace| matching::measure(workspace).map(Some),
    },
    Benchmark {
        name: "realtime",
        title: "Events to a thousand sockets",
        about: "Our gateway, and a server on npm's `socket.io` that emits the same, take turns: 1,000 WebSockets, 100 \
                events a second of about 600 bytes each, once one by one and once in bursts of 20 to 50. Ours commits \
                each event to SQLite first. Processor time is the server's own, as the system counts it; how long an \
                event took is from just before its commit (there: its emit) to the client, on one connection of 20.",
        run: |workspace| realtime::measure(workspace).map(Some),
    },
    Benchmark {
        name: "live-page",
        title: "From a change to a pixel",
        about: "Chromium shows a list of 1,000 leads of the release build over loopback, scrolled to its begin. 100 times a second a \
                lead on screen is renamed, each time by a request of its own. The time is from just before the request to the \
                frame that shows the name: request, commit, event, cache and painting together.",
        run: |workspace| live_page::measure(workspace).map(Some),
    },
    Benchmark {
        name: "scroll",
        title: "A list of a hundred thousand leads",
        about: "Chromium scrolls through the list of a hundred thousand leads in a database of its own, by script at an even pace for \
                8 seconds each, then to twelve places and to the end, of the release build over loopback. Of a frame without \
                rows, the middle of the screen shows room for rows that are on their way. Memory is what is left after all \
                that, after a collection of garbage.",
        run: |workspace| scroll::measure(workspace).map(Some),
    },
    Benchmark {
        name: "requery",
        title: "requery beside TanStack Query",
        about: requery::ABOUT,
        run: |workspace| requery::measure(workspace).map(Some),
    },
];

/// Runs one benchmark, or all of them.
pub(crate) fn run(workspace: &Workspace, name: Option<&str>) -> Result<()> {
    let chosen: Vec<_> = ALL.iter().filter(|it| name.is_none_or(|name| name == it.name)).collect();
    if chosen.is_empty() {
        let names: Vec<_> = ALL.iter().map(|it| it.name).collect();
        bail!("there is no benchmark called {}; there are: {}", name.unwrap_or_default(), names.join(", "));
    }
    for benchmark in chosen {
        announce(benchmark.name);
        if let Some(table) = (benchmark.run)(workspace)? {
            print!("{}", table.plain());
            write(workspace, benchmark, &table)?;
        }
    }
    Ok(())
}

fn write(workspace: &Workspace, benchmark: &Benchmark, table: &Table) -> Result<()> {
    let file = workspace.root.join("docs/benchmarks.md");
    let text = fs::read_to_string(&file).unwrap_or_else(|_| document::EMPTY.to_owned());
    let machine = machine::describe(workspace);
    let body = format!("{}\n\n{}\n{machine}\n", benchmark.about, table.markdown());
    let text = document::with_section(&text, benchmark.name, benchmark.title, &body);
    fs::create_dir_all(workspace.root.join("docs")).context("failed to make docs")?;
    process::write_file(&file, text)
}
