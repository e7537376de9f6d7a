//! Tiles under the map: in the document and its policy where they are configured, and only then.

use server::MapTiles;

use crate::support::TestApp;

const URL: &str = "https://tiles.example.org:8443/{z}/{x}/{y}.png?key=k&v=2";

async fn with_tiles() -> TestApp {
    TestApp::with(|config| config.tiles = Some(MapTiles::new(URL, "Map © \"Example\" <b>", 17).unwrap()))
        .await
}

/// What the policy allows of a kind.
fn allowed(policy: &str, kind: &str) -> String {
    let rule = policy.split("; ").find_map(|rule| rule.strip_prefix(kind)).unwrap();
    rule.trim().to_owned()
}

#[tokio::test]
async fn without_tiles_a_page_may_ask_nobody_and_says_nothing_of_them() {
    let app = TestApp::new().await;
    for path in ["/", "/leads?view=map", "/leads"] {
        let answer = app.get(path).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert_eq!(allowed(policy, "img-src"), "'self' data:", "{path}");
        assert!(!answer.text().contains("data-tiles"), "{path}");
    }
}

#[tokio::test]
async fn pictures_may_come_from_the_server_of_the_tiles_and_nothing_else_may() {
    let app = with_tiles().await;
    let answer = app.get("/leads?view=map").await;
    let policy = answer.header("content-security-policy").unwrap();
    assert_eq!(allowed(policy, "img-src"), "'self' data: https://tiles.example.org:8443");
    assert_eq!(policy.matches("tiles.example.org").count(), 1, "{policy}");
    // What the page asks of its own server says where it is asked from as before.
    assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
    let data = app.get("/api/businesses").await;
    assert!(!data.header("content-security-policy").unwrap().contains("tiles"));
}

#[tokio::test]
async fn every_document_of_the_application_says_where_they_are_and_whose() {
    let app = with_tiles().await;
    // Whoever comes in elsewhere goes to the map without another document.
    for path in ["/", "/leads", "/leads?view=map"] {
        let answer = app.get(path).await;
        let text = answer.text();
        let root = text.split("<head>").next().unwrap();
        for part in [
            "data-tiles=\"https://tiles.example.org:8443/{z}/{x}/{y}.png?key=k&amp;v=2\"",
            "data-tiles-credit=\"Map © &quot;Example&quot; &lt;b&gt;\"",
            "data-tiles-zoom=\"17\"",
        ] {
            assert!(root.contains(part), "{part} is not in {root}");
        }
        // How large the map is, the browser knows alone: the document asks for no tile.
        assert!(!text.contains("<img"), "{path}");
    }
    let form = app.get("/leads/new").await;
    assert!(!form.text().contains("data-tiles"), "{}", form.text());
}

#[tokio::test]
async fn the_settings_say_whom_browsers_ask_for_tiles_and_not_with_which_key() {
    let page = with_tiles().await.get("/settings").await;
    let text = page.text();
    for part in ["https://tiles.example.org:8443", "Map © &quot;Example&quot; &lt;b&gt;", "<dd>17</dd>"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("key=k") && !text.contains("LETIP_TILES_URL"), "{text}");
}
