//! Search, filters and what is filtered: links and a plain form, so that all of it works without script.

use std::time::Duration;

use contract::stats::Count;
use contract::{BusinessQuery, EnrichmentStatus};
use leptos::html::Input;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use markup::{Node, view};

use crate::address::{Step, use_address};
use crate::chunk::LoadedDialog;
use crate::columns::Shown;
use crate::components::icon::{Icon, icon};
use crate::look::Look;
use crate::reaction::{Derived, react};
use crate::{data, format, leads_url, routes};

/// How long the list stays with one search while more is typed. The first letter is followed at once, as is each that comes later
/// than this after the one before; of a key that is held down every few. A search that is left is hung up.
const STAY: Duration = Duration::from_millis(100);

/// Search, filters, active filters and the number of leads. All its links lead to the list as it is shown by now.
pub(super) fn toolbar(
    look: Look,
    query: Derived<BusinessQuery>,
    columns: Derived<Shown>,
    total: Derived<Option<u64>>,
) -> Node {
    let chooser = LoadedDialog::new(super::columns::CHUNK);
    provide_context(chooser);
    let facets = data::facets(move || query.get().filters());
    let menus = move || menus(look, &query.try_get().unwrap_or_default(), facets.data().as_deref());
    close_on_escape();
    view! {
        <div class="toolbar" role="search" aria-label="Leads">
            {search_form(look, query)}
            <div class="filters" role="group" aria-label="Filters">{menus}</div>
        </div>
        <div class="active">
            <p class="active__total" role="status">
                {move || total.try_get().flatten().map(|total| format::plural(total, "lead", "leads"))}
            </p>
            {move || active(look, &query.try_get().unwrap_or_default())}
            {move || with_list(look, &query.try_get().unwrap_or_default(), &columns.try_get().unwrap_or_default(), total.try_get().flatten().is_some_and(|total| total > 0), chooser)}
        </div>
        {chooser.place()}
    }
}

fn search_form(look: Look, query: Derived<BusinessQuery>) -> Node {
    let input = NodeRef::<Input>::new();
    let address = use_address();
    let search = move |replace: bool| {
        let Some(text) = input.get_untracked().map(|input| input.value().trim().to_owned()) else { return };
        let now = query.get_untracked();
        if text == now.search.clone().unwrap_or_default() {
            return;
        }
        let next = leads_url::changed(&now, |next| next.search = Some(text).filter(|text| !text.is_empty()));
        address.go(&look.url(&next), Step { replace, to_top: false });
    };
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let type_in = move || {
        if waiting.get_value().is_none() {
            search(true);
            let go_on = move || {
                waiting.set_value(None);
                search(true);
            };
            waiting.set_value(set_timeout_with_handle(go_on, STAY).ok());
        }
    };
    // Whoever types and goes on to the other look of the list is not led back.
    on_cleanup(move || {
        if let Some(timer) = waiting.try_get_value().flatten() {
            timer.clear();
        }
    });
    follow_address(input, query);
    view! {
        <form class="search" method="get" action="/leads" on:submit=move |event| {
            event.prevent_default();
            search(false);
        }>
            {icon(Icon::Search)}
            <input class="input search__input" type="search" name="search" aria-label="Search leads" data-search=""
                placeholder="Search name, address, trade" maxlength="200" autocomplete="off" node_ref=input
                value=query.get_untracked().search on:input=move |_| type_in()/>
            {move || hidden_fields(look, &query.try_get().unwrap_or_default())}
            <button type="submit" class="btn search__submit">"Search"</button>
        </form>
    }
}

/// When the address changes otherwise than by typing, the field follows.
fn follow_address(input: NodeRef<Input>, query: Derived<BusinessQuery>) {
    react(move || {
        let text = query.get().search.unwrap_or_default();
        let Some(input) = input.get() else { return };
        let element: &web_sys::Element = input.as_ref();
        let is_typing = document().active_element().as_ref() == Some(element);
        if !is_typing && input.value() != text {
            input.set_value(&text);
        }
    });
}

/// The other parameters, for a browser that sends the form itself.
fn hidden_fields(look: Look, query: &BusinessQuery) -> Vec<Node> {
    let others = look.pairs(&leads_url::changed(query, |next| next.search = None));
    others.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect()
}

fn active(look: Look, query: &BusinessQuery) -> Option<Node> {
    let filters = leads_url::active(query);
    if filters.is_empty() {
        return None;
    }
    let chips = filters.into_iter().map(|filter| {
        let text = format!("{}: {}", filter.name, filter.value);
        view! {
            <li>
                <a class="chip chip--on" href=look.url(&filter.without) data-noscroll=""
                    aria-label=format!("Remove filter {text}")>
                    <span>{text.clone()}</span>
                    {icon(Icon::Close)}
                </a>
            </li>
        }
    });
    let view = view! {
        <ul class="chips" aria-label="Active filters">{chips.collect::<Node>()}</ul>
        <a class="active__clear" href=cleared(look, query) data-noscroll="">"Clear all"</a>
    };
    Some(view)
}

