//! Services on the network, named on the command line; each a real server on loopback.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::*;

const CONTACT: &str = "https://letip.example/about";

/// Answers every request of a path with one body, and remembers request lines and agents.
struct Service {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Service {
    fn start(answers: Vec<(&'static str, Value)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let head: Vec<String> =
                    reader.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
                let length = head
                    .iter()
                    .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                let mut body = vec![0; length.unwrap_or(0)];
                reader.read_exact(&mut body).unwrap();
                let body = answers
                    .iter()
                    .find(|(path, _)| head[0].contains(path))
                    .map_or(Value::Null, |(_, body)| body.clone());
                seen.lock().unwrap().push(head.join("\n"));
                let body = body.to_string();
                let length = body.len();
                write!(
                    stream,
                    "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                )
                .unwrap();
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn overpass() -> Service {
    let cafe = |id: u32, name: &str| json!({"type": "node", "id": id, "lat": 60.1699, "lon": 24.9384, "tags": {"name": name, "amenity": "cafe"}});
    Service::start(vec![(
        "/api/interpreter",
        json!({"elements": [cafe(1, "Aamukahvila"), cafe(2, "Iltakahvila")]}),
    )])
}

#[test]
fn a_search_in_overpass_tells_its_terms_first_and_asks_once() {
    let (home, service) = (Home::new(), overpass());
    let url = format!("{}/api/", service.url);
    let args = [
        "scrape",
        CENTRE,
        "--category",
        "cafe",
        "--source",
        "overpass",
        "--overpass-url",
        &url,
        "--contact-url",
        CONTACT,
        "--json",
    ];
    let ran = home.run(&args);
    assert_eq!(ran.status, 0, "{ran:?}");
    for part in ["source: OpenStreetMap: Overpass (© OpenStreetMap contributors, ODbL-1.0)", "cost: free"] {
        assert!(ran.stderr.contains(part), "{part}: {ran:?}");
    }
    let outcome: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((number(&outcome, "found"), number(&outcome, "saved")), (2, 2));
    let again = home.json(&args);
    assert_eq!((number(&again, "saved"), number(&again, "merged")), (0, 2));
    let [asked] = service.asked().try_into().unwrap();
    assert!(asked.contains(&format!("(+{CONTACT})")), "{asked}");
    let export = home.json(&["export", "--format", "json"]);
    assert!(export.to_string().contains("© OpenStreetMap contributors"), "{export}");
}

#[test]
fn the_default_source_asks_nobody() {
    let (home, service) = (Home::new(), overpass());
    let url = format!("{}/api/", service.url);
    let ran = home.run(&[
        "scrape",
        CENTRE,
        "--category",
        "cafe",
        "--max",
        "3",
        "--overpass-url",
        &url,
        "--contact-url",
        CONTACT,
    ]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let listed = home.json(&["sources", "--json", "--overpass-url", &url, "--contact-url", CONTACT]);
    let slugs: Vec<&str> =
        listed.as_array().unwrap().iter().filter_map(|info| info["source"].as_str()).collect();
    assert_eq!(slugs, ["openstreetmap", "overpass"]);
    assert!(service.asked().is_empty());
}

#[test]
fn sources_say_licence_and_cost_to_people() {
    let home = Home::new();
    let ran = home.run(&["sources"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    for part in ["openstreetmap (default): ", "licence: ODbL-1.0, © OpenStreetMap contributors", "cost: free"]
    {
        assert!(ran.stdout.contains(part), "{part}: {ran:?}");
    }
    assert!(!home.data().exists(), "nothing is made for it");
}

#[test]
fn a_paid_source_is_absent_without_its_key_and_says_what_it_needs() {
    let home = Home::new();
    let listed = home.run(&["sources"]);
    for (slug, option) in [("googlePlaces", "--google-places-key"), ("apify", "--apify-token")] {
        let line =
            listed.stdout.lines().find(|line| line.contains(&format!("source {slug} is there only with")));
        assert!(
            line.is_some_and(|line| line.contains(option) && line.contains("--monthly-budget")),
            "{listed:?}"
        );
        let ran = home.run(&["scrape", CENTRE, "--category", "cafe", "--source", slug]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.stderr.contains(option), "{ran:?}");
    }
}

#[test]
fn a_paid_search_tells_terms_and_price_and_a_budget_refuses_it() {
    let home = Home::new();
    let keys = [
        ("LETIP_GOOGLE_PLACES_KEY", "s3cret"),
        ("LETIP_GOOGLE_PLACES_REQUEST_PRICE", "0.035"),
        ("LETIP_APIFY_TOKEN", "s3cret"),
        ("LETIP_APIFY_PLACE_PRICE", "0.004"),
        ("LETIP_MONTHLY_BUDGET", "0.03"),
    ];
    let run = |args: &[&str]| {
        let output = home.command(args).envs(keys).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        assert!(!stdout.contains("s3cret") && !stderr.contains("s3cret"), "{stdout}{stderr}");
        (output.status.code(), stdout, stderr)
    };
    let (_, told, _) = run(&["sources"]);
    for part in ["cost: 0.035 USD a request", "kept: 30 days", "cost: 0.004 USD a place"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    for (source, most) in [("googlePlaces", "2.24 USD at most"), ("apify", "0.20 USD at most")] {
        let (status, _, told) = run(&["scrape", CENTRE, "--category", "cafe", "--source", source, "--json"]);
        assert_eq!(status, Some(1), "{told}");
        for part in [most, "within the month's budget of 0.03 USD", "which would pass the budget"] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}

#[test]
fn a_location_that_is_not_known_offline_is_found_by_the_service_that_is_named() {
    let entry = json!([{"display_name": "Aleksanterinkatu 1, Helsinki", "lat": "60.1690", "lon": "24.9560",
        "importance": 0.1, "licence": "Data © OpenStreetMap contributors, ODbL 1.0."}]);
    let (home, service) = (Home::new(), Service::start(vec![("/search?q=", entry)]));
    let street = ["scrape", "Aleksanterinkatu 1 B 5", "--category", "restaurant", "--max", "2"];
    let without = home.run(&street);
    assert_eq!(without.status, 2, "{without:?}");
    let with: Vec<&str> =
        street.iter().copied().chain(["--nominatim-url", &service.url, "--contact-url", CONTACT]).collect();
    let ran = home.run(&with);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stdout.contains("2 found") && ran.stderr.contains("ODbL 1.0"), "{ran:?}");
    assert_eq!(service.asked().len(), 1);
}
