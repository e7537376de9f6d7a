use std::io::Write as _;

use crate::place::{Place, Record};
use crate::source::tests::{read_file, read_within};
use crate::test_pbf::{Pbf, Tag};

fn places(bytes: &[u8]) -> Vec<Place> {
    let place = |record| match record {
        Record::Place(place) => *place,
        Record::Rejected(rejected) => panic!("{rejected:?}"),
    };
    read_file("small.osm.pbf", bytes).unwrap().into_iter().map(place).collect()
}

const CAFE: [Tag; 2] = [("name", "Kahvila"), ("amenity", "cafe")];

fn small() -> Vec<u8> {
    Pbf::default()
        .node(1, 60.0, 25.0, &CAFE)
        .node(2, 60.0, 25.2, &[("name", "No place"), ("highway", "bus_stop")])
        .node(3, 60.2, 25.0, &[])
        .node(4, 60.2, 25.2, &[("shop", "shoes")])
        .node(5, 61.0, 26.0, &[("name", "Closed long ago"), ("shop", "shoes"), ("end_date", "2013")])
        .way(10, &[1, 2, 3, 1], &[("name", "Closed way"), ("shop", "shoes")])
        .way(11, &[3, 4], &[("barrier", "fence")])
        .way(12, &[98, 99], &[("name", "Way without nodes"), ("shop", "shoes")])
        .relation(20, &[("way", 11), ("node", 1)], &[("name", "Mall"), ("shop", "mall")])
        .bytes()
}

fn at(place: &Place) -> Option<(f64, f64)> {
    let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
    place.point.map(|point| (round(point.latitude), round(point.longitude)))
}

#[test]
fn nodes_ways_and_relations_are_read_with_their_points() {
    let found = places(&small());
    let ids: Vec<&str> = found.iter().map(|place| place.source_id.as_str()).collect();
    assert_eq!(ids, ["node/1", "node/5", "way/10", "way/12", "relation/20"]);
    assert_eq!(at(&found[0]), Some((60.0, 25.0)));
    assert_eq!(at(&found[2]), Some((60.066_667, 25.066_667)), "the mean of three distinct nodes");
    assert_eq!(at(&found[3]), None);
    assert_eq!(at(&found[4]), Some((60.1, 25.05)), "the mean of a way's middle and a node");
    assert_eq!(found[1].status, contract::OperatingStatus::PermanentlyClosed);
    assert_eq!(found[4].categories[0].slug, "shopping_mall");
}

#[test]
fn only_the_area_is_given() {
    let ids: Vec<String> = read_within("small.osm.pbf", &small(), (60.0, 25.0), 1.0)
        .into_iter()
        .filter_map(|record| match record {
            Record::Place(place) => Some(place.source_id),
            Record::Rejected(_) => None,
        })
        .collect();
    assert_eq!(ids, ["node/1"]);
}

#[test]
fn a_file_that_is_cut_off_says_so() {
    let bytes = small();
    for length in [bytes.len() - 1, bytes.len() / 2, bytes.len() - 200] {
        let error = read_file("cut.osm.pbf", &bytes[..length]).unwrap_err().to_string();
        assert!(error.contains("cut off"), "{length}: {error}");
    }
}

#[test]
fn a_damaged_file_says_so() {
    let mut bytes = small();
    let at = bytes.len() - 60;
    for byte in &mut bytes[at..] {
        *byte = 0xff;
    }
    let error = read_file("bad.osm.pbf", &bytes).unwrap_err().to_string();
    assert!(error.contains("damaged"), "{error}");
}

#[test]
fn no_change_of_a_byte_breaks_the_reader() {
    let bytes = small();
    for at in (0..bytes.len()).step_by(3) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x55;
        let _ = read_file("changed.osm.pbf", &changed);
    }
    std::io::stderr().flush().unwrap();
}
