//! Which rows of a long list are made for what is on screen: arithmetic that needs no browser.

use std::ops::Range;

/// Rows that are made beyond each edge of the screen, so that a step or a turn of the wheel finds them there.
const OVERSCAN: u32 = 8;
/// The height, in pixels, up to which every browser lays a list out: Firefox stops before 18 million, others later.
const TALLEST: f64 = 16_000_000.0;

/// What of a list is on screen, counted in rows, all of which are of one height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sight {
    /// Rows and parts of one above the upper edge of the screen; negative where the list begins below that edge.
    pub(crate) above: f64,
    /// Rows and parts of one that the screen has room for.
    pub(crate) room: f64,
    /// Pixels of a row.
    pub(crate) row: f64,
}

impl Sight {
    /// What is on a screen of `screen` pixels of a list of `rows` rows that is `height` pixels high and begins `top`
    /// pixels below the screen's upper edge. None where nothing is laid out.
    pub(crate) fn of(top: f64, height: f64, rows: u32, screen: f64) -> Option<Self> {
        let row = height / f64::from(rows);
        let sight = Self { above: -top / row, room: screen / row, row };
        (row > 0.0 && row.is_finite() && sight.above.is_finite() && sight.room >= 0.0).then_some(sight)
    }

    /// Rows that are on screen, wholly or in part, of `total`.
    pub(crate) fn visible(&self, total: u32) -> Range<u32> {
        let begin = whole(self.above.floor()).min(total);
        let end = whole((self.above + self.room).ceil()).clamp(begin, total);
        begin..end
    }

    /// Rows that are made: those on screen and some beyond each edge.
    pub(crate) fn window(&self, total: u32) -> Range<u32> {
        let visible = self.visible(total);
        visible.start.saturating_sub(OVERSCAN)..visible.end.saturating_add(OVERSCAN).min(total)
    }

    /// Whether nothing that was on screen `before` still is: so it goes where somebody drags the scrollbar.
    pub(crate) fn is_elsewhere(&self, before: &Self) -> bool {
        (self.above - before.above).abs() > self.room.min(before.room)
    }

    /// The row in the middle of the screen; the first one while the list's begin is on screen.
    pub(crate) fn middle(&self, total: u32) -> u32 {
        if self.above <= 0.0 {
            return 0;
        }
        whole(self.above + self.room / 2.0).min(total.saturating_sub(1))
    }

    /// How many rows to have above the screen's edge, so that `place` is on screen and not under `head` rows that stay
    /// there. As it is where that is so already.
    pub(crate) fn showing(&self, place: u32, head: f64) -> f64 {
        let place = f64::from(place);
        let (highest, lowest) = (place - head, place + 1.0 - self.room);
        // On a screen without room for both, the row's own edge counts.
        self.above.max(lowest).min(highest)
    }

    /// The most rows that a browser lays out as one list.
    pub(crate) fn most(&self) -> u32 {
        whole(TALLEST / self.row)
    }
}

/// Numbers of the pages of `limit` rows, from 1, that hold `rows` and as many more on each side, of `total`.
pub(crate) fn pages_around(rows: &Range<u32>, limit: u32, total: u32) -> Range<u32> {
    let ahead = rows.end.saturating_sub(rows.start);
    let (begin, end) = (rows.start.saturating_sub(ahead), rows.end.saturating_add(ahead).min(total));
    let limit = limit.max(1);
    if begin >= end {
        return 1..1;
    }
    begin / limit + 1..(end - 1) / limit + 2
}

/// A part of the list as it is made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Segment<R> {
    /// Rows that are not made, or not known yet: room for so many of them, by place among the list's gaps.
    Gap(u32, u32),
    /// A row.
    Row(R),
}

