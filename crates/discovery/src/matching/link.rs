//! Lists of records against each other: one record to one where each list has a business once, groups where a
//! business may stand in a list several times.

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::block::Index;
use super::model::Matcher;
use super::profile::Profile;

/// Most records of one business: more are a chain that looks like one.
const LARGEST_GROUP: usize = 50;

/// Two records by their place in their lists, and how likely they are of one business.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// Place in the first list, or in the only one.
    pub a: u32,
    /// Place in the second list, or, further on, in the only one.
    pub b: u32,
    /// 0 to 1.
    pub score: f64,
}

/// The pairs between two lists that score at least so much, the best first.
#[must_use]
pub fn between(left: &[Profile], right: &[Profile], matcher: &Matcher, at_least: f64) -> Vec<Link> {
    compared(left, right, matcher, at_least).links
}

/// What came of comparing two lists.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The pairs that score enough, the best first.
    pub links: Vec<Link>,
    /// How many pairs were scored: those that have something in common, of each record 24 at most.
    pub scored: u64,
}

/// The same as [`between`], with how many pairs were scored for it.
#[must_use]
pub fn compared(left: &[Profile], right: &[Profile], matcher: &Matcher, at_least: f64) -> Compared {
    let index = Index::new(right, matcher.frequencies());
    let pairs = AtomicU64::new(0);
    let score = |a: u32, profile: &Profile| {
        let candidates = index.candidates(profile, matcher.frequencies());
        pairs.fetch_add(candidates.len() as u64, Ordering::Relaxed);
        let scored = candidates.into_iter().filter_map(|b| {
            let score = matcher.score(profile, right.get(usize::try_from(b).ok()?)?).probability;
            (score >= at_least).then_some(Link { a, b, score })
        });
        scored.collect()
    };
    let links = in_parallel(left, score);
    Compared { links, scored: pairs.into_inner() }
}

/// The pairs within a list that score at least so much, the best first.
#[must_use]
pub fn within(all: &[Profile], matcher: &Matcher, at_least: f64) -> Vec<Link> {
    let index = Index::new(all, matcher.frequencies());
    let score = |a: u32, profile: &Profile| {
        let candidates = index.candidates(profile, matcher.frequencies()).into_iter().filter(|b| *b != a);
        let scored = candidates.filter_map(|b| {
            let score = matcher.score(profile, all.get(usize::try_from(b).ok()?)?).probability;
            (score >= at_least).then_some(Link { a: a.min(b), b: a.max(b), score })
        });
        scored.collect()
    };
    // A pair is found from both of its records, or from one where the other has too many candidates.
    let mut links = in_parallel(all, score);
    links.dedup_by_key(|link| (link.a, link.b));
    links
}

/// Runs over the list on every core; the links in the order of [`best_first`].
fn in_parallel(list: &[Profile], score: impl Fn(u32, &Profile) -> Vec<Link> + Sync) -> Vec<Link> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let part = list.len().div_ceil(threads).max(1);
    let score = &score;
    let mut links: Vec<Link> = thread::scope(|scope| {
        let workers: Vec<_> = list
            .chunks(part)
            .enumerate()
            .map(|(number, chunk)| {
                let first = u32::try_from(number * part).unwrap_or(u32::MAX);
                scope.spawn(move || -> Vec<Link> {
                    (first..).zip(chunk).flat_map(|(a, profile)| score(a, profile)).collect()
                })
            })
            .collect();
        let join = |worker: thread::ScopedJoinHandle<'_, Vec<Link>>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        workers.into_iter().flat_map(join).collect()
    });
    links.sort_by(best_first);
    links
}

/// The best first; equally good ones in the order of their records, so that every run answers the same.
fn best_first(one: &Link, other: &Link) -> std::cmp::Ordering {
    other.score.total_cmp(&one.score).then((one.a, one.b).cmp(&(other.a, other.b)))
}

