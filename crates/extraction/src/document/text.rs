//! The text that a reader sees: blocks on lines of their own, table cells apart by tabs, every other space one blank.

use super::entities;
use super::style::{Place, Styles};
use super::tag::{Kind, Tag};
use super::tree::{NodeId, Tree};

/// Visible text.
#[derive(Debug, Default)]
pub(crate) struct Text {
    text: String,
}

/// An element that is not yet at its end.
struct Open {
    id: NodeId,
    end: NodeId,
    kind: Kind,
    /// Where its text starts, if that is to be turned around.
    reversed_from: Option<usize>,
}

impl Text {
    pub(crate) fn of(tree: &Tree<'_>, styles: &Styles<'_>) -> Self {
        let mut text = Self::default();
        let mut open: Vec<Open> = Vec::new();
        let mut pre = 0_usize;
        let mut id = 0;
        while id < tree.len() {
            while let Some(ended) = open.pop_if(|element| element.end <= id) {
                pre -= usize::from(tree.tag(ended.id) == Tag::Pre);
                text.close(tree, styles, &ended);
            }
            let tag = tree.tag(id);
            if tag == Tag::Text {
                text.append(&entities::decoded(tree.source(id)), pre > 0);
                id += 1;
                continue;
            }
            let effect = styles.effect(tree, id);
            if tag.kind() == Kind::Hidden || effect.hidden {
                id = tree.node(id).end;
                continue;
            }
            text.open(tree, styles, id);
            pre += usize::from(tag == Tag::Pre);
            let turned = || open.iter().any(|element| element.reversed_from.is_some());
            let reversed_from = (effect.reversed && !turned()).then_some(text.text.len());
            open.push(Open { id, end: tree.node(id).end, kind: tag.kind(), reversed_from });
            id += 1;
        }
        while let Some(ended) = open.pop() {
            text.close(tree, styles, &ended);
        }
        text
    }

    fn open(&mut self, tree: &Tree<'_>, styles: &Styles<'_>, id: NodeId) {
        match tree.tag(id).kind() {
            Kind::Block => self.break_line(),
            Kind::Cell => self.break_cell(),
            Kind::Inline | Kind::Hidden => {}
        }
        if let Some(content) = styles.generated(tree, id, Place::Before) {
            self.append(&content, false);
        }
        if tree.tag(id) == Tag::Img
            && let Some(alt) = tree.attribute(id, "alt")
            && alt.contains('@')
        {
            self.append(&alt, false);
        }
    }

    fn close(&mut self, tree: &Tree<'_>, styles: &Styles<'_>, element: &Open) {
        if let Some(content) = styles.generated(tree, element.id, Place::After) {
            self.append(&content, false);
        }
        if let Some(from) = element.reversed_from.filter(|from| *from < self.text.len()) {
            let turned: String = self.text[from..].chars().rev().collect();
            self.text.replace_range(from.., &turned);
        }
        if element.kind == Kind::Block {
            self.break_line();
        }
    }

