//! What columns are taken for, in the address of a file that waits and in the form that says so.

use contract::FieldError;
use contract::import::{ImportColumn, ImportField};
use dashboard::content::{ColumnChoice, ImportColumns};
use discovery::import::{ColumnMap, Table};

use crate::problem::{ApiProblem, INVALID};

/// The parameter of an address: `0:name,4:` takes the first column for the name and leaves the fifth out.
pub(super) const PARAMETER: &str = "columns";

/// The map as an address has it.
pub(super) fn written(map: &ColumnMap) -> String {
    let one = |(column, field): (&usize, &Option<ImportField>)| {
        format!("{column}:{}", field.map_or("", ImportField::as_str))
    };
    map.0.iter().map(one).collect::<Vec<_>>().join(",")
}

/// What [`written`] wrote.
pub(super) fn read(text: &str) -> Result<ColumnMap, ApiProblem> {
    let one = |part: &str| {
        let (column, field) = part.split_once(':')?;
        Some((column.parse().ok()?, field_of(field).ok()?))
    };
    let parts = text.split(',').filter(|part| !part.is_empty());
    let map = parts.map(one).collect::<Option<_>>().map(ColumnMap);
    map.ok_or_else(|| ApiProblem::new(INVALID, "the columns in the address are none; choose the file again"))
}

/// What a form that was sent says: where it differs from what the names of the columns say. What is no field is told with
/// everything else that was chosen.
pub(super) fn sent(table: &Table, pairs: &[(String, String)]) -> Result<ColumnMap, FieldError> {
    let mut map = ColumnMap::default();
    for (name, value) in pairs {
        let column = name.strip_prefix(ColumnChoice::PREFIX).and_then(|column| column.parse::<usize>().ok());
        let Some((column, by_name)) = column.and_then(|column| Some((column, table.by_name.get(column)?)))
        else {
            let message = format!("there is no column for '{}'; look at the file again", super::short(name));
            return Err(FieldError::new(PARAMETER, "unknown", message));
        };
        let field = field_of(value).map_err(|message| FieldError::new(PARAMETER, "unknown", message))?;
        if field != *by_name {
            map.0.insert(column, field);
        }
    }
    Ok(map)
}

fn field_of(text: &str) -> Result<Option<ImportField>, String> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

/// The form with what the table says, or what was chosen where that was sent.
pub(super) fn form(action: String, table: Table, chosen: &[(String, String)]) -> ImportColumns {
    let chosen_of = |column: usize| {
        let name = format!("{}{column}", ColumnChoice::PREFIX);
        let (_, value) = chosen.iter().find(|(one, _)| *one == name)?;
        field_of(value).ok()
    };
    let choice = |((at, column), by_name): ((usize, ImportColumn), Option<ImportField>)| ColumnChoice {
        field: chosen_of(at).unwrap_or(column.field),
        by_name,
        name: column.column,
        sample: column.sample,
    };
    let more = table.columns.len().saturating_sub(ImportColumns::MOST);
    let columns = table.columns.into_iter().take(ImportColumns::MOST).enumerate().zip(table.by_name);
    ImportColumns { action, columns: columns.map(choice).collect(), more, refused: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let column = |name: &str, field| ImportColumn { column: name.to_owned(), field, sample: Vec::new() };
        let by_name = vec![None, Some(ImportField::Phone)];
        let columns = vec![column("Firma", None), column("Phone", Some(ImportField::Phone))];
        Table { columns, by_name, can_be_corrected: true }
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_address_says_again_what_it_was_told() {
        let map = ColumnMap([(0, Some(ImportField::Name)), (4, None), (7, Some(ImportField::X))].into());
        assert_eq!(written(&map), "0:name,4:,7:socials.x");
        assert_eq!(read(&written(&map)).unwrap(), map);
        assert_eq!(read("").unwrap(), ColumnMap::default());
        for wrong in ["name", "x:name", "0:colour", "-1:name", "0:name,4"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_what_differs_from_the_names_is_kept() {
        let sent = |all: &[(&str, &str)]| sent(&table(), &pairs(all));
        let same = sent(&[("column-0", ""), ("column-1", "phone")]).unwrap();
        assert_eq!(same, ColumnMap::default());
        let other = sent(&[("column-0", "name"), ("column-1", "")]).unwrap();
        assert_eq!(written(&other), "0:name,1:");
        for wrong in [[("column-2", "name")], [("colour", "name")], [("column-0", "colour")]] {
            assert!(sent(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_form_comes_back_as_it_was_filled() {
        let form = form(String::new(), table(), &pairs(&[("column-0", "name"), ("column-1", "colour")]));
        let fields: Vec<_> = form.columns.iter().map(|one| one.field).collect();
        assert_eq!(fields, [Some(ImportField::Name), Some(ImportField::Phone)]);
    }
}
