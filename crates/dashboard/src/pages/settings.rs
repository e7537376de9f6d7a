//! Settings: one's own theme, the way to one's account, and for admins what the server was given when it was started.

mod services;

use contract::Role;
use contract::auth::Me;
use contract::columns::Theme;
use contract::places::SourceState;
use markup::{Node, view};

use crate::components::badge::{Tone, badge};
use crate::components::field::FieldText;
use crate::components::form::{Refusal, notice};
use crate::components::icon::{Icon, icon};
use crate::components::lead::external;
use crate::components::load::sentence;
use crate::components::panel::{page_head, panel};
use crate::content::{ServerSettings, SettingsContent, TileServer};
use crate::{format, routes, theme};
use services::{services, switches};

const THEME: FieldText = FieldText {
    name: "theme",
    label: "Theme",
    hint: "System follows the device. The choice is kept on the server and holds in every browser that you use.",
};

/// What has websites read.
const CONTACT: [(&str, &str); 1] = [(
    "contact-url",
    "a page about you, or a mailto: address, that tells websites and services who asks them",
)];

/// What puts tiles under maps.
const TILES: [(&str, &str); 2] = [
    ("tiles-url", "the address of a tile, with {z}, {x} and {y} for its zoom level, column and row"),
    ("tiles-attribution", "whose the tiles are, as their terms want it shown"),
];

/// The page.
pub(crate) fn settings_page(content: &SettingsContent) -> Node {
    let server = content.server.as_ref().map(|server| match server {
        Ok(server) => of_server(server),
        Err(problem) => panel("server", "Server", Node::nothing(), view! { {Refusal(Some(problem)).line()} }),
    });
    view! {
        {page_head(|| "Settings".to_owned(), Node::nothing())}
        {content.done.map(|done| notice(done.told()))}
        <div class="columns columns--forms">
            {panel("appearance", "Appearance", Node::nothing(), appearance(content))}
            {panel("account", "Account", Node::nothing(), account(&content.me))}
        </div>
        {server}
    }
}

fn appearance(content: &SettingsContent) -> Node {
    let refusal = Refusal(content.refused.as_ref());
    let themes = Theme::ALL.iter().map(|theme| (theme.as_str(), theme::label(*theme)));
    let chosen = content.theme.map_or("", Theme::as_str);
    view! {
        <form class="form" method="post" action=format!("{}/appearance", routes::SETTINGS) novalidate
            aria-labelledby="appearance-title">
            {refusal.line()}
            {refusal.radios(THEME, themes, chosen)}
            <div class="form__actions">
                <button type="submit" class="btn btn--primary">{icon(Icon::Check)}<span>"Save"</span></button>
            </div>
        </form>
        <p class="panel__foot muted">"Columns of your lists are chosen above the list of leads, and are kept in the same way."</p>
    }
}

fn account(me: &Me) -> Node {
    let Some(user) = &me.user else {
        return view! {
            <p class="muted">
                "There are no accounts here: this server asks nobody to sign in. Started without --no-sign-in, it gives each \
                 person an account."
            </p>
        };
    };
    let others = (me.role == Role::Admin).then(|| view! { <a href="/users">"Accounts of others"</a> });
    view! {
        <dl class="facts">
            <div class="fact"><dt>"Name"</dt><dd>{user.name.clone()}</dd></div>
            <div class="fact"><dt>"E-mail address"</dt><dd>{user.email.clone()}</dd></div>
        </dl>
        <p class="panel__foot">
            <a href="/account">"Password, sessions and API tokens"</a>
            {others}
        </p>
    }
}

/// What the server was given.
fn of_server(server: &ServerSettings) -> Node {
    let website = server.providers.iter().find(|one| one.provider == services::WEBSITE);
    let is_read = website.is_some_and(|one| one.state == SourceState::Ready);
    let state = if is_read { badge(Tone::Good, "On") } else { badge(Tone::Warning, "Off") };
    let why = website.and_then(|one| one.message.as_deref());
    view! {
        <div class="columns columns--wide">
            {panel("providers", "Enrichment and providers", Node::nothing(), services(server))}
            <div class="stack">
                {panel("crawler", "Crawler identity", state, crawler(server, why))}
                {panel("maps", "Maps", Node::nothing(), maps(server.tiles.as_ref()))}
            </div>
        </div>
    }
}

/// What is under the points of maps.
fn maps(tiles: Option<&TileServer>) -> Node {
    let Some(TileServer { origin, attribution, max_zoom }) = tiles else {
        return view! {
            <p class="muted">"Maps are drawn without a network: points, circles and a grid. A server of tiles puts streets under them; it \
                learns where people look."</p>
            {switches(TILES)}
        };
    };
    view! {
        <p class="muted">"Browsers ask this server for what is under the points, and so tell it where people look."</p>
        <dl class="facts facts--long">
            <div class="fact"><dt>"Server"</dt><dd>{origin.clone()}</dd></div>
            <div class="fact"><dt>"Shown with"</dt><dd>{attribution.clone()}</dd></div>
            <div class="fact"><dt>"Last zoom level"</dt><dd>{u32::from(*max_zoom)}</dd></div>
        </dl>
    }
}

/// In whose name websites are read, or `why` none is and how that changes.
fn crawler(server: &ServerSettings, why: Option<&str>) -> Node {
    let Some(crawler) = &server.crawler else {
        return view! {
            {why.map(|why| view! { <p class="provider__why">{sentence(why)}</p> })}
            <p class="muted">
                "Every request to a website says who makes it and where to ask. Nobody is named yet: no website is read and \
                 nothing is enriched, by paid providers neither."
            </p>
            {switches(CONTACT)}
        };
    };
    let contact = match format::web_link(&crawler.contact_url) {
        Some(url) => external(url, crawler.contact_url.clone()),
        None => view! { {crawler.contact_url.clone()} },
    };
    view! {
        <p class="muted">"Every request to a website says who makes it and where to ask."</p>
        <dl class="facts facts--long">
            <div class="fact"><dt>"Contact"</dt><dd>{contact}</dd></div>
            <div class="fact"><dt>"User-Agent"</dt><dd><code>{crawler.user_agent.clone()}</code></dd></div>
            <div class="fact">
                <dt>"robots.txt"</dt>
                <dd>"Rules for "<code>{crawler.robots_token}</code>" are followed, else those for everybody."</dd>
            </div>
        </dl>
    }
}
