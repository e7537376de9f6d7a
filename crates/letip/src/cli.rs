//! The arguments of every command.

mod enrich;
mod export;
mod extract;
mod import;
mod jobs;
mod matching;
mod providers;
mod remote;
mod scrape;
mod serve;
mod suppress;
mod verify;
mod websites;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand};
use contract::Role;

pub(crate) use enrich::EnrichCommandArgs;
pub(crate) use export::{ExportArgs, ExportFormat, FilterArgs};
pub(crate) use extract::PageArgs;
pub(crate) use import::ImportArgs;
pub(crate) use jobs::{JobArgs, JobsArgs, JobsCommand, JobsListArgs, JobsShowArgs, JobsWorkArgs};
pub(crate) use matching::MatchArgs;
pub(crate) use providers::{BudgetArgs, ProviderArgs};
pub(crate) use remote::{GeocoderArgs, PaidSourceArgs, RemoteArgs, SourcesArgs};
pub(crate) use scrape::ScrapeArgs;
pub(crate) use serve::{LogForm, ServeArgs};
pub(crate) use suppress::{SuppressArgs, SuppressCommand, SuppressListArgs, SuppressWhoArgs};
pub(crate) use verify::VerifyArgs;
pub(crate) use websites::WebsiteArgs;

/// Find leads: places become businesses, and a live list shows them.
#[derive(Debug, Parser)]
#[command(name = "letip", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Log to stderr what happens; twice: in detail.
    #[arg(short, long, action = ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Serve(Box<ServeArgs>),
    Scrape(Box<ScrapeArgs>),
    Enrich(Box<EnrichCommandArgs>),
    Sources(Box<SourcesArgs>),
    Import(ImportArgs),
    Export(Box<ExportArgs>),
    Extract(PageArgs),
    Verify(VerifyArgs),
    Jobs(JobsArgs),
    Match(MatchArgs),
    Events(EventsArgs),
    Users(UsersArgs),
    Suppress(SuppressArgs),
    Tidy(TidyArgs),
    Migrate(MigrateArgs),
    Backup(BackupArgs),
    Places(PlacesArgs),
    Completions(CompletionsArgs),
}

/// Which database a command works on.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Where the data is")]
pub(crate) struct DataArgs {
    /// Folder of the SQLite database; made when it is not there [default: $XDG_DATA_HOME/letip or
    /// ~/.local/share/letip]
    #[arg(long, value_name = "DIR", env = "LETIP_DATA_DIR", hide_env_values = true)]
    pub(crate) data_dir: Option<PathBuf>,
    /// Database to use instead: postgres://user@host/name
    #[arg(long, value_name = "URL", env = "LETIP_DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
}

/// How a command runs jobs.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Running jobs")]
pub(crate) struct WorkerArgs {
    /// Seconds without a sign of life after which another process takes a job over
    #[arg(
        long,
        value_name = "SECONDS",
        env = "LETIP_JOB_LEASE",
        hide_env_values = true,
        default_value = "15",
        value_parser = seconds
    )]
    pub(crate) job_lease: Duration,
}

/// In whose name websites are read and services are asked.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Who asks")]
pub(crate) struct EnrichArgs {
    /// Page or mailto: address that tells websites and services who asks them; without it no website is read and no
    /// service on the network is asked for places
    #[arg(long, value_name = "URL", env = "LETIP_CONTACT_URL", hide_env_values = true)]
    pub(crate) contact_url: Option<String>,
}

/// Print the events of a running server
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip events --since 100
  letip events --follow
  letip events --follow --since 0 --json | jq .type

A lost connection is resumed behind the last event that was printed.")]
pub(crate) struct EventsArgs {
    /// Go on with events as they happen
    #[arg(long)]
    pub(crate) follow: bool,
    /// Begin behind the event of this number [default: the first, with --follow the present]
    #[arg(long, value_name = "N")]
    pub(crate) since: Option<u64>,
    /// Print each event as one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
    /// The server
    #[arg(
        long,
        value_name = "URL",
        env = "LETIP_SERVER",
        hide_env_values = true,
        default_value = "http://127.0.0.1:3030"
    )]
    pub(crate) server: String,
    /// API token, where the server asks people to sign in
    #[arg(long, value_name = "TOKEN", env = "LETIP_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
}

/// Show and change who may sign in
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  letip users
  letip users add ada@example.org --name Ada --role admin
  letip users password ada@example.org < password.txt

