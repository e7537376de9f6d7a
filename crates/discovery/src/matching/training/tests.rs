use super::*;

/// Examples in which one feature decides and another is noise; every fourth value is missing.
fn examples(feature: &str) -> Vec<Example> {
    let at = FEATURES.iter().position(|one| one.name == feature).unwrap();
    let mut random = Random::new(7);
    (0..400)
        .map(|number| {
            let mut values = [f64::NAN; COUNT];
            let value = f64::from(number % 10) / 10.0;
            values[at] = if number % 4 == 0 { f64::NAN } else { value };
            values[0] = f64::from(u8::from(random.chance(0.5)));
            Example { values, same: value >= 0.5 }
        })
        .collect()
}

#[test]
fn a_model_learns_what_decides_and_says_nothing_of_what_is_missing() {
    let model = train(&examples("street"), &Settings::default(), "a test");
    let with = |value: f64| {
        let mut values = [f64::NAN; COUNT];
        values[FEATURES.iter().position(|one| one.name == "street").unwrap()] = value;
        model.probability(&values)
    };
    assert!(with(0.9) > 0.9 && with(0.1) < 0.1, "{} {}", with(0.9), with(0.1));
    assert!((with(f64::NAN) - 0.5).abs() < 0.1);
    assert_eq!(Model::from_json(&serde_json::to_string(&model).unwrap()), Ok(model));
}

#[test]
fn no_term_goes_against_its_direction() {
    // The examples say that a greater difference speaks for the same business, which is not believed.
    let model = train(&examples("houseNumberDifference"), &Settings::default(), "a test");
    for (term, feature) in model.terms.iter().zip(&FEATURES) {
        let falls = term.values.windows(2).any(|pair| pair[1] < pair[0]);
        let rises = term.values.windows(2).any(|pair| pair[1] > pair[0]);
        match feature.direction {
            Direction::Same => assert!(!falls, "{term:?}"),
            Direction::Different => assert!(!rises, "{term:?}"),
            Direction::Either => {}
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_model() {
    let settings = Settings { rounds: 50, ..Settings::default() };
    let examples = examples("street");
    assert_eq!(train(&examples, &settings, "x"), train(&examples, &settings, "x"));
    assert_ne!(
        train(&examples, &settings, "x").terms,
        train(&examples, &Settings { seed: 2, ..settings }, "x").terms
    );
}

#[test]
fn a_feature_can_be_left_out() {
    let settings = Settings { without: vec!["street"], ..Settings::default() };
    let model = train(&examples("street"), &settings, "a test");
    let term = model.terms.iter().find(|term| term.feature == "street").unwrap();
    assert_eq!(term.values, [0.0]);
}
