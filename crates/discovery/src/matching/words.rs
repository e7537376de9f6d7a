//! Names and addresses as words that can be compared one by one.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::taxonomy;
use crate::text::fold;

/// Most words of one text that are compared; what stands after them tells little and costs much.
const MOST: usize = 24;

/// What people write for one thing in an address, and the form that is compared.
const STREET_FORMS: [(&str, &str); 62] = [
    ("street", "st"),
    ("saint", "st"),
    ("avenue", "ave"),
    ("av", "ave"),
    ("avenida", "ave"),
    ("road", "rd"),
    ("drive", "dr"),
    ("boulevard", "blvd"),
    ("boul", "blvd"),
    ("lane", "ln"),
    ("highway", "hwy"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("northeast", "ne"),
    ("northwest", "nw"),
    ("southeast", "se"),
    ("southwest", "sw"),
    ("calle", "c"),
    ("carrer", "c"),
    ("calz", "calzada"),
    ("rua", "r"),
    ("rue", "r"),
    ("place", "pl"),
    ("platz", "pl"),
    ("piazza", "pza"),
    ("plaza", "pza"),
    ("praca", "pza"),
    ("court", "ct"),
    ("parkway", "pkwy"),
    ("prkwy", "pkwy"),
    ("square", "sq"),
    ("route", "rte"),
    ("rt", "rte"),
    ("expressway", "expy"),
    ("turnpike", "tpke"),
    ("pike", "pk"),
    ("terrace", "ter"),
    ("circle", "cir"),
    ("center", "ctr"),
    ("centre", "ctr"),
    ("centro", "ctr"),
    ("carretera", "carr"),
    ("corner", "cnr"),
    ("mount", "mt"),
    ("fort", "ft"),
    ("jalan", "jl"),
    ("via", "v"),
    ("viale", "vle"),
    ("chemin", "ch"),
    ("ulica", "ul"),
    ("fifth", "5th"),
    ("first", "1st"),
    ("second", "2nd"),
    ("third", "3rd"),
    ("fourth", "4th"),
    ("sixth", "6th"),
    ("seventh", "7th"),
    ("eighth", "8th"),
    ("ninth", "9th"),
    ("tenth", "10th"),
];

/// Words after which the part of a building follows.
const UNITS: [&str; 20] = [
    "ste",
    "suite",
    "unit",
    "apt",
    "apartment",
    "room",
    "rm",
    "floor",
    "fl",
    "bldg",
    "building",
    "stop",
    "lot",
    "shop",
    "local",
    "loja",
    "sala",
    "office",
    "space",
    "spc",
];

/// Words of categories that stand in so many that they tell nothing.
const EMPTY_TRADE_WORDS: [&str; 9] =
    ["and", "service", "business", "professional", "other", "of", "or", "the", "general"];

/// Words that say what a business does, in the singular.
static TRADES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let texts = taxonomy::all().iter().flat_map(|category| {
        let names = [category.slug, category.label].into_iter();
        names.chain(category.synonyms.iter().copied()).chain(category.overture.iter().copied())
    });
    texts.flat_map(trade_words).collect()
});

/// The words of a folded name. Scripts that set no spaces give every two neighbouring letters.
pub(super) fn name_words(folded: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        if word.chars().any(is_unspaced) {
            let letters: Vec<char> = word.chars().collect();
            words.extend(letters.chunks(2).filter(|_| letters.len() < 2).map(|one| one.iter().collect()));
            words.extend(letters.windows(2).map(|pair| pair.iter().collect()));
        } else {
            words.push(word.to_owned());
        }
        if words.len() >= MOST {
            break;
        }
    }
    words.truncate(MOST);
    without_repeats(words)
}

/// Each word where it stands first.
fn without_repeats(mut words: Vec<String>) -> Vec<String> {
    let mut next = 1;
    while next < words.len() {
        let (before, rest) = words.split_at(next);
        if before.contains(&rest[0]) {
            words.remove(next);
        } else {
            next += 1;
        }
    }
    words
}

/// Thai, Lao, Burmese, Khmer, Japanese, Chinese.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{2ffff}')
}

/// The numbers in a folded text, each once, in order.
pub(super) fn numbers(folded: &str) -> Vec<String> {
    let runs = folded.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
    let mut numbers: Vec<String> =
        runs.map(|run| run.trim_start_matches('0').to_owned()).take(MOST).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The words of a category in any spelling, in the singular, without those that tell nothing.
pub(super) fn trade_words(text: &str) -> Vec<String> {
    let narrow = text.rsplit('>').next().unwrap_or(text);
    let folded = fold(&narrow.replace('_', " "));
    let words = folded.split(' ').map(singular).filter(|word| word.len() > 1);
    words.filter(|word| !EMPTY_TRADE_WORDS.contains(word)).map(str::to_owned).collect()
}

/// Whether a word of a name says what a business does and not what it is called.
pub(super) fn is_trade(word: &str) -> bool {
    TRADES.contains(singular(word))
}

pub(super) fn singular(word: &str) -> &str {
    if word.len() > 3 && !word.ends_with("ss") { word.strip_suffix('s').unwrap_or(word) } else { word }
}

/// A street address taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Street {
    /// Words without digits, in their compared form.
    pub(super) words: Vec<String>,
    /// Words with digits, the house number mostly first.
    pub(super) numbers: Vec<String>,
    /// Suite, floor, shop.
    pub(super) unit: Option<String>,
}

