//! What each page needs before its first render.

use client::{ApiClient, ApiError, Connection, queries};
use contract::job::JobQuery;
use contract::map::MapQuery;
use contract::{BusinessId, BusinessQuery, Job, JobId, keys};
use requery::{QueryClient, QueryOptions};

use crate::pages::{activity, job, overview};
use crate::routes::{self, Route};
use crate::search_job::SearchJob;
use crate::{data, leads_url, look};

/// Fetches into `query_client` what the page at `path_and_query` shows first, and answers the status to send it
/// with: 404 where there is no such page, lead or job; 400 where the API refuses what the address asks for; else 503 where it
/// failed in what the page is about; else 200. Failures are left for the page to show.
pub async fn prefetch(path_and_query: &str, query_client: &QueryClient, api: &ApiClient) -> u16 {
    let search = path_and_query.split_once('?').map_or("", |(_, search)| search);
    let page = Prefetch { client: query_client, api, connection: Connection::new(), search };
    let footer = page.get(queries::sources(api));
    let Some(route) = Route::parse(path_and_query) else {
        let _ = footer.await;
        return 404;
    };
    let (_, outcome) = futures::join!(footer, page.route(route));
    match outcome {
        Ok(()) => 200,
        Err(404) => 404,
        Err(400 | 422) => 400,
        Err(_) => 503,
    }
}

struct Prefetch<'a> {
    client: &'a QueryClient,
    api: &'a ApiClient,
    connection: Connection,
    /// What stands behind the address's question mark.
    search: &'a str,
}

/// The status that a fetch failed with; 0 where there was no answer.
type Outcome = Result<(), u16>;

impl Prefetch<'_> {
    async fn get<T: PartialEq + Send + Sync + 'static>(&self, options: QueryOptions<T, ApiError>) -> Outcome {
        match self.client.fetch_query(&options).await {
            Ok(_) => Ok(()),
            Err(requery::FetchError::Failed(error)) => Err(error.status.unwrap_or(0)),
            Err(_) => Err(0),
        }
    }

    async fn route(&self, route: Route) -> Outcome {
        match route {
            Route::Overview => self.overview().await,
            Route::Find(_) => self.find().await,
            Route::Jobs(query) => self.get(queries::jobs(self.api, &self.connection, query)).await,
            Route::Job(id) => self.job(id).await,
            Route::Enrichment => self.enrichment(routes::batch_of(self.search)).await,
            Route::Leads(query) => self.leads(&query).await,
            Route::LeadsMap => self.map(look::parse_map(self.search)).await,
            Route::Lead(id) => self.lead(id).await,
            Route::NewLead => self.trades().await,
            Route::EditLead(id) => {
                let (lead, _) =
                    futures::join!(self.get(queries::business_detail(self.api, id)), self.trades());
                lead
            }
            // Their handlers bring what they show.
            Route::Form(_) => Ok(()),
            Route::Account | Route::Users | Route::User(_) | Route::Suppression | Route::Import(_) => Ok(()),
            Route::Styleguide => Ok(()),
        }
    }

    async fn overview(&self) -> Outcome {
        let latest = BusinessQuery { limit: Some(overview::LATEST), ..Default::default() };
        let (stats, ..) = futures::join!(
            self.get(queries::stats(self.api)),
            self.get(queries::latest_jobs(self.api, &self.connection, overview::running_jobs())),
            self.get(queries::latest_jobs(self.api, &self.connection, activity::newest_jobs())),
            self.get(queries::business_list(self.api, &self.connection, activity::changed_leads())),
            self.get(queries::scrape_jobs(self.api, &self.connection)),
            self.get(queries::business_list(self.api, &self.connection, latest)),
        );
        stats
    }

    /// The form itself needs nothing: it is shown whatever fails.
    async fn find(&self) -> Outcome {
        let _ = futures::join!(self.get(queries::scrape_jobs(self.api, &self.connection)), self.trades());
        Ok(())
    }

    /// Suggestions of a form, which is shown without them too.
    async fn trades(&self) -> Outcome {
        let _ = self.get(queries::category_suggestions(self.api, data::commonest())).await;
        Ok(())
    }

    async fn leads(&self, query: &BusinessQuery) -> Outcome {
        let list = leads_url::for_list(query);
        let (list, _) = futures::join!(
            self.get(queries::business_list(self.api, &self.connection, list)),
            self.get(queries::facets(self.api, query.filters())),
        );
        list
    }

    /// The page shows the lead without its history, and the history's failure in its place.
    async fn lead(&self, id: BusinessId) -> Outcome {
        let (lead, _) = futures::join!(
            self.get(queries::business_detail(self.api, id)),
            self.get(queries::enrichment_history(self.api, id)),
        );
        lead
    }

    async fn map(&self, query: MapQuery) -> Outcome {
        let (map, _) = futures::join!(
            self.get(queries::business_map(self.api, query.clone())),
            self.get(queries::facets(self.api, query.filters.filters())),
        );
        map
    }

    async fn enrichment(&self, batch: Option<JobId>) -> Outcome {
        let batches = data::enrichment::latest_batches();
        let (queue, ..) = futures::join!(
            self.get(queries::enrichment_queue(self.api, &self.connection)),
            self.get(queries::providers(self.api)),
            self.get(queries::spending(self.api)),
            self.batches(batches, batch),
        );
        queue
    }

    /// The batches, and the leads of one: that of the address, else of the newest.
    async fn batches(&self, query: JobQuery, named: Option<JobId>) {
        let key = keys::jobs::latest(&query);
        let _ = self.get(queries::latest_jobs(self.api, &self.connection, query)).await;
        let newest = || self.client.get_query_data::<Vec<Job>>(key)?.first().map(|job| job.job_id);
        if let Some(id) = named.or_else(newest) {
            // One that is no batch is said so on the page.
            let _ = self.get(queries::enrichment_batch(self.api, &self.connection, id)).await;
        }
    }

    async fn job(&self, id: JobId) -> Outcome {
        self.get(queries::job(self.api, &self.connection, id)).await?;
        let found = self.client.get_query_data::<Job>(keys::jobs::detail(id));
        let search = found.and_then(|found| Some(SearchJob::of(&found)?.leads(&found)));
        if let Some(search) = search {
            let shown = BusinessQuery { limit: Some(job::SHOWN), ..search };
            // The page shows the job without its list, and the list's failure in its place.
            let _ = self.get(queries::business_list(self.api, &self.connection, shown)).await;
        }
        Ok(())
    }
}
