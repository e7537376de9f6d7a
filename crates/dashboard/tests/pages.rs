//! Every page as a server renders it: data in the HTML, text from outside escaped, empty and failing states.
#![cfg(feature = "ssr")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

#[path = "parts/lead.rs"]
mod lead;
#[path = "parts/leads_map.rs"]
mod leads_map;
mod support;

use contract::enrichment::{EnrichmentQueue, FailureCause, ProviderInfo};
use contract::places::SourceState;
use contract::{Business, Page, PageMeta};
use dashboard::{AssetPaths, FindFailure, FindForm, MapTiles, PageState, ShellOptions};
use support::{Answers, Rendered, render_as, render_with, samples};

/// Renders `path` with the samples' clock.
async fn render(path: &str, answers: Answers) -> Rendered {
    let state = PageState { now: Some(samples::now()), form_key: "key-1".to_owned(), ..Default::default() };
    render_with(path, answers, state, None).await
}

fn has(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(html.contains(part), "{part:?} is not in the page:\n{html}");
    }
}

fn has_not(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(!html.contains(part), "{part:?} is in the page:\n{html}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_overview_shows_figures_that_link_to_what_they_count() {
    let page = render("/", Answers::full()).await;
    assert_eq!(page.status, 200);
    has(
        &page.html,
        &[
            "<title>Overview · Le Tip</title>",
            "2,341",
            "href=\"/leads?hasPhone=true\"",
            "href=\"/leads?enrichmentStatus=enriched\"",
            "href=\"/leads?category=hairdresser\"",
            "Restaurant within 1 km of Helsinki, Finland",
            "Kahvila Esimerkki",
            "1,139 new leads in the last 30 days",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_overview_has_the_same_numbers_as_a_chart_and_as_a_table() {
    let html = render("/", Answers::full()).await.html;
    let stats = samples::stats();
    let chart = html.split("id=\"per-day\"").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap();
    let with_leads = stats.created_per_day.iter().filter(|day| day.count > 0).count();
    assert_eq!(chart.matches("<rect").count(), with_leads, "a day without leads has no bar");
    let rows = chart.split("<tbody>").nth(1).unwrap().matches("<tr>").count();
    assert_eq!(rows, stats.created_per_day.len());
    has(chart, &["<details", "href=\"/leads?createdAfter="]);
    has(
        &html,
        &["Running now", "Latest activity", "href=\"/leads?enrichmentStatus=failed\"", "role=\"img\""],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn enrichment_shows_what_rows_stand_behind() {
    let failure = FailureCause {
        cause: "the website <could> not be reached".to_owned(),
        count: 12,
        last_at: Some(samples::ago(3)),
    };
    let queue =
        EnrichmentQueue { waiting: 1400, running: 2, completed: 31, failed: 12, causes: vec![failure] };
    let website = ProviderInfo {
        provider: "website".to_owned(),
        name: "The business's own website".to_owned(),
        finds: "addresses".to_owned(),
        cost: "free".to_owned(),
        quota: Some(1234),
        state: SourceState::Unavailable,
        message: Some("nobody is told who reads".to_owned()),
    };
    let answers =
        Answers::full().ok("/api/enrichment/queue", &queue).ok("/api/enrichment/providers", &vec![website]);
    let page = render("/enrichment", answers).await;
    assert_eq!(page.status, 200);
    has(
        &page.html,
        &[
            "<title>Enrichment · Le Tip</title>",
            "<dd>1,400</dd>",
            "The website &lt;could&gt; not be reached.",
            "action=\"/enrichment/retry\"",
            "value=\"the website &lt;could&gt; not be reached\"",
            "Nobody is told who reads.",
            "1,234",
            "$2.05 in May 2026, of a budget of $20.00.",
        ],
    );
    let page = render("/enrichment", Answers::empty()).await;
    has(&page.html, &["Batches appear here.", "Nothing failed."]);
    let failing = Answers::empty().failing("/api/enrichment/queue", 500, "the database is locked");
    assert_eq!(render("/enrichment", failing).await.status, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_installation_says_how_to_begin() {
    let page = render("/", Answers::empty()).await;
    assert_eq!(page.status, 200);
    has(&page.html, &["No leads yet", "Make the first search", "href=\"/find\""]);
    let list = render("/leads", Answers::empty()).await;
    has(&list.html, &["No leads yet"]);
    let jobs = render("/jobs", Answers::empty()).await;
    has(&jobs.html, &["No jobs yet"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_api_leaves_the_page_standing_and_its_status_says_so() {
    let answers = Answers::full().failing("/api/businesses/stats", 500, "the database is locked");
    let page = render("/", answers).await;
    assert_eq!(page.status, 503);
    has(&page.html, &["Recent searches", "aria-label=\"Loading\""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_are_in_the_html_with_their_links() {
    let page = render("/leads?sort=name", Answers::full()).await;
    assert_eq!(page.status, 200);
    has(
        &page.html,
        &[
            "<title>Leads · Le Tip</title>",
            "href=\"/leads/1\"",
            "href=\"tel:+35891234001\"",
            "09 1234 001",
            "esimerkki1.example",
            "aria-sort=\"ascending\"",
            "href=\"/leads?sort=-name\"",
            "1–50 of 2,341",
            "href=\"/leads?page=2&amp;sort=name\"",
            "2,341 leads",
        ],
    );
}

/// The heads of the list's columns, behind that of the boxes.
fn heads(html: &str) -> Vec<String> {
    let head = html.split("<thead").nth(1).and_then(|rest| rest.split("</thead>").next()).unwrap_or_default();
    let cell = |cell: &str| {
        let text = cell.split_once('>')?.1.split("</th>").next()?.to_owned();
        let mut out = String::new();
        let mut inside = false;
        for letter in text.chars() {
            match letter {
                '<' => inside = true,
                '>' => inside = false,
                _ if !inside => out.push(letter),
                _ => {}
            }
        }
        Some(out)
    };
    let mut heads: Vec<String> = head.split("<th ").skip(1).filter_map(cell).collect();
    assert_eq!(heads.remove(0), "Selected");
    heads
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_has_the_columns_of_its_address_else_those_that_the_person_chose_else_the_usual_ones() {
    let usual = ["Name", "Category", "City", "Phone", "Website", "E-mail", "Status", "Added"];
    assert_eq!(heads(&render("/leads", Answers::full()).await.html), usual);
    let state = PageState {
        now: Some(samples::now()),
        columns: Some("tags,confidence".parse().unwrap()),
        ..Default::default()
    };
    let chosen = async |path: &str| render_with(path, Answers::full(), state.clone(), None).await;
    let page = chosen("/leads?city=Espoo").await;
    assert_eq!(heads(&page.html), ["Name", "Tags", "Sureness"]);
    has(
        &page.html,
        &["table--own table--one", "90 %", "/leads/views?city=Espoo&amp;columns=tags%2Cconfidence"],
    );
    // What is a table follows, and what is none does not.
    has(
        &page.html,
        &["format=csv&amp;city=Espoo&amp;columns=tags%2Cconfidence", "format=vcard&amp;city=Espoo\""],
    );

    let page = chosen("/leads?city=Espoo&columns=phone,createdAt").await;
    assert_eq!(heads(&page.html), ["Name", "Phone", "Added"]);
    has(&page.html, &["href=\"/leads?sort=name&amp;city=Espoo&amp;columns=phone%2CcreatedAt\""]);
    has(&page.html, &["<input type=\"hidden\" name=\"columns\" value=\"phone,createdAt\""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_a_page_of_the_list_is_all_there_is() {
    let mut leads = support::leads();
    leads.meta = PageMeta::new(2341, 3, 50, None);
    let page = render("/leads?page=3", Answers::full().ok("/api/businesses", &leads)).await;
    // Rows know their places in the whole list, of which the head is the first.
    has(
        &page.html,
        &["aria-rowcount=\"2342\"", "aria-rowindex=\"1\"", "aria-rowindex=\"102\"", "aria-rowindex=\"116\""],
    );
    has(&page.html, &["101–150 of 2,341", "href=\"/leads?page=4\"", "aria-label=\"Next page\""]);
    has_not(&page.html, &["class=\"gap\"", "style=", "row--changed", "aria-rowindex=\"117\""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_stand_in_the_form_and_can_be_taken_away_one_by_one() {
    let page = render("/leads?search=caf&city=Espoo&hasEmail=true", Answers::full()).await;
    has(
        &page.html,
        &[
            "value=\"caf\"",
            "<input type=\"hidden\" name=\"city\" value=\"Espoo\"",
            "aria-label=\"Remove filter City: Espoo\"",
            "href=\"/leads?search=caf&amp;hasEmail=true\"",
            "Clear all",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_a_match_offers_to_clear_the_filters() {
    let page = render("/leads?city=Inari", Answers::empty()).await;
    has(&page.html, &["No lead matches these filters", "Clear all filters"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_past_the_end_leads_back_to_the_first() {
    let past: Page<Business> = Page { data: Vec::new(), meta: PageMeta::new(60, 9, 50, None) };
    let page = render("/leads?page=9&city=Espoo", Answers::full().ok("/api/businesses", &past)).await;
    has(&page.html, &["Past the end of the list", "The list has 2 pages.", "href=\"/leads?city=Espoo\""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_from_outside_are_text_and_not_markup() {
    let evil = Business {
        website: Some("javascript:alert(1)".to_owned()),
        ..samples::business(7, "</title></script><script>alert(1)</script>\"'>")
    };
    let list = Page { data: vec![evil.clone()], meta: PageMeta::new(1, 1, 50, None) };
    let detail = contract::BusinessDetail { business: evil, contacts: Vec::new() };
    let answers = Answers::full().ok("/api/businesses", &list).ok("/api/businesses/7", &detail);
    for path in ["/leads", "/leads/7", "/"] {
        let page =
            render_with(path, answers.clone(), PageState::default(), Some(AssetPaths::default())).await;
        has(&page.html, &["&lt;/title"]);
        has_not(&page.html, &["<script>alert(1)", "href=\"javascript:"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_shows_where_it_is_from_and_how_to_reach_it() {
    let page = render("/leads/7", Answers::full()).await;
    assert_eq!(page.status, 200);
    has(
        &page.html,
        &[
            "<title>Kahvila Esimerkki · Le Tip</title>",
            "href=\"mailto:info@esimerkki.example\"",
            "Maija Esimerkki",
            "Verified",
            "https://www.openstreetmap.org/node/7",
            "ODbL-1.0",
            "60.16870° N, 24.94364° E",
            "action=\"/leads/7/enrich\"",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_a_404_that_says_so() {
    for (path, says) in [
        ("/leads/8", "No such lead"),
        ("/jobs/019f0000-0000-7000-8000-0000000000ff", "No such job"),
        ("/nowhere", "There is no page at this address"),
        ("/leads/eight", "There is no page at this address"),
    ] {
        let page = render(path, Answers::full()).await;
        assert_eq!(page.status, 404, "{path}");
        has(&page.html, &[says]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_job_shows_its_numbers_its_area_and_how_to_stop_it() {
    let id = samples::running_search().job_id;
    let page = render(&format!("/jobs/{id}"), Answers::full()).await;
    assert_eq!(page.status, 200);
    has(
        &page.html,
        &[
            "<title>Restaurant within 1 km of Helsinki, Finland · Le Tip</title>",
            "max=\"500\"",
            "value=\"312\"",
            "312 of 500",
            "268",
            &format!("action=\"/jobs/{id}/cancel\""),
            "Map: 15 leads within 1 km",
            "Leads in this area",
            "href=\"/leads?category=restaurant&amp;near=60.1699%2C24.9384&amp;radiusKm=1\"",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_found_nothing_says_what_to_try() {
    let request = serde_json::json!({"location": "Inari", "category": "barber", "radiusKm": 1.0});
    let job = samples::search(contract::JobStatus::Completed, request);
    let answers = Answers::empty().ok(&format!("/api/jobs/{}", job.job_id), &job);
    let page = render(&format!("/jobs/{}", job.job_id), answers).await;
    has(
        &page.html,
        &["Nothing found", "/find?location=Inari&amp;category=barber&amp;radiusKm=4", "Every trade"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_offer_what_their_state_allows() {
    let page = render("/jobs", Answers::full()).await;
    has(
        &page.html,
        &["5 jobs", "/retry\"", "/cancel\"", "The file ended in the middle of a record", "attempt 3 of 3"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_form_works_as_a_plain_form() {
    let page = render("/find?location=Espoo&radiusKm=2", Answers::full()).await;
    has(
        &page.html,
        &[
            "method=\"post\"",
            "action=\"/find\"",
            "value=\"Espoo\"",
            "name=\"idempotencyKey\" value=\"key-1\"",
            "<datalist id=\"category-common\"",
            "role=\"combobox\"",
            "ODbL 1.0",
            "free, no network",
            "<strong>30 days</strong>",
            "Once place and radius are known",
        ],
    );
    let here = render("/find?location=60.17%2C24.94", Answers::full()).await.html;
    has(&here, &["aria-label=\"Map: "]);
    has_not(&here, &["Once place and radius are known"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recent_search_is_made_again_by_a_form_of_its_own() {
    let page = render("/find", Answers::full()).await;
    let recent = page.html.split("id=\"recent-searches\"").nth(1).unwrap();
    has(
        recent,
        &[
            "action=\"/find\"",
            "<input type=\"hidden\" name=\"category\" value=\"barber\"",
            "<input type=\"hidden\" name=\"radiusKm\" value=\"2.5\"",
            "aria-label=\"Search again: Barber within 2.5 km of Espoo\"",
            "href=\"/find?location=Espoo&amp;category=barber&amp;radiusKm=2.5\"",
        ],
    );
    // The key is of the form that is filled in; another search under it would be refused.
    has_not(recent, &["idempotencyKey"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_form_keeps_what_was_typed_and_says_what_is_wrong() {
    let problem = serde_json::json!({
        "type": "/problems/invalid", "title": "Invalid", "status": 422, "detail": "a field is wrong",
        "errors": [{"field": "location", "code": "unknown", "message": "no place is called so",
                    "suggestions": ["Helsinki, Finland"]}],
    });
    let failure = FindFailure {
        form: FindForm { location: "Helsinkki".to_owned(), ..Default::default() },
        problem: serde_json::from_value(problem).unwrap(),
    };
    let state = PageState { find_failure: Some(failure), ..Default::default() };
    let page = render_with("/find", Answers::full(), state, None).await;
    has(
        &page.html,
        &[
            "value=\"Helsinkki\"",
            "No place is called so.",
            "Helsinki, Finland",
            "aria-invalid=\"true\"",
            "location-error",
        ],
    );
}

fn assets() -> AssetPaths {
    AssetPaths {
        js: "/assets/dashboard-1.js".to_owned(),
        wasm: "/assets/dashboard-1.wasm".to_owned(),
        chunks: ["find", "lead", "leads"]
            .map(|name| (name.to_owned(), format!("/assets/{name}-1.wasm")))
            .to_vec(),
        css: "/assets/main-1.css".to_owned(),
        forms: "/assets/forms-1.css".to_owned(),
        late: "/assets/late-1.css".to_owned(),
        pictures: "/assets/pictures-1.css".to_owned(),
        tiles: "/assets/tiles-1.css".to_owned(),
        icon: "/assets/favicon-1.svg".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_names_its_files_and_signs_its_scripts() {
    let page = render_with("/leads", Answers::full(), PageState::default(), Some(assets())).await;
    has(
        &page.html,
        &[
            "<!DOCTYPE html>",
            "href=\"/assets/main-1.css\"",
            "import(\"/assets/dashboard-1.js\")",
            "name===\"leads\"",
            "[\"/assets/late-1.css\", \"/assets/pictures-1.css\"].map(",
            "<link rel=\"preload\" href=\"/assets/dashboard-1.wasm\"",
            "<link rel=\"preload\" href=\"/assets/leads-1.wasm\"",
            "id=\"page-state\"",
            "id=\"requery-state\"",
            "© OpenStreetMap contributors",
        ],
    );
    let scripts = page.html.matches("<script").count();
    assert_eq!(page.html.matches("nonce=\"n0nce\"").count(), scripts, "{}", page.html);
    has_not(
        &page.html,
        &[" style=\"", " onclick=", "/assets/find-1.wasm", "/assets/lead-1.wasm", "/assets/tiles-1.css"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_for_who_comes_from_elsewhere_brings_its_style() {
    let options = ShellOptions { assets: Some(assets()), style: Some("a > b{top:0}"), ..Default::default() };
    let page = render_as("/leads", Answers::full(), options).await;
    has(&page.html, &["<style nonce=\"n0nce\">a > b{top:0}</style>"]);
    has_not(&page.html, &["/assets/main-1.css"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_says_where_map_tiles_are_and_whose_and_brings_their_style() {
    let tiles = MapTiles {
        template: "https://tiles.example.org/{z}/{x}/{y}.png?a=1&b=2".to_owned(),
        attribution: "Map © <Example>".to_owned(),
        max_zoom: 17,
    };
    let options = ShellOptions { assets: Some(assets()), tiles: Some(tiles), ..Default::default() };
    let page = render_as("/leads?view=map", Answers::full(), options).await;
    has(
        &page.html,
        &[
            "href=\"/assets/tiles-1.css\"",
            "data-tiles=\"https://tiles.example.org/{z}/{x}/{y}.png?a=1&amp;b=2\"",
            "data-tiles-credit=\"Map © &lt;Example&gt;\"",
            "data-tiles-zoom=\"17\"",
        ],
    );
    // How large the map is, is not known yet: no tile is asked for.
    has_not(&page.html, &["<img"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_style_page_shows_what_pages_are_made_of() {
    let page = render("/styleguide", Answers::full()).await;
    assert_eq!(page.status, 200);
    let main = page.html.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).unwrap();
    has(
        main,
        &[
            "class=\"dialog\"",
            "class=\"toast toast--failed\"",
            ">Undo</button>",
            "class=\"row row--picked\"",
            "class=\"bulk\"",
            "class=\"pages\"",
            "class=\"failed\"",
            "class=\"stale\"",
            "class=\"skeleton\"",
            "class=\"empty\"",
            "Does not arrive",
            "Done, 3 failed",
            "Stopping",
        ],
    );
    // What is said where there is no script is no bar of the skeleton.
    let skeleton = main.split("class=\"skeleton\"").nth(1).unwrap().split("<noscript").next().unwrap();
    assert_eq!(skeleton.matches("</div>").count(), skeleton.matches("<div").count() + 1, "{skeleton}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_built_files_the_page_is_complete_and_asks_for_none() {
    let page = render("/leads", Answers::full()).await;
    has(&page.html, &["Kahvila Esimerkki"]);
    has_not(&page.html, &["rel=\"stylesheet\"", "type=\"module\"", "requery-state"]);
}