/// The whole list in order: the rows of `window` and the one at `kept`, as far as `row` knows them, and gaps in place
/// of all others. Rows differ: one that `row` names twice, as lists do that change while they are read, is made once.
pub(crate) fn segments<R: PartialEq>(
    total: u32,
    window: &Range<u32>,
    kept: Option<u32>,
    row: impl Fn(u32) -> Option<R>,
) -> Vec<Segment<R>> {
    let mut made = Made::default();
    let window = window.start.min(total)..window.end.min(total);
    let kept = kept.filter(|place| *place < total && !window.contains(place));
    let before = kept.filter(|place| *place < window.start);
    let after = kept.filter(|place| *place >= window.end);
    for place in before.into_iter().chain(window).chain(after) {
        if let Some(row) = row(place).filter(|row| !made.has(row)) {
            made.row(place, row);
        }
    }
    made.end(total)
}

struct Made<R> {
    segments: Vec<Segment<R>>,
    gaps: u32,
    /// Rows that the segments stand for.
    rows: u32,
}

impl<R> Default for Made<R> {
    fn default() -> Self {
        Self { segments: Vec::new(), gaps: 0, rows: 0 }
    }
}

impl<R: PartialEq> Made<R> {
    fn has(&self, row: &R) -> bool {
        self.segments.iter().any(|segment| matches!(segment, Segment::Row(made) if made == row))
    }

    fn gap_until(&mut self, place: u32) {
        if place > self.rows {
            self.segments.push(Segment::Gap(self.gaps, place - self.rows));
            self.gaps += 1;
            self.rows = place;
        }
    }

    fn row(&mut self, place: u32, row: R) {
        self.gap_until(place);
        self.segments.push(Segment::Row(row));
        self.rows += 1;
    }

    fn end(mut self, total: u32) -> Vec<Segment<R>> {
        self.gap_until(total);
        self.segments
    }
}

