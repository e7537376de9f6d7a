//! Lists that people have given a name. Each is one person's, or, on a server that asks nobody to sign in, everybody's:
//! `owner` is `None` there.

use contract::views::{MAX_VIEWS, NewView, SavedView};
use contract::{Timestamp, UserId, ViewId};
use sea_orm::{QueryResult, Value};

use crate::sql::{Columns, Sql, stored};
use crate::text::fold;
use crate::{Store, StoreError, WriteTx};

/// What [`decode`] reads.
const COLUMNS: &str = "id, version, name, query, created_at, updated_at";

impl Store {
    /// The views of a person, by name.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn list_views(&self, owner: Option<UserId>) -> Result<Vec<SavedView>, StoreError> {
        let mut sql = Sql::new(self.backend(), "SELECT ");
        sql.push(COLUMNS).push(" FROM saved_views WHERE owner = ").bind(key_of(owner));
        sql.push(" ORDER BY name_key, id");
        sql.all(self.reader()).await?.iter().map(decode).collect()
    }
}

impl WriteTx {
    /// Saves a view; `None` if the person has one of that name.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the person has [`MAX_VIEWS`] already.
    pub async fn insert_view(
        &mut self,
        owner: Option<UserId>,
        new: NewView,
    ) -> Result<Option<SavedView>, StoreError> {
        let mut sql = self.sql("SELECT count(*) FROM saved_views WHERE owner = ");
        sql.bind(key_of(owner));
        let count: i64 = sql.scalar(self.connection()).await?;
        if count >= stored(MAX_VIEWS as u64) {
            return Err(StoreError::Conflict(format!(
                "there are {MAX_VIEWS} saved views already; delete one first"
            )));
        }
        let view = SavedView {
            id: ViewId(uuid::Uuid::now_v7()),
            version: 1,
            name: new.name,
            query: new.query,
            created_at: self.now(),
            updated_at: self.now(),
        };
        let mut sql = self.sql(
            "INSERT INTO saved_views (id, version, owner, user_id, name, name_key, query, created_at, updated_at) \
             VALUES (",
        );
        sql.bind_list::<Value>([
            view.id.to_string().into(),
            stored(view.version).into(),
            key_of(owner).into(),
            owner.map(|owner| owner.to_string()).into(),
            view.name.as_str().into(),
            fold(&view.name).into(),
            view.query.as_str().into(),
            view.created_at.as_millis().into(),
            view.updated_at.as_millis().into(),
        ]);
        sql.push(") ON CONFLICT (owner, name_key) DO NOTHING");
        Ok((sql.execute(self.connection()).await? == 1).then_some(view))
    }

    /// A view of a person, which stays as it is until the end of the transaction.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if they have none of that id.
    pub async fn lock_view(&mut self, owner: Option<UserId>, id: ViewId) -> Result<SavedView, StoreError> {
        let mut sql = self.sql("SELECT ");
        sql.push(COLUMNS).push(" FROM saved_views WHERE id = ").bind(id.to_string());
        sql.push(" AND owner = ").bind(key_of(owner)).push(self.backend().lock_rows());
        let found = sql.one(self.connection()).await?;
        found.as_ref().map_or_else(|| Err(StoreError::not_found("view", id)), decode)
    }

    /// Stores a view that was changed; answers it with its version one higher, or `None` if the person has another one of
    /// its name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the person has no such view.
    pub async fn update_view(
        &mut self,
        owner: Option<UserId>,
        view: SavedView,
    ) -> Result<Option<SavedView>, StoreError> {
        let name_key = fold(&view.name);
        let mut sql = self.sql("SELECT 1 FROM saved_views WHERE owner = ");
        sql.bind(key_of(owner)).push(" AND name_key = ").bind(name_key.as_str());
        sql.push(" AND id <> ").bind(view.id.to_string());
        if sql.one(self.connection()).await?.is_some() {
            return Ok(None);
        }
        let view = SavedView { version: view.version + 1, updated_at: self.now(), ..view };
        let mut sql = self.sql("UPDATE saved_views SET version = ");
        sql.bind(stored(view.version)).push(", name = ").bind(view.name.as_str());
        sql.push(", name_key = ").bind(name_key).push(", query = ").bind(view.query.as_str());
        sql.push(", updated_at = ").bind(view.updated_at.as_millis());
        write_one(&mut sql, owner, view.id);
        expect_one(sql.execute(self.connection()).await?, view.id)?;
        Ok(Some(view))
    }

    /// Forgets a view of a person.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if they have none of that id.
    pub async fn delete_view(&mut self, owner: Option<UserId>, id: ViewId) -> Result<(), StoreError> {
        let mut sql = self.sql("DELETE FROM saved_views");
        write_one(&mut sql, owner, id);
        expect_one(sql.execute(self.connection()).await?, id)
    }
}

/// How the owner of what is one's own is stored.
pub(crate) fn key_of(owner: Option<UserId>) -> String {
    owner.map(|owner| owner.to_string()).unwrap_or_default()
}

fn write_one(sql: &mut Sql, owner: Option<UserId>, id: ViewId) {
    sql.push(" WHERE id = ").bind(id.to_string()).push(" AND owner = ").bind(key_of(owner));
}

fn expect_one(changed: u64, id: ViewId) -> Result<(), StoreError> {
    if changed == 1 { Ok(()) } else { Err(StoreError::not_found("view", id)) }
}

/// Reads what [`COLUMNS`] selected.
fn decode(row: &QueryResult) -> Result<SavedView, StoreError> {
    let id: String = row.column(0)?;
    Ok(SavedView {
        id: id.parse().map_err(|_| StoreError::Unreadable(format!("view id '{id}'")))?,
        version: row.count(1)?,
        name: row.column(2)?,
        query: row.column(3)?,
        created_at: Timestamp::from_millis(row.column(4)?),
        updated_at: Timestamp::from_millis(row.column(5)?),
    })
}
