//! One module a command.

pub(crate) mod backup;
pub(crate) mod completions;
pub(crate) mod enrich;
pub(crate) mod events;
pub(crate) mod export;
pub(crate) mod extract;
pub(crate) mod import;
pub(crate) mod jobs;
pub(crate) mod matching;
pub(crate) mod migrate;
pub(crate) mod places;
pub(crate) mod scrape;
pub(crate) mod serve;
pub(crate) mod sources;
pub(crate) mod suppress;
pub(crate) mod tidy;
pub(crate) mod users;
pub(crate) mod verify;
