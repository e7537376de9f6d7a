//! Which files a release has, as an object store lists them.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>

use url::Url;

use crate::remote::{Answer, Ask, RemoteError, Service, Tell, Verdict, status_verdict};

/// The most bytes of a page of a list, which has at most a thousand entries.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// The most pages of a list.
const MOST_PAGES: usize = 20;
/// Where releases are in a bucket.
const ROOT: &str = "release/";
/// Where places are in a release.
const PLACES: &str = "theme=places/type=place/";

/// The releases of a bucket.
pub(super) struct Releases<'a> {
    pub(super) service: &'a Service,
}

/// A page of a list.
#[derive(Debug, PartialEq)]
struct Page {
    folders: Vec<String>,
    /// Keys with what tells a version from others.
    files: Vec<(String, Option<String>)>,
    /// Where the next page goes on.
    next: Option<String>,
}

impl Releases<'_> {
    /// The files of places of the release, or of the newest, each with what tells its version from others.
    pub(super) async fn files(
        &self,
        release: Option<&str>,
        tell: Tell<'_>,
    ) -> Result<Vec<(Url, Option<String>)>, RemoteError> {
        let release = match release {
            Some(release) => release.to_owned(),
            None => self.newest(tell).await?,
        };
        let prefix = format!("{ROOT}{release}/{PLACES}");
        let page = self.list(&prefix, false, tell).await?;
        let files: Vec<(Url, Option<String>)> = page
            .files
            .into_iter()
            .filter(|(key, _)| key.ends_with(super::ENDING))
            .map(|(key, tag)| Ok((self.address(&key)?, tag)))
            .collect::<Result<_, RemoteError>>()?;
        if files.is_empty() {
            return Err(
                self.unreadable(format!("there are no places under {prefix}; is that release there?"))
            );
        }
        Ok(files)
    }

    async fn newest(&self, tell: Tell<'_>) -> Result<String, RemoteError> {
        let page = self.list(ROOT, true, tell).await?;
        let names = page.folders.iter().filter_map(|folder| folder.strip_prefix(ROOT)?.strip_suffix('/'));
        let dated = names.filter(|name| name.as_bytes().first().is_some_and(u8::is_ascii_digit));
        let newest = dated.max_by_key(|name| order(name)).map(str::to_owned);
        newest.ok_or_else(|| self.unreadable(format!("there is no release under {ROOT}")))
    }

    /// All that lies under a prefix; with `folders`, the names up to the next slash alone.
    async fn list(&self, prefix: &str, folders: bool, tell: Tell<'_>) -> Result<Page, RemoteError> {
        let mut whole = Page { folders: Vec::new(), files: Vec::new(), next: None };
        for _ in 0..MOST_PAGES {
            let mut url = self.service.base().clone();
            url.query_pairs_mut().append_pair("list-type", "2").append_pair("prefix", prefix);
            if folders {
                url.query_pairs_mut().append_pair("delimiter", "/");
            }
            if let Some(next) = &whole.next {
                url.query_pairs_mut().append_pair("continuation-token", next);
            }
            let page = self.page(url, tell).await?;
            whole.folders.extend(page.folders);
            whole.files.extend(page.files);
            whole.next = page.next;
            if whole.next.is_none() {
                return Ok(whole);
            }
        }
        Err(self.unreadable(format!("the list of {prefix} does not end")))
    }

    async fn page(&self, url: Url, tell: Tell<'_>) -> Result<Page, RemoteError> {
        let judge = |answer: Answer| {
            if answer.status != 200 {
                return status_verdict(self.service.name(), &answer);
            }
            let page = std::str::from_utf8(&answer.body).ok().and_then(page);
            page.map_or_else(
                || Verdict::Again(self.unreadable("it is no list of objects as S3 has it".to_owned())),
                Verdict::Done,
            )
        };
        self.service.ask(&Ask::get(url, MOST_BYTES), tell, judge).await
    }

    fn address(&self, key: &str) -> Result<Url, RemoteError> {
        let mut url = self.service.base().clone();
        let wrong = || self.unreadable(format!("'{key}' is no key of a file"));
        url.path_segments_mut().map_err(|()| wrong())?.pop_if_empty().extend(key.split('/'));
        Ok(url)
    }

    fn unreadable(&self, detail: String) -> RemoteError {
        RemoteError::Unreadable { service: self.service.name().to_owned(), detail }
    }
}

