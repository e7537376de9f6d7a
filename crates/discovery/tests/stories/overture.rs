//! Overture's places of the United States, where the one who runs the tests has them.

use std::path::PathBuf;

use store::test_support::TestStore;

use crate::support::{assert_adds_up, businesses, import_file};

store::stories!(overtures_places_import_whole);

/// In `LETIP_TEST_DATA`, or in a folder `shared/data` above the workspace.
fn data() -> Option<PathBuf> {
    let named = std::env::var_os("LETIP_TEST_DATA").map(PathBuf::from);
    let above = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let near = above.ancestors().map(|folder| folder.join("shared/data"));
    named
        .into_iter()
        .chain(near)
        .map(|folder| folder.join("overture_us_places.parquet"))
        .find(|path| path.is_file())
}

async fn overtures_places_import_whole(db: TestStore) {
    let store = db.store().clone();
    let Some(path) = data() else {
        eprintln!(
            "SKIPPED overtures_places_import_whole: set LETIP_TEST_DATA to a folder with overture_us_places.parquet"
        );
        return;
    };
    let (outcome, rejections) = import_file(&store, &path).await;
    let outcome = outcome.unwrap();
    assert_adds_up(&outcome);
    assert_eq!(outcome.counts.found, 3_425);
    assert_eq!(outcome.counts.rejected, rejections.len() as u64);
    let saved = businesses(&store).await;
    assert_eq!(saved.len() as u64, outcome.counts.saved);
    let share = |count: usize| count * 100 / saved.len();
    assert!(
        share(saved.iter().filter(|one| one.phone.is_some()).count()) >= 94,
        "96 % of the records have a phone"
    );
    assert!(share(saved.iter().filter(|one| one.category.is_some()).count()) >= 98, "categories are mapped");
    assert!(saved.iter().all(|one| one.state.as_ref().is_none_or(|state| state.len() == 2)));
    assert!(saved.iter().flat_map(|one| &one.sources).all(|source| source.source == "overture"));
    let (again, _) = import_file(&store, &path).await;
    assert_eq!(again.unwrap().counts.saved, 0, "the same file again brings nothing new");
}
