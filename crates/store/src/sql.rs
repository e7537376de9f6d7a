//! Statements put together from fragments and bound values.

use sea_orm::{ConnectionTrait, QueryResult, Statement, TryGetable, Value};

use crate::{Backend, StoreError};

/// A statement under construction: text with placeholders of its backend, and the values bound to them.
#[derive(Debug)]
pub(crate) struct Sql {
    backend: Backend,
    text: String,
    values: Vec<Value>,
    has_condition: bool,
}

impl Sql {
    pub(crate) fn new(backend: Backend, text: &str) -> Self {
        Self { backend, text: text.to_owned(), values: Vec::new(), has_condition: false }
    }

    pub(crate) fn backend(&self) -> Backend {
        self.backend
    }

    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Begins the first condition of a statement with WHERE, and every further one with AND.
    pub(crate) fn and(&mut self) -> &mut Self {
        self.text.push_str(if self.has_condition { " AND " } else { " WHERE " });
        self.has_condition = true;
        self
    }

    /// Binds a value and writes its placeholder. The character NUL, which Postgres keeps in no text, is U+FFFD from here on,
    /// as it is in HTML: what websites, files and services say of a business may hold it.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        let mut value = value.into();
        if let Value::String(Some(text)) = &mut value
            && text.contains('\0')
        {
            *text = text.replace('\0', "\u{fffd}");
        }
        self.values.push(value);
        self.backend.push_placeholder(self.values.len(), &mut self.text);
        self
    }

    /// Writes `?, ?, …` for the values.
    pub(crate) fn bind_list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        for (position, value) in values.into_iter().enumerate() {
            if position > 0 {
                self.text.push_str(", ");
            }
            self.bind(value);
        }
        self
    }

    /// Writes `(?, ?), (?, ?), …`, one pair of parentheses a row.
    pub(crate) fn bind_rows<R: IntoIterator<Item = Value>>(
        &mut self,
        rows: impl IntoIterator<Item = R>,
    ) -> &mut Self {
        for (position, row) in rows.into_iter().enumerate() {
            self.text.push_str(if position > 0 { ", (" } else { "(" });
            self.bind_list(row);
            self.text.push(')');
        }
        self
    }

    /// A bulk write into `table`, its columns in parentheses behind its name. Nobody may commit the transaction if
    /// it fails.
    pub(crate) fn bulk_insert<R: IntoIterator<Item = Value>>(
        backend: Backend,
        table: &str,
        rows: impl IntoIterator<Item = R>,
        tail: &str,
    ) -> Self {
        let mut sql = Self::new(backend, backend.bulk_insert());
        sql.push(table).push(" VALUES ").bind_rows(rows).push(tail);
        sql
    }

    fn statement(self) -> Statement {
        Statement::from_sql_and_values(self.backend.driver(), self.text, self.values)
    }

    /// Rows that the statement changed.
    pub(crate) async fn execute(self, on: &impl ConnectionTrait) -> Result<u64, StoreError> {
        Ok(on.execute_raw(self.statement()).await?.rows_affected())
    }

    /// A statement without values that is not worth keeping prepared.
    pub(crate) async fn execute_once(&self, on: &impl ConnectionTrait) -> Result<(), StoreError> {
        Ok(on.execute_unprepared(&self.text).await.map(drop)?)
    }

    pub(crate) async fn all(self, on: &impl ConnectionTrait) -> Result<Vec<QueryResult>, StoreError> {
        Ok(on.query_all_raw(self.statement()).await?)
    }

    pub(crate) async fn one(self, on: &impl ConnectionTrait) -> Result<Option<QueryResult>, StoreError> {
        Ok(on.query_one_raw(self.statement()).await?)
    }

    /// The first column of a statement that always has a row.
    pub(crate) async fn scalar<T: TryGetable>(self, on: &impl ConnectionTrait) -> Result<T, StoreError> {
        let row = self.one(on).await?;
        row.ok_or_else(|| StoreError::Unreadable("a counter row is missing".to_owned()))?.column(0)
    }
}

/// Statements that are made one by one.
pub(crate) type Statements<'a> = Box<dyn Iterator<Item = Result<Sql, StoreError>> + Send + 'a>;

