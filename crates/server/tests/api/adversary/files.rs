//! Path traversal: names that lead out of where files are.

use contract::Role;

use crate::support::TestApp;
use crate::support::guarded::Guarded;

/// What every path below would find, were it followed.
const INSIDE: [&str; 4] = ["[package]", "root:", "SQLite format", "[workspace"];

const OUT: [&str; 12] = [
    "../Cargo.toml",
    "../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "%252e%252e%252fetc%252fpasswd",
    "..%5c..%5cetc%5cpasswd",
    "....//....//etc/passwd",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "etc/passwd%00.js",
    "..;/..;/etc/passwd",
    "%c0%ae%c0%ae/etc/passwd",
];

#[tokio::test]
async fn no_path_leads_out_of_the_files_that_are_served() {
    let app = TestApp::new().await;
    for folder in ["/assets/", "/assets/../", "/", "/import/", "/api/docs/", "/problems/"] {
        for out in OUT {
            let path = format!("{folder}{out}");
            let answer = app.get(&path).await;
            let found = String::from_utf8_lossy(&answer.bytes).into_owned();
            assert!(!INSIDE.iter().any(|inside| found.contains(inside)), "{path}: {found}");
            if folder == "/assets/" {
                assert_eq!(answer.status.as_u16(), 404, "{path}: {found}");
            }
            assert_ne!(answer.status.as_u16(), 500, "{path}: {found}");
        }
    }
}

/// A file that waits for its import is named by its person and a random id: no name reaches another.
#[tokio::test]
async fn no_name_of_an_upload_reaches_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = folder.path().join("uploads");
    std::fs::create_dir(&uploads).unwrap();
    std::fs::write(folder.path().join("secret.csv"), "name\nSecret\n").unwrap();
    let app = Guarded::with(move |config| config.uploads = uploads).await;
    let (_, member) = app.person("me@example.org", Role::Member).await;
    for id in ["019f0000-0000-7000-8000-000000000001", "..%2fsecret", "secret", "waiting-anyone-1"] {
        for name in
            ["../secret.csv", "..%2F..%2Fsecret.csv", "%2Fetc%2Fpasswd", "x.csv%00.parquet", "secret.csv"]
        {
            let path = format!("/import/{id}?name={name}");
            for answer in [app.get(&member, &path).await, app.submit(&member, &path, "").await] {
                let text = String::from_utf8_lossy(&answer.bytes).into_owned();
                assert_eq!(answer.status.as_u16(), 404, "{path}: {text}");
                assert!(!text.contains("Secret") && !text.contains("root:"), "{path}");
            }
        }
    }
    assert!(folder.path().join("secret.csv").exists(), "it is still there");
}
