//! How people have the pages laid out. Each has a row of their own, or, on a server that asks nobody to sign in, everybody
//! the same: `owner` is `None` there.

use contract::UserId;
use contract::columns::{Appearance, AppearanceChange};
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
        let mut sql = Sql::new(self.backend(), "SELECT list_columns, theme FROM appearances WHERE owner = ");
        sql.bind(key_of(owner));
        let Some(row) = sql.one(self.reader()).await? else { return Ok(Appearance::default()) };
        let (columns, theme): (Option<String>, Option<String>) = (row.column(0)?, row.column(1)?);
        // What there is no more, of a version before, counts as not chosen.
        Ok(Appearance {
            columns: columns.and_then(|text| text.parse().ok()),
            theme: theme.and_then(|text| text.parse().ok()),
        })
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
        let AppearanceChange { columns, theme } = change;
        let changes = [("list_columns", !columns.is_keep()), ("theme", !theme.is_keep())];
        if changes.iter().all(|(_, is_changed)| !is_changed) {
            return Ok(());
        }
        let mut sql =
            self.sql("INSERT INTO appearances (owner, user_id, list_columns, theme, updated_at) VALUES (");
        sql.bind_list::<Value>([
            key_of(owner).into(),
            owner.map(|owner| owner.to_string()).into(),
            columns.value().map(ToString::to_string).into(),
            theme.value().map(ToString::to_string).into(),
            self.now().as_millis().into(),
        ]);
        sql.push(") ON CONFLICT (owner) DO UPDATE SET updated_at = excluded.updated_at");
        for (column, _) in changes.into_iter().filter(|(_, is_changed)| *is_changed) {
            sql.push(&format!(", {column} = excluded.{column}"));
        }
        sql.execute(self.connection()).await.map(drop)
    }
}
