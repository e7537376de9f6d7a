//! Every request of an operation that has one thing wrong with it, made of what the document says of the operation.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::Value;

use super::draft::Draft;
use super::fields::{Field, fields, schemas};
use super::valid::Valid;
use super::world::World;
use super::wrong::{Wrong, in_query};
use crate::support::document::Document;
use crate::support::listed::Listed;

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// Where it is wrong, such as `body tags[0]`.
    pub(super) place: String,
    /// How, in a few words.
    pub(super) how: &'static str,
    pub(super) draft: Draft,
    pub(super) told: Told,
}

/// What has to be answered.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// One field is named, with one of the codes.
    Field { names: Vec<String>, codes: &'static [&'static str] },
    /// One of the statuses, whatever is named.
    Status(&'static [u16]),
    /// What stands there now.
    Stale,
}

impl Told {
    fn field(name: &str, codes: &'static [&'static str]) -> Self {
        Self::Field { names: vec![name.to_owned()], codes }
    }
}

/// An operation as it is described.
pub(super) struct Operation<'d> {
    pub(super) document: &'d Document,
    pub(super) to: &'d Listed,
    pub(super) described: &'d Value,
}

impl Operation<'_> {
    pub(super) async fn cases(&self, world: &World, valid: &Valid) -> Vec<Case> {
        let bare = Draft::of(world, self.to, valid).await;
        let right = self.right(&bare, valid);
        let mut cases = self.bodies(&bare, valid);
        cases.extend(self.parameters("query").flat_map(|parameter| self.query(&right, valid, parameter)));
        cases.push(case("query zzz", "unknown", right.clone().and("zzz", "1"), Told::field("zzz", UNKNOWN)));
        for (position, parameter) in self.parameters("path").enumerate() {
            cases.extend(path(&right, position, self.document.resolved(&parameter["schema"])));
        }
        for parameter in self.parameters("header") {
            match parameter["name"].as_str().unwrap() {
                "Idempotency-Key" => cases.extend(keys(&right)),
                "If-Match" => cases.extend(versions(&right, world, valid).await),
                "If-None-Match" => {}
                other => panic!("{}: nothing is known of the header {other}", self.to.name),
            }
        }
        cases
    }

    /// The request with nothing wrong.
    fn right(&self, bare: &Draft, valid: &Valid) -> Draft {
        self.nth(bare, valid, 0)
    }

    /// One of the requests with nothing wrong.
    pub(super) fn nth(&self, bare: &Draft, valid: &Valid, position: usize) -> Draft {
        let bare = match valid.queries.get(position) {
            Some(query) => bare.clone().query(query),
            None => bare.clone(),
        };
        match valid.bodies.get(position) {
            Some(body) => bare.json(body),
            None if self.takes_a_file() => bare.file("file"),
            None => bare,
        }
    }

    fn takes_a_file(&self) -> bool {
        self.described["requestBody"]["content"]["multipart/form-data"].is_object()
    }

    fn parameters(&self, place: &str) -> impl Iterator<Item = &Value> {
        let all = self.described["parameters"].as_array().into_iter().flatten();
        all.filter(move |parameter| parameter["in"] == place)
    }

    fn bodies(&self, bare: &Draft, valid: &Valid) -> Vec<Case> {
        if self.takes_a_file() {
            return files(bare);
        }
        let schema = &self.described["requestBody"]["content"]["application/json"]["schema"];
        let Some(first) = valid.bodies.first() else {
            assert!(schema.is_null(), "{}: add a body that is taken", self.to.name);
            return if self.to.method == Method::GET { Vec::new() } else { nothing(bare) };
        };
        let mut cases = whole(bare, first);
        let mut seen = BTreeSet::new();
        for body in &valid.bodies {
            for field in fields(self.document, schema, body) {
                if seen.insert(field.path.clone()) {
                    cases.extend(of_field(bare, &field));
                }
            }
        }
        let all = schemas(self.document, schema).into_iter().map(|(name, _)| name);
        let missing: Vec<_> = all.filter(|name| !seen.contains(name)).collect();
        assert!(missing.is_empty(), "{}: add bodies with {missing:?} that are taken", self.to.name);
        cases
    }

    fn query(&self, right: &Draft, valid: &Valid, parameter: &Value) -> Vec<Case> {
        let name = parameter["name"].as_str().unwrap();
        let is_it = |(known, _): &&(&'static str, String)| *known == name;
        let with = valid.queries.iter().find(|pairs| pairs.iter().any(|pair| is_it(&pair)));
        let pairs = with.unwrap_or_else(|| panic!("{}: add a query with {name} that is taken", self.to.name));
        let value = &pairs.iter().find(is_it).unwrap().1;
        let others: Vec<_> = pairs.iter().filter(|pair| !is_it(pair)).cloned().collect();
        let without = right.clone().query(&others);
        let place = format!("query {name}");
        let made = |how, draft, codes| case(&place, how, draft, Told::field(name, codes));
        let schema = &parameter["schema"];
        let mut cases: Vec<Case> = in_query(self.document, schema, value)
            .into_iter()
            .map(|Wrong { how, text, codes }| made(how, without.clone().and(name, &text), codes))
            .collect();
        let twice = without.clone().and(name, value).and(name, value);
        cases.push(made("twice", twice, &["format"]));
        if parameter["required"] == true {
            cases.push(made("missing", without, &["required"]));
        }
        cases
    }
}

