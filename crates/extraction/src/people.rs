//! People and their roles: `Owner: Jane Roe`, `Jane Roe, President`, team cards, practitioners, and names in the
//! business's own.

mod name;

use self::name::{Name, WORDS};
use super::Context;
use super::confidence::{Form, corroborated};
use super::findings::{Finding, Method, Person};

/// Whether the text is a person's name as far as a machine-readable source needs checking.
pub(super) fn is_plausible_name(text: &str) -> bool {
    let words = text.split_whitespace().count();
    (2..=6).contains(&words)
        && text.chars().count() <= 80
        && text.chars().next().is_some_and(char::is_alphabetic)
        && !text.chars().any(|c| c.is_ascii_digit() || matches!(c, '@' | '<' | '{'))
}

/// People of one page that are read from its text.
const MAX_PEOPLE: usize = 100;
/// The longest line that names somebody.
const MAX_LINE: usize = 600;

/// The people that the visible text names.
pub(super) fn findings(context: &Context<'_>) -> Vec<Person> {
    let lines: Vec<&str> =
        context.document.text.lines().map(|(_, line)| line.trim()).filter(|line| !line.is_empty()).collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if line.len() > MAX_LINE || found.len() >= MAX_PEOPLE {
            continue;
        }
        let Some(name) = name::whole(line) else {
            of_line(context, line, &mut found);
            continue;
        };
        let next = lines.get(index + 1).copied().unwrap_or_default();
        let before = index.checked_sub(1).map(|index| lines[index]).unwrap_or_default();
        // The role of a card stands below the name; above it only where the line says so with a colon.
        let role = role(next).or_else(|| before.ends_with(':').then(|| role(before)).flatten());
        if let Some(role) = role.or(name.credential) {
            let snippet = format!("{line} {next}");
            found.push(person(context, name.name, Some(role), &snippet, Form::PersonCard));
        }
    }
    found
}

fn person(context: &Context<'_>, name: String, title: Option<String>, snippet: &str, form: Form) -> Person {
    Person {
        name: context.finding(name, snippet, Method::Text, form.confidence()),
        title,
        email: None,
        phone: None,
    }
}

/// People whose name and role stand in one line.
fn of_line(context: &Context<'_>, line: &str, found: &mut Vec<Person>) {
    let before = found.len();
    let pieces: Vec<&str> = line
        .split(['\t', '|', '•', '·', ',', ':', '–', '—', '(', ')', ';'])
        .flat_map(|piece| piece.split(" - "))
        .collect();
    let names: Vec<Option<Name>> = pieces.iter().map(|piece| name::whole(piece)).collect();
    let mut index = 0;
    while index + 1 < pieces.len() {
        let pair = match (&names[index], &names[index + 1]) {
            (Some(name), None) => role(pieces[index + 1]).map(|role| (name, role)),
            (None, Some(name)) => role(pieces[index]).map(|role| (name, role)),
            _ => None,
        };
        if let Some((name, role)) = pair {
            let role_first = names[index].is_none();
            found.push(person(context, name.name.clone(), Some(role.clone()), line, Form::PersonLine));
            index += 2;
            // `Managers: Jane Roe, John Doe`, unless a role of its own follows a name.
            while role_first
                && let Some(Some(other)) = names.get(index)
                && pieces.get(index + 1).and_then(|next| self::role(next)).is_none()
            {
                found.push(person(context, other.name.clone(), Some(role.clone()), line, Form::PersonCard));
                index += 1;
            }
        } else {
            index += 1;
        }
    }
    if found.len() == before {
        found.extend(in_sentence(context, line));
    }
}

