//! Selecting rows: by their boxes, with Shift from one to another, and by keys; also rows that are not loaded.

use std::ops::Range;
use std::sync::Arc;

use contract::bulk::MAX_IDS;
use contract::{BusinessId, BusinessQuery};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Shared, Tools, cells};
use crate::components::load::sentence;
use crate::desk::{Rows, Selection};
use crate::{format, leads_url};

/// Leads a request, the most that one answers.
const LIMIT: u32 = 200;

impl Selection {
    /// Selects the lead, or no longer; it is where a range begins from now on. One that is taken out of a whole list
    /// leaves what was on screen: the server is asked for lists or for ids, not for a list without some.
    fn toggle(&mut self, id: BusinessId, place: u32) {
        let was_in = self.has(id);
        self.is_all = false;
        self.ids.retain(|known| *known != id);
        if !was_in {
            self.ids.push(id);
        }
        self.anchor = Some(place);
    }

    /// Selects these as well. A row that the server has not named yet is nobody's.
    fn add(&mut self, ids: impl IntoIterator<Item = BusinessId>) {
        for id in ids {
            if id.0 > 0 && !self.ids.contains(&id) {
                self.ids.push(id);
            }
        }
    }

    /// From `place` to `next`, one step of a range that began at the anchor: away from it a row is entered, back towards
    /// it one is left.
    fn step(&mut self, (place, here): (u32, &[BusinessId]), (next, there): (u32, &[BusinessId])) {
        let anchor = self.anchor.unwrap_or(place);
        self.is_all = false;
        self.anchor = Some(anchor);
        if next.abs_diff(anchor) < place.abs_diff(anchor) {
            self.ids.retain(|id| !here.contains(id));
        } else {
            self.add(here.iter().copied());
        }
        self.add(there.iter().copied());
    }
}

impl Tools {
    /// Hears keys from now on.
    pub(super) fn hear_keys(self) {
        self.desk.hooks.update_value(|hooks| hooks.keys = Some(Arc::new(move |key: &str| self.press(key))));
    }

    fn rows(self) -> Option<Arc<dyn Rows>> {
        self.desk.hooks.try_with_value(|hooks| hooks.rows.clone()).flatten()
    }

    /// A key that was pressed where no field has the focus; whether it means something here.
    pub(super) fn press(self, key: &str) -> bool {
        if key == "Mod+z" {
            return self.offers.undo();
        }
        let Some(rows) = self.rows() else { return false };
        let here = rows.focused();
        match (key, here) {
            ("x", Some(place)) => self.pick(place, false),
            ("Shift+ArrowDown" | "Shift+ArrowUp", Some(place)) => return self.step(&*rows, key, place),
            ("Mod+a", _) => self.pick_more(&*rows),
            ("Escape", _) if !self.is_empty() => self.desk.selection.set(Selection::default()),
            ("Delete", _) => return self.delete_picked(&*rows, here),
            ("ArrowRight" | "ArrowLeft", Some(_)) => return cells::step(key == "ArrowRight"),
            ("F2", Some(_)) => self.edit_cell(),
            ("Enter", Some(_)) if cells::is_focused() => self.edit_cell(),
            _ => return false,
        }
        true
    }

    /// The box of a row: with Shift all from the last one to it.
    pub(super) fn pick(self, place: u32, is_range: bool) {
        let Some(rows) = self.rows() else { return };
        let anchor = self.desk.selection.with_untracked(|selection| selection.anchor);
        match anchor.filter(|_| is_range) {
            Some(anchor) => self.extend(&*rows, anchor.min(place)..anchor.max(place) + 1),
            None => {
                let (ids, _) = rows.leads_at(place..place + 1);
                if let Some(id) = ids.first().filter(|id| id.0 > 0) {
                    self.desk.selection.update(|selection| selection.toggle(*id, place));
                }
            }
        }
    }

    /// The box of all: what is on screen, or nothing.
    pub(super) fn pick_all(self) {
        let Some(rows) = self.rows() else { return };
        match self.is_empty() {
            true => self.select_also(rows.leads_at(rows.on_screen()).0),
            false => self.desk.selection.set(Selection::default()),
        }
    }

    fn is_empty(self) -> bool {
        self.desk.selection.with_untracked(Selection::is_empty)
    }

    fn select_also(self, ids: Vec<BusinessId>) {
        self.desk.selection.update(|selection| {
            selection.is_all = false;
            selection.add(ids);
        });
    }

    /// Selects all rows of a range; what is not loaded of them is asked for.
    fn extend(self, rows: &dyn Rows, places: Range<u32>) {
        let (ids, are_all) = rows.leads_at(places.clone());
        self.select_also(ids);
        if !are_all {
            self.select(places);
        }
    }

    /// The next row, or the one before, is selected with the one that has the focus, and gets it.
    fn step(self, rows: &dyn Rows, key: &str, place: u32) -> bool {
        if !rows.go(key.trim_start_matches("Shift+")) {
            return false;
        }
        let next = rows.focused().unwrap_or(place);
        let ((here, _), (there, _)) = (rows.leads_at(place..place + 1), rows.leads_at(next..next + 1));
        self.desk.selection.update(|selection| selection.step((place, &here), (next, &there)));
        true
    }

