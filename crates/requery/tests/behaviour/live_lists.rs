//! Live lists that are parts of longer ones, and what is told of twice.

use requery::{QueryFilters, RefetchOptions, query_key};

use crate::entities::{Answers, Page, Todo, ids, invalid, open, rows, todo, watch};
use crate::rig::{LATENCY, Rig};

fn page(todos: &[Todo], total: usize) -> Page {
    Page { rows: rows(todos), total }
}

/// What a fetch brings for the first time has not changed.
#[test]
fn paging_through_a_list_leaves_its_other_pages_in_peace() {
    let rig = Rig::new();
    let (first, second) = (query_key!["page", 1], query_key!["page", 2]);
    let server = Answers::new(page(&[todo(1, 3, 10), todo(2, 3, 20)], 4));
    let (_told, _one) = watch(&rig, server.query(&rig, &first).live_list(open()));
    let next = Answers::new(page(&[todo(3, 3, 30), todo(4, 3, 40)], 4));
    let (_told, _two) = watch(&rig, next.query(&rig, &second).live_list(open()));
    rig.advance(LATENCY);
    assert_eq!((server.calls(), next.calls()), (1, 1));
    assert_eq!(rig.client.get_query_data::<Page>(&first).unwrap().rows.len(), 2);
}

/// The event is still news for lists, though a detail was quicker.
#[test]
fn a_row_that_another_query_knew_first_enters_lists_with_its_event() {
    let rig = Rig::new();
    let (list, detail) = (query_key!["list"], query_key!["todo"]);
    let server = Answers::new(rows(&[todo(1, 1, 10)]));
    let (_told, _list) = watch(&rig, server.query(&rig, &list).live_list(open()));
    let (_told, _detail) = watch(&rig, Answers::new(todo(2, 1, 5)).query(&rig, &detail).entity::<Todo>());
    assert_eq!(ids(&rig.client, &list), [1]);
    assert!(!rig.client.upsert(todo(2, 1, 5)), "nothing that was not known");
    assert_eq!(ids(&rig.client, &list), [2, 1]);
    rig.client.upsert(todo(2, 1, 5));
    assert_eq!(ids(&rig.client, &list), [2, 1], "and again it changes nothing");
    assert!(!invalid(&rig, &list));
}

/// A changed row that the page did not show may have been on another page: the total counts it already.
#[test]
fn a_row_from_another_page_is_shown_and_the_total_asked_for() {
    let rig = Rig::new();
    let key = query_key!["page"];
    let server = Answers::new(page(&[todo(1, 1, 10), todo(2, 1, 20)], 5));
    let (_told, _subscription) = watch(&rig, server.query(&rig, &key).live_list(open()));
    server.set(page(&[todo(1, 1, 10), todo(9, 4, 15)], 5));
    rig.client.upsert(todo(9, 4, 15));
    let shown = rig.client.get_query_data::<Page>(&key).unwrap();
    assert_eq!(shown.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [1, 9, 2]);
    rig.advance(LATENCY);
    let shown = rig.client.get_query_data::<Page>(&key).unwrap();
    assert_eq!((shown.rows.len(), shown.total, server.calls()), (2, 5, 2));
}

/// Whether the answer on its way knows of the change cannot be seen from it.
#[test]
fn a_first_answer_that_an_event_leaves_in_doubt_is_asked_for_again() {
    let rig = Rig::new();
    let key = query_key!["page"];
    let server = Answers::new(page(&[todo(1, 1, 10), todo(2, 1, 20)], 5));
    let options = server.query(&rig, &key).live_list(open());
    let fetching = rig.client.fetch_query(&options);
    rig.settle();
    rig.client.upsert(todo(3, 1, 30));
    server.set(page(&[todo(1, 1, 10), todo(2, 1, 20)], 6));
    rig.runtime.block_on(fetching).unwrap();
    assert!(invalid(&rig, &key));
    let (_told, _subscription) = watch(&rig, options);
    assert_eq!(rig.client.get_query_data::<Page>(&key).unwrap().total, 6);
    assert_eq!(server.calls(), 2);
}

/// A server that was set back counts from the beginning again.
#[test]
fn forgotten_versions_let_older_ones_in() {
    let rig = Rig::new();
    let key = query_key!["list"];
    let server = Answers::new(rows(&[todo(1, 7, 10), todo(2, 7, 20)]));
    let (_told, _subscription) = watch(&rig, server.query(&rig, &key).live_list(open()));
    rig.client.delete::<Todo>(2_u32, 8);
    server.set(rows(&[todo(1, 2, 10), todo(2, 1, 20)]));
    rig.client.forget_entities();
    rig.client.refetch_queries(QueryFilters::all(), RefetchOptions::default());
    rig.advance(LATENCY);
    assert_eq!(ids(&rig.client, &key), [1, 2]);
    assert_eq!(rig.client.get_entity::<Todo>(1_u32).unwrap().version, 2);
}
