//! Arguments of `letip suppress`.

use clap::{Args, Subcommand};

use super::DataArgs;

/// Show and change the suppression list: who asked not to be processed
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  letip suppress
  letip suppress add jane@example.org
  letip suppress add example.org
  letip suppress remove jane@example.org

What is stored of them is deleted at once, and nothing of them is stored again. Of addresses the list keeps a digest and
not the text."
)]
pub(crate) struct SuppressArgs {
    #[command(subcommand)]
    pub(crate) command: Option<SuppressCommand>,
    #[command(flatten)]
    pub(crate) list: SuppressListArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SuppressCommand {
    /// List the entries, the newest first
    List(SuppressListArgs),
    /// Put an address or a domain on the list
    Add(SuppressWhoArgs),
    /// Take an address or a domain off the list
    Remove(SuppressWhoArgs),
}

#[derive(Args, Clone, Debug)]
pub(crate) struct SuppressListArgs {
    /// Print the entries as one JSON array
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Args, Debug)]
pub(crate) struct SuppressWhoArgs {
    /// E-mail address, or domain of a business
    pub(crate) who: String,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}
