//! Rows in columns, as a terminal shows them.

/// The rows under their header, each column as wide as its widest cell, two blanks between columns.
pub(crate) fn render<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    let header = header.map(str::to_owned);
    let width = |column: usize| {
        rows.iter().chain([&header]).map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let line: Vec<String> = cells.collect();
        line.join("  ").trim_end().to_owned() + "\n"
    };
    std::iter::once(&header).chain(rows).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["1".to_owned(), "käärme".to_owned()], ["100".to_owned(), String::new()]];
        assert_eq!(render(["ID", "NAME"], &rows), "ID   NAME\n1    käärme\n100\n");
    }
}
