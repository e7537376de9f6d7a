//! Time of parts of a workload.

/// A moment from which time is measured.
#[derive(Clone, Copy, Debug)]
#[cfg(not(target_arch = "wasm32"))]
pub struct Stopwatch(std::time::Instant);

#[cfg(not(target_arch = "wasm32"))]
impl Stopwatch {
    /// Now.
    #[must_use]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Nanoseconds since then.
    #[must_use]
    pub fn nanos(self) -> f64 {
        self.0.elapsed().as_secs_f64() * 1e9
    }
}

/// A moment from which time is measured.
#[derive(Clone, Copy, Debug)]
#[cfg(target_arch = "wasm32")]
pub struct Stopwatch(f64);

#[cfg(target_arch = "wasm32")]
impl Stopwatch {
    /// Now.
    #[must_use]
    pub fn start() -> Self {
        Self(performance_now())
    }

    /// Nanoseconds since then.
    #[must_use]
    pub fn nanos(self) -> f64 {
        (performance_now() - self.0) * 1e6
    }
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}