A password is read from stdin, one line; on a terminal it is asked for."
)]
pub(crate) struct UsersArgs {
    #[command(subcommand)]
    pub(crate) command: Option<UsersCommand>,
    #[command(flatten)]
    pub(crate) list: UsersListArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UsersCommand {
    /// List who may sign in
    List(UsersListArgs),
    /// Make an account
    Add(UserAddArgs),
    /// Give an account another password; its sessions end
    Password(UserArgs),
    /// Remove an account with its sessions and tokens
    Remove(UserArgs),
}

#[derive(Args, Clone, Debug)]
pub(crate) struct UsersListArgs {
    /// Print the accounts as one JSON array
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Args, Debug)]
pub(crate) struct UserAddArgs {
    /// Address that the person signs in with
    pub(crate) email: String,
    /// What others see [default: the address]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// viewer reads, member does everything but accounts, admin everything
    #[arg(long, default_value = "member")]
    pub(crate) role: Role,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Args, Debug)]
pub(crate) struct UserArgs {
    /// Address that the person signs in with
    pub(crate) email: String,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

/// Bring the database to this version; every other command does so as well
#[derive(Args, Debug)]
pub(crate) struct MigrateArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

/// Remove what is out of date, as a running server does every hour
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip tidy
  letip tidy --json

Takes away what sources let be kept for a while only, past events of more than a week or beyond the newest million, kept answers and
sessions that have ended, and files of imports that nobody went through with. scrape, enrich, import and jobs work do the first of these
too, for up to 2000 records each time.")]
pub(crate) struct TidyArgs {
    /// Print what was removed as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

/// Copy the SQLite database, also while others write
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip backup letip-backup.db

To go back to it, stop every letip process and copy it over letip.db in the data folder.")]
pub(crate) struct BackupArgs {
    /// File to write; it must not exist
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

/// Work on files of places
#[derive(Args, Debug)]
pub(crate) struct PlacesArgs {
    #[command(subcommand)]
    pub(crate) command: PlacesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlacesCommand {
    /// Write the named businesses of an OpenStreetMap extract as one compact file
    Extract(ExtractArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ExtractArgs {
    /// The extract: a .osm.pbf file
    pub(crate) pbf: PathBuf,
    /// File to write
    pub(crate) out: PathBuf,
}

/// Print a completion script for a shell
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip completions bash > ~/.local/share/bash-completion/completions/letip
  letip completions fish > ~/.config/fish/completions/letip.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || format!("'{text}' is not a number of seconds from 0.1 to 3600");
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    if (0.1..=3600.0).contains(&seconds) { Ok(Duration::from_secs_f64(seconds)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_southern_latitude_is_a_location() {
        let cli = Cli::try_parse_from(["letip", "scrape", "-33.86,151.21", "--max", "5"]).unwrap();
        let Command::Scrape(args) = cli.command else { panic!("not scrape") };
        assert_eq!(args.request().location, "-33.86,151.21");
        assert_eq!(args.request().max_results, Some(5));
    }

    #[test]
    fn jobs_without_a_subcommand_lists() {
        let cli = Cli::try_parse_from(["letip", "jobs", "--failed", "--json"]).unwrap();
        let Command::Jobs(args) = cli.command else { panic!("not jobs") };
        assert!(args.command.is_none() && args.list.failed && args.list.json);
    }

    #[test]
    fn filters_become_the_lists_query() {
        let line = "letip export --format csv --city Helsinki --has-phone --has-email false --near 60.17,24.94 --radius-km 2";
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        let Command::Export(args) = cli.command else { panic!("not export") };
        let query = args.filters.query();
        assert_eq!(query.city.as_deref(), Some("Helsinki"));
        assert_eq!((query.has_phone, query.has_email, query.has_website), (Some(true), Some(false), None));
        assert_eq!(query.validate(), Ok(()));
    }

    #[test]
    fn enrichment_is_of_ids_a_filter_or_a_count() {
        let request = |line: &str| {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            let Command::Enrich(args) = cli.command else { panic!("not enrich") };
            args.request().map_err(|failure| failure.to_string())
        };
        let ids = request("letip enrich 5 7").unwrap();
        assert_eq!(ids.business_ids, Some(vec![contract::BusinessId(5), contract::BusinessId(7)]));
        let filter = request("letip enrich --city Freehold --has-website").unwrap().filter.unwrap();
        assert_eq!((filter.city.as_deref(), filter.has_website), (Some("Freehold"), Some(true)));
        assert_eq!(
            request("letip enrich --filter city=Freehold&hasWebsite=true").unwrap().filter,
            Some(filter)
        );
        assert_eq!(request("letip enrich --count 10").unwrap().count, Some(10));
        for (line, expect) in [
            ("letip enrich", "which businesses"),
            ("letip enrich 5 --count 10", "exclude each other"),
            ("letip enrich --city Espoo --filter city=Espoo", "not both"),
            ("letip enrich --filter town=Espoo", "--filter: town"),
        ] {
            let error = request(line).unwrap_err();
            assert!(error.contains(expect), "{line}: {error}");
        }
    }

    #[test]
    fn a_key_needs_a_budget_and_a_price_and_shows_itself_nowhere() {
        let parse = |line: &str| Cli::try_parse_from(line.split(' '));
        let error = parse("letip serve --hunter-key s3cret").unwrap_err().to_string();
        assert!(error.contains("--monthly-budget") && error.contains("--hunter-credit-price"), "{error}");
        assert!(!error.contains("s3cret"), "{error}");
        let error = parse("letip serve --abstractapi-key s3cret --monthly-budget 5").unwrap_err().to_string();
        assert!(error.contains("--abstractapi-request-price") && !error.contains("s3cret"), "{error}");
        let error = parse("letip serve --monthly-budget five").unwrap_err().to_string();
        assert!(error.contains("US dollars"), "{error}");
        let line = "letip jobs work --hunter-key s3cret --hunter-credit-price 0.02 --monthly-budget 5";
        assert!(!format!("{:?}", parse(line).unwrap()).contains("s3cret"));
        let error = parse("letip scrape Turku --google-places-key s3cret").unwrap_err().to_string();
        assert!(
            error.contains("--monthly-budget") && error.contains("--google-places-request-price"),
            "{error}"
        );
        assert!(!error.contains("s3cret"), "{error}");
        let error = parse("letip sources --apify-token s3cret --monthly-budget 5").unwrap_err().to_string();
        assert!(error.contains("--apify-place-price") && !error.contains("s3cret"), "{error}");
        let line = "letip serve --apify-token s3cret --apify-place-price 0.004 --monthly-budget 5";
        assert!(!format!("{:?}", parse(line).unwrap()).contains("s3cret"));
    }

    #[test]
    fn mail_servers_are_asked_only_where_that_is_said() {
        for command in ["serve", "enrich 5", "jobs work"] {
            let parse = |options: &str| {
                let line = format!("letip {command} --contact-url mailto:a@b.example{options}");
                Cli::try_parse_from(line.split(' ')).map(|cli| match cli.command {
                    Command::Serve(args) => args.websites,
                    Command::Enrich(args) => args.websites,
                    Command::Jobs(args) => match args.command {
                        Some(JobsCommand::Work(args)) => args.websites,
                        other => panic!("not work: {other:?}"),
                    },
                    other => panic!("not one that reads websites: {other:?}"),
                })
            };
            let plain = parse("").unwrap();
            assert!(!plain.smtp, "{command}");
            assert_eq!(plain.kept_for(), Duration::from_secs(24 * 60 * 60));
            let asking = parse(" --smtp --smtp-sender verify@example.org --keep-pages 0").unwrap();
            assert!(asking.smtp && asking.smtp_sender.is_some() && asking.kept_for().is_zero(), "{command}");
            let error = parse(" --smtp-sender verify@example.org").unwrap_err().to_string();
            assert!(error.contains("--smtp"), "{error}");
        }
    }

    #[test]
    fn wrong_values_are_refused_by_name() {
        let check = |line: &str, expect: &str| {
            let error = Cli::try_parse_from(line.split(' ')).unwrap_err().to_string();
            assert!(error.contains(expect), "{line}: {error}");
        };
        check("letip jobs show 12", "<ID>");
        check("letip serve --listen localhost", "--listen");
        check("letip enrich 0", "positive number");
        check("letip enrich --count 1001", "1..=1000");
        check("letip export --format xml", "csv, xlsx, json, geojson, vcard");
        check("letip export --format csv --near 91,0", "latitude,longitude");
        check("letip jobs work --job-lease 0", "0.1 to 3600");
        check("letip scrape Turku --overpass-url https://a.example/api/", "--contact-url");
        check("letip serve --nominatim-url https://a.example/", "--contact-url");
        check("letip sources --overture-url https://a.example/", "--contact-url");
        check("letip serve --overpass-url nowhere --contact-url mailto:a@b.example", "--overpass-url");
    }
}
