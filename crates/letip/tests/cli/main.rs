//! The program as people and scripts run it: the real binary, real folders, real signals.
#![cfg(test)]

mod data;
mod enrich;
mod events;
mod export;
mod extract;
mod import;
mod jobs;
mod matching;
mod remote;
mod scrape;
mod serve;
mod support;
mod suppress;
mod tidy;
mod users;
mod verify;