/// `founded by Jane Roe`, `owner Jane Roe`, `Jane Roe, owner of ..`, `contact Jane Roe, Service Manager`.
fn in_sentence(context: &Context<'_>, line: &str) -> Option<Person> {
    let start = line.as_ptr() as usize;
    let mut previous = "";
    let mut before = "";
    for word in line.split_whitespace() {
        let at = word.as_ptr() as usize - start;
        if word.starts_with(char::is_uppercase)
            && let Some((Name { name, credential }, length)) = name::at_start(&line[at..])
        {
            let after = line[at + length..].trim_start_matches([',', ' ', '–', '-', '(']);
            let role_after = first_clause(after).and_then(role);
            let founded = previous == "by"
                && matches!(before, "founded" | "owned" | "operated" | "established" | "started");
            let role_before = if founded {
                Some(if before == "owned" || before == "operated" { "Owner" } else { "Founder" }.to_owned())
            } else {
                announces(previous).then(|| role(previous)).flatten()
            };
            if let Some(role) = role_after.or(role_before).or(credential) {
                return Some(person(context, name, Some(role), line, Form::PersonSentence));
            }
        }
        (before, previous) = (previous, word);
    }
    None
}

/// Whether a name may follow the word.
fn announces(word: &str) -> bool {
    WORDS.has("announce", word.to_lowercase().trim_matches(|c: char| !c.is_alphanumeric()))
}

/// The text up to where its clause ends.
fn first_clause(text: &str) -> Option<&str> {
    let end = text.find([',', '.', ';', '|', '\t', '(', ')']).unwrap_or(text.len());
    let clause = &text[..end];
    let end = [" at ", " of the ", " for ", " who ", " and has ", " with ", " by ", " on ", " will "]
        .iter()
        .filter_map(|word| clause.find(word))
        .min()
        .unwrap_or(clause.len());
    Some(clause[..end].trim()).filter(|clause| !clause.is_empty())
}

/// The role that a text is, and nothing else.
fn role(text: &str) -> Option<String> {
    let text =
        text.trim().trim_matches(|c: char| matches!(c, ':' | ',' | '-' | '–' | '|' | '(' | ')' | '.')).trim();
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c == '/').filter(|word| !word.is_empty()).collect();
    if words.is_empty() || words.len() > 7 || text.len() > 70 || text.contains(['@', '?', '!', '©']) {
        return None;
    }
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-').to_lowercase();
    let has_role = words.iter().any(|word| is_role(&bare(word)));
    let a_sentence = words.iter().any(|word| {
        matches!(
            bare(word).as_str(),
            "you"
                | "we"
                | "is"
                | "are"
                | "has"
                | "have"
                | "please"
                | "can"
                | "will"
                | "call"
                | "click"
                | "find"
                | "contact"
                | "become"
                | "email"
                | "us"
                | "login"
                | "search"
                | "portal"
        )
    });
    let digits = text.contains(|c: char| c.is_ascii_digit());
    (has_role && !a_sentence && !digits).then(|| text.to_owned())
}

/// Whether a word in small letters is a role, or ends with one as compounds do: `myyntijohtaja`.
fn is_role(word: &str) -> bool {
    let longer = |end: &str| word.len() > end.len() + 2 && word.ends_with(end);
    WORDS.has("role", word) || WORDS.words("role-end").any(longer)
}

/// Puts the addresses and numbers of people with them: `jroe@` is Jane Roe's.
pub(super) fn corroborate(people: &mut [Person], emails: &[Finding]) {
    for person in people {
        if person.email.is_none() {
            let own = emails.iter().find(|email| belongs_to(&email.value, &person.name.value));
            person.email = own.map(|email| email.value.clone());
        }
        if person.email.is_some() {
            person.name.confidence = corroborated(person.name.confidence);
        }
    }
}

