//! Options of an infinite query.

use std::sync::Arc;

use futures::FutureExt;

use super::InfiniteData;
use super::data::page_ops;
use crate::core::{DataType, PageFn, PageParamFn, Paging, QueryFn, Value};
use crate::maybe_send::{Held, hold_future};
use crate::options::{ErasedOptions, erase};
use crate::{IntoQueryKey, MaybeSend, MaybeSync, QueryContext, QueryOptions};

/// Options of a query that consists of pages `P`, each of them fetched with a parameter `C`.
///
/// They are [`QueryOptions`], so that everything that takes those takes these: `fetch_query`, `prefetch_query`,
/// observers and hooks.
///
/// ```
/// use requery::{InfiniteQueryOptions, QueryClient, QueryObserver, RefetchOptions, query_key};
/// use requery::runtime::TestRuntime;
///
/// let runtime = TestRuntime::new();
/// let client = QueryClient::new(runtime.clone());
/// let pages = InfiniteQueryOptions::<Vec<u32>, std::io::Error, u32>::infinite(
///     query_key!["numbers"],
///     0,
///     |_context, from| async move { Ok((from..from + 2).collect()) },
///     |last_page, _all| last_page.last().map(|last| last + 1).filter(|next| *next < 6),
/// );
/// let observer = QueryObserver::new(&client, pages);
/// let _subscription = observer.subscribe(|_| {});
/// runtime.run_until_stalled();
/// assert!(observer.current_result().has_next_page());
/// let more = runtime.block_on(observer.fetch_next_page(RefetchOptions::default())).unwrap();
/// assert_eq!(more.items(|page| page.iter()).copied().collect::<Vec<_>>(), [0, 1, 2, 3]);
/// ```
pub type InfiniteQueryOptions<P, E, C, D = InfiniteData<P, C>> = QueryOptions<InfiniteData<P, C>, E, D>;

impl<P, E, C> QueryOptions<InfiniteData<P, C>, E>
where
    P: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
    C: Clone + PartialEq + Send + Sync + 'static,
{
    /// A query of pages: its key, the parameter of the first page, the function that fetches a page, and the one that
    /// says with which parameter the page after the last is fetched, if there is one.
    ///
    /// A refetch fetches all pages again, one after the other, from the first, and stops early where there is no next.
    pub fn infinite<F, Fut>(
        key: impl IntoQueryKey,
        initial_page_param: C,
        query_fn: F,
        get_next_page_param: impl Fn(&P, &InfiniteData<P, C>) -> Option<C> + MaybeSend + MaybeSync + 'static,
    ) -> Self
    where
        F: Fn(QueryContext, C) -> Fut + MaybeSend + MaybeSync + 'static,
        Fut: Future<Output = Result<P, E>> + MaybeSend + 'static,
    {
        let get_next = Held::new(get_next_page_param);
        let paging = Paging {
            fetch_page: erase_page_fn(query_fn),
            initial: Arc::new(initial_page_param),
            next: erase_param_fn(move |data: &InfiniteData<P, C>| get_next.get()(data.pages.last()?, data)),
            previous: None,
            max_pages: None,
            pages: None,
            ops: page_ops::<P, C>(),
        };
        let of = DataType::in_parts::<InfiniteData<P, C>>();
        let mut options = ErasedOptions::new(key.into_query_key(), of);
        options.query_fn = Some(QueryFn::Pages(Arc::new(paging)));
        Self::from_erased(options)
    }
}

impl<P, E, C, D> QueryOptions<InfiniteData<P, C>, E, D>
where
    P: Send + Sync + 'static,
    E: Send + Sync + 'static,
    C: Send + Sync + 'static,
{
    /// With which parameter the page before the first is fetched, if there is one. Default: there is none.
    #[must_use]
    pub fn get_previous_page_param(
        self,
        previous: impl Fn(&P, &InfiniteData<P, C>) -> Option<C> + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let previous = Held::new(previous);
        let previous =
            erase_param_fn(move |data: &InfiniteData<P, C>| previous.get()(data.pages.first()?, data));
        self.paging(|paging| paging.previous = Some(previous))
    }

    /// How many pages are kept: one more pushes out the one at the other end. Default: all.
    #[must_use]
    pub fn max_pages(self, max_pages: usize) -> Self {
        self.paging(|paging| paging.max_pages = Some(max_pages))
    }

    /// How many pages are fetched whenever all of them are. Default: as many as there are, at first one.
    #[must_use]
    pub fn pages(self, pages: usize) -> Self {
        self.paging(|paging| paging.pages = Some(pages))
    }

    fn paging(mut self, change: impl FnOnce(&mut Paging)) -> Self {
        if let Some(QueryFn::Pages(paging)) = &mut self.edit().query_fn {
            change(Arc::make_mut(paging));
        }
        self
    }
}

fn erase_page_fn<P, E, C, F, Fut>(query_fn: F) -> PageFn
where
    P: Send + Sync + 'static,
    E: Send + Sync + 'static,
    C: Clone + 'static,
    F: Fn(QueryContext, C) -> Fut + MaybeSend + MaybeSync + 'static,
    Fut: Future<Output = Result<P, E>> + MaybeSend + 'static,
{
    let query_fn = Held::new(query_fn);
    Arc::new(move |context: QueryContext, param: Value| match param.downcast_ref::<C>() {
        Some(param) => hold_future(query_fn.get()(context, param.clone()).map(erase)),
        // Unreachable: the parameter was erased by the same options.
        None => futures::future::pending().boxed(),
    })
}

fn erase_param_fn<P: 'static, C: Send + Sync + 'static>(
    param: impl Fn(&InfiniteData<P, C>) -> Option<C> + Send + Sync + 'static,
) -> PageParamFn {
    Arc::new(move |data: &Value| Some(Arc::new(param(data.downcast_ref()?)?)))
}
