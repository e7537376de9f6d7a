//! What is known of the lead on the page, each value with where it came from.

use contract::Business;
use markup::{Node, view};

use super::origin::Origins;
use super::{fact, text};
use crate::components::lead::{email, external, none, phone, text_or_none, website};
use crate::format;

/// The list of facts, and where those of them are from that nobody looked up.
pub(super) fn details(lead: &Business, origins: &Origins) -> Node {
    let known = |name: &'static str, value: Node, fields: &[&str]| {
        let lines = origins.lines(fields);
        fact(name, view! { {value}{lines} })
    };
    let address = format::address_lines(lead);
    let address = if address.is_empty() { none() } else { text(address.join(", ")) };
    let hours = lead.opening_hours.clone().map(|hours| text(hours.replace("; ", "\n")));
    let employees = lead.employee_count.map(|count| text(format::number(count.into())));
    let optional = [
        hours.map(|hours| known("Opening hours", hours, &["openingHours"])),
        employees.map(|count| known("Employees", count, &["employeeCount"])),
        lead.year_founded.map(|year| known("Founded", text(year.to_string()), &["yearFounded"])),
        lead.description.clone().map(|words| known("About", text(words), &["description"])),
        socials(lead).map(|links| known("Profiles", links, &SOCIALS)),
    ];
    let industry = text_or_none(lead.industry.as_deref().map(format::label));
    view! {
        <dl class="facts">
            {known("Phone", phone(lead), &["phone"])}
            {known("E-mail", email(lead), &["email"])}
            {known("Website", website(lead), &["website"])}
            {known("Address", address, &["street", "postalCode", "city", "state", "country"])}
            {known("Trade", text(format::category(lead.category.as_deref())), &["category"])}
            {known("Industry", industry, &["industry"])}
            {optional.into_iter().flatten().collect::<Node>()}
        </dl>
        {origins.rest(lead)}
    }
}

/// The fields of profiles, as the history names them.
const SOCIALS: [&str; 7] = [
    "socials.facebook",
    "socials.instagram",
    "socials.linkedin",
    "socials.x",
    "socials.youtube",
    "socials.tiktok",
    "socials.yelp",
];

fn socials(lead: &Business) -> Option<Node> {
    let profiles = [
        ("Facebook", &lead.socials.facebook),
        ("Instagram", &lead.socials.instagram),
        ("LinkedIn", &lead.socials.linkedin),
        ("X", &lead.socials.x),
        ("YouTube", &lead.socials.youtube),
        ("TikTok", &lead.socials.tiktok),
        ("Yelp", &lead.socials.yelp),
    ];
    let links: Vec<Node> = profiles
        .into_iter()
        .filter_map(|(name, url)| Some(external(format::web_link(url.as_deref()?)?, name.to_owned())))
        .collect();
    (!links.is_empty()).then(|| view! { <span class="inline">{links}</span> })
}