/// A number of rows; none for what is less, and for no number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast to an integer stops at its ends"
)]
fn whole(number: f64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sight(above: f64, room: f64) -> Sight {
        Sight { above, room, row: 40.0 }
    }

    #[test]
    fn a_list_that_begins_below_the_edge_shows_its_begin() {
        let seen = Sight::of(250.0, 40_000.0, 1000, 800.0).unwrap();
        assert_eq!((seen.above, seen.room, seen.row), (-6.25, 20.0, 40.0));
        assert_eq!((seen.visible(1000), seen.window(1000)), (0..14, 0..22));
        assert_eq!(seen.most(), 400_000);
    }

    #[test]
    fn what_is_not_laid_out_is_not_on_screen() {
        assert_eq!(Sight::of(0.0, 0.0, 10, 800.0), None);
        assert_eq!(Sight::of(0.0, 0.0, 0, 800.0), None);
        assert_eq!(Sight::of(10.0, 100.0, 0, 800.0), None);
    }

    #[test]
    fn a_step_of_less_than_a_screen_is_no_jump() {
        let before = sight(100.0, 20.0);
        assert!(!sight(119.0, 20.0).is_elsewhere(&before) && !sight(81.0, 20.0).is_elsewhere(&before));
        assert!(sight(121.0, 20.0).is_elsewhere(&before) && sight(0.0, 20.0).is_elsewhere(&before));
    }

    #[test]
    fn a_row_is_brought_into_view_by_the_shortest_way() {
        let seen = sight(100.0, 20.0);
        let check =
            |place: u32, expect: f64| assert!((seen.showing(place, 1.0) - expect).abs() < 1e-9, "{place}");
        check(110, 100.0);
        check(101, 100.0);
        check(100, 99.0);
        check(119, 100.0);
        check(120, 101.0);
        check(0, -1.0);
        check(5000, 4981.0);
    }

    #[test]
    fn the_middle_is_what_somebody_reads() {
        assert_eq!(sight(-6.0, 20.0).middle(100), 0);
        assert_eq!(sight(94.0, 20.0).middle(1000), 104);
        assert_eq!(sight(94.0, 20.0).middle(100), 99);
        assert_eq!(sight(94.0, 20.0).middle(0), 0);
    }

    #[test]
    fn pages_near_the_window_are_asked_for() {
        assert_eq!(pages_around(&(0..22), 50, 1000), 1..2);
        assert_eq!(pages_around(&(40..76), 50, 1000), 1..4);
        assert_eq!(pages_around(&(950..1000), 50, 1000), 19..21);
        assert_eq!(pages_around(&(0..0), 50, 0), 1..1);
    }

    #[test]
    fn gaps_stand_for_all_rows_that_are_not_made() {
        let row = |place: u32| (place != 4).then_some(place);
        assert_eq!(
            segments(10, &(3..6), Some(8), row),
            [
                Segment::Gap(0, 3),
                Segment::Row(3),
                Segment::Gap(1, 1),
                Segment::Row(5),
                Segment::Gap(2, 2),
                Segment::Row(8),
                Segment::Gap(3, 1),
            ]
        );
        assert_eq!(segments(2, &(0..2), Some(7), Some), [Segment::Row(0), Segment::Row(1)]);
        assert_eq!(segments(0, &(0..2), None, Some), []);
    }

    /// Any list on any screen, scrolled to wherever a browser may say.
    fn any_sight() -> impl Strategy<Value = Sight> {
        (-2_000_000.0..20_000_000.0, 1.0..200.0, 0.0..20_000.0).prop_map(
            |(above, row, screen): (f64, f64, f64)| Sight { above: above / row, room: screen / row, row },
        )
    }

    proptest! {
        #[test]
        fn every_row_on_screen_is_in_the_window_and_the_window_is_bounded(
            seen in any_sight(),
            total in 0_u32..2_000_000,
            place in 0_u32..2_000_000,
        ) {
            let window = seen.window(total);
            let (top, place_of) = (seen.above, f64::from(place));
            let is_on_screen = place < total && place_of + 1.0 > top && place_of < top + seen.room;
            prop_assert!(!is_on_screen || window.contains(&place));
            prop_assert!(window.start <= window.end && window.end <= total);
            let bound = seen.room.ceil() + 1.0 + 2.0 * f64::from(OVERSCAN);
            prop_assert!(f64::from(window.end - window.start) <= bound);
        }

        #[test]
        fn pages_around_hold_the_window(
            seen in any_sight(),
            total in 1_u32..2_000_000,
            limit in 1_u32..=200,
        ) {
            let window = seen.window(total);
            let pages = pages_around(&window, limit, total);
            for place in window.clone() {
                prop_assert!(pages.contains(&(place / limit + 1)));
            }
            prop_assert!(pages.start >= 1 && pages.end <= total.div_ceil(limit) + 1);
            let rows = 3 * (window.end - window.start);
            prop_assert!(pages.end - pages.start <= rows / limit + 2);
        }

        #[test]
        fn segments_stand_for_every_row_once(
            total in 0_u32..500,
            begin in 0_u32..600,
            length in 0_u32..60,
            kept in proptest::option::of(0_u32..600),
            known in 1_u32..5,
            same in 1_u32..40,
        ) {
            // Some rows are not known, and some are named twice.
            let row = |place: u32| (place % 5 < known).then_some(place % (same * 20));
            let made = segments(total, &(begin..begin + length), kept, row);
            let rows: u32 = made.iter().map(|segment| if let Segment::Gap(_, rows) = segment { *rows } else { 1 }).sum();
            prop_assert_eq!(rows, total);
            let named: Vec<_> = made.iter().filter_map(|segment| if let Segment::Row(row) = segment { Some(row) } else { None }).collect();
            prop_assert!(named.len() <= length as usize + 1);
            let mut once = named.clone();
            once.sort_unstable();
            once.dedup();
            prop_assert_eq!(once.len(), named.len());
            let mut gaps = 0;
            let mut after_gap = false;
            for segment in &made {
                if let Segment::Gap(number, rows) = segment {
                    prop_assert!(!after_gap && *number == gaps && *rows > 0);
                    gaps += 1;
                }
                after_gap = matches!(segment, Segment::Gap(..));
            }
        }

        #[test]
        fn a_row_that_is_brought_into_view_is_there(
            seen in any_sight().prop_filter("room for a row and the head", |seen| seen.room >= 2.0),
            place in 0_u32..2_000_000,
        ) {
            let shown = Sight { above: seen.showing(place, 1.0), ..seen };
            let place = f64::from(place);
            prop_assert!(place >= shown.above + 1.0 - 1e-6 && place + 1.0 <= shown.above + shown.room + 1e-6);
        }
    }
}
