//! A file of leads: chosen, looked at before anything is written, then imported.

mod columns;

use contract::import::{ImportDuplicate, ImportPreview, ImportRejection};
use contract::{Business, Problem};
use markup::{Node, view};

use crate::components::field::FieldText;
use crate::components::form::Refusal;
use crate::components::icon::{Icon, icon};
use crate::components::lead::text_or_none;
use crate::components::panel::{page_head, panel};
use crate::content::{ImportColumns, ImportContent};
use crate::{format, routes};

const FILE: FieldText = FieldText {
    name: "file",
    label: "File",
    hint: "CSV, GeoJSON, newline-delimited JSON, Overture GeoParquet or OpenStreetMap PBF.",
};
const ACCEPT: &str = ".csv,.tsv,.txt,.geojson,.json,.ndjson,.jsonl,.parquet,.geoparquet,.pbf";

/// The page.
pub(crate) fn import_page(content: &ImportContent) -> Node {
    match content {
        ImportContent::Choose { limit, refused } => choose(*limit, refused.as_ref()),
        ImportContent::Preview { action, preview, columns } => {
            preview_view(action.clone(), preview, columns.as_ref())
        }
        ImportContent::Columns { name, columns } => columns::assign(name, columns),
    }
}

fn crumbs(is_preview: bool) -> Node {
    let import = is_preview.then(|| view! { <a href="/import">"Import"</a> });
    view! { <nav class="crumbs" aria-label="Breadcrumb"><a href="/leads">"Leads"</a>{import}</nav> }
}

fn choose(limit: u64, refused: Option<&Problem>) -> Node {
    let refusal = Refusal(refused);
    let body = view! {
        <form class="form" method="post" action="/import" enctype="multipart/form-data" novalidate
            aria-labelledby="choose-title">
            {refusal.line()}
            {refusal.file(FILE, ACCEPT)}
            <p class="muted">{format!("Up to {}. Nothing is written before you have seen what would be.", bytes(limit))}</p>
            <div class="form__actions">
                <button type="submit" class="btn btn--primary">{icon(Icon::Search)}<span>"Look at the file"</span></button>
                <a class="btn" href="/leads">"Cancel"</a>
            </div>
        </form>
    };
    let columns = "The columns of a CSV file are recognised by their names in the first line, such as Name or Company, \
                   Phone, E-mail, Website, Street, City, Country, Category. Only a name is needed. You see next what each is \
                   taken for, and can say what it is.";
    view! {
        {crumbs(false)}
        {page_head(|| "Import leads".to_owned(), Node::nothing())}
        <div class="stack stack--form">
            {panel("choose", "Choose a file", Node::nothing(), body)}
            {panel("columns", "What is recognised", Node::nothing(), view! { <p>{columns}</p> })}
            {panel("perhaps", "What may be there already", Node::nothing(), perhaps())}
        </div>
    }
}

fn perhaps() -> Node {
    view! {
        <p class="prose">
            "What is surely a lead that is there already is merged into it, and can be undone on its page. What is only perhaps \
             one becomes a lead of its own and waits under "<a href=routes::PAIRS>"possible duplicates"</a>"."
        </p>
    }
}

fn preview_view(action: String, preview: &ImportPreview, form: Option<&ImportColumns>) -> Node {
    let title = format!("Import {}", preview.name);
    let columns = match form {
        Some(form) => Some(columns::form(form)),
        None => (!preview.columns.is_empty()).then(|| columns::list(&preview.columns)),
    };
    let columns = columns.map(|columns| panel("columns", "Columns", Node::nothing(), columns));
    let sample = (!preview.sample.is_empty()).then(|| {
        panel("sample", "New leads", shown(preview.sample.len(), preview.new), sample(&preview.sample))
    });
    let duplicates = (!preview.duplicate_sample.is_empty()).then(|| {
        let aside = shown(preview.duplicate_sample.len(), preview.duplicates);
        panel("duplicates", "Known already", aside, duplicates(&preview.duplicate_sample))
    });
    let rejected = (!preview.rejected_sample.is_empty()).then(|| {
        let aside = shown(preview.rejected_sample.len(), preview.rejected);
        panel("rejected", "Cannot be used", aside, rejected(&preview.rejected_sample))
    });
    view! {
        {crumbs(true)}
        {page_head(move || title.clone(), Node::nothing())}
        <div class="stack">
            {panel("file", "What would happen", Node::nothing(), verdict(action, preview))}
            {columns}
            {sample}
            {rejected}
            {duplicates}
        </div>
    }
}

