//! Queries that consist of pages, with their types erased.

use crate::sync::Mutex;
use std::sync::{Arc, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;

use super::Value;
use crate::{FetchDirection, QueryContext};

/// A page, or all pages, to come.
pub(crate) type Fetching = BoxFuture<'static, Result<Value, Value>>;

pub(crate) type PageFn = Arc<dyn Fn(QueryContext, Value) -> Fetching + Send + Sync>;

/// From the pages that are there to the parameter of the one before or after them.
pub(crate) type PageParamFn = Arc<dyn Fn(&Value) -> Option<Value> + Send + Sync>;

/// How the pages of a query are fetched and put together.
#[derive(Clone)]
pub(crate) struct Paging {
    pub(crate) fetch_page: PageFn,
    pub(crate) initial: Value,
    pub(crate) next: PageParamFn,
    pub(crate) previous: Option<PageParamFn>,
    pub(crate) max_pages: Option<usize>,
    /// How many pages a first fetch fetches.
    pub(crate) pages: Option<usize>,
    pub(crate) ops: PageOps,
}

/// What has to be known about the type of the pages, and what is done with them: it comes with the first query that has
/// pages, so that a program without any is without its code.
#[derive(Clone, Copy)]
pub(crate) struct PageOps {
    pub(crate) fetch: fn(Arc<Paging>, QueryContext, PageTask) -> Fetching,
    pub(crate) merge: fn(&Paging, Option<&Value>, Value) -> Value,
    pub(crate) empty: fn() -> Value,
    /// Data of its own: what a fetch gives is no longer what was there, equal or not.
    pub(crate) copy: fn(&Value) -> Value,
    pub(crate) len: fn(&Value) -> usize,
    /// The parameter of the first page, or of the last.
    pub(crate) edge_param: fn(&Value, FetchDirection) -> Option<Value>,
    pub(crate) same_param: fn(&Value, &Value) -> bool,
    /// A page and its parameter, put at the end or the start, and the limit of pages.
    pub(crate) add: fn(&Value, &NewPage, Option<usize>) -> Value,
}

/// One page, for the side that it was fetched for.
pub(crate) struct NewPage {
    pub(crate) page: Value,
    pub(crate) param: Value,
    pub(crate) direction: FetchDirection,
}

/// The outcome of fetching one more page: merged into what the query holds by then.
pub(crate) struct MorePages {
    /// What the query held when the page was asked for.
    base: Value,
    new: NewPage,
}

/// Pages that an attempt fetched before it failed, and how many it fetched; the next one goes on behind them. With a limit,
/// later pages push out earlier ones, so that those that are left do not say how many there were.
#[derive(Clone, Default)]
pub(crate) struct Progress(Arc<Mutex<Option<(Value, usize)>>>);

impl Progress {
    fn get(&self) -> Option<(Value, usize)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, pages: &Value, fetched: usize) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Arc::clone(pages), fetched));
    }
}

/// What one attempt is to fetch.
pub(crate) struct PageTask {
    pub(crate) direction: Option<FetchDirection>,
    pub(crate) progress: Progress,
    /// What the query holds.
    pub(crate) data: Option<Value>,
}

impl Paging {
    pub(crate) fn has_page(&self, data: &Value, direction: FetchDirection) -> bool {
        self.param(data, direction).is_some()
    }

    fn param(&self, data: &Value, direction: FetchDirection) -> Option<Value> {
        if (self.ops.len)(data) == 0 {
            return None;
        }
        match direction {
            FetchDirection::Forward => (self.next)(data),
            FetchDirection::Backward => self.previous.as_ref().and_then(|previous| previous(data)),
        }
    }

    /// F9: one more page, or all pages again from the first.
    pub(crate) fn fetch(self: Arc<Self>, context: QueryContext, task: PageTask) -> Fetching {
        let has_pages = |data: &Value| (self.ops.len)(data) > 0;
        match (task.direction, task.data.filter(has_pages)) {
            (Some(direction), Some(data)) => {
                async move { self.fetch_more(context, direction, data).await }.boxed()
            }
            (_, data) => async move { self.fetch_all(context, data, task.progress).await }.boxed(),
        }
    }

    async fn fetch_more(
        &self,
        context: QueryContext,
        direction: FetchDirection,
        base: Value,
    ) -> Result<Value, Value> {
        let Some(param) = self.param(&base, direction) else { return Ok((self.ops.copy)(&base)) };
        let page = (self.fetch_page)(context.for_page(direction).begin_call(), Arc::clone(&param)).await?;
        Ok(Arc::new(MorePages { base, new: NewPage { page, param, direction } }))
    }

    async fn fetch_all(
        &self,
        context: QueryContext,
        data: Option<Value>,
        progress: Progress,
    ) -> Result<Value, Value> {
        let wanted = self.pages.or_else(|| data.as_ref().map(self.ops.len)).unwrap_or(1).max(1);
        let first = data.and_then(|data| (self.ops.edge_param)(&data, FetchDirection::Backward));
        let (mut pages, mut fetched) = progress.get().unwrap_or_else(|| ((self.ops.empty)(), 0));
        while fetched < wanted {
            let direction = FetchDirection::Forward;
            let param = if fetched == 0 {
                Some(first.clone().unwrap_or_else(|| Arc::clone(&self.initial)))
            } else {
                (self.next)(&pages)
            };
            let Some(param) = param.filter(|_| !context.is_aborted()) else { break };
            let page =
                (self.fetch_page)(context.for_page(direction).begin_call(), Arc::clone(&param)).await?;
            pages = (self.ops.add)(&pages, &NewPage { page, param, direction }, self.max_pages);
            fetched += 1;
            progress.set(&pages, fetched);
        }
        Ok(pages)
    }

    /// The outcome of an attempt as the query's data: one more page joins what the query holds now, so that nothing that
    /// was written meanwhile is lost (R5).
    pub(crate) fn merge(&self, current: Option<&Value>, result: Value) -> Value {
        let Some(more) = result.downcast_ref::<MorePages>() else { return result };
        let is_next_to = |data: &&Value| self.continues(data, more);
        let base = current.filter(is_next_to).unwrap_or(&more.base);
        (self.ops.add)(base, &more.new, self.max_pages)
    }

    /// Whether the page still belongs next to the pages that are there.
    fn continues(&self, current: &Value, more: &MorePages) -> bool {
        let edge = |data| (self.ops.edge_param)(data, more.new.direction);
        match (edge(current), edge(&more.base)) {
            (Some(now), Some(then)) => (self.ops.same_param)(&now, &then),
            _ => false,
        }
    }
}
