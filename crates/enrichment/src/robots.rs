use std::time::Duration;

use texting_robots::Robot;

/// The longest robots.txt that is read; RFC 9309 asks for at least this much.
pub(crate) const MAX_ROBOTS_BYTES: usize = 500 * 1024;
/// The longest wait between two requests that a site can ask for.
const MAX_DELAY: Duration = Duration::from_secs(30);

/// What a site's robots.txt allows.
#[derive(Debug)]
pub(crate) enum Rules {
    /// Everything.
    Open,
    /// Nothing: the file could not be read, and RFC 9309 wants that taken as a no.
    Closed,
    /// What the file says.
    Listed(Box<Robot>),
}

impl Rules {
    /// From the answer to `GET /robots.txt`; no answer is `None`.
    pub(crate) fn from_answer(agent: &str, answer: Option<(u16, &[u8])>) -> Self {
        match answer {
            Some((200..=299, body)) => {
                let body = &body[..body.len().min(MAX_ROBOTS_BYTES)];
                Robot::new(agent, body).map_or(Self::Open, |robot| Self::Listed(Box::new(robot)))
            }
            Some((400..=499, _)) => Self::Open,
            _ => Self::Closed,
        }
    }

    /// Whether the URL may be read.
    pub(crate) fn allows(&self, url: &str) -> bool {
        match self {
            Self::Open => true,
            Self::Closed => false,
            Self::Listed(robot) => robot.allowed(url),
        }
    }

    /// How long the site wants us to wait between two requests.
    pub(crate) fn delay(&self) -> Option<Duration> {
        let Self::Listed(robot) = self else { return None };
        let seconds = f64::from(robot.delay?);
        Duration::try_from_secs_f64(seconds).ok().map(|delay| delay.min(MAX_DELAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Rules {
        Rules::from_answer("letip", Some((200, text.as_bytes())))
    }

    #[test]
    fn the_longest_rule_wins_and_allow_wins_ties() {
        let rules = rules("User-agent: *\nDisallow: /private\nAllow: /private/contact\n");
        assert!(rules.allows("http://a.example/contact"));
        assert!(!rules.allows("http://a.example/private/staff"));
        assert!(rules.allows("http://a.example/private/contact"));
    }

    #[test]
    fn our_own_group_counts_before_the_general_one() {
        let rules = rules("User-agent: *\nDisallow:\n\nUser-agent: letip\nDisallow: /\nCrawl-delay: 2\n");
        assert!(!rules.allows("http://a.example/"));
        assert_eq!(rules.delay(), Some(Duration::from_secs(2)));
    }

    #[test]
    fn missing_is_yes_and_broken_is_no() {
        let check = |answer, expect| {
            assert_eq!(Rules::from_answer("letip", answer).allows("http://a.example/"), expect, "{answer:?}");
        };
        check(Some((404, b"".as_slice())), true);
        check(Some((403, b"Disallow".as_slice())), true);
        check(Some((503, b"".as_slice())), false);
        check(None, false);
    }

    #[test]
    fn an_endless_delay_is_bounded() {
        let rules = rules("User-agent: *\nCrawl-delay: 86400\n");
        assert_eq!(rules.delay(), Some(MAX_DELAY));
    }
}
