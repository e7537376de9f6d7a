//! Where a key leads in a long list.

use super::window::Sight;

/// Rows that the list's head covers at the upper edge of the screen.
pub(super) const HEAD: f64 = 1.0;

/// The row that `key` leads to from the row `here`, of `total`; none where the key is not the list's.
///
/// From elsewhere than a row only `j` leads somewhere, to the first one on screen: all other keys scroll.
pub(super) fn target(key: &str, here: Option<u32>, seen: &Sight, total: u32) -> Option<u32> {
    let last = total.checked_sub(1)?;
    let Some(here) = here else {
        return (key == "j").then(|| first_in_sight(seen, last));
    };
    let place = match key {
        "j" | "ArrowDown" => here.saturating_add(1),
        "k" | "ArrowUp" => here.saturating_sub(1),
        "PageDown" => here.saturating_add(screen(seen)),
        "PageUp" => here.saturating_sub(screen(seen)),
        "Home" => 0,
        "End" => last,
        _ => return None,
    };
    Some(place.min(last))
}

/// Rows on screen of which none is in part or under the head.
fn screen(seen: &Sight) -> u32 {
    let rows = Sight { above: 0.0, room: (seen.room - HEAD).floor(), ..*seen }.visible(u32::MAX);
    rows.end.max(1)
}

fn first_in_sight(seen: &Sight, last: u32) -> u32 {
    let begin = if seen.above > 0.0 { (seen.above + HEAD).ceil() } else { 0.0 };
    Sight { above: begin, ..*seen }.visible(u32::MAX).start.min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_through_the_whole_list() {
        let seen = Sight { above: 100.5, room: 20.5, row: 40.0 };
        let check = |key: &str, here: u32, expect: Option<u32>| {
            assert_eq!(target(key, Some(here), &seen, 1000), expect, "{key} from {here}");
        };
        check("j", 110, Some(111));
        check("ArrowDown", 999, Some(999));
        check("k", 110, Some(109));
        check("ArrowUp", 0, Some(0));
        check("PageDown", 110, Some(129));
        check("PageDown", 990, Some(999));
        check("PageUp", 110, Some(91));
        check("PageUp", 3, Some(0));
        check("Home", 110, Some(0));
        check("End", 110, Some(999));
        check("x", 110, None);
        check("Enter", 110, None);
    }

    #[test]
    fn from_elsewhere_j_leads_to_the_first_row_in_sight() {
        let seen = |above: f64| Sight { above, room: 20.0, row: 40.0 };
        assert_eq!(target("j", None, &seen(100.5), 1000), Some(102));
        assert_eq!(target("j", None, &seen(-6.0), 1000), Some(0));
        assert_eq!(target("j", None, &seen(100.5), 50), Some(49));
        for key in ["k", "ArrowDown", "PageDown", "Home", "End"] {
            assert_eq!(target(key, None, &seen(100.5), 1000), None, "{key}");
        }
    }

    #[test]
    fn an_empty_list_has_no_rows_to_go_to() {
        assert_eq!(target("End", Some(0), &Sight { above: 0.0, room: 20.0, row: 40.0 }, 0), None);
    }
}