/// The forms of an export, and what people call them.
const EXPORTS: [(&str, &str); 5] = [
    ("csv", "CSV table"),
    ("xlsx", "Excel workbook"),
    ("vcard", "vCard contacts"),
    ("geojson", "GeoJSON map"),
    ("json", "JSON"),
];

/// What can be done with the list, and with its leads if it has any.
fn with_list(
    look: Look,
    query: &BusinessQuery,
    shown: &Shown,
    has_leads: bool,
    chooser: LoadedDialog,
) -> Node {
    let looks = [(Look::Table, "Table"), (Look::Map, "Map")].map(|(other, name)| {
        let current = (other == look).then_some("true");
        view! { <a class="chip" href=other.url(&leads_url::at_page(query, 1)) aria-current=current>{name}</a> }
    });
    // A view and an export show what the list shows, where somebody chose it.
    let mut query = query.clone();
    query.columns = shown.is_chosen.then(|| shown.columns.clone());
    let query = &query;
    let list = leads_url::pairs(&leads_url::changed(query, |_| {}));
    let views = leads_url::with_parameters(routes::VIEWS, list);
    view! {
        <div class="with-all">
            <div class="looks" role="group" aria-label="Show as">{Vec::from(looks)}</div>
            {(look == Look::Table).then(|| view! {
                <button type="button" class="chip needs-script" aria-haspopup="dialog"
                    on:click=move |_| chooser.open()>"Columns"</button>
            })}
            <a class="chip" href=views rel="external">"Saved views"</a>
            {has_leads.then(|| with_all(query))}
        </div>
    }
}

/// What can be done with every lead of the list, on whatever page it stands.
fn with_all(query: &BusinessQuery) -> Node {
    let hidden = leads_url::pairs(&query.filters());
    let hidden =
        hidden.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let hidden = hidden.collect::<Node>();
    let items = EXPORTS.iter().map(|(format, label)| {
        let href = leads_url::export_url(query, format);
        view! { <li><a class="menu__item menu__item--plain" href=href rel="external" download="">{*label}</a></li> }
    });
    view! {
        <form method="post" action="/leads/enrich">
            {hidden}
            <button type="submit" class="chip">{icon(Icon::Spark)}"Enrich all"</button>
        </form>
        <details class="menu menu--end" name="filters" data-menu="">
            <summary class="chip">{icon(Icon::Down)}"Export"</summary>
            <ul class="menu__list" aria-label="Export" on:click=|event| close_menu_of(&event)>{items.collect::<Node>()}</ul>
        </details>
    }
}

/// The list without any filter, in its order and size.
fn cleared(look: Look, query: &BusinessQuery) -> String {
    let order =
        query.sort.clone().filter(|sort| !sort.0.iter().any(|key| key.0 == contract::SortKey::Distance));
    let mut list = BusinessQuery { limit: query.limit, ..Default::default() };
    list.sort = order;
    list.columns.clone_from(&query.columns);
    look.url(&list)
}

/// One entry of a menu.
struct Entry {
    label: String,
    count: Option<u64>,
    query: BusinessQuery,
    chosen: bool,
}

/// Menus that stand before the one of tags.
const BEFORE_TAGS: usize = 4;

fn menus(look: Look, query: &BusinessQuery, facets: Option<&contract::stats::Facets>) -> Vec<Node> {
    let counts =
        |pick: fn(&contract::stats::Facets) -> &Vec<Count>| facets.map(pick).cloned().unwrap_or_default();
    let status_name = |word: &str| {
        word.parse::<EnrichmentStatus>().map_or_else(|_| word.to_owned(), leads_url::status_label)
    };
    let menu = |name, entries| menu(look, name, entries);
    let mut menus = vec![
        menu("Category", values(query, &counts(|f| &f.category), format::label, |q| &mut q.category)),
        menu("Industry", values(query, &counts(|f| &f.industry), format::label, |q| &mut q.industry)),
        menu("City", values(query, &counts(|f| &f.city), str::to_owned, |q| &mut q.city)),
        menu("Status", statuses(query, &counts(|f| &f.enrichment_status), status_name)),
        menu("Phone", yes_or_no(query, |q| &mut q.has_phone)),
        menu("Website", yes_or_no(query, |q| &mut q.has_website)),
        menu("E-mail", yes_or_no(query, |q| &mut q.has_email)),
        menu("Chain", yes_or_no(query, |q| &mut q.chain)),
        menu("Source", values(query, &counts(|f| &f.source), format::source, |q| &mut q.source)),
    ];
    let tags = counts(|f| &f.tag);
    // Where nobody has tagged anything there is nothing to choose.
    if !tags.is_empty() || query.tag.is_some() {
        menus.insert(BEFORE_TAGS, menu("Tag", values(query, &tags, str::to_owned, |q| &mut q.tag)));
    }
    menus
}

