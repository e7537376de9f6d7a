//! The two kinds of data that queries hold: a row, and pages of rows.

use std::sync::Arc;

use requery::InfiniteData;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Failure;
use crate::scenario::{Row, Select};

pub(super) type Pages = InfiniteData<Row, i64>;

/// Something of a query that holds a row, or of one that holds pages.
#[derive(Clone)]
pub(super) enum Kind<R, P> {
    Row(R),
    Pages(P),
}

/// The same for both kinds.
macro_rules! each {
    ($kind:expr, $it:pat => $act:expr) => {
        match $kind {
            Kind::Row($it) => $act,
            Kind::Pages($it) => $act,
        }
    };
}

pub(super) use each;

/// What all data can do.
pub(super) trait Shown:
    Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The data that one row makes.
    fn of(row: Row) -> Self;

    /// The row that functions of the data look at: the last.
    fn last(&self) -> Row;

    /// Other rows in the place of these.
    fn with(&self, change: impl Fn(Row) -> Row) -> Self;

    fn text(&self) -> String;

    fn added(&self, add: i64) -> Self {
        self.with(|row| Row { n: row.n + add, tag: row.tag })
    }

    fn selected(&self, select: Select) -> Result<Self, Failure> {
        match select {
            Select::Tag => Ok(self.with(|row| Row { n: 0, tag: row.tag })),
            Select::FailOdd if self.last().tag % 2 != 0 => Err(Failure { code: -self.last().tag }),
            Select::FailOdd => Ok(self.clone()),
        }
    }
}

impl Shown for Row {
    fn of(row: Row) -> Self {
        row
    }

    fn last(&self) -> Row {
        *self
    }

    fn with(&self, change: impl Fn(Row) -> Row) -> Self {
        change(*self)
    }

    fn text(&self) -> String {
        format!("{}/{}", self.n, self.tag)
    }
}

impl Shown for Pages {
    fn of(row: Row) -> Self {
        Self::new([(0, row)])
    }

    fn last(&self) -> Row {
        self.pages.last().map_or(Row { n: 0, tag: 0 }, |row| **row)
    }

    fn with(&self, change: impl Fn(Row) -> Row) -> Self {
        let pages = self.pages.iter().map(|row| Arc::new(change(**row))).collect();
        Self { pages, page_params: self.page_params.clone() }
    }

    fn text(&self) -> String {
        let pages = self.page_params.iter().zip(&self.pages);
        let pages: Vec<String> = pages.map(|(param, row)| format!("{param}:{}", row.text())).collect();
        format!("[{}]", pages.join(" "))
    }
}
