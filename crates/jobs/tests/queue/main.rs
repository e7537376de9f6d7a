//! The runner on real stores: every story runs on SQLite and on Postgres.
#![cfg(test)]

mod claiming;
mod following;
mod retrying;
mod stopping;
mod support;
mod surviving;
