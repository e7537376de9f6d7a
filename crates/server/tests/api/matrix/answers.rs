//! What an answer to something wrong has to be.

use serde_json::Value;

use super::cases::{Case, Operation, Told};
use crate::support::Answer;

/// The codes that the contract knows.
const CODES: [&str; 10] = [
    "required",
    "empty",
    "range",
    "format",
    "unknown",
    "immutable",
    "ambiguous",
    "taken",
    "suppressed",
    "wrong",
];

/// Words of the program's own language, which say nothing to a person.
const JARGON: [&str; 13] = [
    "invalid type",
    "invalid value",
    "u32",
    "u64",
    "i32",
    "i64",
    "f64",
    "struct ",
    "a sequence",
    "digit found",
    "invalid float",
    "target type",
    "at line 1 column",
];

/// An answer is repeated no longer than this, whatever was sent.
const LONGEST: usize = 4_000;

/// What is wrong with the answer, if anything.
pub(super) fn check(operation: &Operation<'_>, case: &Case, answer: &Answer) -> Result<(), String> {
    let status = answer.status.as_u16();
    let is = |right: bool, what: &str| if right { Ok(()) } else { Err(what.to_owned()) };
    is((400..500).contains(&status), "it is not refused")?;
    is(answer.header("content-type") == Some("application/problem+json"), "it is no problem")?;
    let described = &operation.described["responses"][status.to_string()]["content"];
    is(described["application/problem+json"].is_object(), "the document does not say that it may be")?;
    let problem = answer.json();
    is(problem["status"] == status, "it has another status than it says")?;
    is(problem["type"].as_str().is_some_and(|kind| kind.starts_with("/problems/")), "its type is none")?;
    is(!text(&problem, "title").is_empty(), "it has no title")?;
    is(problem["instance"] == case.draft.uri(), "it does not say what was asked for")?;
    let id = answer.header("x-request-id").unwrap_or_default();
    is(problem["requestId"] == id && !id.is_empty(), "it has no request id")?;
    sentence(text(&problem, "detail"))?;
    let errors = problem["errors"].as_array().ok_or("it has no list of errors")?;
    for error in errors {
        is(CODES.contains(&text(error, "code")), "its code is none of the contract")?;
        is(!text(error, "field").is_empty(), "it names no field")?;
        sentence(text(error, "message"))?;
    }
    is(matches!(case.told, Told::Stale) || answer.bytes.len() <= LONGEST, "it repeats what was sent")?;
    told(case, status, &problem, errors)
}

fn told(case: &Case, status: u16, problem: &Value, errors: &[Value]) -> Result<(), String> {
    match &case.told {
        Told::Field { names, codes } => {
            let [error] = errors else { return Err(format!("{} errors are told of one", errors.len())) };
            if !matches!(status, 400 | 422) {
                return Err(format!("a field is wrong and the status is {status}"));
            }
            if !names.iter().any(|name| *name == error["field"]) {
                return Err(format!("it names {} and not {names:?}", error["field"]));
            }
            let known = codes.contains(&text(error, "code"));
            if known { Ok(()) } else { Err(format!("its code is none of {codes:?}")) }
        }
        Told::Status(expected) if expected.contains(&status) => Ok(()),
        Told::Status(expected) => Err(format!("its status is none of {expected:?}")),
        Told::Stale if status == 412 && problem["current"]["version"].is_u64() => Ok(()),
        Told::Stale => Err("it does not say what stands there now".to_owned()),
    }
}

fn text<'v>(of: &'v Value, name: &str) -> &'v str {
    of[name].as_str().unwrap_or_default()
}

/// Whether a text can be read and acted on: words with spaces between them, and none of the program's own.
fn sentence(text: &str) -> Result<(), String> {
    let words = text.split_whitespace().count();
    let jargon = JARGON.iter().find(|word| text.contains(**word));
    match jargon {
        Some(word) => Err(format!("{word:?} says nothing to a person")),
        None if words < 3 || text.ends_with([',', ';', ':', ' ']) => Err(format!("{text:?} is no sentence")),
        None => Ok(()),
    }
}
