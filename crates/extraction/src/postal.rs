//! Postal addresses in visible text, read backwards from where they end.

mod abroad;
mod anchor;
mod segments;
mod states;
mod street;

use self::anchor::Anchor;
use self::segments::{Cut, Segment};
use self::street::Part;
use super::Context;
use super::confidence::Form;
use super::findings::{Method, PostalAddress};

/// Addresses of one page that are read.
const MAX_ADDRESSES: usize = 300;
/// Segments before the town that are looked at.
const MAX_PARTS: usize = 6;

/// The addresses of the visible text that are written as they are in the page's countries, where that is not as in the
/// United States, Canada and the United Kingdom.
pub(super) fn abroad(context: &Context<'_>) -> Vec<PostalAddress> {
    abroad::findings(context)
}

/// The addresses of the visible text, in its order.
pub(super) fn findings(context: &Context<'_>) -> Vec<PostalAddress> {
    let segments = segments::of(context.document.text.as_str());
    let mut free = 0;
    let mut found = Vec::new();
    for anchor in anchor::all(&segments) {
        let Some(address) = read(context, &segments, free, &anchor) else { continue };
        free = anchor.last + 1;
        found.push(address);
        if found.len() >= MAX_ADDRESSES {
            break;
        }
    }
    found
}

fn read(
    context: &Context<'_>,
    segments: &[Segment<'_>],
    free: usize,
    anchor: &Anchor,
) -> Option<PostalAddress> {
    let place = segments.get(anchor.segment)?;
    let town = place.text.get(..anchor.before)?.trim_end_matches([' ', ',', '.', '-']);
    let mut draft = Draft::default();
    let mut at = anchor.segment;
    if town.is_empty() && at > free {
        at -= 1;
        draft.town(segments[at].text);
    } else {
        draft.town(town);
    }
    // A county stands between the town and its code.
    if anchor.country == "GB" && draft.county_is_next() && at > free {
        at -= 1;
        draft.town(segments[at].text);
    }
    let has_street = draft.street.is_some();
    let above = &segments[free..at.max(free)];
    let cut = segments.get(at).map_or(Cut::Line, |segment| segment.cut);
    draft.collect(above, cut, has_street, anchor.country);
    let state = anchor.state.map(|state| state.code.to_owned()).or(draft.county);
    let believed = anchor.postal_code.is_some() || draft.street.is_some();
    if !believed {
        return None;
    }
    let parts = [draft.street.clone(), draft.city.clone(), state.clone(), anchor.postal_code.clone()];
    let line = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let form = match (&draft.street, &draft.city, &anchor.postal_code) {
        (Some(_), Some(_), Some(_)) => Form::AddressWhole,
        (Some(_), _, Some(_)) | (Some(_), Some(_), None) => Form::AddressPart,
        (None, _, _) => Form::AddressTown,
        _ => Form::AddressStreet,
    };
    let (from, to) = (segments[at.saturating_sub(draft.taken)].start, segments[anchor.last]);
    let text = context.document.text.as_str();
    let snippet = &text[from.min(to.start)..to.start + to.text.len()];
    Some(PostalAddress {
        street: draft.street,
        city: draft.city,
        state,
        postal_code: anchor.postal_code.clone(),
        country: Some(anchor.country.to_owned()),
        evidence: context.finding(line, snippet, Method::Text, form.confidence()),
    })
}

/// What is known of an address while it is read.
#[derive(Debug, Default)]
struct Draft {
    street: Option<String>,
    city: Option<String>,
    county: Option<String>,
    /// Segments before the town that belong to it.
    taken: usize,
}

impl Draft {
    /// Takes the text with the town, and the street if it stands in the same.
    fn town(&mut self, text: &str) {
        if let Some((street, town)) = street::split_town(text) {
            self.street = Some(clean(street));
            self.city = trailing_name(town);
        } else if let Some(start) = street::start_within(text).filter(|_| street::part(text).is_some()) {
            self.street = Some(clean(&text[start..]));
        } else {
            self.city = trailing_name(text);
        }
    }

    /// Whether what was taken for the town is a county; then it is kept as one.
    fn county_is_next(&mut self) -> bool {
        let Some(city) = self.city.take_if(|city| street::is_county(city)) else { return false };
        self.county = Some(city);
        true
    }

    /// Takes the parts above the town. `cut` stands before the town's segment.
    fn collect(&mut self, above: &[Segment<'_>], mut cut: Cut, has_street: bool, country: &str) {
        let mut parts: Vec<(&str, Part)> = Vec::new();
        for (index, segment) in above.iter().enumerate().rev().take(MAX_PARTS) {
            let text = segment.text;
            if text.split_whitespace().next().is_some_and(street::is_label) {
                break;
            }
            let part = street::part(text).map(|part| (text, part));
            let part = part.or_else(|| {
                let start = street::start_within(text)?;
                let whole = text[start..].trim();
                Some((whole, street::part(whole)?))
            });
            let complete =
                has_street || parts.iter().any(|(_, part)| matches!(part, Part::Street | Part::Box));
            match part {
                // Unnumbered streets and buildings are believed only where nothing better is known.
                Some((_, Part::Place)) if !complete && country == "US" => break,
                // The name of a business may end like that of a building.
                Some((text, Part::Place))
                    if index == 0 || (country == "US" && !street::is_building(text)) =>
                {
                    break;
                }
                Some((text, Part::Street))
                    if complete && cut == Cut::Line && !is_second_street(text, &parts) =>
                {
                    break;
                }
                Some(part) => parts.push(part),
                None if !complete
                    && parts.is_empty()
                    && (cut != Cut::Line || country == "GB")
                    && is_short_name(text)
                    && self.taken == 0 =>
                {
                    // A district: `12 Main St, Springfield Gardens, Queens, NY`.
                }
                None => break,
            }
            self.taken += 1;
            let entire = part.is_some_and(|(kept, _)| kept.len() < text.len());
            cut = segment.cut;
            if entire {
                break;
            }
        }
        if !has_street && !parts.iter().any(|(_, part)| matches!(part, Part::Street | Part::Box)) {
            self.place_without_number(above, &mut parts);
        }
        let street = parts.iter().rev().map(|(text, _)| clean(text)).chain(self.street.take());
        let street = street.collect::<Vec<_>>().join(", ");
        self.street = (!street.is_empty()).then_some(street);
    }

    /// A line right above the town whose name has a word of streets, such as `Soldiers Field`.
    fn place_without_number<'a>(&mut self, above: &[Segment<'a>], parts: &mut Vec<(&'a str, Part)>) {
        parts.clear();
        let Some(segment) = above.last().filter(|segment| segment.cut == Cut::Line) else { return };
        let last = segment.text.split_whitespace().next_back().unwrap_or_default();
        if is_short_name(segment.text) && street::is_suffix(last) && above.len() > 1 {
            parts.push((segment.text, Part::Street));
            self.taken = 1;
        }
    }
}

/// Whether a street above another belongs to the same address: `Rt. 7` above `55 Pittsfield Road`, a street above a
/// box, or a building's street without a number.
fn is_second_street(text: &str, parts: &[(&str, Part)]) -> bool {
    let boxed = parts.iter().all(|(_, part)| matches!(part, Part::Box | Part::Unit));
    boxed || !text.starts_with(|c: char| c.is_ascii_digit())
}

fn is_short_name(text: &str) -> bool {
    text.split_whitespace().count() <= 4
        && text.starts_with(char::is_uppercase)
        && !text.contains(|c: char| c.is_ascii_digit() || c == '@')
}

fn clean(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches([',', '.', ';']).to_owned()
        + if text.trim_end().ends_with('.') && ends_abbreviated(text) { "." } else { "" }
}

fn ends_abbreviated(text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or_default();
    last.trim_end_matches('.').chars().count() <= 4
}

/// The name that a text ends with: capitalised words, at most four.
fn trailing_name(text: &str) -> Option<String> {
    let small = |word: &&str| matches!(*word, "of" | "the" | "de" | "la" | "del" | "upon" | "on" | "in");
    let mut words: Vec<&str> = text
        .split_whitespace()
        .rev()
        .take(4)
        .take_while(|word| {
            let name = word.starts_with(|c: char| c.is_uppercase() || c == '\'') && !word.ends_with(':');
            (name || small(word)) && !word.contains(|c: char| c.is_ascii_digit()) && !street::is_label(word)
        })
        .collect();
    while words.last().is_some_and(|word| small(word) || street::is_no_town(word)) {
        words.pop();
    }
    words.reverse();
    let name = words.join(" ");
    let name = name.trim_matches(|c: char| !c.is_alphanumeric() && c != '.').to_owned();
    (name.chars().filter(|c| c.is_alphabetic()).count() >= 2).then_some(name)
}

/// The state's code where the text is a state of the United States or Canada, else the text.
pub(super) fn state_code(text: &str) -> String {
    states::named(text.trim()).map_or_else(|| text.trim().to_owned(), |state| state.code.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::tests::extracted;

    /// Street, city, state and postal code of every address.
    fn found(html: &str) -> Vec<String> {
        let show = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".to_owned());
        let addresses = extracted(html).addresses.into_iter();
        addresses.map(|it| [&it.street, &it.city, &it.state, &it.postal_code].map(show).join(" / ")).collect()
    }

    #[test]
    fn addresses_are_read_in_every_layout() {
        let check = |html: &str, expect: &[&str]| assert_eq!(found(html), expect, "{html}");
        let usual = ["12 Main Street / Freehold / NJ / 07728"];
        check("<p>Acme<br>12 Main Street<br>Freehold, NJ 07728</p>", &usual);
        check("<p>Acme | 12 Main Street | Freehold, NJ 07728</p>", &usual);
        check("<p>12 Main Street, Freehold, New Jersey 07728, USA</p>", &usual);
        check("<p>12 Main Street Freehold NJ 07728</p>", &usual);
        check("<p>Visit us at 12 Main Street, Freehold, N.J. 07728.</p>", &usual);
        check("<p>Acme<br>12 Main Street<br>Freehold<br>New Jersey<br>07728</p>", &usual);
        check("<table><tr><td>Address<td>12 Main Street<br>Freehold, NJ 07728</table>", &usual);
        check(
            "<p>Acme<br>12 Main Street<br>Suite 4<br>Freehold, NJ 07728-1198</p>",
            &["12 Main Street, Suite 4 / Freehold / NJ / 07728-1198"],
        );
        check("<p>Acme<br>P.O. Box 12<br>Freehold, NJ 07728</p>", &["P.O. Box 12 / Freehold / NJ / 07728"]);
        check("<p>12 Main Street - Freehold, NJ</p>", &["12 Main Street / Freehold / NJ / -"]);
        check("<p>12 Main St.<br>St. Louis, MO 63101</p>", &["12 Main St. / St. Louis / MO / 63101"]);
        check(
            "<p>439 King Street West, Fifth Floor<br>Toronto, Ontario, Canada<br>M5V 1K4</p>",
            &["439 King Street West, Fifth Floor / Toronto / ON / M5V 1K4"],
        );
        check(
            "<p>Acme Ltd<br>Charlwood Road, Lowfield Heath<br>West Sussex, RH11 0PT</p>",
            &["Charlwood Road / Lowfield Heath / West Sussex / RH11 0PT"],
        );
    }

    #[test]
    fn several_addresses_stay_apart() {
        let html = "<p>12 Main Street<br>Freehold, NJ 07728</p><p>9 Oak Ave<br>Howell, NJ 07731</p>";
        assert_eq!(
            found(html),
            ["12 Main Street / Freehold / NJ / 07728", "9 Oak Ave / Howell / NJ / 07731"]
        );
    }

    #[test]
    fn a_fuller_address_takes_the_place_of_a_sparser() {
        let html = "<p>Serving Freehold, NJ 07728</p><p>12 Main Street<br>Freehold, NJ 07728</p>";
        assert_eq!(found(html), ["12 Main Street / Freehold / NJ / 07728"]);
    }

    #[test]
    fn text_without_an_address_has_none() {
        for html in [
            "<p>Serving Freehold, NJ and Howell, NJ</p>",
            "<p>Over 12,000 jobs in 2020</p>",
            "<p>In Or Me</p>",
        ] {
            assert_eq!(found(html), Vec::<String>::new(), "{html}");
        }
    }
}
