//! Accounts.

use contract::auth::{User, UserChange};
use contract::{Role, Timestamp, UserId};
use sea_orm::{QueryResult, Value};

use super::{Credentials, NewAccount, parsed};
use crate::codec::word;
use crate::sql::{Columns, Sql};
use crate::{Store, StoreError, WriteTx};

/// How long a link for the first account is good.
const SETUP_LINK_MS: i64 = 24 * 60 * 60 * 1000;

/// The columns of [`decode`], of the table `users` as `u`.
pub(super) const COLUMNS: &str = "u.id, u.email, u.name, u.role, u.disabled, u.created_at, u.last_seen_at";

/// Reads what [`COLUMNS`] selected.
pub(super) fn decode(row: &QueryResult) -> Result<User, StoreError> {
    Ok(User {
        id: parsed("user id", &row.column::<String>(0)?)?,
        email: row.column(1)?,
        name: row.column(2)?,
        role: word(&row.column::<String>(3)?)?,
        disabled: row.column(4)?,
        created_at: Timestamp::from_millis(row.column(5)?),
        last_seen_at: row.column::<Option<i64>>(6)?.map(Timestamp::from_millis),
    })
}

impl Store {
    /// Whether anybody has an account yet.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        Ok(Sql::new(self.backend(), "SELECT 1 FROM users LIMIT 1").one(self.reader()).await?.is_some())
    }

    /// Everybody who has an account, by name.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn list_users(&self) -> Result<Vec<User>, StoreError> {
        let mut sql = Sql::new(self.backend(), "SELECT ");
        sql.push(COLUMNS).push(" FROM users u ORDER BY u.name, u.id");
        sql.all(self.reader()).await?.iter().map(decode).collect()
    }

    /// The account of an address, folded as [`contract::auth::folded_email`] does, with its password's hash.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn credentials(&self, email: &str) -> Result<Option<Credentials>, StoreError> {
        let mut sql = Sql::new(self.backend(), "SELECT ");
        sql.push(COLUMNS).push(", u.password_hash FROM users u WHERE u.email = ").bind(email);
        let Some(row) = sql.one(self.reader()).await? else { return Ok(None) };
        Ok(Some(Credentials { user: decode(&row)?, password_hash: row.column(7)? }))
    }

    /// Makes the digest of a link that the first account can be made with, for a day.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub async fn add_setup_link(&self, digest: &str, now: Timestamp) -> Result<(), StoreError> {
        let tx = self.begin_at(now).await?;
        let mut old = tx.sql("DELETE FROM setup_links WHERE created_at <= ");
        old.bind(now.as_millis() - SETUP_LINK_MS);
        old.execute(tx.connection()).await?;
        let mut sql = tx.sql("INSERT INTO setup_links (digest, created_at) VALUES (");
        sql.bind(digest).push(", ").bind(now.as_millis()).push(")");
        sql.execute(tx.connection()).await?;
        tx.commit().await.map(drop)
    }

    /// Whether the first account can be made with the link of that digest.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn is_setup_link(&self, digest: &str, now: Timestamp) -> Result<bool, StoreError> {
        let mut sql = Sql::new(self.backend(), "SELECT 1 FROM setup_links WHERE digest = ");
        sql.bind(digest).push(" AND created_at > ").bind(now.as_millis() - SETUP_LINK_MS);
        sql.push(" AND NOT EXISTS (SELECT 1 FROM users)");
        Ok(sql.one(self.reader()).await?.is_some())
    }
}

impl WriteTx {
    /// Makes the first account, an admin's, and ends every link for it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the link is none, too old, or used, or if somebody has an account already.
    pub async fn set_up(&mut self, digest: &str, account: NewAccount) -> Result<User, StoreError> {
        // Two servers on one database print a link each. Whoever takes all of them away first is the one: the other
        // waits for these rows, and then finds none.
        let rows =
            self.sql("DELETE FROM setup_links RETURNING digest, created_at").all(self.connection()).await?;
        let oldest = self.now().as_millis() - SETUP_LINK_MS;
        let mut known = false;
        for row in &rows {
            known |= row.column::<String>(0)? == digest && row.column::<i64>(1)? > oldest;
        }
        let taken = self.sql("SELECT 1 FROM users LIMIT 1").one(self.connection()).await?.is_some();
        if !known || taken {
            let detail = "the link is used up or too old; start the server again for a new one";
            return self.guard(Err(StoreError::Conflict(detail.to_owned())));
        }
        self.insert_user(NewAccount { role: Role::Admin, ..account }).await
    }

