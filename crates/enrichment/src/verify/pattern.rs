//! How a domain makes addresses of names, and guesses made that way.
//!
//! A guess is only that: [`Verifier::verify_guess`](super::Verifier::verify_guess) says so among the reasons.

use std::collections::HashSet;

/// How the part before the sign is made of a given and a family name. Written as others write them: `{first}.{last}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "`as_str` shows what each is")]
pub enum Pattern {
    First,
    FirstDotLast,
    FLast,
    FirstL,
    Last,
    FirstLast,
    FDotLast,
    FirstUnderscoreLast,
    FirstDashLast,
    FirstDotL,
    LastF,
    LastFirst,
    LastDotFirst,
    FL,
}

/// Every pattern with how likely it is right for a small business of which nothing is known. The order is that of field
/// reports; the numbers are set so that all of them together stay below 1 and none alone is above a half.
const PATTERNS: &[(Pattern, &str, f64)] = &[
    (Pattern::First, "{first}", 0.3),
    (Pattern::FirstDotLast, "{first}.{last}", 0.17),
    (Pattern::FLast, "{f}{last}", 0.16),
    (Pattern::FirstL, "{first}{l}", 0.06),
    (Pattern::Last, "{last}", 0.04),
    (Pattern::FirstLast, "{first}{last}", 0.04),
    (Pattern::FDotLast, "{f}.{last}", 0.02),
    (Pattern::FirstUnderscoreLast, "{first}_{last}", 0.015),
    (Pattern::FirstDashLast, "{first}-{last}", 0.01),
    (Pattern::FirstDotL, "{first}.{l}", 0.01),
    (Pattern::LastF, "{last}{f}", 0.015),
    (Pattern::LastFirst, "{last}{first}", 0.005),
    (Pattern::LastDotFirst, "{last}.{first}", 0.01),
    (Pattern::FL, "{f}{l}", 0.01),
];

/// Guesses of a name where nothing is known of the domain.
const MAX_GUESSES: usize = 5;

impl Pattern {
    /// The pattern with its parts in braces, such as `{f}{last}`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        PATTERNS.iter().find(|(pattern, ..)| *pattern == self).map_or("", |(_, text, _)| text)
    }

    fn apply(self, name: &Name) -> String {
        let (first, last) = (name.first.as_str(), name.last.as_str());
        let initial = |word: &str| word.chars().take(1).collect::<String>();
        let text = self.as_str().replace("{first}", first).replace("{last}", last);
        text.replace("{f}", &initial(first)).replace("{l}", &initial(last))
    }
}

/// How a domain makes its addresses, learned from those that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learned {
    /// The pattern that most of them follow.
    pub pattern: Pattern,
    /// How many follow it.
    pub support: usize,
    /// How many follow any pattern.
    pub seen: usize,
}

impl Learned {
    /// How likely an address made so is right, 0 to 1: more with every address that follows, less with every other.
    #[must_use]
    pub fn confidence(&self) -> f64 {
        let sure = match self.support {
            0 => 0.0,
            1 => 0.6,
            2 => 0.75,
            _ => 0.85,
        };
        let (support, seen) = (u32::try_from(self.support), u32::try_from(self.seen));
        match (support, seen) {
            (Ok(support), Ok(seen)) if seen > 0 => sure * f64::from(support) / f64::from(seen),
            _ => 0.0,
        }
    }
}

/// An address that was made of a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// The address.
    pub address: String,
    /// How it was made.
    pub pattern: Pattern,
    /// How likely it is right, 0 to 1.
    pub confidence: f64,
}

