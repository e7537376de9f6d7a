//! What the databases' error codes mean.

use sea_orm::DbErr;

use crate::StoreError;

/// Tells an error by its code: SQLite's extended result code in decimal (<https://sqlite.org/rescode.html>) or
/// Postgres's SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>). The two cannot be
/// mixed up: a SQLSTATE has five characters, a result code at most four.
pub(crate) fn classify(code: &str, message: &str, error: DbErr) -> StoreError {
    if code.len() == 5 { by_sqlstate(code, message, error) } else { by_result_code(code, message, error) }
}

fn by_result_code(code: &str, message: &str, error: DbErr) -> StoreError {
    let extended: u32 = code.parse().unwrap_or_default();
    // A snapshot that is too old to write to; a new transaction helps.
    const BUSY_SNAPSHOT: u32 = 517;
    const CONSTRAINT_PRIMARYKEY: u32 = 1555;
    const CONSTRAINT_UNIQUE: u32 = 2067;
    match (extended & 0xff, extended) {
        (_, BUSY_SNAPSHOT) => StoreError::Busy(error),
        (5 | 6, _) => StoreError::Locked(error),
        (13, _) => StoreError::DiskFull(error),
        (11 | 26, _) => StoreError::Corrupt(message.to_owned()),
        (3 | 8 | 10 | 14 | 23, _) => StoreError::Unreachable(message.to_owned()),
        (_, CONSTRAINT_PRIMARYKEY | CONSTRAINT_UNIQUE) => taken(),
        _ => StoreError::Database(error),
    }
}

fn by_sqlstate(code: &str, message: &str, error: DbErr) -> StoreError {
    match (code.get(..2).unwrap_or_default(), code) {
        (_, "23505") => taken(),
        // In a transaction of which a statement failed, every further one fails so.
        (_, "25P02") => StoreError::half_done(),
        (_, "53100") => StoreError::DiskFull(error),
        (_, "55P03" | "57014") => StoreError::Locked(error),
        ("40", _) | (_, "53300") => StoreError::Busy(error),
        ("08" | "28" | "3D" | "57" | "58", _) | (_, "42501") => StoreError::Unreachable(message.to_owned()),
        ("XX", _) => StoreError::Corrupt(message.to_owned()),
        _ => StoreError::Database(error),
    }
}

fn taken() -> StoreError {
    StoreError::Conflict("another record has the same key already; read it again and decide anew".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_the_databases_say() {
        let check = |code: &str, expect: &str| {
            let error = classify(code, "said so", DbErr::Custom("said so".to_owned()));
            let kind = format!("{error:?}");
            assert_eq!(kind.split(['(', ' ']).next(), Some(expect), "{code}");
        };
        for (code, expect) in [
            ("5", "Locked"),
            ("6", "Locked"),
            ("261", "Locked"),
            ("517", "Busy"),
            ("13", "DiskFull"),
            ("11", "Corrupt"),
            ("267", "Corrupt"),
            ("26", "Corrupt"),
            ("14", "Unreachable"),
            ("778", "Unreachable"),
            ("8", "Unreachable"),
            ("1555", "Conflict"),
            ("2067", "Conflict"),
            ("1", "Database"),
            ("", "Database"),
        ] {
            check(code, expect);
        }
        for (code, expect) in [
            ("53100", "DiskFull"),
            ("40P01", "Busy"),
            ("40001", "Busy"),
            ("53300", "Busy"),
            ("55P03", "Locked"),
            ("23505", "Conflict"),
            ("25P02", "Conflict"),
            ("28P01", "Unreachable"),
            ("3D000", "Unreachable"),
            ("57P03", "Unreachable"),
            ("08006", "Unreachable"),
            ("XX001", "Corrupt"),
            ("42601", "Database"),
        ] {
            check(code, expect);
        }
    }
}
