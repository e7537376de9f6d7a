//! What a request says of the columns of its file.

use std::collections::BTreeMap;
use std::time::Duration;

use contract::FieldError;
use contract::import::ImportField;
use multer::Field;

use super::in_time;
use crate::problem::{ApiProblem, TOO_LARGE};

/// The most bytes that it may have: some thousand columns.
const MOST_BYTES: usize = 64 * 1024;

/// Columns by their names, with the fields that they are taken for; `None` for what is left out.
pub(crate) type NamedColumns = BTreeMap<String, Option<ImportField>>;

/// Reads the part named `columns`: an object in JSON.
pub(super) async fn read(stalls: Duration, mut part: Field<'_>) -> Result<NamedColumns, ApiProblem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = in_time(stalls, part.chunk()).await? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            let detail = format!(
                "send at most {MOST_BYTES} bytes of columns; only those whose names say it wrong need be there"
            );
            return Err(ApiProblem::new(TOO_LARGE, detail));
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).map_err(|error| {
        let message = format!("send an object from names of columns to fields, such as {{\"Firma\":\"name\",\"Score\":null}}: {error}");
        ApiProblem::malformed(vec![FieldError::new("columns", "format", message)])
    })
}
