//! Brotli and gzip at build time, so that the server compresses nothing that never changes.

use std::io::Write;

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::web::Profile;

/// A file in another encoding.
#[derive(Debug)]
pub(crate) struct Variant {
    /// As in the `Content-Encoding` header.
    pub(crate) encoding: &'static str,
    /// Added to the file's name.
    pub(crate) extension: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// The encodings that make the content smaller by a twentieth or more.
pub(crate) fn variants(content: &[u8], content_type: &str, profile: Profile) -> Result<Vec<Variant>> {
    if !is_compressible(content_type) {
        return Ok(Vec::new());
    }
    let mut all = vec![
        Variant { encoding: "br", extension: "br", bytes: brotli(content, profile)? },
        Variant { encoding: "gzip", extension: "gz", bytes: gzip(content, profile)? },
    ];
    all.retain(|variant| variant.bytes.len() * 20 <= content.len() * 19);
    Ok(all)
}

fn is_compressible(content_type: &str) -> bool {
    let compressed = ["image/png", "image/jpeg", "image/webp", "font/woff2"];
    !compressed.contains(&content_type)
}

pub(super) fn brotli(mut content: &[u8], profile: Profile) -> Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: if profile == Profile::Release { 11 } else { 4 },
        lgwin: 22,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut bytes = Vec::new();
    brotli::BrotliCompress(&mut content, &mut bytes, &params).context("failed to compress with brotli")?;
    Ok(bytes)
}

pub(crate) fn gzip(content: &[u8], profile: Profile) -> Result<Vec<u8>> {
    let level = if profile == Profile::Release { Compression::best() } else { Compression::fast() };
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(content).and_then(|()| encoder.finish()).context("failed to compress with gzip")
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn variants_decode_to_the_content() {
        let content = "a line of text\n".repeat(200);
        let all = variants(content.as_bytes(), "text/css; charset=utf-8", Profile::Release).unwrap();
        let [br, gz] = &all[..] else { panic!("{all:?}") };
        let mut text = String::new();
        brotli::Decompressor::new(&br.bytes[..], 4096).read_to_string(&mut text).unwrap();
        assert_eq!(text, content);
        text.clear();
        flate2::read::GzDecoder::new(&gz.bytes[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, content);
    }

    #[test]
    fn what_does_not_get_smaller_stays_as_it_is() {
        assert!(variants(b"ab", "text/plain; charset=utf-8", Profile::Release).unwrap().is_empty());
    }
}
