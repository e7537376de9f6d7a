//! The text cut where addresses are cut: at line ends, cells, commas, bars and bullets.

/// What stands before a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// A line of its own.
    Line,
    /// A table cell, a bar or a bullet.
    Cell,
    /// A comma or the like within a line.
    Comma,
}

/// A piece of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub(super) text: &'a str,
    /// Where it starts in the whole text.
    pub(super) start: usize,
    pub(super) cut: Cut,
}

/// Segments that are looked at in one page.
const MAX_SEGMENTS: usize = 50_000;
/// The longest segment; what stands before the end of a longer one is no address.
const MAX_LENGTH: usize = 300;

/// The segments of the text, in order; empty ones are left out.
pub(super) fn of(text: &str) -> Vec<Segment<'_>> {
    let mut segments = Vec::new();
    let (mut start, mut cut) = (0, Cut::Line);
    for (index, c) in text.char_indices() {
        let next = match c {
            '\n' => Cut::Line,
            '\t' | '|' | '•' | '·' | '►' | '~' | '*' => Cut::Cell,
            ',' | ';' => Cut::Comma,
            '-' | '–' | '—' if is_spaced(text, index, c) => Cut::Comma,
            ':' => Cut::Cell,
            _ => continue,
        };
        push(&mut segments, text, start, index, cut);
        // A stronger cut is not weakened by an empty segment after it.
        let kept = segments.last().is_some_and(|last| last.start >= start) || next == Cut::Line;
        cut = if kept { next } else { cut };
        start = index + c.len_utf8();
        if segments.len() >= MAX_SEGMENTS {
            return segments;
        }
    }
    push(&mut segments, text, start, text.len(), cut);
    segments
}

fn push<'a>(segments: &mut Vec<Segment<'a>>, text: &'a str, start: usize, end: usize, cut: Cut) {
    let start = text.ceil_char_boundary(start.max(end.saturating_sub(MAX_LENGTH)));
    let piece = &text[start..end];
    let trimmed = piece.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '"' | '“' | '”'));
    if trimmed.is_empty() {
        return;
    }
    let start = start + (trimmed.as_ptr() as usize - piece.as_ptr() as usize);
    // A full stop may belong to an abbreviation.
    let dot = text[start + trimmed.len()..].starts_with('.') && end > start + trimmed.len();
    let kept = if dot { &text[start..start + trimmed.len() + 1] } else { trimmed };
    segments.push(Segment { text: kept, start, cut });
}

fn is_spaced(text: &str, index: usize, c: char) -> bool {
    text[..index].ends_with(' ') && text[index + c.len_utf8()..].starts_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_where_addresses_are() {
        let found = of("Acme\n12 Main St., Suite 4 - Freehold, NJ 07728\tFax");
        let shown: Vec<_> = found.iter().map(|segment| (segment.text, segment.cut)).collect();
        assert_eq!(
            shown,
            [
                ("Acme", Cut::Line),
                ("12 Main St.", Cut::Line),
                ("Suite 4", Cut::Comma),
                ("Freehold", Cut::Comma),
                ("NJ 07728", Cut::Comma),
                ("Fax", Cut::Cell),
            ]
        );
        assert_eq!(of("a,\nb")[1].cut, Cut::Line);
    }
}