/// Learns from names and the addresses that they have at the domain, verified or published. An address that fits several
/// patterns (`jane@` of Jane Jane) counts for the likeliest; one that fits none counts for nothing.
#[must_use]
pub fn learn<'a>(domain: &str, known: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<Learned> {
    let mut seen = HashSet::new();
    let mut support = vec![0_usize; PATTERNS.len()];
    for (name, email) in known {
        let Some((local, of)) = email.rsplit_once('@') else { continue };
        let Some(name) = Name::parse(name).filter(|_| of.eq_ignore_ascii_case(domain)) else { continue };
        let local = local.to_lowercase();
        let fits = PATTERNS.iter().position(|(pattern, ..)| pattern.apply(&name) == local);
        if let Some(index) = fits.filter(|_| seen.insert(local)) {
            support[index] += 1;
        }
    }
    let (index, most) = support.iter().enumerate().rev().max_by_key(|(_, count)| **count)?;
    let pattern = PATTERNS.get(index)?.0;
    (*most > 0).then_some(Learned { pattern, support: *most, seen: seen.len() })
}

/// Addresses that the person may have at the domain, the likeliest first: one where its pattern is known, else the commonest.
#[must_use]
pub fn guess(name: &str, domain: &str, learned: Option<&Learned>) -> Vec<Guess> {
    let Some(name) = Name::parse(name) else { return Vec::new() };
    let made = |pattern: Pattern, confidence: f64| Guess {
        address: format!("{}@{domain}", pattern.apply(&name)),
        pattern,
        confidence,
    };
    match learned {
        Some(learned) => vec![made(learned.pattern, learned.confidence())],
        None => PATTERNS.iter().take(MAX_GUESSES).map(|(pattern, _, prior)| made(*pattern, *prior)).collect(),
    }
}

/// A given and a family name, in the letters of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    first: String,
    last: String,
}

const TITLES: &[&str] = &["dr", "mr", "mrs", "ms", "miss", "rev", "hon", "prof", "chef", "sir", "fr"];
const BEHIND: &[&str] = &[
    "jr", "sr", "ii", "iii", "iv", "md", "dds", "dmd", "dvm", "do", "dc", "od", "phd", "esq", "cpa", "pe",
    "rn", "lcsw", "mba", "jd", "cfp", "ea", "aia", "pa", "np", "pt", "dpt",
];
/// What belongs to the family name behind it.
const PARTICLES: &[&str] =
    &["de", "la", "von", "van", "der", "den", "del", "della", "di", "da", "dos", "bin", "al", "le"];

impl Name {
    fn parse(text: &str) -> Option<Self> {
        // What follows a comma is a degree.
        let text = text.split(',').next().unwrap_or_default();
        let words: Vec<String> =
            text.split_whitespace().take(12).map(plain).filter(|word| !word.is_empty()).collect();
        let mut words = words.as_slice();
        while let [title, rest @ ..] = words
            && TITLES.contains(&title.as_str())
        {
            words = rest;
        }
        while let [rest @ .., behind] = words
            && rest.len() > 1
            && BEHIND.contains(&behind.as_str())
        {
            words = rest;
        }
        let [first, middle @ .., family] = words else { return None };
        let particles = middle.iter().rev().take_while(|word| PARTICLES.contains(&word.as_str())).count();
        let mut last = middle[middle.len() - particles..].concat();
        last.push_str(family);
        let fits = |word: &str| (1..=30).contains(&word.len());
        (fits(first) && fits(&last)).then(|| Self { first: first.clone(), last })
    }
}

/// The word in the letters a to z; a word in another script becomes empty.
fn plain(word: &str) -> String {
    word.chars().flat_map(char::to_lowercase).filter_map(letter).collect()
}

