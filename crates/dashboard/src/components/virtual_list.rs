//! A list of any length that scrolls with the page, of which only the rows near the screen are made.
//!
//! All rows are of one height, which the style says (`--row`, for each width and kind of pointer). The list's element is
//! as high as all its rows are: where rows are not made, a gap stands for them, which says how many in its custom
//! property `--rows`. So the browser's own scrolling, its scrollbar and its search for what has the focus work as on any
//! page, and nothing has to be known of heights but that of the list, read once for each turn of the wheel.
//!
//! - Without script, and until it runs, the list is the rows of one page. Then gaps come before and behind them, and the
//!   page is scrolled so that what was on screen stays where it was.
//! - While somebody drags the scrollbar nothing is made or asked for: gaps look like rows without text.
//! - The row with the focus stays made wherever the screen is, so that the focus is never lost.
//! - A list that is too high for a browser ([`Sight::most`](window::Sight::most)) is shown by pages, as without script.

mod keyboard;
mod screen;
mod window;

use std::ops::Range;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

use crate::components::focus::{is_focus_free, is_focus_nowhere};
use crate::reaction::{Derived, Var, react};
use crate::shortcuts::use_row_keys;
use screen::Aim;
pub(crate) use screen::{Body, ROWS_BEFORE, is_row_focused};
use window::Sight;
pub(crate) use window::{Segment, pages_around, segments};

/// Pause in scrolling after which the list is at rest.
const PAUSE: Duration = Duration::from_millis(100);

/// A list on the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VirtualList {
    /// The element around its rows.
    pub(crate) body: Body,
    /// The rows to make.
    pub(crate) window: Var<Range<u32>>,
    /// The row to make wherever it is: it has the focus.
    pub(crate) kept: Var<Option<u32>>,
    /// Where the list came to rest.
    pub(crate) rest: Var<Option<Rest>>,
    /// All rows, where they can be told by their places.
    total: Derived<Option<u32>>,
    /// The most rows that the browser can lay out; not known before it has begun.
    most: Var<Option<u32>>,
    moving: StoredValue<Moving>,
}

/// Where a list stands still.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rest {
    /// Rows above the screen's upper edge: hand it back to have the list there again.
    pub(crate) above: f64,
    /// The row in the middle of the screen.
    pub(crate) middle: u32,
    /// The row that has the focus.
    pub(crate) focused: Option<u32>,
}

/// What changes as the list is scrolled, and nothing follows.
#[derive(Debug, Default)]
struct Moving {
    /// Rows that the element stands for now.
    rows: u32,
    seen: Option<Sight>,
    /// Where to scroll once the rows there are made.
    above: Option<f64>,
    /// The row to give the focus to once it is made.
    wanted: Option<u32>,
    /// What of it gets the focus.
    aim: Aim,
    /// The row in the focus is about to be made anew or moved.
    had_focus: bool,
    pause: Option<TimeoutHandle>,
}

/// A list of `total` rows, that begins as the rows of one page and goes on as a whole once it is in a browser. It is
/// scrolled to `remembered`, read then.
pub(crate) fn use_virtual_list(
    total: Derived<Option<u32>>,
    page: Range<u32>,
    remembered: fn() -> Option<f64>,
) -> VirtualList {
    let rows = page.end.saturating_sub(page.start);
    let list = VirtualList {
        body: Body::new(),
        window: Var::new(page.clone()),
        kept: Var::new(None),
        rest: Var::new(None),
        total,
        most: Var::new(None),
        moving: StoredValue::new(Moving { rows, ..Moving::default() }),
    };
    react(move || list.begin(page.start, remembered()));
    list
}

impl VirtualList {
    /// All rows, where the list is one of gaps and rows; none where it is a page of rows.
    pub(crate) fn rows(self) -> Option<u32> {
        let (total, most) = (self.total.try_get()??, self.most.try_get()??);
        (total <= most).then_some(total)
    }

    fn rows_now(self) -> Option<u32> {
        untrack(|| self.rows())
    }

