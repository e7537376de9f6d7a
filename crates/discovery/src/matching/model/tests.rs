use contract::GeoPoint;
use proptest::prelude::*;

use super::*;
use crate::matching::Description;

#[test]
fn the_model_of_the_program_is_whole() {
    let model = Model::from_json(include_str!("../../../data/matching.json")).unwrap();
    assert_eq!(model.terms.len(), COUNT);
    assert!(
        model.terms.iter().all(|term| term.cuts.is_sorted() && term.values.iter().all(|v| v.is_finite()))
    );
    let Thresholds { same, review, merge } = model.thresholds;
    assert!(0.0 < review && review < same && same < merge && merge < 1.0);
}

#[test]
fn a_model_of_other_features_is_refused() {
    let mut model = Model::trained().clone();
    model.terms.swap(0, 1);
    let text = serde_json::to_string(&model).unwrap();
    assert!(Model::from_json(&text).unwrap_err().contains("features"));
    assert!(Model::from_json("{}").is_err());
}

#[test]
fn a_term_steps_at_its_cuts() {
    let term = Term { cuts: vec![0.5, 1.0], values: vec![-1.0, 0.0, 2.0], missing: 0.25, ..Term::default() };
    assert_eq!(
        [-9.0, 0.5, 0.9, 1.0, 9.0, f64::NAN].map(|value| term.at(value)),
        [-1.0, 0.0, 0.0, 2.0, 2.0, 0.25]
    );
}

/// A record of random parts: few values each, so that pairs have much in common.
fn record() -> impl Strategy<Value = (String, Vec<String>)> {
    let name = prop_oneof![".{0,60}", "(Joe|Ann|寿司一番|Café)( (Bar|Diner|Pharmacy|[0-9]))?"];
    let texts = [
        "(|\\+?[0-9 ()-]{0,18})",
        "(|https://(a|b)\\.com/?[a-z]{0,3}|facebook\\.com/[ab]|.{0,30})",
        "(|[0-9]{1,6} (Main|Oak) (St|Street)( #[0-9])?|.{0,40})",
        "(|[0-9]{5}(-[0-9]{4})?|.{0,12})",
        "(|Austin|Boise|.{0,12})",
        "(|cafe|restaurant|.{0,12})",
    ];
    (name, texts.map(|text| text.prop_map(String::from)).to_vec())
}

fn profile((name, texts): &(String, Vec<String>), latitude: Option<f64>) -> Profile {
    let text = |at: usize| texts[at].as_str();
    Profile::new(&Description {
        name,
        phones: vec![text(0)],
        websites: vec![text(1)],
        street: Some(text(2)),
        postal_code: Some(text(3)),
        city: Some(text(4)),
        categories: vec![text(5)],
        country: Some("US"),
        point: latitude.and_then(|latitude| GeoPoint::new(latitude, 25.0)),
        ..Description::default()
    })
}

proptest! {
    #[test]
    fn a_score_is_a_probability_and_the_same_from_both_sides(
        one in record(), other in record(), latitude in proptest::option::of(-90.0..90.0_f64)
    ) {
        let matcher = Matcher::new(Frequencies::known());
        let (left, right) = (profile(&one, Some(60.0)), profile(&other, latitude));
        let (there, back) = (matcher.score(&left, &right), matcher.score(&right, &left));
        prop_assert!((0.0..=1.0).contains(&there.probability));
        prop_assert!((there.probability - back.probability).abs() < 1e-9, "{there:?} {back:?}");
    }

    #[test]
    fn a_record_is_of_its_own_business(
        name in "[A-Z][a-z]{3,9} [A-Z][a-z]{3,9}", phone in "732[2-9][0-9]{6}", number in 1..999_u32, unit in 1..99_u32
    ) {
        let street = format!("{number} Maple Street Suite {unit}");
        let record = Profile::new(&Description {
            name: &name,
            phones: vec![&phone],
            street: Some(&street),
            postal_code: Some("07728"),
            city: Some("Freehold"),
            ..Description::default()
        });
        prop_assert!(Matcher::new(Frequencies::known()).score(&record, &record).probability > 0.9);
    }
}

#[test]
fn a_huge_name_is_scored_like_any_other() {
    let name = "word ".repeat(200_000);
    let letters = "寿".repeat(200_000);
    let of = |name: &str| Profile::new(&Description { name, ..Description::default() });
    let matcher = Matcher::new(Frequencies::known());
    for (one, other) in [(&name, &name), (&name, &letters), (&letters, &letters)] {
        assert!((0.0..=1.0).contains(&matcher.score(&of(one), &of(other)).probability));
    }
}

#[test]
fn evidence_names_what_did_most_first_and_leaves_out_what_is_missing() {
    let record = |phone| {
        Profile::new(&Description {
            name: "Joe's Diner",
            phones: vec![phone],
            country: Some("US"),
            ..Description::default()
        })
    };
    let score = Matcher::new(Frequencies::known()).score(&record("732 462 1234"), &record("+17324621234"));
    let evidence = score.evidence();
    assert!(evidence.is_sorted_by(|one, other| one.effect.abs() >= other.effect.abs()));
    let phone = evidence.iter().find(|one| one.feature == "phone").unwrap();
    assert!(phone.value == 1.0 && phone.effect > 0.0);
    assert!(!evidence.iter().any(|one| one.feature == "distanceKm"));
    let sum: f64 = Model::trained().bias + score.effects.iter().sum::<f64>();
    assert!((sigmoid(sum) - score.probability).abs() < 1e-12);
}

#[test]
fn a_reason_is_told_in_words() {
    let record = |name, phone| {
        Profile::new(&Description {
            name,
            phones: vec![phone],
            country: Some("US"),
            ..Description::default()
        })
    };
    let matcher = Matcher::new(Frequencies::known());
    let reason = matcher
        .score(&record("Joe's Diner", "732 462 1234"), &record("Joes Diner Inc", "+17324621234"))
        .reason();
    assert!(reason.contains("same phone number") && reason.contains("% likely"), "{reason}");
}
