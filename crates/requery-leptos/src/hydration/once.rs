//! What stands in the page's data more than once, written once.
//!
//! A document carries each object that stands there again in a list apart, and its number in its places. A script of one line puts
//! the text of each back before the application reads it, which so knows nothing of it. It is text that is put back: numbers stay
//! as they were written, also those that a script could not hold.

use std::collections::HashMap;
use std::fmt::Write as _;

/// The id of the element that lists what stands there more than once, an object a line.
pub(super) const ELEMENT_ID: &str = "requery-once";

/// What is shorter is written as it is: its number would be hardly shorter.
const WORTH: usize = 64;

/// The field of a number in its place. Where the data has it, nothing is taken apart.
const FIELD: &str = "\"=\"";

/// JSON with numbers in the places of objects, and those objects.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Once {
    pub(super) json: String,
    /// JSON of one object a line.
    pub(super) objects: String,
}

/// Takes apart what stands in the JSON, which is on one line, more than once; none where nothing does. Of objects within each
/// other, the outermost is taken.
pub(super) fn once(json: &str) -> Option<Once> {
    if json.contains(FIELD) || json.contains('\n') {
        return None;
    }
    let objects = objects(json);
    let mut times = HashMap::<&str, u32>::new();
    for object in &objects {
        *times.entry(&json[object.clone()]).or_default() += 1;
    }
    let (mut written, mut done) = (String::with_capacity(json.len()), 0);
    let (mut lines, mut places) = (Vec::new(), HashMap::new());
    for object in objects {
        let text = &json[object.clone()];
        if object.start < done || times[text] < 2 {
            continue;
        }
        let place = *places.entry(text).or_insert_with(|| {
            lines.push(text);
            lines.len() - 1
        });
        written.push_str(&json[done..object.start]);
        // Writing into a string does not fail.
        let _ = write!(written, "{{{FIELD}:{place}}}");
        done = object.end;
    }
    written.push_str(&json[done..]);
    (done > 0).then(|| Once { json: written, objects: lines.join("\n") })
}

/// Puts the objects back where they were, in the element with that id.
pub(super) fn script(state: &str) -> String {
    format!(
        "{{const of=id=>document.getElementById(id),state=of({state:?}),once=of({ELEMENT_ID:?}).textContent.split('\\n');\
        state.textContent=state.textContent.replace(/\\{{{FIELD}:(\\d+)\\}}/g,(_,at)=>once[at])}}"
    )
}

/// Where the objects stand that are worth it, in the order in which they begin.
fn objects(json: &str) -> Vec<std::ops::Range<usize>> {
    let (mut objects, mut open) = (Vec::new(), Vec::new());
    let (mut in_string, mut escaped) = (false, false);
    for (at, byte) in json.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' => {
                open.push(objects.len());
                objects.push(at..at);
            }
            b'}' => {
                if let Some(object) = open.pop() {
                    objects[object].end = at + 1;
                }
            }
            _ => {}
        }
    }
    objects.retain(|object| object.len() >= WORTH);
    objects
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// What the script does.
    fn put_back(Once { json, objects }: &Once) -> String {
        let mut whole = json.clone();
        for (at, object) in objects.lines().enumerate() {
            whole = whole.replace(&format!("{{\"=\":{at}}}"), object);
        }
        whole
    }

    /// What is put back is what was there.
    fn check(json: &Value) -> Option<Once> {
        let json = json.to_string();
        let taken = once(&json);
        if let Some(taken) = &taken {
            assert_eq!(put_back(taken), json, "{taken:?}");
            assert!(taken.json.len() < json.len());
        }
        taken
    }

    fn lead(id: u32) -> Value {
        json!({ "id": id, "name": "Kahvila \"{\\", "tags": ["}", "a"], "site": "https://www.esimerkki.example/yhteystiedot" })
    }

    #[test]
    fn what_stands_there_again_is_written_once() {
        let lists = json!([[lead(1), lead(2)], { "data": [lead(2), lead(3)], "total": 2 }, lead(2)]);
        let taken = check(&lists).unwrap();
        assert_eq!(taken.objects, lead(2).to_string());
        assert!(taken.json.ends_with(r#"],"total":2},{"=":0}]"#), "{}", taken.json);
        assert_eq!(taken.json.matches("Kahvila").count(), 2);
        assert_eq!(check(&json!([lead(1), lead(2)])), None);
    }

    #[test]
    fn of_what_stands_within_each_other_the_outermost_is_taken() {
        let whole = json!({ "job": lead(1), "items": [lead(2)] });
        assert_eq!(check(&json!([[whole], [whole]])).unwrap().objects, whole.to_string());
        check(&json!([[whole], [whole, lead(1)], lead(1)]));
    }

    #[test]
    fn two_versions_are_two_and_what_is_short_stays() {
        let mut newer = lead(1);
        newer["version"] = json!(2);
        assert_eq!(check(&json!([[lead(1), { "id": 1 }], [newer, { "id": 1 }]])), None);
    }

    #[test]
    fn numbers_are_as_they_were_written() {
        let text =
            r#"[{"version":18446744073709551615,"score":1.0,"name":"sixty-four bytes are enough for it"}]"#;
        let both = format!("[{text},{text}]");
        assert_eq!(put_back(&once(&both).unwrap()), both);
    }

    #[test]
    fn data_that_looks_like_a_number_in_a_place_is_left() {
        assert_eq!(check(&json!([lead(1), { "=": 0 }, lead(1)])), None);
        assert_eq!(check(&json!([lead(1), { "a": 1, "=": 0 }, lead(1)])), None);
        // In a string it is none.
        assert!(check(&json!([lead(1), "{\"=\":0}", lead(1)])).is_some());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<u8>().prop_map(Value::from),
            r#"[a{}"\\\[\]=:0]{0,12}"#.prop_map(Value::from),
            (0u32..4).prop_map(lead),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a={\"]{1,2}", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_taken_apart_is_put_back(json in any_json()) {
            check(&json);
        }
    }
}
