//! How often values of each form are right, and whether what is stated holds.
//!
//! People mark what a reader sees. A value that stands in links, attributes and scripts alone is neither right nor wrong, unless
//! it is marked.

use extraction::confidence::{Counts, Form, calibrated};
use extraction::{Findings, extract};

use super::compare::{key, same};
use super::gold::{Field, Marked};

/// The head of the table, as the crate has it.
const HEAD: &str = "\
# How often values of each form were right on pages that people have marked: 40 contact pages of businesses in the United States
# (../shared/data/contact_pages, MIT, scrapinghub/webstruct). Counted by
#   cargo run -p extraction --example extraction -- ../shared/data/contact_pages --calibration
# which prints this file; \"judged\" is by hand, and what a form without a single value on those pages rests on.
# form\tjudged\tright\twrong";

/// Edges of what is stated, between which values are counted together.
const BINS: [(f64, f64); 5] = [(0.95, 1.0), (0.9, 0.95), (0.8, 0.9), (0.7, 0.8), (0.0, 0.7)];

/// Prints the crate's table as these pages make it.
pub(crate) fn table(pages: &[Marked]) {
    let mut all = nothing();
    pages.iter().for_each(|page| add(&mut all, &judged(page)));
    println!("{HEAD}");
    for (form, (right, wrong)) in Form::ALL.iter().zip(all) {
        println!("{}\t{}\t{right}\t{wrong}", form.as_str(), form.judged());
    }
}

/// Prints how far what is stated holds: by form, as the crate states it, and by what would be stated of each page by the counts of
/// all other pages.
pub(crate) fn reliability(pages: &[Marked]) {
    let each: Vec<Vec<(Form, bool)>> = pages.iter().map(judged).collect();
    let mut all = nothing();
    each.iter().for_each(|page| add(&mut all, page));
    println!("| form | judged | stated | values | right |\n| --- | ---: | ---: | ---: | ---: |");
    for (form, (right, wrong)) in Form::ALL.iter().zip(all).filter(|(_, (right, wrong))| right + wrong > 0) {
        let (judged, stated, values) = (form.judged(), form.confidence(), right + wrong);
        println!(
            "| {} | {judged:.2} | {stated:.3} | {values} | {:.3} |",
            form.as_str(),
            share(right, values)
        );
    }
    let held_out: Vec<(f64, f64, bool)> = each
        .iter()
        .flat_map(|page| {
            let mut others = all;
            page.iter().for_each(|(form, right)| take(&mut others[*form as usize], *right));
            let stated = calibrated(&others);
            page.iter().map(move |(form, right)| (stated[*form as usize], form.judged(), *right))
        })
        .collect();
    println!("\n| stated, of other pages | values | mean of stated | right |\n| --- | ---: | ---: | ---: |");
    for (from, to) in BINS {
        let within: Vec<_> = held_out.iter().filter(|(stated, ..)| (from..to).contains(stated)).collect();
        if within.is_empty() {
            continue;
        }
        let mean = within.iter().map(|(stated, ..)| stated).sum::<f64>() / within.len() as f64;
        let right = within.iter().filter(|(.., right)| *right).count() as u32;
        println!(
            "| {from:.2} to {to:.2} | {} | {mean:.3} | {:.3} |",
            within.len(),
            share(right, within.len() as u32)
        );
    }
    println!(
        "\nBrier score: {:.4}, of the judged confidences alone: {:.4}",
        brier(held_out.iter().map(|(stated, _, right)| (*stated, *right))),
        brier(held_out.iter().map(|(_, judged, right)| (*judged, *right))),
    );
}

fn nothing() -> Counts {
    [(0, 0); Form::ALL.len()]
}

fn add(counts: &mut Counts, page: &[(Form, bool)]) {
    for (form, is_right) in page {
        let (right, wrong) = &mut counts[*form as usize];
        *right += u32::from(*is_right);
        *wrong += u32::from(!*is_right);
    }
}

fn take((right, wrong): &mut (u32, u32), is_right: bool) {
    *right -= u32::from(is_right);
    *wrong -= u32::from(!is_right);
}

fn share(part: u32, whole: u32) -> f64 {
    f64::from(part) / f64::from(whole)
}

/// The mean square of what was stated against what is.
fn brier(values: impl ExactSizeIterator<Item = (f64, bool)>) -> f64 {
    let count = values.len() as f64;
    values.map(|(stated, right)| (stated - f64::from(u8::from(right))).powi(2)).sum::<f64>() / count
}

/// Every value of a page that can be judged, with its form and whether it is marked.
fn judged(page: &Marked) -> Vec<(Form, bool)> {
    let findings = extract(&page.page, None);
    let mut judged = Vec::new();
    let seen = Seen::of(page);
    let mut tell = |form, is_marked: bool, is_seen: bool| {
        if is_marked || is_seen {
            judged.push((form, is_marked));
        }
    };
    let is_marked = |field: Field, value: &str| {
        let value = key(field, value);
        page.gold(field).iter().any(|mark| same(field, &key(field, mark), &value))
    };
    let Findings { emails, phones, addresses, people, .. } = &findings;
    for email in emails {
        let form = Form::of_email(email);
        let is_seen = form == Form::EmailWrittenOut || page.text.contains(&email.value);
        tell(form, is_marked(Field::Email, &email.value), is_seen);
    }
    for phone in phones {
        let number = &phone.number.value;
        tell(Form::of_phone(phone), is_marked(Field::Phone, number), seen.digits(&key(Field::Phone, number)));
    }
    for address in addresses {
        let parts = [
            (Field::Street, &address.street),
            (Field::City, &address.city),
            (Field::PostalCode, &address.postal_code),
        ];
        let parts = || parts.iter().filter_map(|(field, value)| Some((*field, value.as_deref()?)));
        let is_seen = parts().all(|(field, value)| seen.words(&key(field, value)));
        tell(Form::of_address(address), parts().all(|(field, value)| is_marked(field, value)), is_seen);
    }
    for person in people {
        let name = &person.name.value;
        tell(Form::of_person(person), is_marked(Field::Person, name), seen.words(&key(Field::Person, name)));
    }
    judged
}

/// What a reader of a page sees, for values to be looked for in.
struct Seen {
    words: String,
    digits: String,
}

impl Seen {
    fn of(page: &Marked) -> Self {
        let digits = page.text.chars().filter(char::is_ascii_digit).collect();
        Self { words: format!(" {} ", key(Field::Street, &page.text)), digits }
    }

    fn words(&self, key: &str) -> bool {
        self.words.contains(&format!(" {} ", key.to_lowercase()))
    }

    fn digits(&self, key: &str) -> bool {
        self.digits.contains(key)
    }
}
