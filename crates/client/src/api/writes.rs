//! A method for each endpoint that writes.

use contract::bulk::{BulkAnswer, BulkRequest};
use contract::duplicates::ApartRequest;
use contract::edit::{
    BusinessDraft, BusinessPatch, ContactPatch, ContactSaved, ContactsChanged, MergeRequest, UnmergeRequest,
};
use contract::endpoint::{NoBody, NoQuery};
use contract::enrichment::{BatchAccepted, BatchEnrichmentRequest};
use contract::job::{RetriedJobs, RetryQuery};
use contract::{Business, BusinessId, ContactId, Job, JobAccepted, JobId, ScrapeRequest, endpoints};

use super::{ApiClient, Call, CallOptions, IdempotencyKey};

/// Writing. Each fails when the server cannot be reached, refuses, or answers in another shape.
impl ApiClient {
    /// Looks for places; the same key and request start one job however often they are sent.
    /// A field that is wrong is found by [`crate::ApiError::field`].
    pub fn start_scrape(&self, request: &ScrapeRequest, key: IdempotencyKey) -> Call<JobAccepted> {
        self.call::<endpoints::StartScrape>(&(), &NoQuery {}, request, CallOptions::keyed(key))
    }

    /// Stops a job.
    /// 409 when it is finished already.
    pub fn cancel_job(&self, id: JobId, key: IdempotencyKey) -> Call<Job> {
        self.act::<endpoints::CancelJob>(&id, key)
    }

    /// Puts a failed or cancelled job back into the queue.
    /// 409 when it is neither.
    pub fn retry_job(&self, id: JobId, key: IdempotencyKey) -> Call<Job> {
        self.act::<endpoints::RetryJob>(&id, key)
    }

    /// Puts failed jobs back into the queue, those that are meant.
    pub fn retry_failed_jobs(&self, which: &RetryQuery, key: IdempotencyKey) -> Call<RetriedJobs> {
        self.call::<endpoints::RetryFailedJobs>(&(), which, &NoBody {}, CallOptions::keyed(key))
    }

    /// Enriches many businesses, a job each.
    pub fn enrich_batch(&self, request: &BatchEnrichmentRequest, key: IdempotencyKey) -> Call<BatchAccepted> {
        self.call::<endpoints::EnrichBatch>(&(), &NoQuery {}, request, CallOptions::keyed(key))
    }

    /// Enriches one business.
    pub fn enrich_business(&self, id: BusinessId, key: IdempotencyKey) -> Call<JobAccepted> {
        self.act::<endpoints::EnrichBusiness>(&id, key)
    }
}

/// Writing by hand.
impl ApiClient {
    /// Adds a business.
    /// A field that is wrong is found by [`crate::ApiError::field`].
    pub fn create_business(&self, draft: &BusinessDraft, key: IdempotencyKey) -> Call<Business> {
        self.call::<endpoints::CreateBusiness>(&(), &NoQuery {}, draft, CallOptions::keyed(key))
    }

    /// Changes fields of that version of a business.
    /// [`crate::ApiError::current`] is the business where another change came first.
    pub fn update_business(
        &self,
        id: BusinessId,
        version: u64,
        patch: &BusinessPatch,
        key: IdempotencyKey,
    ) -> Call<Business> {
        let options = CallOptions::keyed_of_version(key, version);
        self.call::<endpoints::UpdateBusiness>(&id, &NoQuery {}, patch, options)
    }

    /// Deletes that version of a business.
    /// [`crate::ApiError::current`] is the business where another change came first.
    pub fn delete_business(&self, id: BusinessId, version: u64, key: IdempotencyKey) -> Call<NoBody> {
        let options = CallOptions::keyed_of_version(key, version);
        self.call::<endpoints::DeleteBusiness>(&id, &NoQuery {}, &NoBody {}, options)
    }

    /// Does one thing to many businesses.
    pub fn bulk_businesses(&self, request: &BulkRequest, key: IdempotencyKey) -> Call<BulkAnswer> {
        self.call::<endpoints::BulkBusinesses>(&(), &NoQuery {}, request, CallOptions::keyed(key))
    }

    /// Merges another business into one; answers the one that is left.
    /// 409 where one of them has another version than the request says.
    pub fn merge_business(
        &self,
        id: BusinessId,
        request: &MergeRequest,
        key: IdempotencyKey,
    ) -> Call<Business> {
        self.call::<endpoints::MergeBusiness>(&id, &NoQuery {}, request, CallOptions::keyed(key))
    }

    /// Undoes the last merge into a business, or that of `other_id`; answers the one that is back.
    /// 409 when nothing was merged into it.
    pub fn unmerge_business(
        &self,
        id: BusinessId,
        other_id: Option<BusinessId>,
        key: IdempotencyKey,
    ) -> Call<Business> {
        let (request, options) = (UnmergeRequest { other_id }, CallOptions::keyed(key));
        self.call::<endpoints::UnmergeBusiness>(&id, &NoQuery {}, &request, options)
    }

    /// Says that another business is not this one. A second time is as the first, so that it needs no key.
    pub fn keep_apart(&self, id: BusinessId, other_id: BusinessId) -> Call<NoBody> {
        let request = ApartRequest { other_id };
        self.call::<endpoints::KeepApart>(&id, &NoQuery {}, &request, CallOptions::default())
    }

    /// Takes back that another business is not this one.
    /// 404 where nobody said so.
    pub fn forget_apart(&self, id: BusinessId, other_id: BusinessId) -> Call<NoBody> {
        let options = CallOptions::default();
        self.call::<endpoints::ForgetApart>(&(id, other_id), &NoQuery {}, &NoBody {}, options)
    }

    /// Adds a contact to a business.
    /// A field that is wrong is found by [`crate::ApiError::field`].
    pub fn add_contact(
        &self,
        id: BusinessId,
        contact: &ContactPatch,
        key: IdempotencyKey,
    ) -> Call<ContactSaved> {
        self.call::<endpoints::AddContact>(&id, &NoQuery {}, contact, CallOptions::keyed(key))
    }

    /// Changes fields of a contact of that version of a business.
    /// [`crate::ApiError::current`] is the business where another change came first.
    pub fn update_contact(
        &self,
        contact: (BusinessId, ContactId),
        version: u64,
        patch: &ContactPatch,
        key: IdempotencyKey,
    ) -> Call<ContactSaved> {
        let options = CallOptions::keyed_of_version(key, version);
        self.call::<endpoints::UpdateContact>(&contact, &NoQuery {}, patch, options)
    }

    /// Deletes a contact of that version of a business.
    /// [`crate::ApiError::current`] is the business where another change came first.
    pub fn delete_contact(
        &self,
        contact: (BusinessId, ContactId),
        version: u64,
        key: IdempotencyKey,
    ) -> Call<ContactsChanged> {
        let options = CallOptions::keyed_of_version(key, version);
        self.call::<endpoints::DeleteContact>(&contact, &NoQuery {}, &NoBody {}, options)
    }
}
