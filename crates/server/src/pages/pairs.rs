//! The page of all pairs of leads that may be one, and what people say of them, without a script.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use client::{ApiError, IdempotencyKey};
use contract::duplicates::{DuplicatePair, PairQuery};
use contract::edit::MergeRequest;
use contract::{BusinessId, Page, Problem, Role};
use dashboard::FormContent;
use dashboard::content::{PairDone, PairsContent};
use dashboard::form_routes::{FormRoute, pairs_url};
use serde::Deserialize;

use super::entrance::turn_away;
use super::leads::{lead_id, version};
use super::read_form;
use super::sender::{Sender, told};
use crate::app::App;
use crate::problem::{ApiProblem, MALFORMED};

/// Pairs of a page.
const LIMIT: u32 = 10;

/// Where in the pairs somebody is.
#[derive(Clone, Copy, Debug, Default)]
struct At {
    apart: bool,
    page: Option<u32>,
}

impl At {
    /// What the query of an address says; what cannot be read is left out.
    fn of(query: &str) -> Self {
        let mut at = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "apart" => at.apart = value == "true",
                "page" => at.page = page(&value),
                _ => {}
            }
        }
        at
    }

    fn path(self) -> String {
        pairs_url(self.apart, self.page.unwrap_or(1))
    }
}

/// A page that there can be.
fn page(text: &str) -> Option<u32> {
    let page = text.parse().ok()?;
    PairQuery { page: Some(page), ..PairQuery::default() }.validate().is_ok().then_some(page)
}

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let at = At::of(query);
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(&at.path()) };
    show(sender, at, PairDone::of(query), None).await
}

async fn show(sender: Sender, at: At, done: Option<PairDone>, failed: Option<Problem>) -> Response {
    let path = FormRoute::Pairs.path();
    if let Err(problem) = sender.needs(Role::Member) {
        return sender.explain(&path, problem.into_problem()).await;
    }
    let status = failed.as_ref().map_or(200, |problem| problem.status);
    match load(&sender, at).await {
        Ok(list) => {
            let content = PairsContent { list, apart: at.apart, done, failed };
            sender.show_as(&path, FormContent::Pairs(Box::new(content)), status).await
        }
        Err(error) => sender.explain(&path, told(error)).await,
    }
}

/// The page, or the last one where there are fewer by now.
async fn load(sender: &Sender, at: At) -> Result<Page<DuplicatePair>, ApiError> {
    let query = PairQuery { apart: Some(at.apart), limit: Some(LIMIT), page: at.page };
    let list = sender.api.pairs(&query).await?;
    if list.meta.total_pages == 0 || list.meta.page <= list.meta.total_pages {
        return Ok(list);
    }
    sender.api.pairs(&PairQuery { page: Some(list.meta.total_pages), ..query }).await
}

/// What a person says of a pair, with what they saw of it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Form {
    act: String,
    one: String,
    other: String,
    one_version: String,
    other_version: String,
    page: String,
    idempotency_key: String,
}

/// What can be said of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    /// They are one: the first stays.
    KeepOne,
    /// They are one: the second stays.
    KeepOther,
    /// They are two.
    Apart,
    /// They were not one after all: the second comes back out of the first.
    Unmerge,
    /// Somebody is to decide again.
    Forget,
}

impl Act {
    fn of(text: &str) -> Option<Self> {
        match text {
            "keep-one" => Some(Self::KeepOne),
            "keep-other" => Some(Self::KeepOther),
            "apart" => Some(Self::Apart),
            "unmerge" => Some(Self::Unmerge),
            "forget" => Some(Self::Forget),
            _ => None,
        }
    }
}

/// Does what the form says, and goes back to the list.
pub(super) async fn decide(State(app): State<App>, request: Request) -> Response {
    let path = FormRoute::Pairs.path();
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(&path) };
    let form: Form = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    if let Err(problem) = sender.needs(Role::Member) {
        return sender.explain(&path, problem.into_problem()).await;
    }
    let ids = (lead_id(&form.one), lead_id(&form.other));
    let (Some(act), (Some(one), Some(other))) = (Act::of(&form.act), ids) else {
        let detail = "the form names two leads by their ids, and says what is to become of them";
        return sender.explain(&path, ApiProblem::new(MALFORMED, detail).into_problem()).await;
    };
    let at = At { apart: false, page: page(&form.page) };
    match carry_out(&sender, act, (one, other), &form).await {
        Ok(done) => Redirect::to(&done.at(&at.path())).into_response(),
        Err(error) => show(sender, at, None, Some(in_words(told(error)))).await,
    }
}

/// The form has no fields beside which what is wrong could stand.
fn in_words(mut problem: Problem) -> Problem {
    let errors = std::mem::take(&mut problem.errors);
    if !errors.is_empty() {
        let messages: Vec<String> = errors.into_iter().map(|error| error.message).collect();
        problem.detail = messages.join("; ");
    }
    problem
}

async fn carry_out(
    sender: &Sender,
    act: Act,
    (one, other): (BusinessId, BusinessId),
    form: &Form,
) -> Result<PairDone, ApiError> {
    let api = &sender.api;
    let key = match form.idempotency_key.as_str() {
        "" => IdempotencyKey::new(),
        // What is said instead of something else is another intent.
        key => IdempotencyKey::of(&format!("{key}-{}", form.act)),
    };
    let (one_seen, other_seen) = (version(&form.one_version), version(&form.other_version));
    let merge = async |kept, gone, seen, gone_seen| {
        let merge = MergeRequest { other_id: gone, version: Some(seen), other_version: Some(gone_seen) };
        api.merge_business(kept, &merge, key).await.map(|_| PairDone::Merged(kept, gone))
    };
    match act {
        Act::KeepOne => merge(one, other, one_seen, other_seen).await,
        Act::KeepOther => merge(other, one, other_seen, one_seen).await,
        Act::Apart => api.keep_apart(one, other).await.map(|_| PairDone::Apart(one, other)),
        Act::Unmerge => {
            let key = IdempotencyKey::new();
            api.unmerge_business(one, Some(other), key).await.map(|_| PairDone::Undone)
        }
        Act::Forget => api.forget_apart(one, other).await.map(|_| PairDone::Undone),
    }
}
