//! No answer, half of one, and what is none: one error each that says what to do, and the cache as it was.

use std::sync::Arc;

use client::mutations;
use client::{ApiClient, ApiError, Connection, ErrorKind, queries};
use contract::{
    Business, BusinessDetail, BusinessId, BusinessQuery, Page, PageMeta, Shared, Timestamp, keys,
};
use requery::runtime::TokioRuntime;
use requery::{FetchError, FetchStatus, MutationError, MutationObserver, QueryClient, QueryStatus};

use crate::loopback::{Asked, Does, Loopback};

/// What the server does, the kind and status of the error that comes of it, and words that it has.
struct Case {
    does: Does,
    kind: ErrorKind,
    status: Option<u16>,
    words: [&'static str; 2],
}

fn cases() -> Vec<Case> {
    let case = |does, kind, status, words| Case { does, kind, status, words };
    let json = |text: &str| Does::Answers(200, "application/json", text.as_bytes().to_vec());
    let lost = ["connection", "try again"];
    let unfit = "reload the page";
    vec![
        case(Does::HangsUp, ErrorKind::Offline, None, lost),
        case(Does::Cuts(1000, b"{\"data\":[".to_vec()), ErrorKind::Offline, None, lost),
        case(Does::Cuts(1000, Vec::new()), ErrorKind::Offline, None, lost),
        case(Does::CutsBetweenChunks(b"{\"data\":[".to_vec()), ErrorKind::Offline, None, lost),
        case(Does::html(200), ErrorKind::Unreadable, Some(200), ["a web page", unfit]),
        case(Does::html(502), ErrorKind::Unreadable, Some(502), ["status 502", "try again"]),
        case(json("{\"data\":["), ErrorKind::Unreadable, Some(200), ["EOF", unfit]),
        case(json(""), ErrorKind::Unreadable, Some(200), ["EOF", unfit]),
        case(json("[]"), ErrorKind::Unreadable, Some(200), ["object", unfit]),
        case(json("{\"jobs\":[]}"), ErrorKind::Unreadable, Some(200), ["data", unfit]),
        case(
            Does::Answers(200, "application/json", vec![0xff, 0xfe]),
            ErrorKind::Unreadable,
            Some(200),
            ["utf-8", unfit],
        ),
        case(json("{\"message\":\"no\"}"), ErrorKind::Unreadable, Some(200), ["data", unfit]),
        case(Does::json(500, &"oh"), ErrorKind::Unreadable, Some(500), ["status 500", "try again"]),
        case(
            Does::problem(503, "too busy; try again"),
            ErrorKind::Problem,
            Some(503),
            ["too busy", "try again"],
        ),
    ]
}

impl Case {
    fn check(&self, error: &ApiError) {
        let Self { does, kind, status, words } = self;
        assert_eq!((error.kind, error.status), (*kind, *status), "{does:?}: {error}");
        let text = error.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{does:?}: {text}");
    }

    /// The server's log has the request by the id that it came with, unless the server says another.
    fn check_id(&self, error: &ApiError, asked: &Asked) {
        let said = matches!(self.kind, ErrorKind::Problem).then_some("r-1");
        let sent = asked.header("x-request-id");
        assert!(sent.is_some(), "{:?}", self.does);
        assert_eq!(error.request_id(), said.or(sent), "{:?}", self.does);
    }
}

fn list() -> Page<Shared<Business>> {
    let row = Business { version: 3, ..Business::named(BusinessId(7), "Kahvila", Timestamp::from_millis(1)) };
    Page { data: vec![Shared::new(row)], meta: PageMeta::new(1, 1, 20, None) }
}

/// A page that shows a list, on a server that does `does` with every further request.
struct Shown {
    server: Loopback,
    api: ApiClient,
    cache: QueryClient,
}

impl Shown {
    async fn before(does: Does) -> Self {
        let server = Loopback::that([Does::json(200, &list()), does]).await;
        let (api, cache) = (server.api(), QueryClient::new(TokioRuntime::current()));
        let shown = Self { server, api, cache };
        shown.fetch().await.unwrap();
        shown
    }

