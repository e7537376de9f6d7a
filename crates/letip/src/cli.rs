//! The arguments of every command.

mod extract;
mod matching;
mod providers;
mod remote;
mod verify;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use contract::{
    BoundingBox, BusinessQuery, EnrichmentStatus, GeoPoint, JobId, JobKind, JobStatus, Role, ScrapeRequest,
    Timestamp,
};

pub(crate) use extract::PageArgs;
pub(crate) use matching::MatchArgs;
pub(crate) use providers::ProviderArgs;
pub(crate) use remote::{GeocoderArgs, RemoteArgs, SourcesArgs};
pub(crate) use verify::VerifyArgs;

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
    Serve(ServeArgs),
    Scrape(Box<ScrapeArgs>),
    Sources(SourcesArgs),
    Import(ImportArgs),
    Export(Box<ExportArgs>),
    Extract(PageArgs),
    Verify(VerifyArgs),
    Jobs(JobsArgs),
    Match(MatchArgs),
    Events(EventsArgs),
    Users(UsersArgs),
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

/// Serve the dashboard and the API, and run jobs
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip serve
  letip serve --listen 127.0.0.1:8080 --data-dir ./data
  letip serve --places new-jersey.parquet --places oregon.osm.pbf")]
pub(crate) struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3030")]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// Ask nobody to sign in: whoever reaches the address may do everything; loopback addresses only
    #[arg(long, conflicts_with = "tls")]
    pub(crate) no_sign_in: bool,
    /// Browsers reach the server over TLS, by a proxy before it; assumed where the address is not loopback
    #[arg(long)]
    pub(crate) tls: bool,
    /// File of places to search in besides the bundled ones; may be repeated
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) places: Vec<PathBuf>,
    /// Form of the log on stderr
    #[arg(long, value_enum, value_name = "FORM", default_value_t = LogForm::Text)]
    pub(crate) log: LogForm,
    /// Jobs that run at once
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) concurrency: u8,
    #[command(flatten)]
    pub(crate) enrich: EnrichArgs,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    #[command(flatten)]
    pub(crate) geocoder: GeocoderArgs,
    #[command(flatten)]
    pub(crate) providers: ProviderArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogForm {
    /// Lines for people
    Text,
    /// One JSON object a line
    Json,
}

/// Find places around a location and store them as businesses
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip scrape Helsinki --category restaurant
  letip scrape \"60.1699,24.9384\" --category restaurant --radius-km 1 --max 500 --json
  letip scrape \"Freehold, NJ\" --category plumber --places new-jersey.parquet
  letip scrape Helsinki --query kahvila --data-dir ./data
  letip scrape Turku --category cafe --source overpass --overpass-url https://overpass-api.de/api/ \\
      --contact-url https://example.org/about-us

letip sources shows what can be searched, under which licence and at what cost.")]
pub(crate) struct ScrapeArgs {
    /// Place name, postal code or latitude,longitude
    #[arg(allow_hyphen_values = true)]
    pub(crate) location: String,
    /// Trade, by slug or in words: restaurant, hairdresser, barber
    #[arg(long, value_name = "CATEGORY")]
    pub(crate) category: Option<String>,
    /// Words that must occur in the name
    #[arg(long, value_name = "WORDS")]
    pub(crate) query: Option<String>,
    /// Distance from the location, 0.1 to 50 km [default: 5]
    #[arg(long, value_name = "KM", allow_hyphen_values = true)]
    pub(crate) radius_km: Option<f64>,
    /// The nearest so many, 1 to 5000 [default: 50]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) max: Option<u32>,
    /// Source of the places [default: the bundled ones, or the first --places file]
    #[arg(long, value_name = "SOURCE")]
    pub(crate) source: Option<String>,
    /// File of places to search in besides the bundled ones; may be repeated
    #[arg(long, value_name = "FILE", num_args = 1)]
    pub(crate) places: Vec<PathBuf>,
    /// Print the outcome as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) worker: WorkerArgs,
    #[command(flatten)]
    pub(crate) enrich: EnrichArgs,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    #[command(flatten)]
    pub(crate) geocoder: GeocoderArgs,
}

