//! The application inside `<body>`: navigation, the page of the address, and what floats over it.

use std::mem::{Discriminant, discriminant};

use contract::places::SourceInfo;
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use markup::{Node, view};

use crate::address::{provide_address, use_address};
use crate::clock::provide_clock;
use crate::columns::provide_own_columns;
use crate::components::focus::focus_in_place;
use crate::components::icon::{Icon, icon};
use crate::components::lead::external;
use crate::components::virtual_list::is_row_focused;
use crate::connection::{connection_badge, provide_connection_state};
use crate::desk::{Desk, desk_view};
use crate::palette::{Palette, palette_button, palette_place, provide_palette};
use crate::reaction::{Derived, derive, react};
use crate::routes::Route;
use crate::shortcuts::use_shortcuts;
use crate::state::use_page_state;
use crate::theme::theme_switch;
use crate::toast::{Toasts, provide_toasts, toast_region};
use crate::{chunk, data, format, pages};

/// The application. It needs the contexts of [`provide_page`](crate::provide_page).
#[component]
pub fn App() -> impl IntoView {
    if cfg!(feature = "ssr") {
        provide_meta_context();
    }
    let desk = Desk::new();
    provide_address(desk);
    provide_clock();
    provide_own_columns();
    let toasts = provide_toasts();
    frame(toasts, desk)
}

fn frame(toasts: Toasts, desk: Desk) -> Node {
    let palette = provide_palette();
    use_shortcuts(desk, palette);
    focus_new_page();
    view! {
        <a class="skip" href="#main" rel="external">"Skip to content"</a>
        <div class="frame">
            {sidebar(palette)}
            <div class="content">
                <main id="main" class="main" tabindex="-1">{page()}</main>
                {footer()}
            </div>
        </div>
        {desk_view(desk)}
        {palette_place(palette)}
        {toast_region(toasts)}
    }
}

/// The page of the address. It is made anew where another kind of page comes; one that stays follows its own
/// part of the address.
fn page() -> Node {
    let kind = kind_of_page();
    let address = use_address();
    view! {
        {move || {
            // Read, not only tracked: a memo that nobody reads follows nothing.
            kind.get();
            page_of(Route::parse(&untrack(|| address.whole())))
        }}
    }
}

fn kind_of_page() -> Derived<Option<Discriminant<Route>>> {
    let address = use_address();
    derive(move || Route::parse(&address.whole()).map(|route| discriminant(&route)))
}

fn page_of(route: Option<Route>) -> Node {
    match route {
        #[cfg(debug_assertions)]
        Some(Route::Styleguide) => pages::styleguide::styleguide_page(),
        #[cfg(feature = "ssr")]
        Some(route) if route.is_plain() => pages::plain_page(&route),
        route => match route.and_then(|route| route.chunk()) {
            Some(chunk) => chunk::page(chunk),
            None => pages::not_found::not_found_page(),
        },
    }
}

fn sidebar(palette: Palette) -> Node {
    let connection = provide_connection_state();
    view! {
        <header class="side">
            <a class="brand" href="/" aria-label="Le Tip, overview">
                <svg class="brand__mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
                    <rect width="24" height="24" rx="6"></rect>
                    <path d="M8 6v9.5a2 2 0 0 0 2 2h6M12.5 6v6.5h4"></path>
                </svg>
                <span class="brand__name">"Le Tip"</span>
            </a>
            {palette_button(palette)}
            {navigation()}
            <div class="side__foot">
                {connection_badge(connection)}
                {use_page_state().person.map(signed_in)}
                <a class="nav__link" href="/settings" rel="external">{icon(Icon::Sliders)}<span>"Settings"</span></a>
                <div class="side__tools">
                    {theme_switch()}
                    <button type="button" class="btn btn--quiet btn--icon needs-script side__keys" aria-label="Keyboard shortcuts"
                        title="Keyboard shortcuts (?)" on:click=move |_| palette.list_keys()>{icon(Icon::Keyboard)}</button>
                </div>
            </div>
        </header>
    }
}

/// Who is signed in, the way to their account, and the way out: a plain form, which needs no script.
fn signed_in(person: String) -> Node {
    view! {
        <form class="person" method="post" action="/sign-out">
            <a class="person__name" href="/account" rel="external" title="Account">{icon(Icon::Person)}<span>{person}</span></a>
            <button type="submit" class="btn btn--quiet">"Sign out"</button>
        </form>
    }
}

fn navigation() -> Node {
    let path = use_address().path;
    let entry = move |href: &'static str, mark: Icon, text: &'static str| {
        let current = move || {
            let path = path.get();
            let here =
                if href == "/" { path == "/" } else { path == href || path.starts_with(&format!("{href}/")) };
            here.then_some("page")
        };
        view! { <li><a class="nav__link" href=href aria-current=current>{icon(mark)}<span>{text}</span></a></li> }
    };
    view! {
        <nav class="nav" aria-label="Main">
            <ul>
                {entry("/", Icon::Home, "Overview")}
                {entry("/find", Icon::Search, "Find")}
                {entry("/leads", Icon::Leads, "Leads")}
                {entry("/enrichment", Icon::Spark, "Enrichment")}
                {entry("/jobs", Icon::Jobs, "Jobs")}
            </ul>
        </nav>
    }
}

/// Attribution of the data, from what the sources say themselves.
fn footer() -> Node {
    let sources = data::sources();
    let lines = move || {
        let sources = sources.data()?;
        Some(distinct(&sources).into_iter().map(attribution_line).collect::<Node>())
    };
    view! {
        <footer class="foot">
            <p>"Data: "{lines}</p>
        </footer>
    }
}

/// One source of each attribution and licence, by name. There are few: each is put where it belongs.
fn distinct(sources: &[SourceInfo]) -> Vec<&SourceInfo> {
    let shown = |source: &SourceInfo| (source.attribution.clone(), source.licence.clone());
    let mut seen: Vec<&SourceInfo> = Vec::new();
    for source in sources.iter().filter(|source| !source.attribution.is_empty()) {
        let at = seen.partition_point(|known| shown(known) < shown(source));
        if seen.get(at).is_none_or(|known| shown(known) != shown(source)) {
            seen.insert(at, source);
        }
    }
    seen
}

fn attribution_line(source: &SourceInfo) -> Node {
    let (attribution, licence) = (&source.attribution, source.licence.clone());
    let licence = match source.licence_url.as_deref().and_then(format::web_link) {
        Some(url) => external(url, licence),
        None => view! { <span>{licence}</span> },
    };
    view! { <span class="foot__source">{format!("{attribution}, ")}{licence}</span> }
}

/// After a step to another page the focus goes to its title, so that readers and keys start there.
fn focus_new_page() {
    let (path, kind) = (use_address().path, kind_of_page());
    let mut before = None;
    react(move || {
        // The list as a table and as a map have one path.
        let now = (path.get(), kind.get());
        if before.replace(now.clone()).is_some_and(|before| before != now) {
            request_animation_frame(|| {
                use leptos::wasm_bindgen::JsCast;
                let title = document().query_selector("[data-page-title]").ok().flatten();
                let title = title.and_then(|title| title.dyn_into::<web_sys::HtmlElement>().ok());
                // A list that somebody comes back to has given it to the row that had it.
                if let Some(title) = title.filter(|_| !is_row_focused()) {
                    // Where the page is scrolled is its own.
                    focus_in_place(&title);
                }
            });
        }
    });
}
