//! What a page is rendered from besides the cache, and how components come by it.

use client::ApiClient;
use contract::columns::Columns;
use contract::{Problem, Timestamp, UserId, json};
use leptos::prelude::*;
use serde::Serialize;
use serde_json::Value;

use crate::find_form::FindForm;

/// What a page is rendered from besides the cache. The server makes it, the document carries it, and the
/// browser's first render reads it back, so that both render the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageState {
    /// The clock of the first render.
    pub now: Option<Timestamp>,
    /// The newest event that the rendered data can show; the event stream goes on from there.
    pub seq: Option<u64>,
    /// Idempotency key of the rendered search form; fresh on every request.
    pub form_key: String,
    /// A search that was refused, where it came from a form without script.
    pub find_failure: Option<FindFailure>,
    /// Who is signed in; absent on a server that asks nobody to sign in.
    pub person: Option<String>,
    /// Whose browser this is then: what it keeps for one is not another's.
    pub user: Option<UserId>,
    /// The person may read only, so that what changes leads in its place is not offered.
    pub is_reader: bool,
    /// The columns that the person chose for lists of leads.
    pub columns: Option<Columns>,
    /// The path, without its query, if what it names does not exist.
    pub missing: Option<String>,
}

contract::from_json!(PageState {
    now, seq, form_key or default, find_failure, person, user, is_reader or default, columns, missing,
});

/// A search form that was refused.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindFailure {
    /// As it was typed.
    pub form: FindForm,
    /// Why.
    pub problem: Problem,
}

contract::from_json!(FindFailure { form, problem });

impl PageState {
    /// The state after [`prefetch`](crate::prefetch) answered `status` for `path_and_query`.
    #[must_use]
    pub fn with_status(self, path_and_query: &str, status: u16) -> Self {
        let path = path_and_query.split('?').next().unwrap_or_default();
        Self { missing: (status == 404).then(|| path.to_owned()), ..self }
    }

    /// The state as JSON that may stand inside a `<script>` element.
    #[must_use]
    pub fn to_script(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_default();
        json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
    }

    /// The state that [`to_script`](Self::to_script) wrote; the default where the text is not one.
    #[must_use]
    pub fn from_script(text: &str) -> Self {
        let read = |json: Value| json::read(&json).ok();
        serde_json::from_str(text).ok().and_then(read).unwrap_or_default()
    }
}

/// Puts in place what [`App`](crate::App) needs: the cache, the API and the page's state.
pub fn provide_page(query_client: requery::QueryClient, api: ApiClient, state: PageState) {
    requery_leptos::provide_query_client(query_client);
    provide_context(api);
    provide_context(state);
}

/// The page's state; the default where none was provided.
#[must_use]
pub(crate) fn use_page_state() -> PageState {
    use_context().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_leave_the_script_element() {
        let form = FindForm { location: "</script><script>alert(1)//\u{2028}".into(), ..Default::default() };
        let problem = Problem {
            kind: "/problems/invalid".into(),
            title: "Invalid".into(),
            status: 422,
            detail: "no place is called so".into(),
            instance: None,
            request_id: None,
            errors: Vec::new(),
            current: None,
        };
        let state = PageState { find_failure: Some(FindFailure { form, problem }), ..Default::default() };
        let script = state.to_script();
        assert!(!script.contains('<') && !script.contains('\u{2028}'), "{script}");
        assert_eq!(PageState::from_script(&script), state);
    }

    #[test]
    fn only_a_missing_page_is_remembered_and_without_its_query() {
        let missing = |status| PageState::default().with_status("/leads/9?x=1", status).missing;
        assert_eq!((missing(404), missing(200)), (Some("/leads/9".into()), None));
    }

    #[test]
    fn a_broken_document_gives_the_default() {
        assert_eq!(PageState::from_script("{"), PageState::default());
    }
}