    /// Stores an account.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the address has one already.
    pub async fn insert_user(&mut self, account: NewAccount) -> Result<User, StoreError> {
        let user = User {
            id: UserId(uuid::Uuid::now_v7()),
            email: account.email,
            name: account.name,
            role: account.role,
            disabled: false,
            created_at: self.now(),
            last_seen_at: None,
        };
        let mut sql = self.sql(
            "INSERT INTO users (id, email, name, role, disabled, password_hash, created_at, last_seen_at) VALUES (",
        );
        sql.bind_list([
            user.id.to_string().into(),
            user.email.as_str().into(),
            user.name.as_str().into(),
            user.role.as_str().into(),
            false.into(),
            account.password_hash.into(),
            user.created_at.as_millis().into(),
            Value::BigInt(None),
        ]);
        sql.push(") ON CONFLICT (email) DO NOTHING");
        if sql.execute(self.connection()).await? == 0 {
            return Err(StoreError::Conflict(format!("{} has an account already", user.email)));
        }
        Ok(user)
    }

    /// Changes an account; `password_hash` stands for the change's password. Where the account is disabled or has
    /// another password, its sessions end.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], and [`StoreError::Conflict`] if nobody would be left who is an admin.
    pub async fn update_user(
        &mut self,
        id: UserId,
        change: &UserChange,
        password_hash: Option<String>,
    ) -> Result<User, StoreError> {
        let mut user = self.locked_user(id).await?;
        user.name = change.name.clone().unwrap_or(user.name);
        user.role = change.role.unwrap_or(user.role);
        user.disabled = change.disabled.unwrap_or(user.disabled);
        let mut sql = self.sql("UPDATE users SET name = ");
        sql.bind(user.name.as_str()).push(", role = ").bind(user.role.as_str());
        sql.push(", disabled = ").bind(user.disabled);
        if let Some(hash) = &password_hash {
            sql.push(", password_hash = ").bind(hash.as_str());
        }
        sql.push(" WHERE id = ").bind(id.to_string());
        sql.execute(self.connection()).await?;
        if user.disabled || password_hash.is_some() {
            self.end_sessions(id, None).await?;
        }
        self.keep_an_admin().await?;
        Ok(user)
    }

    /// Gives an account another password; its sessions stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such account.
    pub async fn set_password(&mut self, id: UserId, password_hash: String) -> Result<(), StoreError> {
        let mut sql = self.sql("UPDATE users SET password_hash = ");
        sql.bind(password_hash).push(" WHERE id = ").bind(id.to_string());
        match sql.execute(self.connection()).await? {
            0 => Err(StoreError::not_found("user", id)),
            _ => Ok(()),
        }
    }

    /// Removes an account with its sessions and tokens.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], and [`StoreError::Conflict`] if nobody would be left who is an admin.
    pub async fn delete_user(&mut self, id: UserId) -> Result<(), StoreError> {
        self.locked_user(id).await?;
        let mut sql = self.sql("DELETE FROM users WHERE id = ");
        sql.bind(id.to_string());
        sql.execute(self.connection()).await?;
        self.keep_an_admin().await
    }

    /// Every admin's row is locked, so that two changes at once cannot each leave the other's admin as the last.
    async fn locked_user(&self, id: UserId) -> Result<User, StoreError> {
        let mut sql = self.sql("SELECT ");
        sql.push(COLUMNS).push(" FROM users u WHERE u.id = ").bind(id.to_string());
        sql.push(" OR u.role = ").bind(Role::Admin.as_str()).push(" ORDER BY u.id");
        sql.push(self.backend().lock_rows());
        let rows = sql.all(self.connection()).await?;
        let users: Vec<User> = rows.iter().map(decode).collect::<Result<_, _>>()?;
        users.into_iter().find(|user| user.id == id).ok_or_else(|| StoreError::not_found("user", id))
    }

    async fn keep_an_admin(&mut self) -> Result<(), StoreError> {
        let mut sql = self.sql("SELECT 1 FROM users WHERE role = ");
        sql.bind(Role::Admin.as_str()).push(" AND disabled = ").bind(false).push(" LIMIT 1");
        let found = sql.one(self.connection()).await?.is_some();
        let last = || StoreError::Conflict("this is the last admin; make another one first".to_owned());
        let kept = if found { Ok(()) } else { Err(last()) };
        self.guard(kept)
    }
}
