//! Addresses of countries that write the code before the town: `Hauptstraße 5, 10115 Berlin`. They are read only on pages
//! of that country, and only whole: street with number, code and town.

mod house;

use rlibphonenumber::Region;

use self::house::{MAX_BETWEEN, Piece};
use super::segments::{self, Cut, Segment};
use super::street::{is_label, listed};
use crate::Context;
use crate::confidence::Form;
use crate::findings::{Method, PostalAddress};
use crate::region;

/// A country with the forms of its addresses.
#[derive(Debug)]
struct Country {
    region: Region,
    code: Code,
    /// What may stand before the code: `FI-00100`.
    prefixes: &'static [&'static str],
    order: Order,
    /// Kinds of words in the lists: ends of streets' names, whole names, first words.
    end: &'static str,
    whole: &'static str,
    first: &'static str,
}

/// Digits and letters of a postal code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    Five,
    /// `111 22`.
    ThreeAndTwo,
    Four,
    /// `1012 JS`.
    FourAndLetters,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// `Hauptstraße 5`.
    NumberLast,
    /// `12 rue de la Paix`.
    NumberFirst,
}

const fn country(
    region: Region,
    code: Code,
    prefixes: &'static [&'static str],
    order: Order,
    [end, whole, first]: [&'static str; 3],
) -> Country {
    Country { region, code, prefixes, order, end, whole, first }
}

const COUNTRIES: &[Country] = &[
    country(Region::FI, Code::Five, &["FI", "FIN"], Order::NumberLast, ["end-FI", "whole-FI", "first-FI"]),
    country(
        Region::SE,
        Code::ThreeAndTwo,
        &["SE", "S"],
        Order::NumberLast,
        ["end-SE", "whole-SE", "first-SE"],
    ),
    country(Region::DE, Code::Five, &["DE", "D"], Order::NumberLast, ["end-DE", "whole-DE", "first-DE"]),
    country(Region::AT, Code::Four, &["AT", "A"], Order::NumberLast, ["end-AT", "whole-AT", "first-AT"]),
    country(Region::CH, Code::Four, &["CH"], Order::NumberLast, ["end-CH", "whole-CH", "first-CH"]),
    country(Region::FR, Code::Five, &["FR", "F"], Order::NumberFirst, ["end-FR", "whole-FR", "first-FR"]),
    country(Region::NL, Code::FourAndLetters, &["NL"], Order::NumberLast, ["end-NL", "whole-NL", "first-NL"]),
    country(Region::ES, Code::Five, &["ES", "E"], Order::NumberLast, ["end-ES", "whole-ES", "first-ES"]),
    country(Region::IT, Code::Five, &["IT", "I"], Order::NumberLast, ["end-IT", "whole-IT", "first-IT"]),
];

/// Addresses of one page that are read.
const MAX_ADDRESSES: usize = 300;
/// Codes of one segment that are looked at; more are a table of figures.
const MAX_CODES: usize = 2;

/// The addresses of the visible text, in its order.
pub(super) fn findings(context: &Context<'_>) -> Vec<PostalAddress> {
    let known = |region: &Region| COUNTRIES.iter().find(|country| country.region == *region);
    let countries: Vec<&Country> = context.regions.iter().filter_map(known).collect();
    let mut found = Vec::new();
    if countries.is_empty() {
        return found;
    }
    let segments = segments::of(context.document.text.as_str());
    let mut free = 0;
    for index in 0..segments.len() {
        if segments[index].text.bytes().filter(u8::is_ascii_digit).count() < 4 {
            continue;
        }
        let read = countries.iter().find_map(|country| country.read(context, &segments, free, index));
        if let Some((address, last)) = read {
            found.push(address);
            free = last + 1;
        }
        if found.len() >= MAX_ADDRESSES {
            break;
        }
    }
    found
}

/// A word with where it starts in its text.
type Word<'a> = (usize, &'a str);

fn words(text: &str) -> Vec<Word<'_>> {
    let start = text.as_ptr() as usize;
    text.split_whitespace().map(|word| (word.as_ptr() as usize - start, word)).collect()
}

fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// A postal code in a segment: where it and its prefix start, where it ends, and how it is written.
struct Found {
    start: usize,
    end: usize,
    code: String,
}

