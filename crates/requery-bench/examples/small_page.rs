//! What a page with one query, one observer and one mutation is made of: its size is the size of the cache.

#[cfg(target_arch = "wasm32")]
mod page {
    use std::convert::Infallible;
    use std::time::Duration;

    use requery::query_key;
    use requery::runtime::BrowserRuntime;
    use requery::{
        MutationObserver, MutationOptions, QueryClient, QueryFilters, QueryObserver, QueryOptions,
    };
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = showLikes)]
        fn show_likes(likes: u32);
    }

    /// Shows a number and changes it.
    #[wasm_bindgen(start)]
    fn start() {
        let client = QueryClient::new(BrowserRuntime);
        let likes = QueryOptions::<u32, Infallible>::new(query_key!["likes"], |_| async { Ok(1) });
        let observer = QueryObserver::new(&client, likes.stale_time(Duration::from_secs(30)));
        let showing = observer.subscribe(|result| {
            if let Some(likes) = &result.data {
                show_likes(**likes);
            }
        });
        // For as long as the page is open.
        std::mem::forget(showing);
        let like = MutationOptions::<u32, Infallible, u32>::new(|likes| async move { Ok(likes + 1) })
            .on_settled(|_outcome, call| async move {
                call.client.invalidate_queries(QueryFilters::prefix(query_key!["likes"])).await;
            });
        drop(MutationObserver::new(&client, like).mutate(1));
    }
}
