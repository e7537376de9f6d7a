//! The badge that says how current the page is.

use client::{Connection, ConnectionState};
use leptos::prelude::*;
use markup::{Node, view};

use crate::reaction::{Var, react};

/// The state of the event stream as a signal. On the server there is none: the badge waits for the browser.
pub(crate) fn provide_connection_state() -> Var<ConnectionState> {
    let connection = use_context::<Connection>().unwrap_or_default();
    let state = Var::new(ConnectionState::Connecting);
    react(move || {
        state.set(connection.state());
        connection.subscribe(move |next| {
            state.set(next);
        });
    });
    provide_context(state);
    state
}

fn words(state: ConnectionState) -> (&'static str, &'static str) {
    match state {
        ConnectionState::Connecting => ("Connecting", "Connecting to live updates."),
        ConnectionState::Live => ("Live", "Changes appear as they happen."),
        ConnectionState::Reconnecting => {
            ("Reconnecting", "Live updates were interrupted; what is on screen is polled meanwhile.")
        }
        ConnectionState::Offline => ("Offline", "The server cannot be reached; the page may be out of date."),
    }
}

/// `Live`, `Reconnecting`, `Offline`, with an explanation on hover and a spoken change.
pub(crate) fn connection_badge(state: Var<ConnectionState>) -> Node {
    view! {
        <p class="connection needs-script" role="status" aria-label="Connection"
            data-state=move || state.get().as_str() title=move || words(state.get()).1>
            <span class="connection__dot" aria-hidden="true"></span>
            {move || words(state.get()).0}
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_words_of_its_own() {
        let states = [
            ConnectionState::Connecting,
            ConnectionState::Live,
            ConnectionState::Reconnecting,
            ConnectionState::Offline,
        ];
        for (state, word) in states.into_iter().zip(["Connecting", "Live", "Reconnecting", "Offline"]) {
            let (shown, explained) = words(state);
            assert!(shown == word && explained.ends_with('.'), "{shown}: {explained}");
        }
    }

    #[test]
    fn the_first_render_knows_of_no_connection() {
        Owner::new().with(|| {
            let connection = Connection::new();
            connection.set(ConnectionState::Live);
            provide_context(connection);
            assert_eq!(provide_connection_state().get_untracked(), ConnectionState::Connecting);
        });
    }
}
