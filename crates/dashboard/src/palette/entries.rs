//! What can be chosen: pages and actions, which are always the same, and what is somebody's own.

use contract::columns::Columns;
use contract::views::SavedView;
use contract::{Business, BusinessQuery, Job, Role};

use super::matching::matched;
use crate::components::icon::Icon;
use crate::search_job::{self, SearchJob};
use crate::{format, leads_url, routes};

/// The most entries of a group that grows.
const MOST: usize = 6;

/// What an entry does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Act {
    /// Goes to a page of the application.
    Go(String),
    /// Goes to a document of its own, or downloads a file.
    Leave(String),
    /// Presses a control that stands on the page, which a selector names.
    Press(&'static str),
}

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) icon: Icon,
    pub(super) name: String,
    /// Said beside it in a quieter voice.
    pub(super) note: String,
    pub(super) act: Act,
    /// Places of the letters of the name that were typed.
    pub(super) letters: Vec<usize>,
}

/// Entries under a heading.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) entries: Vec<Entry>,
}

fn entry(icon: Icon, name: impl Into<String>, note: impl Into<String>, act: Act) -> Entry {
    Entry { icon, name: name.into(), note: note.into(), act, letters: Vec::new() }
}

/// What the entries depend on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    /// What the person may do; none while that is not known.
    pub(super) role: Option<Role>,
    /// Whether somebody is signed in.
    pub(super) is_signed_in: bool,
    /// The list of leads on the page, if there is one.
    pub(super) list: Option<BusinessQuery>,
    /// The columns that the person chose for all lists.
    pub(super) columns: Option<Columns>,
}

impl Known {
    fn may(&self, role: Role) -> bool {
        self.role.is_some_and(|own| own >= role)
    }
}

/// The pages that the person may see.
pub(super) fn pages(known: &Known) -> Vec<Entry> {
    let go = |icon, name, path: &str| entry(icon, name, "", Act::Go(path.to_owned()));
    let leave = |icon, name, path: &str| entry(icon, name, "", Act::Leave(path.to_owned()));
    let mut pages = vec![
        go(Icon::Home, "Overview", "/"),
        go(Icon::Search, "Find", "/find"),
        go(Icon::Leads, "Leads", "/leads"),
        go(Icon::Spark, "Enrichment", "/enrichment"),
        go(Icon::Jobs, "Jobs", "/jobs"),
        leave(Icon::Leads, "Saved views", routes::VIEWS),
    ];
    if known.may(Role::Member) {
        pages.push(leave(Icon::Leads, "Possible duplicates", routes::PAIRS));
    }
    if known.is_signed_in {
        pages.push(leave(Icon::Person, "Account", "/account"));
    }
    pages.push(leave(Icon::Sliders, "Settings", routes::SETTINGS));
    if known.may(Role::Admin) {
        pages.push(leave(Icon::Person, "Users", "/users"));
        pages.push(leave(Icon::Stop, "Suppression list", "/suppression"));
    }
    pages
}

/// What can be done from everywhere, by people of that role.
pub(super) fn actions(known: &Known) -> Vec<Entry> {
    let press = |icon, name, selector| entry(icon, name, "", Act::Press(selector));
    let mut actions = Vec::new();
    if known.may(Role::Member) {
        actions.push(entry(Icon::Search, "New search for leads", "", Act::Go("/find".to_owned())));
        actions.push(entry(Icon::Plus, "Add a lead", "", Act::Leave("/leads/new".to_owned())));
        actions.push(entry(Icon::Up, "Import a file", "", Act::Leave("/import".to_owned())));
    }
    actions.extend(of_list(known));
    actions.push(press(Icon::Sun, "Light theme", "input[name=theme][value=light]"));
    actions.push(press(Icon::Moon, "Dark theme", "input[name=theme][value=dark]"));
    actions.push(press(Icon::Screen, "Theme of the system", "input[name=theme][value=system]"));
    actions.push(press(Icon::Keyboard, "Keyboard shortcuts", ".side__keys"));
    if known.is_signed_in {
        actions.push(press(Icon::Close, "Sign out", "form[action='/sign-out'] button"));
    }
    actions
}

/// Exports, by the form that the API calls it.
const EXPORTS: [(&str, &str); 5] = [
    ("csv", "Export leads as CSV"),
    ("xlsx", "Export leads as an Excel workbook"),
    ("vcard", "Export leads as vCard contacts"),
    ("geojson", "Export leads as a GeoJSON map"),
    ("json", "Export leads as JSON"),
];

/// What can be done with the list of leads on the page, or with all leads from elsewhere.
fn of_list(known: &Known) -> Vec<Entry> {
    let mut list = known.list.clone().unwrap_or_default();
    list.columns = list.columns.or_else(|| known.columns.clone());
    let which = if leads_url::active(&list).is_empty() { "all leads" } else { "of this list" };
    let export = |(format, name): (&str, &'static str)| {
        entry(Icon::Down, name, which, Act::Leave(leads_url::export_url(&list, format)))
    };
    let mut entries: Vec<Entry> = EXPORTS.into_iter().map(export).collect();
    if let Some(list) = &known.list {
        let pairs = leads_url::pairs(&leads_url::changed(list, |_| {}));
        let save = leads_url::with_parameters(routes::VIEWS, pairs);
        entries.push(entry(Icon::Plus, "Save this list as a view", "", Act::Leave(save)));
    }
    entries
}

