//! What the columns of a table are taken for, and the form that corrects it.

use contract::import::{ImportColumn, ImportField};
use markup::{Node, view};

use super::{crumbs, table};
use crate::components::form::Refusal;
use crate::components::icon::{Icon, icon};
use crate::components::panel::{page_head, panel};
use crate::content::{ColumnChoice, ImportColumns};
use crate::format;

/// The page of a file of which nobody knows what its columns are.
pub(super) fn assign(name: &str, columns: &ImportColumns) -> Node {
    let title = format!("Import {name}");
    view! {
        {crumbs(true)}
        {page_head(move || title.clone(), Node::nothing())}
        <div class="stack">{panel("columns", "What are the columns?", Node::nothing(), form(columns))}</div>
    }
}

/// The columns with some of their values, and what each is taken for to be chosen.
pub(super) fn form(columns: &ImportColumns) -> Node {
    let error = Refusal(columns.refused.as_ref()).told();
    let rows = columns.columns.iter().enumerate().map(row).collect::<Node>();
    let more = (columns.more > 0).then(|| {
        let (shown, more) = (format::number(ImportColumns::MOST as u64), format::number(columns.more as u64));
        let text = format!(
            "The first {shown} columns are here; {more} more are taken for what their names say. letip import --map takes any."
        );
        view! { <p class="muted">{text}</p> }
    });
    view! {
        <form class="stack assign" method="post" action=columns.action.clone()>
            {error}
            <p class="muted">"A column is taken for what its name says. Choose another field where that is wrong, or leave it out."</p>
            {table("Columns", &["In the file", "For example", "Becomes"], rows)}
            {more}
            <div class="form__actions">
                <button type="submit" class="btn">{icon(Icon::Search)}<span>"Use these columns"</span></button>
                <a class="btn" href="/import">"Choose another file"</a>
            </div>
        </form>
    }
}

fn row((at, column): (usize, &ColumnChoice)) -> Node {
    let name = format!("{}{at}", ColumnChoice::PREFIX);
    let heading = match column.name.as_str() {
        "" => format!("Column {}", at + 1),
        heading => heading.to_owned(),
    };
    let option = |field: Option<ImportField>| {
        let value = field.map_or("", ImportField::as_str);
        view! { <option value=value selected=field == column.field>{label(field)}</option> }
    };
    // Only the column that an export has them in holds records.
    let is_there = |field: &ImportField| *field != ImportField::Sources || column.by_name == Some(*field);
    let fields = ImportField::ALL.iter().copied().filter(is_there).map(Some);
    let options = std::iter::once(None).chain(fields).map(option).collect::<Node>();
    view! {
        <tr>
            <th scope="row"><label for=name.clone()>{heading}</label></th>
            <td class="muted">{column.sample.join(" \u{b7} ")}</td>
            <td><select class="input" id=name.clone() name=name autocomplete="off">{options}</select></td>
        </tr>
    }
}

/// The columns of a table whose meaning is its publisher's.
pub(super) fn list(columns: &[ImportColumn]) -> Node {
    let row = |column: &ImportColumn| {
        let field = match column.field {
            Some(field) => view! { <span>{label(Some(field))}</span> },
            None => view! { <span class="muted">{label(None)}</span> },
        };
        view! { <tr><th scope="row">{column.column.clone()}</th><td>{field}</td></tr> }
    };
    let table = table("Columns", &["In the file", "Becomes"], columns.iter().map(row).collect::<Node>());
    // Wide apart, nobody sees which belong together.
    view! { <div class="pairs">{table}</div> }
}

/// A field as people call it.
fn label(field: Option<ImportField>) -> String {
    match field {
        None => "left out".to_owned(),
        Some(ImportField::SourceId) => "Identifier in the source".to_owned(),
        Some(ImportField::Coordinates) => "Latitude and longitude".to_owned(),
        Some(ImportField::Category) => "Trade".to_owned(),
        Some(ImportField::Email) => "E-mail".to_owned(),
        Some(ImportField::Linkedin) => "LinkedIn".to_owned(),
        Some(ImportField::Youtube) => "YouTube".to_owned(),
        Some(ImportField::Tiktok) => "TikTok".to_owned(),
        Some(ImportField::Sources) => "Records of its sources".to_owned(),
        Some(field) => format::label(field.as_str().trim_start_matches("socials.")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_fields_are_called_the_same() {
        let all = ImportField::ALL.iter().copied().map(Some).chain([None]);
        let labels: HashSet<String> = all.map(label).collect();
        assert_eq!(labels.len(), ImportField::ALL.len() + 1);
        assert_eq!(label(Some(ImportField::HouseNumber)), "House number");
        assert_eq!(label(Some(ImportField::X)), "X");
    }
}
