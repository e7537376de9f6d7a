//! Bounds on how much is done at once and how long it may take.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Limits;
use crate::problem::ApiProblem;

/// How soon a refused caller should come back.
const COME_BACK: Duration = Duration::from_secs(1);

/// Who is answered now, and who waits. Whoever came first is answered first: a refused caller who comes back has no place
/// before those who wait, and none behind those who come later.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    answered: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    longest: Duration,
}

impl Queue {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            answered: Arc::new(Semaphore::new(limits.concurrent_requests)),
            waiting: Arc::new(Semaphore::new(limits.waiting_requests)),
            longest: limits.waiting_time,
        }
    }

    /// A turn to be answered; none where too many wait, or it does not come in time. Who goes away while waiting gives the
    /// place back.
    async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(turn) = Arc::clone(&self.answered).try_acquire_owned() {
            return Some(turn);
        }
        let _place = self.waiting.try_acquire().ok()?;
        let turn = Arc::clone(&self.answered).acquire_owned();
        tokio::time::timeout(self.longest, turn).await.ok()?.ok()
    }
}

/// Layer: lets requests wait for their turn, and refuses what is more than may wait.
pub(crate) async fn limit(State(queue): State<Queue>, request: Request, next: Next) -> Response {
    let Some(_turn) = queue.turn().await else {
        let detail = "more requests wait than can be answered soon; try again in a moment";
        return ApiProblem::unavailable(detail, COME_BACK).into_response();
    };
    next.run(request).await
}

/// Layer: gives up on an answer that takes longer than `limit`.
pub(crate) async fn time_out(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = "the answer took too long and was given up; ask for less or try again";
            ApiProblem::unavailable(detail, COME_BACK).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(answered: usize, waiting: usize) -> Queue {
        let limits = Limits {
            concurrent_requests: answered,
            waiting_requests: waiting,
            waiting_time: Duration::from_secs(10),
            ..Limits::default()
        };
        Queue::new(&limits)
    }

    #[tokio::test(start_paused = true)]
    async fn turns_come_in_the_order_of_asking() {
        let queue = queue(1, 3);
        let first = queue.turn().await.unwrap();
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        let waiting: Vec<_> = (0..3)
            .map(|number| {
                let (queue, order) = (queue.clone(), Arc::clone(&order));
                tokio::spawn(async move {
                    let turn = queue.turn().await;
                    order.lock().unwrap().push(number);
                    drop(turn.unwrap());
                })
            })
            .collect();
        while queue.waiting.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(queue.turn().await.is_none(), "a fifth has no place");
        drop(first);
        for waited in waiting {
            waited.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [0, 1, 2]);
        assert_eq!((queue.answered.available_permits(), queue.waiting.available_permits()), (1, 3));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_or_goes_away_gives_the_place_back() {
        let queue = queue(1, 1);
        let turn = queue.turn().await.unwrap();
        assert!(queue.turn().await.is_none(), "ten seconds pass");
        assert!(tokio::time::timeout(Duration::from_secs(1), queue.turn()).await.is_err(), "goes away");
        assert_eq!(queue.waiting.available_permits(), 1);
        drop(turn);
        assert!(queue.turn().await.is_some());
    }
}
