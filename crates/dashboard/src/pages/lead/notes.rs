//! Notes and tags of the lead on the page, changed in their place. What is written is shown at once and sent by the desk:
//! where somebody else was first, the form of the lead names what they wrote and keeps what was typed.
//!
//! All of it is made in one piece with the page, which is made anew with every change of the lead: what is being typed
//! stays, because a field that stays keeps its text.

use std::sync::Arc;

use contract::edit::MAX_TAG_LENGTH;
use contract::{Business, BusinessQuery};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use markup::{Node, view};
use web_sys::{HtmlInputElement, KeyboardEvent};

use crate::components::focus::focus_soon;
use crate::components::icon::{Icon, icon};
use crate::components::panel::panel;
use crate::desk::{Desk, Task, use_desk};
use crate::lead_form::{NOTES, TAGS};
use crate::leads_url;
use crate::reaction::Var;
use crate::state::use_page_state;

/// The most characters of the notes of a lead.
const MAX_NOTES: u32 = 4000;
/// The fields, and the button that the focus goes back to.
const TEXT: &str = ".notes__text";
const NEW_TAG: &str = ".notes__tag";
const BEGIN: &str = ".notes__begin";

/// What is being written.
#[derive(Clone, Copy)]
pub(super) struct Notes {
    desk: Desk,
    /// The person may change leads.
    may_write: bool,
    /// The lead as it was when somebody began to change its notes.
    seen: Var<Option<Arc<Business>>>,
}

/// Nothing yet.
pub(super) fn use_notes() -> Notes {
    Notes { desk: use_desk(), may_write: !use_page_state().is_reader, seen: Var::new(None) }
}

impl Notes {
    /// The panel, as it is to be shown now; what calls it follows.
    pub(super) fn panel(self, lead: &Business) -> Node {
        let lead = Arc::new(lead.clone());
        // Of another lead nothing is being written.
        let seen = self.seen.try_get().flatten().filter(|seen| seen.id == lead.id);
        let text = match &seen {
            Some(seen) => self.editor(seen, &lead),
            None => self.text(&lead),
        };
        let body = view! {
            {self.tags(&lead)}
            {text}
        };
        panel("notes-and-tags", "Notes and tags", Node::nothing(), body)
    }

    fn tags(self, lead: &Arc<Business>) -> Node {
        let tags: Vec<Node> = lead.tags.iter().map(|tag| self.tag(lead, tag)).collect();
        let none = (tags.is_empty() && !self.may_write).then(|| view! { <p class="muted">"No tags."</p> });
        let list =
            (!tags.is_empty()).then(|| view! { <ul class="notes__tags" aria-label="Tags">{tags}</ul> });
        let (writer, seen) = (self, Arc::clone(lead));
        let add = self.may_write.then(|| {
            view! {
                <form class="notes__add needs-script" on:submit=move |event: SubmitEvent| {
                    event.prevent_default();
                    writer.add_tag(&seen);
                }>
                    <input class="input notes__tag" aria-label="Add a tag" placeholder="Add a tag" maxlength=MAX_TAG_LENGTH
                        autocomplete="off"/>
                    <button type="submit" class="btn">{icon(Icon::Plus)}<span>"Add"</span></button>
                </form>
            }
        });
        view! { {list}{none}{add} }
    }

    fn tag(self, lead: &Arc<Business>, tag: &str) -> Node {
        let query = BusinessQuery { tag: Some(tag.to_owned()), ..BusinessQuery::default() };
        let (seen, gone) = (Arc::clone(lead), tag.to_owned());
        let remove = self.may_write.then(|| {
            view! {
                <button type="button" class="notes__remove needs-script" aria-label=format!("Remove the tag {tag}")
                    on:click=move |_| self.remove_tag(&seen, &gone)>{icon(Icon::Close)}</button>
            }
        });
        view! { <li class="tag"><a href=leads_url::url(&query)>{tag.to_owned()}</a>{remove}</li> }
    }

    fn text(self, lead: &Arc<Business>) -> Node {
        let notes = match lead.notes.clone() {
            Some(notes) => view! { <p class="text">{notes}</p> },
            None => view! { <p class="muted">"No notes."</p> },
        };
        let (seen, label) =
            (Arc::clone(lead), if lead.notes.is_some() { "Change the notes" } else { "Write notes" });
        let begin = self.may_write.then(|| {
            view! {
                <button type="button" class="btn notes__begin needs-script" on:click=move |_| {
                    self.seen.set(Some(Arc::clone(&seen)));
                    focus_soon(TEXT);
                }>{icon(Icon::Edit)}<span>{label}</span></button>
            }
        });
        view! { <div class="notes">{notes}{begin}</div> }
    }

    fn editor(self, seen: &Arc<Business>, now: &Business) -> Node {
        let between = (now.notes != seen.notes).then(|| {
            let theirs = now.notes.clone().unwrap_or_else(|| "nothing".to_owned());
            view! {
                <div class="form__between" role="alert">
                    <p>"Somebody else changed these notes meanwhile. Now they say:"</p>
                    <p class="text">{theirs}</p>
                </div>
            }
        });
        let (lead, by_key) = (Arc::clone(seen), Arc::clone(seen));
        view! {
            <form class="notes" on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                self.save(&lead);
            }>
                {between}
                <textarea class="input input--text notes__text" aria-label="Notes" rows="6" maxlength=MAX_NOTES
                    prop:value=seen.notes.clone().unwrap_or_default()
                    on:keydown=move |event| self.press(&event, &by_key)></textarea>
                <div class="form__actions">
                    <button type="submit" class="btn btn--primary">{icon(Icon::Check)}<span>"Save"</span></button>
                    <button type="button" class="btn" on:click=move |_| self.end()>"Cancel"</button>
                    <span class="muted">"Ctrl or ⌘ with Enter saves, Escape does not."</span>
                </div>
            </form>
        }
    }

    fn press(self, event: &KeyboardEvent, seen: &Arc<Business>) {
        match event.key().as_str() {
            "Enter" if event.ctrl_key() || event.meta_key() => self.save(seen),
            "Escape" => self.end(),
            _ => return,
        }
        event.prevent_default();
    }

    fn save(self, seen: &Arc<Business>) {
        let Some(text) = typed_in(TEXT) else { return };
        self.desk.ask(Task::Write(Arc::clone(seen), NOTES, text));
        self.end();
    }

    fn end(self) {
        self.seen.set(None);
        focus_soon(BEGIN);
    }

    fn add_tag(self, lead: &Arc<Business>) {
        let Some(tag) = typed_in(NEW_TAG).map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty())
        else {
            return;
        };
        if let Some(field) = field(NEW_TAG) {
            field.set_value("");
        }
        let tags = lead.tags.iter().cloned().chain([tag]).collect::<Vec<_>>();
        self.desk.ask(Task::Write(Arc::clone(lead), TAGS, tags.join(", ")));
    }

    fn remove_tag(self, lead: &Arc<Business>, gone: &str) {
        let left = lead.tags.iter().filter(|tag| *tag != gone).cloned().collect::<Vec<_>>();
        self.desk.ask(Task::Write(Arc::clone(lead), TAGS, left.join(", ")));
        // The button goes with its tag.
        focus_soon(NEW_TAG);
    }
}

fn field(selector: &str) -> Option<HtmlInputElement> {
    // One of several lines has its text under the same name as one of one line.
    document().query_selector(selector).ok().flatten().map(JsCast::unchecked_into)
}

fn typed_in(selector: &str) -> Option<String> {
    field(selector).map(|field| field.value())
}
