//! Reads `data/categories.psv`, once.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words::spelling;
use crate::text::fold;

/// A canonical category: what a business does, whatever words a source has for it.
#[derive(Debug, PartialEq, Eq)]
pub struct Category {
    /// Lower-case words joined by underscores; never changes once published.
    pub slug: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// Slug of the group that it belongs to, such as `food`.
    pub industry: &'static str,
    /// Name of that group for people.
    pub industry_label: &'static str,
    /// Other words for it.
    pub synonyms: Vec<&'static str>,
    /// OpenStreetMap tags, each a combination of one or more `key=value`.
    pub osm: Vec<Vec<(&'static str, &'static str)>>,
    /// Overture ids; those ending or beginning in `*` stand for all that begin or end like them.
    pub overture: Vec<&'static str>,
}

/// Everything that is looked up in the categories.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) categories: Vec<Category>,
    /// Slugs, labels and synonyms, in the spelling that compares them.
    pub(super) spellings: HashMap<String, usize>,
    /// Every way to say a category: its text as written, folded, and the category.
    pub(super) phrases: Vec<Phrase>,
    /// Single tags.
    pub(super) tags: HashMap<(&'static str, &'static str), usize>,
    /// Combinations of tags, those with more parts first.
    pub(super) combinations: Vec<(Vec<(&'static str, &'static str)>, usize)>,
    /// The keys that occur in `tags`.
    pub(super) overture: HashMap<&'static str, usize>,
    /// `_restaurant` of `*_restaurant`.
    pub(super) overture_endings: Vec<(&'static str, usize)>,
    /// `b2b_` of `b2b_*`.
    pub(super) overture_beginnings: Vec<(&'static str, usize)>,
}

#[derive(Debug)]
pub(super) struct Phrase {
    pub(super) text: &'static str,
    pub(super) folded: String,
    pub(super) category: usize,
    /// It is the category's label, not a synonym.
    pub(super) is_label: bool,
}

pub(super) static TABLES: LazyLock<Tables> =
    LazyLock::new(|| Tables::new(parse(include_str!("../../data/categories.psv"))));

fn parse(text: &'static str) -> Vec<Category> {
    let mut industry = ("", "");
    let mut categories = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some((slug, label)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            industry = (slug, label.trim());
        } else {
            categories.push(parse_category(line, industry));
        }
    }
    categories
}

fn parse_category(line: &'static str, industry: (&'static str, &'static str)) -> Category {
    let mut columns = line.split(" | ").map(str::trim);
    let mut column = || columns.next().unwrap_or_default();
    Category {
        slug: column(),
        label: column(),
        industry: industry.0,
        industry_label: industry.1,
        synonyms: list(column()).collect(),
        osm: list(column()).flat_map(parse_tags).collect(),
        overture: list(column()).collect(),
    }
}

fn list(column: &'static str) -> impl Iterator<Item = &'static str> {
    column.split(';').map(str::trim).filter(|item| !item.is_empty())
}

/// `shop=hat,hats` is two tags; `a=b+c=d` is one combination.
fn parse_tags(item: &'static str) -> Vec<Vec<(&'static str, &'static str)>> {
    let tag = |text: &'static str| text.split_once('=').unwrap_or((text, ""));
    if item.contains('+') {
        return vec![item.split('+').map(tag).collect()];
    }
    let (key, values) = tag(item);
    values.split(',').map(|value| vec![(key, value)]).collect()
}

impl Tables {
    fn new(categories: Vec<Category>) -> Self {
        let mut tables = Self {
            spellings: HashMap::new(),
            phrases: Vec::new(),
            tags: HashMap::new(),
            combinations: Vec::new(),
            overture: HashMap::new(),
            overture_endings: Vec::new(),
            overture_beginnings: Vec::new(),
            categories: Vec::new(),
        };
        for (index, category) in categories.iter().enumerate() {
            tables.add_words(index, category);
            tables.add_tags(index, category);
            tables.add_overture(index, category);
        }
        tables.combinations.sort_by_key(|(tags, _)| std::cmp::Reverse(tags.len()));
        tables.categories = categories;
        tables
    }

    fn add_words(&mut self, index: usize, category: &Category) {
        self.spellings.insert(spelling(category.slug), index);
        for (text, is_label) in std::iter::once((category.label, true))
            .chain(category.synonyms.iter().map(|synonym| (*synonym, false)))
        {
            self.spellings.insert(spelling(text), index);
            self.phrases.push(Phrase { text, folded: fold(text), category: index, is_label });
        }
    }

    fn add_tags(&mut self, index: usize, category: &Category) {
        for tags in &category.osm {
            match tags.as_slice() {
                [tag] => {
                    self.tags.insert(*tag, index);
                }
                _ => self.combinations.push((tags.clone(), index)),
            }
        }
    }

    fn add_overture(&mut self, index: usize, category: &Category) {
        for id in &category.overture {
            if let Some(ending) = id.strip_prefix('*') {
                self.overture_endings.push((ending, index));
            } else if let Some(beginning) = id.strip_suffix('*') {
                self.overture_beginnings.push((beginning, index));
            } else {
                self.overture.insert(id, index);
            }
        }
    }
}