/// Releases in the order in which they were made: `2026-11-18.10` comes after `2026-11-18.9`.
fn order(release: &str) -> (String, u64) {
    let (date, number) = release.split_once('.').unwrap_or((release, "0"));
    (date.to_owned(), number.parse().unwrap_or(0))
}

/// Reads a `ListBucketResult`, whose elements have neither attributes nor children but those named here.
fn page(xml: &str) -> Option<Page> {
    let list = element(xml, "ListBucketResult")?.0;
    let folders = elements(list, "CommonPrefixes").into_iter().filter_map(|folder| text(folder, "Prefix"));
    let files = elements(list, "Contents").into_iter();
    let files = files.filter_map(|file| Some((text(file, "Key")?, text(file, "ETag"))));
    let is_cut = text(list, "IsTruncated").as_deref() == Some("true");
    let (folders, files) = (folders.collect(), files.collect());
    Some(Page { folders, files, next: text(list, "NextContinuationToken").filter(|_| is_cut) })
}

/// What stands in the first element of that name, and what comes after it.
fn element<'x>(xml: &'x str, name: &str) -> Option<(&'x str, &'x str)> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut rest = xml;
    loop {
        rest = rest.split_once(open.as_str())?.1;
        // `<Key>` is not `<KeyCount>`.
        if rest.starts_with(['>', ' ']) {
            return rest.split_once('>')?.1.split_once(close.as_str());
        }
    }
}

fn elements<'x>(xml: &'x str, name: &str) -> Vec<&'x str> {
    let (mut found, mut rest) = (Vec::new(), xml);
    while let Some((inside, after)) = element(rest, name) {
        found.push(inside);
        rest = after;
    }
    found
}

fn text(xml: &str, name: &str) -> Option<String> {
    let (inside, _) = element(xml, name)?;
    let plain =
        inside.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&apos;", "'");
    // Last, so that nothing is decoded twice.
    Some(plain.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_folders_and_one_of_files_are_read() {
        let folders = r#"<?xml version="1.0" encoding="UTF-8"?>
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>maps</Name><Prefix>release/</Prefix>
            <KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys><Delimiter>/</Delimiter><IsTruncated>false</IsTruncated>
            <CommonPrefixes><Prefix>release/2026-10-21.0/</Prefix></CommonPrefixes>
            <CommonPrefixes><Prefix>release/2026-11-18.0/</Prefix></CommonPrefixes></ListBucketResult>"#;
        let read = page(folders).unwrap();
        assert_eq!(
            (read.folders, read.next),
            (vec!["release/2026-10-21.0/".into(), "release/2026-11-18.0/".into()], None)
        );
        let files = r#"<ListBucketResult xmlns="x"><Prefix>p</Prefix><NextContinuationToken>1/a==</NextContinuationToken>
            <KeyCount>1</KeyCount><IsTruncated>true</IsTruncated><Contents><Key>p/a&amp;b.parquet</Key>
            <ETag>&quot;5d41-3&quot;</ETag><Size>734003200</Size></Contents></ListBucketResult>"#;
        let read = page(files).unwrap();
        assert_eq!(read.files, [("p/a&b.parquet".to_owned(), Some("\"5d41-3\"".to_owned()))]);
        assert_eq!(read.next.as_deref(), Some("1/a=="));
    }

    #[test]
    fn what_is_no_list_is_none() {
        for text in [
            "",
            "<html><body>hello</body></html>",
            "<ListBucketResult>",
            "<ListBucketResultant></ListBucketResultant>",
        ] {
            assert_eq!(page(text), None, "{text}");
        }
    }

    #[test]
    fn releases_are_ordered_by_date_and_number() {
        let mut releases = ["2026-11-18.10", "2025-12-17.0", "2026-11-18.9", "2026-02-18.0"];
        releases.sort_by_key(|release| order(release));
        assert_eq!(releases, ["2025-12-17.0", "2026-02-18.0", "2026-11-18.9", "2026-11-18.10"]);
    }
}
