//! The program as people and scripts run it: the real binary, real folders, real signals.
#![cfg(test)]

mod data;
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
mod users;
mod verify;
