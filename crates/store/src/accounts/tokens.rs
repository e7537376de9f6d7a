//! API tokens of programs.

use contract::auth::ApiToken;
use contract::{Timestamp, TokenId, UserId};

use super::users::{self, decode};
use super::{Authority, NewToken, parsed};
use crate::codec::word;
use crate::sql::{Columns, Sql};
use crate::{Store, StoreError, WriteTx};

impl Store {
    /// The token of a digest, if it has not ended and its owner may sign in.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn token_authority(
        &self,
        digest: &str,
        now: Timestamp,
    ) -> Result<Option<Authority>, StoreError> {
        let mut sql = Sql::new(self.backend(), "SELECT ");
        sql.push(users::COLUMNS).push(", t.id, t.role, t.expires_at, t.last_used_at FROM api_tokens t ");
        sql.push("JOIN users u ON u.id = t.user_id WHERE t.digest = ").bind(digest);
        sql.push(" AND u.disabled = ").bind(false).push(" AND t.expires_at > ").bind(now.as_millis());
        let Some(row) = sql.one(self.reader()).await? else { return Ok(None) };
        Ok(Some(Authority::Token {
            user: decode(&row)?,
            id: parsed("token id", &row.column::<String>(7)?)?,
            role: word(&row.column::<String>(8)?)?,
            expires_at: Timestamp::from_millis(row.column(9)?),
            last_used_at: row.column::<Option<i64>>(10)?.map(Timestamp::from_millis),
        }))
    }

    /// Those of the tokens that are still good.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn good_tokens(&self, ids: &[TokenId], now: Timestamp) -> Result<Vec<TokenId>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let mut sql = Sql::new(self.backend(), "SELECT t.id FROM api_tokens t ");
        sql.push("JOIN users u ON u.id = t.user_id WHERE t.id IN (").bind_list(crate::sql::padded(&texts));
        sql.push(") AND u.disabled = ").bind(false).push(" AND t.expires_at > ").bind(now.as_millis());
        let rows = sql.all(self.reader()).await?;
        rows.iter().map(|row| parsed("token id", &row.column::<String>(0)?)).collect()
    }

    /// The tokens of a person that are still good, the newest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn list_tokens(&self, user: UserId, now: Timestamp) -> Result<Vec<ApiToken>, StoreError> {
        let mut sql = Sql::new(
            self.backend(),
            "SELECT id, name, role, created_at, last_used_at, expires_at FROM api_tokens WHERE user_id = ",
        );
        sql.bind(user.to_string()).push(" AND expires_at > ").bind(now.as_millis());
        sql.push(" ORDER BY id DESC");
        let rows = sql.all(self.reader()).await?;
        rows.iter()
            .map(|row| {
                Ok(ApiToken {
                    id: parsed("token id", &row.column::<String>(0)?)?,
                    name: row.column(1)?,
                    role: word(&row.column::<String>(2)?)?,
                    created_at: Timestamp::from_millis(row.column(3)?),
                    last_used_at: row.column::<Option<i64>>(4)?.map(Timestamp::from_millis),
                    expires_at: Timestamp::from_millis(row.column(5)?),
                })
            })
            .collect()
    }

    /// Notes that a token was used now.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub async fn touch_token(&self, id: TokenId, now: Timestamp) -> Result<(), StoreError> {
        let tx = self.begin_at(now).await?;
        let mut sql = tx.sql("UPDATE api_tokens SET last_used_at = ");
        sql.bind(now.as_millis()).push(" WHERE id = ").bind(id.to_string());
        sql.execute(tx.connection()).await?;
        tx.commit().await.map(drop)
    }
}

impl WriteTx {
    /// Stores a token.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub async fn insert_token(&mut self, token: NewToken) -> Result<ApiToken, StoreError> {
        let stored = ApiToken {
            id: TokenId(uuid::Uuid::now_v7()),
            name: token.name,
            role: token.role,
            created_at: self.now(),
            last_used_at: None,
            expires_at: token.expires_at,
        };
        let mut sql = self
            .sql("INSERT INTO api_tokens (id, digest, user_id, name, role, created_at, expires_at) VALUES (");
        sql.bind_list::<sea_orm::Value>([
            stored.id.to_string().into(),
            token.digest.into(),
            token.user_id.to_string().into(),
            stored.name.as_str().into(),
            stored.role.as_str().into(),
            stored.created_at.as_millis().into(),
            stored.expires_at.as_millis().into(),
        ]);
        sql.push(")");
        sql.execute(self.connection()).await?;
        Ok(stored)
    }

    /// Ends a token of a person.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if they have none of this id.
    pub async fn end_token(&mut self, user: UserId, id: TokenId) -> Result<(), StoreError> {
        let mut sql = self.sql("DELETE FROM api_tokens WHERE id = ");
        sql.bind(id.to_string()).push(" AND user_id = ").bind(user.to_string());
        match sql.execute(self.connection()).await? {
            0 => Err(StoreError::not_found("token", id)),
            _ => Ok(()),
        }
    }
}
