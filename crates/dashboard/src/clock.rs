//! The present, as pages show it: that of the first render until the browser takes over, then ticking.

use contract::Timestamp;
use leptos::prelude::*;
use markup::{Node, view};

use crate::format;
use crate::reaction::{Var, react};
use crate::state::use_page_state;

/// How often ages on the page are counted anew.
const TICK: std::time::Duration = std::time::Duration::from_secs(15);

/// How far the browser's clock may be from the server's, in milliseconds, before it is wrong: a page is under way for a
/// while before it is taken over.
const UNDER_WAY: i64 = 60_000;

/// The present. The first render sees [`PageState::now`](crate::PageState) on both sides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    now: Var<Option<Timestamp>>,
    ticking: Var<bool>,
    /// What the browser's clock lacks, in milliseconds.
    correction: i64,
}

/// Puts the clock in place; it ticks in the browser only.
pub(crate) fn provide_clock() -> Clock {
    let now = use_page_state().now;
    let clock =
        Clock { now: Var::new(now), ticking: Var::new(false), correction: correction(now, browser_now()) };
    provide_context(clock);
    react(move || {
        clock.tick();
        clock.ticking.set(true);
        if let Ok(timer) = set_interval_with_handle(move || clock.tick(), TICK) {
            on_cleanup(move || timer.clear());
        }
    });
    clock
}

/// The clock of this page; one that stands still where none was provided.
pub(crate) fn use_clock() -> Clock {
    use_context().unwrap_or_else(|| Clock { now: Var::new(None), ticking: Var::new(false), correction: 0 })
}

/// What is to be added to the browser's clock, as it stands when it shows `browser`: times on the page are those of the
/// server, and a clock that is a day fast would make what has just been found a day old.
fn correction(server: Option<Timestamp>, browser: Option<Timestamp>) -> i64 {
    let (Some(server), Some(browser)) = (server, browser) else { return 0 };
    let lacks = server.as_millis() - browser.as_millis();
    if lacks.abs() > UNDER_WAY { lacks } else { 0 }
}

impl Clock {
    fn tick(self) {
        if let Some(now) = browser_now() {
            self.now.set(Some(Timestamp::from_millis(now.as_millis() + self.correction)));
        }
    }

    /// The present; unknown where the server did not say it and no browser is at work.
    pub(crate) fn now(self) -> Option<Timestamp> {
        self.now.get()
    }

    /// How long ago `at` was, or its date where the present is unknown.
    pub(crate) fn ago(self, at: Timestamp) -> String {
        self.now().map_or_else(|| format::date_time(at), |now| format::ago(at, now))
    }

    /// The exact time: in UTC first, in the reader's zone and language once the browser has taken over.
    fn exact(self, at: Timestamp) -> String {
        if self.ticking.get() { local_time(at) } else { format::date_time(at) }
    }
}

/// A time as its age, with the exact time on hover.
pub(crate) fn time(at: Timestamp) -> Node {
    let clock = use_clock();
    view! {
        <time datetime=at.to_string() title=move || clock.exact(at)>{move || clock.ago(at)}</time>
    }
}

#[cfg(target_arch = "wasm32")]
fn browser_now() -> Option<Timestamp> {
    #[expect(clippy::cast_possible_truncation, reason = "a clock's milliseconds fit into i64")]
    let millis = js_sys::Date::now() as i64;
    Some(Timestamp::from_millis(millis))
}

#[cfg(not(target_arch = "wasm32"))]
fn browser_now() -> Option<Timestamp> {
    None
}

#[cfg(target_arch = "wasm32")]
fn local_time(at: Timestamp) -> String {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of the years 1 to 9999 fit into 53 bits")]
    let millis = wasm_bindgen::JsValue::from_f64(at.as_millis() as f64);
    js_sys::Date::new(&millis)
        .to_locale_string("default", &wasm_bindgen::JsValue::UNDEFINED)
        .as_string()
        .unwrap_or_else(|| format::date_time(at))
}

#[cfg(not(target_arch = "wasm32"))]
fn local_time(at: Timestamp) -> String {
    format::date_time(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PageState;

    #[test]
    fn the_first_render_has_the_servers_clock_and_utc() {
        Owner::new().with(|| {
            let at = Timestamp::from_millis(0);
            provide_context(PageState {
                now: Some(Timestamp::from_millis(7_200_000)),
                ..PageState::default()
            });
            let clock = provide_clock();
            assert_eq!(clock.now(), Some(Timestamp::from_millis(7_200_000)));
            assert_eq!(use_clock().ago(at), format::ago(at, Timestamp::from_millis(7_200_000)));
            assert_eq!(clock.exact(at), format::date_time(at));
        });
    }

    #[test]
    fn only_a_clock_that_is_wrong_is_corrected() {
        let check = |server, browser, expect| {
            let at = |millis: Option<i64>| millis.map(Timestamp::from_millis);
            assert_eq!(correction(at(server), at(browser)), expect, "{server:?}, {browser:?}");
        };
        const DAY: i64 = 86_400_000;
        check(Some(DAY), Some(DAY + 1500), 0);
        check(Some(DAY), Some(DAY + 60_000), 0);
        check(Some(DAY), Some(2 * DAY), -DAY);
        check(Some(DAY), Some(1000), DAY - 1000);
        check(None, Some(DAY), 0);
        check(Some(DAY), None, 0);
    }

    #[test]
    fn where_the_present_is_unknown_a_date_is_shown() {
        Owner::new().with(|| {
            let at = Timestamp::from_millis(0);
            let clock = use_clock();
            assert_eq!((clock.now(), clock.ago(at)), (None, format::date_time(at)));
            clock.tick();
            assert_eq!(clock.now(), None, "no browser is at work");
        });
    }
}