/// How many of all are listed, where it is not all of them.
fn shown(listed: usize, all: u64) -> Node {
    let listed = listed as u64;
    if listed == all {
        return Node::nothing();
    }
    let text = format!("the first {} of {}", format::number(listed), format::number(all));
    view! { <span class="muted">{text}</span> }
}

fn verdict(action: String, preview: &ImportPreview) -> Node {
    let count = |name: &'static str, value: u64| {
        view! { <div class="count"><dt>{name}</dt><dd>{format::number(value)}</dd></div> }
    };
    let extent = if preview.complete {
        format!("{}, looked at as a whole.", preview.kind)
    } else {
        let read = format::number(preview.read);
        format!(
            "{}, of which the first {read} records were looked at; the import reads all of it.",
            preview.kind
        )
    };
    let form = if preview.new + preview.duplicates > 0 || !preview.complete {
        view! {
            <form class="form__actions" method="post" action=action>
                <button type="submit" class="btn btn--primary">{icon(Icon::Check)}<span>"Import the file"</span></button>
                <a class="btn" href="/import">"Choose another file"</a>
            </form>
        }
    } else {
        view! {
            <p class="form__error" role="alert">{icon(Icon::Alert)}<span>"Nothing in this file can be imported."</span></p>
            <p class="form__actions"><a class="btn btn--primary" href="/import">"Choose another file"</a></p>
        }
    };
    view! {
        <div class="stack">
            <p>{extent}" Nothing is written yet."</p>
            <dl class="counts">
                {count("Records", preview.read)}
                {count("New", preview.new)}
                {count("Known already", preview.duplicates)}
                {count("Cannot be used", preview.rejected)}
                {count("Closed for good", preview.closed)}
            </dl>
            {form}
        </div>
    }
}

/// A table that may be wider than the page is moved by keys too.
fn table(label: &'static str, heads: &[&'static str], rows: Node) -> Node {
    let heads = heads.iter().map(|head| view! { <th scope="col">{*head}</th> }).collect::<Node>();
    view! {
        <div class="table-scroll" role="group" aria-label=label tabindex="0">
            <table class="table"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>
        </div>
    }
}

fn sample(leads: &[Business]) -> Node {
    let row = |lead: &Business| {
        let place =
            [lead.street.clone(), lead.city.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ");
        let phone = lead.phone_display.clone().or(lead.phone.clone());
        view! {
            <tr>
                <th scope="row">{lead.name.clone()}</th>
                <td>{format::category(lead.category.as_deref())}</td>
                <td>{text_or_none(Some(place).filter(|place| !place.is_empty()))}</td>
                <td>{text_or_none(phone)}</td>
                <td>{text_or_none(lead.email.clone())}</td>
                <td>{text_or_none(lead.website.as_deref().map(format::host))}</td>
            </tr>
        }
    };
    let heads = ["Name", "Trade", "Address", "Phone", "E-mail", "Website"];
    table("New leads", &heads, leads.iter().map(row).collect::<Node>())
}

fn duplicates(found: &[ImportDuplicate]) -> Node {
    let row = |one: &ImportDuplicate| {
        view! {
            <tr><th scope="row">{one.name.clone()}</th><td>{one.of.clone()}</td><td>{one.reason.clone()}</td></tr>
        }
    };
    let heads = ["In the file", "Is the lead", "Because"];
    table("Known already", &heads, found.iter().map(row).collect::<Node>())
}

fn rejected(found: &[ImportRejection]) -> Node {
    let row = |one: &ImportRejection| {
        view! {
            <tr>
                <td>{text_or_none(one.line.map(|line| line.to_string()))}</td>
                <td>{text_or_none(one.name.clone())}</td>
                <td>{one.reason.clone()}</td>
            </tr>
        }
    };
    table("Cannot be used", &["Line", "Name", "Reason"], found.iter().map(row).collect::<Node>())
}

/// A size for people.
fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = UNITS.into_iter().find(|(size, _)| count >= *size);
    unit.map_or_else(|| format!("{count} bytes"), |(size, name)| format!("{} {name}", count / size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_their_largest_unit() {
        assert_eq!(
            (bytes(1 << 30), bytes(1000), bytes(3 << 20)),
            ("1 GiB".into(), "1000 bytes".into(), "3 MiB".into())
        );
    }
}
