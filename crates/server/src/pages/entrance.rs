//! Signing in, making the first account and signing out: plain forms that need no script.
//!
//! Each is a call of the API; the page shows what came of it. They stand apart from the application, so that nobody
//! who has not signed in is sent any of it.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use client::Response as ApiResponse;
use contract::Problem;
use contract::auth::{LoginRequest, MIN_PASSWORD, SetupRequest};
use contract::endpoints::{Login, Logout, Setup};
use contract::{Endpoint, FieldError};
use serde::{Deserialize, Serialize};

use super::{call, nonce, problem_of, read_form};
use crate::app::App;
use crate::assets;
use crate::auth::Visitor;
use crate::middleware::headers::Nonce;
use crate::problem::{ApiProblem, escape};

pub(crate) const SIGN_IN: &str = "/sign-in";
pub(crate) const SETUP: &str = "/setup";

/// The form of [`SIGN_IN`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct SignIn {
    email: String,
    password: String,
    /// Where to go then.
    r#return: String,
}

/// The form of [`SETUP`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct FirstAccount {
    token: String,
    email: String,
    name: String,
    password: String,
}

/// Sends somebody who has not signed in to where they can, and back to `path` afterwards.
pub(super) fn turn_away(path: &str) -> Response {
    let back = form_urlencoded::byte_serialize(path.as_bytes()).collect::<String>();
    let target = if path == "/" { SIGN_IN.to_owned() } else { format!("{SIGN_IN}?return={back}") };
    Redirect::to(&target).into_response()
}

