//! How people have the pages laid out. Each has a row of their own, or, on a server that asks nobody to sign in, everybody
//! the same: `owner` is `None` there.

use contract::columns::{Appearance, AppearanceChange};
use contract::{UserId, edit::Change};
use sea_orm::Value;

use crate::sql::{Columns, Sql};
use crate::views::key_of;
use crate::{Store, StoreError, WriteTx};

impl Store {
    /// What a person chose; nothing where they chose nothing.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn appearance(&self, owner: Option<UserId>) -> Result<Appearance, StoreError> {
        let mut sql = Sql::new(self.backend(), "SELECT list_columns FROM appearances WHERE owner = ");
        sql.bind(key_of(owner));
        let row = sql.one(self.reader()).await?;
        let text: Option<String> = row.map(|row| row.column(0)).transpose()?.flatten();
        // Columns that there are no more, of a version before, count as none chosen.
        Ok(Appearance { columns: text.and_then(|text| text.parse().ok()) })
    }
}

impl WriteTx {
    /// Changes what a person chose.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn change_appearance(
        &mut self,
        owner: Option<UserId>,
        change: &AppearanceChange,
    ) -> Result<(), StoreError> {
        let columns = match &change.columns {
            Change::Keep => return Ok(()),
            Change::Clear => None,
            Change::Set(columns) => Some(columns.to_string()),
        };
        let mut sql = self.sql("INSERT INTO appearances (owner, user_id, list_columns, updated_at) VALUES (");
        sql.bind_list::<Value>([
            key_of(owner).into(),
            owner.map(|owner| owner.to_string()).into(),
            columns.into(),
            self.now().as_millis().into(),
        ]);
        sql.push(") ON CONFLICT (owner) DO UPDATE SET list_columns = excluded.list_columns, ");
        sql.push("updated_at = excluded.updated_at");
        sql.execute(self.connection()).await.map(drop)
    }
}
