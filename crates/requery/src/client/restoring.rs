//! While a persisted cache is restored, nothing is fetched that it may hold.

use super::QueryClient;

/// Fetches of observers that mount wait until this is dropped.
pub(crate) struct Restoring(QueryClient);

impl QueryClient {
    /// F16: until what this returns is dropped, observers that mount do not fetch.
    pub(crate) fn restoring(&self) -> Restoring {
        self.apply(|core| core.restoring += 1);
        Restoring(self.clone())
    }

    /// Whether a persisted cache is being restored.
    #[must_use]
    pub fn is_restoring(&self) -> bool {
        self.read(|core| core.restoring > 0)
    }
}

impl Drop for Restoring {
    fn drop(&mut self) {
        let hooks = self.0.apply(|core| {
            core.restoring = core.restoring.saturating_sub(1);
            if core.restoring == 0 { core.all_hooks() } else { Vec::new() }
        });
        for hook in hooks {
            hook.restored(&self.0);
        }
    }
}
