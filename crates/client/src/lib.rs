//! Typed API client with interceptors, and the bridge from events to the cache.
