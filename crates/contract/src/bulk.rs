//! One action on many businesses.

use serde::{Deserialize, Serialize};

use crate::business::word_enum;
use crate::{BusinessId, BusinessQuery, FieldError, JobId, JobStatus, edit, from_json};

/// The most ids that one request names.
pub const MAX_IDS: usize = 1000;
/// Up to so many businesses are changed before the answer; more are a job's work.
pub const AT_ONCE: usize = 500;

word_enum! {
    /// What is done to each business.
    BulkAction {
        /// It is deleted with its contacts and history.
        Delete = "delete",
        /// It is enriched; always by a job.
        Enrich = "enrich",
        /// It is given a label.
        Tag = "tag",
        /// A label is taken from it.
        Untag = "untag",
    }
}

/// Which businesses, and what is done to them: exactly one of `ids` and `filter`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkRequest {
    /// These, 1 to 1,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 1000))]
    pub ids: Option<Vec<BusinessId>>,
    /// All that the filter selects; its order and paging are not heeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<BusinessQuery>,
    /// What is done.
    pub action: BulkAction,
    /// The label, for `tag` and `untag`; at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 50))]
    pub tag: Option<String>,
}

impl BulkRequest {
    /// What is wrong with the request, if anything.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let mut errors = Vec::new();
        if self.ids.is_some() == self.filter.is_some() {
            errors.push(FieldError::new("ids", "required", "give exactly one of ids and filter"));
        }
        if self.ids.as_ref().is_some_and(|ids| ids.is_empty() || ids.len() > MAX_IDS) {
            errors.push(FieldError::new("ids", "range", "give 1 to 1000 businesses"));
        }
        if let Some(Err(filter_errors)) = self.filter.as_ref().map(BusinessQuery::validate) {
            errors.extend(filter_errors.into_iter().map(|error| error.within("filter")));
        }
        match (self.action, &self.tag) {
            (BulkAction::Tag | BulkAction::Untag, None) => {
                errors.push(FieldError::new("tag", "required", "give the label"));
            }
            (BulkAction::Tag | BulkAction::Untag, Some(tag)) => {
                errors.extend(edit::check_tag("tag", tag).err().unwrap_or_default());
            }
            (BulkAction::Delete | BulkAction::Enrich, Some(_)) => {
                errors.push(FieldError::new("tag", "format", "leave it out; only tag and untag take it"));
            }
            (BulkAction::Delete | BulkAction::Enrich, None) => {}
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// What was done, or who does it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkAnswer {
    /// Businesses that were asked for and are there.
    pub matched: u64,
    /// Of them changed before this answer; the others needed no change, or wait for the job.
    pub changed: u64,
    /// Ids that name no business.
    pub missing: Vec<BusinessId>,
    /// The job that does it, where there are more than 500 businesses or they are to be enriched (status 202).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    /// Where the job stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<JobStatus>,
}

from_json!(deserialize BulkAnswer { matched, changed, missing, job_id, status });

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn every_rule_names_its_field() {
        let check = |json: Value, expect: Option<&str>| {
            let request: BulkRequest = serde_json::from_value(json.clone()).unwrap();
            let errors = request.validate().err().unwrap_or_default();
            assert_eq!(errors.first().map(|error| error.field.as_str()), expect, "{json}");
        };
        check(json!({ "ids": [1], "action": "delete" }), None);
        check(json!({ "filter": {}, "action": "tag", "tag": "x" }), None);
        check(json!({ "action": "delete" }), Some("ids"));
        check(json!({ "ids": [1], "filter": {}, "action": "delete" }), Some("ids"));
        check(json!({ "ids": [], "action": "delete" }), Some("ids"));
        check(json!({ "ids": vec![1; 1001], "action": "delete" }), Some("ids"));
        check(json!({ "filter": { "limit": 0 }, "action": "delete" }), Some("filter.limit"));
        check(json!({ "ids": [1], "action": "tag" }), Some("tag"));
        check(json!({ "ids": [1], "action": "untag", "tag": " " }), Some("tag"));
        check(json!({ "ids": [1], "action": "tag", "tag": "x".repeat(51) }), Some("tag"));
        check(json!({ "ids": [1], "action": "delete", "tag": "x" }), Some("tag"));
    }
}
