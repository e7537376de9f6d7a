//! The page of settings: one's own theme, the way to one's account, and for admins what the server was given.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use client::ApiClient;
use contract::columns::{AppearanceChange, Theme};
use contract::edit::Change;
use contract::{FieldError, Problem, Role};
use dashboard::MapTiles;
use dashboard::content::{Crawler, Done, ServerSettings, SettingsContent, TileServer};
use dashboard::{FormContent, routes};
use enrichment::Fetcher;
use serde::Deserialize;

use super::entrance::turn_away;
use super::read_form;
use super::sender::{Sender, told};
use crate::app::App;
use crate::problem::ApiProblem;

const PATH: &str = routes::SETTINGS;

pub(super) async fn page(State(app): State<App>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    let done = Done::of(request.uri().query().unwrap_or_default());
    show(&app, sender, done, None).await
}

/// Where a form was sent to: its page is that of all settings.
pub(super) async fn home() -> Redirect {
    Redirect::to(PATH)
}

pub(super) async fn choose_theme(State(app): State<App>, request: Request) -> Response {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Form {
        theme: String,
    }
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    let Form { theme } = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let problem = match theme.parse::<Theme>() {
        Ok(theme) => {
            let change = AppearanceChange { theme: Change::Set(theme), ..AppearanceChange::default() };
            match sender.api.update_appearance(&change).await {
                Ok(_) => return Redirect::to(&Done::Theme.at(PATH)).into_response(),
                Err(error) => told(error),
            }
        }
        Err(_) => {
            let wrong = FieldError::new("theme", "unknown", "choose one of them");
            ApiProblem::invalid(vec![wrong]).into_problem()
        }
    };
    show(&app, sender, None, Some(problem)).await
}

async fn show(app: &App, sender: Sender, done: Option<Done>, refused: Option<Problem>) -> Response {
    let status = refused.as_ref().map_or(200, |problem| problem.status);
    match load(app, &sender).await {
        Ok(settings) => {
            let content = SettingsContent { done, refused, ..settings };
            sender.show_as(PATH, FormContent::Settings(Box::new(content)), status).await
        }
        Err(problem) => sender.explain(PATH, problem).await,
    }
}

async fn load(app: &App, sender: &Sender) -> Result<SettingsContent, Problem> {
    let (me, appearance) = futures::join!(sender.api.me(), sender.api.appearance());
    let server = if sender.needs(Role::Admin).is_ok() { Some(given(app, &sender.api).await) } else { None };
    let theme = appearance.map_err(told)?.theme;
    Ok(SettingsContent { me: me.map_err(told)?, theme, server, done: None, refused: None })
}

/// What the server was given when it was started.
async fn given(app: &App, api: &ApiClient) -> Result<ServerSettings, Problem> {
    let (providers, sources, spending) = futures::join!(api.providers(), api.sources(), api.spending());
    let crawler = app.config().fetcher.as_ref().map(|fetcher| Crawler {
        contact_url: fetcher.contact_url().to_owned(),
        user_agent: fetcher.user_agent(),
        robots_token: Fetcher::ROBOTS_TOKEN,
    });
    let tiles = app.config().tiles.as_ref().map(|tiles| {
        let MapTiles { attribution, max_zoom, .. } = tiles.told();
        TileServer { origin: tiles.origin().to_string(), attribution, max_zoom }
    });
    Ok(ServerSettings {
        tiles,
        providers: providers.map_err(told)?,
        sources: sources.map_err(told)?,
        spending: spending.map_err(told)?,
        crawler,
    })
}
