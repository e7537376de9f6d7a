use contract::{Business, EventPayload};
use store::{NewBusiness, Store};

/// A business of that name and city, to be stored.
pub(crate) fn business(name: &str, city: &str) -> NewBusiness {
    let mut new = NewBusiness::named(name, &name.to_lowercase());
    new.business.city = Some(city.to_owned());
    new.business.category = Some("restaurant".to_owned());
    new
}

/// Stores businesses with their events, as a search does.
pub(crate) async fn seed(store: &Store, new: Vec<NewBusiness>) -> Vec<Business> {
    let mut tx = store.begin().await.unwrap();
    let saved = tx.insert_businesses(new).await.unwrap();
    tx.append_events(saved.iter().cloned().map(|row| EventPayload::BusinessCreated(Box::new(row))));
    tx.commit().await.unwrap();
    saved
}
