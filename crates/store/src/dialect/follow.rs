//! Noticing the commits of other processes.

use std::time::Duration;

use sea_orm::sqlx::PgPool;
use sea_orm::sqlx::postgres::PgListener;

use super::Connections;
use crate::Backend;

/// The channel that commits are told on.
pub(super) const CHANNEL: &str = "letip_events";
/// How often a SQLite file is asked for its newest event.
const SQLITE_POLL: Duration = Duration::from_millis(200);
/// How often a Postgres server is asked although it would have told.
const POSTGRES_POLL: Duration = Duration::from_secs(5);

/// Waits until something may have been committed elsewhere.
pub(crate) enum Follower {
    Poll,
    Listen { pool: PgPool, listener: Option<Box<PgListener>> },
}

impl Follower {
    pub(crate) fn new(connections: &Connections) -> Self {
        match connections.backend {
            Backend::Sqlite => Self::Poll,
            Backend::Postgres => {
                let pool = connections.reader.get_postgres_connection_pool().clone();
                Self::Listen { pool, listener: None }
            }
        }
    }

    /// Returns after a notification or after a while; never fails, for the poll is there if listening is not.
    pub(crate) async fn changed(&mut self) {
        let Self::Listen { pool, listener } = self else {
            return tokio::time::sleep(SQLITE_POLL).await;
        };
        let Some(active) = listener else {
            *listener = listen(pool).await;
            // What was committed before the server began to tell has to be looked for once more.
            let wait = if listener.is_some() { Duration::ZERO } else { POSTGRES_POLL };
            return tokio::time::sleep(wait).await;
        };
        if let Ok(Err(error)) = tokio::time::timeout(POSTGRES_POLL, active.recv()).await {
            tracing::debug!(%error, "listening for commits of other servers was interrupted");
            *listener = None;
        }
    }
}

async fn listen(pool: &PgPool) -> Option<Box<PgListener>> {
    let connected = async {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok::<_, sea_orm::sqlx::Error>(Box::new(listener))
    };
    match connected.await {
        Ok(listener) => Some(listener),
        Err(error) => {
            tracing::debug!(%error, "commits of other servers are polled for, listening failed");
            None
        }
    }
}
