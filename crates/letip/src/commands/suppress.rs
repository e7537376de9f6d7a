//! `letip suppress list|add|remove`: who is neither stored nor shown.

use contract::suppression::{NewSuppression, Suppression, SuppressionQuery, SuppressionReason};
use store::suppression::Subject;

use crate::cli::{SuppressArgs, SuppressCommand, SuppressListArgs, SuppressWhoArgs};
use crate::output::{self, Failure};
use crate::{data, table};

/// Entries that are read at a time.
const PAGE: u32 = contract::page::MAX_LIMIT;

/// Runs the subcommand; without one, lists.
pub(crate) async fn run(args: SuppressArgs) -> Result<(), Failure> {
    match args.command.unwrap_or(SuppressCommand::List(args.list)) {
        SuppressCommand::List(args) => list(&args).await,
        SuppressCommand::Add(args) => add(&args).await,
        SuppressCommand::Remove(args) => remove(&args).await,
    }
}

async fn list(args: &SuppressListArgs) -> Result<(), Failure> {
    let store = data::open(&args.data).await?;
    let mut entries = Vec::new();
    for page in 1.. {
        let query = SuppressionQuery { limit: Some(PAGE), page: Some(page), ..SuppressionQuery::default() };
        let read = store.list_suppressions(&query).await?;
        entries.extend(read.data);
        if page >= read.meta.total_pages {
            break;
        }
    }
    if args.json {
        return output::print_json(&entries);
    }
    if entries.is_empty() {
        return output::print_line(
            "nobody is on the suppression list; letip suppress add puts somebody there",
        );
    }
    let rows: Vec<[String; 5]> = entries.iter().map(row).collect();
    output::print(&table::render(["KIND", "DOMAIN", "REASON", "SINCE", "SHA-256"], &rows))
}

fn row(entry: &Suppression) -> [String; 5] {
    let domain = entry.domain.clone().unwrap_or_else(|| "-".to_owned());
    let (kind, reason) = (entry.kind.to_string(), entry.reason.to_string());
    [kind, domain, reason, entry.created_at.to_string(), entry.digest.clone()]
}

async fn add(args: &SuppressWhoArgs) -> Result<(), Failure> {
    let subject = subject(&args.who)?;
    let mut tx = data::open(&args.data).await?.begin().await?;
    let added = tx.suppress(&subject, SuppressionReason::Requested).await?;
    tx.commit().await?;
    output::print_line(&format!(
        "{} is on the suppression list; contacts deleted: {}, businesses changed: {}",
        args.who.trim(),
        added.contacts_removed,
        added.businesses_changed
    ))
}

async fn remove(args: &SuppressWhoArgs) -> Result<(), Failure> {
    let query =
        SuppressionQuery { digest: Some(subject(&args.who)?.digest()), ..SuppressionQuery::default() };
    let store = data::open(&args.data).await?;
    let Some(entry) = store.list_suppressions(&query).await?.data.pop() else {
        let not_there = Failure::failed(format!("{} is not on the suppression list", args.who.trim()));
        return Err(not_there.hint("an address can also be covered by the entry of its domain"));
    };
    let mut tx = store.begin().await?;
    tx.unsuppress(entry.id).await?;
    tx.commit().await?;
    output::print_line(&format!("{} is no longer on the suppression list", args.who.trim()))
}

fn subject(who: &str) -> Result<Subject, Failure> {
    server::suppression_subject(&NewSuppression::typed(who))
        .map_err(|error| Failure::usage(format!("{who}: {}", error.message)))
}
