//! What the map shows, as a table: the same spots for whoever does not see the drawing.

use contract::GeoPoint;
use contract::map::Spot;
use markup::{Node, view};

use super::{Map, described};
use crate::components::badge::enrichment_badge;
use crate::components::lead::{call_link, none};
use crate::format;

/// The table, one key away.
pub(super) fn numbers(map: Map) -> Node {
    let rows = move || map.spots().iter().map(|spot| row(map, spot)).collect::<Vec<_>>();
    view! {
        <details class="chart__table map-table" data-numbers="">
            <summary>"Show this map as a table"</summary>
            <table class="table">
                <thead><tr>
                    <th scope="col">"Leads"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Phone"</th>
                    <th scope="col" class="num">"Where"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
}

fn row(map: Map, spot: &Spot) -> Node {
    let (status, phone) = match &spot.business {
        Some(lead) => (
            enrichment_badge(lead.enrichment_status),
            call_link(lead.phone.clone(), lead.phone_display.clone()),
        ),
        None => (none(), none()),
    };
    let place = GeoPoint { latitude: spot.latitude, longitude: spot.longitude };
    view! {
        <tr>
            <td><a href=map.target(spot) data-noscroll="">{described(spot)}</a></td>
            <td>{status}</td>
            <td>{phone}</td>
            <td class="num">{format::coordinates(place)}</td>
        </tr>
    }
}
