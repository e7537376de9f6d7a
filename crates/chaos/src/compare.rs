//! The cache against fresh answers.

use std::fmt::Debug;

use anyhow::{Context, Result};
use client::{ApiClient, ApiError, Connection, queries};
use contract::job::JobQuery;
use contract::{BusinessId, BusinessQuery, Job, Page as Rows, PageMeta};
use requery::runtime::TokioRuntime;
use requery::{QueryClient, QueryFilters, QueryOptions};

use crate::page::{Page, Shows};

/// What a page shows.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) lists: Vec<BusinessQuery>,
    pub(crate) details: Vec<BusinessId>,
    pub(crate) facets: Vec<BusinessQuery>,
}

impl Shown {
    /// Lists that differ in filter, order, page and in what only the server can decide.
    pub(crate) fn new(details: Vec<BusinessId>) -> Result<Self> {
        let lists = [
            "limit=5",
            "limit=5&page=2",
            "limit=50&city=helsinki&sort=name",
            "limit=5&hasPhone=true&sort=-updatedAt",
            "limit=10&enrichmentStatus=enriched&category=cafe&sort=city,-name",
            "limit=5&search=kahvila",
        ];
        let lists: Vec<_> = lists.into_iter().map(query).collect::<Result<_>>()?;
        let facets = vec![BusinessQuery::default(), lists[2].filters()];
        Ok(Self { lists, details, facets })
    }

    pub(crate) fn open(&self, page: &mut Page) {
        let (api, connection) = (page.api.clone(), page.connection.clone());
        for query in &self.lists {
            page.watch(Shows::List, queries::business_list(&api, &connection, query.clone()));
        }
        for id in &self.details {
            page.watch(Shows::One, queries::business_detail(&api, *id));
        }
        for query in &self.facets {
            page.keep(queries::facets(&api, query.clone()));
        }
        page.keep(queries::jobs(&api, &connection, JobQuery::default()));
    }

    /// What differs from the server's own answers, a line for each query.
    pub(crate) async fn differences(&self, cache: &QueryClient, api: &ApiClient) -> Result<Vec<String>> {
        let (fresh, live) = (QueryClient::new(TokioRuntime::current()), Connection::new());
        let check = Check { cache, fresh: &fresh };
        let mut found = Vec::new();
        let pages =
            (1..4).map(|page| BusinessQuery { page: Some(page), limit: Some(5), ..BusinessQuery::default() });
        for query in self.lists.iter().cloned().chain(pages) {
            found.extend(check.query(queries::business_list(api, &live, query), without_cursor).await);
        }
        for id in &self.details {
            found.extend(check.query(queries::business_detail(api, *id), |detail| detail).await);
        }
        for query in &self.facets {
            found.extend(check.query(queries::facets(api, query.clone()), |facets| facets).await);
        }
        let jobs = queries::jobs(api, &live, JobQuery::default());
        found.extend(check.query(jobs, without_cursor::<Job>).await);
        Ok(found)
    }
}

/// A query as it stands in a URL.
fn query(text: &str) -> Result<BusinessQuery> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let fields: serde_json::Value = pairs
        .map(|(name, text)| {
            (name, serde_json::from_str::<serde_json::Value>(text).unwrap_or_else(|_| text.into()))
        })
        .collect();
    serde_json::from_value(fields).with_context(|| format!("{text} is no query"))
}

/// Where to go on from is not known of a page whose last row is another by now.
fn without_cursor<T>(page: Rows<T>) -> Rows<T> {
    Rows { meta: PageMeta { next_cursor: None, ..page.meta }, ..page }
}

struct Check<'a> {
    cache: &'a QueryClient,
    fresh: &'a QueryClient,
}

impl Check<'_> {
    /// A query that the cache holds, and holds for current, must be what the server answers.
    async fn query<T>(&self, options: QueryOptions<T, ApiError>, compared: fn(T) -> T) -> Option<String>
    where
        T: Clone + Debug + PartialEq + Send + Sync + 'static,
    {
        let key = options.key().clone();
        let state = self.cache.queries(QueryFilters::exact(&key)).pop()?;
        let shown = self.cache.get_query_data::<T>(&key);
        let answer = self.fresh.fetch_query(&options).await;
        if state.is_invalidated && state.observers == 0 {
            // It will be fetched before anybody sees it.
            return None;
        }
        match (shown, answer) {
            (Some(shown), Ok(answer)) => {
                let (shown, answer) = (compared((*shown).clone()), compared((*answer).clone()));
                (shown != answer).then(|| format!("{key:?}:\n  shown:  {shown:?}\n  answer: {answer:?}"))
            }
            // Both know that it is gone; or it never was fetched.
            (_, Err(_)) => None,
            (None, Ok(_)) => (state.observers > 0).then(|| format!("{key:?} shows nothing")),
        }
    }
}
