//! Files that go to the server: `multipart/form-data` with one part.

use contract::endpoint::NoQuery;
use contract::import::{FileUpload, ImportPreview};
use contract::{Endpoint, JobAccepted, endpoints};

use super::{ApiClient, Call, CallOptions, IdempotencyKey, request_for};

/// A file to be sent, whole in memory.
#[derive(Clone, Copy, Debug)]
pub struct FileContent<'a> {
    /// What it is called; its ending tells what it holds.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// Importing. Each fails when the server cannot be reached, refuses, or answers in another shape.
impl ApiClient {
    /// What an import of the file would do; nothing is written.
    /// [`crate::ApiError::field`] says by `file` why it cannot be used.
    pub fn preview_import(&self, file: FileContent<'_>) -> Call<ImportPreview> {
        self.upload::<endpoints::PreviewImport>(file, CallOptions::default())
    }

    /// Imports the file; the same key and file start one job however often they are sent.
    pub fn import_businesses(&self, file: FileContent<'_>, key: IdempotencyKey) -> Call<JobAccepted> {
        self.upload::<endpoints::ImportBusinesses>(file, CallOptions::keyed(key))
    }

    fn upload<E>(&self, file: FileContent<'_>, options: CallOptions) -> Call<E::Response>
    where
        E: Endpoint<Path = (), Query = NoQuery, Body = FileUpload>,
    {
        let boundary = format!("letip-{}", uuid::Uuid::new_v4().simple());
        let request = request_for::<E>(&(), &NoQuery {}, &FileUpload, options).map(|mut request| {
            request.headers.retain(|(name, _)| name != "content-type");
            let kind = format!("multipart/form-data; boundary={boundary}");
            request.headers.push(("content-type".to_owned(), kind));
            request.body = Some(multipart(&boundary, file));
            request
        });
        Call::of(self.exchange(request))
    }
}

/// The part named `file`. What would end the header early is written as browsers write it.
fn multipart(boundary: &str, file: FileContent<'_>) -> Vec<u8> {
    let name = file.name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let head = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         content-type: application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), file.bytes, format!("\r\n--{boundary}--\r\n").as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_its_header() {
        let body = multipart("XX", FileContent { name: "a\"\r\nb.csv", bytes: b"name\nA\n" });
        assert_eq!(
            String::from_utf8(body).unwrap(),
            "--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a%22%0D%0Ab.csv\"\r\n\
             content-type: application/octet-stream\r\n\r\nname\nA\n\r\n--XX--\r\n"
        );
    }
}
