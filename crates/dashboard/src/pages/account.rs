//! One's own account: who one is, the password, where one is signed in, and tokens for programs.

use contract::auth::{ApiToken, ApiTokenCreated, Session, User};
use contract::{Problem, Role};
use markup::{Node, view};

use crate::components::field::FieldText;
use crate::components::form::{Input, Refusal, button_form, notice};
use crate::components::icon::{Icon, icon};
use crate::components::panel::{empty, page_head, panel};
use crate::content::{AccountContent, AccountOutcome, TokenForm, role_label, roles};
use crate::{clock, format, routes, user_agent};

const CURRENT: FieldText = FieldText { name: "current", label: "Current password", hint: "" };
const NEW: FieldText = FieldText {
    name: "new",
    label: "New password",
    hint: "At least 12 characters; a short sentence is a good one. Everywhere else you are signed out.",
};
const NAME: FieldText = FieldText { name: "name", label: "Name", hint: "What the token is for." };
const ROLE: FieldText = FieldText { name: "role", label: "May do", hint: "At most what you may." };
const DAYS: FieldText = FieldText { name: "expiresInDays", label: "Days until it ends", hint: "1 to 730." };
const DEFAULT_DAYS: &str = "90";

/// The page.
pub(crate) fn account_page(content: &AccountContent) -> Node {
    let Some(user) = &content.me.user else { return nobody() };
    let (made, failed) = match &content.outcome {
        Some(AccountOutcome::TokenMade(made)) => (Some(made), None),
        Some(AccountOutcome::Failed(problem)) => (None, Some(problem)),
        _ => (None, None),
    };
    view! {
        {page_head(|| "Account".to_owned(), button_form("/sign-out".to_owned(), "btn", "Sign out", ""))}
        {content.done.map(|done| notice(done.told()))}
        {Refusal(failed).line()}
        {made.map(|made| secret(made))}
        <div class="columns columns--forms">
            <div class="stack">
                {panel("you", "You", Node::nothing(), person(user, content.me.role))}
                {panel("password", "Password", Node::nothing(), password(user, content.outcome.as_ref()))}
            </div>
            <div class="stack">
                {panel("sessions", "Where you are signed in", Node::nothing(), sessions(&content.sessions))}
                {panel("tokens", "API tokens", Node::nothing(), tokens(content))}
            </div>
        </div>
    }
}

/// On a server that asks nobody to sign in.
fn nobody() -> Node {
    view! {
        {page_head(|| "Account".to_owned(), Node::nothing())}
        {empty(
            Icon::Person,
            "There are no accounts here",
            "This server asks nobody to sign in: whoever reaches it may use it. Started without --no-sign-in, it gives each person an account.",
            view! {
                <a class="btn" href=routes::SETTINGS>"Settings"</a>
                <a class="btn" href="/suppression">"Suppression list"</a>
            },
        )}
    }
}

fn person(user: &User, role: Role) -> Node {
    let fact = |name: &'static str, value: Node| {
        view! { <div class="fact"><dt>{name}</dt><dd>{value}</dd></div> }
    };
    let text = |text: &str| view! { {text.to_owned()} };
    let users = (role == Role::Admin).then(|| {
        view! { <a href="/users">"Accounts of others"</a>" "<a href="/suppression">"Suppression list"</a> }
    });
    view! {
        <dl class="facts">
            {fact("Name", text(&user.name))}
            {fact("E-mail address", text(&user.email))}
            {fact("Role", text(role_label(role)))}
            {fact("Account since", text(&format::date(user.created_at)))}
        </dl>
        <p class="panel__foot"><a href=routes::SETTINGS>"Settings"</a>" "{users}</p>
    }
}

fn password(user: &User, outcome: Option<&AccountOutcome>) -> Node {
    let refusal = match outcome {
        Some(AccountOutcome::PasswordRefused(problem)) => Refusal(Some(problem)),
        _ => Refusal::default(),
    };
    // The address is there for password managers.
    view! {
        <form class="form" method="post" action="/account/password" novalidate aria-labelledby="password-title">
            {refusal.line()}
            <input type="hidden" name="username" autocomplete="username" value=user.email.clone()/>
            {refusal.input(CURRENT, Input::CurrentPassword, "")}
            {refusal.input(NEW, Input::NewPassword, "")}
            <div class="form__actions">
                <button type="submit" class="btn btn--primary">"Change the password"</button>
            </div>
        </form>
    }
}

