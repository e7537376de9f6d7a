//! The blobs of a PBF file, and which of them hold what.

use std::fs::File;
use std::io::{BufReader, SeekFrom};
use std::path::{Path, PathBuf};

use osmpbf::{BlobDecode, BlobReader, ByteOffset, Element, PrimitiveBlock};

use crate::error::SourceError;

/// What a pass over the file looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Nodes,
    Ways,
    Relations,
}

/// A blob and what was seen in it.
#[derive(Clone, Copy, Debug)]
struct Indexed {
    offset: ByteOffset,
    holds: [bool; 3],
}

/// A file whose blobs are indexed on the first pass, so that each later one decodes only those that it needs.
#[derive(Debug)]
pub(super) struct Blobs {
    path: PathBuf,
    reader: BlobReader<BufReader<File>>,
    index: Vec<Indexed>,
    read: u64,
}

impl Blobs {
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let mut reader = BlobReader::seekable_from_path(path).map_err(|error| explained(path, &error))?;
        check_length(path, &mut reader)?;
        Ok(Self { path: path.to_owned(), reader, index: Vec::new(), read: 0 })
    }

    /// The first pass: every element of the file.
    pub(super) fn index(&mut self, mut each: impl FnMut(&Element<'_>)) -> Result<(), SourceError> {
        while let Some(blob) = self.reader.next() {
            let blob = blob.map_err(|error| explained(&self.path, &error))?;
            let BlobDecode::OsmData(block) = blob.decode().map_err(|error| explained(&self.path, &error))?
            else {
                continue;
            };
            let mut holds = [false; 3];
            block.for_each_element(|element| {
                holds[content_of(&element) as usize] = true;
                each(&element);
            });
            if let Some(offset) = blob.offset() {
                self.index.push(Indexed { offset, holds });
            }
        }
        Ok(())
    }

    /// A later pass: the elements of the blobs that hold some of that content, until `each` answers no. It is told
    /// how many of how many blobs all passes have read.
    pub(super) fn each(
        &mut self,
        content: Content,
        mut each: impl FnMut(Element<'_>, u64, u64) -> bool,
    ) -> Result<(), SourceError> {
        let total =
            self.index.iter().map(|blob| blob.holds.iter().filter(|holds| **holds).count() as u64).sum();
        for at in 0..self.index.len() {
            if !self.index[at].holds[content as usize] {
                continue;
            }
            let block = self.block(self.index[at].offset)?;
            self.read += 1;
            let done = self.read.min(total);
            let mut goes_on = true;
            block.for_each_element(|element| goes_on = goes_on && each(element, done, total));
            if !goes_on {
                break;
            }
        }
        Ok(())
    }

    fn block(&mut self, offset: ByteOffset) -> Result<PrimitiveBlock, SourceError> {
        let explain = |error| explained(&self.path, &error);
        self.reader.blob_from_offset(offset).and_then(|blob| blob.to_primitiveblock()).map_err(explain)
    }
}

/// Runs over the heads of the blobs: the last blob ends where the file does, or the file is cut off.
fn check_length(path: &Path, reader: &mut BlobReader<BufReader<File>>) -> Result<(), SourceError> {
    let length = std::fs::metadata(path).map_err(|error| SourceError::unreadable(path, error))?.len();
    let mut blobs = 0_u64;
    while let Some(head) = reader.next_header_skip_blob() {
        if head.is_err() {
            break;
        }
        blobs += 1;
    }
    let end = reader.seek_raw(SeekFrom::Current(0)).map_err(|error| explained(path, &error))?;
    if end != length {
        return Err(SourceError::truncated(path, format!("it ends within its block {blobs}")));
    }
    reader.seek(ByteOffset(0)).map_err(|error| explained(path, &error))
}

/// What kind of element it is.
pub(super) fn content_of(element: &Element<'_>) -> Content {
    match element {
        Element::Node(_) | Element::DenseNode(_) => Content::Nodes,
        Element::Way(_) => Content::Ways,
        Element::Relation(_) => Content::Relations,
    }
}

fn explained(path: &Path, error: &osmpbf::Error) -> SourceError {
    SourceError::damaged(path, error.to_string())
}