    async fn fetch(&self) -> Result<Arc<Page<Shared<Business>>>, FetchError<ApiError>> {
        let query = BusinessQuery::default();
        let options = queries::business_list(&self.api, &Connection::new(), query);
        self.cache.fetch_query(&options.stale_time(std::time::Duration::ZERO).retry(0)).await
    }

    fn is_as_it_was(&self, does: &Does) {
        let key = keys::businesses::list(&BusinessQuery::default());
        let data = self.cache.get_query_data::<Page<Shared<Business>>>(key).unwrap();
        assert_eq!(*data, list(), "{does:?}");
        let row = self.cache.get_entity::<Business>(BusinessId(7)).unwrap();
        assert_eq!(*row, *list().data[0], "{does:?}");
    }
}

#[tokio::test]
async fn a_fetch_that_fails_is_one_error_and_what_is_shown_stays() {
    for case in cases() {
        let shown = Shown::before(case.does.clone()).await;
        let Err(FetchError::Failed(error)) = shown.fetch().await else { panic!("{:?}", case.does) };
        case.check(&error);
        shown.is_as_it_was(&case.does);
        let [_, asked] = shown.server.asked().try_into().unwrap();
        case.check_id(&error, &asked);
    }
}

#[tokio::test]
async fn a_first_fetch_that_fails_leaves_nothing_behind_but_its_error() {
    for case in cases() {
        let server = Loopback::that([case.does.clone()]).await;
        let cache = QueryClient::new(TokioRuntime::current());
        let options = queries::business_detail(&server.api(), BusinessId(7)).retry(0);
        assert!(cache.fetch_query(&options).await.is_err(), "{:?}", case.does);
        let key = keys::business::detail(BusinessId(7));
        let state = cache.get_query_state::<BusinessDetail, ApiError>(key).unwrap();
        assert_eq!(
            (state.status, state.data_updated_at),
            (QueryStatus::Error, requery::Timestamp::ZERO),
            "{:?}",
            case.does
        );
        assert!(cache.get_entity::<Business>(BusinessId(7)).is_none(), "{:?}", case.does);
    }
}

#[tokio::test]
async fn a_write_that_fails_takes_back_what_it_showed_ahead() {
    for case in cases() {
        let shown = Shown::before(case.does.clone()).await;
        let observer = MutationObserver::new(&shown.cache, mutations::enrich_business(&shown.api).retry(0));
        let Err(MutationError::Failed(error)) = observer.mutate(BusinessId(7)).await else {
            panic!("{:?}", case.does)
        };
        assert_eq!((error.kind, error.status), (case.kind, case.status), "{:?}: {error}", case.does);
        case.check_id(&error, &shown.server.asked()[1]);
        shown.is_as_it_was(&case.does);
    }
}

/// The network goes away under a page that shows something: reading and writing fail alike, and it still shows it.
#[tokio::test]
async fn a_network_that_is_down_leaves_what_is_shown() {
    let mut shown = Shown::before(Does::HangsUp).await;
    shown.server.goes_down().await;
    let Err(FetchError::Failed(error)) = shown.fetch().await else { panic!("nobody listens") };
    assert_eq!((error.kind, error.status), (ErrorKind::Offline, None), "{error}");
    assert!(error.to_string().contains("check the connection and try again"), "{error}");
    let observer = MutationObserver::new(&shown.cache, mutations::enrich_business(&shown.api).retry(0));
    let Err(MutationError::Failed(error)) = observer.mutate(BusinessId(7)).await else { panic!("it wrote") };
    assert_eq!((error.kind, error.request_id().map(str::len)), (ErrorKind::Offline, Some(36)), "{error}");
    shown.is_as_it_was(&Does::HangsUp);
    assert_eq!(shown.server.asked().len(), 1);
}

/// While an answer is on its way, what was shown is; what comes late is taken like what comes at once.
#[tokio::test]
async fn a_slow_answer_is_waited_for_over_what_is_shown() {
    let mut newer = list();
    newer.data =
        vec![Shared::new(Business { version: 4, name: "Kuppila".into(), ..(*newer.data[0]).clone() })];
    let does = Does::WhenTold(Box::new(Does::json(200, &newer)));
    let shown = Arc::new(Shown::before(does.clone()).await);
    shown.server.arrived().await;
    let slow = Arc::clone(&shown);
    let asking = tokio::spawn(async move { slow.fetch().await });
    shown.server.arrived().await;
    shown.is_as_it_was(&does);
    let key = keys::businesses::list(&BusinessQuery::default());
    let state = shown.cache.get_query_state::<Page<Shared<Business>>, ApiError>(key).unwrap();
    assert_eq!((state.fetch_status, state.error.is_none()), (FetchStatus::Fetching, true));
    shown.server.go_on();
    assert_eq!(*asking.await.unwrap().unwrap(), newer);
    assert_eq!(shown.cache.get_entity::<Business>(BusinessId(7)).unwrap().name, "Kuppila");
}

/// As [`a_server_that_says_nothing_is_given_up`], by a page that shows something.
#[tokio::test]
async fn an_answer_that_never_comes_leaves_what_is_shown() {
    for does in [Does::Waits, Does::WaitsAfterTheHead] {
        let shown = Arc::new(Shown::before(does.clone()).await);
        shown.server.arrived().await;
        let slow = Arc::clone(&shown);
        let asking = tokio::spawn(async move { slow.fetch().await });
        shown.server.arrived().await;
        tokio::time::pause();
        let outcome = asking.await.unwrap();
        tokio::time::resume();
        let Err(FetchError::Failed(error)) = outcome else { panic!("{does:?}") };
        assert_eq!((error.kind, error.status), (ErrorKind::Timeout, None), "{does:?}: {error}");
        assert!(error.to_string().contains("did not answer in time; try again"), "{error}");
        shown.is_as_it_was(&does);
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_with_what_to_do() {
    let error = Loopback::nobody().await.stats().await.unwrap_err();
    assert_eq!((error.kind, error.status, error.is_retryable()), (ErrorKind::Offline, None, true));
    assert_eq!((error.request_id().map(str::len), error.code()), (Some(36), None));
    let text = error.to_string();
    assert!(text.contains("refused") && text.contains("check the connection and try again"), "{text}");
}

/// The thirty seconds pass at once: the clock of the runtime stands still until nothing else is to be done.
#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    for does in [Does::Waits, Does::WaitsAfterTheHead] {
        let server = Loopback::that([does.clone()]).await;
        let asking = tokio::spawn(server.api().stats());
        server.arrived().await;
        tokio::time::pause();
        let error = asking.await.unwrap().unwrap_err();
        tokio::time::resume();
        assert_eq!((error.kind, error.is_retryable()), (ErrorKind::Timeout, true), "{does:?}: {error}");
        assert!(error.to_string().contains("did not answer in time; try again"), "{error}");
        assert_eq!(error.request_id(), server.asked()[0].header("x-request-id"), "{does:?}");
    }
}

#[tokio::test]
async fn what_the_server_refuses_is_kept_whole() {
    let problem = serde_json::json!({
        "type": "/problems/invalid", "title": "Invalid", "status": 422, "detail": "the body is wrong",
        "requestId": "r-9", "errors": [{ "field": "name", "code": "required", "message": "a name is needed" }],
    });
    let does = [Does::json(422, &problem), Does::problem(429, "too many tries"), Does::problem(404, "none")];
    let server = Loopback::that(does).await;
    let api = server.api();
    let invalid = api.stats().await.unwrap_err();
    assert_eq!(
        (invalid.kind, invalid.status, invalid.is_retryable()),
        (ErrorKind::Problem, Some(422), false)
    );
    assert_eq!(invalid.field("name").unwrap().message, "a name is needed");
    assert_eq!((invalid.field("city"), invalid.current()), (None, None));
    assert_eq!((invalid.request_id(), invalid.code()), (Some("r-9"), Some("invalid")));
    let slow = api.stats().await.unwrap_err();
    assert_eq!((slow.retry_after, slow.is_retryable()), (Some(std::time::Duration::from_secs(7)), true));
    assert!(api.stats().await.unwrap_err().is_not_found());
}
