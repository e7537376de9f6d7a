//! How the websites of businesses are read, and what is asked about the addresses that they name.

use std::time::Duration;

use clap::Args;
use enrichment::verify::Address;

use super::verify::sender;

/// How websites are read and addresses are verified.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Websites and addresses")]
pub(crate) struct WebsiteArgs {
    /// Hours for which what a page says is kept: businesses with a website in common do not have it read once for each, and
    /// what was killed goes on where it was; 0 keeps nothing. A business that is enriched again is always read anew
    #[arg(
        long,
        value_name = "HOURS",
        env = "LETIP_KEEP_PAGES",
        hide_env_values = true,
        default_value_t = 24,
        value_parser = clap::value_parser!(u16).range(0..=720)
    )]
    keep_pages: u16,
    /// Ask mail servers whether the addresses that are found have a mailbox, over port 25; without it nobody is asked beyond
    /// DNS. No message is sent, but the servers learn who asks, may block who asks often, and most networks block the port,
    /// which makes unknown
    #[arg(long)]
    pub(crate) smtp: bool,
    /// Who asks mail servers: an address of yours [default: nobody, as reports of delivery have it]
    #[arg(long, value_name = "ADDRESS", requires = "smtp", value_parser = sender)]
    pub(crate) smtp_sender: Option<Address>,
}

impl WebsiteArgs {
    /// How long what a page says is kept.
    pub(crate) fn kept_for(&self) -> Duration {
        Duration::from_secs(u64::from(self.keep_pages) * 60 * 60)
    }
}
