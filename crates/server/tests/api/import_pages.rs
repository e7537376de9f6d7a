//! The pages of an import.

use std::path::Path;

use axum::body::Body;
use axum::http::{Request, header};
use contract::Role;
use serde_json::Value;

use crate::support::guarded::{Guarded, Visitor, nobody};
use crate::support::{Answer, eventually};

const LEADS: &str = "Company,City,Phone,Colour\n\
    Joe's Diner,Freehold,(732) 462-1234,red\n\
    JOES DINER LLC,Freehold,+17324621234,blue\n\
    <b>Ann's</b>,Freehold,,\n\
    --,Freehold,,\n";

async fn app() -> (Guarded, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let uploads = folder.path().to_owned();
    let change = move |config: &mut server::ServerConfig| {
        config.uploads = uploads;
        config.limits.upload_bytes = 100_000;
    };
    (Guarded::with(change).await, folder)
}

fn multipart(name: &str, file: &str, content: &str) -> String {
    format!(
        "--XX\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
         content-type: application/octet-stream\r\n\r\n{content}\r\n--XX--\r\n"
    )
}

async fn send(app: &Guarded, who: &Visitor, origin: &str, body: String) -> Answer {
    let request = Request::post("/import")
        .header(header::HOST, "localhost:3030")
        .header(header::ACCEPT, "text/html")
        .header(header::ORIGIN, origin)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX")
        .header(who.0, &who.1);
    app.app.send(request.body(Body::from(body)).unwrap()).await
}

async fn choose(app: &Guarded, who: &Visitor, file: &str, content: &str) -> Answer {
    send(app, who, "http://localhost:3030", multipart("file", file, content)).await
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).map(Iterator::count).unwrap_or_default()
}

