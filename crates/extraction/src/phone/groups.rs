//! Runs of digit groups in a line: what may be a phone number, before anything decides whether it is one.

/// Digits that stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Groups with nothing but separators between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) groups: Vec<Group>,
    /// Whether a plus sign stands before the first.
    pub(super) international: bool,
}

/// Groups of a run that are looked at; longer ones are tables of figures.
const MAX_GROUPS: usize = 24;
/// Characters between two groups of one number.
const MAX_SEPARATOR: usize = 4;

/// The runs of a line, in order.
pub(super) fn runs(line: &str) -> Vec<Run> {
    let bytes = line.as_bytes();
    let mut found: Vec<Run> = Vec::new();
    let mut run = Run::default();
    let mut at = 0;
    while let Some(offset) = bytes[at..].iter().position(u8::is_ascii_digit) {
        let start = at + offset;
        let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let group = Group { start, end: start + length };
        let joins = run.groups.last().is_some_and(|last| is_separator(&line[last.end..start]));
        if !joins || run.groups.len() >= MAX_GROUPS {
            push(&mut found, std::mem::take(&mut run));
        }
        if run.groups.is_empty() {
            run.international = line[..start].trim_end_matches([' ', '(']).ends_with('+');
        }
        run.groups.push(group);
        at = group.end;
    }
    push(&mut found, run);
    found
}

fn push(found: &mut Vec<Run>, run: Run) {
    if !run.groups.is_empty() {
        found.push(run);
    }
}

/// Whether the text between two groups may stand inside of one number. A plus sign starts another.
fn is_separator(text: &str) -> bool {
    text.chars().count() <= MAX_SEPARATOR
        && !text.is_empty()
        && text.chars().all(|c| {
            matches!(
                c,
                ' ' | '-' | '.' | '(' | ')' | '/' | '\u{2010}'
                    ..='\u{2015}' | '\u{2212}' | '·' | '•' | '[' | ']'
            )
        })
}

/// Whether the groups begin with a date or with times from and to, as in `01.05.2026` and `10.30–14.00`.
pub(super) fn is_of_calendar(line: &str, groups: &[Group]) -> bool {
    let digits = |group: &Group| &line[group.start..group.end];
    let parted = |index: usize, by: &[char]| {
        let between = line[groups[index].end..groups[index + 1].start].trim();
        between.chars().count() == 1 && between.starts_with(by)
    };
    let up_to = |group: &Group, most: u32| {
        digits(group).len() <= 2 && digits(group).parse::<u32>().is_ok_and(|number| number <= most)
    };
    let date = groups.len() >= 3
        && up_to(&groups[0], 31)
        && up_to(&groups[1], 12)
        && digits(&groups[2]).len() == 4
        && digits(&groups[2]).starts_with(['1', '2'])
        && (parted(0, &['.']) && parted(1, &['.']) || parted(0, &['/']) && parted(1, &['/']));
    let times = groups.len() >= 4
        && [0, 2].iter().all(|hour| up_to(&groups[*hour], 24) && up_to(&groups[hour + 1], 59))
        && parted(0, &['.'])
        && parted(1, &['-', '–', '—'])
        && parted(2, &['.']);
    date || times
}

/// Whether a run is the number of a bank account: `DE89 3704 0044 0532 0130 00`.
pub(super) fn is_account(line: &str, run: &Run) -> bool {
    let [first, second, ..] = run.groups.as_slice() else { return false };
    let mut before = line[..first.start].chars().rev();
    let country = (0..2).all(|_| before.next().is_some_and(|c| c.is_ascii_uppercase()));
    let alone = before.next().is_none_or(|c| !c.is_alphanumeric());
    country && alone && first.end - first.start == 2 && second.end - second.start == 4
}

/// Whether a group stands glued to what comes before or after it, as in `AB123`, `$123` and `1,234`.
pub(super) fn is_glued_before(line: &str, start: usize) -> bool {
    let before = line[..start].trim_end_matches(['(', '+']);
    let mut backwards = before.chars().rev();
    match backwards.next() {
        Some('$' | '€' | '£' | '¥' | '=' | '_' | '@' | '%' | '&') => true,
        Some(c) if c.is_alphabetic() => !ends_with_label(before),
        Some(c) if c.is_alphanumeric() => true,
        Some('.' | '-' | ',' | '/') => backwards.next().is_some_and(|c| c.is_ascii_digit()),
        Some(' ') => matches!(backwards.next(), Some('$' | '€' | '£')),
        _ => false,
    }
}

/// Whether the text ends with the label of a number, which some pages set without a blank: `Phone732-462-1198`.
fn ends_with_label(text: &str) -> bool {
    const LABELS: &[&str] = &[
        "p",
        "t",
        "f",
        "m",
        "c",
        "o",
        "ph",
        "tel",
        "phone",
        "telephone",
        "fax",
        "call",
        "cell",
        "mobile",
        "office",
        "main",
    ];
    let start =
        text.rfind(|c: char| !c.is_alphabetic()).map_or(0, |index| text.ceil_char_boundary(index + 1));
    let apart = text[..start].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    apart && LABELS.contains(&text[start..].to_lowercase().as_str())
}

/// Whether a number goes on after `end`: digits, letters, a decimal part.
pub(super) fn is_glued_after(line: &str, end: usize) -> bool {
    let mut after = line[end..].chars();
    match after.next() {
        Some('%' | '_' | '@' | '=') => true,
        Some(c) if c.is_ascii_digit() => true,
        Some('-' | '.' | '/' | ',') => after.next().is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> Vec<Vec<&str>> {
        runs(line).iter().map(|run| run.groups.iter().map(|g| &line[g.start..g.end]).collect()).collect()
    }

    #[test]
    fn separators_join_and_words_part() {
        assert_eq!(
            shown("(732) 462-1198 or 732.462.1199"),
            [vec!["732", "462", "1198"], vec!["732", "462", "1199"]]
        );
        assert_eq!(shown("+44 (0)1293 551140"), [vec!["44", "0", "1293", "551140"]]);
        assert_eq!(shown("no digits"), Vec::<Vec<&str>>::new());
    }

    #[test]
    fn dates_times_and_accounts_are_told() {
        let calendar = |line: &str| is_of_calendar(line, &runs(line)[0].groups);
        assert!(calendar("01.05.2026") && calendar("12/04/1998") && calendar("10.30–14.00, ma"));
        assert!(calendar("09.00 - 17.00"));
        assert!(!calendar("01 05 2026") && !calendar("09.612.9200") && !calendar("01.42-68.53.00"));
        let account = |line: &str| is_account(line, &runs(line)[0]);
        assert!(account("IBAN FI21 1234 5600 0007 85"));
        assert!(!account("Suite B12 7324 1198") && !account("12 3456 7890"));
    }
}
