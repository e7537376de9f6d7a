//! `letip extract FILE|URL..`.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use enrichment::Fetcher;
use extraction::{Finding, Findings, Page, Person, Phone, PostalAddress, Profile, charset, extract};
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use crate::cli::PageArgs;
use crate::output::{self, Failure};
use crate::work;

/// Bytes of a file that are read.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Reads each input and prints what it says; one that cannot be read does not stop the others.
pub(crate) async fn run(args: PageArgs) -> Result<(), Failure> {
    let base = args.base_url.as_deref().map(base_url).transpose()?;
    let fetcher = work::fetcher(&args.enrich)?;
    if fetcher.is_none() && args.inputs.iter().any(|input| is_url(input)) {
        return Err(Failure::usage(
            "reading a URL needs --contact-url, which tells its owner who reads it".to_owned(),
        )
        .hint("give a page about you or a mailto: address, or set LETIP_CONTACT_URL"));
    }
    let mut failed = 0_usize;
    for input in &args.inputs {
        match read(input, base.as_ref(), fetcher.as_ref()).await {
            Ok((page, notice)) => {
                let mut findings = extract(&page, args.country.as_deref());
                findings.notices.extend(notice);
                print(input, &findings, args.json)?;
            }
            Err(reason) => {
                failed += 1;
                output::note(&format!("error: {input}: {reason}"));
                if args.json {
                    output::print_json(&json!({ "input": input, "error": reason }))?;
                }
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(Failure::failed(format!("{failed} of {} inputs could not be read", args.inputs.len()))),
    }
}

fn is_url(input: &str) -> bool {
    let lower = input.get(..8).unwrap_or(input).to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https://")
}

fn base_url(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| {
        Failure::usage(format!("--base-url: '{text}' is not a web address"))
            .hint("give it whole, such as https://www.example.com/contact")
    })
}

/// The page, and what of it was left unread; or why there is none and what to do.
async fn read(
    input: &str,
    base: Option<&Url>,
    fetcher: Option<&Fetcher>,
) -> Result<(Page, Option<String>), String> {
    if let (true, Some(fetcher)) = (is_url(input), fetcher) {
        let url = Url::parse(input).map_err(|error| format!("it is not a web address: {error}"))?;
        let page = fetcher.page(&url).await.map_err(|error| error.to_string())?;
        return Ok((page, None));
    }
    let (body, notice) = read_file(Path::new(input))?;
    let url = match base {
        Some(base) => base.clone(),
        None => file_url(Path::new(input))?,
    };
    Ok((Page { url, html: charset::decode(None, &body) }, notice))
}

fn read_file(path: &Path) -> Result<(Vec<u8>, Option<String>), String> {
    if path.is_dir() {
        return Err("it is a folder; give the files in it".to_owned());
    }
    let file = File::open(path)
        .map_err(|error| format!("it cannot be read ({error}); give a file or an http(s) URL"))?;
    let mut body = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut body).map_err(|error| format!("it cannot be read: {error}"))?;
    if body.starts_with(b"%PDF") || body.starts_with(b"PK\x03\x04") || body.starts_with(b"\x89PNG") {
        return Err("it is not a web page; save the page as HTML".to_owned());
    }
    let cut = body.len() as u64 > MAX_FILE;
    if cut {
        body.truncate(usize::try_from(MAX_FILE).unwrap_or(usize::MAX));
    }
    Ok((body, cut.then(|| format!("the file is longer than {MAX_FILE} bytes; the rest was not read"))))
}

fn file_url(path: &Path) -> Result<Url, String> {
    let absolute = std::path::absolute(path).map_err(|error| format!("it cannot be found: {error}"))?;
    Url::from_file_path(absolute)
        .map_err(|()| "its name cannot be written as a URL; give --base-url".to_owned())
}

fn print(input: &str, findings: &Findings, json: bool) -> Result<(), Failure> {
    for notice in &findings.notices {
        output::note(&format!("note: {input}: {notice}"));
    }
    if json {
        output::print_json(&Shown::of(input, findings))
    } else {
        output::print(&for_people(input, findings))
    }
}

