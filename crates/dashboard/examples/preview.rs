//! Writes every page with sample data as an HTML file, in light and dark, for looking at it in a browser:
//! `cargo run -p dashboard --features ssr --example preview -- DIR`.

#![expect(clippy::unwrap_used, reason = "a tool for looking at pages stops at what is wrong")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::Path;

use dashboard::{AssetPaths, FindFailure, FindForm, PageState};
use support::{Answers, render_with, samples};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/preview".to_owned());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let job = format!("/jobs/{}", samples::running_search().job_id);
    let failing =
        Answers::empty().failing("/api/businesses/stats", 503, "the database is locked; try again shortly");
    let pages = [
        ("overview", "/", Answers::full()),
        ("overview-empty", "/", Answers::empty()),
        ("overview-failing", "/", failing),
        ("find", "/find?location=Helsinki&category=restaurant", Answers::full()),
        ("find-refused", "/find", Answers::full()),
        ("job", job.as_str(), Answers::full()),
        ("jobs", "/jobs", Answers::full()),
        ("leads", "/leads?search=caf&city=Helsinki&hasPhone=true&sort=name", Answers::full()),
        ("leads-empty", "/leads?city=Inari", Answers::empty()),
        ("lead", "/leads/7", Answers::full()),
        ("lead-missing", "/leads/8", Answers::full()),
        ("styleguide", "/styleguide", Answers::full()),
    ];
    for (name, path, answers) in pages {
        let html = document(name, path, answers).await;
        for theme in ["light", "dark"] {
            let root = format!("<html lang=\"en\" data-ready data-theme=\"{theme}\"");
            let themed = html.replacen("<html lang=\"en\"", &root, 1);
            std::fs::write(folder.join(format!("{name}-{theme}.html")), themed)?;
        }
    }
    println!("{}", folder.display());
    Ok(())
}

async fn document(name: &str, path: &str, answers: Answers) -> String {
    let style = concat!("file://", env!("CARGO_MANIFEST_DIR"), "/style/main.css");
    let assets = AssetPaths { css: style.to_owned(), ..Default::default() };
    let state = PageState {
        now: Some(samples::now()),
        find_failure: (name == "find-refused").then(refused),
        ..Default::default()
    };
    let page = render_with(path, answers, state, Some(assets)).await;
    println!("{} {path}", page.status);
    page.html
}

fn refused() -> FindFailure {
    let problem = serde_json::json!({
        "type": "/problems/invalid", "title": "Invalid", "status": 422, "detail": "two fields are wrong",
        "errors": [
            {"field": "location", "code": "unknown", "message": "no place is called 'Helsinkki'",
             "suggestions": ["Helsinki, Finland", "Helsingborg, Sweden"]},
            {"field": "radiusKm", "code": "range", "message": "give kilometres from 0.1 to 50"},
        ],
    });
    FindFailure {
        form: FindForm { location: "Helsinkki".to_owned(), radius_km: "99".to_owned(), ..Default::default() },
        problem: serde_json::from_value(problem).unwrap(),
    }
}
