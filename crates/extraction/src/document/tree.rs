//! The tree of a page: one list of nodes in document order, each with its parent and the end of its subtree, so that
//! every walk is a loop. Tags are closed where browsers close them; mistakes never fail.

use std::borrow::Cow;

use super::entities;
use super::tag::{Kind, Tag};
use super::tokens::{Token, Tokens, attributes};

/// Index of a node.
pub(crate) type NodeId = usize;

/// Nodes that are read from one page.
const MAX_NODES: usize = 200_000;
/// Attributes that are read from one page.
const MAX_ATTRIBUTES: usize = 200_000;
/// Elements inside of each other; what is nested deeper is read as if side by side.
const MAX_DEPTH: usize = 256;

/// An element or a text.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) tag: Tag,
    /// The name of an element as it is written, or the text of a text.
    source: &'a str,
    pub(crate) parent: NodeId,
    /// One past the last node inside.
    pub(crate) end: NodeId,
    attributes: (u32, u32),
}

/// The nodes of a page.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    attributes: Vec<(&'a str, &'a str)>,
    /// What was left out, for people.
    pub(crate) notices: Vec<String>,
}

impl<'a> Tree<'a> {
    pub(crate) fn parse(html: &'a str) -> Self {
        let mut builder = Builder::default();
        let mut tokens = Tokens::new(html);
        while let Some(token) = tokens.next() {
            builder.take(token);
            if builder.nodes.len() >= MAX_NODES || builder.attributes.len() >= MAX_ATTRIBUTES {
                let (read, all) = (tokens.position(), html.len());
                builder.notices.push(format!(
                    "the page has more than {MAX_NODES} tags, texts or attributes; the first {read} of its {all} bytes were read"
                ));
                break;
            }
        }
        builder.finish()
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id]
    }

    pub(crate) fn tag(&self, id: NodeId) -> Tag {
        self.nodes[id].tag
    }

    /// Every element, in document order.
    pub(crate) fn elements(&self) -> impl Iterator<Item = NodeId> + '_ {
        (0..self.nodes.len()).filter(move |id| self.nodes[*id].tag != Tag::Text)
    }

    /// Elements with that tag, in document order.
    pub(crate) fn with_tag(&self, tag: Tag) -> impl Iterator<Item = NodeId> + '_ {
        (0..self.nodes.len()).filter(move |id| self.nodes[*id].tag == tag)
    }

    /// The name of an element as it is written.
    pub(crate) fn name(&self, id: NodeId) -> &'a str {
        self.nodes[id].source
    }

    /// The text of a text node as it is written.
    pub(crate) fn source(&self, id: NodeId) -> &'a str {
        self.nodes[id].source
    }

    /// Attributes of an element: names and values as they are written.
    pub(crate) fn raw_attributes(&self, id: NodeId) -> &[(&'a str, &'a str)] {
        let (from, to) = self.nodes[id].attributes;
        &self.attributes[from as usize..to as usize]
    }

    /// An attribute's value, its character references replaced.
    pub(crate) fn attribute(&self, id: NodeId, name: &str) -> Option<Cow<'a, str>> {
        let found = self.raw_attributes(id).iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(entities::decoded(found.1))
    }

    /// The nodes inside of an element, in document order.
    pub(crate) fn inside(&self, id: NodeId) -> std::ops::Range<NodeId> {
        id + 1..self.nodes[id].end
    }

    /// The elements around a node, the nearest first.
    pub(crate) fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let above = move |id: NodeId| (id != 0).then(|| self.nodes[id].parent);
        std::iter::successors(above(id), move |id| above(*id))
    }

    /// All text inside of an element, hidden or not, as it is written but for character references.
    pub(crate) fn text_inside(&self, id: NodeId) -> String {
        let texts = self.inside(id).filter(|id| self.nodes[*id].tag == Tag::Text);
        texts.map(|id| entities::decoded(self.source(id))).collect()
    }
}

#[derive(Debug, Default)]
struct Builder<'a> {
    nodes: Vec<Node<'a>>,
    attributes: Vec<(&'a str, &'a str)>,
    open: Vec<NodeId>,
    notices: Vec<String>,
    too_deep: bool,
}

impl<'a> Builder<'a> {
    fn take(&mut self, token: Token<'a>) {
        if self.nodes.is_empty() {
            // A root of its own, so that every node has a parent.
            self.push(Tag::Root, "", (0, 0));
            self.open.push(0);
        }
        match token {
            Token::Text { text, .. } => {
                self.push(Tag::Text, text, (0, 0));
            }
            Token::Open { name, attributes: inside, closed } => self.open(name, inside, closed),
            Token::Close { name } => self.close(name),
        }
    }

    fn push(&mut self, tag: Tag, source: &'a str, attributes: (u32, u32)) -> NodeId {
        let id = self.nodes.len();
        let parent = self.open.last().copied().unwrap_or(0);
        self.nodes.push(Node { tag, source, parent, end: id + 1, attributes });
        id
    }

