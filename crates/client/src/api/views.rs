//! A method for each endpoint that changes saved views, and how the pages are laid out.

use contract::columns::{Appearance, AppearanceChange};
use contract::endpoint::{NoBody, NoQuery};
use contract::views::{NewView, SavedView, ViewChange};
use contract::{ViewId, endpoints};

use super::{ApiClient, Call, CallOptions, IdempotencyKey};

/// One's saved views. Each fails when the server cannot be reached, refuses, or answers in another shape.
impl ApiClient {
    /// Saves a view.
    /// A field that is wrong is found by [`crate::ApiError::field`].
    pub fn create_view(&self, view: &NewView, key: IdempotencyKey) -> Call<SavedView> {
        self.call::<endpoints::CreateView>(&(), &NoQuery {}, view, CallOptions::keyed(key))
    }

    /// Renames that version of a view, or lets it show another list.
    /// 412 where another change came first.
    pub fn update_view(&self, id: ViewId, version: u64, change: &ViewChange) -> Call<SavedView> {
        self.call::<endpoints::UpdateView>(&id, &NoQuery {}, change, CallOptions::of_version(version))
    }

    /// Forgets that version of a view.
    /// 412 where another change came first.
    pub fn delete_view(&self, id: ViewId, version: u64) -> Call<NoBody> {
        self.call::<endpoints::DeleteView>(&id, &NoQuery {}, &NoBody {}, CallOptions::of_version(version))
    }

    /// Lays one's pages out differently: the last change holds.
    pub fn update_appearance(&self, change: &AppearanceChange) -> Call<Appearance> {
        self.call::<endpoints::UpdateAppearance>(&(), &NoQuery {}, change, CallOptions::default())
    }
}
