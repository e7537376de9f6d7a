//! Columns of the list of leads: what each is called, and which ones the list on the page has.

use contract::BusinessQuery;
use contract::columns::{Column, Columns};
use contract::query::SortKey;
use leptos::prelude::*;

use crate::reaction::{Derived, Var, derive};
use crate::state::use_page_state;

/// Columns beside the name that there is room for on a narrow screen.
const ON_NARROW: usize = 5;

/// What people call the column, the class of its cells, and the key that orders by it.
pub(crate) fn described(column: Column) -> (&'static str, &'static str, Option<SortKey>) {
    match column {
        Column::Category => ("Category", "cell cell--category", Some(SortKey::Category)),
        Column::Industry => ("Industry", "cell cell--quiet", None),
        Column::Street => ("Street", "cell cell--wide", None),
        Column::City => ("City", "cell cell--city", Some(SortKey::City)),
        Column::State => ("State", "cell cell--short", None),
        Column::PostalCode => ("Postal code", "cell cell--short", None),
        Column::Country => ("Country", "cell cell--short", None),
        Column::Phone => ("Phone", "cell cell--phone", None),
        Column::Email => ("E-mail", "cell cell--email cell--wide", None),
        Column::Website => ("Website", "cell cell--website cell--wide", None),
        Column::EnrichmentStatus => ("Status", "cell cell--status", None),
        Column::Tags => ("Tags", "cell cell--wide", None),
        Column::ContactCount => ("Contacts", "cell cell--short num", None),
        Column::EmployeeCount => ("Employees", "cell cell--short num", None),
        Column::YearFounded => ("Founded", "cell cell--short num", None),
        Column::Confidence => ("Sureness", "cell cell--short num", None),
        Column::Sources => ("Sources", "cell cell--quiet", None),
        Column::CreatedAt => ("Added", "cell cell--added num", Some(SortKey::CreatedAt)),
        Column::UpdatedAt => ("Changed", "cell cell--added num", Some(SortKey::UpdatedAt)),
    }
}

/// Columns as they are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shown {
    pub(crate) columns: Columns,
    /// Whether somebody chose them.
    pub(crate) is_chosen: bool,
}

impl Shown {
    /// The columns with the class of their cells. What there is no room for on a narrow screen is marked.
    pub(crate) fn classes(&self) -> impl Iterator<Item = (Column, String)> {
        let is_extra = |(at, column): (usize, Column)| match self.is_chosen {
            true => at >= ON_NARROW,
            false => matches!(column, Column::Website | Column::CreatedAt),
        };
        self.columns.0.iter().copied().enumerate().map(move |(at, column)| {
            let extra = if is_extra((at, column)) { " cell--extra" } else { "" };
            (column, format!("{}{extra}", described(column).1))
        })
    }

    /// The table's class: how its cards are laid out on a phone, and whether names take the room that no other column takes.
    pub(crate) fn table_class(&self) -> String {
        let mut class = "table table--leads".to_owned();
        if self.is_chosen {
            class.push_str(if self.columns.0.len() <= 2 { " table--own table--one" } else { " table--own" });
        }
        if !self.columns.0.iter().any(|column| described(*column).1.ends_with("wide")) {
            class.push_str(" table--loose");
        }
        class
    }
}

/// The columns that the person chose for all their lists.
pub(crate) type OwnColumns = Var<Option<Columns>>;

/// Puts those in place that the document was rendered with.
pub(crate) fn provide_own_columns() {
    provide_context::<OwnColumns>(Var::new(use_page_state().columns));
}

/// The person's columns.
pub(crate) fn use_own_columns() -> OwnColumns {
    expect_context()
}

/// The columns of the list on the page: those that its address names, else those that the person chose.
pub(crate) fn use_columns(query: Derived<BusinessQuery>) -> Derived<Shown> {
    let own = use_own_columns();
    derive(move || {
        let chosen = query.with(|query| query.columns.clone()).or_else(|| own.get());
        let is_chosen = chosen.is_some();
        Shown { columns: chosen.unwrap_or_default(), is_chosen }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(columns: &str) -> Shown {
        Shown { columns: columns.parse().unwrap(), is_chosen: true }
    }

    #[test]
    fn a_narrow_screen_has_the_first_ones_that_were_chosen() {
        let extra = |shown: &Shown| {
            let extra = shown.classes().filter(|(_, class)| class.ends_with("cell--extra"));
            extra.map(|(column, _)| column.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(extra(&Shown::default()), ["website", "createdAt"]);
        let chosen = shown("createdAt,website,city,phone,email,tags,street");
        assert_eq!(extra(&chosen), ["tags", "street"]);
    }

    #[test]
    fn a_table_says_how_high_its_cards_are_and_who_takes_what_is_left() {
        assert_eq!(Shown::default().table_class(), "table table--leads");
        assert_eq!(shown("city").table_class(), "table table--leads table--own table--one table--loose");
        assert_eq!(shown("city,tags,phone").table_class(), "table table--leads table--own");
        assert!(shown("city,tags,phone,email,website").table_class().ends_with("table--own"));
    }

    #[test]
    fn every_column_has_a_name_of_its_own() {
        let mut names: Vec<_> = Column::ALL.iter().map(|column| described(*column).0).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Column::ALL.len());
    }
}
