//! `letip serve`.

use std::net::SocketAddr;

use contract::Role;
use server::{Access, Limits, ServerConfig};

use crate::cli::ServeArgs;
use crate::output::{self, Failure};
use crate::{data, signals, work};

/// Serves until the first SIGINT or SIGTERM, then gives running jobs back and ends.
pub(crate) async fn run(args: ServeArgs) -> Result<(), Failure> {
    let access = access(&args)?;
    let tiles = args.tiles.tiles().map_err(|error| Failure::usage(error.to_string()))?;
    let sources = work::sources(&args.places, &args.remote, &args.enrich, &args.data)?;
    let geocoder = work::geocoder(&args.geocoder, &args.enrich, &args.data)?;
    let store = data::open(&args.data).await?;
    let setup = match access {
        Access::Open(_) => None,
        Access::SignedIn { .. } => server::setup_path(&store).await?,
    };
    let fetcher = work::reader(&args.enrich, &args.websites)?;
    let interruption = signals::interruption();
    let base = ServerConfig::new(args.listen, store, sources);
    let limits = Limits { rates: args.rates.limits(), ..base.limits.clone() };
    let config = ServerConfig {
        access,
        limits,
        job_concurrency: args.concurrency.into(),
        verifier: work::verifier(fetcher.as_ref(), &args.websites),
        providers: work::providers(&args.providers, &args.remote.budget)?,
        fetcher,
        geocoder,
        tiles,
        uploads: data::uploads(&args.data)?,
        ..base
    };
    let announce = |address| announce(address, access, setup.as_deref());
    server::serve(config, announce, interruption.cancelled_owned()).await?;
    Ok(())
}

fn access(args: &ServeArgs) -> Result<Access, Failure> {
    let is_loopback = args.listen.ip().is_loopback();
    if args.no_sign_in && !is_loopback {
        let address = args.listen;
        return Err(Failure::usage(format!(
            "{address} can be reached from other machines, so that people have to sign in"
        ))
        .hint("leave out --no-sign-in, or listen on 127.0.0.1"));
    }
    if args.no_sign_in {
        return Ok(Access::Open(Role::Admin));
    }
    if !is_loopback {
        output::note(&format!(
            "note: {} can be reached from other machines; put a proxy with TLS before it, or nobody can sign in",
            args.listen
        ));
    }
    Ok(Access::SignedIn { tls: args.tls || !is_loopback })
}

/// Lines on stdout: where to look, and how to begin where nobody has an account.
fn announce(address: SocketAddr, access: Access, setup: Option<&str>) {
    let first = setup.map(|path| format!("\nfirst account: {}{path}", origin(address, access)));
    let text = format!("listening on http://{address}{}", first.unwrap_or_default());
    if output::print_line(&text).is_err() {
        tracing::warn!(%address, "listening, but stdout cannot be written");
    }
}

/// Where a browser on this machine begins; with TLS it is the proxy's name that counts, which is not known here.
fn origin(address: SocketAddr, access: Access) -> String {
    match access {
        Access::SignedIn { tls: true } => "https://YOUR-HOST".to_owned(),
        _ => format!("http://{address}"),
    }
}
