//! Writes small OSM PBF files for tests: https://wiki.openstreetmap.org/wiki/PBF_Format, without compression.

/// Key and value.
pub(crate) type Tag = (&'static str, &'static str);

/// A file in the making.
#[derive(Debug, Default)]
pub(crate) struct Pbf {
    strings: Vec<Vec<u8>>,
    nodes: Vec<u8>,
    ways: Vec<u8>,
    relations: Vec<u8>,
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn number(field: u64, value: u64, out: &mut Vec<u8>) {
    varint(field << 3, out);
    varint(value, out);
}

fn bytes(field: u64, value: &[u8], out: &mut Vec<u8>) {
    varint(field << 3 | 2, out);
    varint(value.len() as u64, out);
    out.extend_from_slice(value);
}

fn packed(field: u64, values: impl IntoIterator<Item = u64>, out: &mut Vec<u8>) {
    let mut all = Vec::new();
    values.into_iter().for_each(|value| varint(value, &mut all));
    bytes(field, &all, out);
}

fn deltas(ids: &[i64]) -> Vec<u64> {
    let mut last = 0;
    ids.iter().map(|id| zigzag(id - std::mem::replace(&mut last, *id))).collect()
}

impl Pbf {
    fn string(&mut self, text: &str) -> u64 {
        let found = self.strings.iter().position(|other| other == text.as_bytes());
        let index = found.unwrap_or_else(|| {
            self.strings.push(text.as_bytes().to_vec());
            self.strings.len() - 1
        });
        index as u64 + 1
    }

    fn tags(&mut self, tags: &[Tag], out: &mut Vec<u8>) {
        let keys: Vec<u64> = tags.iter().map(|tag| self.string(tag.0)).collect();
        let values: Vec<u64> = tags.iter().map(|tag| self.string(tag.1)).collect();
        packed(2, keys, out);
        packed(3, values, out);
    }

    pub(crate) fn node(mut self, id: i64, latitude: f64, longitude: f64, tags: &[Tag]) -> Self {
        let mut node = Vec::new();
        let units = |degrees: f64| zigzag((degrees * 1e7).round() as i64);
        number(1, zigzag(id), &mut node);
        self.tags(tags, &mut node);
        number(8, units(latitude), &mut node);
        number(9, units(longitude), &mut node);
        bytes(1, &node, &mut self.nodes);
        self
    }

    pub(crate) fn way(mut self, id: i64, nodes: &[i64], tags: &[Tag]) -> Self {
        let mut way = Vec::new();
        number(1, id as u64, &mut way);
        self.tags(tags, &mut way);
        packed(8, deltas(nodes), &mut way);
        bytes(3, &way, &mut self.ways);
        self
    }

    pub(crate) fn relation(mut self, id: i64, members: &[(&str, i64)], tags: &[Tag]) -> Self {
        let mut relation = Vec::new();
        number(1, id as u64, &mut relation);
        self.tags(tags, &mut relation);
        let role = self.string("outer");
        packed(8, members.iter().map(|_| role), &mut relation);
        packed(9, deltas(&members.iter().map(|member| member.1).collect::<Vec<_>>()), &mut relation);
        let kinds = members.iter().map(|member| match member.0 {
            "node" => 0,
            "way" => 1,
            _ => 2,
        });
        packed(10, kinds, &mut relation);
        bytes(4, &relation, &mut self.relations);
        self
    }

    /// The file: a header, then one blob each of nodes, ways and relations.
    pub(crate) fn bytes(self) -> Vec<u8> {
        let mut table = Vec::new();
        bytes(1, b"", &mut table);
        self.strings.iter().for_each(|text| bytes(1, text, &mut table));
        let mut header = Vec::new();
        bytes(4, b"OsmSchema-V0.6", &mut header);
        let mut file = Vec::new();
        blob("OSMHeader", &header, &mut file);
        for group in [&self.nodes, &self.ways, &self.relations] {
            let mut block = Vec::new();
            bytes(1, &table, &mut block);
            bytes(2, group, &mut block);
            blob("OSMData", &block, &mut file);
        }
        file
    }
}

fn blob(kind: &str, data: &[u8], file: &mut Vec<u8>) {
    let mut blob = Vec::new();
    bytes(1, data, &mut blob);
    let mut head = Vec::new();
    bytes(1, kind.as_bytes(), &mut head);
    number(3, blob.len() as u64, &mut head);
    file.extend_from_slice(&(head.len() as u32).to_be_bytes());
    file.extend_from_slice(&head);
    file.extend_from_slice(&blob);
}
