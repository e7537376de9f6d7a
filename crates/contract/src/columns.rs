//! How a person has the pages laid out: what a table of businesses shows of each beside its name, and in which order; light
//! or dark.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::business::word_enum;
use crate::edit::Change;
use crate::from_json;
use crate::text_serde::text_serde;

/// The most columns that a table has beside the name.
pub const MAX_COLUMNS: usize = 10;

word_enum! {
    /// A column of a table of businesses, called as the field of a business that it shows.
    Column {
        /// What it is, such as `restaurant`.
        Category = "category",
        /// What it belongs to, such as `food`.
        Industry = "industry",
        /// Street and number.
        Street = "street",
        /// Town.
        City = "city",
        /// State or province.
        State = "state",
        /// Postal code.
        PostalCode = "postalCode",
        /// Country.
        Country = "country",
        /// Phone number.
        Phone = "phone",
        /// E-mail address.
        Email = "email",
        /// Website.
        Website = "website",
        /// How far enrichment is.
        EnrichmentStatus = "enrichmentStatus",
        /// Labels.
        Tags = "tags",
        /// How many contacts are known.
        ContactCount = "contactCount",
        /// How many people work there.
        EmployeeCount = "employeeCount",
        /// Year of founding.
        YearFounded = "yearFounded",
        /// How sure the sources are.
        Confidence = "confidence",
        /// Who told of it.
        Sources = "sources",
        /// When it was stored.
        CreatedAt = "createdAt",
        /// When it was changed last.
        UpdatedAt = "updatedAt",
    }
}

/// Columns in their order, 1 to 10, each once. The name comes before them and is none of them.
///
/// ```
/// use contract::columns::{Column, Columns};
/// let columns: Columns = "city,phone".parse()?;
/// assert_eq!(columns.0, [Column::City, Column::Phone]);
/// assert_eq!(columns.to_string(), "city,phone");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(pub Vec<Column>);

/// What a table shows where nobody chose.
impl Default for Columns {
    fn default() -> Self {
        Self(vec![
            Column::Category,
            Column::City,
            Column::Phone,
            Column::Website,
            Column::Email,
            Column::EnrichmentStatus,
            Column::CreatedAt,
        ])
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, column) in self.0.iter().enumerate() {
            let comma = if position > 0 { "," } else { "" };
            write!(f, "{comma}{column}")?;
        }
        Ok(())
    }
}

impl FromStr for Columns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut columns: Vec<Column> = Vec::new();
        for word in text.split(',') {
            let column: Column = word.parse()?;
            if columns.contains(&column) {
                return Err(format!("'{word}' is given twice"));
            }
            columns.push(column);
        }
        if columns.len() > MAX_COLUMNS {
            return Err(format!("give at most {MAX_COLUMNS} columns"));
        }
        Ok(Self(columns))
    }
}

text_serde!(Columns, "category,city,phone", Self::default(), pattern "^[a-zA-Z]+(,[a-zA-Z]+){0,9}$");

word_enum! {
    /// Whether pages are light or dark.
    Theme {
        /// As the device is set.
        System = "system",
        /// Dark letters on a light ground.
        Light = "light",
        /// Light letters on a dark ground.
        Dark = "dark",
    }
}

/// How a person has the pages laid out, on whatever device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Appearance {
    /// Columns of the list of businesses; absent where the person chose none: `category`, `city`, `phone`, `website`,
    /// `email`, `enrichmentStatus` and `createdAt` then.
    pub columns: Option<Columns>,
    /// Whether pages are light or dark; absent where the person chose none: each browser has its own choice then.
    pub theme: Option<Theme>,
}

from_json!(deserialize Appearance { columns, theme });

/// What is to be another in the appearance; what is absent stays, null takes the choice back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppearanceChange {
    /// As in the appearance, 1 to 10 of them, each once.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Columns>))]
    pub columns: Change<Columns>,
    /// As in the appearance.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Theme>))]
    pub theme: Change<Theme>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_written_as_they_are_read() {
        for text in ["category", "updatedAt,city,enrichmentStatus"] {
            assert_eq!(text.parse::<Columns>().map(|columns| columns.to_string()).as_deref(), Ok(text));
        }
        assert!(Columns::default().0.len() <= MAX_COLUMNS);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let check = |text: &str, expect: &str| {
            let error = text.parse::<Columns>().unwrap_err();
            assert!(error.contains(expect), "{text}: {error}");
        };
        check("colour", "category, industry");
        check("name,city", "category, industry");
        check("", "category, industry");
        check("city,phone,city", "'city' is given twice");
        let all: Vec<&str> = Column::ALL.iter().map(|column| column.as_str()).collect();
        check(&all.join(","), "at most 10");
    }

    #[test]
    fn a_change_tells_to_keep_from_to_take_back() {
        let read = |text: &str| {
            let AppearanceChange { columns, theme } = serde_json::from_str(text).unwrap();
            (columns, theme)
        };
        assert_eq!(read("{}"), (Change::Keep, Change::Keep));
        assert_eq!(read(r#"{"columns":null}"#), (Change::Clear, Change::Keep));
        let city = Columns(vec![Column::City]);
        assert_eq!(read(r#"{"columns":"city","theme":null}"#), (Change::Set(city), Change::Clear));
        assert_eq!(read(r#"{"theme":"dark"}"#), (Change::Keep, Change::Set(Theme::Dark)));
        let back = serde_json::to_string(&AppearanceChange {
            theme: Change::Set(Theme::Light),
            ..Default::default()
        });
        assert_eq!(back.unwrap(), r#"{"theme":"light"}"#, "what stays is not named");
    }
}
