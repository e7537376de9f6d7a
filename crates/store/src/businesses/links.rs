//! What stands beside the rows of businesses: source records, tags and the words of the search.

use std::collections::HashSet;
use std::hash::Hash;

use contract::Business;
use sea_orm::Value;

use super::row;
use crate::sql::{Sql, bulk_runs, execute_all};
use crate::{StoreError, WriteTx};

/// Links that one statement writes.
const BULK_LINKS: usize = 256;

/// Source, record and business.
type SourceLink<'a> = (&'a str, &'a str, i64);
/// Tag and business.
type TagLink<'a> = (&'a str, i64);

impl WriteTx {
    /// Writes the links of new businesses, and their words.
    pub(super) async fn write_links(
        &self,
        new: &[&Business],
        words: &[(i64, String)],
    ) -> Result<(), StoreError> {
        self.insert_sources(&new.iter().flat_map(|one| sources_of(one)).collect::<Vec<_>>()).await?;
        self.insert_tags(&new.iter().flat_map(|one| tags_of(one)).collect::<Vec<_>>()).await?;
        self.backend().insert_words(words, self.connection()).await
    }

    /// Writes what changed in the links of stored businesses; most changes touch none of them.
    pub(super) async fn write_changed_links(
        &self,
        before: &[Business],
        after: &[&Business],
    ) -> Result<(), StoreError> {
        let (gone, new) = differences(
            before.iter().flat_map(sources_of).collect(),
            after.iter().flat_map(|one| sources_of(one)).collect(),
        );
        self.delete_sources(&gone).await?;
        self.insert_sources(&new).await?;
        let (gone, new) = differences(
            before.iter().flat_map(tags_of).collect(),
            after.iter().flat_map(|one| tags_of(one)).collect(),
        );
        self.delete_tags(&gone).await?;
        self.insert_tags(&new).await?;
        let words = before.iter().zip(after).map(|(before, after)| (words_of(before), words_of(after)));
        let changed: Vec<_> =
            words.filter(|(before, after)| before != after).map(|(_, after)| after).collect();
        self.backend().replace_words(&changed, self.connection()).await
    }

    /// Removes the links of businesses that are to be deleted, apart from those that their rows take along.
    pub(super) async fn delete_links(&self, gone: &[&Business]) -> Result<(), StoreError> {
        self.delete_sources(&gone.iter().flat_map(|one| sources_of(one)).collect::<Vec<_>>()).await?;
        let ids: Vec<i64> = gone.iter().map(|one| one.id.0).collect();
        self.backend().delete_words(&ids, self.connection()).await
    }

    async fn insert_sources(&self, links: &[SourceLink<'_>]) -> Result<(), StoreError> {
        let table = "business_sources (source, source_id, business_id)";
        let statements = bulk_runs(links, BULK_LINKS)
            .map(|run| Ok(Sql::bulk_insert(self.backend(), table, run.iter().map(source_values), "")));
        execute_all(Box::new(statements), self.connection()).await
    }

    async fn insert_tags(&self, links: &[TagLink<'_>]) -> Result<(), StoreError> {
        let table = "business_tags (tag, business_id)";
        let statements = bulk_runs(links, BULK_LINKS)
            .map(|run| Ok(Sql::bulk_insert(self.backend(), table, run.iter().map(tag_values), "")));
        execute_all(Box::new(statements), self.connection()).await
    }

    async fn delete_sources(&self, links: &[SourceLink<'_>]) -> Result<(), StoreError> {
        let statements = bulk_runs(links, BULK_LINKS).map(|run| {
            let mut sql =
                self.sql("DELETE FROM business_sources WHERE (source, source_id, business_id) IN (VALUES ");
            sql.bind_rows(run.iter().map(source_values)).push(")");
            Ok(sql)
        });
        execute_all(Box::new(statements), self.connection()).await
    }

    async fn delete_tags(&self, links: &[TagLink<'_>]) -> Result<(), StoreError> {
        let statements = bulk_runs(links, BULK_LINKS).map(|run| {
            let mut sql = self.sql("DELETE FROM business_tags WHERE (tag, business_id) IN (VALUES ");
            sql.bind_rows(run.iter().map(tag_values)).push(")");
            Ok(sql)
        });
        execute_all(Box::new(statements), self.connection()).await
    }
}

fn sources_of(business: &Business) -> Vec<SourceLink<'_>> {
    let links =
        business.sources.iter().map(|one| (one.source.as_str(), one.source_id.as_str(), business.id.0));
    distinct(links.collect())
}

fn tags_of(business: &Business) -> Vec<TagLink<'_>> {
    distinct(business.tags.iter().map(|tag| (tag.as_str(), business.id.0)).collect())
}

fn source_values((source, id, business): &SourceLink<'_>) -> [Value; 3] {
    [(*source).into(), (*id).into(), (*business).into()]
}

fn tag_values((tag, business): &TagLink<'_>) -> [Value; 2] {
    [(*tag).into(), (*business).into()]
}

fn words_of(business: &Business) -> (i64, String) {
    (business.id.0, row::search_words(business))
}

fn distinct<T: Ord>(mut links: Vec<T>) -> Vec<T> {
    links.sort_unstable();
    links.dedup();
    links
}

/// What is only in the first, and what is only in the second.
fn differences<T: Copy + Eq + Hash>(before: HashSet<T>, after: HashSet<T>) -> (Vec<T>, Vec<T>) {
    (before.difference(&after).copied().collect(), after.difference(&before).copied().collect())
}
