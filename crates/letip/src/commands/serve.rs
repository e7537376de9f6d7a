//! `letip serve`.

use std::net::SocketAddr;

use server::ServerConfig;

use crate::cli::ServeArgs;
use crate::output::{self, Failure};
use crate::{data, signals, work};

/// Serves until the first SIGINT or SIGTERM, then gives running jobs back and ends.
pub(crate) async fn run(args: ServeArgs) -> Result<(), Failure> {
    let sources = work::sources(&args.places)?;
    let store = data::open(&args.data).await?;
    let interruption = signals::interruption();
    if !args.listen.ip().is_loopback() {
        output::note(&format!(
            "warning: {} can be reached from other machines, and there is no sign-in yet: \
             whoever reaches it can read and change everything",
            args.listen
        ));
    }
    let config = ServerConfig {
        job_concurrency: args.concurrency.into(),
        fetcher: work::fetcher(&args.enrich)?,
        ..ServerConfig::new(args.listen, store, sources)
    };
    server::serve(config, announce, interruption.cancelled_owned()).await?;
    Ok(())
}

/// The one line on stdout: where to look.
fn announce(address: SocketAddr) {
    if output::print_line(&format!("listening on http://{address}")).is_err() {
        tracing::warn!(%address, "listening, but stdout cannot be written");
    }
}
