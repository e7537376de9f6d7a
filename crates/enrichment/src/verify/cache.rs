//! What was learned of domains, bounded in size and age.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Values by domain. The oldest makes room; what is too old is not told any more.
#[derive(Debug)]
pub(super) struct Cache<V> {
    size: usize,
    entries: Mutex<Entries<V>>,
}

#[derive(Debug)]
struct Entries<V> {
    by_domain: HashMap<String, (Instant, V)>,
    /// Domains in the order in which they came, each once.
    order: VecDeque<String>,
}

impl<V: Clone> Cache<V> {
    /// A cache of at most `size` domains.
    pub(super) fn new(size: usize) -> Self {
        let entries = Entries { by_domain: HashMap::new(), order: VecDeque::new() };
        Self { size: size.max(1), entries: Mutex::new(entries) }
    }

    /// What is known of the domain and still holds.
    pub(super) fn get(&self, domain: &str) -> Option<V> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, value) = entries.by_domain.get(domain)?;
        (Instant::now() < *until).then(|| value.clone())
    }

    /// Keeps what is known of the domain for so long.
    pub(super) fn put(&self, domain: &str, value: V, age: Duration) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let until = Instant::now() + age;
        if entries.by_domain.insert(domain.to_owned(), (until, value)).is_some() {
            return;
        }
        entries.order.push_back(domain.to_owned());
        if entries.order.len() > self.size
            && let Some(oldest) = entries.order.pop_front()
        {
            entries.by_domain.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn the_oldest_makes_room() {
        let cache = Cache::new(2);
        for (domain, value) in [("a", 1), ("b", 2), ("a", 3), ("c", 4)] {
            cache.put(domain, value, LONG);
        }
        assert_eq!([cache.get("a"), cache.get("b"), cache.get("c")], [None, Some(2), Some(4)]);
        let entries = cache.entries.lock().unwrap();
        assert_eq!((entries.by_domain.len(), entries.order.len()), (2, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_too_old_is_not_told() {
        let cache = Cache::new(2);
        cache.put("a", 1, LONG);
        tokio::time::advance(LONG - Duration::from_millis(1)).await;
        assert_eq!(cache.get("a"), Some(1));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(cache.get("a"), None);
        cache.put("a", 2, LONG);
        assert_eq!(cache.get("a"), Some(2));
    }
}