    fn open(&mut self, name: &'a str, inside: &'a str, closed: bool) {
        let tag = Tag::named(name);
        self.close_implied(tag);
        let from = self.attributes.len();
        self.attributes.extend(attributes(inside).take(MAX_ATTRIBUTES - from));
        let range = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let id = self.push(tag, name, (range(from), range(self.attributes.len())));
        // A slash closes only what is not HTML; `<div/>` is an open element.
        if tag.is_void() || (closed && tag == Tag::Other) {
            return;
        }
        if self.open.len() < MAX_DEPTH {
            self.open.push(id);
        } else if !self.too_deep {
            self.too_deep = true;
            self.notices.push(format!(
                "the page nests tags more than {MAX_DEPTH} deep; deeper ones were read as if side by side"
            ));
        }
    }

    /// Closes what may not contain the element that opens next.
    fn close_implied(&mut self, tag: Tag) {
        let (closes, up_to): (&[Tag], &[Tag]) = match tag {
            Tag::Li => (&[Tag::Li], &[Tag::Ul, Tag::Ol]),
            Tag::Dt | Tag::Dd => (&[Tag::Dt, Tag::Dd], &[Tag::Dl]),
            Tag::Td | Tag::Th => (&[Tag::Td, Tag::Th], &[Tag::Tr, Tag::Table]),
            Tag::Tr => (&[Tag::Tr], &[Tag::Table]),
            Tag::Option => (&[Tag::Option], &[Tag::Select]),
            Tag::A => (&[Tag::A], &[Tag::Td, Tag::Th, Tag::Table]),
            _ if tag.kind() == Kind::Block => (&[Tag::P], &[Tag::Td, Tag::Th, Tag::Table]),
            _ => return,
        };
        // What is implied stands near; looking far would make a page of open tags expensive.
        let near = self.open.iter().enumerate().rev().take(16);
        for (index, id) in near {
            let open = self.nodes[*id].tag;
            if closes.contains(&open) {
                self.pop_to(index);
                return;
            }
            if up_to.contains(&open) {
                return;
            }
        }
    }

    fn close(&mut self, name: &'a str) {
        let tag = Tag::named(name);
        for (index, id) in self.open.iter().enumerate().rev() {
            let node = &self.nodes[*id];
            let same = node.tag == tag && (tag != Tag::Other || node.source.eq_ignore_ascii_case(name));
            if same && *id != 0 {
                self.pop_to(index);
                return;
            }
            // A stray end tag inside of a cell does not end the table around it.
            let fences = matches!(node.tag, Tag::Td | Tag::Th | Tag::Table);
            if fences && !matches!(tag, Tag::Td | Tag::Th | Tag::Tr | Tag::Table | Tag::Body | Tag::Other) {
                return;
            }
        }
    }

    fn pop_to(&mut self, index: usize) {
        let end = self.nodes.len();
        for id in self.open.drain(index..) {
            self.nodes[id].end = end;
        }
    }

    fn finish(mut self) -> Tree<'a> {
        self.pop_to(0);
        Tree { nodes: self.nodes, attributes: self.attributes, notices: self.notices }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every element with the text inside of it.
    fn shown(html: &str) -> Vec<String> {
        let tree = Tree::parse(html);
        tree.elements().skip(1).map(|id| format!("{}:{}", tree.name(id), tree.text_inside(id))).collect()
    }

    #[test]
    fn elements_end_where_browsers_end_them() {
        let check = |html: &str, expect: &[&str]| assert_eq!(shown(html), expect, "{html}");
        check("<p>a<p>b", &["p:a", "p:b"]);
        check("<ul><li>a<li>b</ul>c", &["ul:ab", "li:a", "li:b"]);
        check(
            "<table><tr><td>a<td>b<tr><td>c</table>",
            &["table:abc", "tr:ab", "td:a", "td:b", "tr:c", "td:c"],
        );
        check("<b>a<i>b</b>c</i>", &["b:ab", "i:b"]);
        check("<td>a</div>b</td>", &["td:ab"]);
        check("<br>a<div/>b", &["br:", "div:b"]);
        check("</p>a", &[]);
        check("<a>x<a>y", &["a:x", "a:y"]);
    }

    #[test]
    fn a_million_open_tags_are_read_in_bounds() {
        let html = "<div>".repeat(1_000_000);
        let tree = Tree::parse(&html);
        assert_eq!(tree.len(), MAX_NODES);
        assert_eq!(tree.notices.len(), 2, "{:?}", tree.notices);
        let deepest = tree.ancestors(tree.len() - 1).count();
        assert!(deepest <= MAX_DEPTH, "{deepest}");
    }

    #[test]
    fn attributes_are_found_whatever_their_case() {
        let tree = Tree::parse("<a HREF='a&amp;b' Title=x>");
        assert_eq!(tree.attribute(1, "href").as_deref(), Some("a&b"));
        assert_eq!(tree.attribute(1, "title").as_deref(), Some("x"));
        assert_eq!(tree.attribute(1, "rel"), None);
    }
}
