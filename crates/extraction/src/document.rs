//! A page, parsed once; everything that extracts reads from here.

mod entities;
mod style;
mod tag;
mod text;
mod tokens;
mod tree;

use std::borrow::Cow;

use url::Url;

pub(crate) use entities::decoded;
pub(crate) use tag::{Kind, Tag};
pub(crate) use text::Text;
pub(crate) use tree::{NodeId, Tree};

use style::Styles;

use crate::Page;

/// Bytes of a page that are read.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// A parsed page.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    /// Where the page is.
    pub(crate) url: &'a Url,
    /// Its source as far as it is read.
    pub(crate) html: &'a str,
    pub(crate) tree: Tree<'a>,
    pub(crate) text: Text,
    /// What links are relative to.
    base: Url,
    /// What was left out, for people.
    pub(crate) notices: Vec<String>,
}

impl<'a> Document<'a> {
    pub(crate) fn parse(page: &'a Page) -> Self {
        let mut notices = Vec::new();
        let html = bounded(&page.html, &mut notices);
        let mut tree = Tree::parse(html);
        notices.append(&mut tree.notices);
        let text = Text::of(&tree, &Styles::of(&tree));
        let base = base_of(&tree, &page.url);
        Self { url: &page.url, html, tree, text, base, notices }
    }

    /// Links with a target: the element and its `href`.
    pub(crate) fn links(&self) -> impl Iterator<Item = (NodeId, Cow<'a, str>)> + '_ {
        self.tree.with_tag(Tag::A).filter_map(|id| Some((id, self.tree.attribute(id, "href")?)))
    }

    /// The absolute form of a link.
    pub(crate) fn join(&self, href: &str) -> Option<Url> {
        self.base.join(href.trim()).ok()
    }

    /// The content of `<meta>` with that name or property.
    pub(crate) fn meta(&self, name: &str) -> Option<String> {
        let found = self.tree.with_tag(Tag::Meta).find(|id| {
            ["name", "property", "itemprop"].into_iter().any(|attribute| {
                self.tree.attribute(*id, attribute).is_some_and(|value| value.eq_ignore_ascii_case(name))
            })
        })?;
        let content = self.tree.attribute(found, "content")?.trim().to_owned();
        (!content.is_empty()).then_some(content)
    }

    /// The page's title.
    pub(crate) fn title(&self) -> Option<String> {
        let title = self.tree.with_tag(Tag::Title).next()?;
        Some(self.tree.text_inside(title).split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// What links are relative to.
    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// Whether the source has the word in small letters.
    pub(crate) fn mentions(&self, word: &str) -> bool {
        memchr::memmem::find(self.html.as_bytes(), word.as_bytes()).is_some()
    }

    /// The host of the page without `www.`.
    pub(crate) fn host(&self) -> &str {
        let host = self.url.host_str().unwrap_or_default();
        host.strip_prefix("www.").unwrap_or(host)
    }
}

fn bounded<'a>(html: &'a str, notices: &mut Vec<String>) -> &'a str {
    if html.len() <= MAX_BYTES {
        return html;
    }
    let end = html.floor_char_boundary(MAX_BYTES);
    notices.push(format!("the page is longer than {MAX_BYTES} bytes; the rest was not read"));
    &html[..end]
}

fn base_of(tree: &Tree<'_>, url: &Url) -> Url {
    let base = tree.with_tag(Tag::Void).find(|id| tree.name(*id).eq_ignore_ascii_case("base"));
    let href = base.and_then(|id| tree.attribute(id, "href"));
    href.and_then(|href| url.join(href.trim()).ok()).unwrap_or_else(|| url.clone())
}
