#![doc = include_str!("../README.md")]

mod samples;
mod server;
mod stage;

pub use samples::{business, job, page};
pub use server::{LATENCY, Server};
pub use stage::Stage;

/// The book's blocks run with the doc tests.
#[cfg(doctest)]
mod chapters {
    #[doc = include_str!("../../../docs/book/src/introduction.md")]
    mod introduction {}

    #[doc = include_str!("../../../docs/book/src/keys.md")]
    mod keys {}

    #[doc = include_str!("../../../docs/book/src/queries.md")]
    mod queries {}

    #[doc = include_str!("../../../docs/book/src/dependent.md")]
    mod dependent {}

    #[doc = include_str!("../../../docs/book/src/polling.md")]
    mod polling {}

    #[doc = include_str!("../../../docs/book/src/infinite.md")]
    mod infinite {}

    #[doc = include_str!("../../../docs/book/src/mutations.md")]
    mod mutations {}

    #[doc = include_str!("../../../docs/book/src/optimistic.md")]
    mod optimistic {}

    #[doc = include_str!("../../../docs/book/src/batch.md")]
    mod batch {}

    #[doc = include_str!("../../../docs/book/src/invalidation.md")]
    mod invalidation {}

    #[doc = include_str!("../../../docs/book/src/bridge.md")]
    mod bridge {}

    #[doc = include_str!("../../../docs/book/src/providers.md")]
    mod providers {}

    #[doc = include_str!("../../../docs/book/src/ssr.md")]
    mod ssr {}

    #[doc = include_str!("../../../docs/book/src/errors.md")]
    mod errors {}

    #[doc = include_str!("../../../docs/book/src/testing.md")]
    mod testing {}

    #[doc = include_str!("../../../docs/book/src/devtools.md")]
    mod devtools {}

    #[doc = include_str!("../../../docs/book/src/pitfalls.md")]
    mod pitfalls {}
}
