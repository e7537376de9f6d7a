//! Everything that can be wrong with a request: for every operation that the server's own document describes, every field,
//! parameter and header in every way in which the document says that it can be wrong, one request each. Each is refused as
//! the contract says, and leaves the database as it was.

mod answers;
mod cases;
mod draft;
mod fields;
mod otherwise;
mod valid;
mod world;
mod wrong;

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use serde_json::{Value, json};
use store::Backend;
use store::test_support::{TestStore, on};

use crate::support::Answer;
use crate::support::document::Document;
use crate::support::listed::{Listed, endpoints};
use cases::{Case, Operation};
use draft::Draft;
use otherwise::{Otherwise, RULES};
use world::World;

/// Fewer would mean that some are no longer made.
const AT_LEAST: usize = 4_500;

/// Every operation that the document describes, with the endpoint that it is.
fn operations<'d>(document: &'d Document, endpoints: &'d [Listed]) -> Vec<Operation<'d>> {
    let described = document.0["paths"].as_object().unwrap().values();
    let described = described.flat_map(|path| path.as_object().unwrap().values());
    let operations = described.map(|described| {
        let id = described["operationId"].as_str().unwrap();
        let to = endpoints.iter().find(|endpoint| endpoint.name.eq_ignore_ascii_case(id));
        let to = to.unwrap_or_else(|| panic!("{id} is no endpoint"));
        Operation { document, to, described }
    });
    let operations: Vec<_> = operations.collect();
    assert_eq!(operations.len(), endpoints.len(), "every endpoint is described once");
    operations
}

fn id<'d>(operation: &Operation<'d>) -> &'d str {
    operation.described["operationId"].as_str().unwrap()
}

/// What went wrong, gathered: one fault shows in many cases.
#[derive(Default)]
struct Faults(BTreeMap<String, Vec<String>>);

impl Faults {
    fn add(&mut self, operation: &str, case: &Case, what: &str, answer: &Answer) {
        let (status, shown) = (answer.status.as_u16(), shown(answer));
        let at = format!("{operation} {} {}: {status} {shown}", case.place, case.how);
        self.0.entry(what.to_owned()).or_default().push(at);
    }

    fn end(self) {
        let count: usize = self.0.values().map(Vec::len).sum();
        let mut text = String::new();
        for (what, cases) in &self.0 {
            text.push_str(&format!("\n{} times: {what}\n", cases.len()));
            cases.iter().take(200).for_each(|case| text.push_str(&format!("    {case}\n")));
        }
        assert!(count == 0, "{count} of the answers are wrong{text}");
    }
}

/// A server that requests change. What one needs another may have taken away: then there is a new one.
struct Changing {
    backend: Backend,
    world: Option<World>,
}

impl Changing {
    /// The answer to a case of an operation that is taken.
    async fn taken(&mut self, operation: &Operation<'_>, position: usize) -> Answer {
        if let Some(world) = &self.world {
            let answer = Self::answer(world, operation, position).await;
            if answer.status.is_success() {
                return answer;
            }
        }
        let world = self.world.insert(World::on(on(self.backend).await).await);
        Self::answer(world, operation, position).await
    }

    async fn answer(world: &World, operation: &Operation<'_>, position: usize) -> Answer {
        let valid = valid::valid(world, id(operation)).unwrap();
        let cases = operation.cases(world, &valid).await;
        world.send(cases[position].draft.request()).await
    }
}

async fn whatever_is_wrong_is_refused_and_changes_nothing(db: TestStore) {
    let mut changing = Changing { backend: db.store().backend(), world: None };
    let world = World::on(db).await;
    let (document, endpoints) = (Document::of(&world.app).await, endpoints());
    let (mut faults, mut used, mut count) = (Faults::default(), BTreeSet::new(), 0);
    let (mut seen, mut before) = (world.witness.glance().await, world.witness.contents().await);
    for operation in operations(&document, &endpoints) {
        let id = id(&operation);
        let valid = valid::valid(&world, id).unwrap_or_else(|| panic!("add a valid request of {id}"));
        let cases = operation.cases(&world, &valid).await;
        for (position, case) in cases.into_iter().enumerate() {
            count += 1;
            let rule = otherwise::rule(id, &case);
            used.extend(rule);
            let otherwise = rule.map(|rule| RULES[rule].answer);
            // It changes something.
            if otherwise == Some(Otherwise::Taken) && !case.draft.only_reads() {
                let answer = changing.taken(&operation, position).await;
                if !answer.status.is_success() {
                    faults.add(id, &case, "it is taken, the table says", &answer);
                }
                continue;
            }
            let answer = world.send(case.draft.request()).await;
            let status = answer.status.as_u16();
            match otherwise {
                None => {
                    if let Err(what) = answers::check(&operation, &case, &answer) {
                        faults.add(id, &case, &what, &answer);
                    }
                }
                Some(Otherwise::Taken) if status == operation.to.success => {}
                Some(Otherwise::Refused(expected)) if status == expected => {}
                Some(other) => faults.add(id, &case, &format!("the table says {other:?}"), &answer),
            }
            let glance = world.witness.glance().await;
            if glance == seen {
                continue;
            }
            seen = glance;
            let after = world.witness.contents().await;
            if after != before {
                let changed = after.iter().zip(&before).filter(|(after, before)| after != before);
                let tables: Vec<_> = changed.map(|(after, _)| &after.0).collect();
                faults.add(id, &case, &format!("it changed {tables:?}"), &answer);
                before = after;
            }
        }
    }
    println!("{count} requests with something wrong, {} rules for what is answered otherwise", RULES.len());
    for (rule_at, rule) in RULES.iter().enumerate() {
        assert!(
            faults.0.len() > 3 || used.contains(&rule_at),
            "nothing is answered otherwise because {}",
            rule.why
        );
    }
    faults.end();
    assert!(count >= AT_LEAST, "{count} requests were made of the document");
}

