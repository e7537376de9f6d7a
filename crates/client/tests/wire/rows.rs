//! Rows, and a page that shows them.

use std::sync::Arc;

use client::{ApiClient, ApiError, Connection, queries};
use contract::{
    Business, BusinessDetail, BusinessId, BusinessQuery, Contact, ContactId, EmailStatus, Job, JobCounts,
    JobId, JobKind, JobProgress, JobStatus, Page, PageMeta, Shared, Timestamp, keys,
};
use requery::runtime::TokioRuntime;
use requery::{MutationError, MutationObserver, MutationOptions, QueryClient};

use crate::loopback::{Does, Loopback};

pub(crate) fn business(id: i64, version: u64, name: &str) -> Business {
    Business {
        version,
        city: Some("Helsinki".to_owned()),
        ..Business::named(BusinessId(id), name, Timestamp::from_millis(id))
    }
}

pub(crate) fn contact(id: i64, name: &str, is_primary: bool) -> Contact {
    Contact {
        id: ContactId(id),
        business_id: BusinessId(1),
        name: Some(name.to_owned()),
        title: None,
        email: None,
        email_status: EmailStatus::Unknown,
        phone: None,
        linkedin: None,
        is_primary,
        confidence: 1.0,
        source_url: None,
        found_at: Timestamp::from_millis(1),
    }
}

pub(crate) fn job_id() -> JobId {
    "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap()
}

pub(crate) fn job(version: u64, status: JobStatus) -> Job {
    Job {
        job_id: job_id(),
        version,
        kind: JobKind::Scrape,
        status,
        cancel_requested: false,
        request: serde_json::Value::Null,
        progress: JobProgress::default(),
        counts: JobCounts::default(),
        result: None,
        error: None,
        attempt: 0,
        max_attempts: 3,
        parent_id: None,
        created_by: None,
        created_at: Timestamp::from_millis(0),
        started_at: None,
        finished_at: None,
    }
}

/// A page that has fetched the list of businesses, and one of them with its contacts.
pub(crate) struct Shown {
    pub(crate) server: Loopback,
    pub(crate) api: ApiClient,
    pub(crate) cache: QueryClient,
}

impl Shown {
    /// On a server that then does these things.
    pub(crate) async fn before(does: impl IntoIterator<Item = Does>) -> Self {
        let rows = vec![business(1, 1, "Alpha"), business(2, 1, "Beta")];
        let detail = BusinessDetail { business: rows[0].clone(), contacts: vec![contact(5, "Maija", true)] };
        let list = Page { meta: PageMeta::new(2, 1, 20, None), data: rows };
        let fetched = [Does::json(200, &list), Does::json(200, &detail)];
        let server = Loopback::that(fetched.into_iter().chain(does)).await;
        let (api, cache) = (server.api(), QueryClient::new(TokioRuntime::current()));
        let list = queries::business_list(&api, &Connection::new(), BusinessQuery::default());
        cache.fetch_query(&list).await.unwrap();
        cache.fetch_query(&queries::business_detail(&api, BusinessId(1))).await.unwrap();
        Self { server, api, cache }
    }

    pub(crate) fn list(&self) -> Arc<Page<Shared<Business>>> {
        self.cache.get_query_data(keys::businesses::list(&BusinessQuery::default())).unwrap()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.list().data.iter().map(|row| row.name.clone()).collect();
        names.sort();
        names
    }

    pub(crate) fn row(&self, id: i64) -> Business {
        self.list().data.iter().find(|row| row.id.0 == id).unwrap().clone().into_inner()
    }

    pub(crate) fn detail(&self) -> Arc<BusinessDetail> {
        self.cache.get_query_data(keys::business::detail(BusinessId(1))).unwrap()
    }

    /// What was asked after the page was fetched.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.server.asked().into_iter().skip(2).map(|asked| asked.what).collect()
    }

    pub(crate) async fn mutate<T, V, C>(
        &self,
        options: MutationOptions<T, ApiError, V, C>,
        variables: V,
    ) -> Result<Arc<T>, Arc<ApiError>>
    where
        T: Send + Sync + 'static,
        V: Send + Sync + 'static,
        C: Send + Sync + 'static,
    {
        let done = MutationObserver::new(&self.cache, options).mutate(variables).await;
        done.map_err(|error| match error {
            MutationError::Failed(error) => error,
            other => panic!("{other:?}"),
        })
    }

    /// The same, looked at while the server has not answered yet: its first further request must wait to be told.
    pub(crate) async fn mutate_seen<T, V, C>(
        &self,
        options: MutationOptions<T, ApiError, V, C>,
        variables: V,
        look: impl FnOnce(&Self),
    ) -> Result<Arc<T>, Arc<ApiError>>
    where
        T: Send + Sync + 'static,
        V: Send + Sync + 'static,
        C: Send + Sync + 'static,
    {
        let look = async {
            while self.asked().is_empty() {
                tokio::task::yield_now().await;
            }
            look(self);
            self.server.go_on();
        };
        tokio::join!(self.mutate(options, variables), look).0
    }
}
