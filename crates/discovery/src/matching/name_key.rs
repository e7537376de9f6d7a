//! The form of a name in which two spellings of it are equal.

use crate::text::fold;

/// Words that say what a company is in law, not what it is called.
const LEGAL_FORMS: [&str; 47] = [
    "ab",
    "ag",
    "as",
    "asa",
    "aps",
    "bv",
    "bvba",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "doo",
    "ehf",
    "eurl",
    "gmbh",
    "hf",
    "inc",
    "incorporated",
    "kb",
    "kft",
    "kg",
    "ky",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "nv",
    "ob",
    "oy",
    "oyj",
    "ou",
    "pc",
    "plc",
    "pllc",
    "pty",
    "pvt",
    "sa",
    "sarl",
    "sas",
    "srl",
    "spa",
    "sro",
    "tmi",
    "zoo",
];

/// The name folded, `&` as `and`, initials joined (`L.L.C.` is `llc`), without legal forms at its end, and
/// without Finnish and Swedish ones at its beginning (`Oy Kahvila Ab`). A name of nothing else keeps its words.
/// The key of a key is the key.
#[must_use]
pub fn name_key(name: &str) -> String {
    let spelt = join_initials(&name.replace(['&', '+'], " and "));
    let folded = fold(&spelt);
    let mut words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    while words.len() > 1 && words.last().is_some_and(|word| LEGAL_FORMS.contains(word) || *word == "and") {
        words.pop();
    }
    while words.len() > 1
        && words.first().is_some_and(|word| matches!(*word, "oy" | "ab" | "ky" | "tmi" | "the"))
    {
        words.remove(0);
    }
    words.join(" ")
}

/// `A.B.C.` as `ABC`: points between single letters go.
fn join_initials(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let is_letter = |at: usize| letters.get(at).is_some_and(|c| c.is_alphabetic());
    let is_single = |at: usize| is_letter(at) && !(at > 0 && is_letter(at - 1)) && !is_letter(at + 1);
    let joins = |at: usize| {
        letters[at] == '.'
            && at > 0
            && is_single(at - 1)
            && (is_single(at + 1) || (at > 2 && letters[at - 2] == '.'))
    };
    (0..letters.len()).filter(|&at| !joins(at)).map(|at| letters[at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_meet() {
        let check = |names: &[&str], key: &str| {
            for name in names {
                assert_eq!(name_key(name), key, "{name}");
            }
        };
        check(
            &["Joe's Diner", "JOES DINER", "Joe’s  Diner, LLC", "Joe's Diner L.L.C.", "The Joe's Diner"],
            "joes diner",
        );
        check(&["Kahvila Ääni Oy", "Oy Kahvila Ääni Ab", "kahvila aani"], "kahvila aani");
        check(&["Smith & Sons, Inc.", "Smith and Sons Inc", "Smith + Sons Co., Ltd."], "smith and sons");
        check(&["A.B.C. Plumbing", "ABC Plumbing"], "abc plumbing");
        check(&["Müller GmbH & Co. KG", "MÜLLER"], "muller");
        check(&["寿司一番"], "寿司一番");
    }

    #[test]
    fn a_name_is_never_taken_away_whole() {
        assert_eq!(name_key("Co"), "co");
        assert_eq!(name_key("The Company"), "the");
        assert_eq!(name_key("AB Oy"), "ab");
        assert_eq!(name_key("!!!"), "");
    }

    proptest::proptest! {
        #[test]
        fn the_key_of_a_key_is_the_key(name in ".{0,40}") {
            let key = name_key(&name);
            proptest::prop_assert_eq!(name_key(&key), key);
        }

        #[test]
        fn words_and_legal_forms_in_any_mixture_settle(
            words in proptest::collection::vec("(oy|ab|the|llc|inc|and|&|co|kahvila|a\\.|B\\.)", 0..7)
        ) {
            let key = name_key(&words.join(" "));
            proptest::prop_assert_eq!(name_key(&key), key);
        }
    }
}
