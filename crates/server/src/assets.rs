//! The page's files, embedded when the program was built, named by their content and encoded beforehand.
//!
//! A request is answered from the list of embedded files alone: there is no folder that a path could lead out of.

use axum::Router;
use axum::extract::{OriginalUri, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::app::App;
use crate::endpoint::is_known;
use crate::problem::{ApiProblem, NOT_FOUND};

/// Files are named by their content: what a name stands for never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// What a page starts with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) js: &'static str,
    pub(crate) wasm: &'static str,
    /// Parts of the module by name; none where it is in one piece.
    pub(crate) chunks: &'static [(&'static str, &'static str)],
    /// Empty where there is none.
    pub(crate) css: &'static str,
    /// What documents of forms have beside it; empty where there is none.
    pub(crate) forms: &'static str,
    /// The style of what is opened over a page; empty where there is none.
    pub(crate) late: &'static str,
    /// That of charts and maps; empty where there is none.
    pub(crate) pictures: &'static str,
    /// What documents have beside it where maps have tiles; empty where there is none.
    pub(crate) tiles: &'static str,
    /// Empty where there is none.
    pub(crate) icon: &'static str,
}

/// An embedded file with those of its encodings that are smaller.
#[derive(Clone, Copy, Debug)]
struct File {
    path: &'static str,
    content_type: &'static str,
    plain: &'static [u8],
    br: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

mod embedded {
    use super::{Entry, File};
    include!(concat!(env!("OUT_DIR"), "/assets.rs"));
}

/// What a page starts with, where the program was built with it.
pub(crate) fn entry() -> Option<Entry> {
    embedded::ENTRY
}

/// The stylesheet of every page.
pub(crate) fn style() -> Option<&'static str> {
    let file = embedded::FILES.iter().find(|file| entry().is_some_and(|entry| entry.css == file.path))?;
    std::str::from_utf8(file.plain).ok()
}

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/assets/{*path}", get(serve))
}

async fn serve(OriginalUri(uri): OriginalUri, request: Request) -> Response {
    answer(embedded::FILES, uri.path(), request.headers())
}

fn answer(files: &[File], path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = files.iter().find(|file| file.path == path) else {
        return ApiProblem::new(NOT_FOUND, "there is no such file; reload the page").into_response();
    };
    let accepted = accepted(headers);
    let (bytes, encoding) = match (file.br, file.gzip) {
        (Some(br), _) if accepted.br => (br, Some("br")),
        (_, Some(gzip)) if accepted.gzip => (gzip, Some("gzip")),
        _ => (file.plain, None),
    };
    let tag = format!("\"{}\"", file.path.rsplit('/').next().unwrap_or(file.path));
    let fixed = [
        (header::CACHE_CONTROL, HeaderValue::from_static(FOREVER)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
        (header::ETAG, HeaderValue::try_from(tag.as_str()).unwrap_or(HeaderValue::from_static("\"\""))),
    ];
    if is_known(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, fixed).into_response();
    }
    let mut response = (fixed, [(header::CONTENT_TYPE, file.content_type)], bytes).into_response();
    if let Some(encoding) = encoding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The encodings that a client takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Accepted {
    br: bool,
    gzip: bool,
}

/// Reads `Accept-Encoding`; a weight of zero refuses.
fn accepted(headers: &HeaderMap) -> Accepted {
    let values = headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    let mut accepted = Accepted::default();
    for item in values.flat_map(|value| value.split(',')) {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).and_then(|weight| weight.parse().ok());
        let taken = weight.unwrap_or(1.0_f32) > 0.0;
        match name {
            "br" => accepted.br = taken,
            "gzip" => accepted.gzip = taken,
            "*" => accepted = Accepted { br: taken, gzip: taken },
            _ => {}
        }
    }
    accepted
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: &[File] = &[
        File {
            path: "/assets/a-1.js",
            content_type: "text/javascript",
            plain: b"plain",
            br: Some(b"brotli"),
            gzip: Some(b"gzip"),
        },
        File { path: "/assets/b-2.png", content_type: "image/png", plain: b"png", br: None, gzip: None },
    ];

    fn ask(path: &str, name: header::HeaderName, value: &'static str) -> Response {
        answer(FILES, path, &HeaderMap::from_iter([(name, HeaderValue::from_static(value))]))
    }

    #[test]
    fn the_best_encoding_that_is_accepted_is_sent() {
        let check = |path: &str, accept: &'static str, expect: Option<&str>| {
            let response = ask(path, header::ACCEPT_ENCODING, accept);
            let encoding =
                response.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap());
            assert_eq!(encoding, expect, "{path} {accept}");
            assert_eq!(response.headers()[header::CACHE_CONTROL], FOREVER);
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
        };
        check("/assets/a-1.js", "gzip, deflate, br, zstd", Some("br"));
        check("/assets/a-1.js", "gzip, br;q=0", Some("gzip"));
        check("/assets/a-1.js", "*", Some("br"));
        check("/assets/a-1.js", "identity", None);
        check("/assets/b-2.png", "br, gzip", None);
    }

    #[test]
    fn a_known_file_is_not_sent_again() {
        let response = ask("/assets/a-1.js", header::IF_NONE_MATCH, "\"a-1.js\"");
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn only_listed_files_are_there() {
        for path in ["/assets/a-2.js", "/assets/../Cargo.toml", "/assets/%2e%2e/Cargo.toml", "/assets/"] {
            assert_eq!(ask(path, header::ACCEPT, "*/*").status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn every_embedded_entry_is_an_embedded_file() {
        let Some(entry) = entry() else {
            eprintln!("NOTE: built without target/web/dist; embedded entries are not checked");
            return;
        };
        let chunks = entry.chunks.iter().map(|(_, path)| *path);
        let styles = [entry.css, entry.forms, entry.late, entry.pictures, entry.tiles];
        for path in [entry.js, entry.wasm, entry.icon].into_iter().chain(styles).chain(chunks) {
            assert!(path.is_empty() || embedded::FILES.iter().any(|file| file.path == path), "{path}");
        }
    }
}