impl ScrapeArgs {
    /// The request that the arguments make.
    pub(crate) fn request(&self) -> ScrapeRequest {
        ScrapeRequest {
            location: self.location.clone(),
            category: self.category.clone(),
            query: self.query.clone(),
            radius_km: self.radius_km,
            max_results: self.max,
            source: self.source.clone(),
        }
    }
}

/// Read a file of places: CSV, GeoJSON, NDJSON, GeoParquet or OSM PBF
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip import places.csv --rejected rejected.csv
  letip import new-jersey.parquet --json
  letip import region.osm.pbf --data-dir ./data

Rows that cannot be used are left out, each with its line and a reason; the rest is imported.")]
pub(crate) struct ImportArgs {
    /// The file; its kind is told by its content, then by its name
    pub(crate) file: PathBuf,
    /// Write the rows that could not be used, with line and reason, to this CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) rejected: Option<PathBuf>,
    /// Print the outcome as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) worker: WorkerArgs,
}

/// Write the stored businesses to a file or to stdout
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip export --format csv --output leads.csv
  letip export --format xlsx --tag vip --output vip.xlsx
  letip export --format geojson --category restaurant --has-phone true > leads.geojson
  letip export --format json --near 60.17,24.94 --radius-km 1 | jq '.businesses[].name'")]
pub(crate) struct ExportArgs {
    /// Form of the file
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: ExportFormat,
    /// File to write; it appears only once it is whole [default: stdout]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) filters: FilterArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// One line a business, with a header
    Csv,
    /// A workbook: one row a business
    Xlsx,
    /// One object: businesses, count and attribution
    Json,
    /// A FeatureCollection of points
    Geojson,
    /// One card a business
    Vcard,
}

impl From<ExportFormat> for contract::export::ExportFormat {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Xlsx => Self::Xlsx,
            ExportFormat::Json => Self::Json,
            ExportFormat::Geojson => Self::Geojson,
            ExportFormat::Vcard => Self::Vcard,
        }
    }
}

/// Which businesses: the filters of the list, joined by AND.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Which businesses")]
pub(crate) struct FilterArgs {
    /// Words that occur in name, address, category or notes
    #[arg(long, value_name = "WORDS")]
    pub(crate) search: Option<String>,
    /// Exactly this city
    #[arg(long)]
    pub(crate) city: Option<String>,
    /// Exactly this state
    #[arg(long)]
    pub(crate) state: Option<String>,
    /// Exactly this industry
    #[arg(long)]
    pub(crate) industry: Option<String>,
    /// Exactly this category
    #[arg(long)]
    pub(crate) category: Option<String>,
    /// pending, enriching, enriched or failed
    #[arg(long, value_name = "STATUS")]
    pub(crate) enrichment_status: Option<EnrichmentStatus>,
    /// Told of by this source
    #[arg(long)]
    pub(crate) source: Option<String>,
    /// Labelled so
    #[arg(long)]
    pub(crate) tag: Option<String>,
    /// With, or without, a website
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) has_website: Option<bool>,
    /// With, or without, an e-mail address
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) has_email: Option<bool>,
    /// With, or without, a phone number
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) has_phone: Option<bool>,
    /// Branches of chains only, or none of them
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) chain: Option<bool>,
    /// latitude,longitude; with --radius-km
    #[arg(long, value_name = "LAT,LON", allow_hyphen_values = true)]
    pub(crate) near: Option<GeoPoint>,
    /// Distance from --near, above 0 to 500 km
    #[arg(long, value_name = "KM", requires = "near", allow_hyphen_values = true)]
    pub(crate) radius_km: Option<f64>,
    /// west,south,east,north in degrees
    #[arg(long, value_name = "BOX", allow_hyphen_values = true)]
    pub(crate) bbox: Option<BoundingBox>,
    /// Stored at or after, such as 2026-05-04T09:30:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) created_after: Option<Timestamp>,
    /// Stored before
    #[arg(long, value_name = "TIME")]
    pub(crate) created_before: Option<Timestamp>,
}