pub(super) async fn sign_in_page(State(app): State<App>, request: Request) -> Response {
    let (form, nonce): (SignIn, _) = (read_query(&request), nonce(&request));
    if Visitor::of(&request).identity.0.is_some() {
        return Redirect::to(local(&form.r#return)).into_response();
    }
    match app.store().has_users().await {
        Ok(true) => sign_in_document(&form, None, nonce),
        Ok(false) => document("First account", NO_ACCOUNT_YET, StatusCode::OK, nonce),
        Err(error) => ApiProblem::from(error).into_response(),
    }
}

const NO_ACCOUNT_YET: &str = "<p>Nobody has an account here yet. The server printed a link when it started: open it to \
    make the first one. The link is good for a day; starting the server again prints a new one.</p>";

pub(super) async fn sign_in(State(app): State<App>, request: Request) -> Response {
    let (visitor, nonce) = (Visitor::of(&request), nonce(&request));
    let form: SignIn = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let login = LoginRequest { email: form.email.clone(), password: form.password.clone() };
    let answer = post(&app, &visitor, Login::PATH, &login).await;
    if answer.status == Login::SUCCESS {
        return with_cookies(Redirect::to(local(&form.r#return)).into_response(), &answer);
    }
    sign_in_document(&form, Some(&problem_of(&answer)), nonce)
}

pub(super) async fn setup_page(State(app): State<App>, request: Request) -> Response {
    let (form, nonce): (FirstAccount, _) = (read_query(&request), nonce(&request));
    match app.store().has_users().await {
        Ok(false) => setup_document(&form, None, nonce),
        Ok(true) => Redirect::to(SIGN_IN).into_response(),
        Err(error) => ApiProblem::from(error).into_response(),
    }
}

pub(super) async fn setup(State(app): State<App>, request: Request) -> Response {
    let (visitor, nonce) = (Visitor::of(&request), nonce(&request));
    let form: FirstAccount = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let FirstAccount { token, email, name, password } = form.clone();
    let answer = post(&app, &visitor, Setup::PATH, &SetupRequest { token, email, name, password }).await;
    if answer.status == Setup::SUCCESS {
        return with_cookies(Redirect::to("/").into_response(), &answer);
    }
    setup_document(&form, Some(&problem_of(&answer)), nonce)
}

pub(super) async fn sign_out(State(app): State<App>, request: Request) -> Response {
    let answer = call(&app, &Visitor::of(&request), Logout::PATH, None, None).await;
    with_cookies(Redirect::to(SIGN_IN).into_response(), &answer)
}

async fn post(app: &App, visitor: &Visitor, path: &str, body: &impl Serialize) -> ApiResponse {
    call(app, visitor, path, serde_json::to_vec(body).ok(), None).await
}

fn with_cookies(mut response: Response, answer: &ApiResponse) -> Response {
    for (name, value) in &answer.headers {
        if name == header::SET_COOKIE.as_str()
            && let Ok(value) = HeaderValue::try_from(value)
        {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

/// What stands in the address; what cannot be read is left out.
fn read_query<T: for<'de> Deserialize<'de> + Default>(request: &Request) -> T {
    serde_urlencoded::from_str(request.uri().query().unwrap_or_default()).unwrap_or_default()
}

/// A path of this server: whoever made the link cannot send people elsewhere, nor to what no header can name.
fn local(path: &str) -> &str {
    let is_strange = |c: char| c == '\\' || c.is_control();
    let leads_away = !path.starts_with('/') || path.starts_with("//") || path.contains(is_strange);
    if leads_away { "/" } else { path }
}

fn sign_in_document(form: &SignIn, problem: Option<&Problem>, nonce: Option<Nonce>) -> Response {
    let body = format!(
        "{}<form class=\"form\" method=\"post\" action=\"{SIGN_IN}\">{}{}\
         <input type=\"hidden\" name=\"return\" value=\"{}\">{}</form>",
        refusal(problem),
        field(&EMAIL, &form.email, problem),
        field(&PASSWORD, "", problem),
        escape(local(&form.r#return)),
        button("Sign in"),
    );
    document("Sign in", &body, status_of(problem), nonce)
}

fn setup_document(form: &FirstAccount, problem: Option<&Problem>, nonce: Option<Nonce>) -> Response {
    let body = format!(
        "<p>This account will be an admin's: it can make accounts for others.</p>{}\
         <form class=\"form\" method=\"post\" action=\"{SETUP}\">{}{}{}\
         <input type=\"hidden\" name=\"token\" value=\"{}\">{}</form>",
        refusal(problem),
        field(&NAME, &form.name, problem),
        field(&EMAIL, &form.email, problem),
        field(&NEW_PASSWORD, "", problem),
        escape(&form.token),
        button("Make the account"),
    );
    document("First account", &body, status_of(problem), nonce)
}

fn status_of(problem: Option<&Problem>) -> StatusCode {
    problem.and_then(|problem| StatusCode::from_u16(problem.status).ok()).unwrap_or(StatusCode::OK)
}

/// A field of the forms.
struct Field {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    hint: &'static str,
}

const NAME: Field =
    Field { name: "name", label: "Your name", kind: "text", autocomplete: "name", hint: "What others see." };
const EMAIL: Field =
    Field { name: "email", label: "E-mail address", kind: "email", autocomplete: "username", hint: "" };
const PASSWORD: Field = Field {
    name: "password",
    label: "Password",
    kind: "password",
    autocomplete: "current-password",
    hint: "",
};
const NEW_PASSWORD: Field = Field {
    name: "password",
    label: "Password",
    kind: "password",
    autocomplete: "new-password",
    hint: "At least 12 characters; a short sentence is a good one.",
};
const _: () = assert!(MIN_PASSWORD == 12, "the hint says how long a password is");

fn field(field: &Field, value: &str, problem: Option<&Problem>) -> String {
    let Field { name, label, kind, autocomplete, hint } = field;
    let wrong = problem.and_then(|problem| problem.errors.iter().find(|error| error.field == *name));
    let (state, error) = match wrong {
        Some(FieldError { message, .. }) => (
            format!(" aria-invalid=\"true\" aria-describedby=\"{name}-error {name}-hint\""),
            format!("<p class=\"field__error\" id=\"{name}-error\">{}</p>", escape(&sentence(message))),
        ),
        None => (format!(" aria-describedby=\"{name}-hint\""), String::new()),
    };
    format!(
        "<div class=\"field\"><label class=\"field__label\" for=\"{name}\">{label}</label>\
         <input class=\"input\" id=\"{name}\" name=\"{name}\" type=\"{kind}\" autocomplete=\"{autocomplete}\" \
         value=\"{}\" required{state}><p class=\"field__hint\" id=\"{name}-hint\">{hint}</p>{error}</div>",
        escape(value),
    )
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect::<String>() + ".")
}

/// What went wrong beyond single fields.
fn refusal(problem: Option<&Problem>) -> String {
    let told = problem.filter(|problem| problem.errors.is_empty());
    told.map_or_else(String::new, |problem| {
        format!("<p class=\"form__error\" role=\"alert\">{}</p>", escape(&sentence(&problem.detail)))
    })
}

fn button(text: &str) -> String {
    format!("<button class=\"btn btn--primary\" type=\"submit\">{text}</button>")
}

/// Whose page it is.
const BRAND: &str = "<p class=\"brand\"><svg class=\"brand__mark\" viewBox=\"0 0 24 24\" width=\"24\" height=\"24\" \
    aria-hidden=\"true\"><rect width=\"24\" height=\"24\" rx=\"6\"></rect><path d=\"M8 6v9.5a2 2 0 0 0 2 2h6M12.5 \
    6v6.5h4\"></path></svg><span>Le Tip</span></p>";

/// The document; its one script is the appearance that was chosen.
fn document(title: &str, body: &str, status: StatusCode, nonce: Option<Nonce>) -> Response {
    let theme = nonce.map_or_else(String::new, |nonce| {
        format!("<script nonce=\"{nonce}\">{}</script>", dashboard::THEME_SCRIPT)
    });
    let links = assets::entry().map_or_else(String::new, |entry| {
        let style = |path: &str| format!("<link rel=\"stylesheet\" href=\"{}\">", escape(path));
        let icon = escape(entry.icon);
        let icon = format!("<link rel=\"icon\" href=\"{icon}\" type=\"image/svg+xml\">");
        [style(entry.css), style(entry.forms), icon].concat()
    });
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1, viewport-fit=cover\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · Le Tip</title>{theme}{links}</head>\
         <body><main class=\"entrance\">{BRAND}<h1>{title}</h1>{body}</main></body></html>"
    );
    (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for (given, expect) in [
            ("/leads?city=Espoo", "/leads?city=Espoo"),
            ("", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("/\0", "/"),
            ("/\u{7f}", "/"),
        ] {
            assert_eq!(local(given), expect, "{given}");
        }
    }

    #[test]
    fn what_was_typed_cannot_leave_its_field() {
        let html = field(&EMAIL, "\"><script>alert(1)</script>", None);
        assert!(!html.contains("<script>"), "{html}");
    }
}
