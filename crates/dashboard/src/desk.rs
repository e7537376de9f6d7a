//! What people do to leads with script: what is asked for, which leads are selected, and which list they are of.
//!
//! Only this much stands on every page. What does it (the form over the page, the bar of what is selected, the field in
//! a cell, deletions that can be undone) is the chunk `desk`, [`crate::pages::desk`], put into the frame when something
//! is asked for the first time. Where it cannot be loaded, links lead to the documents of forms, as without script.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use contract::{Business, BusinessId, UserId};
use leptos::prelude::*;
use markup::Node;
use web_sys::MouseEvent;

use crate::address::{anchor_of, use_address};
use crate::chunk;
use crate::components::field::FieldText;
use crate::reaction::{Var, react};
use crate::routes::{self, Route};
use crate::state::use_page_state;
use crate::toast::use_toasts;

/// The chunk's name.
pub(crate) const CHUNK: &str = "desk";

/// What is asked for.
#[derive(Debug, PartialEq)]
pub(crate) enum Task {
    /// A form for a new lead.
    Add,
    /// A form with what is known of a lead.
    Edit(BusinessId),
    /// A lead is enriched.
    Enrich(BusinessId),
    /// That field of the lead, which was seen as it is given, is to be this.
    Write(Arc<Business>, FieldText, String),
    /// The box of the row at this place was pressed, with Shift or without.
    Pick(u32, bool),
    /// The box of all rows was pressed.
    PickAll,
    /// A key was pressed that means something in a list.
    Key(String),
}

impl Task {
    /// The document that does the same without script.
    fn document(&self) -> Option<String> {
        match self {
            Self::Add => Some(Route::NewLead.path()),
            Self::Edit(id) => Some(routes::edit(*id)),
            _ => None,
        }
    }
}

/// Which leads of a list are selected.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Selection {
    /// By the order in which they were selected.
    pub(crate) ids: Vec<BusinessId>,
    /// All that the list's filters select, also what was never loaded; `ids` are those that were on screen.
    pub(crate) is_all: bool,
    /// The place from which a range of rows goes.
    pub(crate) anchor: Option<u32>,
}

impl Selection {
    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty() && !self.is_all
    }

    pub(crate) fn has(&self, id: BusinessId) -> bool {
        self.is_all || self.ids.contains(&id)
    }
}

/// The rows of the list on the page.
pub(crate) trait Rows: Send + Sync {
    /// The leads at these places as far as they are loaded, and whether all are.
    fn leads_at(&self, places: Range<u32>) -> (Vec<BusinessId>, bool);

    /// Places that are on screen, at least in part.
    fn on_screen(&self) -> Range<u32>;

    /// The place with the focus.
    fn focused(&self) -> Option<u32>;

    /// Moves the focus as that key does; whether it does.
    fn go(&self, key: &str) -> bool;
}

/// The list on the page, as far as what is selected depends on it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct List {
    /// Its address, with its filters and order, at its first page.
    pub(crate) address: String,
    /// Its leads.
    pub(crate) total: u64,
}

/// What is asked for and selected.
#[derive(Clone, Copy)]
pub(crate) struct Desk {
    /// What was asked for and not taken up yet, and how often that was.
    tasks: StoredValue<Vec<Task>>,
    asked: Var<u32>,
    /// The chunk is there, and stands in the frame.
    is_open: Var<bool>,
    /// What is selected.
    pub(crate) selection: Var<Selection>,
    /// The list on the page.
    pub(crate) list: Var<Option<List>>,
    /// Its rows, and what hears keys.
    pub(crate) hooks: StoredValue<Hooks>,
}

/// What comes and goes.
#[derive(Default)]
pub(crate) struct Hooks {
    /// The rows of the list on the page.
    pub(crate) rows: Option<Arc<dyn Rows>>,
    /// What hears keys, once it is there.
    pub(crate) keys: Option<Press>,
}

/// Told of a key; says whether it was one of its own.
pub(crate) type Press = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Keys that mean something in a list, also before what hears them is there.
const KEYS: [&str; 8] =
    ["x", "F2", "Delete", "Mod+a", "ArrowLeft", "ArrowRight", "Shift+ArrowUp", "Shift+ArrowDown"];

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

/// What is asked for and selected.
pub(crate) fn use_desk() -> Desk {
    use_address().desk
}

