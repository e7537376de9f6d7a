//! Every endpoint of the contract, with some argument in its path.

use axum::http::Method;
use contract::endpoint::{NoBody, PathParams};
use contract::endpoints::{Visitor, visit};
use contract::import::FileUpload;
use contract::{BusinessId, Endpoint, JobId, Role};
use std::any::TypeId;

/// One endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    /// With ids of nothing.
    pub(crate) path: String,
    /// The least role that may call it; none where anyone may.
    pub(crate) role: Option<Role>,
    /// Whether it takes a body of JSON.
    pub(crate) takes_json: bool,
    /// With its arguments in braces.
    pub(crate) template: &'static str,
    pub(crate) success: u16,
    /// Whether its answer is kept for a repeated request.
    pub(crate) keeps_answer: bool,
}

#[derive(Default)]
struct All(Vec<Listed>);

impl Visitor for All {
    fn endpoint<E: Endpoint>(&mut self) {
        let by_uuid = ["/api/jobs/{id}", "/api/auth/", "/api/users/", "/api/views/", "/api/suppressions/"];
        let by_uuid = by_uuid.iter().any(|start| E::PATH.starts_with(start));
        let path = match E::PATH.contains("{jobId}") || by_uuid {
            true => JobId("019f0000-0000-7000-8000-000000000001".parse().unwrap()).fill(E::PATH),
            false => BusinessId(1).fill(&BusinessId(1).fill(E::PATH)),
        };
        let body = TypeId::of::<E::Body>();
        self.0.push(Listed {
            name: E::NAME,
            method: E::METHOD.as_str().parse().unwrap(),
            path,
            role: E::ROLE,
            takes_json: body != TypeId::of::<NoBody>() && body != TypeId::of::<FileUpload>(),
            template: E::PATH,
            success: E::SUCCESS,
            keeps_answer: E::KEEPS_ANSWER,
        });
    }
}

/// All of them, in the order of their declaration.
pub(crate) fn endpoints() -> Vec<Listed> {
    let mut all = All::default();
    visit(&mut all);
    all.0
}
