//! What the page of settings shows.

use contract::Problem;
use contract::auth::Me;
use contract::columns::Theme;
use contract::enrichment::{ProviderInfo, Spending};
use contract::places::SourceInfo;

use super::Done;

/// The settings: one's own, and for admins the server's.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingsContent {
    /// Who it is.
    pub me: Me,
    /// The theme that they chose.
    pub theme: Option<Theme>,
    /// What the server was given, or why that cannot be told now; for admins alone.
    pub server: Option<Result<ServerSettings, Problem>>,
    /// What was done last.
    pub done: Option<Done>,
    /// Why the form was refused.
    pub refused: Option<Problem>,
}

/// What the program that serves was given when it was started. Keys are not among it.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerSettings {
    /// Who enriches.
    pub providers: Vec<ProviderInfo>,
    /// Where places come from.
    pub sources: Vec<SourceInfo>,
    /// What paid services cost this month.
    pub spending: Spending,
    /// In whose name websites are read; absent where none is.
    pub crawler: Option<Crawler>,
    /// Whose tiles are under maps; absent where there are none.
    pub tiles: Option<TileServer>,
}

/// Where browsers ask for the tiles of maps. The addresses themselves may hold a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileServer {
    /// Scheme, host and port.
    pub origin: String,
    /// Whose they are, as maps show it.
    pub attribution: String,
    /// The last zoom level that there is.
    pub max_zoom: u8,
}

/// How the program presents itself to websites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crawler {
    /// Where those who run a website are told to ask.
    pub contact_url: String,
    /// `User-Agent` of each request.
    pub user_agent: String,
    /// By what a robots.txt addresses it.
    pub robots_token: &'static str,
}