/// So that what is refused is refused for what is wrong with it. A key stands for the request that it came with, and for no
/// other.
async fn what_is_right_is_taken_once(db: TestStore) {
    let world = World::on(db).await;
    let (document, endpoints) = (Document::of(&world.app).await, endpoints());
    let mut operations = operations(&document, &endpoints);
    // What is deleted is asked for before; whoever has signed out is nobody.
    let last = |operation: &Operation<'_>| match id(operation) {
        "logout" => 3,
        "changePassword" | "revokeOtherSessions" => 2,
        _ => usize::from(operation.to.method == Method::DELETE),
    };
    operations.sort_by_key(last);
    let (mut refused, mut reused) = (Vec::new(), 0);
    for operation in operations.iter().filter(|operation| id(operation) != "setup") {
        let id = id(operation);
        for position in 0..valid::valid(&world, id).unwrap().requests() {
            let valid = valid::valid(&world, id).unwrap();
            let bare = Draft::of(&world, operation.to, &valid).await;
            let right = operation.nth(&bare, &valid, position);
            if operation.to.method == Method::GET {
                let answer = world.send(right.request()).await;
                if answer.status.as_u16() != operation.to.success {
                    refused.push(format!("{id} {position}: {} {}", answer.status.as_u16(), shown(&answer)));
                }
                continue;
            }
            let key = format!("{id}-{position}");
            let right = right.header("idempotency-key", key.as_bytes());
            let first = world.send(right.request()).await;
            if first.status.as_u16() != operation.to.success {
                refused.push(format!("{id} {position}: {} {}", first.status.as_u16(), shown(&first)));
                continue;
            }
            if !operation.to.keeps_answer {
                continue;
            }
            let before = world.witness.contents().await;
            let again = world.send(right.request()).await;
            assert_eq!((again.status, &again.bytes), (first.status, &first.bytes), "{id}");
            assert_eq!(again.header("idempotency-replayed"), Some("true"), "{id}");
            // Where a file or nothing is sent, the key goes to another operation.
            let other = match valid.bodies.get(position) {
                Some(body) => right.json_besides(body),
                None => bare.elsewhere(&key),
            };
            let other = world.send(other.request()).await;
            let kind = other.json()["type"].clone();
            assert_eq!(
                (other.status.as_u16(), kind),
                (422, json!("/problems/idempotency-key-reused")),
                "{id}"
            );
            assert_eq!(world.witness.contents().await, before, "{id}");
            reused += 1;
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    assert!(reused > 25, "{reused} keys were sent again");
}

fn shown(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.bytes).chars().take(400).collect()
}

/// Whoever writes a request has to know how much is taken.
#[tokio::test]
async fn every_text_of_a_request_has_a_bound_that_is_described() {
    let app = crate::support::guarded::Guarded::new().await;
    let (document, endpoints) = (Document::of(&app).await, endpoints());
    let mut unbounded = BTreeSet::new();
    for operation in operations(&document, &endpoints) {
        let mut check = |place: &str, schema: &Value| {
            let schema = document.resolved(schema);
            if Document::is(schema, "string") && !wrong::is_bounded(schema) {
                unbounded.insert(format!("{} {place}", id(&operation)));
            }
            if Document::is(schema, "array") && schema["maxItems"].is_null() {
                unbounded.insert(format!("{} {place}", id(&operation)));
            }
        };
        let body = &operation.described["requestBody"]["content"]["application/json"]["schema"];
        for (name, schema) in fields::schemas(&document, body) {
            check(&name, schema);
        }
        let parameters = operation.described["parameters"].as_array().into_iter().flatten();
        // Tags of answers are the server's own, and as many as a client has.
        for parameter in parameters.filter(|parameter| parameter["name"] != "If-None-Match") {
            check(parameter["name"].as_str().unwrap(), &parameter["schema"]);
        }
    }
    assert!(unbounded.is_empty(), "{unbounded:#?}");
}

store::stories!(whatever_is_wrong_is_refused_and_changes_nothing, what_is_right_is_taken_once);
