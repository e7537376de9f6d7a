//! `letip sources`.

use contract::places::{SourceInfo, SourceState};

use crate::cli::SourcesArgs;
use crate::output::{self, Failure};
use crate::work;

/// Shows what a search with the same arguments could search in; asks nobody for it.
pub(crate) fn run(args: SourcesArgs) -> Result<(), Failure> {
    let sources = work::sources(&args.places, &args.remote, &args.enrich, &args.data)?;
    let infos = sources.infos();
    if args.json {
        return output::print_json(&infos);
    }
    let told: Vec<String> = infos.iter().map(about).collect();
    let absent: Vec<String> = sources.absent().iter().map(|absent| format!("\n{absent}\n")).collect();
    output::print(&format!("{}{}", told.join("\n"), absent.concat()))
}

fn about(info: &SourceInfo) -> String {
    let mark = if info.default { " (default)" } else { "" };
    let places = info.places.map(|places| format!(", {places} places")).unwrap_or_default();
    let url = info.licence_url.as_ref().map(|url| format!(", {url}")).unwrap_or_default();
    let shown = if info.attribution.is_empty() { String::new() } else { format!(", {}", info.attribution) };
    let mut text = format!(
        "{}{mark}: {}\n  covers: {}{places}\n  licence: {}{shown}{url}\n  cost: {}\n",
        info.source, info.name, info.coverage, info.licence, info.cost
    );
    if let Some(days) = info.retention_days {
        text.push_str(&format!("  kept: {days} days, then only its identifiers\n"));
    }
    if info.state == SourceState::Unavailable {
        let reason = info.message.as_deref().unwrap_or("it does not say why");
        text.push_str(&format!("  cannot be searched: {reason}\n"));
    }
    text
}