type Field<T> = fn(&mut BusinessQuery) -> &mut Option<T>;

/// The query with `field` set to `value`, and whether it is set so now.
fn with<T: PartialEq>(query: &BusinessQuery, field: Field<T>, value: Option<T>) -> (BusinessQuery, bool) {
    let mut next = leads_url::changed(query, |_| {});
    let chosen = *field(&mut next) == value;
    *field(&mut next) = value;
    (next, chosen)
}

fn entry<T: PartialEq>(
    query: &BusinessQuery,
    field: Field<T>,
    value: Option<T>,
    label: impl Into<String>,
    count: Option<u64>,
) -> Entry {
    let (query, chosen) = with(query, field, value);
    Entry { label: label.into(), count, query, chosen }
}

fn values(
    query: &BusinessQuery,
    counts: &[Count],
    name: fn(&str) -> String,
    field: Field<String>,
) -> Vec<Entry> {
    let any = entry(query, field, None, "Any", None);
    let each = counts
        .iter()
        .map(|count| entry(query, field, Some(count.value.clone()), name(&count.value), Some(count.count)));
    std::iter::once(any).chain(each).collect()
}

fn statuses(query: &BusinessQuery, counts: &[Count], name: fn(&str) -> String) -> Vec<Entry> {
    let field: Field<EnrichmentStatus> = |q| &mut q.enrichment_status;
    let any = entry(query, field, None, "Any", None);
    let each = EnrichmentStatus::ALL.iter().map(|status| {
        let count = counts.iter().find(|count| count.value == status.as_str()).map(|count| count.count);
        entry(query, field, Some(*status), name(status.as_str()), count)
    });
    std::iter::once(any).chain(each).collect()
}

fn yes_or_no(query: &BusinessQuery, field: Field<bool>) -> Vec<Entry> {
    [(None, "Any"), (Some(true), "Yes"), (Some(false), "No")]
        .into_iter()
        .map(|(value, label)| entry(query, field, value, label, None))
        .collect()
}

fn menu(look: Look, name: &'static str, entries: Vec<Entry>) -> Node {
    let is_on = entries.first().is_some_and(|any| !any.chosen);
    let class = if is_on { "chip chip--on" } else { "chip" };
    let items = entries.into_iter().map(|entry| menu_item(look, entry)).collect::<Node>();
    view! {
        <details class="menu" name="filters" data-menu="">
            <summary class=class>{name}{icon(Icon::ChevronDown)}</summary>
            <ul class="menu__list" aria-label=name on:click=|event| close_menu_of(&event)>{items}</ul>
        </details>
    }
}

fn menu_item(look: Look, entry: Entry) -> Node {
    view! {
        <li>
            <a class="menu__item" href=look.url(&entry.query) data-noscroll=""
                aria-current=entry.chosen.then_some("true")>
                <span class="menu__mark">{entry.chosen.then(|| icon(Icon::Check))}</span>
                <span class="menu__label">{entry.label}</span>
                {entry.count.map(|count| view! { <span class="menu__count num">{format::number(count)}</span> })}
            </a>
        </li>
    }
}

fn close_menu_of(event: &leptos::ev::MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let menu = target.and_then(|target| target.closest("[data-menu]").ok().flatten());
    if let Some(menu) = menu {
        // Removing an attribute that exists cannot fail.
        let _ = menu.remove_attribute("open");
    }
}

/// Escape and a press beside it close the open menu; `name` on the elements lets one be open at a time.
fn close_on_escape() {
    react(move || {
        let keys = window_event_listener(leptos::ev::keydown, |event| {
            if event.key() == "Escape" {
                close_menus(None);
            }
        });
        let presses = window_event_listener(leptos::ev::pointerdown, |event| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            close_menus(target.as_ref());
        });
        on_cleanup(move || {
            keys.remove();
            presses.remove();
        });
    });
}

fn close_menus(except_around: Option<&web_sys::Element>) {
    let Ok(Some(menu)) = document().query_selector("[data-menu][open]") else { return };
    let inside = except_around.is_some_and(|element| menu.contains(Some(element)));
    if !inside {
        let summary = menu.query_selector("summary").ok().flatten();
        let had_focus = document().active_element().is_some_and(|active| menu.contains(Some(&active)));
        let _ = menu.remove_attribute("open");
        let summary = summary.and_then(|summary| summary.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(summary) = summary.filter(|_| had_focus) {
            let _ = summary.focus();
        }
    }
}
