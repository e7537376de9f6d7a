//! A result whose fields wake their readers one by one.

use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use leptos::prelude::{ArcTrigger, Notify, Track};
use requery::erased::ErasedResult;

macro_rules! fields {
    ($($field:ident => |$result:ident| $value:expr),* $(,)?) => {
        /// A part of a result that can be read on its own.
        #[derive(Clone, Copy)]
        pub(super) enum Field {
            $($field,)*
            /// All of it.
            Any,
        }

        const FIELDS: [Field; COUNT - 1] = [$(Field::$field),*];

        fn has_changed(field: Field, old: &ErasedResult, new: &ErasedResult) -> bool {
            match field {
                $(Field::$field => {
                    let value = |$result: &ErasedResult| $value;
                    value(old) != value(new)
                })*
                Field::Any => true,
            }
        }
    };
}

fields! {
    Data => |result| address(result.data.as_ref()),
    Error => |result| address(result.error.as_ref()),
    FailureReason => |result| address(result.failure_reason.as_ref()),
    Status => |result| result.status,
    FetchStatus => |result| result.fetch_status,
    IsPending => |result| result.is_pending(),
    IsSuccess => |result| result.is_success(),
    IsError => |result| result.is_error(),
    IsLoadingError => |result| result.is_loading_error(),
    IsRefetchError => |result| result.is_refetch_error(),
    IsFetching => |result| result.is_fetching(),
    IsLoading => |result| result.is_loading(),
    IsRefetching => |result| result.is_refetching(),
    IsPaused => |result| result.is_paused(),
    IsStale => |result| result.is_stale,
    IsPlaceholderData => |result| result.is_placeholder_data,
    IsFetched => |result| result.is_fetched,
    IsFetchedAfterMount => |result| result.is_fetched_after_mount,
    IsEnabled => |result| result.is_enabled,
    FailureCount => |result| result.failure_count,
    DataUpdatedAt => |result| result.data_updated_at,
    ErrorUpdatedAt => |result| result.error_updated_at,
    ErrorUpdateCount => |result| result.error_update_count,
    HasNextPage => |result| result.has_next_page(),
    HasPreviousPage => |result| result.has_previous_page(),
    IsFetchingNextPage => |result| result.is_fetching_next_page(),
    IsFetchingPreviousPage => |result| result.is_fetching_previous_page(),
    IsFetchNextPageError => |result| result.is_fetch_next_page_error(),
    IsFetchPreviousPageError => |result| result.is_fetch_previous_page_error(),
}

const COUNT: usize = Field::Any as usize + 1;

/// Values compare by identity: the cache keeps the identity of what is equal.
fn address<T: ?Sized>(value: Option<&Arc<T>>) -> Option<*const ()> {
    value.map(|value| Arc::as_ptr(value).cast())
}

pub(super) struct ResultCell {
    result: RwLock<ErasedResult>,
    // Most components read a few fields: only these get a trigger.
    triggers: [OnceLock<ArcTrigger>; COUNT],
}

impl ResultCell {
    pub(super) fn new(result: ErasedResult) -> Self {
        Self { result: RwLock::new(result), triggers: [const { OnceLock::new() }; COUNT] }
    }

    pub(super) fn read<R>(&self, field: Field, read: impl FnOnce(&ErasedResult) -> R) -> R {
        read(&self.track(field))
    }

    fn track(&self, field: Field) -> RwLockReadGuard<'_, ErasedResult> {
        self.triggers[field as usize].get_or_init(ArcTrigger::new).track();
        self.result.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn publish(&self, new: &ErasedResult) {
        let old = {
            let mut result = self.result.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *result, new.clone())
        };
        let changed = FIELDS.into_iter().filter(|field| has_changed(*field, &old, new));
        let triggers: Vec<&ArcTrigger> =
            changed.filter_map(|field| self.triggers[field as usize].get()).collect();
        let any = self.triggers[Field::Any as usize].get();
        if any.is_some() && FIELDS.into_iter().any(|field| has_changed(field, &old, new)) {
            any.into_iter().for_each(Notify::notify);
        }
        for trigger in triggers {
            trigger.notify();
        }
    }
}