impl FilterArgs {
    /// The filters as the list takes them.
    pub(crate) fn query(self) -> BusinessQuery {
        BusinessQuery {
            page: None,
            limit: None,
            cursor: None,
            sort: None,
            ids: None,
            search: self.search,
            city: self.city,
            state: self.state,
            industry: self.industry,
            category: self.category,
            enrichment_status: self.enrichment_status,
            source: self.source,
            tag: self.tag,
            has_website: self.has_website,
            has_email: self.has_email,
            has_phone: self.has_phone,
            chain: self.chain,
            near: self.near,
            radius_km: self.radius_km,
            bbox: self.bbox,
            created_after: self.created_after,
            created_before: self.created_before,
        }
    }
}

/// Show and steer long work
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  letip jobs
  letip jobs --failed --json
  letip jobs show 01970f3e-7b5c-7d3a-9c52-2f0e6c1f4a11
  letip jobs work"
)]
pub(crate) struct JobsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<JobsCommand>,
    #[command(flatten)]
    pub(crate) list: JobsListArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// List jobs, the newest first
    List(JobsListArgs),
    /// Show one job
    Show(JobsShowArgs),
    /// Stop a job; what it has stored stays
    Cancel(JobArgs),
    /// Put a failed or cancelled job back into the queue
    Retry(JobArgs),
    /// Run every unfinished job to its end, then exit
    Work(Box<JobsWorkArgs>),
}

#[derive(Args, Clone, Debug)]
pub(crate) struct JobsListArgs {
    /// Only jobs that failed
    #[arg(long)]
    pub(crate) failed: bool,
    /// Only jobs that stand there: pending, running, completed, failed, cancelled
    #[arg(long, value_name = "STATUS", conflicts_with = "failed")]
    pub(crate) status: Option<JobStatus>,
    /// Only jobs of this kind: scrape, enrich, batchEnrich, import, export
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<JobKind>,
    /// Most jobs, 1 to 200
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(crate) limit: u32,
    /// Print the jobs as one JSON array
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Args, Debug)]
pub(crate) struct JobArgs {
    /// The job, as `letip jobs` lists it
    pub(crate) id: JobId,
    /// Print the job as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Args, Debug)]
pub(crate) struct JobsShowArgs {
    /// Write the records that the job could not use, with line and reason, to this CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) rejected: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) job: JobArgs,
}

#[derive(Args, Debug)]
pub(crate) struct JobsWorkArgs {
    /// File of places that jobs may search in besides the bundled ones; may be repeated
    #[arg(long, value_name = "FILE", num_args = 1)]
    pub(crate) places: Vec<PathBuf>,
    /// Print each job as one JSON object a line when it has ended
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) worker: WorkerArgs,
    #[command(flatten)]
    pub(crate) enrich: EnrichArgs,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    #[command(flatten)]
    pub(crate) providers: ProviderArgs,
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
    }

    #[test]
    fn wrong_values_are_refused_by_name() {
        let check = |line: &str, expect: &str| {
            let error = Cli::try_parse_from(line.split(' ')).unwrap_err().to_string();
            assert!(error.contains(expect), "{line}: {error}");
        };
        check("letip jobs show 12", "<ID>");
        check("letip serve --listen localhost", "--listen");
        check("letip export --format xml", "csv, xlsx, json, geojson, vcard");
        check("letip export --format csv --near 91,0", "latitude,longitude");
        check("letip jobs work --job-lease 0", "0.1 to 3600");
        check("letip scrape Turku --overpass-url https://a.example/api/", "--contact-url");
        check("letip serve --nominatim-url https://a.example/", "--contact-url");
        check("letip sources --overture-url https://a.example/", "--contact-url");
        check("letip serve --overpass-url nowhere --contact-url mailto:a@b.example", "--overpass-url");
    }
}
