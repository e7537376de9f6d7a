//! When a connection is pinged, and when it counts as lost.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::Config;

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Ping,
    /// The client gave no sign of life in time.
    Silent,
    /// The client did not join in time.
    NotJoined,
}

#[derive(Debug)]
pub(crate) struct Heartbeat {
    alarm: Pin<Box<Sleep>>,
    next_ping: Instant,
    /// Until when a ping must be answered, and how much the client had taken when that was decided.
    answer_by: Option<(Instant, Option<u64>)>,
    join_by: Option<Instant>,
}

impl Heartbeat {
    pub(crate) fn start(config: &Config) -> Self {
        let now = Instant::now();
        let next_ping = now + config.ping_interval;
        let join_by = now + config.join_timeout;
        Self {
            alarm: Box::pin(sleep_until(next_ping.min(join_by))),
            next_ping,
            answer_by: None,
            join_by: Some(join_by),
        }
    }

    /// A pong came.
    pub(crate) fn answered(&mut self, config: &Config) {
        self.answer_by = None;
        self.next_ping = Instant::now() + config.ping_interval;
        self.set();
    }

    pub(crate) fn joined(&mut self) {
        self.join_by = None;
        self.set();
    }

    pub(crate) fn left(&mut self, config: &Config) {
        self.join_by = Some(Instant::now() + config.join_timeout);
        self.set();
    }

    /// Ready with what is due. `taken` grows while the client takes what it is sent; none where nothing is left for it.
    pub(crate) fn poll(
        &mut self,
        context: &mut Context<'_>,
        config: &Config,
        taken: Option<u64>,
    ) -> Poll<Due> {
        loop {
            ready!(self.alarm.as_mut().poll(context));
            let now = Instant::now();
            if self.join_by.is_some_and(|by| by <= now) {
                return Poll::Ready(Due::NotJoined);
            }
            match self.answer_by {
                Some((by, before)) if by <= now => {
                    if taken.is_none() || taken == before {
                        return Poll::Ready(Due::Silent);
                    }
                    // The ping may stand behind much else.
                    self.answer_by = Some((now + config.ping_timeout, taken));
                }
                None if self.next_ping <= now => {
                    self.answer_by = Some((now + config.ping_timeout, taken));
                    self.set();
                    return Poll::Ready(Due::Ping);
                }
                _ => {}
            }
            self.set();
        }
    }

    fn set(&mut self) {
        let beat = self.answer_by.map_or(self.next_ping, |(by, _)| by);
        let at = self.join_by.map_or(beat, |by| by.min(beat));
        self.alarm.as_mut().reset(at);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;

    fn config() -> Config {
        Config {
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            join_timeout: Duration::from_secs(15),
            ..Config::default()
        }
    }

    async fn due(heartbeat: &mut Heartbeat, taken: Option<u64>) -> (Due, u64) {
        let begun = Instant::now();
        let due = poll_fn(|context| heartbeat.poll(context, &config(), taken)).await;
        (due, begun.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_does_not_join_is_not_waited_for() {
        let mut heartbeat = Heartbeat::start(&config());
        assert_eq!(due(&mut heartbeat, None).await, (Due::NotJoined, 15));
        let mut heartbeat = Heartbeat::start(&config());
        heartbeat.joined();
        heartbeat.left(&config());
        assert_eq!(due(&mut heartbeat, None).await, (Due::NotJoined, 15));
    }

    #[tokio::test(start_paused = true)]
    async fn pings_follow_their_answers_and_silence_ends_it() {
        let mut heartbeat = Heartbeat::start(&config());
        heartbeat.joined();
        assert_eq!(due(&mut heartbeat, None).await, (Due::Ping, 25));
        tokio::time::advance(Duration::from_secs(19)).await;
        heartbeat.answered(&config());
        assert_eq!(due(&mut heartbeat, None).await, (Due::Ping, 25));
        assert_eq!(due(&mut heartbeat, None).await, (Due::Silent, 20));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_reads_slowly_is_alive() {
        let mut heartbeat = Heartbeat::start(&config());
        heartbeat.joined();
        assert_eq!(due(&mut heartbeat, Some(100)).await, (Due::Ping, 25));
        // Looked at after 20 s, when more was taken, and again 20 s later, when nothing was.
        assert_eq!(due(&mut heartbeat, Some(150)).await, (Due::Silent, 40));
    }
}
