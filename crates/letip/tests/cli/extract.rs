//! `letip extract`.

use serde_json::Value;

use crate::support::Home;

const PAGE: &str = "<title>Acme</title><p>Acme Plumbing<br>12 Main Street<br>Freehold, NJ 07728</p>
    <p>Phone (732) 462-1198<br>Fax (732) 462-1199<br>info [at] acme [dot] com</p>
    <p>Jane Roe, Owner</p><p>Mon-Fri 9am-5pm</p><a href='https://www.facebook.com/acme'>f</a>";

fn lines(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_file_becomes_one_line_of_json() {
    let home = Home::new();
    home.file("contact.html", PAGE);
    let ran = home.run(&["extract", "contact.html", "--base-url", "https://www.acme.com/contact", "--json"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let found = &lines(&ran.stdout)[0];
    assert_eq!(found["input"], "contact.html");
    assert_eq!(found["emails"][0]["value"], "info@acme.com");
    assert_eq!(found["emails"][0]["method"], "writtenOut");
    assert!(found["emails"][0]["confidence"].as_f64().unwrap() > 0.5);
    assert!(found["emails"][0]["snippet"].as_str().unwrap().contains("[at]"));
    assert_eq!(found["phones"][0]["e164"], "+17324621198");
    assert_eq!(found["phones"][0]["national"], "(732) 462-1198");
    assert_eq!((&found["phones"][0]["kind"], &found["phones"][1]["kind"]), (&"phone".into(), &"fax".into()));
    let address = &found["addresses"][0];
    assert_eq!((&address["street"], &address["city"]), (&"12 Main Street".into(), &"Freehold".into()));
    assert_eq!((&address["state"], &address["postalCode"]), (&"NJ".into(), &"07728".into()));
    assert_eq!(
        (&found["people"][0]["name"], &found["people"][0]["role"]),
        (&"Jane Roe".into(), &"Owner".into())
    );
    assert_eq!(found["hours"]["value"], "Mo-Fr 09:00-17:00");
    assert_eq!(found["socials"]["facebook"], "https://www.facebook.com/acme");
}

#[test]
fn people_read_lines() {
    let home = Home::new();
    home.file("contact.html", PAGE);
    let ran = home.run(&["extract", "contact.html"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    for expect in
        ["info@acme.com", "(732) 462-1198", "12 Main Street, Freehold, NJ, 07728", "Jane Roe, Owner"]
    {
        assert!(ran.stdout.contains(expect), "{expect}: {}", ran.stdout);
    }
}

#[test]
fn an_input_that_cannot_be_read_says_what_to_do_and_the_others_are_read() {
    let home = Home::new();
    home.file("contact.html", PAGE);
    home.file("menu.pdf", "%PDF-1.7");
    let ran = home.run(&["extract", "gone.html", "contact.html", "menu.pdf", "--json"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    let lines = lines(&ran.stdout);
    assert!(lines[0]["error"].as_str().unwrap().contains("give a file or an http(s) URL"), "{lines:?}");
    assert_eq!(lines[1]["emails"][0]["value"], "info@acme.com");
    assert!(lines[2]["error"].as_str().unwrap().contains("save the page as HTML"), "{lines:?}");
    assert!(ran.stderr.contains("2 of 3 inputs could not be read"), "{}", ran.stderr);
}

#[test]
fn wrong_usage_is_told_before_anything_is_read() {
    let home = Home::new();
    let check = |args: &[&str], expect: &str| {
        let ran = home.run(args);
        assert_eq!(ran.status, 2, "{args:?}: {ran:?}");
        assert!(ran.stderr.contains(expect), "{args:?}: {}", ran.stderr);
    };
    check(&["extract"], "FILE|URL");
    check(&["extract", "https://www.acme.example/"], "--contact-url");
    check(&["extract", "a.html", "--base-url", "acme"], "not a web address");
    check(&["extract", "a.html", "--country", "USA"], "two-letter");
}

#[test]
fn a_url_that_must_not_be_reached_is_refused() {
    let home = Home::new();
    let url = "http://169.254.169.254/latest/";
    let ran = home.run(&["extract", url, "--contact-url", "https://letip.example/about", "--json"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(lines(&ran.stdout)[0]["error"].as_str().unwrap().contains("not a public address"), "{ran:?}");
}
