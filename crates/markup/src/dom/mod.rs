//! A node in a document: made or found there, followed, replaced.

mod cursor;
mod element;
mod mounted;
mod patch;
mod rows;

pub(crate) use cursor::Cursor;
pub use mounted::Mounted;
pub(crate) use patch::patch;

use leptos::reactive::effect::RenderEffect;

use crate::Node;
use crate::node::{Kind, Live};
use mounted::Held;

/// Puts `node` where `cursor` is: finds its elements there, or makes them.
pub(crate) fn mount(node: Node, cursor: &Cursor) -> Mounted {
    Mounted(match node.0 {
        Kind::Nothing => Held::Nothing(cursor.comment()),
        Kind::Text(text) => Held::Text(cursor.text(&text), text),
        Kind::Markup(blueprint, slots) => Held::Markup(element::mount(blueprint, slots, cursor)),
        Kind::List(items) => {
            let items = items.into_iter().map(|item| mount(item, cursor)).collect();
            Held::List(items, cursor.comment())
        }
        Kind::Live(make) => Held::Live(follow(make, cursor)),
        Kind::Keyed(rows) => Held::Rows(rows::follow(rows, cursor)),
    })
}

fn follow(mut make: Live, cursor: &Cursor) -> RenderEffect<Mounted> {
    let mut first = Some(cursor.clone());
    RenderEffect::new(move |before: Option<Mounted>| {
        let node = make();
        let Some(mut shown) = before else {
            // Without a state there was no run before.
            return mount(node, &first.take().unwrap_or_else(|| Cursor::detached(false)));
        };
        patch(&mut shown, node);
        shown
    })
}
