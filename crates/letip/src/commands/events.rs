//! `letip events`.

use std::io::{self, Write};

use client::interceptor::Bearer;
use client::{EventStream, Update};
use contract::{Event, EventPayload};
use socketio_client::Options;

use crate::cli::EventsArgs;
use crate::output::{self, Failure};
use crate::signals;

/// Prints what the server tells: up to the present, or until it is interrupted.
pub(crate) async fn run(args: EventsArgs) -> Result<(), Failure> {
    let since = args.since.or((!args.follow).then_some(0));
    let mut options = Options::new(&args.server);
    if let Some(token) = &args.token {
        let bearer = Bearer::new(token).map_err(|error| Failure::usage(format!("--token: {error}")))?;
        let (name, value) = bearer.header();
        options = options.header(name, value);
    }
    let opened = EventStream::open(options, since);
    // The connection is open for as long as there is a socket.
    let (_socket, mut stream) = opened.map_err(|error| {
        Failure::usage(format!("--server {}: {error}", args.server))
            .hint("give an address such as http://127.0.0.1:3030")
    })?;
    let interruption = signals::interruption();
    loop {
        let update = tokio::select! {
            update = stream.next() => update,
            () = interruption.cancelled() => None,
        };
        let Some(update) = update else { return Ok(()) };
        if !show(&args, update)? {
            return Ok(());
        }
    }
}

/// Says whether more is wanted.
fn show(args: &EventsArgs, update: Update) -> Result<bool, Failure> {
    match update {
        Update::Event(event) => return print(&event, args.json),
        Update::Live => return Ok(args.follow),
        Update::Reset { seq, .. } => {
            output::note(&format!("the server does not keep the events up to {seq}; it goes on from there"));
        }
        Update::Refused(why) => return Err(Failure::failed(format!("{} refused: {why}", args.server))),
        Update::Lost | Update::OutOfReach if args.follow => {
            output::note(&format!("no connection to {}, trying again", args.server));
        }
        Update::Lost | Update::OutOfReach => {
            return Err(Failure::failed(format!("no connection to {}", args.server))
                .hint("start it with letip serve, or name another one with --server"));
        }
    }
    Ok(true)
}

/// False once nobody reads any more, as after `head`.
fn print(event: &Event, json: bool) -> Result<bool, Failure> {
    let line = if json { serde_json::to_string(event)? } else { sentence(event) };
    let mut out = io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        result => result.map(|()| true).map_err(Failure::from),
    }
}

fn sentence(event: &Event) -> String {
    let what = match &event.payload {
        EventPayload::BusinessCreated(business) | EventPayload::BusinessUpdated(business) => {
            format!("{} v{} {}", business.id, business.version, business.name)
        }
        EventPayload::BusinessDeleted(deleted) => deleted.id.to_string(),
        EventPayload::BusinessesBulkUpdated(bulk) => format!("{} businesses", bulk.ids.len()),
        EventPayload::ScrapingProgress(moved) | EventPayload::EnrichmentProgress(moved) => {
            let total = moved.progress.total.map(|total| format!(" of {total}")).unwrap_or_default();
            format!("{} {}{total}", moved.job_id, moved.progress.done)
        }
        EventPayload::ScrapingComplete(complete) => {
            format!("{} {} found, {} new", complete.job_id, complete.counts.found, complete.counts.saved)
        }
        EventPayload::ScrapingFailed(failed) => format!("{} {}", failed.job_id, failed.error),
        EventPayload::EnrichmentComplete(complete) => {
            format!("{} business {}", complete.job_id, complete.business_id)
        }
        EventPayload::EnrichmentFailed(failed) => {
            format!("{} business {}: {}", failed.job_id, failed.business_id, failed.error)
        }
        EventPayload::JobUpdated(updated) => format!("{} {}", updated.job_id, updated.status),
        EventPayload::StatsUpdated {} => String::new(),
    };
    format!("{} {} {} {what}", event.seq, event.timestamp, event.payload.name()).trim_end().to_owned()
}
