//! Which words of two texts answer to each other.

use crate::text::letters;

/// Words that are less alike than this are different words.
const ALIKE: f64 = 0.88;
/// What a word and its beginning are to each other: `restaurant` and `rest`.
const BEGINNING: f64 = 0.9;

/// How well each word of two texts is matched in the other one: 0 to 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Alignment {
    pub(super) left: Vec<f64>,
    pub(super) right: Vec<f64>,
}

/// Pairs off words that one side writes as one and the other as two, then the others, the most alike first. Which
/// text is left and which right makes no difference.
pub(super) fn align(left: &[String], right: &[String]) -> Alignment {
    if left <= right {
        return align_ordered(left, right);
    }
    let Alignment { left: of_right, right: of_left } = align_ordered(right, left);
    Alignment { left: of_left, right: of_right }
}

fn align_ordered(left: &[String], right: &[String]) -> Alignment {
    let mut alignment = Alignment { left: vec![0.0; left.len()], right: vec![0.0; right.len()] };
    let Alignment { left: of_left, right: of_right } = &mut alignment;
    join(left, of_left, right, of_right);
    join(right, of_right, left, of_left);
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (i, one) in left.iter().enumerate().filter(|(i, _)| of_left[*i] == 0.0) {
        for (j, other) in right.iter().enumerate().filter(|(j, _)| of_right[*j] == 0.0) {
            let alike = alikeness(one, other);
            if alike > 0.0 {
                pairs.push((alike, i, j));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1 + a.2).cmp(&(b.1 + b.2))));
    for (alike, i, j) in pairs {
        if of_left[i] == 0.0 && of_right[j] == 0.0 {
            (of_left[i], of_right[j]) = (alike, alike);
        }
    }
    alignment
}

/// Two words in a row may be one word of the other text: `first bank`, `firstbank`.
fn join(two: &[String], of_two: &mut [f64], one: &[String], of_one: &mut [f64]) {
    for i in 1..two.len() {
        if of_two[i - 1] > 0.0 || of_two[i] > 0.0 {
            continue;
        }
        let joined = format!("{}{}", two[i - 1], two[i]);
        if let Some(j) = (0..one.len()).find(|&j| of_one[j] == 0.0 && one[j] == joined) {
            (of_two[i - 1], of_two[i], of_one[j]) = (1.0, 1.0, 1.0);
        }
    }
}

/// 1 for the same word, 0 for another one, something near 1 for what may be a spelling of it.
pub(super) fn alikeness(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    if one.len() < 4 || other.len() < 4 || one.len().max(other.len()) > 64 {
        return 0.0;
    }
    // A spelling of the same word has most of its letters; counting that is quicker than comparing.
    let shortest = one.len().min(other.len());
    let differing = (letters(one.as_bytes()) ^ letters(other.as_bytes())).count_ones() as usize;
    let begins = one.starts_with(other) || other.starts_with(one);
    if differing > shortest && !begins {
        return 0.0;
    }
    let alike = spelling_similarity(one, other);
    let alike = if begins { alike.max(BEGINNING) } else { alike };
    if alike >= ALIKE { alike } else { 0.0 }
}

/// Jaro-Winkler, made the same from both sides: which of two equal letters meet can depend on the order.
pub(super) fn spelling_similarity(one: &str, other: &str) -> f64 {
    let (first, second) = if one <= other { (one, other) } else { (other, one) };
    strsim::jaro_winkler(first, second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    fn check(left: &str, right: &str, of_left: &[bool], of_right: &[bool]) {
        let alignment = align(&words(left), &words(right));
        let matched = |side: &[f64]| side.iter().map(|&alike| alike > 0.0).collect::<Vec<_>>();
        assert_eq!(matched(&alignment.left), of_left, "{left} / {right}");
        assert_eq!(matched(&alignment.right), of_right, "{left} / {right}");
    }

    #[test]
    fn words_are_paired_off_whatever_their_order() {
        check("haarstube leopoldine zant", "haarstube zant leopoldine", &[true; 3], &[true; 3]);
        check("benjamin barnes", "benjamin saunders", &[true, false], &[true, false]);
        check("pizza pizza", "pizza", &[true, false], &[true]);
        check("", "pizza", &[], &[false]);
    }

    #[test]
    fn spellings_and_beginnings_are_alike() {
        check("specialists", "specialist", &[true], &[true]);
        check("tattoo", "tatto", &[true], &[true]);
        check("cat", "car", &[false], &[false]);
        check("barnes", "saunders", &[false], &[false]);
    }

    #[test]
    fn one_word_may_be_two() {
        check("first bank", "firstbank", &[true, true], &[true]);
        check("firstbank", "first bank", &[true], &[true, true]);
    }

    proptest::proptest! {
        #[test]
        fn both_sides_see_the_same(left in "[abc]{0,6}( [abcd]{1,6}){0,4}", right in "[abc]{0,6}( [abcd]{1,6}){0,4}") {
            let (one, other) = (words(&left), words(&right));
            let (there, back) = (align(&one, &other), align(&other, &one));
            proptest::prop_assert_eq!(there.left, back.right);
            proptest::prop_assert_eq!(there.right, back.left);
        }
    }
}
