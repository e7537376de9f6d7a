//! Where two accounts of one scenario part.

use std::fmt;

/// The first difference between what the reference and requery did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// What both did before, from the step's heading on.
    pub before: Vec<String>,
    /// What only the reference did in the rest of the step.
    pub reference: Vec<String>,
    /// What only requery did in the rest of the step.
    pub ours: Vec<String>,
}

/// The first difference, if there is one.
#[must_use]
pub fn divergence(reference: &[String], ours: &[String]) -> Option<Divergence> {
    let same = reference.iter().zip(ours).take_while(|(a, b)| a == b).count();
    if same == reference.len() && same == ours.len() {
        return None;
    }
    let heading = reference.iter().take(same).rposition(|line| is_heading(line)).unwrap_or(0);
    Some(Divergence {
        before: reference.get(heading..same).unwrap_or_default().to_vec(),
        reference: rest_of_step(reference, same),
        ours: rest_of_step(ours, same),
    })
}

fn is_heading(line: &str) -> bool {
    line.starts_with("> ")
}

fn rest_of_step(lines: &[String], from: usize) -> Vec<String> {
    lines.iter().skip(from).take_while(|line| !is_heading(line)).cloned().collect()
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.before {
            writeln!(f, "  {line}")?;
        }
        let (only_reference, only_ours) =
            (missing(&self.reference, &self.ours), missing(&self.ours, &self.reference));
        if only_reference.is_empty() && only_ours.is_empty() {
            writeln!(f, "  the same lines follow in another order:")?;
        }
        for line in &self.reference {
            writeln!(f, "{} {line}", if only_reference.contains(&line) { "-" } else { " " })?;
        }
        for line in only_ours {
            writeln!(f, "+ {line}")?;
        }
        writeln!(f, "(- is the reference, + is requery)")
    }
}

fn missing<'a>(lines: &'a [String], from: &[String]) -> Vec<&'a String> {
    lines.iter().filter(|line| !from.contains(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn equal_accounts_do_not_part() {
        assert_eq!(divergence(&lines("> 0 a\nx"), &lines("> 0 a\nx")), None);
    }

    #[test]
    fn the_step_in_which_they_part_is_shown_from_its_heading() {
        let found =
            divergence(&lines("> 0 a\nx\n> 1 b\ny\nz\n> 2 c"), &lines("> 0 a\nx\n> 1 b\ny\nw\n> 2 c"));
        let expected = Divergence { before: lines("> 1 b\ny"), reference: lines("z"), ours: lines("w") };
        assert_eq!(found, Some(expected));
    }

    #[test]
    fn an_account_that_ends_early_parts_there() {
        let found = divergence(&lines("> 0 a\nx"), &lines("> 0 a")).unwrap();
        assert_eq!((found.reference, found.ours), (lines("x"), Vec::new()));
    }
}
