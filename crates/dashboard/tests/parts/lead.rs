//! The page of a lead, as a server renders it: what was looked up for it, and where its values are from.

use contract::enrichment::EnrichmentLogEntry;
use contract::{Business, BusinessDetail, Page, PageMeta};

use crate::support::{Answers, history, samples};
use crate::{has, has_not, render};

const HISTORY: &str = "/api/businesses/7/enrichment-history";

/// A panel of the page.
fn panel<'h>(html: &'h str, id: &str) -> &'h str {
    let rest = html.split_once(&format!("id=\"{id}\"")).unwrap().1;
    rest.split_once("</section>").unwrap().0
}

/// A lead that somebody typed in, of which nobody looked up anything.
fn by_hand() -> Answers {
    let business = Business { sources: Vec::new(), version: 3, ..samples::business(7, "Kahvila") };
    let nothing: Page<EnrichmentLogEntry> = Page { data: Vec::new(), meta: PageMeta::new(0, 1, 20, None) };
    Answers::full()
        .ok("/api/businesses/7", &BusinessDetail { business, contacts: Vec::new() })
        .ok(HISTORY, &nothing)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_looked_up_is_told_with_its_cost_its_end_and_its_evidence() {
    let page = render("/leads/7", Answers::full()).await;
    assert_eq!(page.status, 200);
    let history = panel(&page.html, "history");
    has(
        history,
        &[
            "<h2 id=\"history-title\">Enrichment history</h2>",
            "<strong>Website example.fi</strong>",
            "<span class=\"badge badge--good\">Enriched</span>",
            "It took 2.4 s and cost nothing. Filled in: E-mail, Street, Contacts.",
            "What was found: 4 values",
            "<q>Varaukset: info@esimerkki.example</q>",
            "93 % sure. ",
            "<a href=\"https://www.example.fi/yhteystiedot\" target=\"_blank\" rel=\"noopener noreferrer external\" class=\"cell-link\">",
            "example.fi/yhteystiedot",
            "It is unknown whether mail arrives (mailbox not checked).",
            "<strong>Hunter</strong>",
            "<span class=\"badge badge--bad\">Failed</span>",
            "It took 0.9 s and cost $0.05.",
            "The plan is used up.",
        ],
    );
    // A check says by itself how sure it is.
    has_not(history, &["100 % sure", "verdict", "The newest"]);
    let (newest, oldest) = (history.find("Website example.fi").unwrap(), history.find("Hunter").unwrap());
    assert!(newest < oldest, "the newest comes first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_was_found_says_where_and_all_others_are_told_of_in_one_line() {
    let page = render("/leads/7", Answers::full()).await;
    let details = panel(&page.html, "details");
    let origins: Vec<&str> = details.split("<p class=\"origin\">").skip(1).collect();
    assert_eq!(origins.len(), 3, "{details}");
    has(origins[0], &["From ", "href=\"https://www.example.fi/yhteystiedot\"", ", 93 % sure"]);
    has(origins[1], &["Street: from ", ", 80 % sure"]);
    has(origins[2], &["The rest is from OpenStreetMap."]);

    let changed = Business { version: 2, ..samples::business(7, "Kahvila") };
    let changed = BusinessDetail { business: changed, contacts: Vec::new() };
    let page = render("/leads/7", Answers::full().ok("/api/businesses/7", &changed)).await;
    let details = panel(&page.html, "details");
    has(details, &["Street: from ", "The rest is from OpenStreetMap, or was written by hand."]);
    has_not(details, &["93 % sure"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_somebody_typed_in_says_so_and_that_nothing_was_looked_up() {
    let page = render("/leads/7", by_hand()).await;
    has(panel(&page.html, "history"), &["Nothing was looked up for this lead yet."]);
    has(panel(&page.html, "details"), &["All of this was written by hand."]);
    has(panel(&page.html, "sources"), &["Added by hand."]);
    has_not(panel(&page.html, "record"), &["Version"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_says_how_much_of_it_is_shown_and_claims_nothing_of_the_rest() {
    let mut long = history();
    long.meta = PageMeta::new(34, 1, 2, Some("abc".to_owned()));
    let page = render("/leads/7", Answers::full().ok(HISTORY, &long)).await;
    has(panel(&page.html, "history"), &["The newest 2 of 34 entries."]);
    has_not(panel(&page.html, "details"), &["The rest"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_history_the_lead_is_shown_all_the_same() {
    let page = render("/leads/7", Answers::full().failing(HISTORY, 500, "the database is locked")).await;
    assert_eq!(page.status, 200);
    has(panel(&page.html, "history"), &["aria-label=\"Loading\""]);
    has(panel(&page.html, "details"), &["href=\"mailto:info@esimerkki.example\""]);
    has_not(panel(&page.html, "details"), &["class=\"origin\""]);
    let gone = render("/leads/8", Answers::full()).await;
    has_not(&gone.html, &["Enrichment history"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_website_said_is_text_and_no_markup() {
    let mut evil = history();
    let evidence = &mut evil.data[0].evidence[0];
    evidence.value = "<script>alert(1)</script>".to_owned();
    evidence.snippet = Some("\"><img src=x onerror=alert(1)>".to_owned());
    evidence.source_url = "javascript:alert(1)".to_owned();
    let page = render("/leads/7", Answers::full().ok(HISTORY, &evil)).await;
    let history = panel(&page.html, "history");
    has(history, &["&lt;script"]);
    has_not(history, &["<script", "<img", "href=\"javascript:"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_has_one_button_that_stands_out() {
    let page = render("/leads/7", Answers::full()).await;
    let head = page.html.split_once("<header class=\"page-head\">").unwrap().1;
    let head = head.split_once("</header>").unwrap().0;
    assert_eq!(head.matches("btn--primary").count(), 1);
    assert_eq!(head.matches("class=\"btn\"").count(), 0, "the others are quiet");
    assert_eq!(head.matches("btn--quiet").count(), 5);
}
