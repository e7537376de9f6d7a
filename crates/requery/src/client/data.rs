//! Reading and writing data by hand.

use std::any::TypeId;
use std::borrow::Borrow;
use std::sync::Arc;

use super::QueryClient;
use crate::core::{Codec, Data, DataType, Patch, Peek, State, Value};
use crate::maybe_send::Held;
use crate::{IntoQueryKey, MaybeSend, MaybeSync, QueryFilters, QueryKey, QueryState, SetDataOptions};

impl QueryClient {
    /// F1.3: what the cache holds for the key, if it holds a `T`. Never makes a query.
    #[must_use]
    pub fn get_query_data<T: Send + Sync + 'static>(&self, key: impl IntoQueryKey) -> Option<Arc<T>> {
        self.value_of(&key.into_query_key(), TypeId::of::<T>())?.downcast().ok()
    }

    /// F1.3: the query's state, if there is such a query. Data and errors of other types than these are left out.
    #[must_use]
    pub fn get_query_state<T, E>(&self, key: impl IntoQueryKey) -> Option<QueryState<T, E>>
    where
        T: Send + Sync + 'static,
        E: Send + Sync + 'static,
    {
        self.state_of(&key.into_query_key(), TypeId::of::<T>()).map(|state| QueryState::new(&state))
    }

    /// F1.3: keys and data of the queries that match and hold a `T`.
    #[must_use]
    pub fn get_queries_data<T: Send + Sync + 'static>(
        &self,
        filters: impl Borrow<QueryFilters>,
    ) -> Vec<(QueryKey, Arc<T>)> {
        let typed = |(key, data): (QueryKey, Value)| Some((key, data.downcast().ok()?));
        self.values_of(filters.borrow(), TypeId::of::<T>()).into_iter().filter_map(typed).collect()
    }

    fn value_of(&self, key: &QueryKey, of: TypeId) -> Option<Value> {
        match self.read(|core| core.query(key).and_then(|query| query.state.data.clone()))? {
            Data::Typed(value) => Some(value),
            Data::Raw(_) => self.state_of(key, of)?.data.as_ref()?.value(),
        }
    }

    fn values_of(&self, filters: &QueryFilters, of: TypeId) -> Vec<(QueryKey, Value)> {
        let with_data = |key: QueryKey| self.value_of(&key, of).map(|data| (key, data));
        self.find(filters).into_iter().filter_map(with_data).collect()
    }

    /// F1.4: puts data into the cache as if it had been fetched now. Returns what the cache holds then: the previous
    /// value if the new one equals it, nothing if the key holds another type.
    ///
    /// To change data without making it fresh, use [`QueryClient::patch_query_data`].
    pub fn set_query_data<T>(&self, key: impl IntoQueryKey, data: T) -> Option<Arc<T>>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        self.set_query_data_with(key, data, SetDataOptions::default())
    }

    /// Like [`QueryClient::set_query_data`], with options.
    pub fn set_query_data_with<T>(
        &self,
        key: impl IntoQueryKey,
        data: T,
        options: SetDataOptions,
    ) -> Option<Arc<T>>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        let data: Value = Arc::new(data);
        let of = DataType::of::<T>();
        self.write(&key.into_query_key(), of, options, &|_| Some(Arc::clone(&data)))?.downcast().ok()
    }

    /// F1.4: like [`QueryClient::set_query_data`], with data made from what the cache holds. `None` changes nothing, and
    /// makes no query. The function is called again if the query changes meanwhile.
    pub fn update_query_data<T>(
        &self,
        key: impl IntoQueryKey,
        update: impl Fn(Option<&T>) -> Option<T>,
    ) -> Option<Arc<T>>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        let update = |old: Option<&Value>| {
            let new = update(old.and_then(|old| old.downcast_ref()))?;
            Some(Arc::new(new) as Value)
        };
        let of = DataType::of::<T>();
        self.write(&key.into_query_key(), of, SetDataOptions::default(), &update)?.downcast().ok()
    }

    /// F1.5: [`QueryClient::update_query_data`] for every query that matches. Returns the keys and what they hold then.
    pub fn update_queries_data<T>(
        &self,
        filters: impl Borrow<QueryFilters>,
        update: impl Fn(Option<&T>) -> Option<T>,
    ) -> Vec<(QueryKey, Option<Arc<T>>)>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        let keys = self.find(filters.borrow()).into_iter();
        self.batch(|| keys.map(|key| (key.clone(), self.update_query_data(&key, &update))).collect())
    }

    fn write(
        &self,
        key: &QueryKey,
        of: DataType,
        options: SetDataOptions,
        make: &dyn Fn(Option<&Value>) -> Option<Value>,
    ) -> Option<Value> {
        loop {
            let peek = self.peek_of(key, of.id);
            // Layers are not part of what is written.
            let base = peek.as_ref().and_then(Peek::base);
            let new = make(base.as_ref())?;
            let peek = match peek {
                Some(peek) => peek,
                None => {
                    let spec = self.spec_for_data(key, of);
                    let state = self.apply(|core| core.build(&spec)).ok()?;
                    let made = self.read(|core| core.peek(key));
                    let Some(peek) = made.filter(|peek| Arc::ptr_eq(&peek.state, &state)) else { continue };
                    peek
                }
            };
            let is_older = |at| at <= peek.state.data_updated_at;
            if options.only_if_newer && options.updated_at.is_some_and(is_older) {
                return peek.state.data.as_ref().and_then(Data::value);
            }
            let written = self.weave(key, &peek, new);
            let (value, state) = (Arc::clone(&written.view), peek.state);
            if self.apply(|core| core.set_data(key, state, (written, of), options.updated_at)).ok()? {
                return Some(value);
            }
        }
    }

    /// Changes data without making it fresh: its age, its validity and its staleness stay what they are (R2, R3).
    ///
    /// `None` leaves the data as it is. A patch that is made while the query is being fetched is applied again over the
    /// result (R1, R5), and one for hydrated data that is not decoded yet is applied when it is: the function must
    /// therefore give the same result whether it is applied once or twice. Returns whether it was applied or kept.
    pub fn patch_query_data<T>(
        &self,
        key: impl IntoQueryKey,
        patch: impl Fn(&T) -> Option<T> + MaybeSend + MaybeSync + 'static,
    ) -> bool
    where
        T: PartialEq + Send + Sync + 'static,
    {
        self.patch(&key.into_query_key(), TypeId::of::<T>(), &erase_patch(patch))
    }

    /// [`QueryClient::patch_query_data`] for every query that matches. Returns how many were patched.
    pub fn patch_queries_data<T>(
        &self,
        filters: impl Borrow<QueryFilters>,
        patch: impl Fn(&T) -> Option<T> + MaybeSend + MaybeSync + 'static,
    ) -> usize
    where
        T: PartialEq + Send + Sync + 'static,
    {
        let patch = erase_patch(patch);
        let keys = self.find(filters.borrow());
        self.batch(|| keys.iter().filter(|key| self.patch(key, TypeId::of::<T>(), &patch)).count())
    }

    pub(crate) fn patch(&self, key: &QueryKey, of: TypeId, patch: &Patch) -> bool {
        self.decode(key, of, None);
        // Kept before it is applied: a fetch that ends in between has to find it.
        let kept = self.apply(|core| core.keep_patch(key, patch));
        loop {
            let Some(peek) = self.read(|core| core.peek(key)) else { return kept };
            let Some(base) = peek.base() else { return kept };
            let Some(patched) = patch(&base) else { return kept };
            let written = self.weave(key, &peek, patched);
            if self.apply(|core| core.patch_data(key, &peek.state, written)) {
                return true;
            }
        }
    }

    /// What the server said last, without optimistic layers.
    pub(crate) fn base_data<T: Send + Sync + 'static>(&self, key: &QueryKey) -> Option<Arc<T>> {
        self.decode(key, TypeId::of::<T>(), None);
        self.read(|core| core.peek(key))?.base()?.downcast().ok()
    }

    /// The query's state, its data decoded if it came as JSON and it is known how the type is decoded.
    pub(crate) fn state_of(&self, key: &QueryKey, of: TypeId) -> Option<Arc<State>> {
        let state = self.read(|core| core.state(key))?;
        if !state.is_raw() {
            return Some(state);
        }
        self.decode(key, of, None);
        self.read(|core| core.state(key))
    }

    /// The same of what a query holds.
    fn peek_of(&self, key: &QueryKey, of: TypeId) -> Option<Peek> {
        let peek = self.read(|core| core.peek(key))?;
        if !peek.state.is_raw() {
            return Some(peek);
        }
        self.decode(key, of, None);
        self.read(|core| core.peek(key))
    }

    /// Remembers how a type is decoded.
    pub(super) fn learn(&self, of: DataType, codec: Codec) {
        if self.read(|core| core.codecs.get(of.id).is_none()) {
            self.apply(|core| core.codecs.insert(of.id, (of, codec)));
        }
    }

    /// Decodes hydrated data, now that its type is known. Data that cannot be decoded is dropped, and fetched again by
    /// whoever wants it.
    pub(crate) fn decode(&self, key: &QueryKey, of: TypeId, known: Option<(DataType, Codec)>) {
        let mut patches: Vec<Patch> = Vec::new();
        loop {
            let Some(state) = self.read(|core| core.state(key)) else { return };
            let Some(Data::Raw(json)) = &state.data else { return };
            let Some((of, codec)) = known.or_else(|| self.read(|core| core.codecs.get(of).copied())) else {
                return;
            };
            let decoded = (codec.decode)(json).ok();
            patches.extend(self.apply(|core| core.take_deferred_patches(key)));
            let data =
                decoded.map(|data| patches.iter().fold(data, |data, patch| patch(&data).unwrap_or(data)));
            let Some(peek) = self.read(|core| core.peek(key)) else { return };
            let written = data.map(|data| self.weave(key, &peek, data));
            if self.apply(|core| core.replace_raw(key, &state, written, of)) {
                return;
            }
        }
    }
}

pub(super) fn erase_patch<T>(patch: impl Fn(&T) -> Option<T> + MaybeSend + MaybeSync + 'static) -> Patch
where
    T: PartialEq + Send + Sync + 'static,
{
    let patch = Held::new(patch);
    Arc::new(move |value: &Value| {
        let old = value.downcast_ref::<T>()?;
        let new = patch.get()(old).filter(|new| new != old)?;
        Some(Arc::new(new))
    })
}
