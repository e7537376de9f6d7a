//! How much memory is in use, where the program can tell.

use std::sync::OnceLock;

static IN_USE: OnceLock<fn() -> usize> = OnceLock::new();

/// Says how to tell. The first one counts.
pub fn tell_by(in_use: fn() -> usize) {
    // A second one is another name for the same allocator.
    _ = IN_USE.set(in_use);
}

/// Bytes in use; on WASM those of the module's memory, which only grows. Zero where nobody said how to tell.
#[must_use]
pub fn bytes() -> usize {
    #[cfg(target_arch = "wasm32")]
    {
        const PAGE: usize = 65_536;
        core::arch::wasm32::memory_size(0) * PAGE
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        IN_USE.get().map_or(0, |in_use| in_use())
    }
}
