//! The pages' paths, typed: parsed for prefetching and for the status of an answer, written for links.

use contract::job::JobQuery;
use contract::{BusinessId, BusinessQuery, ContactId, JobId, UserId};

use uuid::Uuid;

use crate::find_form::FindForm;
#[cfg(any(feature = "ssr", test))]
use crate::form_routes::FormRoute;
use crate::leads_url;
use crate::look::{self, Look};

/// The chunks of the application's program, in the order in which people mostly come by them: those of pages, and what is
/// done to leads over them.
pub const CHUNKS: [&str; 9] =
    ["overview", "leads", "lead", crate::desk::CHUNK, "find", "job", "jobs", "enrichment", "map"];

/// A page.
#[derive(Clone, Debug, PartialEq)]
pub enum Route {
    /// `/`
    Overview,
    /// `/find`, with what it is filled in with.
    Find(FindForm),
    /// `/jobs`, with its filter.
    Jobs(JobQuery),
    /// `/jobs/{jobId}`
    Job(JobId),
    /// `/enrichment`
    Enrichment,
    /// `/leads`, with its filters, order and page.
    Leads(Box<BusinessQuery>),
    /// `/leads?view=map`: the list as a map.
    LeadsMap,
    /// `/leads/{id}`
    Lead(BusinessId),
    /// `/leads/new`
    NewLead,
    /// `/leads/{id}/edit`
    EditLead(BusinessId),
    /// A document of forms that the application does not know of.
    #[cfg(any(feature = "ssr", test))]
    Form(FormRoute),
    /// `/account`
    Account,
    /// `/users`
    Users,
    /// `/users/{id}`
    User(UserId),
    /// `/suppression`
    Suppression,
    /// `/import`, and `/import/{id}` for a file that was chosen.
    Import(Option<Uuid>),
    /// `/styleguide`, in development builds.
    Styleguide,
}

impl Route {
    /// The page at `path_and_query`, if there is one. A lead or job that is well named may still not exist.
    #[must_use]
    pub fn parse(path_and_query: &str) -> Option<Self> {
        let (path, search) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        #[cfg(any(feature = "ssr", test))]
        if let Some(form) = FormRoute::parse(&segments) {
            return Some(Self::Form(form));
        }
        match segments.as_slice() {
            [] => Some(Self::Overview),
            ["find"] => Some(Self::Find(FindForm::from_search(search))),
            ["jobs"] => Some(Self::Jobs(job_query(search))),
            ["jobs", id] => id.parse().ok().map(Self::Job),
            ["enrichment"] => Some(Self::Enrichment),
            ["leads"] if look::of(search) == Look::Map => Some(Self::LeadsMap),
            ["leads"] => Some(Self::Leads(Box::new(leads_url::parse(search)))),
            ["leads", "new"] => Some(Self::NewLead),
            ["leads", id] => stored(id).map(Self::Lead),
            ["leads", id, "edit"] => stored(id).map(Self::EditLead),
            ["account"] => Some(Self::Account),
            ["users"] => Some(Self::Users),
            ["users", id] => id.parse().ok().map(Self::User),
            ["suppression"] => Some(Self::Suppression),
            ["import"] => Some(Self::Import(None)),
            ["import", id] => id.parse().ok().map(|id| Self::Import(Some(id))),
            ["styleguide"] if cfg!(debug_assertions) => Some(Self::Styleguide),
            _ => None,
        }
    }

    /// Whether the page is a form in a document of its own, without the application's script: links lead to it as to
    /// another site.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        match self {
            Self::NewLead | Self::EditLead(_) => true,
            #[cfg(any(feature = "ssr", test))]
            Self::Form(_) => true,
            Self::Account | Self::Users | Self::User(_) | Self::Suppression | Self::Import(_) => true,
            Self::Overview | Self::Find(_) | Self::Jobs(_) | Self::Job(_) => false,
            Self::Leads(_) | Self::LeadsMap | Self::Lead(_) => false,
            Self::Enrichment | Self::Styleguide => false,
        }
    }

    /// The name of the chunk of the application's program that makes the page; `None` where its main part does.
    #[must_use]
    pub fn chunk(&self) -> Option<&'static str> {
        match self {
            Self::Overview => Some("overview"),
            Self::Find(_) => Some("find"),
            Self::Jobs(_) => Some("jobs"),
            Self::Job(_) => Some("job"),
            Self::Enrichment => Some("enrichment"),
            Self::Leads(_) => Some("leads"),
            Self::LeadsMap => Some("map"),
            Self::Lead(_) => Some("lead"),
            _ => None,
        }
    }

    /// The page's address.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Overview => "/".to_owned(),
            Self::Find(form) => form.url(),
            Self::Jobs(query) => jobs_url(query),
            Self::Job(id) => format!("/jobs/{id}"),
            Self::Enrichment => ENRICHMENT.to_owned(),
            Self::Leads(query) => leads_url::url(query),
            Self::LeadsMap => Look::Map.url(&BusinessQuery::default()),
            Self::Lead(id) => format!("/leads/{id}"),
            Self::NewLead => "/leads/new".to_owned(),
            Self::EditLead(id) => format!("/leads/{id}/edit"),
            #[cfg(any(feature = "ssr", test))]
            Self::Form(form) => form.path(),
            Self::Account => "/account".to_owned(),
            Self::Users => "/users".to_owned(),
            Self::User(id) => format!("/users/{id}"),
            Self::Suppression => "/suppression".to_owned(),
            Self::Import(None) => "/import".to_owned(),
            Self::Import(Some(id)) => format!("/import/{id}"),
            Self::Styleguide => "/styleguide".to_owned(),
        }
    }
}

