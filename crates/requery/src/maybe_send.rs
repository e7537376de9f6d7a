//! One API for threads and for the browser: bounds that mean `Send` and `Sync` natively and nothing on wasm32.

pub(crate) use imp::{Held, hold_future};
pub use imp::{MaybeSend, MaybeSync};

#[cfg(not(target_arch = "wasm32"))]
mod imp {
    use futures::future::{BoxFuture, FutureExt};

    /// `Send` on native targets, no requirement on wasm32.
    pub trait MaybeSend: Send {}
    impl<T: Send + ?Sized> MaybeSend for T {}

    /// `Sync` on native targets, no requirement on wasm32.
    pub trait MaybeSync: Sync {}
    impl<T: Sync + ?Sized> MaybeSync for T {}

    /// A caller's value made `Send + Sync` for the inside of the crate.
    pub(crate) struct Held<T>(T);

    impl<T> Held<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(value)
        }

        pub(crate) fn get(&self) -> &T {
            &self.0
        }

        pub(crate) fn take(self) -> T {
            self.0
        }
    }

    pub(crate) fn hold_future<F>(future: F) -> BoxFuture<'static, F::Output>
    where
        F: Future + MaybeSend + 'static,
    {
        future.boxed()
    }
}

#[cfg(target_arch = "wasm32")]
mod imp {
    use futures::future::{BoxFuture, FutureExt};
    use send_wrapper::SendWrapper;

    /// `Send` on native targets, no requirement on wasm32.
    pub trait MaybeSend {}
    impl<T: ?Sized> MaybeSend for T {}

    /// `Sync` on native targets, no requirement on wasm32.
    pub trait MaybeSync {}
    impl<T: ?Sized> MaybeSync for T {}

    /// A caller's value made `Send + Sync` for the inside of the crate.
    pub(crate) struct Held<T>(SendWrapper<T>);

    impl<T> Held<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(SendWrapper::new(value))
        }

        pub(crate) fn get(&self) -> &T {
            &self.0
        }

        pub(crate) fn take(self) -> T {
            self.0.take()
        }
    }

    pub(crate) fn hold_future<F>(future: F) -> BoxFuture<'static, F::Output>
    where
        F: Future + MaybeSend + 'static,
    {
        SendWrapper::new(future).boxed()
    }
}
