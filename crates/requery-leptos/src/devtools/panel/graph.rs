//! Which entities are shown by which queries, as nodes and lines: entities to the left, queries to the right.

use requery::InspectedEntity;

use super::format::type_name;

/// At most so many nodes stand below each other.
const MOST: usize = 14;

pub(super) const WIDTH: usize = 640;
const ROW: usize = 26;

/// So much of a name has room.
const LETTERS: usize = 40;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) label: String,
    pub(super) y: usize,
}

/// From the entity to the query at these places, with how many entities it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) count: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Graph {
    pub(super) entities: Vec<Node>,
    pub(super) queries: Vec<Node>,
    pub(super) lines: Vec<Line>,
    /// Queries that have no room.
    pub(super) left_out: usize,
}

impl Graph {
    /// Every type of entities, with how many there are, and the queries that show some.
    pub(super) fn of_kinds(entities: &[InspectedEntity]) -> Self {
        let mut kinds: Vec<(&str, usize)> = Vec::new();
        let mut counted: Vec<(usize, String, usize)> = Vec::new();
        for entity in entities {
            let kind = kinds.iter().position(|(kind, _)| *kind == entity.kind).unwrap_or_else(|| {
                kinds.push((entity.kind, 0));
                kinds.len() - 1
            });
            kinds[kind].1 += 1;
            for query in entity.shown_by.iter().map(ToString::to_string) {
                match counted.iter_mut().find(|(of, to, _)| *of == kind && *to == query) {
                    Some((_, _, count)) => *count += 1,
                    None => counted.push((kind, query, 1)),
                }
            }
        }
        let names = kinds.iter().map(|(kind, count)| format!("{} ({count})", type_name(kind))).collect();
        Self::new(names, counted)
    }

    /// One entity, and the queries that show it.
    pub(super) fn of_one(entity: &InspectedEntity) -> Self {
        let name = format!("{} {}", type_name(entity.kind), entity.id);
        Self::new(vec![name], entity.shown_by.iter().map(|query| (0, query.to_string(), 1)).collect())
    }

    fn new(names: Vec<String>, counted: Vec<(usize, String, usize)>) -> Self {
        let mut graph = Self::default();
        let mut queries: Vec<String> = Vec::new();
        for (from, query, count) in counted {
            let to = match queries.iter().position(|known| *known == query) {
                Some(to) => to,
                None if queries.len() == MOST => {
                    graph.left_out += 1;
                    continue;
                }
                None => {
                    queries.push(query);
                    queries.len() - 1
                }
            };
            graph.lines.push(Line { from, to, count });
        }
        let rows = names.len().max(queries.len());
        graph.entities = column(names, rows);
        graph.queries = column(queries, rows);
        graph
    }

    pub(super) fn height(&self) -> usize {
        self.entities.len().max(self.queries.len()) * ROW
    }
}

/// Below each other, in the middle of so many rows.
fn column(names: Vec<String>, rows: usize) -> Vec<Node> {
    let above = (rows - names.len()) * ROW / 2;
    let node =
        |(place, name): (usize, String)| Node { label: shortened(&name), y: above + place * ROW + ROW / 2 };
    names.into_iter().enumerate().map(node).collect()
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