/// Latin letters without their marks, as people write them in addresses.
fn letter(c: char) -> Option<char> {
    Some(match c {
        'a'..='z' => c,
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'æ' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' | 'ģ' => 'g',
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => 'i',
        'ķ' => 'k',
        'ł' | 'ľ' | 'ļ' => 'l',
        'ñ' | 'ń' | 'ň' | 'ņ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' | 'ō' | 'œ' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' | 'ß' => 's',
        'ť' | 'ţ' | 'ț' | 'þ' => 't',
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' | 'ų' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_the_letters_of_addresses() {
        let check = |text: &str, expect: Option<(&str, &str)>| {
            let name = Name::parse(text);
            let found = name.as_ref().map(|name| (name.first.as_str(), name.last.as_str()));
            assert_eq!(found, expect, "{text}");
        };
        check("Jane Roe", Some(("jane", "roe")));
        check("Dr. Jane Q. Roe, DDS", Some(("jane", "roe")));
        check("Jane Roe Jr.", Some(("jane", "roe")));
        check("Mr. José Muñoz", Some(("jose", "munoz")));
        check("Søren Ødegård", Some(("soren", "odegard")));
        check("Ludwig van der Berg", Some(("ludwig", "vanderberg")));
        check("Mary-Ann O'Brien", Some(("maryann", "obrien")));
        check("John Do", Some(("john", "do")));
        check("Jane", None);
        check("Dr. Roe", None);
        check("山田 太郎", None);
        check("", None);
    }

    #[test]
    fn a_pattern_is_learned_from_what_most_addresses_follow() {
        let known = [
            ("Jane Roe", "jroe@acme.com"),
            ("John Smith", "JSmith@ACME.com"),
            ("Ann Lee", "ann@acme.com"),
            ("Bob Ray", "bray@other.com"),
            ("Eve Poe", "front.desk@acme.com"),
            ("Jane Roe", "jroe@acme.com"),
        ];
        let learned = learn("acme.com", known).unwrap();
        assert_eq!(learned, Learned { pattern: Pattern::FLast, support: 2, seen: 3 });
        let guesses = guess("Ludwig van Berg", "acme.com", Some(&learned));
        assert_eq!(guesses.len(), 1);
        assert_eq!(guesses[0].address, "lvanberg@acme.com");
        assert!((guesses[0].confidence - 0.5).abs() < 1e-9);
        assert_eq!(learn("acme.com", [("Jane Roe", "info@acme.com")]), None);
        assert_eq!(learn("acme.com", []), None);
    }

    #[test]
    fn more_addresses_make_a_guess_surer_and_none_is_certain() {
        let learned = |support, seen| Learned { pattern: Pattern::First, support, seen }.confidence();
        assert!(learned(1, 1) < learned(2, 2) && learned(2, 2) < learned(9, 9) && learned(9, 9) < 1.0);
        assert!(learned(2, 4) < learned(2, 2));
    }

    #[test]
    fn without_a_pattern_the_commonest_are_guessed() {
        let guesses = guess("Jane Roe", "acme.com", None);
        let addresses: Vec<_> = guesses.iter().map(|guess| guess.address.as_str()).collect();
        assert_eq!(
            addresses,
            ["jane@acme.com", "jane.roe@acme.com", "jroe@acme.com", "janer@acme.com", "roe@acme.com"]
        );
        assert!(guesses.windows(2).all(|pair| pair[0].confidence >= pair[1].confidence));
        assert!(guesses.iter().map(|guess| guess.confidence).sum::<f64>() < 1.0);
        assert_eq!(guess("Acme", "acme.com", None), []);
    }

    #[test]
    fn every_pattern_reads_as_it_is_made() {
        let name = Name::parse("Jane Roe").unwrap();
        let check = |pattern: Pattern, expect: &str| assert_eq!(pattern.apply(&name), expect, "{pattern:?}");
        check(Pattern::FirstUnderscoreLast, "jane_roe");
        check(Pattern::FirstDashLast, "jane-roe");
        check(Pattern::FirstDotL, "jane.r");
        check(Pattern::LastF, "roej");
        check(Pattern::LastDotFirst, "roe.jane");
        check(Pattern::FL, "jr");
        check(Pattern::FDotLast, "j.roe");
    }

    proptest! {
        #[test]
        fn every_guess_is_an_address(name in "\\PC{0,40}|[A-Za-zé.,' -]{0,40}") {
            for guess in guess(&name, "acme.com", None) {
                prop_assert!(crate::verify::Address::parse(&guess.address).is_ok(), "{}", guess.address);
            }
        }
    }
}
