//! The list as a map, as a server renders it.

use crate::support::Answers;
use crate::{has, has_not, render};

#[tokio::test(flavor = "multi_thread")]
async fn the_list_as_a_map_is_links_without_any_script() {
    let page = render("/leads?city=Espoo&sort=name&view=map", Answers::full()).await;
    assert_eq!(page.status, 200);
    has(
        &page.html,
        &[
            "<title>Leads · Le Tip</title>",
            // How it is shown stays with its filters, and the table is a link away.
            "href=\"/leads?sort=name&amp;city=Espoo\"",
            "href=\"/leads?sort=name&amp;city=Espoo&amp;hasPhone=true&amp;view=map\"",
            "name=\"view\" value=\"map\"",
            "aria-label=\"Map: 2,329 leads in 3 spots\"",
            "aria-label=\"1,523 leads: look closer\"",
            "href=\"/leads?sort=name&amp;city=Espoo&amp;view=map&amp;within=",
            "805 leads in one place: list them",
            "href=\"/leads?sort=name&amp;city=Espoo&amp;bbox=24.93%2C60.2%2C24.93%2C60.2\"",
            "href=\"/leads/7\"",
            "Kahvila &lt;Esimerkki&gt;",
            "href=\"tel:+35891234007\"",
            "2,329 of 2,341 leads on this map. 12 leads have no place on any map.",
            "aria-label=\"Zoom in\"",
            "H600\" class=\"map__grid\"></path>",
        ],
    );
    has_not(&page.html, &["\">Columns</button>", "<Esimerkki>"]);
    let empty = render("/leads?view=map", Answers::empty()).await;
    has(&empty.html, &["No leads yet"]);
    let nowhere = contract::map::BusinessMap { total: 3, unplaced: 3, ..Default::default() };
    let nowhere = render("/leads?view=map", Answers::full().ok("/api/businesses/map", &nowhere)).await;
    has(&nowhere.html, &["No place is known", "3 leads have no place on any map."]);
    let failing = Answers::full().failing("/api/businesses/map", 500, "the database is locked");
    assert_eq!(render("/leads?view=map", failing).await.status, 503);
}