impl Country {
    /// The address that ends in that segment, and the last segment that it needs. Nothing before `free` belongs to it.
    fn read(
        &self,
        context: &Context<'_>,
        segments: &[Segment<'_>],
        free: usize,
        index: usize,
    ) -> Option<(PostalAddress, usize)> {
        let segment = segments[index];
        let codes = self.codes(segment.text);
        codes.into_iter().take(MAX_CODES).find_map(|code| {
            let rest = &segment.text[code.end..];
            // `28013 - Madrid`.
            let (town, last) = if rest.trim().is_empty() {
                let next = segments.get(index + 1).filter(|next| next.cut == Cut::Comma)?;
                (self.town(next, 0)?, index + 1)
            } else {
                (self.town(&segment, code.end)?, index)
            };
            let head = segment.text[..code.start].trim_end_matches([' ', ',', '.', '-', '–']);
            let own = (!head.is_empty()).then_some(Piece { text: head, start: segment.start });
            let above = segments[free.min(index)..index].iter().rev();
            let above = above.map(|segment| Piece { text: segment.text, start: segment.start });
            let pieces: Vec<Piece<'_>> = own.into_iter().chain(above.take(MAX_BETWEEN + 2)).collect();
            let (start, street) = self.street(&pieces)?;
            let snippet = context.document.text.as_str().get(start..town.end)?;
            Some((self.address(context, street, town, code.code, snippet), last))
        })
    }

    fn address(
        &self,
        context: &Context<'_>,
        street: String,
        town: Town,
        code: String,
        snippet: &str,
    ) -> PostalAddress {
        let parts = [Some(&street), Some(&town.name), town.province.as_ref(), Some(&code)];
        let line = parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ");
        PostalAddress {
            evidence: context.finding(line, snippet, Method::Text, Form::AddressAbroad.confidence()),
            street: Some(street),
            city: Some(town.name),
            state: town.province,
            postal_code: Some(code),
            country: Some(self.region.to_string()),
        }
    }

    /// What may be a code of this country.
    fn codes(&self, text: &str) -> Vec<Found> {
        let words = words(text);
        let figures =
            |word: &str, count: usize| word.len() == count && word.bytes().all(|b| b.is_ascii_digit());
        let letters = |word: &str| word.len() == 2 && word.bytes().all(|b| b.is_ascii_uppercase());
        let mut found = Vec::new();
        for (index, (at, word)) in words.iter().enumerate() {
            if !word.bytes().any(|byte| byte.is_ascii_digit()) {
                continue;
            }
            let prefixed =
                self.prefixes.iter().find_map(|prefix| word.strip_prefix(prefix)?.strip_prefix('-'));
            let code = prefixed.unwrap_or(word).trim_end_matches([',', '.']);
            let code_at = at + word.len() - prefixed.unwrap_or(word).len();
            let next = words.get(index + 1).copied().unwrap_or_default();
            let before = index.checked_sub(1).map(|index| words[index]);
            let before = before.filter(|(_, word)| prefixed.is_none() && self.prefixes.contains(word));
            let start = before.map_or(*at, |(start, _)| start);
            let end = code_at + code.len();
            let (end, code) = match self.code {
                Code::Five if figures(code, 5) => (end, code.to_owned()),
                Code::Four if figures(code, 4) => (end, code.to_owned()),
                Code::ThreeAndTwo if figures(code, 5) => (end, format!("{} {}", &code[..3], &code[3..])),
                Code::ThreeAndTwo if figures(code, 3) && figures(next.1, 2) => {
                    (next.0 + next.1.len(), format!("{code} {}", next.1))
                }
                Code::FourAndLetters if figures(code, 4) && letters(next.1) => {
                    (next.0 + next.1.len(), format!("{code} {}", next.1))
                }
                Code::FourAndLetters
                    if code.is_ascii()
                        && code.len() == 6
                        && figures(&code[..4], 4)
                        && letters(&code[4..]) =>
                {
                    (end, format!("{} {}", &code[..4], &code[4..]))
                }
                _ => continue,
            };
            found.push(Found { start, end, code });
        }
        found
    }

    /// The town that a text goes on with, from there on.
    fn town(&self, segment: &Segment<'_>, from: usize) -> Option<Town> {
        let text = &segment.text[from..];
        let mut taken: Vec<Word<'_>> = Vec::new();
        let mut province = None;
        for (at, word) in words(text) {
            let name = word.starts_with(|c: char| c.is_uppercase() || c == '\'') || word == "s-";
            let link = !taken.is_empty() && listed("link", &bare(word));
            if let Some(code) = self.province(word).filter(|_| !taken.is_empty()) {
                province = Some(code);
                break;
            }
            let fits = !word.contains(|c: char| c.is_ascii_digit() || matches!(c, '@' | '('));
            if !(name || link) || !fits || taken.len() >= MAX_TOWN || is_other(word) {
                break;
            }
            taken.push((at, word));
            if word.ends_with([',', ';', ':', '!']) {
                break;
            }
        }
        while let [_, .., (_, last)] = taken.as_slice() {
            let word = bare(last);
            let is_link = listed("link", &word) && !last.starts_with(char::is_uppercase);
            if !is_link && region::code_of(&word).is_none() {
                break;
            }
            taken.pop();
        }
        let (first, (at, word)) = (taken.first()?.0, taken.last()?);
        let name = text[first..at + word.len()].trim_end_matches([',', ';', '.', '!']);
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let letters = name.chars().filter(|c| c.is_alphabetic()).count();
        let end = segment.start + from + at + word.trim_end_matches([',', ';', '.', '!']).len();
        (letters >= 2 && name.starts_with(|c: char| c.is_uppercase() || c == '\'')).then_some(Town {
            name,
            province,
            end,
        })
    }

    /// The letters of an Italian province: `(RM)`.
    fn province(&self, word: &str) -> Option<String> {
        let code = word.trim_matches(['(', ')', ',', '.']);
        let fits =
            self.region == Region::IT && code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
        fits.then(|| code.to_owned())
    }
}

/// The longest name of a town, in words.
const MAX_TOWN: usize = 5;
struct Town {
    name: String,
    province: Option<String>,
    /// Where it ends in the whole text.
    end: usize,
}

/// Whether the word announces something that is no part of an address.
fn is_other(word: &str) -> bool {
    let word = bare(word);
    is_label(&word) || listed("label-abroad", &word)
}

#[cfg(test)]
mod tests {
    use crate::extract;
    use crate::tests::page;

