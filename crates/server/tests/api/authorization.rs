//! Who may call what: every endpoint that the contract declares, with everything that a request can prove itself with.
//! An endpoint that is added is tested by itself, and fails until its role is the rule's or stands among the exceptions.

use axum::http::Method;
use contract::endpoints::{Visitor as Visiting, visit};
use contract::{Endpoint, Role};
use serde_json::json;
use server::Access;

use crate::support::TestApp;
use crate::support::guarded::{Guarded, PASSWORD, Visitor, browser, nobody, program};
use crate::support::listed::{Listed, endpoints};

/// Endpoints that are neither a GET for whoever reads nor a write for members, each with its reason.
const OTHERWISE: [(&str, Option<Role>); 19] = [
    // Whoever comes to sign in, or out, is nobody yet, or no more.
    ("Setup", None),
    ("Login", None),
    ("Logout", None),
    // One's own account is one's own, whatever one's role.
    ("ChangePassword", Some(Role::Viewer)),
    ("RevokeSession", Some(Role::Viewer)),
    ("RevokeOtherSessions", Some(Role::Viewer)),
    ("CreateToken", Some(Role::Viewer)),
    ("RevokeToken", Some(Role::Viewer)),
    // So are one's saved views, and how one's pages are laid out: they change no lead.
    ("UpdateAppearance", Some(Role::Viewer)),
    ("CreateView", Some(Role::Viewer)),
    ("UpdateView", Some(Role::Viewer)),
    ("DeleteView", Some(Role::Viewer)),
    // Who may come in is for admins, and so is the list of who may.
    ("ListUsers", Some(Role::Admin)),
    ("CreateUser", Some(Role::Admin)),
    ("UpdateUser", Some(Role::Admin)),
    ("DeleteUser", Some(Role::Admin)),
    // What is deleted for good, and what may be stored again, is theirs too.
    ("ListSuppressions", Some(Role::Admin)),
    ("AddSuppression", Some(Role::Admin)),
    ("RemoveSuppression", Some(Role::Admin)),
];

#[derive(Default)]
struct Roles(Vec<(&'static str, Method, Option<Role>)>);

impl Visiting for Roles {
    fn endpoint<E: Endpoint>(&mut self) {
        self.0.push((E::NAME, E::METHOD.as_str().parse().unwrap(), E::ROLE));
    }
}

#[test]
fn an_endpoint_has_the_role_of_the_rule_or_a_reason() {
    let mut roles = Roles::default();
    visit(&mut roles);
    for (name, method, role) in &roles.0 {
        let rule = if method == Method::GET { Role::Viewer } else { Role::Member };
        let exception = OTHERWISE.iter().find(|(other, _)| other == name).map(|(_, role)| *role);
        assert_eq!(*role, exception.unwrap_or(Some(rule)), "{name}");
    }
    for (name, _) in OTHERWISE {
        assert!(roles.0.iter().any(|(known, ..)| *known == name), "{name} is no endpoint any more");
    }
}

/// What a request of `who` to every endpoint is answered, by status and whether it was asked who it is.
async fn answers(app: &Guarded, who: &Visitor) -> Vec<(Listed, u16, bool)> {
    let mut answers = Vec::new();
    for endpoint in endpoints() {
        let answer = app.ask(who, endpoint.method.clone(), &endpoint.path, None).await;
        let challenged = answer.header("www-authenticate").is_some();
        answers.push((endpoint, answer.status.as_u16(), challenged));
    }
    answers
}

fn told(answers: &[(Listed, u16, bool)], status: u16) -> Vec<&'static str> {
    let told = answers.iter().filter(|(_, found, _)| *found == status);
    told.map(|(endpoint, ..)| endpoint.name).collect()
}

fn named(which: impl Fn(&Listed) -> bool) -> Vec<&'static str> {
    endpoints().iter().filter(|endpoint| which(endpoint)).map(|endpoint| endpoint.name).collect()
}

#[tokio::test]
async fn without_credentials_every_endpoint_but_those_for_anyone_is_closed() {
    let app = Guarded::new().await;
    let closed = named(|endpoint| endpoint.role.is_some());
    for who in [
        nobody(),
        Visitor("cookie", "letip=made-up".to_owned()),
        Visitor("cookie", "__Host-letip=of-another-kind".to_owned()),
        Visitor("cookie", format!("session={}", app.admin.1)),
    ] {
        let answers = answers(&app, &who).await;
        assert_eq!(told(&answers, 401), closed, "{who:?}");
        assert!(answers.iter().all(|(_, status, challenged)| (*status == 401) == *challenged), "{who:?}");
    }
}

