//! The arguments of `letip extract`.

use clap::Args;

use super::EnrichArgs;

/// Read pages of businesses and print how to reach them
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip extract contact.html --base-url https://www.example.com/contact
  letip extract pages/*.html --json
  letip extract https://www.example.com/contact --contact-url https://example.org/about-us

Nothing is stored. Of a URL that one page is read, as robots.txt allows, and its owner is told who reads it: --contact-url
is needed.")]
pub(crate) struct PageArgs {
    /// Files of HTML, or http and https URLs
    #[arg(required = true, value_name = "FILE|URL")]
    pub(crate) inputs: Vec<String>,
    /// Where the files' pages are on the web: tells the business's own addresses from others'
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Two-letter code of the country that phone numbers belong to [default: what the page says, then US]
    #[arg(long, value_name = "CODE", value_parser = country)]
    pub(crate) country: Option<String>,
    /// Print one JSON object a line, one line an input
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) enrich: EnrichArgs,
}

fn country(text: &str) -> Result<String, String> {
    let code = text.to_ascii_uppercase();
    let well_formed = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if well_formed { Ok(code) } else { Err(format!("'{text}' is not a two-letter country code such as US")) }
}
