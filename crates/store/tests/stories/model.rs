//! Random lists, compared with a plain model in memory: both databases answer as it does, and so as each
//! other.

use std::cmp::Ordering;

use contract::{Business, BusinessQuery, BusinessSort, SortKey};
use store::test_support::TestStore;

use crate::support::*;

const CITIES: &[&str] = &["Oulu", "oulu", "Turku", "Åbo", "Ii"];
const WORDS: &[&str] = &["Red", "Réd", "Blue", "Ox", "Oxen", "Bar"];
const KINDS: &[&str] = &["cafe", "bar", "shop"];
const KEYS: &[SortKey] = SortKey::ALL;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }

    fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    /// Something in one of so many cases.
    fn rarely<T>(&mut self, cases: usize, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(cases) == 0).then(|| make(self))
    }
}

fn row(random: &mut Random) -> store::NewBusiness {
    let name = format!("{} {}", random.pick(WORDS), random.pick(WORDS));
    with(&name, |row| {
        row.city = random.rarely(2, |random| random.pick(CITIES).to_owned());
        row.category = random.rarely(2, |random| random.pick(KINDS).to_owned());
        row.email = random.rarely(2, |_| "a@example.org".to_owned());
        row.chain = random.below(3) == 0;
        if random.below(5) > 0 {
            row.latitude = Some(60.0 + random.below(40) as f64 / 100.0);
            row.longitude = Some(24.0 + random.below(40) as f64 / 100.0);
        }
    })
}

fn question(random: &mut Random) -> BusinessQuery {
    let near = random.rarely(3, |random| point(60.0 + random.below(4) as f64 / 10.0, 24.2));
    let mut keys: Vec<(SortKey, bool)> = Vec::new();
    for _ in 0..random.below(4) {
        let key = random.pick(KEYS);
        let usable = near.is_some() || key != SortKey::Distance;
        if usable && keys.iter().all(|(known, _)| *known != key) {
            keys.push((key, random.below(2) == 0));
        }
    }
    BusinessQuery {
        sort: Some(BusinessSort(keys)).filter(|sort| !sort.0.is_empty()),
        limit: Some(7),
        search: random
            .rarely(3, |random| format!("{} {}", random.pick(WORDS), random.pick(&["O", "r", "b"]))),
        city: random.rarely(4, |random| random.pick(CITIES).to_owned()),
        category: random.rarely(4, |random| random.pick(KINDS).to_owned()),
        has_email: random.rarely(4, |random| random.below(2) == 0),
        chain: random.rarely(4, |random| random.below(2) == 0),
        radius_km: near.and_then(|_| random.rarely(2, |random| 1.0 + random.below(30) as f64)),
        near,
        bbox: random.rarely(5, |_| "24.1,60.1,24.3,60.3".parse().unwrap()),
        ..BusinessQuery::default()
    }
}

fn plain(text: &str) -> String {
    text.to_lowercase().replace('é', "e").replace('å', "a")
}

fn km(query: &BusinessQuery, row: &Business) -> f64 {
    query.near.zip(row.location()).map_or(f64::INFINITY, |(centre, place)| centre.distance_km(place))
}

fn answers(query: &BusinessQuery, row: &Business) -> bool {
    let words: Vec<_> = [Some(&row.name), row.city.as_ref(), row.category.as_ref()]
        .into_iter()
        .flatten()
        .flat_map(|text| plain(text).split(' ').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let found = query.search.as_deref().is_none_or(|search| {
        let search = plain(search);
        let (whole, last) = search.split_once(' ').unwrap();
        words.iter().any(|word| word == whole) && words.iter().any(|word| word.starts_with(last))
    });
    let city = |row: &Business| row.city.as_deref().map(plain);
    found
        && query.city.as_deref().is_none_or(|wanted| city(row) == Some(plain(wanted)))
        && query.category.as_ref().is_none_or(|wanted| row.category.as_ref() == Some(wanted))
        && query.has_email.is_none_or(|wanted| row.email.is_some() == wanted)
        && query.chain.is_none_or(|wanted| row.chain == wanted)
        && query.radius_km.is_none_or(|radius| km(query, row) <= radius)
        && query.bbox.is_none_or(|bbox| row.location().is_some_and(|place| bbox.contains(place)))
}

fn order(query: &BusinessQuery, a: &Business, b: &Business) -> Ordering {
    let missing_last = |text: Option<&String>| (text.is_none(), text.map(|text| plain(text)));
    let mut order = Ordering::Equal;
    for (key, descending) in query.sort_or_default().0 {
        let by_key = match key {
            SortKey::Name => plain(&a.name).cmp(&plain(&b.name)),
            SortKey::City => missing_last(a.city.as_ref()).cmp(&missing_last(b.city.as_ref())),
            SortKey::Category => missing_last(a.category.as_ref()).cmp(&missing_last(b.category.as_ref())),
            SortKey::CreatedAt => a.created_at.cmp(&b.created_at),
            SortKey::UpdatedAt => a.updated_at.cmp(&b.updated_at),
            SortKey::Distance => km(query, a).total_cmp(&km(query, b)),
        };
        order = order.then(if descending { by_key.reverse() } else { by_key });
    }
    order.then(a.id.cmp(&b.id))
}

async fn random_lists_agree_with_a_plain_model(db: TestStore) {
    let mut random = Random(2026);
    let mut rows = Vec::new();
    for second in 0..12 {
        let batch = (0..20).map(|_| row(&mut random)).collect();
        rows.extend(insert_at(db.store(), at(second), batch).await);
    }
    let mut answered = 0;
    for _ in 0..150 {
        let query = question(&mut random);
        query.validate().unwrap();
        let mut expect: Vec<_> = rows.iter().filter(|row| answers(&query, row)).collect();
        expect.sort_by(|a, b| order(&query, a, b));
        let expect: Vec<_> = expect.iter().map(|row| row.id).collect();
        answered += expect.len();

        let mut found = Vec::new();
        let mut next = BusinessQuery { cursor: None, ..query.clone() };
        loop {
            let page = db.store().list_businesses(&next).await.unwrap();
            assert_eq!(page.meta.total, expect.len() as u64, "{query:?}");
            found.extend(page.data.iter().map(|row| row.id));
            match page.meta.next_cursor {
                Some(cursor) => next.cursor = Some(cursor),
                None => break,
            }
        }
        assert_eq!(found, expect, "{query:?}");
        let second = BusinessQuery { page: Some(2), ..query.clone() };
        let second: Vec<_> =
            db.store().list_businesses(&second).await.unwrap().data.iter().map(|row| row.id).collect();
        let beyond = expect.iter().skip(7).take(7).copied().collect::<Vec<_>>();
        assert_eq!(second, beyond, "{query:?}");
    }
    assert!(answered > 2000, "the questions are not all in vain: {answered} rows");
}

store::stories!(random_lists_agree_with_a_plain_model);