    fn begin(self, first: u32, remembered: Option<f64>) {
        let Some(seen) = self.look() else { return };
        self.most.set(Some(seen.most()));
        screen::restores_scroll(false);
        let keys = use_row_keys();
        keys.take(move |key| self.press(key));
        let scroll = window_event_listener(leptos::ev::scroll, move |_| self.scrolled());
        let resize = window_event_listener(leptos::ev::resize, move |_| self.resized());
        on_cleanup(move || {
            scroll.remove();
            resize.remove();
            keys.give_back();
            screen::restores_scroll(true);
            self.moving.try_update_value(|moving| moving.pause.take().map(|pause| pause.clear()));
        });
        match remembered.or((first > 0).then(|| seen.above + f64::from(first))) {
            Some(above) => self.show(above),
            None => self.see(&seen),
        }
    }

    /// Shows the list with so many rows above the screen's upper edge.
    pub(crate) fn show(self, above: f64) {
        let seen = self.moving.try_with_value(|moving| moving.seen).flatten().or_else(|| self.look());
        let Some(seen) = seen else { return };
        self.moving.try_update_value(|moving| moving.above = Some(above));
        self.see(&Sight { above, ..seen });
        self.settle();
    }

    /// Shows the list from the row at `place` on; from its begin only where that is not on screen anyway.
    pub(crate) fn show_from(self, place: u32) {
        let is_inside = self.look().is_some_and(|seen| seen.above > 0.0);
        if place > 0 || is_inside {
            self.show(f64::from(place) - keyboard::HEAD);
        }
    }

    /// Rows on screen, while the list's begin is not among them.
    pub(crate) fn inner_rows(self) -> Option<Range<u32>> {
        let seen = self.moving.try_with_value(|moving| moving.seen)??;
        let rows = seen.visible(self.rows_now()?);
        (seen.above > 0.0 && !rows.is_empty()).then_some(rows)
    }

    /// Rows on screen, at least in part.
    pub(crate) fn on_screen(self) -> Option<Range<u32>> {
        Some(self.look()?.visible(self.rows_now()?))
    }

    /// The row with the focus.
    pub(crate) fn focused_row(self) -> Option<u32> {
        let wanted = self.moving.try_with_value(|moving| moving.wanted).flatten();
        wanted.or_else(|| self.body.focused())
    }

    /// What is on screen stands `by` rows further on in the list by now: goes there.
    pub(crate) fn follow(self, by: i64) {
        let seen = self.moving.try_with_value(|moving| moving.seen).flatten();
        if let (Some(seen), Ok(by)) = (seen, i32::try_from(by)) {
            self.show(seen.above + f64::from(by));
        }
    }

    /// The element is about to stand for `rows` rows, made anew in part.
    pub(crate) fn remake(self, rows: u32) {
        let had_focus = self.body.focused().is_some();
        self.moving.try_update_value(|moving| {
            moving.rows = rows;
            moving.had_focus |= had_focus;
        });
    }

    /// Looks after scroll and focus once what was changed is made.
    pub(crate) fn settle(self) {
        request_animation_frame(move || self.settled());
    }

    fn settled(self) {
        let Some(seen) = self.look() else { return };
        let above = self.moving.try_update_value(|moving| moving.above.take()).flatten();
        if let Some(above) = above {
            screen::scroll_by((above - seen.above) * seen.row);
        }
        if let Some(seen) = self.look() {
            self.see(&seen);
        }
        self.restore_focus();
    }

    fn look(self) -> Option<Sight> {
        let rows = self.moving.try_with_value(|moving| moving.rows)?;
        self.body.sight(rows)
    }

    fn see(self, seen: &Sight) {
        self.moving.try_update_value(|moving| moving.seen = Some(*seen));
        let Some(total) = self.rows_now() else { return };
        let window = seen.window(total);
        if self.window.with_untracked(|made| *made != window) {
            self.window.set(window);
        }
    }

    fn scrolled(self) {
        let Some(seen) = self.look() else { return };
        let before = self.moving.try_update_value(|moving| moving.seen.replace(seen)).flatten();
        if !before.is_some_and(|before| seen.is_elsewhere(&before)) {
            self.see(&seen);
        }
        self.wait_for_rest();
    }

