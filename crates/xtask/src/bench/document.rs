//! Tables, and the document whose marked sections they replace.

/// The document before the first benchmark.
pub(crate) const EMPTY: &str = "# Benchmarks\n\n\
    Written by `cargo xtask bench`; `cargo xtask bench NAME` repeats one. What stands between a section's markers is \
    replaced, the rest is kept.\n";

/// Figures as text, all rows as long as the heading.
#[derive(Debug, Default)]
pub(crate) struct Table {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
    next: Option<Box<Table>>,
}

impl Table {
    /// A table with the names of its columns.
    pub(crate) fn new<const N: usize>(heading: [&str; N]) -> Self {
        Self { heading: heading.map(str::to_owned).to_vec(), rows: Vec::new(), next: None }
    }

    /// The same with another table below it.
    pub(crate) fn followed_by(mut self, next: Self) -> Self {
        match self.next.take() {
            Some(after) => self.next = Some(Box::new(after.followed_by(next))),
            None => self.next = Some(Box::new(next)),
        }
        self
    }

    /// Adds a row; the first column is its name, figures stand to the right.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// For a document.
    pub(crate) fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let mut rule = vec!["---".to_owned()];
        rule.resize(self.heading.len(), "---:".to_owned());
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        let own = line(&self.heading) + &line(&rule) + &rows;
        self.next.iter().fold(own, |text, next| text + "\n" + &next.markdown())
    }

    /// For a terminal.
    pub(crate) fn plain(&self) -> String {
        let all = || std::iter::once(&self.heading).chain(&self.rows);
        let width = |column: usize| {
            let cells = all().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let cell = |(column, text): (usize, &String)| {
            let width = width(column);
            if column == 0 { format!("{text:<width$}") } else { format!("  {text:>width$}") }
        };
        let own: String =
            all().map(|row| row.iter().enumerate().map(cell).collect::<String>() + "\n").collect();
        self.next.iter().fold(own, |text, next| text + "\n" + &next.plain())
    }
}

/// The document with one section's content replaced, or the section added at the end.
pub(crate) fn with_section(text: &str, name: &str, title: &str, body: &str) -> String {
    let (open, close) = (format!("<!-- bench:{name} -->"), format!("<!-- /bench:{name} -->"));
    let section = format!("{open}\n{}\n{close}", body.trim_end());
    let found = text.split_once(&open).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&close)?;
        Some(format!("{before}{section}{after}"))
    });
    found.unwrap_or_else(|| format!("{}\n\n## {title}\n\n{section}\n", text.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_added_once_and_then_replaced() {
        let first = with_section(EMPTY, "web", "Size", "one\n");
        assert!(first.contains("## Size\n\n<!-- bench:web -->\none\n<!-- /bench:web -->\n"), "{first}");
        let second = with_section(&first, "web", "Size", "two\n");
        assert!(second.contains("two") && !second.contains("one\n"), "{second}");
        assert_eq!(second.matches("## Size").count(), 1);
    }

    #[test]
    fn other_text_is_kept() {
        let text = format!("{EMPTY}\nA remark.\n");
        let text = with_section(&text, "up", "Up", "1");
        let text = with_section(&text, "web", "Web", "2");
        let text = with_section(&text, "up", "Up", "3");
        assert!(text.contains("A remark.") && text.contains("\n3\n") && text.contains("\n2\n"), "{text}");
    }

    #[test]
    fn tables_are_aligned_for_people_and_valid_for_documents() {
        let mut table = Table::new(["step", "time"]);
        table.row(["page".into(), "2 min 05 s".into()]);
        assert_eq!(table.markdown(), "| step | time |\n| --- | ---: |\n| page | 2 min 05 s |\n");
        assert_eq!(table.plain(), "step        time\npage  2 min 05 s\n");
    }

    #[test]
    fn tables_follow_each_other() {
        let table = Table::new(["a"]).followed_by(Table::new(["b"])).followed_by(Table::new(["c"]));
        assert_eq!(table.markdown(), "| a |\n| --- |\n\n| b |\n| --- |\n\n| c |\n| --- |\n");
        assert_eq!(table.plain(), "a\n\nb\n\nc\n");
    }
}