async fn total(app: &Guarded, path: &str) -> Value {
    app.get(&app.admin, path).await.json()["meta"]["total"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_looked_at_before_anything_is_written_and_then_imported_once() {
    let (app, folder) = app().await;
    let chosen = choose(&app, &app.admin, "leads.csv", LEADS).await;
    assert_eq!(chosen.status.as_u16(), 303, "{}", chosen.text());
    let preview = chosen.header("location").unwrap().to_owned();
    assert!(preview.starts_with("/import/") && preview.ends_with("?name=leads.csv"), "{preview}");
    for _ in 0..2 {
        let page = app.get(&app.admin, &preview).await;
        let text = page.text();
        assert_eq!(page.status.as_u16(), 200, "{text}");
        for part in [
            "Import leads.csv",
            "Joe&#x27;s Diner",
            "Colour",
            "left out",
            "Nothing is written yet",
            "<dd>4</dd>",
        ] {
            let plain = part.replace("&#x27;", "'");
            assert!(text.contains(part) || text.contains(&plain), "{part}: {text}");
        }
        assert!(!text.contains("<b>Ann"), "{text}");
    }
    assert_eq!((total(&app, "/api/businesses").await, files(folder.path())), (Value::from(0), 1));
    let first = app.submit(&app.admin, &preview, "").await;
    let job = first.header("location").unwrap_or_else(|| panic!("{}", first.text())).to_owned();
    assert!(job.starts_with("/jobs/"), "{job}");
    let second = app.submit(&app.admin, &preview, "").await;
    assert_eq!(second.header("location"), Some(job.as_str()), "pressing twice makes one job");
    assert_eq!(total(&app, "/api/jobs").await, 1);
    let runner = app.app.run_jobs();
    let done = eventually("the import to be done", || async {
        let job = app.get(&app.admin, &format!("/api{job}")).await.json();
        (job["status"] == "completed").then_some(job)
    })
    .await;
    let counts = ["found", "saved", "merged", "rejected"].map(|name| done["counts"][name].as_u64().unwrap());
    assert_eq!((counts, files(folder.path())), ([4, 2, 1, 1], 0));
    let page = app.get(&app.admin, &job).await;
    assert!(page.text().contains(&format!("href=\"/api{job}/rejected\"")), "{}", page.text());
    let gone = app.get(&app.admin, &preview).await;
    assert_eq!(gone.status.as_u16(), 404);
    assert!(gone.text().contains("no longer waits"), "{}", gone.text());
    let again = app.submit(&app.admin, &preview, "").await;
    assert_eq!(again.header("location"), Some(job.as_str()), "the same file leads to the same job");
    runner.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_waits_is_its_person_s_alone() {
    let (app, folder) = app().await;
    let (_, member) = app.person("me@example.org", Role::Member).await;
    let preview = choose(&app, &member, "leads.csv", LEADS).await.header("location").unwrap().to_owned();
    let page = app.get(&app.admin, &preview).await;
    assert_eq!(page.status.as_u16(), 404);
    assert!(!page.text().contains("Diner"), "{}", page.text());
    assert_eq!(app.submit(&app.admin, &preview, "").await.status.as_u16(), 404);
    for other in
        ["/import/019f0000-0000-7000-8000-000000000001?name=..%2F..%2Fetc%2Fpasswd", "/import/x?name=a.csv"]
    {
        assert_eq!(app.get(&member, other).await.status.as_u16(), 404, "{other}");
    }
    assert_eq!(files(folder.path()), 1);
    assert_eq!(app.submit(&member, &preview, "").await.status.as_u16(), 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_used_is_told_beside_the_file_and_not_kept() {
    let (app, folder) = app().await;
    let large = "x".repeat(200_000);
    for (file, content, status, told) in [
        ("", "", 422, "Choose a file first."),
        ("empty.csv", "", 422, "file-error"),
        ("a.zip", "PK\u{3}\u{4}", 422, "file-error"),
        ("large.csv", large.as_str(), 413, "send files of at most 100000 bytes"),
    ] {
        let answer = choose(&app, &app.admin, file, content).await;
        let text = answer.text();
        assert_eq!(answer.status.as_u16(), status, "{file}: {text}");
        let sentence = told.replacen("send", "Send", 1);
        assert!(text.contains(told) || text.contains(&sentence), "{file}: {text}");
        assert!(
            text.contains("action=\"/import\"") && !text.contains(folder.path().to_str().unwrap()),
            "{text}"
        );
    }
    let other = send(&app, &app.admin, "http://localhost:3030", multipart("colour", "a.csv", "red")).await;
    assert_eq!(other.status.as_u16(), 400);
    assert_eq!(files(folder.path()), 0, "nothing is left behind");
}

const KUNDEN: &str = "Firma,Ansprechpartner,Tel. Zentrale,\n\
    Kahvila Oy,Matti,+358 9 1234567,a\n\
    <b>Leipomo</b> Oy,,+358 9 7654321,\n";

/// What is chosen for the column of that number.
fn chosen(page: &str, column: usize) -> String {
    let id = format!("id=\"column-{column}\"");
    let selects =
        page.split("<select").map(|rest| rest.split_once("</select>").map_or("", |(select, _)| select));
    let select = selects.into_iter().find(|select| select.contains(&id)).unwrap();
    let option = select.split("<option").find(|option| option.contains(" selected")).unwrap();
    option.split_once("value=\"").unwrap().1.split_once('"').unwrap().0.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn columns_that_nobody_knows_are_said_by_a_person() {
    let (app, folder) = app().await;
    let asked = choose(&app, &app.admin, "kunden.csv", KUNDEN).await.header("location").unwrap().to_owned();
    let page = app.get(&app.admin, &asked).await;
    let text = page.text();
    assert_eq!(page.status.as_u16(), 200, "{text}");
    for part in ["No column is taken for the name", "Kahvila Oy", "Matti", "Tel. Zentrale", "Column 4"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(
        !text.contains("<b>Leipomo")
            && !text.contains("Import the file")
            && !text.contains("type=\"module\"")
    );
    assert!(!text.contains("value=\"sources\""), "only an export has them");
    assert_eq!([0, 1, 2, 3].map(|column| chosen(text, column)), [""; 4]);

    // What cannot be comes back as it was chosen, with why.
    let form = asked.replace("?", "/columns?");
    for (sent, told) in [
        ("column-0=&column-1=&column-2=phone&column-3=", "No column is taken for the name"),
        ("column-0=name&column-1=name&column-2=phone&column-3=", "cannot both be name"),
        ("column-0=name&column-1=&column-2=colour&column-3=", "is none of sourceId"),
        ("column-0=name&column-2=phone&column-9=city", "column-9"),
        ("column-0=name&column-1=sources&column-2=phone", "only an export from here"),
    ] {
        let again = app.submit(&app.admin, &form, sent).await;
        let text = again.text();
        assert_eq!(again.status.as_u16(), 422, "{sent}: {text}");
        assert!(text.contains(told) && text.contains("role=\"alert\""), "{sent}: {text}");
        assert!(!text.contains(folder.path().to_str().unwrap()), "{text}");
        let expect =
            |wanted: &'static str| if sent.contains(wanted) { wanted.split_once('=').unwrap().1 } else { "" };
        let expect = ["column-0=name", "column-2=phone"].map(expect);
        assert_eq!([chosen(text, 0), chosen(text, 2)], expect, "{sent}");
    }
    assert_eq!(
        (total(&app, "/api/businesses").await, files(folder.path())),
        (Value::from(0), 1),
        "it still waits"
    );

    let taken = app.submit(&app.admin, &form, "column-0=name&column-1=&column-2=phone&column-3=tags").await;
    assert_eq!(taken.status.as_u16(), 303, "{}", taken.text());
    let preview = taken.header("location").unwrap().to_owned();
    let text = app.get(&app.admin, &preview).await.text().to_owned();
    assert!(text.contains("09 1234567") && text.contains("Import the file"), "{text}");
    assert_eq!([0, 1, 2, 3].map(|column| chosen(&text, column)), ["name", "", "phone", "tags"]);

    let job = app.submit(&app.admin, &preview, "").await.header("location").unwrap().to_owned();
    assert_eq!(
        app.submit(&app.admin, &asked, "").await.header("location"),
        Some(job.as_str()),
        "one job a file"
    );
    let runner = app.app.run_jobs();
    eventually("the import to be done", || async {
        let job = app.get(&app.admin, &format!("/api{job}")).await.json();
        (job["status"] == "completed").then_some(())
    })
    .await;
    let leads = app.get(&app.admin, "/api/businesses?sort=-name").await.json();
    assert_eq!(
        (&leads["data"][0]["name"], &leads["data"][0]["tags"]),
        (&"Kahvila Oy".into(), &serde_json::json!(["a"]))
    );
    runner.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn columns_that_are_known_wrongly_are_corrected_on_the_preview() {
    let (app, _folder) = app().await;
    let (_, member) = app.person("me@example.org", Role::Member).await;
    let table = "Company,Contact,Name\nAcme Oy,Matti,K1\n";
    let preview = choose(&app, &member, "leads.csv", table).await.header("location").unwrap().to_owned();
    let text = app.get(&member, &preview).await.text().to_owned();
    assert!(text.contains("Import the file") && text.contains(">K1<"), "{text}");
    let form = preview.replace("?", "/columns?");
    let same = app.submit(&member, &form, "column-0=name&column-1=&column-2=name").await;
    assert_eq!(
        same.header("location"),
        Some(preview.as_str()),
        "nothing is said that is not said by the names"
    );
    assert_eq!(
        app.submit(&app.admin, &form, "column-0=name").await.status.as_u16(),
        404,
        "it is its person's"
    );
    let corrected = app.submit(&member, &form, "column-0=name&column-1=&column-2=sourceId").await;
    let corrected = corrected.header("location").unwrap().to_owned();
    assert!(corrected.ends_with("&columns=2%3AsourceId"), "{corrected}");
    let text = app.get(&member, &corrected).await.text().to_owned();
    assert!(text.contains("<th scope=\"row\">Acme Oy</th>"), "{text}");
    let tampered = app.get(&member, &corrected.replace("sourceId", "colour")).await;
    assert_eq!(tampered.status.as_u16(), 422);
    let beyond = app.get(&member, &corrected.replace("2%3A", "7%3A")).await.text().to_owned();
    assert!(beyond.contains("There is no column 8"), "{beyond}");
    let other = app.get(&member, &form).await;
    assert_eq!(other.header("location"), Some("/import"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_of_very_many_columns_says_how_many_are_there() {
    let (app, _folder) = app().await;
    let heads: Vec<String> = (0..250).map(|column| format!("Column of {column}")).collect();
    let table = format!("{}\n{}A\n", heads.join(","), ",".repeat(249));
    let asked = choose(&app, &app.admin, "wide.csv", &table).await.header("location").unwrap().to_owned();
    let text = app.get(&app.admin, &asked).await.text().to_owned();
    assert_eq!(text.matches("<select").count(), 200);
    assert!(text.contains("The first 200 columns are here; 50 more"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn importing_is_for_members_and_from_this_server_s_page() {
    let (app, folder) = app().await;
    let (_, viewer) = app.person("vi@example.org", Role::Viewer).await;
    let turned = app.get(&nobody(), "/import").await;
    assert_eq!(turned.header("location"), Some("/sign-in?return=%2Fimport"));
    assert_eq!(choose(&app, &nobody(), "leads.csv", LEADS).await.status.as_u16(), 303);
    let refused = app.get(&viewer, "/import").await;
    assert_eq!(refused.status.as_u16(), 403);
    assert!(refused.text().contains("needs the role member"), "{}", refused.text());
    assert_eq!(choose(&app, &viewer, "leads.csv", LEADS).await.status.as_u16(), 403);
    let foreign = send(&app, &app.admin, "https://evil.example", multipart("file", "leads.csv", LEADS)).await;
    assert_eq!(foreign.status.as_u16(), 403);
    assert_eq!(files(folder.path()), 0);
    let page = app.get(&app.admin, "/import").await;
    assert!(
        page.text().contains("enctype=\"multipart/form-data\"") && !page.text().contains("type=\"module\"")
    );
    assert!(app.get(&app.admin, "/leads").await.text().contains("href=\"/import\""));
}