/// Searches that were made, the newest first.
pub(super) fn searches(jobs: &[Job]) -> Vec<Entry> {
    let of = |job: &Job| {
        let title = SearchJob::of(job)?.title();
        Some(entry(Icon::Search, title, search_job::status_label(job), Act::Go(routes::job(job.job_id))))
    };
    jobs.iter().filter_map(of).collect()
}

/// The person's views.
pub(super) fn views(views: &[SavedView]) -> Vec<Entry> {
    let of = |view: &SavedView| {
        let list = leads_url::url(&leads_url::parse(&view.query));
        entry(Icon::Leads, view.name.clone(), "", Act::Go(list))
    };
    views.iter().map(of).collect()
}

/// Leads that answer what was typed, and the way to all of them. Those that were found for what was typed before stay until
/// the answer is there, where their names answer too.
pub(super) fn leads<'a>(
    typed: &str,
    found: impl Iterator<Item = &'a Business>,
    is_answer: bool,
) -> Vec<Entry> {
    let of = |lead: &Business| {
        let what = format::category(lead.category.as_deref());
        let note = lead.city.as_ref().map_or_else(|| what.clone(), |city| format!("{what} · {city}"));
        let letters = matched(typed, &lead.name).map(|found| found.letters);
        let letters = if is_answer { Some(letters.unwrap_or_default()) } else { letters }?;
        Some(Entry { letters, ..entry(Icon::Leads, lead.name.clone(), note, Act::Go(routes::lead(lead.id))) })
    };
    let all = BusinessQuery { search: Some(typed.to_owned()), ..BusinessQuery::default() };
    let all =
        entry(Icon::Search, format!("Search all leads for “{typed}”"), "", Act::Go(leads_url::url(&all)));
    // It stands where it is while the leads come in behind it.
    std::iter::once(all).chain(found.filter_map(of)).collect()
}

/// Those that answer what was typed, the best first, with their letters; where nothing was typed the first few.
pub(super) fn answering(typed: &str, entries: Vec<Entry>, name: &'static str) -> Group {
    let mut found: Vec<(i32, Entry)> = entries
        .into_iter()
        .filter_map(|entry| {
            let answer = matched(typed, &entry.name)?;
            Some((-answer.score, Entry { letters: answer.letters, ..entry }))
        })
        .collect();
    found.sort_by_key(|(score, _)| *score);
    Group { name, entries: found.into_iter().map(|(_, entry)| entry).collect() }
}

/// The group with so many entries as fit under one heading among others.
pub(super) fn few(mut group: Group) -> Group {
    group.entries.truncate(MOST);
    group
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn names(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.name.as_str()).collect()
    }

    fn known(role: Role) -> Known {
        Known { role: Some(role), is_signed_in: true, list: None, columns: None }
    }

    #[test]
    fn nobody_is_offered_what_they_may_not_do() {
        let offered = |role| {
            let known = known(role);
            let all = [pages(&known), actions(&known)].concat();
            ["Users", "Add a lead", "Leads", "Sign out"].map(|name| names(&all).contains(&name))
        };
        assert_eq!(offered(Role::Admin), [true, true, true, true]);
        assert_eq!(offered(Role::Member), [false, true, true, true]);
        assert_eq!(offered(Role::Viewer), [false, false, true, true]);
        let unknown = Known { role: None, is_signed_in: false, list: None, columns: None };
        let all = [pages(&unknown), actions(&unknown)].concat();
        assert!(!names(&all).contains(&"Sign out") && !names(&all).contains(&"Import a file"));
    }

    #[test]
    fn an_export_is_of_the_list_on_the_page() {
        let known =
            Known { list: Some(leads_url::parse("city=Espoo&page=3&sort=name")), ..known(Role::Viewer) };
        let all = actions(&known);
        let act = |name: &str| all.iter().find(|entry| entry.name == name).map(|entry| entry.act.clone());
        let csv = "/api/businesses/export?format=csv&sort=name&city=Espoo".to_owned();
        assert_eq!(act("Export leads as CSV"), Some(Act::Leave(csv)));
        let save = "/leads/views?sort=name&city=Espoo".to_owned();
        assert_eq!(act("Save this list as a view"), Some(Act::Leave(save)));
    }

    #[test]
    fn what_was_typed_decides_which_and_in_which_order() {
        let group = answering("le", pages(&known(Role::Admin)), "Pages");
        assert_eq!(names(&group.entries), ["Leads"]);
        assert_eq!(group.entries[0].letters, [0, 1]);
        let group = answering("theme", actions(&known(Role::Viewer)), "Actions");
        assert_eq!(group.entries.len(), 3);
        let everything = answering("", pages(&known(Role::Admin)), "Pages");
        assert_eq!(names(&everything.entries)[..2], ["Overview", "Find"]);
        assert_eq!(few(answering("", pages(&known(Role::Admin)), "Pages")).entries.len(), MOST);
    }

    #[test]
    fn leads_have_their_letters_marked_and_lead_to_all_of_them() {
        let (lead, other) = (samples::business(7, "Kahvila Rosa"), samples::business(8, "Teatteri"));
        let found = [lead, other];
        let entries = leads("rosa", found.iter(), true);
        assert_eq!(entries[1].letters, [8, 9, 10, 11]);
        assert!(entries[2].letters.is_empty(), "found by something else than its name");
        assert_eq!(entries[0].act, Act::Go("/leads?search=rosa".to_owned()));
        let of_before = leads("ros", found.iter(), false);
        assert_eq!(names(&of_before), ["Search all leads for “ros”", "Kahvila Rosa"]);
    }
}
