//! `letip users`.

use std::io::Write;
use std::process::Stdio;

use crate::support::*;

/// Runs the command with a line on its stdin.
fn with_password(home: &Home, args: &[&str], password: &str) -> (i32, String) {
    let mut command = home.command(args);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code().unwrap(), text)
}

#[test]
fn accounts_are_made_listed_and_removed() {
    let home = Home::new();
    assert!(home.run(&["users"]).stdout.contains("nobody has an account"));
    let add = ["users", "add", "Ada@example.org", "--name", "Ada", "--role", "admin"];
    let (status, text) = with_password(&home, &add, "a short sentence");
    assert_eq!(status, 0, "{text}");
    let (status, text) = with_password(&home, &add, "a short sentence");
    assert!(status == 1 && text.contains("has an account already"), "{status} {text}");
    let (status, text) = with_password(&home, &["users", "add", "eve@example.org"], "a short sentence");
    assert_eq!(status, 0, "{text}");
    let users = home.json(&["users", "--json"]);
    let listed: Vec<_> = users
        .as_array()
        .unwrap()
        .iter()
        .map(|user| (user["email"].as_str(), user["role"].as_str()))
        .collect();
    let expected = [("ada@example.org", "admin"), ("eve@example.org", "member")];
    assert_eq!(listed, expected.map(|(email, role)| (Some(email), Some(role))));
    assert!(home.run(&["users", "remove", "ada@example.org"]).stderr.contains("last admin"));
    assert_eq!(home.run(&["users", "remove", "EVE@example.org"]).status, 0);
    assert_eq!(home.json(&["users", "--json"]).as_array().unwrap().len(), 1);
}

#[test]
fn bad_input_is_told_with_what_to_do() {
    let home = Home::new();
    let (status, text) = with_password(&home, &["users", "add", "ada"], "short");
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("email: ") && text.contains("password: "), "{text}");
    let (status, text) = with_password(&home, &["users", "password", "ada@example.org"], "a short sentence");
    assert!(status == 2 && text.contains("letip users lists"), "{status} {text}");
    assert_eq!(with_password(&home, &["users", "add", "a@example.org", "--role", "king"], "x").0, 2);
}
