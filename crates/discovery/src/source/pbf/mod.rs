//! OpenStreetMap PBF files.
//!
//! A way knows its nodes by id only, and a relation its members, so the file is read several times: once over
//! everything, which finds the ways and relations that are places and the ids that they need; over the blobs with
//! ways, where relations need ways; over those with nodes, which gives the places among them and the coordinates
//! of the needed ones; and once more over those with ways and relations that are places. Memory is that of the
//! needed ids, some dozens a place, whatever the size of the file.

mod blobs;
mod refs;

use std::path::Path;

use contract::GeoPoint;
use osmpbf::{Element, RelMemberType, Way};

use super::osm::{self, Tags};
use super::{ReadEnd, Sink};
use crate::error::SourceError;
use crate::normalise;
use crate::timestamp::today;

use blobs::{Blobs, Content};
use refs::{Coordinate, NodeRefs, WayRefs};

/// A named place of the file.
#[derive(Debug)]
pub(crate) struct OsmPlace<'t> {
    /// `node`, `way` or `relation`, with the id after a slash.
    pub(crate) id: String,
    /// Its tags as they stand in the file.
    pub(crate) tags: Vec<(&'t str, &'t str)>,
    /// Where it is, if its nodes are in the file.
    pub(crate) point: Option<GeoPoint>,
}

/// Hands the places to the sink.
pub(super) fn read(path: &Path, sink: &mut Sink) -> Result<(), ReadEnd> {
    let admits = sink.area();
    for_each_place(path, |place, done, total| {
        sink.progress(done, Some(total));
        if !admits.admits(place.point) {
            return Ok(());
        }
        let tags = place.tags.as_slice();
        let raw = osm::raw_place(place.id.clone(), tags, place.point, today());
        sink.push(normalise::record(raw, || describe(tags)))
    })
}

fn describe(tags: &[(&str, &str)]) -> String {
    tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("; ")
}

/// Calls `each` with every named place in the order of the file, and with how many of how many blobs are read.
pub(crate) fn for_each_place<E: From<SourceError>>(
    path: &Path,
    mut each: impl FnMut(OsmPlace<'_>, u64, u64) -> Result<(), E>,
) -> Result<(), E> {
    let mut blobs = Blobs::open(path)?;
    let mut needs = Needs::default();
    blobs.index(|element| needs.note(element))?;
    needs.ways.prepare();
    if !needs.ways.is_empty() {
        blobs.each(Content::Ways, |element, _, _| needs.note_members(&element))?;
    }
    needs.nodes.prepare();
    let Needs { mut ways, mut nodes } = needs;
    for content in [Content::Nodes, Content::Ways, Content::Relations] {
        let mut end: Result<(), E> = Ok(());
        blobs.each(content, |element, done, total| {
            if blobs::content_of(&element) != content {
                return true;
            }
            locate(&element, &mut nodes, &mut ways);
            if let Some(place) = place_of(&element, &nodes, &ways) {
                end = each(place, done, total);
            }
            end.is_ok()
        })?;
        end?;
    }
    Ok(())
}

/// Keeps where the element is, if another one needs it.
fn locate(element: &Element<'_>, nodes: &mut NodeRefs, ways: &mut WayRefs) {
    if let Some((id, coordinate)) = node(element) {
        nodes.found(id, coordinate);
    }
    if let Element::Way(way) = element {
        ways.found(way.id(), || nodes.mean(way.refs()));
    }
}

/// The ids whose whereabouts are needed.
#[derive(Debug, Default)]
struct Needs {
    nodes: NodeRefs,
    ways: WayRefs,
}

impl Needs {
    /// What a place that is no node needs.
    fn note(&mut self, element: &Element<'_>) {
        match element {
            Element::Way(way) if osm::is_named_place(&tags(way.tags())[..]) => self.add_nodes(way),
            Element::Relation(relation) if osm::is_named_place(&tags(relation.tags())[..]) => {
                for member in relation.members() {
                    match member.member_type {
                        RelMemberType::Node => self.nodes.add(member.member_id),
                        RelMemberType::Way => self.ways.add(member.member_id),
                        RelMemberType::Relation => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// What the ways need that relations need.
    fn note_members(&mut self, element: &Element<'_>) -> bool {
        if let Element::Way(way) = element
            && self.ways.contains(way.id())
        {
            self.add_nodes(way);
        }
        true
    }

    fn add_nodes(&mut self, way: &Way<'_>) {
        way.refs().for_each(|id| self.nodes.add(id));
    }
}

fn tags<'t>(pairs: impl Iterator<Item = (&'t str, &'t str)>) -> Vec<(&'t str, &'t str)> {
    pairs.collect()
}

fn node(element: &Element<'_>) -> Option<(i64, Coordinate)> {
    match element {
        Element::Node(node) => Some((node.id(), (node.decimicro_lat(), node.decimicro_lon()))),
        Element::DenseNode(node) => Some((node.id(), (node.decimicro_lat(), node.decimicro_lon()))),
        Element::Way(_) | Element::Relation(_) => None,
    }
}

/// The place that the element is, if it is one.
fn place_of<'t>(element: &'t Element<'t>, nodes: &NodeRefs, ways: &WayRefs) -> Option<OsmPlace<'t>> {
    let (kind, id, tags) = match element {
        Element::Node(node) => ("node", node.id(), tags(node.tags())),
        Element::DenseNode(node) => ("node", node.id(), tags(node.tags())),
        Element::Way(way) => ("way", way.id(), tags(way.tags())),
        Element::Relation(relation) => ("relation", relation.id(), tags(relation.tags())),
    };
    if tags.is_empty() || !osm::is_named_place(tags.as_slice()) {
        return None;
    }
    let point = match element {
        Element::Node(_) | Element::DenseNode(_) => node(element).map(|(_, coordinate)| coordinate),
        Element::Way(way) => nodes.mean(way.refs()),
        Element::Relation(relation) => {
            refs::mean(relation.members().filter_map(|member| match member.member_type {
                RelMemberType::Node => nodes.get(member.member_id),
                RelMemberType::Way => ways.get(member.member_id),
                RelMemberType::Relation => None,
            }))
        }
    };
    Some(OsmPlace { id: format!("{kind}/{id}"), tags, point: point.and_then(degrees) })
}

fn degrees((latitude, longitude): Coordinate) -> Option<GeoPoint> {
    GeoPoint::new(f64::from(latitude) / 1e7, f64::from(longitude) / 1e7)
}

impl Tags for Vec<(&str, &str)> {
    fn get(&self, key: &str) -> Option<&str> {
        Tags::get(self.as_slice(), key)
    }
}

#[cfg(test)]
mod tests;
