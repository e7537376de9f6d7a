//! Services on the network, each a real server on loopback that answers and fails as the documentation says.
#![cfg(test)]

mod apify;
mod apify_server;
mod google_places;
mod google_server;
mod jobs;
mod ledger;
mod nominatim;
mod overpass;
mod overture;
mod resuming;
mod server;
mod support;
mod trouble;
