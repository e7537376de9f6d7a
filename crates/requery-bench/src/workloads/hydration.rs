//! S8: 10,000 queries as JSON, and back; in the schema of the reference, and in the cache's own.

use requery::{DehydrateOptions, DehydratedState, QueryClient, QueryObserver, QueryOptions, query_key};
use serde::{Deserialize, Serialize};

use super::Never;
use crate::driver::Driver;
use crate::workload::{Named, Outcome, Setup, Workload, boxed};
use reference::Reference;

mod reference;

const QUERIES: u32 = 10_000;

pub(super) const ALL: [Named; 4] = [
    Named { name: "s8/dehydrate", prepare: |setup| write(setup, Schema::Reference) },
    Named { name: "s8/hydrate", prepare: |setup| read(setup, Schema::Reference) },
    Named { name: "s8/dehydrate-own", prepare: |setup| write(setup, Schema::Own) },
    Named { name: "s8/hydrate-own", prepare: |setup| read(setup, Schema::Own) },
];

#[derive(Clone, Copy, PartialEq)]
enum Schema {
    Reference,
    Own,
}

impl Schema {
    fn write(self, client: &QueryClient) -> String {
        #[cfg(not(target_arch = "wasm32"))]
        let state = client.dehydrate_text(&DehydrateOptions::default());
        #[cfg(target_arch = "wasm32")]
        let state = client.dehydrate(&DehydrateOptions::default());
        let text = match self {
            Self::Reference => serde_json::to_string(&Reference::of(state)),
            Self::Own => serde_json::to_string(&state),
        };
        text.unwrap_or_default()
    }

    fn read(self, text: &str) -> DehydratedState {
        match self {
            Self::Reference => serde_json::from_str::<Reference>(text).map(Reference::into_state),
            Self::Own => serde_json::from_str(text),
        }
        .unwrap_or_default()
    }
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    id: u32,
    name: String,
    city: String,
    rating: u32,
    is_open: bool,
}

impl Place {
    fn new(id: u32) -> Self {
        let is_open = id.is_multiple_of(3);
        Self { id, name: format!("Place {id}"), city: "Helsinki".into(), rating: id % 50, is_open }
    }
}

/// The cache learns from options how places travel.
fn learn(client: &QueryClient) {
    let options = QueryOptions::<Place, Never>::observe_only(query_key!["place", 0]).hydratable();
    drop(QueryObserver::new(client, options));
}

fn fill(client: &QueryClient, queries: u32) {
    learn(client);
    for id in 0..queries {
        client.set_query_data(query_key!["place", id], Place::new(id));
    }
}

struct Writing {
    client: QueryClient,
    schema: Schema,
    text: String,
}

impl Workload for Writing {
    fn run(&mut self) {
        self.text = self.schema.write(&self.client);
    }

    fn outcome(&self) -> Outcome {
        vec![("queries", self.schema.read(&self.text).queries.len() as u64)]
    }

    fn parts(&self) -> Vec<f64> {
        vec![f64::from(u32::try_from(self.text.len()).unwrap_or(u32::MAX))]
    }
}

fn write(setup: &Setup, schema: Schema) -> Box<dyn Workload> {
    let client = setup.client.clone();
    fill(&client, setup.size(QUERIES));
    Box::new(Writing { client, schema, text: String::new() })
}

struct Reading {
    client: QueryClient,
    schema: Schema,
    queries: u32,
    text: String,
    ratings: u64,
}

fn read(setup: &Setup, schema: Schema) -> Box<dyn Workload> {
    let (client, queries) = (setup.client.clone(), setup.size(QUERIES));
    let other = QueryClient::new(Driver::new());
    fill(&other, queries);
    learn(&client);
    let text = schema.write(&other);
    let run = |it: &mut Reading| {
        it.client.hydrate(it.schema.read(&it.text));
        for id in 0..it.queries {
            let place = it.client.get_query_data::<Place>(query_key!["place", id]);
            it.ratings += place.map_or(0, |place| u64::from(place.rating));
        }
    };
    boxed(Reading { client, schema, queries, text, ratings: 0 }, run, |it| {
        vec![("queries", it.client.query_count() as u64), ("ratings", it.ratings)]
    })
}
