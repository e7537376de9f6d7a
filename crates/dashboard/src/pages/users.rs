//! Everybody's accounts, for admins.

use contract::Role;
use contract::auth::User;
use markup::{Node, view};

use crate::components::badge::{Tone, badge};
use crate::components::field::FieldText;
use crate::components::form::{Input, Refusal, notice};
use crate::components::icon::{Icon, icon};
use crate::components::panel::{page_head, panel};
use crate::content::{NewUserForm, UserContent, UserForm, UsersContent, roles};
use crate::routes::{self, Route};
use crate::{clock, format};

const EMAIL: FieldText =
    FieldText { name: "email", label: "E-mail address", hint: "What they will sign in with." };
const NAME: FieldText = FieldText { name: "name", label: "Name", hint: "What others see." };
const ROLE: FieldText = FieldText { name: "role", label: "Role", hint: "" };
const FIRST_PASSWORD: FieldText = FieldText {
    name: "password",
    label: "First password",
    hint: "At least 12 characters. Tell it to them yourself; they change it on the page of their account.",
};
const NEXT_PASSWORD: FieldText = FieldText {
    name: "password",
    label: "Another password",
    hint: "Leave it empty to keep theirs. Another one signs them out everywhere.",
};
const SIGN_IN: FieldText = FieldText {
    name: "signIn",
    label: "Signing in",
    hint: "Who may not is signed out everywhere, and their tokens are refused.",
};

/// The page of all accounts.
pub(crate) fn users_page(content: &UsersContent) -> Node {
    let count = format::plural(content.users.len() as u64, "account", "accounts");
    let count = view! { <span class="muted">{count}</span> };
    let mine = content.me.user.as_ref().map(|user| user.id);
    let rows = content.users.iter().map(|user| row(user, mine == Some(user.id))).collect::<Node>();
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href="/account">"Account"</a></nav>
        {page_head(|| "Accounts".to_owned(), Node::nothing())}
        {content.done.map(|done| notice(done.told()))}
        <div class="columns columns--forms">
            {panel("everybody", "Everybody", count, view! { <ul class="list">{rows}</ul> })}
            {panel("add", "Add an account", Node::nothing(), adding(content))}
        </div>
    }
}

fn row(user: &User, is_me: bool) -> Node {
    let seen = match user.last_seen_at {
        Some(at) => view! { <span>"here "{clock::time(at)}</span> },
        None => view! { <span>"not here yet"</span> },
    };
    let tone = if user.role == Role::Admin { Tone::Good } else { Tone::Neutral };
    view! {
        <li class="entry">
            <div class="entry__body">
                <p class="entry__name">
                    <a href=routes::user(user.id)>{user.name.clone()}</a>
                    {is_me.then(|| view! { " "<span class="tag">"You"</span> })}
                </p>
                <p class="entry__meta"><span>{user.email.clone()}</span>{seen}</p>
            </div>
            <p class="entry__badges">
                {user.disabled.then(|| badge(Tone::Bad, "May not sign in"))}
                {badge(tone, format::label(user.role.as_str()))}
            </p>
        </li>
    }
}

fn adding(content: &UsersContent) -> Node {
    let (typed, problem) = match &content.refused {
        Some((form, problem)) => (form.clone(), Some(problem)),
        None => (NewUserForm { role: Role::Member.to_string(), ..NewUserForm::default() }, None),
    };
    let refusal = Refusal(problem);
    view! {
        <form class="form" method="post" action=Route::Users.path() novalidate aria-labelledby="add-title">
            {refusal.line()}
            {refusal.input(NAME, Input::Name, &typed.name)}
            {refusal.input(EMAIL, Input::Email, &typed.email)}
            {refusal.select(ROLE, roles(Role::Admin), &typed.role)}
            {refusal.input(FIRST_PASSWORD, Input::NewPassword, "")}
            <div class="form__actions">
                <button type="submit" class="btn btn--primary">{icon(Icon::Plus)}<span>"Make the account"</span></button>
            </div>
        </form>
    }
}

/// The page of one account.
pub(crate) fn user_page(content: &UserContent) -> Node {
    let user = &content.user;
    let title = user.name.clone();
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href="/account">"Account"</a><a href="/users">"Accounts"</a></nav>
        {page_head(move || title.clone(), Node::nothing())}
        <div class="stack stack--form">
            {panel("user", "Account", Node::nothing(), changing(content))}
            {panel("delete", "Delete", Node::nothing(), deletion(user, content.is_me))}
        </div>
    }
}

fn changing(content: &UserContent) -> Node {
    let user = &content.user;
    let seen = UserForm::of(user);
    let (typed, problem) = match &content.refused {
        Some((form, problem)) => (form.clone(), Some(problem)),
        None => (seen.clone(), None),
    };
    let refusal = Refusal(problem);
    let sign_in = [("yes", "Allowed".to_owned()), ("no", "Not allowed for now".to_owned())];
    view! {
        <form class="form" method="post" action=routes::user(user.id) novalidate aria-labelledby="user-title">
            <p class="muted">{user.email.clone()}", since "{format::date(user.created_at)}</p>
            {refusal.line()}
            {refusal.input(NAME, Input::Name, &typed.name)}
            <div class="form__pair">
                {refusal.select(ROLE, roles(Role::Admin), &typed.role)}
                {refusal.select(SIGN_IN, sign_in, &typed.sign_in)}
            </div>
            {refusal.input(NEXT_PASSWORD, Input::NewPassword, "")}
            <input type="hidden" name="seenName" value=seen.name.clone()/>
            <input type="hidden" name="seenRole" value=seen.role.clone()/>
            <input type="hidden" name="seenSignIn" value=seen.sign_in.clone()/>
            <div class="form__actions">
                <button type="submit" class="btn btn--primary">{icon(Icon::Check)}<span>"Save"</span></button>
                <a class="btn" href="/users">"Cancel"</a>
            </div>
        </form>
    }
}

/// Asks once more before anything is gone: the button is behind a line that has to be opened.
fn deletion(user: &User, is_me: bool) -> Node {
    let whose = if is_me { "This is your own account: you are signed out at once." } else { "" };
    let text = format!(
        "{} is signed out everywhere, and their tokens are refused. Leads stay as they are. {whose}",
        user.name
    );
    view! {
        <details class="deletion">
            <summary>"Delete this account"</summary>
            <form method="post" action=format!("{}/delete", routes::user(user.id))>
                <p>{text}</p>
                <button type="submit" class="btn btn--danger">"Delete for good"</button>
            </form>
        </details>
    }
}
