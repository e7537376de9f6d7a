//! What happened, the newest first, and its export.

use leptos::prelude::*;
use requery::TimelineEntry;

use super::format::{clock, count};
use super::frame::{filter, note};
use super::rows::{MOST, has_words};
use super::state::Panel;

pub(super) fn tab(panel: Panel) -> AnyView {
    view! {
        <div class="tools">
            {filter(panel, "Filter events by name, key or cause")}
            <label>
                <input type="checkbox" prop:checked=move || panel.keeps_data.get()
                    on:change=move |event| panel.keep_data(event_target_checked(&event))/>
                "Keep data, from now on"
            </label>
            <button type="button" on:click=move |_| panel.export()>"Export"</button>
            <button type="button" on:click=move |_| panel.clear_timeline()>"Clear"</button>
        </div>
        {move || list(panel)}
    }
    .into_any()
}

fn key(entry: &TimelineEntry) -> String {
    let query = entry.query_key.as_ref().map(ToString::to_string);
    let mutation = || entry.mutation_id.map(|id| format!("mutation {id}"));
    query.or_else(mutation).unwrap_or_default()
}

fn list(panel: Panel) -> AnyView {
    let (seen, words) = (panel.seen.get(), panel.filter.get());
    let fits = |it: &&TimelineEntry| {
        let cause = it.cause.as_deref().unwrap_or_default();
        has_words(&format!("{} {} {cause}", it.event, key(it)), &words)
    };
    let all: Vec<_> = seen.timeline.iter().rev().filter(fits).collect();
    if all.is_empty() {
        let text =
            if seen.timeline.is_empty() { "Nothing has happened yet." } else { "No event fits the filter." };
        return note(text);
    }
    let left_out = all.len().saturating_sub(MOST);
    let rest = (left_out > 0).then(|| note(format!("{} before.", count(left_out, "event", "events"))));
    let rows: Vec<_> = all.into_iter().take(MOST).map(row).collect();
    view! {
        <div class="scrolls" tabindex="0" role="region" aria-label="Events">
            <table>
                <thead><tr><th>"Time (UTC)"</th><th>"Event"</th><th>"Of"</th><th>"Because"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {rest}
        </div>
    }
    .into_any()
}

fn row(entry: &TimelineEntry) -> AnyView {
    view! {
        <tr>
            <td>{clock(entry.at)}</td><td>{entry.event.clone()}</td><td><code>{key(entry)}</code></td>
            <td>{entry.cause.clone()}</td>
        </tr>
    }
    .into_any()
}

impl Panel {
    /// Has the browser save the timeline, to be read by [`requery::Timeline::import`].
    fn export(self) {
        #[cfg(target_arch = "wasm32")]
        if let Some(timeline) = self.timeline()
            && let Err(error) = super::place::save("trace.jsonl", &timeline.export())
        {
            leptos::logging::warn!("the timeline could not be saved: {error:?}");
        }
    }
}
