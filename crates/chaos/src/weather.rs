//! What the proxy does from one moment to the next.

use std::time::Duration;

use fastrand::Rng;

/// What befalls whatever passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Nothing.
    Clear,
    /// It arrives later.
    Slow(Duration),
    /// Half of it arrives, and the connection ends.
    Halves,
    /// It is swallowed, and the connection stays open.
    Swallows,
    /// New connections end at once.
    Refuses,
}

/// One decision: the weather, for how long, and whether all connections are cut as it begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spell {
    pub(crate) weather: Weather,
    pub(crate) lasts: Duration,
    pub(crate) cuts: bool,
}

impl Spell {
    pub(crate) fn random(rng: &mut Rng) -> Self {
        let weather = match rng.u8(0..10) {
            0..4 => Weather::Clear,
            4..6 => Weather::Slow(Duration::from_millis(rng.u64(1..25))),
            6 => Weather::Halves,
            7 | 8 => Weather::Swallows,
            _ => Weather::Refuses,
        };
        // Long enough now and then for the heartbeat to be missed.
        let longest = if weather == Weather::Swallows && rng.u8(0..4) == 0 { 500 } else { 60 };
        Self { weather, lasts: Duration::from_millis(rng.u64(5..longest)), cuts: rng.u8(0..4) == 0 }
    }
}