/// The links of which every record has at most one, the best first: for lists that have each business once.
/// `links` are in the order of [`between`].
#[must_use]
pub fn one_to_one(links: &[Link]) -> Vec<Link> {
    let (mut left, mut right) = (HashMap::new(), HashMap::new());
    let mut kept = Vec::new();
    for link in links {
        if !left.contains_key(&link.a) && !right.contains_key(&link.b) {
            left.insert(link.a, ());
            right.insert(link.b, ());
            kept.push(*link);
        }
    }
    kept
}

/// Groups of records of one business, each ascending, in the order of their first records; records alone are left
/// out. `links` are in the order of [`within`]. Two groups become one only if no record of the one is surely
/// another business than a record of the other: `score` says how likely they are the same, and less than `never`
/// is surely not. So a switchboard's number does not chain a hotel's restaurants to each other.
#[must_use]
pub fn groups(links: &[Link], never: f64, score: impl Fn(u32, u32) -> f64) -> Vec<Vec<u32>> {
    let mut group_of: HashMap<u32, usize> = HashMap::new();
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for link in links {
        let mut group = |record: u32| {
            *group_of.entry(record).or_insert_with(|| {
                groups.push(vec![record]);
                groups.len() - 1
            })
        };
        let (one, other) = (group(link.a), group(link.b));
        if one == other || groups[one].len() + groups[other].len() > LARGEST_GROUP {
            continue;
        }
        let pairs = groups[one].iter().flat_map(|a| groups[other].iter().map(move |b| (*a, *b)));
        if pairs.filter(|pair| *pair != (link.a, link.b)).any(|(a, b)| score(a, b) < never) {
            continue;
        }
        let moved = std::mem::take(&mut groups[other]);
        for record in &moved {
            group_of.insert(*record, one);
        }
        groups[one].extend(moved);
    }
    groups.retain(|group| group.len() > 1);
    groups.iter_mut().for_each(|group| group.sort_unstable());
    groups.sort_unstable();
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::{Description, Frequencies};

    fn link(a: u32, b: u32, score: f64) -> Link {
        Link { a, b, score }
    }

    #[test]
    fn each_record_has_the_best_of_its_links() {
        let links = [link(0, 0, 0.99), link(1, 0, 0.95), link(1, 1, 0.9), link(0, 1, 0.8)];
        assert_eq!(one_to_one(&links), [links[0], links[2]]);
    }

    #[test]
    fn groups_grow_along_links_but_not_over_a_surely_different_record() {
        let links = [link(0, 1, 0.99), link(1, 2, 0.95), link(3, 4, 0.9)];
        assert_eq!(groups(&links, 0.2, |_, _| 0.5), [vec![0, 1, 2], vec![3, 4]]);
        let apart = |a: u32, b: u32| if a.min(b) == 0 && a.max(b) == 2 { 0.1 } else { 0.9 };
        assert_eq!(groups(&links, 0.2, apart), [vec![0, 1], vec![3, 4]]);
    }

    #[test]
    fn pairs_are_found_between_and_within_lists() {
        let profile = |name, phone| {
            let street = Some("12 Main St");
            Profile::new(&Description {
                name,
                phones: vec![phone],
                street,
                city: Some("Freehold"),
                country: Some("US"),
                ..Description::default()
            })
        };
        let left = [profile("Zebra Market", "732 462 1234"), profile("Quartz Dental", "732 462 9999")];
        let right = [profile("Nobody", ""), profile("ZEBRA MARKET LLC", "+1 732 462 1234")];
        let matcher = Matcher::new(Frequencies::known());
        let links = between(&left, &right, &matcher, 0.5);
        assert_eq!(links.iter().map(|link| (link.a, link.b)).collect::<Vec<_>>(), [(0, 1)]);
        let all = [left, right].concat();
        let links = within(&all, &matcher, 0.5);
        assert_eq!(links.iter().map(|link| (link.a, link.b)).collect::<Vec<_>>(), [(0, 3)]);
        assert!(between(&[], &all, &matcher, 0.5).is_empty() && within(&[], &matcher, 0.5).is_empty());
    }
}