impl Desk {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            tasks: StoredValue::new(Vec::new()),
            asked: Var::new(0),
            is_open: Var::new(false),
            selection: Var::new(Selection::default()),
            list: Var::new(None),
            hooks: StoredValue::new(Hooks::default()),
        }
    }

    /// Has it done, as soon as what does it is there.
    pub(crate) fn ask(self, task: Task) {
        let document = task.document();
        self.tasks.update_value(|tasks| tasks.push(task));
        self.asked.set(self.asked.get_untracked().wrapping_add(1));
        self.open(Some(document));
    }

    /// Has what does it loaded and made, unless it is. Where that fails, what was `asked` for and has a document is done
    /// there, and of what has none somebody is told.
    pub(crate) fn open(self, asked: Option<Option<String>>) {
        if self.is_open.get_untracked() {
            return;
        }
        let toasts = use_toasts();
        chunk::when_loaded(CHUNK, move |is_there| match asked {
            // Set once: who reads it makes the desk anew.
            _ if is_there && self.is_open.try_get_untracked() == Some(false) => self.is_open.set(true),
            _ if is_there => (),
            None => (),
            Some(Some(document)) => _ = window().location().assign(&document),
            Some(None) => {
                self.tasks.update_value(Vec::clear);
                toasts.failed("This could not be loaded. Check the connection and try again.");
            }
        });
    }

    /// What was asked for, taken up; what calls it follows what is asked for next.
    pub(crate) fn take(self) -> Vec<Task> {
        self.asked.get();
        self.tasks.try_update_value(std::mem::take).unwrap_or_default()
    }

    /// A key that was pressed where no field has the focus; whether it means something here.
    pub(crate) fn press(self, key: &str) -> bool {
        let (keys, is_list) = self.hooks.with_value(|hooks| (hooks.keys.clone(), hooks.rows.is_some()));
        if let Some(press) = keys {
            return press(key);
        }
        let is_its = is_list && KEYS.contains(&key);
        if is_its {
            self.ask(Task::Key(key.to_owned()));
        }
        is_its
    }

    /// A plain click on a link to the form of a lead opens it over the page; whether it is one.
    pub(crate) fn take_over(self, event: &MouseEvent) -> bool {
        let task = match anchor_of(event).and_then(|link| Route::parse(&link.pathname())) {
            Some(Route::NewLead) => Task::Add,
            Some(Route::EditLead(id)) => Task::Edit(id),
            _ => return false,
        };
        event.prevent_default();
        self.ask(task);
        true
    }
}

/// Under names that begin so, the browser keeps what this person wrote until the server has it.
pub(crate) fn kept_for(user: Option<UserId>) -> String {
    format!("kept:{}:", user.map(|user| user.to_string()).unwrap_or_default())
}

/// Whether an earlier page wrote what did not come to its end.
fn is_anything_kept(user: Option<UserId>) -> bool {
    // A browser that forbids it has kept nothing.
    let Some(storage) = window().local_storage().ok().flatten() else { return false };
    let prefix = kept_for(user);
    let mut names = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok().flatten());
    names.any(|name| name.starts_with(&prefix))
}

/// What does it, once something was asked for, or was left behind.
pub(crate) fn desk_view(desk: Desk) -> Node {
    let user = use_page_state().user;
    react(move || {
        if is_anything_kept(user) {
            desk.open(None);
        }
    });
    markup::view! { {move || desk.is_open.get().then(|| chunk::page(CHUNK))} }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_taken_up_once_and_in_order() {
        Owner::new().with(|| {
            let desk = Desk::new();
            desk.ask(Task::Add);
            desk.ask(Task::Edit(BusinessId(7)));
            assert_eq!(untrack(|| desk.take()), [Task::Add, Task::Edit(BusinessId(7))]);
            assert!(untrack(|| desk.take()).is_empty());
        });
    }

    #[test]
    fn keys_mean_something_where_there_is_a_list() {
        struct NoRows;

        impl Rows for NoRows {
            fn leads_at(&self, _: Range<u32>) -> (Vec<BusinessId>, bool) {
                (Vec::new(), true)
            }

            fn on_screen(&self) -> Range<u32> {
                0..0
            }

            fn focused(&self) -> Option<u32> {
                None
            }

            fn go(&self, _: &str) -> bool {
                false
            }
        }

        Owner::new().with(|| {
            let desk = Desk::new();
            assert!(!desk.press("x"));
            desk.hooks.update_value(|hooks| hooks.rows = Some(Arc::new(NoRows)));
            assert!(desk.press("x") && !desk.press("q"));
            assert_eq!(untrack(|| desk.take()), [Task::Key("x".to_owned())]);
            desk.hooks.update_value(|hooks| hooks.keys = Some(Arc::new(|key: &str| key == "q")));
            assert!(desk.press("q") && !desk.press("x"));
            assert!(untrack(|| desk.take()).is_empty());
        });
    }

    #[test]
    fn what_a_document_can_do_has_one() {
        assert_eq!(Task::Add.document().as_deref(), Some("/leads/new"));
        assert_eq!(Task::Edit(BusinessId(7)).document().as_deref(), Some("/leads/7/edit"));
        assert_eq!(Task::PickAll.document(), None);
    }
}