/// Runs the statements one after the other, and makes each while the database is busy with the one before.
pub(crate) async fn execute_all(
    mut statements: Statements<'_>,
    on: &impl ConnectionTrait,
) -> Result<(), StoreError> {
    let mut next = statements.next();
    while let Some(current) = next.transpose()? {
        let (executed, following) = futures::join!(current.execute(on), async { statements.next() });
        executed?;
        next = following;
    }
    Ok(())
}

/// Reading columns by position.
pub(crate) trait Columns {
    /// The value of column `index`, from 0.
    fn column<T: TryGetable>(&self, index: usize) -> Result<T, StoreError>;

    /// A column that counts something.
    fn count(&self, index: usize) -> Result<u64, StoreError> {
        let count: i64 = self.column(index)?;
        u64::try_from(count).map_err(|_| StoreError::Unreadable(format!("a count of {count}")))
    }
}

impl Columns for QueryResult {
    fn column<T: TryGetable>(&self, index: usize) -> Result<T, StoreError> {
        Ok(self.try_get_by(index)?)
    }
}

/// Splits `rows` into runs whose lengths are powers of two up to `most`, so that bulk statements come in few
/// shapes and the databases prepare each only once.
pub(crate) fn bulk_runs<T>(rows: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let length = 1 << rest.len().min(most).ilog2();
        let (run, after) = rest.split_at(length);
        rest = after;
        Some(run)
    })
}

/// The values, the last one repeated until their number is a power of two: for IN lists, of which the
/// databases then prepare few shapes.
pub(crate) fn padded<T: Clone>(values: &[T]) -> impl Iterator<Item = T> + '_ {
    let length = values.len().next_power_of_two();
    let filler = values.last().into_iter().cycle().take(length - values.len());
    values.iter().chain(filler).cloned()
}

/// A number of the contract as the databases store it.
pub(crate) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bulk_runs_are_powers_of_two_that_cover_everything() {
        let rows: Vec<usize> = (0..1000).collect();
        let runs: Vec<_> = bulk_runs(&rows, 128).collect();
        assert!(runs.iter().all(|run| run.len().is_power_of_two() && run.len() <= 128));
        assert_eq!(runs.concat(), rows);
        assert_eq!(bulk_runs::<usize>(&[], 128).count(), 0);
    }

    #[test]
    fn padding_repeats_the_last_value() {
        assert_eq!(padded(&[1, 2, 3]).collect::<Vec<_>>(), [1, 2, 3, 3]);
        assert_eq!(padded(&[7]).collect::<Vec<_>>(), [7]);
    }

    #[test]
    fn placeholders_follow_the_backend() {
        let text = |backend| {
            let mut sql = Sql::new(backend, "INSERT INTO t VALUES ");
            sql.bind_rows([[Value::from(1), Value::from("a")], [Value::from(2), Value::from("b")]]);
            sql.text
        };
        assert_eq!(text(Backend::Sqlite), "INSERT INTO t VALUES (?, ?), (?, ?)");
        assert_eq!(text(Backend::Postgres), "INSERT INTO t VALUES ($1, $2), ($3, $4)");
    }

    #[test]
    fn no_text_has_the_character_nul() {
        let mut sql = Sql::new(Backend::Postgres, "");
        sql.bind("a\0b\0").bind("ab").bind(None::<String>).bind(0);
        let values: [Value; 4] = ["a\u{fffd}b\u{fffd}".into(), "ab".into(), None::<String>.into(), 0.into()];
        assert_eq!(sql.values, values);
    }

    #[test]
    fn a_bulk_write_is_one_statement() {
        let text = |backend| {
            let rows = [[Value::from(1)], [Value::from(2)]];
            Sql::bulk_insert(backend, "t (a)", rows, " RETURNING 1").text
        };
        assert_eq!(text(Backend::Sqlite), "INSERT OR FAIL INTO t (a) VALUES (?), (?) RETURNING 1");
        assert_eq!(text(Backend::Postgres), "INSERT INTO t (a) VALUES ($1), ($2) RETURNING 1");
    }
}