fn sessions(sessions: &[Session]) -> Node {
    let others = sessions.iter().filter(|session| !session.current).count();
    let all = (others > 1).then(|| {
        view! {
            <div class="panel__foot">
                {button_form("/account/sessions/revoke".to_owned(), "btn", "Sign out everywhere else", "")}
            </div>
        }
    });
    view! {
        <ul class="list">{sessions.iter().map(session).collect::<Node>()}</ul>
        {all}
    }
}

fn session(session: &Session) -> Node {
    let name = user_agent::name(session.user_agent.as_deref());
    let end = if session.current {
        view! { <span class="tag">"This browser"</span> }
    } else {
        let about = format!("{name}, signed in {}", format::date_time(session.created_at));
        button_form(format!("/account/sessions/{}/revoke", session.id), "btn", "Sign out", &about)
    };
    view! {
        <li class="entry">
            <div class="entry__body">
                <p class="entry__name" title=session.user_agent.clone()>{name}</p>
                <p class="entry__meta">
                    <span>"used "{clock::time(session.last_seen_at)}</span>
                    <span>"signed in "{clock::time(session.created_at)}</span>
                    <span>{format!("ends {}", format::date(session.expires_at))}</span>
                </p>
            </div>
            {end}
        </li>
    }
}

/// A secret is in this document and in no other.
fn secret(made: &ApiTokenCreated) -> Node {
    let ApiTokenCreated { token, secret } = made;
    let how =
        "Copy it now: it is shown this once. A program sends it as Authorization: Bearer and the token.";
    view! {
        <section class="panel panel--secret" aria-labelledby="secret-title">
            <header class="panel__head"><h2 id="secret-title">{format!("Your new token, {}", token.name)}</h2></header>
            <div class="field">
                <label class="field__label" for="secret">"Token"</label>
                <input class="input input--code" id="secret" readonly autofocus autocomplete="off" spellcheck="false"
                    value=secret.clone() aria-describedby="secret-hint"/>
                <p class="field__hint" id="secret-hint">{how}</p>
            </div>
            <p class="panel__foot"><a class="btn" href="/account">{icon(Icon::Check)}<span>"I have copied it"</span></a></p>
        </section>
    }
}

fn tokens(content: &AccountContent) -> Node {
    let list = if content.tokens.is_empty() {
        view! { <p class="muted">"Programs sign in with a token. There is none yet."</p> }
    } else {
        view! { <ul class="list">{content.tokens.iter().map(token).collect::<Node>()}</ul> }
    };
    let (typed, problem): (TokenForm, Option<&Problem>) = match &content.outcome {
        Some(AccountOutcome::TokenRefused(form, problem)) => (form.clone(), Some(problem)),
        _ => (TokenForm { expires_in_days: DEFAULT_DAYS.to_owned(), ..TokenForm::default() }, None),
    };
    let is_open = problem.is_some() || content.tokens.is_empty();
    view! {
        {list}
        <details class="more" open=is_open>
            <summary>"New token"</summary>
            {token_form(&typed, content.me.role, Refusal(problem))}
        </details>
    }
}

fn token(token: &ApiToken) -> Node {
    let used = match token.last_used_at {
        Some(at) => view! { <span>"used "{clock::time(at)}</span> },
        None => view! { <span>"not used yet"</span> },
    };
    view! {
        <li class="entry">
            <div class="entry__body">
                <p class="entry__name">{token.name.clone()}" "<span class="tag">{format::label(token.role.as_str())}</span></p>
                <p class="entry__meta">
                    {used}
                    <span>"made "{clock::time(token.created_at)}</span>
                    <span>{format!("ends {}", format::date(token.expires_at))}</span>
                </p>
            </div>
            {button_form(format!("/account/tokens/{}/revoke", token.id), "btn", "Revoke", &token.name)}
        </li>
    }
}

fn token_form(typed: &TokenForm, most: Role, refusal: Refusal<'_>) -> Node {
    view! {
        <form class="form" method="post" action="/account/tokens" novalidate aria-label="New token">
            {refusal.line()}
            {refusal.input(NAME, Input::Text, &typed.name)}
            <div class="form__pair">
                {refusal.select(ROLE, roles(most), &typed.role)}
                {refusal.input(DAYS, Input::Number, &typed.expires_in_days)}
            </div>
            <div class="form__actions">
                <button type="submit" class="btn btn--primary">"Make the token"</button>
            </div>
        </form>
    }
}
