//! Tracing to stderr, so that stdout holds results alone.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::cli::LogForm;

/// Starts logging. `quiet` is the filter without `-v`; `LETIP_LOG` outweighs both.
pub(crate) fn start(verbose: u8, quiet: &str, form: LogForm) {
    let default = match verbose {
        0 => quiet,
        1 => "info",
        2 => "debug,sqlx=info,sea_orm=info,h2=info,hyper=info",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_env("LETIP_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let stderr = std::io::stderr;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(stderr().is_terminal())
        .with_writer(stderr);
    // A second start, as in a test process, keeps the first.
    let _already_started = match form {
        LogForm::Text => log.with_target(false).try_init(),
        LogForm::Json => log.json().flatten_event(true).try_init(),
    };
}