    fn wait_for_rest(self) {
        let pause = set_timeout_with_handle(move || self.rested(), PAUSE).ok();
        let earlier = self.moving.try_update_value(|moving| std::mem::replace(&mut moving.pause, pause));
        if let Some(earlier) = earlier.flatten() {
            earlier.clear();
        }
    }

    fn rested(self) {
        let Some(seen) = self.look() else { return };
        self.see(&seen);
        if let Some(rest) = self.rest_now() {
            self.rest.set(Some(rest));
        }
    }

    /// Where the list stands now.
    pub(crate) fn rest_now(self) -> Option<Rest> {
        let (seen, total) = (self.look()?, self.rows_now()?);
        Some(Rest { above: seen.above, middle: seen.middle(total), focused: self.body.focused() })
    }

    /// Gives the row at `place` the focus once it is made, where it would not be taken from something that somebody chose.
    pub(crate) fn return_focus(self, place: u32) {
        if is_focus_free() {
            self.moving.try_update_value(|moving| moving.wanted = Some(place));
            self.settle();
        }
    }

    /// Rows may be of another height on a screen of another width: what is on screen stays.
    fn resized(self) {
        let Some(seen) = self.look() else { return };
        let before = self.moving.try_with_value(|moving| moving.seen).flatten();
        // What the browser rounds is less than that.
        match before.filter(|before| (before.row - seen.row).abs() > 0.5) {
            Some(before) if before.above > 0.0 => {
                self.moving.try_update_value(|moving| moving.seen = Some(seen));
                self.show(before.above);
            }
            _ => self.see(&seen),
        }
    }

    /// Its rows are laid out anew, perhaps of another height: what is on screen stays.
    pub(crate) fn lay_out_anew(self) {
        request_animation_frame(move || self.resized());
    }

    /// A row took the focus.
    pub(crate) fn focused(self, event: &web_sys::FocusEvent) {
        if let Some(place) = self.place_of(event) {
            self.moving.try_update_value(|moving| moving.wanted = None);
            self.kept.set(Some(place));
            self.wait_for_rest();
        }
    }

    /// The focus went to something else on the page. Where it went nowhere, its row may have been moved.
    pub(crate) fn blurred(self, event: &web_sys::FocusEvent) {
        let to = event.related_target().and_then(|to| to.dyn_into().ok());
        if to.is_some_and(|to| self.body.place_of(&to).is_none()) {
            self.kept.set(None);
        }
    }

    /// The place of the row that an event is of.
    pub(crate) fn place_of(self, event: &web_sys::Event) -> Option<u32> {
        let element = event.target()?.dyn_into().ok()?;
        self.body.place_of(&element)
    }

    /// Goes where the key leads; whether it leads anywhere.
    pub(crate) fn press(self, key: &str) -> bool {
        let (Some(total), Some(seen)) = (self.rows_now(), self.look()) else { return false };
        let wanted = self.moving.try_with_value(|moving| moving.wanted).flatten();
        let here = wanted.or_else(|| self.body.focused());
        let Some(place) = keyboard::target(key, here, &seen, total) else { return false };
        let aim = self.body.aim();
        self.moving.try_update_value(|moving| {
            moving.wanted = Some(place);
            if wanted.is_none() {
                moving.aim = aim;
            }
        });
        let above = seen.showing(place, keyboard::HEAD);
        if self.focus(place) {
            screen::scroll_by((above - seen.above) * seen.row);
        } else {
            self.show(above);
        }
        true
    }

    fn focus(self, place: u32) -> bool {
        let aim = self.moving.try_with_value(|moving| moving.aim).unwrap_or_default();
        self.body.focus(place, aim)
    }

    fn restore_focus(self) {
        let asked =
            self.moving.try_update_value(|moving| (moving.wanted, std::mem::take(&mut moving.had_focus)));
        let Some((wanted, had_focus)) = asked else { return };
        if let Some(wanted) = wanted {
            self.focus(wanted);
        } else if had_focus
            && is_focus_nowhere()
            && let Some(kept) = self.kept.try_get_untracked().flatten()
        {
            self.focus(kept);
        }
    }
}
