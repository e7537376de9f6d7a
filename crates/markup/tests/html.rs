//! What views look like as HTML, which is also what hydration expects.

use leptos::prelude::*;
use markup::{IntoNode, Node, keyed, view};

fn html(view: impl FnOnce() -> Node) -> String {
    let owner = Owner::new();
    owner.with(|| view().to_html())
}

#[test]
fn what_is_known_and_what_is_given_stand_in_their_places() {
    let name = "Kahvila";
    let view = html(|| view! { <p class="lead" title=name>"Open: "<b>{name}</b></p> });
    assert_eq!(view, r#"<p title="Kahvila" class="lead">Open: <b>Kahvila</b></p>"#);
}

#[test]
fn text_from_outside_stays_text() {
    let text = r#"<script>"&"</script>"#;
    let view = html(|| view! { <p title=text>{text}</p> });
    let escaped = "&lt;script&gt;&quot;&amp;&quot;&lt;/script&gt;";
    assert_eq!(view, format!(r#"<p title="{escaped}">{escaped}</p>"#));
}

#[test]
fn attributes_may_be_absent_or_without_text() {
    let absent = None::<String>;
    let view = html(|| view! { <input type="text" disabled=true hidden=false value=absent size=3_u32/> });
    assert_eq!(view, r#"<input type="text" disabled="" size="3">"#);
}

#[test]
fn classes_add_up() {
    let view = html(|| view! { <i class="a" class:b=true class:c=|| false class:d-e=|| true></i> });
    assert_eq!(view, r#"<i class="a b d-e"></i>"#);
}

#[test]
fn properties_and_handlers_are_for_browsers() {
    let view =
        html(|| view! { <button prop:disabled=|| true style:rows=3_u32 on:click=|_| ()>"Go"</button> });
    assert_eq!(view, "<button>Go</button>");
}

#[test]
fn closures_and_signals_are_read() {
    let view = html(|| {
        let (count, name) = (RwSignal::new(2_u32), RwSignal::new("two".to_owned()));
        view! { <p id=name>{count}{move || (count.get() > 1).then(|| view! { <b>"many"</b> })}</p> }
    });
    assert_eq!(view, r#"<p id="two">2<b>many</b></p>"#);
}

#[test]
fn what_a_browser_would_join_or_lose_is_kept_apart() {
    assert_eq!(html(|| view! { <p>"a"{"b"}<i/>"c"</p> }), "<p>a<!>b<i></i>c</p>");
    assert_eq!(html(|| view! { <p>{None::<&'static str>}{""}</p> }), "<p><!> </p>");
    assert_eq!(html(|| view! { <ul>{vec!["a", "b"]}</ul> }), "<ul>a<!>b<!></ul>");
}

#[test]
fn a_view_may_have_any_number_of_roots() {
    let view = html(|| view! { "a"<b/>{vec![view! { <i/> }, view! { <u/> }]} });
    assert_eq!(view, "a<b></b><i></i><u></u><!>");
}

#[test]
fn a_keyed_list_renders_its_entries_each_with_its_own_owner() {
    let view = html(|| {
        provide_context("around");
        let child = |number: u64| {
            assert_eq!(use_context::<u64>(), None, "the entry before provided one");
            provide_context(number);
            view! { <li>{use_context::<&'static str>()}{number}</li> }
        };
        view! { <ul>{keyed(|| [7, 8], |number| (*number, 0), child)}</ul> }
    });
    assert_eq!(view, "<ul><li>around<!>7</li><li>around<!>8</li><!></ul>");
}

#[test]
fn drawings_and_names_with_dashes_are_written_as_they_are() {
    let view = html(|| view! { <svg viewBox="0 0 1 1" aria-hidden="true"><path d="M0 0"></path></svg> });
    assert_eq!(view, r#"<svg viewBox="0 0 1 1" aria-hidden="true"><path d="M0 0"></path></svg>"#);
}

#[test]
fn a_node_stands_among_the_views_of_leptos() {
    let node = html(|| view! { <b>"b"</b> }.into_node());
    let around = Owner::new().with(|| leptos::view! { <p>{view! { <b>"b"</b> }}</p> }.to_html());
    assert_eq!(around, format!("<p>{node}</p>"));
}
