//! `letip serve`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use crate::support::*;

/// A running server that asks nobody to sign in, and its address.
pub(crate) fn serve(home: &Home, args: &[&str]) -> (Running, String) {
    let mut line = vec!["serve", "--listen", "127.0.0.1:0", "--no-sign-in"];
    line.extend(args);
    let mut server = home.start(&line);
    let first = line_of(&mut server);
    let address = first.trim().rsplit("http://").next().unwrap().to_owned();
    (server, address)
}

/// The first line that it prints.
fn line_of(server: &mut Running) -> String {
    let mut line = String::new();
    BufReader::new(server.child().stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    line
}

/// Status line, head and body of the answer.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_says_where_it_listens_and_ends_gracefully() {
    for signal in ["INT", "TERM"] {
        let home = Home::new();
        let (mut server, address) = serve(&home, &[]);
        assert!(get(&address, "/livez").starts_with("HTTP/1.1 200"), "{address}");
        server.signal(signal);
        let ran = server.end();
        assert_eq!(ran.status, 0, "{signal}: {ran:?}");
    }
}

#[test]
fn a_taken_port_is_told_with_what_to_do() {
    let home = Home::new();
    let (_first, address) = serve(&home, &[]);
    let second = home.run(&["serve", "--listen", &address]);
    assert_eq!(second.status, 1, "{second:?}");
    let port = address.rsplit(':').next().unwrap();
    assert!(second.stderr.contains("error: port") && second.stderr.contains(port), "{second:?}");
    assert!(second.stderr.contains("is taken"), "{second:?}");
}

#[test]
fn listening_beyond_this_machine_needs_tls_and_signing_in() {
    let home = Home::new();
    // An address for documentation, which no machine has: the note comes, the listening fails.
    let ran = home.run(&["serve", "--listen", "192.0.2.1:0"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("note: 192.0.2.1:0") && ran.stderr.contains("TLS"), "{ran:?}");
    let open = home.run(&["serve", "--listen", "192.0.2.1:0", "--no-sign-in"]);
    assert_eq!(open.status, 2, "{open:?}");
    assert!(open.stderr.contains("have to sign in") && open.stderr.contains("127.0.0.1"), "{open:?}");
}

#[test]
fn the_first_account_is_made_with_the_link_that_is_printed() {
    let home = Home::new();
    let mut server = home.start(&["serve", "--listen", "127.0.0.1:0"]);
    let stdout = server.child().stdout.take().unwrap();
    let mut lines = BufReader::new(stdout).lines().map(Result::unwrap);
    let address = lines.next().unwrap().rsplit("http://").next().unwrap().to_owned();
    let link = lines.next().unwrap();
    let token = link.strip_prefix(&format!("first account: http://{address}/setup?token=")).unwrap();
    assert!(get(&address, "/api/businesses").starts_with("HTTP/1.1 401"));
    assert!(get(&address, "/").contains("location: /sign-in"));
    let body = format!(
        r#"{{"token":"{token}","email":"ada@example.org","name":"Ada","password":"a short sentence"}}"#
    );
    let answer = post(&address, "/api/auth/setup", &body);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("set-cookie: letip="), "{answer}");
    assert!(post(&address, "/api/auth/setup", &body).starts_with("HTTP/1.1 403"));
    server.signal("TERM");
    assert_eq!(server.end().status, 0);
    let mut again = home.start(&["serve", "--listen", "127.0.0.1:0"]);
    line_of(&mut again);
    again.signal("TERM");
    let ran = again.end();
    assert!(!ran.stdout.contains("first account"), "{ran:?}");
}

