//! Full text: each database keeps the same folded words and finds by them in its own way.

use sea_orm::ConnectionTrait;
use serde::{Serialize, Serializer};

use crate::codec::json;
use crate::sql::{Sql, bulk_runs, execute_all};
use crate::{Backend, StoreError};

/// Rows of a bulk write of words.
const BULK_ROWS: usize = 256;

impl Backend {
    /// Writes the words of new businesses: id and words joined by spaces.
    pub(crate) async fn insert_words(
        self,
        rows: &[(i64, String)],
        tx: &impl ConnectionTrait,
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite => write_words_sqlite("INSERT", rows, tx).await,
            Self::Postgres => write_words_postgres(rows, "", tx).await,
        }
    }

    /// Writes the words of changed businesses in place of those that they have.
    pub(crate) async fn replace_words(
        self,
        rows: &[(i64, String)],
        tx: &impl ConnectionTrait,
    ) -> Result<(), StoreError> {
        let replace = " ON CONFLICT (id) DO UPDATE SET words = excluded.words";
        match self {
            Self::Sqlite => write_words_sqlite("INSERT OR REPLACE", rows, tx).await,
            Self::Postgres => write_words_postgres(rows, replace, tx).await,
        }
    }

    /// Removes the words of a business; Postgres does so with its row.
    pub(crate) async fn delete_words(self, ids: &[i64], tx: &impl ConnectionTrait) -> Result<(), StoreError> {
        if self == Self::Sqlite {
            for id in ids {
                let mut sql = Sql::new(self, "DELETE FROM business_search WHERE rowid = ");
                sql.bind(*id);
                sql.execute(tx).await?;
            }
        }
        Ok(())
    }

    /// Writes the condition that `id` is a business with all the words, the last one as a prefix.
    /// `many` tells that a large part of all businesses has them: then they are better checked while
    /// walking along an index of the order than fetched one by one, which SQLite cannot know by itself.
    pub(crate) fn push_words_condition(self, sql: &mut Sql, id: &str, words: &[String], many: bool) {
        match self {
            // A unary plus takes the column out of the reach of its index.
            Self::Sqlite => sql.push(if many { "+" } else { "" }).push(id).push(" IN (SELECT rowid"),
            Self::Postgres => sql.push(id).push(" IN (SELECT id"),
        };
        sql.push(" FROM business_search WHERE ");
        self.push_match(sql, words);
        sql.push(")");
    }

    /// A statement that counts the businesses with all the words, at most `most` of them.
    pub(crate) fn count_words(self, words: &[String], most: i64) -> Sql {
        let mut sql = Sql::new(self, "SELECT count(*) FROM (SELECT 1 FROM business_search WHERE ");
        self.push_match(&mut sql, words);
        sql.push(" LIMIT ").bind(most).push(") AS hits");
        sql
    }

    /// Whether the number of businesses that have a word has to be known to choose how to look for them.
    pub(crate) fn plans_words_by_count(self) -> bool {
        self == Self::Sqlite
    }

    fn push_match(self, sql: &mut Sql, words: &[String]) {
        match self {
            Self::Sqlite => {
                sql.push("business_search MATCH ").bind(fts5_query(words));
            }
            Self::Postgres => {
                sql.push("words @@ CAST(").bind(tsquery(words)).push(" AS tsquery)");
            }
        }
    }
}

/// All rows in one statement: the search index is flushed before every statement that writes more than one.
async fn write_words_sqlite(
    verb: &str,
    rows: &[(i64, String)],
    tx: &impl ConnectionTrait,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let by_id = json(&ById(rows))?;
    let mut sql = Sql::new(Backend::Sqlite, verb);
    sql.push(" INTO business_search (rowid, words) SELECT CAST(key AS INTEGER), value FROM json_each(");
    sql.bind(by_id).push(")");
    sql.execute(tx).await.map(drop)
}

/// An object of JSON: words by id.
struct ById<'a>(&'a [(i64, String)]);

impl Serialize for ById<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(id, words)| (id, words)))
    }
}

async fn write_words_postgres(
    rows: &[(i64, String)],
    tail: &str,
    tx: &impl ConnectionTrait,
) -> Result<(), StoreError> {
    let statements = bulk_runs(rows, BULK_ROWS).map(|run| {
        let mut sql = Sql::new(Backend::Postgres, "INSERT INTO business_search (id, words) VALUES ");
        for (position, (id, words)) in run.iter().enumerate() {
            sql.push(if position > 0 { ", (" } else { "(" }).bind(*id);
            sql.push(", array_to_tsvector(string_to_array(").bind(words.as_str()).push(", ' ')))");
        }
        sql.push(tail);
        Ok(sql)
    });
    execute_all(Box::new(statements), tx).await
}

/// Every word as a quoted string of FTS5's grammar, in which only quotes have a meaning.
fn fts5_query(words: &[String]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
    format!("{}*", quoted.join(" "))
}

/// Every word as a quoted lexeme of a tsquery, in which only quotes and backslashes have a meaning.
fn tsquery(words: &[String]) -> String {
    let quote = |word: &String| format!("'{}'", word.replace('\\', "\\\\").replace('\'', "''"));
    let quoted: Vec<_> = words.iter().map(quote).collect();
    format!("{}:*", quoted.join(" & "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_and_the_last_is_a_prefix() {
        let words = ["cafe".to_owned(), "ka".to_owned()];
        assert_eq!(fts5_query(&words), r#""cafe" "ka"*"#);
        assert_eq!(tsquery(&words), "'cafe' & 'ka':*");
        assert_eq!(fts5_query(&["a\"b".to_owned()]), r#""a""b"*"#);
        assert_eq!(tsquery(&["a'b\\".to_owned()]), r"'a''b\\':*");
    }
}
