//! The character NUL, which Postgres keeps in no text: wherever a text comes in, it is refused and the field named, or
//! something else stands for it.

use axum::body::Body;
use axum::http::{Request, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use server::RateLimits;
use store::test_support::TestStore;

use crate::authorization::forms;
use crate::support::document::Document;
use crate::support::guarded::Guarded;
use crate::support::listed::{Listed, endpoints};
use crate::support::{Answer, TestApp, business, eventually, seed};

const TEXT: &str = "a\0b";

/// A server that is asked as often as it takes.
async fn guarded(db: TestStore) -> Guarded {
    Guarded::on(db, |config| config.limits.rates = RateLimits { reads: None, writes: None, heavy: None })
        .await
}

impl Document {
    /// Some value that can be read.
    fn plain(&self, schema: &Value) -> Value {
        let schema = self.resolved(schema);
        match schema["enum"].as_array() {
            Some(words) => words[0].clone(),
            None if Self::is(schema, "string") => json!("x"),
            None if Self::is(schema, "object") => self.required(schema).into(),
            None => json!(1),
        }
    }

    fn required(&self, schema: &Value) -> Map<String, Value> {
        let names = schema["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap());
        names.map(|name| (name.to_owned(), self.plain(&schema["properties"][name]))).collect()
    }

    /// Values that hold NUL in one text each, and the name of its field.
    fn with_nul(&self, schema: &Value) -> Vec<(String, Value)> {
        let schema = self.resolved(schema);
        if Self::is(schema, "string") {
            return vec![(String::new(), json!(TEXT))];
        }
        if Self::is(schema, "array") {
            let items = self.with_nul(&schema["items"]).into_iter();
            return items.map(|(field, value)| (format!("[0]{field}"), json!([value]))).collect();
        }
        let mut found = Vec::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            for (field, value) in self.with_nul(property) {
                let dot = if field.is_empty() || field.starts_with('[') { "" } else { "." };
                let mut object = self.required(schema);
                object.insert(name.clone(), value);
                found.push((format!("{name}{dot}{field}"), object.into()));
            }
        }
        found
    }
}

async fn send(app: &Guarded, to: &Listed, query: &str, body: Option<&Value>) -> Answer {
    let request = Request::builder().method(to.method.clone()).uri(format!("{}{query}", to.path));
    let request = request.header(header::HOST, "localhost:3030").header(header::IF_MATCH, "\"1\"");
    let request = request.header(app.admin.0, &app.admin.1);
    let request = match body {
        Some(body) => {
            request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()))
        }
        None => request.body(Body::empty()),
    };
    app.app.send(request.unwrap()).await
}

/// Whether a text is refused as such, and not because it is no number, word or date: those name their field as well.
fn is_refused(answer: &Answer, field: &str, what: &str) -> bool {
    let (status, told) = (answer.status.as_u16(), answer.json());
    let error = &told["errors"][0];
    assert_eq!(error["field"], *field, "{what}: {}", answer.text());
    let as_nul =
        (&error["code"], &error["message"]) == (&json!("format"), &json!("leave out the character NUL"));
    assert!(if as_nul { status == 422 } else { status == 400 }, "{what} {field}: {}", answer.text());
    as_nul
}

async fn every_text_of_every_body_is_refused_by_name(db: TestStore) {
    let app = guarded(db).await;
    let document = Document::of(&app).await;
    let mut refused = Vec::new();
    for endpoint in endpoints().into_iter().filter(|endpoint| endpoint.takes_json) {
        let schema = &document.operation(&endpoint)["requestBody"]["content"]["application/json"]["schema"];
        for (field, body) in document.with_nul(schema) {
            let answer = send(&app, &endpoint, "", Some(&body)).await;
            if is_refused(&answer, &field, endpoint.name) {
                refused.push(format!("{} {field}", endpoint.name));
            }
        }
    }
    for known in [
        "Login email",
        "Login password",
        "CreateBusiness name",
        "UpdateBusiness tags[0]",
        "UpdateBusiness socials.x",
        "AddContact name",
        "BulkBusinesses tag",
        "BulkBusinesses filter.source",
        "EnrichBatch filter.search",
        "StartScrape source",
        "UpdateUser password",
        "CreateView query",
        "AddSuppression domain",
    ] {
        assert!(refused.iter().any(|field| field == known), "{known} is not among {refused:?}");
    }
    assert_eq!(app.app.events_since(0).await, Vec::<String>::new(), "nothing was done");
}

