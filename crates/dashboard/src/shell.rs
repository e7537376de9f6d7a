//! The HTML document around the application.

use contract::columns::Theme;
use leptos::prelude::*;
use leptos_meta::MetaTags;
use requery_leptos::{dehydrated_script, use_query_client};

use crate::app::App;
use crate::routes::Route;
use crate::state::PageState;
use crate::{address, chunk, theme};

/// Id of the script element that carries the [`PageState`].
pub(crate) const STATE_ID: &str = "page-state";
/// Stands on the root from the first paint on: the style keeps what is far below the screen out of that one.
const PAINTED: &str = "data-painted";
/// Stands on the root where another page is loaded in place of this one, which is not to be taken over any more.
pub(crate) const LEFT: &str = "data-left";
/// Attributes of the root that carry the [`MapTiles`]: the chunk of the map alone reads them.
pub(crate) const TILES: &str = "data-tiles";
pub(crate) const TILES_CREDIT: &str = "data-tiles-credit";
pub(crate) const TILES_ZOOM: &str = "data-tiles-zoom";

/// Paths of the built files, as the build's `manifest.json` names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssetPaths {
    /// Module that starts the application.
    pub js: String,
    /// Its WebAssembly.
    pub wasm: String,
    /// Parts of the WebAssembly by the names that [`Route::chunk`](crate::routes::Route::chunk) has for them; none where
    /// it is in one piece.
    pub chunks: Vec<(String, String)>,
    /// The stylesheet; empty where there is none.
    pub css: String,
    /// The stylesheet that documents of forms have beside it, `forms.css` in the manifest's list; empty where there is none.
    pub forms: String,
    /// The stylesheet of what is opened over a page, `late.css` in the manifest's list; empty where there is none.
    pub late: String,
    /// That of charts and maps, `pictures.css` in the manifest's list; empty where there is none.
    pub pictures: String,
    /// The stylesheet that documents have beside it where maps have tiles, `tiles.css` in the manifest's list; empty where there
    /// is none.
    pub tiles: String,
    /// The picture for tabs and bookmarks, `favicon.svg` in the manifest's list; empty where there is none.
    pub icon: String,
}

/// Map tiles in Web Mercator that lie under the list as a map, from a server that the operator named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapTiles {
    /// The address of a tile, with `{z}`, `{x}` and `{y}` for its zoom level, column and row.
    pub template: String,
    /// Whose they are, as text; shown wherever they are.
    pub attribution: String,
    /// The last zoom level that there is.
    pub max_zoom: u8,
}

/// What a document is made from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShellOptions {
    /// Absent where the web files were not built: the page is complete, but plain and without script.
    pub assets: Option<AssetPaths>,
    /// What [`AssetPaths::css`] holds, for a document that brings it: who comes from elsewhere is spared a request before anything
    /// is painted. Who comes from a page of ours has the file already.
    pub style: Option<&'static str>,
    /// Allows the document's own scripts and style under a content security policy.
    pub nonce: Option<String>,
    /// The document is a form: complete as it is, and not taken over by the application.
    pub is_plain: bool,
    /// Light or dark, as the person chose; where they chose nothing, the browser's own choice holds.
    pub theme: Option<Theme>,
    /// What lies under the list as a map; absent where its ground is plain.
    pub tiles: Option<MapTiles>,
    /// What the page is rendered from besides the cache.
    pub state: PageState,
}

/// The document. It needs the contexts of [`provide_page`](crate::provide_page).
pub fn shell(options: ShellOptions) -> impl IntoView {
    let ShellOptions { assets, style, nonce, is_plain, theme, tiles, state } = options;
    let script = assets.as_ref().filter(|_| !is_plain);
    let cache = script.map(|_| dehydrated_script(&use_query_client(), nonce.clone()));
    let start = script.map(|assets| start_script(assets, nonce.clone()));
    let preloads = script.map(preload_links);
    let style = assets.as_ref().map(|assets| main_style(assets, style, nonce.clone()));
    let saving = script.map(|_| theme_saving(nonce.clone()));
    view! {
        <!DOCTYPE html>
        <html lang="en" data-plain=is_plain.then_some("") data-theme=theme.map(Theme::as_str)
            data-tiles=tiles.as_ref().map(|tiles| tiles.template.clone())
            data-tiles-credit=tiles.as_ref().map(|tiles| tiles.attribution.clone())
            data-tiles-zoom=tiles.as_ref().map(|tiles| tiles.max_zoom.to_string())>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content=theme::color_scheme(theme)/>
                <meta name="description" content="Find local businesses, see which are worth a call, and reach them."/>
                <script nonce=nonce.clone() inner_html=theme::SCRIPT></script>
                {style}
                {assets.map(|assets| head_links(&assets, is_plain, tiles.is_some()))}
                {preloads}
                <MetaTags/>
            </head>
            <body>
                <App/>
                <div class="crash" id="crash" hidden role="alert">
                    <p>"This page stopped working. What you saved is safe on the server."</p>
                    <a class="btn" href="" rel="external">"Reload the page"</a>
                </div>
                <script nonce=nonce type="application/json" id=STATE_ID inner_html=state.to_script()></script>
                {cache}
                {saving}
                {start}
            </body>
        </html>
    }
}