    /// Street, town, province, code and country of every address.
    fn found(html: &str, country: &str) -> Vec<String> {
        let addresses = extract(&page(html), Some(country)).addresses.into_iter();
        addresses
            .map(|it| {
                let parts = [it.street, it.city, it.state, it.postal_code, it.country];
                parts.into_iter().flatten().collect::<Vec<_>>().join(" / ")
            })
            .collect()
    }

    #[test]
    fn addresses_are_read_as_each_country_writes_them() {
        let check = |country: &str, html: &str, expect: &str| {
            assert_eq!(found(html, country), [format!("{expect} / {country}")], "{html}");
        };
        check(
            "FI",
            "<p>Acme Oy<br>Mannerheimintie 12 A 5<br>00100 Helsinki</p>",
            "Mannerheimintie 12 A 5 / Helsinki / 00100",
        );
        check(
            "FI",
            "<p>Acme Oy, Iso Roobertinkatu 4, FI-00120 HELSINKI, Finland</p>",
            "Iso Roobertinkatu 4 / HELSINKI / 00120",
        );
        check("FI", "<p>Bulevardi 7 B, 00120 Helsinki Puh. 09 123</p>", "Bulevardi 7 B / Helsinki / 00120");
        check(
            "FI",
            "<p>Käyntiosoite: Kolmas linja 5, 00530 Helsinki</p>",
            "Kolmas linja 5 / Helsinki / 00530",
        );
        check("FI", "<p>PL 123<br>00101 Helsinki</p>", "PL 123 / Helsinki / 00101");
        check(
            "SE",
            "<p>Storgatan 12, 3 tr<br>111 22 Stockholm</p>",
            "Storgatan 12, 3 tr / Stockholm / 111 22",
        );
        check("SE", "<p>Södra Vägen 3 • SE-41254 Göteborg</p>", "Södra Vägen 3 / Göteborg / 412 54");
        check("DE", "<p>Acme GmbH<br>Hauptstr. 5<br>D-10115 Berlin</p>", "Hauptstr. 5 / Berlin / 10115");
        check(
            "DE",
            "<p>Acme GmbH Hauptstraße 5a 60311 Frankfurt am Main</p>",
            "Hauptstraße 5a / Frankfurt am Main / 60311",
        );
        check("DE", "<p>Unter den Linden 5, 10117 Berlin</p>", "Unter den Linden 5 / Berlin / 10117");
        check("AT", "<p>Mariahilfer Straße 12/3, A-1060 Wien</p>", "Mariahilfer Straße 12/3 / Wien / 1060");
        check("CH", "<p>Bahnhofstrasse 12, CH-8001 Zürich</p>", "Bahnhofstrasse 12 / Zürich / 8001");
        check("CH", "<p>Rue du Rhône 12, 1204 Genève</p>", "Rue du Rhône 12 / Genève / 1204");
        check(
            "FR",
            "<p>12 bis rue de la Paix<br>75002 PARIS CEDEX 02</p>",
            "12 bis rue de la Paix / PARIS / 75002",
        );
        check(
            "FR",
            "<p>12, avenue des Lilas, 93100 Montreuil-sous-Bois</p>",
            "12, avenue des Lilas / Montreuil-sous-Bois / 93100",
        );
        check(
            "NL",
            "<p>Keizersgracht 123-2<br>1015 CJ Amsterdam</p>",
            "Keizersgracht 123-2 / Amsterdam / 1015 CJ",
        );
        check(
            "NL",
            "<p>Kerkstraat 4, 5211KL 's-Hertogenbosch</p>",
            "Kerkstraat 4 / 's-Hertogenbosch / 5211 KL",
        );
        check("ES", "<p>Calle Mayor, 5, 2º B, 28013 Madrid</p>", "Calle Mayor, 5, 2º B / Madrid / 28013");
        check("ES", "<p>C/ Alcalá 12 - 28014 - Madrid</p>", "C/ Alcalá 12 / Madrid / 28014");
        check("ES", "<p>Plaza de España s/n, 41013 Sevilla</p>", "Plaza de España s/n / Sevilla / 41013");
        check("IT", "<p>Via Roma, 12 - 00184 Roma (RM)</p>", "Via Roma, 12 / Roma / RM / 00184");
        check("IT", "<p>Piazza del Duomo 1, 20122 Milano MI</p>", "Piazza del Duomo 1 / Milano / MI / 20122");
    }