    fn break_line(&mut self) {
        self.trim_end();
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn break_cell(&mut self) {
        self.trim_end();
        if !self.text.is_empty() && !self.text.ends_with(['\n', '\t']) {
            self.text.push('\t');
        }
    }

    fn trim_end(&mut self) {
        while self.text.ends_with([' ', '\t']) {
            self.text.pop();
        }
    }

    fn append(&mut self, text: &str, keeps_lines: bool) {
        let mut override_from = None;
        for c in text.chars() {
            match c {
                '\n' if keeps_lines => self.break_line(),
                // Not seen, and put into addresses to hide them.
                '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {}
                '\u{202e}' => override_from = Some(self.text.len()),
                '\u{202a}'..='\u{202d}' => self.turn_around(override_from.take()),
                _ if c.is_whitespace() => {
                    if !self.text.is_empty() && !self.text.ends_with([' ', '\n', '\t']) {
                        self.text.push(' ');
                    }
                }
                // Full-width forms are read like the narrow ones.
                '\u{ff01}'..='\u{ff5e}' => {
                    let narrow = char::from_u32(u32::from(c) - 0xfee0);
                    self.text.push(narrow.unwrap_or(c));
                }
                _ => self.text.push(c),
            }
        }
        self.turn_around(override_from);
    }

    fn turn_around(&mut self, from: Option<usize>) {
        if let Some(from) = from {
            let turned: String = self.text[from..].chars().rev().collect();
            self.text.replace_range(from.., &turned);
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The lines, each with where it starts.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let start = self.text.as_ptr() as usize;
        self.text.lines().map(move |line| (line.as_ptr() as usize - start, line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(html: &str) -> String {
        let tree = Tree::parse(html);
        let styles = Styles::of(&tree);
        Text::of(&tree, &styles).as_str().trim().to_owned()
    }

    #[test]
    fn blocks_cells_and_spaces_are_laid_out() {
        let check = |html: &str, expect: &str| assert_eq!(seen(html), expect, "{html}");
        check("<p>a <b> b</b>\n c</p><p>d", "a b c\nd");
        check("<table><tr><td>Phone<td>1<tr><td>Fax<td>2</table>", "Phone\t1\nFax\t2");
        check("a<br>b<hr>c", "a\nb\nc");
        check("<pre>a\nb</pre>c", "a\nb\nc");
        check("a&nbsp;&ensp;b&#8203;c&shy;d", "a bcd");
        check("ｉｎｆｏ＠ａｃｍｅ．ｃｏｍ", "info@acme.com");
    }

    #[test]
    fn what_is_not_seen_is_left_out() {
        let check = |html: &str, expect: &str| assert_eq!(seen(html), expect, "{html}");
        check("<title>t</title><script>x</script><style>y</style>a", "a");
        check("a<span style='display: none'>no</span>b<i hidden>no</i>c", "abc");
        check("<style>.no{color:red;display:none !important}</style>a<b class='x no'>no</b>b", "ab");
        check("<style>.tab{display:none}</style><div class=tab>opened by a click</div>", "opened by a click");
        check("in<b style='opacity:0'>no</b><i style='opacity: 0.0;color:red'>no</i>fo", "info");
        check("in<b style='font-size:0em'>no</b><i style='font-size: 0 !important'>no</i>fo", "info");
        check("in<b style='position:absolute;left:-9999px'>no</b>fo", "info");
        check("<style>.no{top: -999em;position:fixed}</style>in<b class=no>no</b>fo", "info");
        check("<style>@media print{.no{display:none}}</style><b class=no>a</b>", "a");
        check("<template>no</template><svg><text>no</text></svg>a", "a");
    }

    #[test]
    fn what_is_faded_or_moved_in_is_seen() {
        let check = |html: &str, expect: &str| assert_eq!(seen(html), expect, "{html}");
        check("<div style='opacity:0'>faded in</div>", "faded in");
        check("<ul style='position:absolute;left:-999em'><li>menu</ul>", "menu");
        check("a<x-fade style='opacity:0'>b</x-fade>", "ab");
        check("<style>.f{opacity:0}</style>a<a class=f><b>b</b><i>c</i></a>", "abc");
        check("a<b style='opacity:0.5'>b</b>", "ab");
        check("a<b style='position:relative;left:-9999px'>b</b>", "ab");
        check("a<b style='position:absolute;left:-15px'>b</b>", "ab");
        check("a<b style='font-size:0.8em'>b</b>", "ab");
    }

    #[test]
    fn what_is_turned_around_is_turned_back() {
        let check = |html: &str, expect: &str| assert_eq!(seen(html), expect, "{html}");
        let rule = "unicode-bidi:bidi-override; direction: rtl";
        check(&format!("<b style='{rule}'>moc.emca@ofni</b>!"), "info@acme.com!");
        check(&format!("<style>span.r{{{rule}}}</style><span class=r>moc.emca@ofni</span>"), "info@acme.com");
        check("<bdo dir=rtl>moc.emca@ofni</bdo>", "info@acme.com");
        check("&#x202e;moc.emca@ofni&#x202c; x", "info@acme.com x");
    }

    #[test]
    fn generated_content_is_read() {
        let css = ".e:before{content:attr(data-a)} .e::after{content:'\\0040 acme.com'}";
        assert_eq!(seen(&format!("<style>{css}</style><b class=e data-a=in>fo</b>")), "info@acme.com");
    }
}
