//! Extraction never panics, whatever the bytes.

#![no_main]

use extraction::{Page, charset, extract, links};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|body: &[u8]| {
    if let Ok(url) = Url::parse("https://www.acme.example/contact") {
        let page = Page { url, html: charset::decode(None, body) };
        let _ = extract(&page, None);
        let _ = links(&page);
    }
});