const UNKNOWN: &[&str] = &["unknown"];

fn case(place: &str, how: &'static str, draft: Draft, told: Told) -> Case {
    Case { place: place.to_owned(), how, draft, told }
}

fn of_field(bare: &Draft, field: &Field) -> Vec<Case> {
    let place = format!("body {}", field.path);
    let wrong = field.wrong.iter().map(|(wrong, body)| {
        let told = match wrong.codes {
            [] => Told::Status(&[400]),
            codes => Told::Field { names: field.names(), codes },
        };
        case(&place, wrong.how, bare.clone().body("application/json", body.clone()), told)
    });
    let beside = field.beside.iter().map(|&(how, ref name, codes, ref body)| {
        let draft = bare.clone().body("application/json", body.clone());
        Case { place: place.clone(), how, draft, told: Told::field(name, codes) }
    });
    wrong.chain(beside).collect()
}

/// Bodies that are no such object at all.
fn whole(bare: &Draft, valid: &Value) -> Vec<Case> {
    let text = valid.to_string();
    let half = text[..text.len() / 2].to_owned();
    let json = |how, body: Vec<u8>| {
        let draft = bare.clone().body("application/json", body);
        case("body", how, draft, Told::Status(&[400]))
    };
    let mut cases = vec![
        json("empty", Vec::new()),
        json("cut", half.into_bytes()),
        json("followed by more", format!("{text}{text}").into_bytes()),
        json("behind a byte order mark", format!("\u{feff}{text}").into_bytes()),
        json("not UTF-8", [text.as_bytes(), b"\xff"].concat()),
        json("UTF-16", text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        json("a comment", format!("/* all */ {text}").into_bytes()),
    ];
    for (how, body) in [
        ("a list", format!("[{text}]")),
        ("an empty list", "[]".to_owned()),
        ("a text", "\"all\"".to_owned()),
        ("a number", "1".to_owned()),
        ("true", "true".to_owned()),
        ("null", "null".to_owned()),
    ] {
        cases.push(json(how, body.into_bytes()));
    }
    cases.extend(kinds(bare, text.as_bytes()));
    cases
}

/// The body as something that it is not.
fn kinds(bare: &Draft, body: &[u8]) -> Vec<Case> {
    let told = || Told::Status(&[415]);
    let mut cases: Vec<Case> =
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json", ""]
            .into_iter()
            .map(|kind| case("body", "of another type", bare.clone().body(kind, body.to_vec()), told()))
            .collect();
    let untyped = bare.clone().body("", body.to_vec()).without("content-type");
    cases.push(case("body", "of no type", untyped, told()));
    cases
}

/// Bodies where none is taken, or an empty object.
fn nothing(bare: &Draft) -> Vec<Case> {
    let json =
        |how, body: &'static str, told| case("body", how, bare.clone().body("application/json", body), told);
    let mut cases = vec![
        json("unknown", "{\"zzz\":1}", Told::field("zzz", UNKNOWN)),
        json("a list", "[]", Told::Status(&[400])),
        json("a text", "\"all\"", Told::Status(&[400])),
        json("null", "null", Told::Status(&[400])),
        json("cut", "{", Told::Status(&[400])),
    ];
    cases.extend(kinds(bare, b"all"));
    cases
}

/// Files that are none.
fn files(bare: &Draft) -> Vec<Case> {
    let part =
        "--matrix\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nname\nA\n\r\n";
    let unreadable = Told::Status(&[400, 422]);
    let mut cases = vec![
        case("body", "empty", bare.clone().multipart(""), unreadable.clone()),
        case(
            "body",
            "without a part",
            bare.clone().multipart("--matrix--\r\n"),
            Told::field("file", &["required"]),
        ),
        case("body", "cut", bare.clone().multipart(part), unreadable.clone()),
        case("body", "another part", bare.clone().file("zzz"), Told::field("zzz", UNKNOWN)),
        case(
            "body",
            "two files",
            bare.clone().multipart(format!("{part}{part}--matrix--\r\n")),
            Told::field("file", &["format"]),
        ),
        case("body", "no form", bare.clone().multipart("name\nA\n"), unreadable),
    ];
    for kind in ["application/json", "text/csv", "multipart/form-data", ""] {
        cases.push(case("body", "of another type", bare.clone().body(kind, part), Told::Status(&[415])));
    }
    cases
}

/// Arguments in the path that are ids of nothing.
fn path(right: &Draft, position: usize, schema: &Value) -> Vec<Case> {
    let wrong: &[&str] = if Document::is(schema, "integer") {
        &[
            "0",
            "-1",
            "1.5",
            "1e3",
            "one",
            "%20",
            "1%00",
            "1%0A",
            "1%2F2",
            "%ff",
            "9223372036854775807",
            "9223372036854775808",
            "99999999999999999999",
        ]
    } else {
        &[
            "1",
            "none",
            "%20",
            "%00",
            "%ff",
            "019f0000-0000-7000-8000-000000000001",
            "019f0000-0000-7000-8000-00000000000g",
            "019f0000-0000-7000-8000-0000000000011",
        ]
    };
    let place = format!("path {position}");
    wrong
        .iter()
        .map(|id| case(&place, "no id", right.clone().at(position, id), Told::Status(&[404])))
        .collect()
}

/// Keys that are none.
fn keys(right: &Draft) -> Vec<Case> {
    let long = "x".repeat(201);
    let told = || Told::field("Idempotency-Key", &["format"]);
    let with = |how, key: &[u8]| {
        let draft = right.clone().header("idempotency-key", key);
        case("header Idempotency-Key", how, draft, told())
    };
    let twice = right.clone().header("idempotency-key", b"one").header("idempotency-key", b"two");
    vec![
        with("empty", b""),
        with("two words", b"two words"),
        with("too long", long.as_bytes()),
        with("a tab", b"a\tb"),
        with("not ASCII", "caf\u{e9}".as_bytes()),
        with("not UTF-8", b"a\xffb"),
        case("header Idempotency-Key", "twice", twice, told()),
    ]
}

/// Versions that are none, or not the one that stands there.
async fn versions(right: &Draft, world: &World, valid: &Valid) -> Vec<Case> {
    let of = valid.version_of.as_deref().unwrap_or_else(|| panic!("say whose version {right:?} needs"));
    let (now, place) = (world.version(of).await, "header If-Match");
    let without = right.clone().without("if-match");
    let mut cases = vec![case(place, "missing", without.clone(), Told::field("If-Match", &["required"]))];
    for text in [
        "",
        "*",
        "1",
        "\"\"",
        "\"x\"",
        "\"-1\"",
        "\"+1\"",
        "\"1.0\"",
        "\" 1\"",
        "W/\"1\"",
        "\"1\", \"2\"",
        "\"99999999999999999999\"",
    ] {
        let draft = without.clone().header("if-match", text.as_bytes());
        cases.push(case(place, "malformed", draft, Told::field("If-Match", &["format"])));
    }
    let twice = right.clone().header("if-match", b"\"99\"");
    cases.push(case(place, "twice", twice, Told::field("If-Match", &["format"])));
    let other = world.version(&format!("/api/businesses/{}", world.businesses[6])).await;
    assert_ne!(other, now, "the other one has to have another version");
    for (how, version) in [
        ("stale", now - 1),
        ("of nothing", 0),
        ("of the future", now + 1),
        ("of another", other),
        ("huge", u64::MAX),
    ] {
        cases.push(case(place, how, right.clone().version(version), Told::Stale));
    }
    cases
}
