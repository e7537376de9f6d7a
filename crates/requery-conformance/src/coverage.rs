//! How often each operation and option was used, and each kind of consequence seen.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::scenario::Scenario;

/// Counts over all scenarios of a run.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    counts: BTreeMap<(&'static str, String), u64>,
}

impl Coverage {
    /// Counts one scenario, and what happened in it.
    pub fn count(&mut self, scenario: &Scenario, lines: &[String]) {
        for step in &scenario.steps {
            self.add("step", step.name());
        }
        let options = scenario.queries.iter().filter_map(|it| serde_json::to_value(it).ok());
        options.for_each(|options| self.count_options("query option", &options));
        let options = scenario.mutations.iter().filter_map(|it| serde_json::to_value(it).ok());
        options.for_each(|options| self.count_options("mutation option", &options));
        for line in lines {
            self.count_line(line);
        }
    }

    fn add(&mut self, group: &'static str, name: String) {
        *self.counts.entry((group, name)).or_default() += 1;
    }

    fn count_options(&mut self, group: &'static str, options: &Value) {
        for (name, value) in options.as_object().into_iter().flatten() {
            match value {
                Value::String(value) if name != "scope" => self.add(group, format!("{name} {value}")),
                Value::Bool(value) => self.add(group, format!("{name} {value}")),
                _ => self.add(group, name.clone()),
            }
        }
    }

    /// Lines are `SUBJECT: WHAT ...`; of a subject the first words say its kind.
    fn count_line(&mut self, line: &str) {
        let Some((subject, what)) = line.split_once(": ") else { return };
        let kind: Vec<&str> =
            subject.split(' ').take_while(|word| word.chars().all(char::is_alphabetic)).collect();
        let what = what.split(' ').next().unwrap_or_default();
        match kind.as_slice() {
            ["event"] | ["mutation", "event"] | ["hook"] | ["callback"] => {
                self.add("seen", format!("{} {what}", kind.join(" ")));
            }
            ["outcome"] if what == "cancelled" || what == "done" => {
                self.add("seen", format!("outcome {what}"));
            }
            ["outcome"] if what.starts_with('!') => self.add("seen", "outcome failed".to_owned()),
            ["observer"] => self.add("seen", format!("observer told {what}")),
            _ => self.add("seen", kind.join(" ")),
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = "";
        for ((group, name), count) in &self.counts {
            if *group != last {
                writeln!(f, "{group}")?;
                last = group;
            }
            writeln!(f, "{count:>10}  {name}")?;
        }
        Ok(())
    }
}