/// Whether the part before the sign is made of the name.
fn belongs_to(address: &str, name: &str) -> bool {
    let local: String =
        address.split('@').next().unwrap_or_default().chars().filter(|c| c.is_alphanumeric()).collect();
    let words: Vec<String> = name
        .split_whitespace()
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect())
        .filter(|word: &String| !word.is_empty())
        .collect();
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    let initial = |word: &str| word.chars().take(1).collect::<String>();
    let forms = [
        format!("{first}{last}"),
        format!("{last}{first}"),
        format!("{}{last}", initial(first)),
        format!("{first}{}", initial(last)),
        format!("{last}{}", initial(first)),
        format!("dr{last}"),
    ];
    forms.contains(&local) || (first.len() >= 3 && local == *first) || (last.len() >= 4 && local == *last)
}

/// The person that a business is called after, such as `Law Office of Jane Roe`, if its address or domain agrees.
pub(super) fn in_business_name(context: &Context<'_>, emails: &[Finding]) -> Option<Person> {
    let document = context.document;
    let names = [document.meta("og:site_name"), document.title()].into_iter().flatten();
    let host = document.host().to_lowercase().replace('-', "");
    for text in names {
        let pieces: Vec<&str> = text
            .split(['|', '-', '–', '—', ':', '•', '«', '»'])
            .map(str::trim)
            .filter(|piece| !piece.is_empty())
            .collect();
        for (index, piece) in pieces.iter().enumerate() {
            let stripped = BEFORE_NAME.iter().find_map(|lead| strip_ignoring_case(piece, lead));
            let candidate = stripped.unwrap_or(piece);
            let Some((found, length)) = name::at_start(candidate) else { continue };
            // A title of a name alone may be anything; with a trade beside it, it is who trades.
            let trade = pieces.get(index + 1).and_then(|next| role(next));
            let rest = candidate[length..].trim_matches(|c: char| !c.is_alphanumeric());
            if stripped.is_none() && rest.is_empty() && found.credential.is_none() && trade.is_none() {
                continue;
            }
            if agrees(&found.name, &host, emails) {
                let title = found.credential.or(trade);
                let finding = context.finding(
                    found.name,
                    &text,
                    Method::BusinessName,
                    Form::PersonBusinessName.confidence(),
                );
                return Some(Person { name: finding, title, email: None, phone: None });
            }
        }
    }
    None
}

/// Whether the site's host or one of its addresses is made of the name.
fn agrees(name: &str, host: &str, emails: &[Finding]) -> bool {
    let last = name.split_whitespace().next_back().unwrap_or_default().to_lowercase();
    let in_domain = |domain: &str| last.len() >= 4 && domain.contains(&last);
    in_domain(host)
        || emails.iter().any(|email| {
            let domain = email.value.split('@').nth(1).unwrap_or_default();
            in_domain(domain) || belongs_to(&email.value, name)
        })
}

const BEFORE_NAME: &[&str] = &[
    "the law offices of ",
    "the law office of ",
    "law offices of ",
    "law office of ",
    "offices of ",
    "office of ",
    "dr. ",
    "dr ",
];

fn strip_ignoring_case<'a>(text: &'a str, lead: &str) -> Option<&'a str> {
    text.get(..lead.len()).filter(|head| head.eq_ignore_ascii_case(lead)).map(|_| &text[lead.len()..])
}

#[cfg(test)]
mod tests {
    use crate::tests::extracted;

    fn people(html: &str) -> Vec<(String, String)> {
        let people = extracted(html).people.into_iter();
        people.map(|person| (person.name.value, person.title.unwrap_or_default())).collect()
    }

    #[test]
    fn people_are_read_with_their_roles() {
        let check = |html: &str, name: &str, role: &str| {
            assert_eq!(people(html), [(name.to_owned(), role.to_owned())], "{html}");
        };
        check("<p>Owner: Jane Roe</p>", "Jane Roe", "Owner");
        check("<p>Jane Roe, President</p>", "Jane Roe", "President");
        check("<p>Jane Roe - Office Manager</p>", "Jane Roe", "Office Manager");
        check("<p>Jane Roe | Co-Owner</p>", "Jane Roe", "Co-Owner");
        check("<div><h3>Jane Roe</h3><p>Director of Sales</p></div>", "Jane Roe", "Director of Sales");
        check("<table><tr><td>Manager<td>Jane Roe</table>", "Jane Roe", "Manager");
        check("<p>Acme was founded by Jane Roe in 1974.</p>", "Jane Roe", "Founder");
        check("<p>Call Jane Roe, Service Manager, at any time</p>", "Jane Roe", "Service Manager");
        check("<h3>Dr. Xochitl Vega, DDS</h3>", "Xochitl Vega", "DDS");
    }