/// A cookie that has ended is nobody's; a token that is none is refused wherever it is sent.
#[tokio::test]
async fn credentials_that_have_ended_open_nothing() {
    let app = Guarded::new().await;
    let (id, disabled) = app.person("gone@example.org", Role::Admin).await;
    let of_disabled = app.token(&disabled, Role::Admin).await;
    let signed_out = browser(&app.login("root@example.org", PASSWORD).await);
    app.post(&signed_out, "/api/auth/logout", json!({})).await;
    let revoked = app.token(&app.admin, Role::Admin).await;
    let tokens = app.get(&app.admin, "/api/auth/tokens").await.json();
    let token = tokens[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(app.delete(&app.admin, &format!("/api/auth/tokens/{token}")).await.status.as_u16(), 204);
    let disable = Some(json!({ "disabled": true }));
    let done = app.ask(&app.admin, Method::PATCH, &format!("/api/users/{id}"), disable).await;
    assert_eq!(done.status.as_u16(), 200);

    let closed = named(|endpoint| endpoint.role.is_some());
    for who in [signed_out, disabled] {
        assert_eq!(told(&answers(&app, &who).await, 401), closed, "{who:?}");
    }
    let all = named(|_| true);
    let basic = Visitor("authorization", "Basic cm9vdEBleGFtcGxlLm9yZzpub25l".to_owned());
    for who in [revoked, of_disabled, program("no such token"), program(""), basic] {
        assert_eq!(told(&answers(&app, &who).await, 401), all, "{who:?}");
    }
}

#[tokio::test]
async fn a_lower_role_is_refused_and_its_own_is_let_through() {
    let app = Guarded::new().await;
    let (_, viewer) = app.person("vi@example.org", Role::Viewer).await;
    let (_, member) = app.person("me@example.org", Role::Member).await;
    let weak = app.token(&app.admin, Role::Viewer).await;
    let middling = app.token(&app.admin, Role::Member).await;
    let strong = app.token(&app.admin, Role::Admin).await;
    // Of one's own account, a token of a lower role changes nothing.
    let account = ["RevokeSession", "RevokeOtherSessions", "RevokeToken"];
    for (who, role) in [
        (&viewer, Role::Viewer),
        (&member, Role::Member),
        (&app.admin, Role::Admin),
        // Behind the sessions: one of their calls ends those of their person.
        (&weak, Role::Viewer),
        (&middling, Role::Member),
        (&strong, Role::Admin),
    ] {
        let mut refused = Vec::new();
        // Those for anyone sign in and out: nothing is to be refused, and who has signed out is no one any more.
        for endpoint in endpoints().into_iter().filter(|endpoint| endpoint.role.is_some()) {
            let answer = app.ask(who, endpoint.method.clone(), &endpoint.path, None).await;
            let status = answer.status.as_u16();
            assert!(!matches!(status, 401 | 500), "{role} {}: {}", endpoint.name, answer.text());
            if status == 403 {
                refused.push(endpoint.name);
            }
        }
        let closed = |name| who.0 == "authorization" && role < Role::Admin && account.contains(&name);
        let expected = named(|endpoint| endpoint.role > Some(role) || closed(endpoint.name));
        assert_eq!(refused, expected, "{role} {who:?}");
    }
}

#[tokio::test]
async fn a_server_that_asks_nobody_to_sign_in_gives_everybody_its_role_and_no_more() {
    let app = TestApp::with(|config| config.access = Access::Open(Role::Viewer)).await;
    for endpoint in endpoints() {
        let answer = app.call(endpoint.method.clone(), &endpoint.path).await;
        assert_eq!(answer.status.as_u16() == 403, endpoint.role > Some(Role::Viewer), "{}", endpoint.name);
    }
}

/// Every path that a page's form is sent to, as the router has it.
pub(crate) fn forms() -> Vec<String> {
    let source = include_str!("../../src/pages.rs");
    let routes = source.lines().filter(|line| line.contains(".route(") && line.contains("post("));
    let path = |line: &str| line.split('"').nth(1).unwrap().to_owned();
    routes
        .map(path)
        .map(|path| path.replace("{id}", "1").replace("{contact}", "1").replace("{other}", "2"))
        .collect()
}

#[tokio::test]
async fn a_form_of_nobody_leads_to_signing_in_and_changes_nothing() {
    let app = Guarded::new().await;
    let forms = forms();
    assert!(forms.len() > 20, "{forms:?}");
    let ended = browser(&app.login("root@example.org", PASSWORD).await);
    app.post(&ended, "/api/auth/logout", json!({})).await;
    for path in forms.iter().filter(|path| !["/sign-in", "/setup", "/sign-out"].contains(&path.as_str())) {
        for who in [&nobody(), &ended] {
            let answer = app.submit(who, path, "name=x&query=x&location=Helsinki&version=1").await;
            let location = answer.header("location").unwrap_or_default();
            let turned_away = answer.status.as_u16() == 303 && location.starts_with("/sign-in");
            assert!(turned_away, "{path}: {} {location} {}", answer.status, answer.text());
        }
    }
    assert_eq!(app.app.events_since(0).await, Vec::<String>::new());
}