/// Has the server keep the theme that is chosen in the navigation, and says where it does not.
fn theme_saving(nonce: Option<String>) -> AnyView {
    view! {
        <p class="crash" id=theme::UNSAVED_ID hidden role="alert">
            "The theme could not be saved. Choose it once more to try again."
        </p>
        <script nonce=nonce inner_html=theme::saving()></script>
    }
    .into_any()
}

fn main_style(assets: &AssetPaths, style: Option<&'static str>, nonce: Option<String>) -> AnyView {
    match style {
        Some(style) => view! { <style nonce=nonce inner_html=style></style> }.into_any(),
        None => view! { <link rel="stylesheet" href=assets.css.clone()/> }.into_any(),
    }
}

fn head_links(assets: &AssetPaths, is_plain: bool, has_tiles: bool) -> AnyView {
    // The style page shows what others open.
    let is_of_style = matches!(Route::parse(&address::current()), Some(Route::Styleguide));
    let others = [
        (is_plain, &assets.forms),
        (is_of_style, &assets.late),
        (has_pictures(), &assets.pictures),
        (has_tiles, &assets.tiles),
    ];
    let others = others.into_iter().filter(|(is_needed, path)| *is_needed && !path.is_empty());
    let others = others.map(|(_, path)| view! { <link rel="stylesheet" href=path.clone()/> });
    view! {
        {others.collect::<Vec<_>>()}
        <link rel="icon" href=assets.icon.clone() type="image/svg+xml"/>
    }
    .into_any()
}

/// The program's main part and the chunk that makes this page.
fn preload_links(assets: &AssetPaths) -> AnyView {
    let needed = chunk::of(&address::current());
    let chunk = assets.chunks.iter().find(|(name, _)| Some(name.as_str()) == needed);
    let wasm = [Some(&assets.wasm), chunk.map(|(_, path)| path)];
    let wasm = wasm.into_iter().flatten().cloned().map(|path| {
        view! { <link rel="preload" href=path r#as="fetch" type="application/wasm" crossorigin="anonymous"/> }
    });
    view! {
        <link rel="modulepreload" href=assets.js.clone()/>
        {wasm.collect::<Vec<_>>()}
    }
    .into_any()
}

/// A panic ends the page's WebAssembly without a word of its own: the document says so and offers to load it anew. If it
/// had the socket of all tabs, another one has to open its own: whoever takes the lock away and lets it go has the next
/// tab do so. Its name is that of the script.
fn watch(js: &str) -> String {
    format!(
        "const crashed=event=>{{if((event.error??event.reason)instanceof WebAssembly.RuntimeError){{\
        document.getElementById('crash').hidden=false;\
        navigator.locks?.request({js:?},{{steal:true}},()=>{{}})}}}};\
        addEventListener('error',crashed);addEventListener('unhandledrejection',crashed);"
    )
}

/// Whether the page shows a chart or a map.
fn has_pictures() -> bool {
    use Route::{Find, Job, Lead, LeadsMap, Overview, Styleguide};

    let route = Route::parse(&address::current());
    matches!(route, Some(Overview | Find(_) | Job(_) | Lead(_) | LeadsMap | Styleguide))
}

/// How the application loads chunks: the page's own at once, others with the stylesheets that this document is without. Those are
/// there before the chunk is; without them it does not load either, and whoever wants it again has them tried again.
fn loader(assets: &AssetPaths) -> String {
    let pictures = Some(&assets.pictures).filter(|_| !has_pictures());
    let sheets: Vec<_> =
        [Some(&assets.late), pictures].into_iter().flatten().filter(|path| !path.is_empty()).collect();
    let own = chunk::of(&address::current()).unwrap_or_default();
    format!(
        "name=>name==={own:?}?load(name):Promise.all([load(name),...{sheets:?}.map(href=>load[href]??=new Promise((done,fail)=>\
        document.head.append(Object.assign(document.createElement('link'),{{rel:'stylesheet',href,onload:done,\
        onerror(){{load[href]=null;this.remove();fail()}}}}))))]).then(([page])=>page)"
    )
}

/// Starts the application behind the first paint of something, whose processors it would take; a page whose script does not load
/// stays as it was rendered. The first paint is not awaited where none comes: in a tab that is not shown, and in a browser that tells none.
/// Who goes back to an earlier page of this document before the application is there to show it has it loaded.
fn start_script(assets: &AssetPaths, nonce: Option<String>) -> AnyView {
    let text = format!(
        "{}const root=document.documentElement,here=()=>location.pathname+location.search,at=here();\
        addEventListener('popstate',()=>{{if(root.hasAttribute('data-ready')||at===here())return;\
        root.setAttribute({LEFT:?},'');location.reload()}});\
        let begun;const begin=()=>{{if(begun)return;begun=1;root.setAttribute({PAINTED:?},'');\
        import({:?}).then(({{default:init,hydrate,load}})=>init({{module_or_path:{:?}}}).then(()=>hydrate({})),console.error)}};\
        new PerformanceObserver(seen=>seen.getEntriesByName('first-contentful-paint')[0]&&begin())\
        .observe({{type:'paint',buffered:true}});setTimeout(begin,document.hidden?0:500)",
        watch(&assets.js),
        assets.js,
        assets.wasm,
        loader(assets)
    );
    view! { <script type="module" nonce=nonce inner_html=text></script> }.into_any()
}
