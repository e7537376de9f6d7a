//! From a scenario that shows a difference to a small one that still does.

use serde_json::Value;

use crate::scenario::Scenario;

/// The smallest scenario that was found for which `fails` still says yes. Tries at most `limit` others.
pub fn shrink(scenario: &Scenario, limit: usize, mut fails: impl FnMut(&Scenario) -> bool) -> Scenario {
    let mut best = scenario.clone();
    let mut left = limit;
    loop {
        let before = size(&best);
        drop_steps(&mut best, &mut left, &mut fails);
        drop_parts(&mut best, &mut left, &mut fails);
        if left == 0 || size(&best) == before {
            return best;
        }
    }
}

fn size(scenario: &Scenario) -> usize {
    serde_json::to_string(scenario).map_or(0, |json| json.len())
}

/// Leaves out as many steps at once as it can: halves first, single ones last.
fn drop_steps(best: &mut Scenario, left: &mut usize, fails: &mut impl FnMut(&Scenario) -> bool) {
    let mut chunk = best.steps.len().div_ceil(2);
    while chunk > 0 {
        let mut at = best.steps.len();
        while at > 0 {
            let from = at.saturating_sub(chunk);
            let mut smaller = best.clone();
            smaller.steps.drain(from..at.min(smaller.steps.len()));
            take_if(best, smaller, left, fails);
            at = from;
        }
        chunk /= 2;
    }
}

/// Leaves out options, and shortens lists of answers.
fn drop_parts(best: &mut Scenario, left: &mut usize, fails: &mut impl FnMut(&Scenario) -> bool) {
    for path in paths(best) {
        let Ok(mut json) = serde_json::to_value(&*best) else { return };
        if !remove(&mut json, &path) {
            continue;
        }
        match serde_json::from_value::<Scenario>(json) {
            Ok(smaller) if smaller.is_complete() && smaller.agrees_on_pages() => {
                take_if(best, smaller, left, fails);
            }
            _ => {}
        }
    }
}

fn take_if(
    best: &mut Scenario,
    smaller: Scenario,
    left: &mut usize,
    fails: &mut impl FnMut(&Scenario) -> bool,
) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    if fails(&smaller) {
        *best = smaller;
    }
}

/// Where something is that might be left out, the last first.
fn paths(scenario: &Scenario) -> Vec<String> {
    let Ok(json) = serde_json::to_value(scenario) else { return Vec::new() };
    let mut paths = Vec::new();
    for part in ["queries", "mutations", "steps", "answers"] {
        for (at, value) in json[part].as_array().into_iter().flatten().enumerate() {
            collect(value, &format!("/{part}/{at}"), part == "answers", &mut paths);
        }
    }
    paths.reverse();
    paths
}

fn collect(json: &Value, path: &str, is_answers: bool, paths: &mut Vec<String>) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = format!("{path}/{name}");
                paths.push(path.clone());
                collect(value, &path, name == "answers", paths);
            }
        }
        Value::Array(values) => {
            for (at, value) in values.iter().enumerate() {
                let path = format!("{path}/{at}");
                if is_answers {
                    paths.push(path.clone());
                }
                collect(value, &path, false, paths);
            }
        }
        _ => {}
    }
}

fn remove(json: &mut Value, path: &str) -> bool {
    let Some((parent, name)) = path.rsplit_once('/') else { return false };
    match json.pointer_mut(parent) {
        Some(Value::Object(fields)) => fields.remove(name).is_some(),
        Some(Value::Array(values)) => {
            let at = name.parse().ok().filter(|at| *at < values.len() && values.len() > 1);
            at.map(|at: usize| values.remove(at)).is_some()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate;
    use crate::scenario::Step;

    #[test]
    fn only_what_makes_the_difference_is_left() {
        let mut scenario = generate::scenario(1, 1);
        scenario.steps.push(Step::Clear);
        let has_clear = |it: &Scenario| it.steps.contains(&Step::Clear);
        let small = shrink(&scenario, 10_000, has_clear);
        assert_eq!(small.steps, [Step::Clear]);
        assert!(small.queries.iter().all(|query| query.policy == crate::scenario::Policy::default()));
    }

    #[test]
    fn it_gives_up_after_the_tries_that_it_was_given() {
        let mut tries = 0;
        shrink(&generate::scenario(1, 2), 10, |_| {
            tries += 1;
            false
        });
        assert_eq!(tries, 10);
    }
}
