//! Sessions of browsers.

use contract::auth::Session;
use contract::{SessionId, Timestamp, UserId};

use super::users::{self, decode};
use super::{Authority, NewSession, parsed};
use crate::sql::{Columns, Sql};
use crate::{Store, StoreError, WriteTx};

/// A session that nobody used for so long has ended.
const IDLE_MS: i64 = 14 * 24 * 60 * 60 * 1000;

impl Store {
    /// The session of a digest, if it has not ended and its person may sign in.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn session_authority(
        &self,
        digest: &str,
        now: Timestamp,
    ) -> Result<Option<Authority>, StoreError> {
        let mut sql = Sql::new(self.backend(), "SELECT ");
        sql.push(users::COLUMNS).push(", s.id, s.expires_at, s.last_seen_at FROM sessions s ");
        sql.push("JOIN users u ON u.id = s.user_id WHERE s.digest = ").bind(digest);
        good(&mut sql, now);
        let Some(row) = sql.one(self.reader()).await? else { return Ok(None) };
        Ok(Some(Authority::Session {
            user: decode(&row)?,
            id: parsed("session id", &row.column::<String>(7)?)?,
            expires_at: Timestamp::from_millis(row.column(8)?),
            last_seen_at: Timestamp::from_millis(row.column(9)?),
        }))
    }

    /// Those of the sessions that are still good.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn good_sessions(
        &self,
        ids: &[SessionId],
        now: Timestamp,
    ) -> Result<Vec<SessionId>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let mut sql = Sql::new(self.backend(), "SELECT s.id FROM sessions s ");
        sql.push("JOIN users u ON u.id = s.user_id WHERE s.id IN (").bind_list(crate::sql::padded(&texts));
        sql.push(")");
        good(&mut sql, now);
        let rows = sql.all(self.reader()).await?;
        rows.iter().map(|row| parsed("session id", &row.column::<String>(0)?)).collect()
    }

    /// The sessions of a person that are still good, the latest used first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn list_sessions(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let mut sql = Sql::new(
            self.backend(),
            "SELECT s.id, s.created_at, s.last_seen_at, s.expires_at, s.user_agent FROM sessions s \
             JOIN users u ON u.id = s.user_id WHERE s.user_id = ",
        );
        sql.bind(user.to_string());
        good(&mut sql, now);
        sql.push(" ORDER BY s.last_seen_at DESC, s.id DESC");
        let rows = sql.all(self.reader()).await?;
        rows.iter()
            .map(|row| {
                Ok(Session {
                    id: parsed("session id", &row.column::<String>(0)?)?,
                    created_at: Timestamp::from_millis(row.column(1)?),
                    last_seen_at: Timestamp::from_millis(row.column(2)?),
                    expires_at: Timestamp::from_millis(row.column(3)?),
                    user_agent: row.column(4)?,
                    current: false,
                })
            })
            .collect()
    }

    /// Notes that a session was used now.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub async fn touch_session(&self, id: SessionId, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        let tx = self.begin_at(now).await?;
        let mut sql = tx.sql("UPDATE sessions SET last_seen_at = ");
        sql.bind(now.as_millis()).push(" WHERE id = ").bind(id.to_string());
        sql.execute(tx.connection()).await?;
        let mut sql = tx.sql("UPDATE users SET last_seen_at = ");
        sql.bind(now.as_millis()).push(" WHERE id = ").bind(user.to_string());
        sql.execute(tx.connection()).await?;
        tx.commit().await.map(drop)
    }

    /// Removes sessions and tokens that have ended, and returns how many.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub async fn prune_sessions(&self, now: Timestamp) -> Result<u64, StoreError> {
        let tx = self.begin_at(now).await?;
        let mut sql = tx.sql("DELETE FROM sessions WHERE expires_at <= ");
        sql.bind(now.as_millis()).push(" OR last_seen_at <= ").bind(now.as_millis() - IDLE_MS);
        let sessions = sql.execute(tx.connection()).await?;
        let mut sql = tx.sql("DELETE FROM api_tokens WHERE expires_at <= ");
        sql.bind(now.as_millis());
        let tokens = sql.execute(tx.connection()).await?;
        tx.commit().await?;
        Ok(sessions + tokens)
    }
}

/// What a session has to be, as a further condition.
fn good(sql: &mut Sql, now: Timestamp) {
    sql.push(" AND u.disabled = ").bind(false).push(" AND s.expires_at > ").bind(now.as_millis());
    sql.push(" AND s.last_seen_at > ").bind(now.as_millis() - IDLE_MS);
}

impl WriteTx {
    /// Stores a session.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub async fn open_session(&mut self, session: NewSession) -> Result<SessionId, StoreError> {
        let id = SessionId(uuid::Uuid::now_v7());
        let now = self.now().as_millis();
        let mut sql = self.sql(
            "INSERT INTO sessions (id, digest, user_id, user_agent, created_at, last_seen_at, expires_at) VALUES (",
        );
        sql.bind_list::<sea_orm::Value>([
            id.to_string().into(),
            session.digest.into(),
            session.user_id.to_string().into(),
            session.user_agent.into(),
            now.into(),
            now.into(),
            session.expires_at.as_millis().into(),
        ]);
        sql.push(")");
        sql.execute(self.connection()).await?;
        Ok(id)
    }

    /// Ends a session of a person.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if they have none of this id.
    pub async fn end_session(&mut self, user: UserId, id: SessionId) -> Result<(), StoreError> {
        let mut sql = self.sql("DELETE FROM sessions WHERE id = ");
        sql.bind(id.to_string()).push(" AND user_id = ").bind(user.to_string());
        match sql.execute(self.connection()).await? {
            0 => Err(StoreError::not_found("session", id)),
            _ => Ok(()),
        }
    }

    /// Ends every session of a person but `kept`.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub async fn end_sessions(&mut self, user: UserId, kept: Option<SessionId>) -> Result<u64, StoreError> {
        let mut sql = self.sql("DELETE FROM sessions WHERE user_id = ");
        sql.bind(user.to_string());
        if let Some(kept) = kept {
            sql.push(" AND id <> ").bind(kept.to_string());
        }
        sql.execute(self.connection()).await
    }
}