fn stored(id: &str) -> Option<BusinessId> {
    id.parse().ok().filter(|id: &BusinessId| id.0 > 0)
}

/// The address of a lead's page.
#[must_use]
pub fn lead(id: BusinessId) -> String {
    Route::Lead(id).path()
}

/// The address of the form that changes a lead.
#[must_use]
pub fn edit(id: BusinessId) -> String {
    Route::EditLead(id).path()
}

/// The address of the form that adds a contact to a lead.
#[must_use]
pub fn new_contact(id: BusinessId) -> String {
    format!("/leads/{id}/contacts/new")
}

/// The address of the form that changes a contact.
#[must_use]
pub fn contact(id: BusinessId, contact: ContactId) -> String {
    format!("/leads/{id}/contacts/{contact}")
}

/// The address of the duplicates of a lead.
#[must_use]
pub fn duplicates(id: BusinessId) -> String {
    format!("/leads/{id}/duplicates")
}

/// The address of the page of enrichment.
pub const ENRICHMENT: &str = "/enrichment";

/// The address of the page of enrichment with the leads of that batch.
#[must_use]
pub fn batch(id: JobId) -> String {
    format!("{ENRICHMENT}?batch={id}")
}

/// The address of the jobs of that batch.
#[must_use]
pub fn jobs_of(batch: JobId) -> String {
    jobs_url(&JobQuery { parent_id: Some(batch), ..JobQuery::default() })
}

/// The batch that the page of enrichment is to show; none where its address names none.
#[must_use]
pub fn batch_of(search: &str) -> Option<JobId> {
    let mut pairs = form_urlencoded::parse(search.trim_start_matches('?').as_bytes());
    pairs.find(|(name, _)| name == "batch").and_then(|(_, id)| id.parse().ok())
}

/// The address of the settings.
pub const SETTINGS: &str = "/settings";

/// The address of the pairs of leads that may be one.
pub const PAIRS: &str = "/duplicates";

/// The address of one's saved views.
pub const VIEWS: &str = "/leads/views";

/// The address of a job's page.
#[must_use]
pub fn job(id: JobId) -> String {
    Route::Job(id).path()
}

/// The address of the page of an account.
#[must_use]
pub fn user(id: UserId) -> String {
    Route::User(id).path()
}

/// The filter of the list of jobs in `search`; what cannot be read is dropped.
#[must_use]
pub fn job_query(search: &str) -> JobQuery {
    let mut query = JobQuery::default();
    for (name, value) in form_urlencoded::parse(search.trim_start_matches('?').as_bytes()) {
        match &*name {
            "kind" => query.kind = value.parse().ok(),
            "status" => query.status = value.parse().ok(),
            "parentId" => query.parent_id = value.parse().ok(),
            "cursor" => query.cursor = Some(value.into_owned()).filter(|cursor| !cursor.is_empty()),
            _ => {}
        }
    }
    query
}

/// The address of the list of jobs.
#[must_use]
pub fn jobs_url(query: &JobQuery) -> String {
    let pairs = [
        ("kind", query.kind.map(|kind| kind.to_string())),
        ("status", query.status.map(|status| status.to_string())),
        ("parentId", query.parent_id.map(|batch| batch.to_string())),
        ("cursor", query.cursor.clone()),
    ];
    let given = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
    leads_url::with_parameters("/jobs", given.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_their_page_and_back() {
        let check =
            |path: &str| assert_eq!(Route::parse(path).map(|route| route.path()).as_deref(), Some(path));
        check("/");
        check("/find");
        check("/find?location=Helsinki&radiusKm=1");
        check("/jobs");
        check("/jobs?kind=scrape&status=failed&cursor=abc");
        check("/jobs?status=failed&parentId=019f0000-0000-7000-8000-000000000001");
        check("/jobs/019f0000-0000-7000-8000-000000000001");
        check("/enrichment");
        check("/leads");
        check("/leads?search=caf%C3%A9&city=Espoo");
        check("/leads?view=map");
        check("/leads/7");
        check("/leads/new");
        check("/leads/7/edit");
        check("/account");
        check("/users");
        check("/users/019f0000-0000-7000-8000-000000000001");
        check("/suppression");
        check("/import");
        check("/import/019f0000-0000-7000-8000-000000000001");
    }

    #[test]
    fn the_page_of_enrichment_names_its_batch() {
        let id = JobId(Uuid::from_u128(7));
        let address = batch(id);
        assert_eq!(Route::parse(&address), Some(Route::Enrichment));
        assert_eq!(batch_of(address.split_once('?').unwrap().1), Some(id));
        assert_eq!([batch_of(""), batch_of("?batch=x"), batch_of("page=2")], [None; 3]);
    }

    #[test]
    fn the_list_as_a_map_is_a_page_of_its_own() {
        let map = Route::parse("/leads?city=Espoo&view=map&within=24%2C60%2C25%2C61");
        assert_eq!(
            (map.as_ref(), map.as_ref().and_then(Route::chunk)),
            (Some(&Route::LeadsMap), Some("map"))
        );
        assert!(matches!(Route::parse("/leads?view=globe"), Some(Route::Leads(_))));
    }

    #[test]
    fn other_paths_lead_nowhere() {
        for path in [
            "/lead",
            "/leads/x",
            "/leads/0",
            "/leads/-1",
            "/leads/0/edit",
            "/leads/1/x",
            "/jobs/1",
            "/find/x",
            "/enrichment/x",
            "/users/x",
            "/import/x",
            "/account/x",
        ] {
            assert_eq!(Route::parse(path), None, "{path}");
        }
    }

    #[test]
    fn a_trailing_slash_is_the_same_page() {
        assert_eq!(Route::parse("/leads/7/"), Some(Route::Lead(BusinessId(7))));
    }
}
