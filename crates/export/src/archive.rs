//! A ZIP archive that is written from its beginning to its end, without going back (APPNOTE 6.3.9): sizes and checksums
//! follow each file.

use std::io::{self, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// Made by and needed: version 2.0, which has deflate.
const VERSION: u16 = 20;
/// Bit 3: sizes follow. Bit 11: names are UTF-8.
const FLAGS: u16 = 1 << 3 | 1 << 11;
const DEFLATE: u16 = 8;
/// 1 January 1980, the earliest that there is: the same data make the same archive.
const DATE: u16 = 1 << 5 | 1;

/// The archive under construction.
pub(crate) struct Archive<W: Write> {
    out: Counted<W>,
    files: Vec<File>,
}

/// A file that is whole.
struct File {
    name: &'static str,
    offset: u64,
    crc: u32,
    compressed: u64,
    size: u64,
}

impl<W: Write> Archive<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out: Counted { inner: out, count: 0 }, files: Vec::new() }
    }

    /// Adds a whole file.
    pub(crate) fn file(&mut self, name: &'static str, content: &str) -> io::Result<()> {
        let mut file = self.begin(name)?;
        file.write_all(content.as_bytes())?;
        self.end(file)
    }

    /// Begins a file; what was written to it comes out by [`Archive::drain`] and [`Archive::end`].
    pub(crate) fn begin(&mut self, name: &'static str) -> io::Result<Open> {
        let offset = self.out.count;
        self.out.write_all(b"PK\x03\x04")?;
        self.numbers(&[VERSION, FLAGS, DEFLATE, 0, DATE])?;
        // Checksum and both sizes follow the file.
        self.out.write_all(&[0; 12])?;
        self.numbers(&[length(name.len())?, 0])?;
        self.out.write_all(name.as_bytes())?;
        let packed = DeflateEncoder::new(Vec::new(), Compression::default());
        Ok(Open { name, offset, packed, crc: Crc::new(), compressed: 0, size: 0 })
    }

    /// Writes out what of an open file is packed by now.
    pub(crate) fn drain(&mut self, file: &mut Open) -> io::Result<()> {
        let packed = file.packed.get_mut();
        self.out.write_all(packed)?;
        file.compressed += packed.len() as u64;
        packed.clear();
        Ok(())
    }

    /// Ends a file.
    pub(crate) fn end(&mut self, file: Open) -> io::Result<()> {
        let Open { name, offset, packed, crc, compressed, size } = file;
        let rest = packed.finish()?;
        self.out.write_all(&rest)?;
        let file = File { name, offset, crc: crc.sum(), compressed: compressed + rest.len() as u64, size };
        self.out.write_all(b"PK\x07\x08")?;
        self.sizes(&file)?;
        self.files.push(file);
        Ok(())
    }

    /// Writes the directory, and flushes.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        let start = self.out.count;
        let files = std::mem::take(&mut self.files);
        for file in &files {
            self.out.write_all(b"PK\x01\x02")?;
            self.numbers(&[VERSION, VERSION, FLAGS, DEFLATE, 0, DATE])?;
            self.sizes(file)?;
            // No extra field, no comment, first disk, no attributes.
            self.numbers(&[length(file.name.len())?, 0, 0, 0, 0, 0, 0])?;
            self.out.write_all(&small(file.offset)?.to_le_bytes())?;
            self.out.write_all(file.name.as_bytes())?;
        }
        let (end, count) = (self.out.count, length(files.len())?);
        self.out.write_all(b"PK\x05\x06")?;
        self.numbers(&[0, 0, count, count])?;
        self.out.write_all(&small(end - start)?.to_le_bytes())?;
        self.out.write_all(&small(start)?.to_le_bytes())?;
        self.numbers(&[0])?;
        self.out.flush()
    }

    fn sizes(&mut self, file: &File) -> io::Result<()> {
        self.out.write_all(&file.crc.to_le_bytes())?;
        self.out.write_all(&small(file.compressed)?.to_le_bytes())?;
        self.out.write_all(&small(file.size)?.to_le_bytes())
    }

    fn numbers(&mut self, numbers: &[u16]) -> io::Result<()> {
        numbers.iter().try_for_each(|number| self.out.write_all(&number.to_le_bytes()))
    }
}

/// A file that is being packed.
pub(crate) struct Open {
    name: &'static str,
    offset: u64,
    packed: DeflateEncoder<Vec<u8>>,
    crc: Crc,
    compressed: u64,
    size: u64,
}

impl Write for Open {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.packed.write(bytes)?;
        self.crc.update(&bytes[..taken]);
        self.size += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Counted<W> {
    inner: W,
    count: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.inner.write(bytes)?;
        self.count += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Sizes beyond this need ZIP64, which not every spreadsheet reads.
fn small(size: u64) -> io::Result<u32> {
    u32::try_from(size).map_err(|_| {
        io::Error::other("a workbook holds at most 4 GB; narrow the filters or choose another format")
    })
}

fn length(length: usize) -> io::Result<u16> {
    u16::try_from(length).map_err(io::Error::other)
}
