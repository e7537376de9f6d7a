//! Contact pages as files, with what is true of each, for what reads pages without a network.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::grow::{self, MarkedPage};

/// Writes so many pages of the seed into the folder as HTML files, and `gold.json`, which has the values of each file by kind,
/// as people mark them in pages of others. What lies there already is written over.
pub(crate) fn write(seed: u64, count: usize, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
    let mut gold = Map::new();
    for (number, page) in grow::pages(seed, count).iter().enumerate() {
        let name = format!("page-{number:04}.html");
        let file = folder.join(&name);
        fs::write(&file, &page.html).with_context(|| format!("failed to write {}", file.display()))?;
        gold.insert(name, marks(page));
    }
    let file = folder.join("gold.json");
    fs::write(&file, Value::Object(gold).to_string())
        .with_context(|| format!("failed to write {}", file.display()))
}

fn marks(page: &MarkedPage) -> Value {
    let facts = &page.facts;
    let emails: Vec<&str> = facts.emails.iter().map(|(address, _)| address.as_str()).collect();
    let (names, roles): (Vec<&str>, Vec<&str>) =
        facts.people.iter().map(|(name, role)| (name.as_str(), role.as_str())).unzip();
    json!({
        "email": emails, "tel": facts.phones, "fax": facts.faxes, "zipcode": facts.postal_codes,
        "street": [page.street], "city": [page.city], "per": names, "func": roles,
    })
}

#[cfg(test)]
mod tests {
    use extraction::{Page, extract};

    use super::*;
    use crate::score::Score;

    #[test]
    fn pages_are_as_long_as_real_ones_and_say_what_is_marked() {
        let pages = grow::pages(1, 120);
        let bytes: usize = pages.iter().map(|page| page.html.len()).sum();
        assert!((20_000..45_000).contains(&(bytes / pages.len())), "{}", bytes / pages.len());
        let mut score = Score::default();
        for page in &pages {
            let url = url::Url::parse("http://acme.example/").unwrap();
            let findings = extract(&Page { url, html: page.html.clone() }, None);
            score += Score::of(&page.city, &page.facts, &findings);
        }
        assert_eq!(score.differences, Vec::<String>::new());
    }

    #[test]
    fn files_and_marks_belong_together_and_a_seed_decides_them() {
        let folders = [(), ()].map(|()| tempfile::tempdir().unwrap());
        for folder in &folders {
            write(7, 3, folder.path()).unwrap();
        }
        let read = |name: &str| folders.each_ref().map(|folder| fs::read(folder.path().join(name)).unwrap());
        for name in ["gold.json", "page-0000.html", "page-0002.html"] {
            let [one, other] = read(name);
            assert_eq!(one, other, "{name}");
        }
        let gold: Value = serde_json::from_slice(&read("gold.json")[0]).unwrap();
        let page = String::from_utf8(read("page-0001.html")[0].clone()).unwrap();
        let marked = &gold["page-0001.html"];
        assert_eq!(gold.as_object().unwrap().len(), 3);
        assert!(page.contains(marked["street"][0].as_str().unwrap()), "{marked}");
    }
}
