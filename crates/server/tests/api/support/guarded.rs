//! A server that people sign in to.

use axum::body::Body;
use axum::http::{Method, Request, header};
use contract::Role;
use serde_json::{Value, json};
use server::{Access, ServerConfig, setup_path};
use store::test_support::TestStore;

use super::{Answer, TestApp};

pub(crate) const PASSWORD: &str = "a short sentence";

/// A server that people sign in to, with an admin.
pub(crate) struct Guarded {
    pub(crate) app: TestApp,
    pub(crate) admin: Visitor,
}

/// What a browser or a program sends along.
#[derive(Clone, Debug)]
pub(crate) struct Visitor(pub(crate) &'static str, pub(crate) String);

pub(crate) fn nobody() -> Visitor {
    Visitor("x-nobody", String::new())
}

pub(crate) fn program(secret: &str) -> Visitor {
    Visitor("authorization", format!("Bearer {secret}"))
}

/// The browser after an answer that set a cookie.
pub(crate) fn browser(answer: &Answer) -> Visitor {
    let cookie = answer.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {}", answer.text()));
    Visitor("cookie", cookie.split(';').next().unwrap().to_owned())
}

impl Guarded {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut ServerConfig)) -> Self {
        Self::on(store::test_support::sqlite().await, change).await
    }

    /// The same on a database of the test's choice.
    pub(crate) async fn on(db: TestStore, change: impl FnOnce(&mut ServerConfig)) -> Self {
        let app = TestApp::on(db, |config| {
            config.access = Access::SignedIn { tls: false };
            change(config);
        });
        let path = setup_path(app.store()).await.unwrap().unwrap();
        let token = path.split_once("token=").unwrap().1;
        let body =
            json!({ "token": token, "email": "Root@example.org", "name": "Root", "password": PASSWORD });
        let answer = app.post("/api/auth/setup", body).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
        let admin = browser(&answer);
        Self { app, admin }
    }

    pub(crate) async fn ask(&self, who: &Visitor, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:3030");
        request = request.header(who.0, &who.1);
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.app.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn get(&self, who: &Visitor, path: &str) -> Answer {
        self.ask(who, Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, who: &Visitor, path: &str, body: Value) -> Answer {
        self.ask(who, Method::POST, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, who: &Visitor, path: &str) -> Answer {
        self.ask(who, Method::DELETE, path, None).await
    }

    pub(crate) async fn login(&self, email: &str, password: &str) -> Answer {
        self.post(&nobody(), "/api/auth/login", json!({ "email": email, "password": password })).await
    }

    /// Makes an account and signs it in; answers its id and its browser.
    pub(crate) async fn person(&self, email: &str, role: Role) -> (String, Visitor) {
        let body = json!({ "email": email, "name": email, "role": role, "password": PASSWORD });
        let made = self.post(&self.admin, "/api/users", body).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text());
        (made.json()["id"].as_str().unwrap().to_owned(), browser(&self.login(email, PASSWORD).await))
    }

    pub(crate) async fn token(&self, who: &Visitor, role: Role) -> Visitor {
        let made = self.post(who, "/api/auth/tokens", json!({ "name": "reports", "role": role })).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text());
        program(made.json()["secret"].as_str().unwrap())
    }

    pub(crate) async fn status(&self, who: &Visitor, path: &str) -> u16 {
        self.get(who, path).await.status.as_u16()
    }

    /// Sends a form as a page without a script does.
    pub(crate) async fn submit(&self, who: &Visitor, path: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header(header::HOST, "localhost:3030")
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(who.0, &who.1);
        self.app.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }
}
