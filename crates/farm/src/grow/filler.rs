//! What stands on pages beside what anybody looks for: menus, paragraphs, styles and scripts, so that pages are as long as
//! real ones and a reader has to go through as much.

use fastrand::Rng;

/// About so many bytes of it make a page of a small business, measured on real ones.
const BYTES: usize = 28_000;
const WORDS: &[&str] = &[
    "service",
    "quality",
    "family",
    "customers",
    "years",
    "local",
    "since",
    "repair",
    "install",
    "project",
    "team",
    "friendly",
    "licensed",
    "insured",
    "estimate",
    "today",
    "schedule",
    "kitchen",
    "bathroom",
    "commercial",
    "residential",
    "emergency",
    "experience",
    "trusted",
    "and",
    "the",
    "our",
    "with",
    "for",
    "your",
    "we",
    "are",
    "proud",
    "to",
    "every",
    "home",
];

/// Before and after the contents of a page.
pub(super) fn around(rng: &mut Rng) -> (String, String) {
    let mut head = String::from("<style>");
    while head.len() < BYTES / 4 {
        let (name, size, shade) = (word(rng), rng.u32(8..64), rng.u32(0..0x00ff_ffff));
        head.push_str(&format!(".{name}-{size}{{margin:{size}px auto;color:#{shade:06x};display:flex}}\n"));
    }
    head.push_str("</style><script>");
    while head.len() < BYTES / 2 {
        let (name, number) = (word(rng), rng.u32(..));
        head.push_str(&format!(
            "window.q=window.q||[];q.push({{key:'{name}',at:{number},on:function(e){{return e}}}});\n"
        ));
    }
    head.push_str("</script>");
    let mut tail = String::from("<ul class='menu'>");
    for _ in 0..30 {
        let (one, other) = (word(rng), word(rng));
        tail.push_str(&format!("<li class='item level-2'><a href='/{one}/{other}/'>{one} {other}</a></li>"));
    }
    tail.push_str("</ul>");
    while tail.len() < BYTES / 2 {
        tail.push_str("<div class='row'><div class='col'><p>");
        for _ in 0..rng.usize(20..60) {
            tail.push_str(word(rng));
            tail.push(' ');
        }
        tail.push_str("</p></div></div>\n");
    }
    (head, tail)
}

fn word(rng: &mut Rng) -> &'static str {
    WORDS[rng.usize(..WORDS.len())]
}
