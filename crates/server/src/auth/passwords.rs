//! Passwords: Argon2id, away from the threads that answer, a few at a time.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use tokio::sync::Semaphore;

use crate::problem::ApiProblem;

/// Each takes 19 MiB and tens of milliseconds of a core.
const AT_ONCE: usize = 2;

/// What is compared with where there is no account, so that this takes as long as where there is one: the hash of no
/// password, with the costs that accounts have. Written out, so that the first comparison is not dearer than the next.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LXMtc2FsdC0xNg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and checks passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    turns: Semaphore,
    /// How many were compared: what a try costs is told by it without a clock.
    #[cfg(test)]
    compared: std::sync::atomic::AtomicUsize,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Semaphore::new(AT_ONCE),
            #[cfg(test)]
            compared: std::sync::atomic::AtomicUsize::new(0),
        }
    }
}

impl Passwords {
    /// The password as a PHC string with a salt of its own.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, ApiProblem> {
        let password = password.to_owned();
        self.away(move || hash_now(&password)).await
    }

    /// Whether the password is the one that was hashed. Without a hash it is not, after the same time.
    pub(crate) async fn is_right(&self, password: &str, hash: Option<&str>) -> Result<bool, ApiProblem> {
        #[cfg(test)]
        self.compared.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
        self.away(move || {
            let known = hash.as_deref().unwrap_or(NOBODY);
            let known = PasswordHash::new(known).map_err(|error| error.to_string())?;
            let matches = Argon2::default().verify_password(password.as_bytes(), &known).is_ok();
            Ok(matches && hash.is_some())
        })
        .await
    }

    /// How many passwords were compared so far.
    #[cfg(test)]
    pub(crate) fn compared(&self) -> usize {
        self.compared.load(std::sync::atomic::Ordering::SeqCst)
    }

    async fn away<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, String> + Send + 'static,
    ) -> Result<T, ApiProblem> {
        let failed = |reason: String| ApiProblem::internal(&std::io::Error::other(reason));
        let _turn = self.turns.acquire().await.map_err(|error| failed(error.to_string()))?;
        let done = tokio::task::spawn_blocking(work).await.map_err(|error| failed(error.to_string()))?;
        done.map_err(failed)
    }
}

fn hash_now(password: &str) -> Result<String, String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_is_right() {
        let passwords = Passwords::default();
        let hash = passwords.hash("a short sentence").await.unwrap();
        assert!(hash.starts_with("$argon2id$") && !hash.contains("sentence"), "{hash}");
        assert_ne!(hash, passwords.hash("a short sentence").await.unwrap(), "each has a salt of its own");
        assert!(passwords.is_right("a short sentence", Some(&hash)).await.unwrap());
        assert!(!passwords.is_right("another sentence", Some(&hash)).await.unwrap());
        assert!(!passwords.is_right("a short sentence", None).await.unwrap());
    }

    /// The costs are those of a hash that is made now: were they raised, a comparison with nobody's would be quicker.
    #[test]
    fn nobodys_hash_costs_as_much_as_an_account_s() {
        let costs = |hash: &str| hash.rsplitn(3, '$').last().map(str::to_owned);
        assert_eq!(costs(NOBODY), costs(&hash_now("a short sentence").unwrap()));
        assert!(PasswordHash::new(NOBODY).unwrap().hash.is_some());
    }
}