/// One line of `--json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    input: &'a str,
    emails: Vec<Value>,
    phones: Vec<Value>,
    addresses: Vec<Value>,
    people: Vec<Value>,
    hours: Option<Value>,
    socials: &'a contract::Socials,
    profiles: Vec<Value>,
    description: Option<Value>,
    technologies: Vec<Value>,
    notices: &'a [String],
}

impl<'a> Shown<'a> {
    fn of(input: &'a str, findings: &'a Findings) -> Self {
        Self {
            input,
            emails: findings.emails.iter().map(value).collect(),
            phones: findings.phones.iter().map(phone).collect(),
            addresses: findings.addresses.iter().map(address).collect(),
            people: findings.people.iter().map(person).collect(),
            hours: findings.hours.as_ref().map(|hours| value(&hours.opening_hours)),
            socials: &findings.socials,
            profiles: findings.profiles.iter().map(profile).collect(),
            description: findings.description.as_ref().map(value),
            technologies: findings
                .technologies
                .iter()
                .map(|it| json!({ "name": it.name.value, "category": it.category, "snippet": it.name.snippet }))
                .collect(),
            notices: &findings.notices,
        }
    }
}

fn profile(profile: &Profile) -> Value {
    let url = &profile.url;
    json!({
        "network": profile.network,
        "url": url.value,
        "sourceUrl": url.source_url,
        "confidence": rounded(url.confidence),
    })
}

fn value(finding: &Finding) -> Value {
    json!({
        "value": finding.value,
        "confidence": rounded(finding.confidence),
        "method": finding.method.as_str(),
        "snippet": finding.snippet,
    })
}

fn phone(phone: &Phone) -> Value {
    json!({
        "e164": phone.number.value,
        "national": phone.national,
        "extension": phone.extension,
        "kind": phone.kind.as_str(),
        "confidence": rounded(phone.number.confidence),
        "method": phone.number.method.as_str(),
        "snippet": phone.number.snippet,
    })
}

fn address(address: &PostalAddress) -> Value {
    json!({
        "street": address.street,
        "city": address.city,
        "state": address.state,
        "postalCode": address.postal_code,
        "country": address.country,
        "confidence": rounded(address.evidence.confidence),
        "method": address.evidence.method.as_str(),
        "snippet": address.evidence.snippet,
    })
}

fn person(person: &Person) -> Value {
    json!({
        "name": person.name.value,
        "role": person.title,
        "email": person.email,
        "phone": person.phone,
        "confidence": rounded(person.name.confidence),
        "method": person.name.method.as_str(),
        "snippet": person.name.snippet,
    })
}

/// Two digits; more would pretend to know.
fn rounded(confidence: f64) -> f64 {
    (confidence * 100.0).round() / 100.0
}

fn for_people(input: &str, findings: &Findings) -> String {
    let mut lines = vec![input.to_owned()];
    let mut add = |label: &str, text: String| lines.push(format!("  {label:<12}{text}"));
    for email in &findings.emails {
        add(
            "e-mail",
            format!("{} ({:.0} %, {})", email.value, email.confidence * 100.0, email.method.as_str()),
        );
    }
    for phone in &findings.phones {
        let extension = phone.extension.as_ref().map(|digits| format!(" ext. {digits}")).unwrap_or_default();
        add(phone.kind.as_str(), format!("{}{extension} ({})", phone.national, phone.number.value));
    }
    for address in &findings.addresses {
        add("address", address.evidence.value.clone());
    }
    for person in &findings.people {
        let role = person.title.as_ref().map(|role| format!(", {role}")).unwrap_or_default();
        add("person", format!("{}{role}", person.name.value));
    }
    if let Some(hours) = &findings.hours {
        add("hours", hours.opening_hours.value.clone());
    }
    let socials = &findings.socials;
    for profile in [
        &socials.facebook,
        &socials.instagram,
        &socials.linkedin,
        &socials.x,
        &socials.youtube,
        &socials.tiktok,
        &socials.yelp,
    ]
    .into_iter()
    .flatten()
    {
        add("profile", profile.clone());
    }
    for profile in &findings.profiles {
        add("profile", profile.url.value.clone());
    }
    for technology in &findings.technologies {
        add(technology.category, technology.name.value.clone());
    }
    if lines.len() == 1 {
        lines.push("  nothing found".to_owned());
    }
    lines.join("\n") + "\n"
}