    #[test]
    fn what_stands_between_the_parts_is_passed_over() {
        let check = |country: &str, html: &str, expect: &str| {
            assert_eq!(found(html, country), [format!("{expect} / {country}")], "{html}");
        };
        check(
            "FI",
            "<p>Papan Pizzeria, Helsinginkatu 1<br>00500, Helsinki<br>FIN</p>",
            "Helsinginkatu 1 / Helsinki / 00500",
        );
        check("SE", "<p>Agardhsgatan 1, 223 51, Lund</p>", "Agardhsgatan 1 / Lund / 223 51");
        check("CH", "<p>Nydeggasse 11/13<br>3011 Bern</p>", "Nydeggasse 11/13 / Bern / 3011");
        check(
            "CH",
            "<p>Hauptstrasse 2<br>Postfach<br>2560 Nidau</p>",
            "Hauptstrasse 2, Postfach / Nidau / 2560",
        );
    }

    #[test]
    fn boxes_and_names_of_businesses_are_told_from_streets() {
        let check = |country: &str, html: &str, expect: &str| {
            assert_eq!(found(html, country), [format!("{expect} / {country}")], "{html}");
        };
        check(
            "FR",
            "<p>5 rue du Bac<br>BP 123<br>67000 STRASBOURG CEDEX</p>",
            "5 rue du Bac, BP 123 / STRASBOURG / 67000",
        );
        check("NL", "<p>Postbus 123, 1000 AB Amsterdam</p>", "Postbus 123 / Amsterdam / 1000 AB");
        check("AT", "<p>Mariahilfer Straße 12/3/4, 1060 Wien</p>", "Mariahilfer Straße 12/3/4 / Wien / 1060");
        check(
            "ES",
            "<p>Acme S.L. C/ Alcalá, 45, 3º Izq., 28014 Madrid (España)</p>",
            "C/ Alcalá, 45, 3º Izq. / Madrid / 28014",
        );
        check(
            "IT",
            "<p>Acme S.r.l. - Via Giuseppe Verdi 12/A - 20121 Milano (MI)</p>",
            "Via Giuseppe Verdi 12/A / Milano / MI / 20121",
        );
    }

    #[test]
    fn what_is_not_whole_or_of_another_country_is_left_out() {
        let check =
            |country: &str, html: &str| assert_eq!(found(html, country), Vec::<String>::new(), "{html}");
        check("US", "<p>Hauptstraße 5<br>10115 Berlin</p>");
        check("FI", "<p>Hauptstraße 5<br>10115 Berlin</p>");
        check("DE", "<p>10115 Berlin</p>");
        check("DE", "<p>Über 10115 Kunden in Berlin</p>");
        check("DE", "<p>Seit 1974<br>10115 Berlin</p>");
        check("DE", "<p>Im Jahr 2019<br>10115 Berlin</p>");
        check("AT", "<p>Hauptstraße 5<br>Seit 2019 in Wien</p>");
        check("AT", "<p>Unsere Straße 5<br>1060 wunderbare Dinge</p>");
        check("DE", "<p>Hauptstraße 5<br>Tel. 030 1234<br>10115 Berlin</p>");
        check("FR", "<p>rue de la Paix<br>75002 Paris</p>");
        check("NL", "<p>Kerkstraat 4<br>1234 dingen</p>");
    }

    #[test]
    fn several_addresses_stay_apart_and_say_where_they_stood() {
        let html = "<p>Hauptstraße 5, 10115 Berlin</p><p>Am Markt 3, 20095 Hamburg</p>";
        let expect = ["Hauptstraße 5 / Berlin / 10115 / DE", "Am Markt 3 / Hamburg / 20095 / DE"];
        assert_eq!(found(html, "DE"), expect);
        let address = &extract(&page(html), Some("DE")).addresses[0];
        assert_eq!(address.evidence.snippet, "Hauptstraße 5, 10115 Berlin");
        assert_eq!(address.evidence.value, "Hauptstraße 5, Berlin, 10115");
    }
}
