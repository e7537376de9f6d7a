//! The table: heads that order it, rows that wake one by one as they change elsewhere, and gaps in place of others.

use std::time::Duration;

use contract::BusinessQuery;
use contract::query::SortKey;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use markup::{Node, keyed, view};

use super::listing::Listing;
use super::picks::{Picks, use_picks};
use super::rows::{self, Cell, Mark};
use crate::columns::{Shown, described};
use crate::components::icon::{Icon, icon};
use crate::components::lead::lead_cells;
use crate::components::virtual_list::{ROWS_BEFORE, Segment};
use crate::reaction::{Derived, react};
use crate::{data, leads_url};

/// How long a pointer rests on a row before the lead is fetched: rows that are scrolled by are not.
const REST: Duration = Duration::from_millis(80);

/// The table of `listing`, of `total` rows; roles are written out because rows are no rows of a table to a style.
pub(super) fn table(
    query: Derived<BusinessQuery>,
    columns: Derived<Shown>,
    listing: Listing,
    total: Derived<Option<u64>>,
) -> Node {
    let list = listing.list;
    let pointed = use_pointed(listing);
    let picks = use_picks(listing, query, total);
    let make = move |part: Segment<Cell>| match part {
        Segment::Gap(_, rows) => gap(rows),
        Segment::Row(cell) => row(cell, picks, columns),
    };
    // Rows of other columns may be of another height.
    react(move || {
        if columns.try_get().is_some() {
            list.lay_out_anew();
        }
    });
    view! {
        <div class="table-wrap">
            <table class=move || columns.try_get().unwrap_or_default().table_class() role="table" aria-rowcount=move || total.try_get().flatten().map(|total| total + 1)>
                <caption class="hidden">"Leads"</caption>
                <thead role="rowgroup">
                    <tr role="row" aria-rowindex="1">{picks.head()}{move || heads(&query.try_get().unwrap_or_default(), &columns.try_get().unwrap_or_default())}</tr>
                </thead>
                <tbody role="rowgroup" node_ref=list.body.reference()
                    on:pointerover=move |event| pointed(listing.list.place_of(&event))
                    on:click=move |event| {
                        picks.clicked(&event);
                        listing.leave();
                    }
                    on:focusin=move |event| list.focused(&event) on:focusout=move |event| list.blurred(&event)>
                    {keyed(move || listing.parts.try_get().unwrap_or_default(), rows::key, make)}
                </tbody>
            </table>
        </div>
    }
}

/// Room for rows that are not made.
fn gap(rows: u32) -> Node {
    view! { <tr class="gap" role="presentation" aria-hidden="true" style:rows=rows></tr> }
}

fn row(cell: Cell, picks: Picks, columns: Derived<Shown>) -> Node {
    view! {
        {move || {
            let shown = cell.shown.get();
            let columns = columns.try_get().unwrap_or_default();
            let (changed, again) = (shown.mark == Mark::Changed, shown.mark == Mark::ChangedAgain);
            view! {
                <tr class="row" class:row--changed=changed class:row--changed-again=again role="row"
                    class:row--picked=picks.follow(shown.lead.id)
                    aria-rowindex=shown.place + ROWS_BEFORE>{picks.cell(&shown.lead)}{lead_cells(&shown.lead, &columns)}</tr>
            }
        }}
    }
}

/// Fetches the lead of the row that the pointer rests on.
fn use_pointed(listing: Listing) -> impl Fn(Option<u32>) + Copy + 'static {
    let fetch = data::use_prefetch_lead();
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    move |place| {
        let fetch = move || {
            if let Some(id) = place.and_then(|place| listing.lead_at(place)) {
                fetch(id);
            }
        };
        let timer = set_timeout_with_handle(fetch, REST).ok();
        let earlier = waiting.try_update_value(|waiting| std::mem::replace(waiting, timer));
        if let Some(earlier) = earlier.flatten() {
            earlier.clear();
        }
    }
}

fn heads(query: &BusinessQuery, columns: &Shown) -> Vec<Node> {
    let name = head(query, "Name", Some(SortKey::Name), "cell cell--name".to_owned());
    let others = columns.classes().map(|(column, class)| {
        let (name, _, key) = described(column);
        head(query, name, key, class)
    });
    std::iter::once(name).chain(others).collect()
}

fn head(query: &BusinessQuery, name: &'static str, key: Option<SortKey>, class: String) -> Node {
    let Some(key) = key else {
        return view! { <th scope="col" role="columnheader" class=class>{name}</th> };
    };
    let order = leads_url::order(query, key);
    let (sorted, mark) = match order {
        Some(true) => ("descending", Some(Icon::Down)),
        Some(false) => ("ascending", Some(Icon::Up)),
        None => ("none", None),
    };
    view! {
        <th scope="col" role="columnheader" class=class aria-sort=sorted>
            <a class="head-link" href=leads_url::url(&leads_url::sorted(query, key)) data-noscroll="">
                {name}
                {mark.map(icon)}
            </a>
        </th>
    }
}
