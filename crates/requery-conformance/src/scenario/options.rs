//! Options of queries and mutations.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Answer, Row};

/// Options that need no type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are the options of the same name")]
pub struct Policy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_time: Option<StaleTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gc_time: Option<GcTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<Enabled>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refetch_interval: Option<Interval>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refetch_interval_in_background: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refetch_on_mount: Option<RefetchOn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refetch_on_window_focus: Option<RefetchOn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refetch_on_reconnect: Option<RefetchOn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_on_mount: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_delay: Option<RetryDelay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_mode: Option<NetworkMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structural_sharing: Option<bool>,
}

/// Options of a query and of its observers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    /// Position of its key.
    pub key: usize,
    /// What it shares with defaults.
    #[serde(flatten)]
    pub policy: Policy,
    /// Whether its function takes the abort signal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signal: bool,
    /// Shown while there is no data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder_data: Option<Placeholder>,
    /// Put into a query that has no data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_data: Option<Row>,
    /// How old that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_data_updated_at: Option<i64>,
    /// What observers show of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Select>,
    /// Of which fields of the result observers want to be told; nothing: of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify_on: Option<Vec<Field>>,
    /// Its data arrives in parts. Not for pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<Stream>,
    /// Which pages there are, where its key is one of pages.
    #[serde(default, skip_serializing_if = "Pages::is_default")]
    pub pages: Pages,
}

/// A field of a result, for `notifyOnChangeProps`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the fields of the same name")]
pub enum Field {
    Data,
    Status,
    FetchStatus,
    IsStale,
    Error,
    FailureCount,
}

/// A streamed query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    /// What a refetch does with the data that is there.
    pub mode: RefetchMode,
    /// How many answers its function takes for one fetch.
    pub parts: usize,
}

/// `refetchMode`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum RefetchMode {
    Reset,
    Append,
    Replace,
}

/// Which pages an infinite query has. The first that is fetched is number zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Pages {
    /// How many pages there are after it.
    #[serde(skip_serializing_if = "is_zero")]
    pub after: i64,
    /// How many there are before it.
    #[serde(skip_serializing_if = "is_zero")]
    pub before: i64,
    /// There is no page behind one whose tag is odd.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ends_at_odd: bool,
    /// `maxPages`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_pages: Option<usize>,
    /// `pages`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<usize>,
}

impl Mutation {
    /// Whether it travels with dehydrated state, and is done as the defaults of its key say.
    #[must_use]
    pub fn is_resumable(&self) -> bool {
        self.resumable && self.key.is_some()
    }
}

impl Pages {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// Options of a mutation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are the options of the same name")]
pub struct Mutation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// It may be dehydrated, and those of its key are sent one after the other. Only where it has a key.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub resumable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_delay: Option<RetryDelay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_mode: Option<NetworkMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gc_time: Option<GcTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_mutate: Option<Hook>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_success: Option<Hook>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_error: Option<Hook>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_settled: Option<Hook>,
    /// What its function answers, call by call and over again.
    pub answers: Vec<Answer>,
}

/// What a callback of a mutation does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Hook {
    /// How long it takes; zero: at once.
    pub after: u64,
    /// Data that it sets then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write: Option<Write>,
    /// A key that it invalidates then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalidate: Option<usize>,
}

/// Data that is set by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Write {
    /// Position of the key.
    pub key: usize,
    /// The data.
    pub row: Row,
    /// When it was current; nothing: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<i64>,
}

/// `staleTime`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum StaleTime {
    After(u64),
    Never,
    Static,
    /// A function: this long while the data's tag is even, else not at all.
    EvenTag(u64),
}

/// `gcTime`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum GcTime {
    After(u64),
    Never,
}

/// `enabled`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum Enabled {
    Fixed(bool),
    If(Condition),
}

/// A function of a query's state.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Condition {
    /// There is no data.
    Empty,
    /// There is data.
    Filled,
    /// There is no error.
    Calm,
}

/// `refetchInterval`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum Interval {
    Every(u64),
    /// A function: this often while there is no data or its tag is even, else never.
    EvenTag(u64),
}

/// `refetchOnMount` and its like.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum RefetchOn {
    Stale,
    Always,
    Never,
}

/// `retry`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum Retry {
    Times(u32),
    Forever,
    /// A function: up to three times, if the error's code is odd.
    OddOnly,
}

/// `retryDelay`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum RetryDelay {
    Fixed(u64),
    /// A function: once, twice, three times this long.
    Growing(u64),
}

/// `networkMode`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum NetworkMode {
    Online,
    Always,
    OfflineFirst,
}

/// `placeholderData`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum Placeholder {
    Row(Row),
    /// A function: the data of the query before.
    Previous,
}

/// `select`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Select {
    /// The tag alone.
    Tag,
    /// Everything; fails if the tag is odd.
    FailOdd,
}
