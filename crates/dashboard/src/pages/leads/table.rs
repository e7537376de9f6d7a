//! The table: heads that order it, and rows that are replaced one by one as they change elsewhere.

use contract::query::SortKey;
use contract::{Business, BusinessId, BusinessQuery, Shared};
use leptos::prelude::*;
use markup::{Node, keyed, view};

use crate::components::icon::{Icon, icon};
use crate::components::lead::{lead_key, lead_row};
use crate::reaction::Derived;
use crate::{data, leads_url};

/// Head, key that orders by it, and class of its cells.
const COLUMNS: [(&str, Option<SortKey>, &str); 8] = [
    ("Name", Some(SortKey::Name), "cell cell--name"),
    ("Category", Some(SortKey::Category), "cell cell--category"),
    ("City", Some(SortKey::City), "cell cell--city"),
    ("Phone", None, "cell cell--phone"),
    ("Website", None, "cell cell--website"),
    ("E-mail", None, "cell cell--email"),
    ("Status", None, "cell cell--status"),
    ("Added", Some(SortKey::CreatedAt), "cell cell--added num"),
];

/// The table of `list`; roles are written out because a phone shows the rows as cards.
pub(super) fn table(query: Derived<BusinessQuery>, list: data::Leads) -> Node {
    let seen = StoredValue::new(Seen::default());
    let rows = move || {
        let page = list.data().map(|page| page.data.clone()).unwrap_or_default();
        let settled = !list.is_placeholder_data();
        seen.try_update_value(|seen| seen.mark(query.get_untracked(), page, settled)).unwrap_or_default()
    };
    view! {
        <div class="table-wrap">
            <table class="table table--leads" role="table">
                <caption class="hidden">"Leads"</caption>
                <thead role="rowgroup">
                    <tr role="row">{move || heads(&query.get())}</tr>
                </thead>
                <tbody role="rowgroup">
                    {keyed(rows, |(lead, _)| lead_key(lead), |(lead, changed)| lead_row(&lead, changed))}
                </tbody>
            </table>
        </div>
    }
}

fn heads(query: &BusinessQuery) -> Vec<Node> {
    COLUMNS.into_iter().map(|(name, key, class)| head(query, name, key, class)).collect()
}

fn head(query: &BusinessQuery, name: &'static str, key: Option<SortKey>, class: &'static str) -> Node {
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

/// The rows of the list that was shown last: what differs from them came from elsewhere.
#[derive(Default)]
struct Seen {
    list: Option<BusinessQuery>,
    /// At most as many as a page has rows.
    versions: Vec<(BusinessId, u64)>,
}

impl Seen {
    /// `rows`, each with whether it is new or newer in a list that is on screen already. Rows of the previous
    /// list that stand in for the next (`settled` is false) are nobody's news.
    fn mark(
        &mut self,
        list: BusinessQuery,
        rows: Vec<Shared<Business>>,
        settled: bool,
    ) -> Vec<(Shared<Business>, bool)> {
        if !settled {
            return rows.into_iter().map(|row| (row, false)).collect();
        }
        let same_list = self.list.replace(list.clone()) == Some(list);
        let versions = rows.iter().map(|row| (row.id, row.version)).collect();
        let before = std::mem::replace(&mut self.versions, versions);
        rows.into_iter()
            .map(|row| {
                let changed = same_list && !before.contains(&(row.id, row.version));
                (row, changed)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn rows(versions: &[(i64, u64)]) -> Vec<Shared<Business>> {
        versions
            .iter()
            .map(|&(id, version)| Shared::new(Business { version, ..samples::business(id, "Kahvila") }))
            .collect()
    }

    fn changed(marked: &[(Shared<Business>, bool)]) -> Vec<i64> {
        marked.iter().filter(|(_, changed)| *changed).map(|(row, _)| row.id.0).collect()
    }

    #[test]
    fn only_what_changes_in_a_list_on_screen_is_marked() {
        let (first, second) = (BusinessQuery::default(), leads_url::parse("page=2"));
        const NONE: [i64; 0] = [];
        let mut seen = Seen::default();
        assert_eq!(changed(&seen.mark(first.clone(), rows(&[(1, 1), (2, 1)]), true)), NONE);
        assert_eq!(changed(&seen.mark(first.clone(), rows(&[(3, 1), (1, 2), (2, 1)]), true)), [3, 1]);
        assert_eq!(changed(&seen.mark(second.clone(), rows(&[(3, 1), (1, 2), (2, 1)]), false)), NONE);
        assert_eq!(changed(&seen.mark(second.clone(), rows(&[(8, 1), (9, 1)]), true)), NONE);
        assert_eq!(changed(&seen.mark(second, rows(&[(8, 1), (9, 1)]), true)), NONE);
    }
}
