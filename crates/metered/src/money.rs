//! Amounts of money.

use std::fmt;
use std::str::FromStr;

/// US dollars, in millionths: calls cost fractions of a cent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(u64);

const DOLLAR: u64 = 1_000_000;
const CENT: u64 = 10_000;

impl Usd {
    /// An amount in millionths of a dollar.
    #[must_use]
    pub const fn from_millionths(millionths: u64) -> Self {
        Self(millionths)
    }

    /// The amount in millionths of a dollar.
    #[must_use]
    pub const fn millionths(self) -> u64 {
        self.0
    }

    /// The amount in cents, rounded up: what cost something never shows as free.
    #[must_use]
    pub fn cents(self) -> i64 {
        i64::try_from(self.0.div_ceil(CENT)).unwrap_or(i64::MAX)
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Usd {
    /// So many times the amount.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// The amount that a service tells in dollars, rounded up to a millionth; `None` where it is no amount.
    #[must_use]
    pub fn from_dollars(dollars: f64) -> Option<Self> {
        // A sum of prices has an error of its own, which is no millionth of a dollar.
        let millionths = (dollars * 1e6 - 1e-3).ceil().max(0.0);
        if !(0.0..=1e9).contains(&dollars) {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is between 0 and 10^15"
        )]
        Some(Self(millionths as u64))
    }
}

impl fmt::Display for Usd {
    /// With two decimals, and more where there are more: `0.0245 USD`, `20.00 USD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = format!("{:06}", self.0 % DOLLAR);
        let kept = decimals.trim_end_matches('0').len().max(2);
        write!(f, "{}.{} USD", self.0 / DOLLAR, &decimals[..kept])
    }
}

impl FromStr for Usd {
    type Err = String;

    /// Reads `20`, `20.50` or `0.0245`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("'{text}' is not an amount in US dollars such as 20 or 0.0245");
        let (dollars, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if dollars.is_empty() || !digits(dollars) || !digits(decimals) || decimals.len() > 6 {
            return Err(wrong());
        }
        let dollars: u64 = dollars.parse().map_err(|_| wrong())?;
        let fraction: u64 = format!("{decimals:0<6}").parse().map_err(|_| wrong())?;
        let whole = dollars.checked_mul(DOLLAR).and_then(|whole| whole.checked_add(fraction));
        whole.map(Self).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_written() {
        let check = |text: &str, millionths: u64, written: &str| {
            let amount: Usd = text.parse().unwrap();
            assert_eq!((amount.millionths(), amount.to_string().as_str()), (millionths, written));
        };
        check("20", 20_000_000, "20.00 USD");
        check("20.5", 20_500_000, "20.50 USD");
        check("0.0245", 24_500, "0.0245 USD");
        check("0.000001", 1, "0.000001 USD");
        for wrong in ["", ".", ".5", "-1", "1e3", "1,5", "0.0000001", "99999999999999999999", "20 USD"] {
            assert!(wrong.parse::<Usd>().unwrap_err().contains("US dollars"), "{wrong}");
        }
    }

    #[test]
    fn what_a_service_tells_is_rounded_up() {
        let read = |dollars| Usd::from_dollars(dollars).map(Usd::millionths);
        assert_eq!(
            (read(0.2654), read(0.1 + 0.2), read(0.000_000_4)),
            (Some(265_400), Some(300_000), Some(1))
        );
        assert_eq!((read(0.0), read(-0.1), read(f64::NAN), read(f64::INFINITY)), (Some(0), None, None, None));
        assert_eq!(Usd::from_millionths(24_500).times(3), Usd::from_millionths(73_500));
    }

    #[test]
    fn what_cost_something_never_shows_as_free() {
        let cents = |millionths| Usd::from_millionths(millionths).cents();
        assert_eq!((cents(0), cents(1), cents(10_000), cents(24_500)), (0, 1, 1, 3));
    }
}
