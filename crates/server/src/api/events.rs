//! Past events.

use contract::endpoints::ListEvents;
use contract::event::EventPage;

use crate::app::App;
use crate::endpoint::{Answer, Call};
use crate::problem::ApiProblem;

const DEFAULT_LIMIT: u32 = 200;

pub(super) async fn list(app: App, call: Call<ListEvents>) -> Result<Answer<ListEvents>, ApiProblem> {
    let limit = call.query.limit.unwrap_or(DEFAULT_LIMIT);
    let batch = app.store().events_since(call.query.since, limit).await?;
    Ok(Answer::new(EventPage { data: batch.events, latest_seq: batch.latest_seq, reset: batch.reset }))
}