fn post(address: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn every_option_and_variable_that_the_settings_name_is_one_of_it() {
    let home = Home::new();
    let (_server, address) = serve(&home, &[]);
    let (page, help) = (get(&address, "/settings"), home.run(&["serve", "--help"]).stdout);
    let named: Vec<&str> = page
        .split("<code>")
        .skip(1)
        .filter_map(|rest| rest.split("</code>").next())
        .filter(|code| code.starts_with("--") || code.starts_with("LETIP_"))
        .collect();
    for name in ["--hunter-key", "LETIP_HUNTER_KEY", "--contact-url", "LETIP_CONTACT_URL"] {
        assert!(named.contains(&name), "{name} is not in {named:?}");
    }
    for name in named {
        let told = if name.starts_with("--") { format!("{name} <") } else { format!("{name}]") };
        assert!(help.contains(&told), "{told:?} is not in the help:\n{help}");
    }
}

#[test]
fn its_log_can_be_json_and_goes_to_stderr() {
    let home = Home::new();
    let (mut server, address) = serve(&home, &["--log", "json"]);
    get(&address, "/livez");
    server.signal("TERM");
    let ran = server.end();
    assert!(!ran.stderr.is_empty());
    for line in ran.stderr.lines().filter(|line| !line.starts_with("made the data folder")) {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(entry["level"].is_string() && entry["message"].is_string(), "{entry}");
    }
}

#[test]
fn a_scrape_beside_it_is_seen_by_it() {
    let home = Home::new();
    let (_server, address) = serve(&home, &[]);
    let outcome = home.json(&["scrape", CENTRE, "--category", "cafe", "--max", "20", "--json"]);
    let answer = get(&address, "/api/businesses?limit=1");
    let total = format!("\"total\":{}", number(&outcome, "saved"));
    assert!(answer.contains(&total), "{answer}");
}

#[test]
fn it_finishes_an_import_that_was_killed() {
    let home = Home::new();
    let file = home.file("many.csv", many_businesses(12_000));
    let import = home.start(&["import", text(&file), "--json"]);
    home.wait_for_job(|job| number(&job["counts"], "saved") > 0);
    import.kill_9();
    let (mut server, _) = serve(&home, &[]);
    let job = home.wait_for_job(|job| job["status"] == "completed");
    assert_eq!(number(&job["counts"], "saved"), 12_000, "{job}");
    server.signal("TERM");
    assert_eq!(server.end().status, 0);
    assert_eq!(home.exported().len(), 12_000);
}

const TILES: &str = "https://tiles.example.org/{z}/{x}/{y}.png";

#[test]
fn maps_have_tiles_where_options_or_variables_name_them() {
    let home = Home::new();
    let (_server, address) = serve(&home, &["--tiles-url", TILES, "--tiles-attribution", "Map © Example"]);
    let page = get(&address, "/leads?view=map");
    for part in [
        "img-src 'self' data: https://tiles.example.org;",
        "data-tiles=\"https://tiles.example.org/{z}/{x}/{y}.png\"",
        "data-tiles-credit=\"Map © Example\"",
        "data-tiles-zoom=\"19\"",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let plain = Home::new();
    let (_server, address) = serve(&plain, &[]);
    let page = get(&address, "/leads?view=map");
    assert!(page.contains("img-src 'self' data:;") && !page.contains("data-tiles"), "{page}");
}

#[test]
fn map_tiles_that_no_browser_could_use_are_refused_before_anything_is_made() {
    let check = |args: &[&str], told: &[&str]| {
        let home = Home::new();
        let ran = home.run(&[&["serve", "--listen", "127.0.0.1:0", "--no-sign-in"], args].concat());
        assert_eq!(ran.status, 2, "{args:?}: {ran:?}");
        for part in told {
            assert!(ran.stderr.contains(part), "{part:?} is not in {ran:?}");
        }
        assert!(!ran.stderr.contains("secret") && !home.data().exists(), "{ran:?}");
    };
    let with = |url| ["--tiles-url", url, "--tiles-attribution", "Map © Example"];
    check(&["--tiles-url", TILES], &["--tiles-attribution <TEXT>"]);
    check(&["--tiles-attribution", "Map © Example"], &["--tiles-url <URL>"]);
    check(&["--tiles-max-zoom", "12"], &["--tiles-url <URL>"]);
    check(
        &["--tiles-url", TILES, "--tiles-attribution", " "],
        &["error: the attribution of map tiles is empty"],
    );
    check(&with("https://tiles.example.org/{z}/{x}.png"), &["has no {y}", "{z}/{x}/{y}.png"]);
    check(&with("ftp://tiles.example.org/{z}/{x}/{y}.png"), &["neither http: nor https:"]);
    check(&with("https://ada:secret@tiles.example.org/{z}/{x}/{y}"), &["leave them out"]);
    check(&[&with(TILES)[..], &["--tiles-max-zoom", "24"]].concat(), &["24 is not in 0..=23"]);
}

#[test]
fn map_tiles_are_named_by_variables_too() {
    let home = Home::new();
    let serve = |url: &str| {
        let mut command = home.command(["serve", "--listen", "127.0.0.1:0", "--no-sign-in"]);
        command.env("LETIP_TILES_URL", url).env("LETIP_TILES_ATTRIBUTION", "Map © Example");
        command.env("LETIP_TILES_MAX_ZOOM", "9");
        command
    };
    let refused = serve("https://{s}.example.org/{z}/{x}/{y}.png").output().unwrap();
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(2) && told.contains("braces besides {z}, {x} and {y}"), "{told}");
    let mut server = Running::of(serve(TILES));
    let first = line_of(&mut server);
    let page = get(first.trim().rsplit("http://").next().unwrap(), "/leads");
    assert!(page.contains("data-tiles-zoom=\"9\""), "{page}");
}
