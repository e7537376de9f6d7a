//! The data of an infinite query.

use std::fmt;
use std::sync::Arc;

use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::FetchDirection;
use crate::core::{InParts, NewPage, PageOps, Paging, Value};

/// Pages and the parameters that they were fetched with, in the same order.
///
/// ```
/// use requery::InfiniteData;
///
/// let data = InfiniteData::new([(0_u32, vec!["a", "b"]), (2, vec!["c"])]);
/// assert_eq!(data.pages.len(), data.page_params.len());
/// assert_eq!(data.items(|page| page.iter()).count(), 3);
/// ```
#[derive(Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    bound(
        serialize = "P: Serialize, C: Serialize",
        deserialize = "P: Deserialize<'de>, C: Deserialize<'de>"
    )
)]
pub struct InfiniteData<P, C> {
    /// The pages.
    #[serde(serialize_with = "write_pages", deserialize_with = "read_pages")]
    pub pages: Vec<Arc<P>>,
    /// What each of them was fetched with.
    pub page_params: Vec<C>,
}

fn write_pages<P: Serialize, S: Serializer>(pages: &[Arc<P>], serializer: S) -> Result<S::Ok, S::Error> {
    let mut seq = serializer.serialize_seq(Some(pages.len()))?;
    for page in pages {
        seq.serialize_element(&**page)?;
    }
    seq.end()
}

fn read_pages<'de, P: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Arc<P>>, D::Error> {
    Ok(Vec::<P>::deserialize(deserializer)?.into_iter().map(Arc::new).collect())
}

impl<P, C> InfiniteData<P, C> {
    /// Pages with their parameters.
    pub fn new(pages: impl IntoIterator<Item = (C, P)>) -> Self {
        let (page_params, pages) = pages.into_iter().map(|(param, page)| (param, Arc::new(page))).unzip();
        Self { pages, page_params }
    }

    /// What the pages hold, one after the other.
    pub fn items<'a, I>(&'a self, items: impl Fn(&'a P) -> I) -> impl Iterator<Item = I::Item>
    where
        I: IntoIterator + 'a,
        C: 'a,
    {
        self.pages.iter().flat_map(move |page| items(page))
    }

    /// The parameter of the last page.
    #[must_use]
    pub fn last_param(&self) -> Option<&C> {
        self.page_params.last()
    }

    /// The parameter of the first page.
    #[must_use]
    pub fn first_param(&self) -> Option<&C> {
        self.page_params.first()
    }
}

impl<P, C: Clone> InfiniteData<P, C> {
    /// The pages with those changed for which `change` gives another; `None` if it gives none. For
    /// [`crate::QueryClient::patch_query_data`].
    #[must_use]
    pub fn map_pages(&self, change: impl Fn(&P) -> Option<P>) -> Option<Self> {
        let mut is_changed = false;
        let changed = |page: &Arc<P>| match change(page) {
            Some(new) => {
                is_changed = true;
                Arc::new(new)
            }
            None => Arc::clone(page),
        };
        let pages = self.pages.iter().map(changed).collect();
        is_changed.then(|| Self { pages, page_params: self.page_params.clone() })
    }
}

impl<P, C> Clone for InfiniteData<P, C>
where
    C: Clone,
{
    fn clone(&self) -> Self {
        Self { pages: self.pages.clone(), page_params: self.page_params.clone() }
    }
}

impl<P, C> Default for InfiniteData<P, C> {
    fn default() -> Self {
        Self { pages: Vec::new(), page_params: Vec::new() }
    }
}

impl<P: PartialEq, C: PartialEq> PartialEq for InfiniteData<P, C> {
    fn eq(&self, other: &Self) -> bool {
        self.page_params == other.page_params
            && self.pages.len() == other.pages.len()
            && self.pages.iter().zip(&other.pages).all(|(a, b)| same_page(a, b))
    }
}

fn same_page<P: PartialEq>(a: &Arc<P>, b: &Arc<P>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}

impl<P, C> fmt::Debug for InfiniteData<P, C>
where
    P: fmt::Debug,
    C: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.page_params.iter().zip(&self.pages)).finish()
    }
}

/// F13, page by page: a page that equals the one in its place keeps its identity.
impl<P, C> InParts for InfiniteData<P, C>
where
    P: PartialEq + Send + Sync + 'static,
    C: Clone + PartialEq + Send + Sync + 'static,
{
    fn share_parts(previous: &Value, new: &Value) -> Option<Value> {
        let (old, new) = (previous.downcast_ref::<Self>()?, new.downcast_ref::<Self>()?);
        let shared = |(at, page): (usize, &Arc<P>)| match old.pages.get(at) {
            Some(known) if same_page(known, page) => Arc::clone(known),
            _ => Arc::clone(page),
        };
        let pages = new.pages.iter().enumerate().map(shared).collect();
        Some(Arc::new(Self { pages, page_params: new.page_params.clone() }))
    }
}

pub(super) fn page_ops<P, C>() -> PageOps
where
    P: Send + Sync + 'static,
    C: Clone + PartialEq + Send + Sync + 'static,
{
    PageOps {
        fetch: Paging::fetch,
        merge: Paging::merge,
        empty: || Arc::new(InfiniteData::<P, C>::default()),
        copy: |data| Arc::new(data.downcast_ref::<InfiniteData<P, C>>().cloned().unwrap_or_default()),
        len: |data| data.downcast_ref::<InfiniteData<P, C>>().map_or(0, |data| data.pages.len()),
        edge_param: edge_param::<P, C>,
        same_param: |a, b| a.downcast_ref::<C>() == b.downcast_ref::<C>(),
        add: add::<P, C>,
    }
}

fn edge_param<P: 'static, C: Clone + Send + Sync + 'static>(
    data: &Value,
    direction: FetchDirection,
) -> Option<Value> {
    let data = data.downcast_ref::<InfiniteData<P, C>>()?;
    let param = match direction {
        FetchDirection::Forward => data.last_param(),
        FetchDirection::Backward => data.first_param(),
    };
    param.map(|param| Arc::new(param.clone()) as Value)
}

fn add<P, C>(data: &Value, new: &NewPage, limit: Option<usize>) -> Value
where
    P: Send + Sync + 'static,
    C: Clone + Send + Sync + 'static,
{
    let mut data = data.downcast_ref::<InfiniteData<P, C>>().cloned().unwrap_or_default();
    let (Ok(page), Some(param)) =
        (Arc::clone(&new.page).downcast::<P>(), new.param.downcast_ref::<C>().cloned())
    else {
        return Arc::new(data);
    };
    let limit = limit.filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    match new.direction {
        FetchDirection::Forward => {
            data.pages.push(page);
            data.page_params.push(param);
            let surplus = data.pages.len().saturating_sub(limit);
            data.pages.drain(..surplus);
            data.page_params.drain(..surplus);
        }
        FetchDirection::Backward => {
            data.pages.insert(0, page);
            data.page_params.insert(0, param);
            data.pages.truncate(limit);
            data.page_params.truncate(limit);
        }
    }
    Arc::new(data)
}
