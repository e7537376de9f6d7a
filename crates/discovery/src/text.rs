//! Folding of text, and how far two texts are apart.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, without accents and apostrophes, every other run of signs as one space: `Café “O'Neil”` is
/// `cafe oneil`. Letters of every script are kept.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    if text.is_ascii() {
        text.chars().for_each(|c| push_folded(c, &mut folded, &mut gap));
    } else {
        text.nfkd().filter(|c| !is_combining_mark(*c)).for_each(|c| push_folded(c, &mut folded, &mut gap));
    }
    folded
}

fn push_folded(c: char, folded: &mut String, gap: &mut bool) {
    if matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´') {
        return;
    }
    let letters = match c {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'ł' | 'Ł' => "l",
        'þ' | 'Þ' => "th",
        'ı' => "i",
        _ => "",
    };
    if !letters.is_empty() {
        separate(folded, gap);
        folded.push_str(letters);
    } else if c.is_ascii_alphanumeric() {
        separate(folded, gap);
        folded.push(c.to_ascii_lowercase());
    } else if c.is_alphanumeric() {
        separate(folded, gap);
        folded.extend(c.to_lowercase().filter(|c| !is_combining_mark(*c)));
    } else {
        *gap = true;
    }
}

fn separate(folded: &mut String, gap: &mut bool) {
    if *gap && !folded.is_empty() {
        folded.push(' ');
    }
    *gap = false;
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, if at most `most`.
#[must_use]
pub fn edit_distance(a: &[u8], b: &[u8], most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &from) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, &to) in b.iter().enumerate() {
            let mut cost = (last[j + 1] + 1).min(row[j] + 1).min(last[j] + usize::from(from != to));
            if i > 0 && j > 0 && from == b[j - 1] && a[i - 1] == to {
                cost = cost.min(before_last[j - 1] + 1);
            }
            row.push(cost);
        }
        if row.iter().min().is_none_or(|&best| best > most) {
            return None;
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|&distance| distance <= most)
}

/// A bit for each letter and digit that occurs: texts whose bits differ in more than `2 * n` places are more
/// than `n` edits apart, which is quicker to see than to count.
#[must_use]
pub fn letters(text: &[u8]) -> u64 {
    text.iter().fold(0, |bits, byte| match byte {
        b'a'..=b'z' => bits | 1 << (byte - b'a'),
        b'0'..=b'9' => bits | 1 << (byte - b'0' + 26),
        _ => bits,
    })
}

/// The text without what stands around it, or nothing if that is all.
#[must_use]
pub fn non_empty(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// At most `most` characters, for a log or a report.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The same for the same texts in every run and on every machine: FNV-1a of 64 bits, each text with an end of its own.
#[must_use]
pub fn digest<'t>(texts: impl IntoIterator<Item = &'t str>) -> u64 {
    let bytes = texts.into_iter().flat_map(|text| text.bytes().chain([0]));
    bytes
        .fold(0xcbf2_9ce4_8422_2325, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_drops_case_accents_and_signs() {
        let check = |text: &str, expect: &str| assert_eq!(fold(text), expect, "{text}");
        check("Café “O'Neil”", "cafe oneil");
        check("  Järvenpää -- Øre & Łódź ", "jarvenpaa ore lodz");
        check("Straße 5/b", "strasse 5 b");
        check("寿司 一番", "寿司 一番");
        check("İstanbul", "istanbul");
        check("!!!", "");
    }

    #[test]
    fn distance_counts_edits_up_to_a_limit() {
        let check = |a: &str, b: &str, expect: Option<usize>| {
            assert_eq!(edit_distance(a.as_bytes(), b.as_bytes(), 2), expect, "{a} {b}");
        };
        check("helsinki", "helsinki", Some(0));
        check("helsinki", "helsniki", Some(1));
        check("helsinki", "hellsinkii", Some(2));
        check("helsinki", "turku", None);
        check("", "ab", Some(2));
    }

    #[test]
    fn differing_letters_bound_the_distance_from_below() {
        let differing = |a: &str, b: &str| (letters(a.as_bytes()) ^ letters(b.as_bytes())).count_ones();
        assert_eq!(differing("abc", "cab"), 0);
        assert_eq!(differing("abc", "abd"), 2);
    }

    #[test]
    fn shortening_cuts_between_characters() {
        assert_eq!(shortened("äöå", 2), "äö…");
        assert_eq!(shortened("äö", 2), "äö");
    }
}
