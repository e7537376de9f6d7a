//! Sites from a seed: the same seed, the same sites.

mod charset;
mod draft;
mod filler;
mod identity;
mod manners;
mod outcomes;
mod subdomains;
mod troubles;
mod ways;

use std::net::SocketAddr;

use fastrand::Rng;

use self::charset::CHARSETS;
use self::draft::{Draft, LAYOUTS};
use self::ways::WAYS;
use crate::site::{Facts, Site};

/// A name of the socket that nobody may reach.
pub(crate) const FORBIDDEN_NAME: &str = "intranet.farm.example";
/// A name of a private address.
pub(crate) const PRIVATE_NAME: &str = "printer.farm.example";
/// A name of the address at which clouds tell their secrets.
pub(crate) const METADATA_NAME: &str = "metadata.farm.example";
/// What names of hosts begin with that are in the network of whoever reads them.
pub(crate) const INSIDE: &str = "contact-inside.";
/// What names begin with that nobody has.
pub(crate) const NOBODYS_NAME: &str = "nobody-has-this-";

/// Something that sets a site apart from a plain one.
struct Special {
    name: &'static str,
    apply: fn(&mut Draft),
}

const fn special(name: &'static str, apply: fn(&mut Draft)) -> Special {
    Special { name, apply }
}

/// All that sets a site apart.
fn specials() -> impl Iterator<Item = &'static Special> {
    manners::ALL.iter().chain(subdomains::ALL).chain(troubles::ALL).chain(outcomes::ALL)
}

/// Sites of which nothing is special, for each round through what is special.
const PLAIN: usize = 16;

/// Deals what it has in an order of the seed, everything once before anything again.
struct Deck {
    order: Vec<usize>,
    size: usize,
}

impl Deck {
    fn of(size: usize) -> Self {
        Self { order: Vec::new(), size }
    }

    fn deal(&mut self, rng: &mut Rng) -> usize {
        if self.order.is_empty() {
            self.order = (0..self.size).collect();
            rng.shuffle(&mut self.order);
        }
        self.order.pop().unwrap_or_default()
    }
}

/// That many sites of the seed. `forbidden` is a socket that some of them lead to and nobody may reach.
pub(crate) fn sites(seed: u64, count: usize, forbidden: SocketAddr) -> Vec<Site> {
    let mut rng = Rng::with_seed(seed);
    let specials: Vec<&Special> = specials().collect();
    let mut kinds = Deck::of(specials.len() + PLAIN);
    let (mut ways, mut charsets, mut layouts) =
        (Deck::of(WAYS.len()), Deck::of(CHARSETS.len()), Deck::of(LAYOUTS.len()));
    let mut grown = Vec::with_capacity(count);
    for index in 0..count {
        let special = specials.get(kinds.deal(&mut rng));
        let way = &WAYS[ways.deal(&mut rng)];
        let charset = &CHARSETS[charsets.deal(&mut rng)];
        let layout = LAYOUTS[layouts.deal(&mut rng)];
        let identity = identity::Identity::invent(&mut rng, index);
        let mut draft = Draft::new(index, identity, charset, forbidden);
        layout(&mut draft, way, &mut rng);
        if let Some(special) = special {
            (special.apply)(&mut draft);
        }
        let kind = special.map_or("plain", |special| special.name);
        grown.push(draft.finish(&format!("{kind}, {}", way.name)));
    }
    grown
}

/// A page with what it says.
#[derive(Clone, Debug)]
pub(crate) struct MarkedPage {
    pub(crate) html: String,
    pub(crate) facts: Facts,
    pub(crate) street: String,
    pub(crate) city: String,
}

/// That many contact pages of the seed, each of another business and as long as real ones, in UTF-8.
pub(crate) fn pages(seed: u64, count: usize) -> Vec<MarkedPage> {
    let mut rng = Rng::with_seed(seed);
    let mut ways = Deck::of(WAYS.len());
    let page = |index| {
        let way = &WAYS[ways.deal(&mut rng)];
        draft::marked_page(index, way, &mut rng)
    };
    (0..count).map(page).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(seed: u64) -> Vec<String> {
        let sites = sites(seed, 60, "127.0.0.1:9".parse().unwrap());
        sites
            .iter()
            .map(|site| {
                let mut answers: Vec<_> = site
                    .hosts
                    .iter()
                    .flat_map(|host| host.answers.iter().map(|(path, answer)| format!("{path}{answer:?}")))
                    .collect();
                answers.sort_unstable();
                format!("{} {:?} {:?} {answers:?}", site.kind, site.website, site.truth)
            })
            .collect()
    }

    #[test]
    fn a_seed_decides_everything() {
        assert_eq!(shown(7), shown(7));
        assert_ne!(shown(7), shown(8));
    }

    #[test]
    fn no_two_sites_have_a_name_in_common() {
        let sites = sites(1, 600, "127.0.0.1:9".parse().unwrap());
        let mut names: Vec<_> = sites.iter().flat_map(|site| &site.hosts).map(|host| &host.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn every_special_and_every_way_is_grown() {
        let sites = sites(3, 300, "127.0.0.1:9".parse().unwrap());
        let kinds: Vec<&str> = sites.iter().map(|site| site.kind.as_str()).collect();
        for name in specials().map(|special| special.name).chain(WAYS.iter().map(|way| way.name)) {
            assert!(kinds.iter().any(|kind| kind.contains(name)), "{name}");
        }
    }
}