async fn every_parameter_is_refused_by_name(db: TestStore) {
    let app = guarded(db).await;
    let document = Document::of(&app).await;
    let mut refused = Vec::new();
    for endpoint in endpoints() {
        let parameters = document.operation(&endpoint)["parameters"].as_array().into_iter().flatten();
        for parameter in parameters.filter(|parameter| parameter["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            let answer = send(&app, &endpoint, &format!("?{name}=a%00b"), None).await;
            if is_refused(&answer, name, endpoint.name) {
                refused.push(format!("{} {name}", endpoint.name));
            }
        }
    }
    for known in [
        "ListBusinesses search",
        "ListBusinesses city",
        "ListBusinesses cursor",
        "GetFacets tag",
        "GetBusinessMap category",
        "ExportBusinesses source",
        "ListEnrichmentHistory cursor",
        "ListJobs cursor",
        "RetryFailedJobs cause",
        "SuggestCategories q",
        "ListSuppressions digest",
    ] {
        assert!(refused.iter().any(|field| field == known), "{known} is not among {refused:?}");
    }
}

/// Forms of pages without script, whose fields become bodies, parameters and headers of calls.
async fn every_form_is_refused(db: TestStore) {
    let app = guarded(db).await;
    let form = ["idempotencyKey", "name", "email", "location", "cause", "who", "query", "city", "theme"];
    let form: String = form.map(|field| format!("{field}=a%00b&")).concat();
    let mut refused = Vec::new();
    // Who has signed out is turned away.
    for path in forms().into_iter().filter(|path| path != "/sign-out") {
        let answer = app.submit(&app.admin, &path, &form).await;
        assert_ne!(answer.status.as_u16(), 500, "{path}: {}", answer.text());
        if answer.status.as_u16() == 422 {
            refused.push(path);
        }
    }
    for known in [
        "/sign-in",
        "/setup",
        "/find",
        "/enrichment/retry",
        "/leads/new",
        "/leads/1/edit",
        "/leads/enrich",
        "/leads/views",
        "/account/password",
        "/account/tokens",
        "/users",
        "/suppression",
    ] {
        assert!(refused.iter().any(|path| path == known), "{known} is not among {refused:?}");
    }
}

/// Pages whose address holds it: what a link cannot mean is left out, or not found.
async fn a_page_is_shown_whatever_its_address_holds(db: TestStore) {
    let app = guarded(db).await;
    for path in [
        "/leads?search=a%00b&city=%00&tag=%00&source=%00",
        "/leads?view=map&category=%00",
        "/leads/views?search=%00",
        "/find?location=%00&category=%00",
        "/leads/%00",
        "/jobs/%00",
        "/import/%00?name=%00",
        "/sign-in?return=/%00",
        "/%00",
    ] {
        let answer = app.get(&app.admin, path).await;
        assert!(answer.status.as_u16() < 500, "{path}: {} {}", answer.status, answer.text());
    }
}

/// A cursor is a text of its own, which whoever knows its form can write anew.
async fn a_forged_cursor_finds_nothing(db: TestStore) {
    let app = guarded(db).await;
    seed(app.app.store(), vec![business("Alpha", "Espoo"), business("Beta", "Espoo")]).await;
    let list = "/api/businesses?sort=name&limit=1";
    let first = app.get(&app.admin, list).await.json();
    let cursor = URL_SAFE_NO_PAD.decode(first["meta"]["nextCursor"].as_str().unwrap()).unwrap();
    let mut place: Value = serde_json::from_slice(&cursor).unwrap();
    assert_eq!(place["k"], json!(["alpha"]));
    place["k"] = json!(["\0"]);
    let forged = URL_SAFE_NO_PAD.encode(place.to_string());
    let answer = app.get(&app.admin, &format!("{list}&cursor={forged}")).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
}

async fn a_file_is_imported_but_for_the_rows_that_hold_it(db: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let uploads = folder.path().to_owned();
    let app = TestApp::on(db, move |config| config.uploads = uploads);
    let rows: String = (0..30).map(|row| format!("{row},Kahvila {row},Espoo\n")).collect();
    let part = "--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"leads.csv\"\r\n\r\n";
    let body = format!("{part}id,name,city\n{rows}x,Be\0ta,Espoo\n\r\n--XX--\r\n");
    let request = Request::post("/api/businesses/import").header(header::HOST, "localhost:3030");
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX");
    let accepted = app.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(accepted.status.as_u16(), 202, "{}", accepted.text());
    let runner = app.run_jobs();
    let location = accepted.header("location").unwrap().to_owned();
    let job = eventually("the import to end", || async {
        let job = app.get(&location).await.json();
        (job["status"] == "completed" || job["status"] == "failed").then_some(job)
    })
    .await;
    assert_eq!((&job["status"], &job["counts"]["rejected"]), (&json!("completed"), &json!(1)), "{job}");
    let rejected = app.get(&format!("{location}/rejected")).await;
    assert!(rejected.text().contains("Be\u{fffd}ta"), "{}", rejected.text());
    runner.shutdown().await;
}

store::stories!(
    every_text_of_every_body_is_refused_by_name,
    every_parameter_is_refused_by_name,
    every_form_is_refused,
    a_page_is_shown_whatever_its_address_holds,
    a_forged_cursor_finds_nothing,
    a_file_is_imported_but_for_the_rows_that_hold_it,
);