impl Street {
    /// The parts of a line of address.
    pub(super) fn parse(text: &str) -> Self {
        let spelt = text.replace('#', " unit ");
        let folded = fold(&spelt);
        let mut street = Self::default();
        let mut words = folded.split(' ').filter(|word| !word.is_empty()).take(MOST).peekable();
        while let Some(word) = words.next() {
            let is_unit = UNITS.contains(&word);
            if is_unit && words.peek().is_some_and(|next| is_unit_number(next)) {
                let number = words.next().map(str::to_owned);
                street.unit = street.unit.or(number);
            } else if is_unit && words.peek().is_some_and(|next| UNITS.contains(next)) {
                // `Suite # 5` and `Ste Unit 5` name their part twice.
            } else if word.contains(|c: char| c.is_ascii_digit()) && !is_ordinal(word) {
                street.numbers.push(word.trim_start_matches('0').to_owned());
            } else {
                street.words.push(street_form(word));
            }
        }
        street
    }

    /// The leading digits of the first number.
    pub(super) fn house_number(&self) -> Option<u32> {
        let first = self.numbers.first()?;
        first.split(|c: char| !c.is_ascii_digit()).find(|run| !run.is_empty())?.parse().ok()
    }
}

fn is_unit_number(word: &str) -> bool {
    word.len() <= 2 || word.contains(|c: char| c.is_ascii_digit())
}

/// `5th` is the name of a street, `5` a house.
fn is_ordinal(word: &str) -> bool {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    !digits.is_empty() && matches!(word.strip_prefix(digits), Some("st" | "nd" | "rd" | "th"))
}

fn street_form(word: &str) -> String {
    if let Some((_, form)) = STREET_FORMS.iter().find(|(long, _)| *long == word) {
        return (*form).to_owned();
    }
    match word.strip_suffix("strasse").or_else(|| word.strip_suffix("str")) {
        Some(stem) if !stem.is_empty() => format!("{stem}str"),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unspaced_scripts_give_pairs_of_letters() {
        assert_eq!(name_words("joes diner joes"), ["joes", "diner"]);
        assert_eq!(name_words("寿司一番 sushi"), ["寿司", "司一", "一番", "sushi"]);
        assert_eq!(name_words("舞"), ["舞"]);
        assert_eq!(name_words(""), Vec::<String>::new());
        assert_eq!(name_words(&"x y ".repeat(500)).len(), 2);
    }

    #[test]
    fn addresses_are_taken_apart() {
        let check = |text: &str, numbers: &[&str], words: &[&str], unit: Option<&str>| {
            let street = Street::parse(text);
            assert_eq!(
                (street.numbers.as_slice(), street.words.as_slice()),
                (to_strings(numbers).as_slice(), to_strings(words).as_slice()),
                "{text}"
            );
            assert_eq!(street.unit.as_deref(), unit, "{text}");
        };
        check("401 E Chestnut St Unit 790", &["401"], &["e", "chestnut", "st"], Some("790"));
        check("5530 Wisconsin Avenue #1455", &["5530"], &["wisconsin", "ave"], Some("1455"));
        check("1 Main Street, Suite # B", &["1"], &["main", "st"], Some("b"));
        check("825 5th Ave", &["825"], &["5th", "ave"], None);
        check("Holwedestraße 1", &["1"], &["holwedestr"], None);
        check("Holwedestr. 1", &["1"], &["holwedestr"], None);
        check("Shop", &[], &["shop"], None);
        check("", &[], &[], None);
    }

    fn to_strings(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn house_numbers_are_read() {
        assert_eq!(Street::parse("61-03 Springfield Blvd").house_number(), Some(61));
        assert_eq!(Street::parse("Main St").house_number(), None);
        assert_eq!(Street::parse("99999999999999 Main St").house_number(), None);
    }

    #[test]
    fn trades_are_told_from_names() {
        assert!(is_trade("plumber") && is_trade("pharmacy") && is_trade("restaurants"));
        assert!(!is_trade("robinson"));
        assert_eq!(trade_words("Dining and Drinking > Restaurant > Thai Restaurant"), ["thai", "restaurant"]);
        assert_eq!(trade_words("beauty_salons"), ["beauty", "salon"]);
    }

    #[test]
    fn numbers_of_a_name_are_found() {
        assert_eq!(numbers("etap 4 kisim 02"), ["2", "4"]);
        assert_eq!(numbers("no number"), Vec::<String>::new());
    }
}
