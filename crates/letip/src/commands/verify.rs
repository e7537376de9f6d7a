//! `letip verify ADDRESS..`.

use std::sync::Arc;

use enrichment::verify::{DnsConfig, DnsResolver, Reason, SmtpConfig, Verification, Verifier};
use futures::{StreamExt, stream};
use serde::Serialize;

use crate::cli::VerifyArgs;
use crate::output::{self, Failure};
use crate::table;

/// Addresses that are verified at once.
const AT_ONCE: usize = 8;

/// Verifies each address and prints what was found, in the order given. Every verdict is a result, `invalid` too.
pub(crate) async fn run(args: VerifyArgs) -> Result<(), Failure> {
    let verifier = verifier(&args)?;
    let verifier = &verifier;
    let each = args.addresses.iter().map(|address| verifier.verify(address));
    let mut verified = stream::iter(each).buffered(AT_ONCE);
    let mut rows = Vec::new();
    while let Some(verification) = verified.next().await {
        if args.json {
            output::print_json(&Shown::of(&verification))?;
        } else {
            rows.push(row(&verification));
        }
    }
    if args.json { Ok(()) } else { output::print(&table::render(["ADDRESS", "VERDICT", "WHY"], &rows)) }
}

fn verifier(args: &VerifyArgs) -> Result<Verifier, Failure> {
    let resolver = match args.resolver {
        Some(server) => DnsResolver::at(server, DnsConfig::default()),
        None => DnsResolver::system(DnsConfig::default()),
    };
    let resolver = resolver.map_err(|error| Failure::from(error).hint("name one with --resolver IP"))?;
    let verifier = Verifier::new(Arc::new(resolver));
    if !args.smtp {
        return Ok(verifier);
    }
    Ok(verifier.with_smtp(SmtpConfig { sender: args.sender.clone(), ..SmtpConfig::default() }))
}

/// One line of `--json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    input: &'a str,
    verdict: &'static str,
    reasons: Vec<&'static str>,
    mx: Vec<&'a str>,
    role: bool,
    free: bool,
    disposable: bool,
    suggestion: Option<&'a str>,
    retry_after_seconds: Option<u64>,
}

impl<'a> Shown<'a> {
    fn of(verification: &'a Verification) -> Self {
        let listed = verification.listed;
        Self {
            input: &verification.input,
            verdict: verification.verdict.as_str(),
            reasons: verification.codes().collect(),
            mx: verification.exchanges().collect(),
            role: listed.role,
            free: listed.free,
            disposable: listed.disposable,
            suggestion: verification.suggestion.as_deref(),
            retry_after_seconds: verification.retry_after().map(|wait| wait.as_secs()),
        }
    }
}

fn row(verification: &Verification) -> [String; 3] {
    let mut why: Vec<String> = verification.reasons.iter().map(Reason::to_string).collect();
    why.extend(verification.suggestion.as_ref().map(|address| format!("did you mean {address}?")));
    [shown(&verification.input), verification.verdict.to_string(), shown(&why.join("; "))]
}

/// Without characters that move the cursor: the words of mail servers are printed too.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
