//! The program in parts: what one kind of page alone needs is a chunk, loaded when such a page is near; so is what is
//! opened seldom, loaded when somebody opens it.
//!
//! The build finds a chunk by the name of the function that makes its page, and moves there whatever only that function
//! reaches. Elsewhere, on the server and in tests, all is one program.

mod dialog;

use markup::Node;

use crate::routes::Route;
pub(crate) use dialog::{LoadedDialog, stays_closed};

/// What the page at an address needs besides the program's main part.
#[must_use]
pub(crate) fn of(address: &str) -> Option<&'static str> {
    Route::parse(address).and_then(|route| route.chunk())
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use whole::{is_ready, page, when_loaded};

#[cfg(target_arch = "wasm32")]
pub(crate) use parts::{is_ready, load_ahead, page, provide, when_loaded};

/// All is there from the start.
#[cfg(not(target_arch = "wasm32"))]
mod whole {
    use super::Node;
    use crate::{pages, palette};

    /// Whether the chunk's page can be made at once.
    pub(crate) fn is_ready(_chunk: &str) -> bool {
        true
    }

    /// Tells whether the chunk is there, once that is known.
    pub(crate) fn when_loaded(_chunk: &'static str, then: impl FnOnce(bool) + 'static) {
        then(true);
    }

    /// The page that the chunk makes.
    pub(crate) fn page(chunk: &str) -> Node {
        match chunk {
            "overview" => pages::overview::overview_page(),
            "find" => pages::find::find_page(),
            "jobs" => pages::jobs::jobs_page(),
            "job" => pages::job::job_page(),
            "enrichment" => pages::enrichment::enrichment_page(),
            "leads" => pages::leads::leads_page(),
            "map" => pages::leads::map::map_page(),
            "lead" => pages::lead::lead_page(),
            crate::desk::CHUNK => pages::desk::desk(),
            pages::leads::columns::CHUNK => pages::leads::columns::columns_dialog(),
            palette::CHUNK => palette::dialogs(),
            _ => pages::not_found::not_found_page(),
        }
    }
}

/// Chunks are loaded by the document's script, which answers with the function that makes the page.
#[cfg(target_arch = "wasm32")]
mod parts {
    use std::cell::RefCell;

    use js_sys::{Function, Promise};
    use leptos::wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::{JsFuture, spawn_local};

    use super::Node;
    use crate::pages;
    use crate::routes::CHUNKS;

    thread_local! {
        static LOAD: RefCell<Option<Function>> = const { RefCell::new(None) };
        static LOADED: RefCell<Vec<(&'static str, Function)>> = const { RefCell::new(Vec::new()) };
        static MADE: RefCell<Option<Node>> = const { RefCell::new(None) };
    }

    /// Says how chunks are loaded: a function from a chunk's name to a promise of the function that makes its page.
    pub(crate) fn provide(load: Function) {
        LOAD.set(Some(load));
    }

    /// Whether the chunk's page can be made at once.
    pub(crate) fn is_ready(chunk: &str) -> bool {
        maker(chunk).is_some()
    }

    /// Loads the chunk unless it is there; tells whether it is, once that is known.
    pub(crate) fn when_loaded(chunk: &'static str, then: impl FnOnce(bool) + 'static) {
        start(chunk, Box::new(then));
    }

    fn start(chunk: &'static str, then: Box<dyn FnOnce(bool)>) {
        spawn_local(async move {
            let loaded = load(chunk).await;
            if let Some(make) = loaded
                && !is_ready(chunk)
            {
                LOADED.with_borrow_mut(|loaded| loaded.push((chunk, make)));
            }
            then(is_ready(chunk));
        });
    }

    async fn load(chunk: &str) -> Option<Function> {
        let load = LOAD.with_borrow(Clone::clone)?;
        let promise = load.call1(&JsValue::NULL, &chunk.into()).ok()?.dyn_into::<Promise>().ok()?;
        JsFuture::from(promise).await.ok()?.dyn_into().ok()
    }

    /// Loads every chunk that is not there yet. What fails is tried again when its page is wanted.
    pub(crate) fn load_ahead() {
        for chunk in CHUNKS.into_iter().filter(|chunk| !is_ready(chunk)) {
            when_loaded(chunk, |_| ());
        }
    }

    fn maker(chunk: &str) -> Option<Function> {
        LOADED.with_borrow(|loaded| Some(loaded.iter().find(|(name, _)| *name == chunk)?.1.clone()))
    }

    /// The page that the chunk makes; one that says that it is not there, where the chunk is not.
    pub(crate) fn page(chunk: &str) -> Node {
        if let Some(Err(error)) = maker(chunk).map(|make| make.call0(&JsValue::NULL)) {
            // What went wrong on the way went wrong here: the program does not go on after a panic.
            wasm_bindgen::throw_val(error);
        }
        MADE.take().unwrap_or_else(pages::not_found::not_found_page)
    }

    /// Hands over what a chunk's function made, which passes through the script.
    pub(super) fn hand_over(page: Node) {
        MADE.set(Some(page));
    }
}

/// The functions that the chunks begin with. The script hands them over as they are loaded.
#[cfg(target_arch = "wasm32")]
pub mod roots {
    use wasm_bindgen::prelude::wasm_bindgen;

    use super::parts::hand_over;
    use crate::{pages, palette};

    /// Makes the page `/`.
    #[wasm_bindgen]
    pub fn chunk_overview() {
        hand_over(pages::overview::overview_page());
    }

    /// Makes the page `/find`.
    #[wasm_bindgen]
    pub fn chunk_find() {
        hand_over(pages::find::find_page());
    }

    /// Makes the page `/jobs`.
    #[wasm_bindgen]
    pub fn chunk_jobs() {
        hand_over(pages::jobs::jobs_page());
    }

    /// Makes the page of a job.
    #[wasm_bindgen]
    pub fn chunk_job() {
        hand_over(pages::job::job_page());
    }

    /// Makes the page `/enrichment`.
    #[wasm_bindgen]
    pub fn chunk_enrichment() {
        hand_over(pages::enrichment::enrichment_page());
    }

    /// Makes the page `/leads`.
    #[wasm_bindgen]
    pub fn chunk_leads() {
        hand_over(pages::leads::leads_page());
    }

    /// Makes the page `/leads` as a map.
    #[wasm_bindgen]
    pub fn chunk_map() {
        hand_over(pages::leads::map::map_page());
    }

    /// Makes the page of a lead.
    #[wasm_bindgen]
    pub fn chunk_lead() {
        hand_over(pages::lead::lead_page());
    }

    /// Makes what is done to leads over a page.
    #[wasm_bindgen]
    pub fn chunk_desk() {
        hand_over(pages::desk::desk());
    }

    /// Makes the dialog in which columns are chosen.
    #[wasm_bindgen]
    pub fn chunk_columns() {
        hand_over(pages::leads::columns::columns_dialog());
    }

    /// Makes the command palette, or the dialog that lists what the keyboard does.
    #[wasm_bindgen]
    pub fn chunk_palette() {
        hand_over(palette::dialogs());
    }
}
