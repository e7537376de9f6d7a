//! The arguments of `letip verify`.

use std::net::{IpAddr, SocketAddr};

use clap::Args;
use enrichment::verify::Address;

/// Tell whether mail to addresses arrives, and why
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip verify jane@example.com info@example.com
  letip verify jane@example.com --json
  letip verify jane@example.com --smtp --sender verify@example.org

An address is safe, risky, invalid or unknown. Without --smtp no mail server is asked, so that none is safe. Nothing is
stored and no message is sent.")]
pub(crate) struct VerifyArgs {
    /// E-mail addresses
    #[arg(required = true, value_name = "ADDRESS")]
    pub(crate) addresses: Vec<String>,
    /// Print one JSON object a line, one line an address
    #[arg(long)]
    pub(crate) json: bool,
    /// Ask mail servers for the mailbox, over port 25; many networks block it, which makes unknown
    #[arg(long)]
    pub(crate) smtp: bool,
    /// Who asks mail servers: an address of yours [default: nobody, as reports of delivery have it]
    #[arg(long, value_name = "ADDRESS", requires = "smtp", value_parser = sender)]
    pub(crate) sender: Option<Address>,
    /// Name server to ask, with its port unless that is 53 [default: those of this machine]
    #[arg(long, value_name = "IP[:PORT]", value_parser = server)]
    pub(crate) resolver: Option<SocketAddr>,
}

/// Who asks mail servers.
pub(super) fn sender(text: &str) -> Result<Address, String> {
    Address::parse(text).map_err(|error| error.to_string())
}

fn server(text: &str) -> Result<SocketAddr, String> {
    let socket = text.parse().or_else(|_| text.parse::<IpAddr>().map(|address| SocketAddr::new(address, 53)));
    socket.map_err(|_| format!("'{text}' is not a network address such as 9.9.9.9 or [2620:fe::fe]:53"))
}