    #[test]
    fn roles_are_read_in_other_languages() {
        let check = |html: &str, name: &str, role: &str| {
            assert_eq!(people(html), [(name.to_owned(), role.to_owned())], "{html}");
        };
        check("<p>Toimitusjohtaja: Pekka Virtanen</p>", "Pekka Virtanen", "Toimitusjohtaja");
        check("<div><h3>Päivi Mäkinen</h3><p>Myyntipäällikkö</p></div>", "Päivi Mäkinen", "Myyntipäällikkö");
        check("<p>Björn Lindström, VD</p>", "Björn Lindström", "VD");
        check("<p>Inhaber: Jürgen Müller</p>", "Jürgen Müller", "Inhaber");
        check("<p>Inh. Jürgen Müller</p>", "Jürgen Müller", "Inh");
        check("<p>Geschäftsführerin: Heike Schäfer</p>", "Heike Schäfer", "Geschäftsführerin");
        check("<p>Jean-Pierre Bergé, gérant</p>", "Jean-Pierre Bergé", "gérant");
        check("<p>Begoña Peña – Propietaria</p>", "Begoña Peña", "Propietaria");
        check("<p>Titolare: Giuseppe Rossi</p>", "Giuseppe Rossi", "Titolare");
        check("<p>Maarten de Vries (eigenaar)</p>", "Maarten de Vries", "eigenaar");
    }

    #[test]
    fn a_role_may_be_of_several() {
        let shown = |html: &str| {
            let shown = people(html).into_iter().map(|(name, role)| format!("{name}, {role}"));
            shown.collect::<Vec<_>>().join("; ")
        };
        assert_eq!(
            shown("<p>Geschäftsführer: Jürgen Müller, Heike Schäfer</p>"),
            "Jürgen Müller, Geschäftsführer; Heike Schäfer, Geschäftsführer"
        );
        assert_eq!(
            shown("<p>Owner: Jane Roe, Laura Smith, Manager</p>"),
            "Jane Roe, Owner; Laura Smith, Manager"
        );
    }

    #[test]
    fn text_without_people_has_none() {
        for html in [
            "<p>Contact our Manager</p>",
            "<p>Main Street, Director</p>",
            "<p>Jane Roe</p><p>We love pizza</p>",
            "<p>Virginia Beach - Sales Manager</p>",
            "<p>Owner</p><p>Login</p>",
            "<p>Ota yhteyttä, yrittäjä</p>",
            "<p>Pekka Oy, omistaja</p>",
            "<p>Unser Inhaber freut sich auf Sie</p>",
        ] {
            assert_eq!(people(html), [], "{html}");
        }
    }

    #[test]
    fn an_address_made_of_the_name_is_the_persons() {
        let found = extracted("<p>Jane Roe, Owner</p><p>info@acme.com<br>jroe@acme.com</p>").people;
        assert_eq!(found[0].email.as_deref(), Some("jroe@acme.com"));
    }

    #[test]
    fn a_name_in_the_business_name_needs_agreement() {
        let title = "<title>Law Office of Jane Roemer | Home</title>";
        assert_eq!(people(title), []);
        assert_eq!(people(&format!("{title}<p>jroemer@gmail.com</p>"))[0].0, "Jane Roemer");
        let trade = "<title>Jane Roemer | Florist</title><p>info@janeroemer.com</p>";
        assert_eq!(people(trade), [("Jane Roemer".to_owned(), "Florist".to_owned())]);
    }
}