    /// What is on screen first; where that is selected, the whole list.
    fn pick_more(self, rows: &dyn Rows) {
        let (ids, _) = rows.leads_at(rows.on_screen());
        let has = |selection: &Selection| ids.iter().all(|id| selection.has(*id));
        if self.desk.selection.with_untracked(has) {
            let total = self.desk.list.with_untracked(|list| list.as_ref().map_or(0, |list| list.total));
            self.select(0..u32::try_from(total).unwrap_or(u32::MAX));
        } else {
            self.select_also(ids);
        }
    }

    /// What is selected is deleted, or the row with the focus.
    fn delete_picked(self, rows: &dyn Rows, here: Option<u32>) -> bool {
        if !self.is_empty() {
            self.delete_selected();
            return true;
        }
        let lead = here.and_then(|place| rows.leads_at(place..place + 1).0.pop()).filter(|id| id.0 > 0);
        lead.inspect(|id| self.delete(vec![*id])).is_some()
    }

    /// Selects the leads at these places of the list; all of a list that is longer than what ids can be named of is
    /// selected by its filters.
    pub(super) fn select(self, places: Range<u32>) {
        let Some(list) = self.desk.list.get_untracked() else { return };
        let most = u32::try_from(MAX_IDS).unwrap_or(u32::MAX);
        let is_whole = places.start == 0 && u64::from(places.end) >= list.total;
        if is_whole && places.end > most {
            return self.desk.selection.update(|selection| selection.is_all = true);
        }
        let asked = places.start..places.end.min(places.start.saturating_add(most));
        let is_cut = asked.end < places.end;
        let Some(Shared { api, .. }) = self.shared.try_get_value() else { return };
        spawn_local(async move {
            let found = leads_at(&api, &list.address, asked).await;
            let now = self.desk.list.try_get_untracked().flatten();
            let is_same = now.is_some_and(|now| now.address == list.address);
            match found {
                Ok(_) if !is_same => {}
                Ok(ids) => self.select_also(ids),
                Err(error) => self.toasts.failed(sentence(&error.to_string())),
            }
            if is_cut && is_same {
                let most = format::number(u64::from(most));
                let text =
                    format!("Only {most} leads are selected, the most at once. The whole list can be.");
                self.toasts.failed(text);
            }
        });
    }
}

/// The filters and order of the list at an address.
pub(super) fn query_of(address: &str) -> BusinessQuery {
    leads_url::parse(address.split_once('?').map_or("", |(_, search)| search))
}

async fn leads_at(
    api: &client::ApiClient,
    address: &str,
    places: Range<u32>,
) -> Result<Vec<BusinessId>, client::ApiError> {
    let mut found = Vec::new();
    for page in places.start / LIMIT..places.end.div_ceil(LIMIT) {
        let query = BusinessQuery { page: Some(page + 1), limit: Some(LIMIT), ..query_of(address) };
        let answer = api.list_businesses(&query).await?;
        let leads = answer.data.iter().zip(page * LIMIT..);
        found.extend(leads.filter(|(_, place)| places.contains(place)).map(|(lead, _)| lead.id));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(selection: &Selection) -> Vec<i64> {
        selection.ids.iter().map(|id| id.0).collect()
    }

    #[test]
    fn a_lead_is_selected_and_no_longer() {
        let mut selection = Selection::default();
        selection.toggle(BusinessId(3), 5);
        selection.add([BusinessId(4), BusinessId(3), BusinessId(-1)]);
        assert_eq!((ids(&selection), selection.anchor), (vec![3, 4], Some(5)));
        selection.toggle(BusinessId(3), 5);
        assert_eq!((ids(&selection), selection.is_empty()), (vec![4], false));
        selection.toggle(BusinessId(4), 6);
        assert!(selection.is_empty());
    }

    #[test]
    fn one_that_is_taken_out_of_the_whole_list_leaves_what_was_on_screen() {
        let mut selection = Selection { is_all: true, ..Selection::default() };
        selection.add([1, 2, 3].map(BusinessId));
        assert!(selection.has(BusinessId(77)));
        selection.toggle(BusinessId(2), 0);
        assert_eq!((ids(&selection), selection.is_all), (vec![1, 3], false));
    }

    #[test]
    fn steps_enter_rows_away_from_the_anchor_and_leave_them_on_the_way_back() {
        let mut selection = Selection::default();
        let mut go = |from: u32, to: u32| {
            let lead = |place: u32| [BusinessId(100 + i64::from(place))];
            selection.step((from, &lead(from)), (to, &lead(to)));
            ids(&selection)
        };
        assert_eq!(go(5, 6), [105, 106]);
        assert_eq!(go(6, 7), [105, 106, 107]);
        assert_eq!(go(7, 6), [105, 106]);
        assert_eq!(go(6, 5), [105]);
        assert_eq!(go(5, 4), [105, 104], "and on to the other side");
        assert_eq!(go(4, 4), [105, 104], "at the end of the list nothing changes");
    }

    #[test]
    fn a_list_is_known_by_its_address() {
        assert_eq!(query_of("/leads?city=Espoo&sort=name").city.as_deref(), Some("Espoo"));
        assert_eq!(query_of("/leads"), BusinessQuery::default());
    }
}
