//! Writing an archive of stored members, one after the other.

use std::io::{self, Write};

use flate2::Crc;

use super::{CENTRAL, END, LOCAL, LOCAL_SIZE, WIDE_END, WIDE_END_SIZE, WIDE_FIELD, WIDE_LOCATOR};

/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
/// 1 January 1980, so that the same content gives the same bytes.
const DATE: u16 = 1 << 5 | 1;
/// Versions that readers need: plain, and with 64-bit sizes.
const VERSION: u16 = 20;
const WIDE_VERSION: u16 = 45;
/// Marks the extra field that moves the content to its alignment, as PyTorch does.
const PADDING_FIELD: [u8; 2] = *b"FB";

/// An archive under way. Without [`finish`](ArchiveWriter::finish) it is not readable.
pub(crate) struct ArchiveWriter<'a> {
    file: &'a mut dyn Write,
    align: u64,
    offset: u64,
    directory: Vec<u8>,
    members: u64,
}

impl<'a> ArchiveWriter<'a> {
    /// Contents will start at multiples of `align`, which is at most 4096.
    pub(crate) fn new(file: &'a mut dyn Write, align: u64) -> Self {
        Self {
            file,
            align,
            offset: 0,
            directory: Vec::new(),
            members: 0,
        }
    }

    /// Adds a member. `content` is asked twice for the same bytes: the
    /// checksum stands before them.
    pub(crate) fn add(
        &mut self,
        name: &str,
        content: impl Fn(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut measure = Measure(Crc::new(), 0);
        content(&mut measure)?;
        let (crc, size) = (measure.0.sum(), measure.1);
        let name_length = u16::try_from(name.len()).map_err(|_| {
            let message = format!("a name of {} bytes is too long for an archive", name.len());
            io::Error::new(io::ErrorKind::InvalidInput, message)
        })?;
        let offset = self.offset;

        let mut local_extra = wide_field([size, size]);
        let content_at = offset + (LOCAL_SIZE + name.len() + local_extra.len()) as u64;
        if !content_at.is_multiple_of(self.align) {
            let room = (content_at + 4).next_multiple_of(self.align) - (content_at + 4);
            local_extra.extend(PADDING_FIELD);
            local_extra.extend((room as u16).to_le_bytes());
            local_extra.resize(local_extra.len() + room as usize, 0);
        }
        let extra = wide_field([size, size, offset]);
        let version = if extra.is_empty() {
            VERSION
        } else {
            WIDE_VERSION
        };
        let mut fields = Vec::new();
        for field in [version, FLAGS, 0, 0, DATE] {
            fields.extend(field.to_le_bytes());
        }
        for field in [crc, narrow(size), narrow(size)] {
            fields.extend(field.to_le_bytes());
        }
        fields.extend(name_length.to_le_bytes());

        let mut local = [LOCAL, &fields].concat();
        local.extend((local_extra.len() as u16).to_le_bytes());
        local.extend(name.as_bytes());
        local.append(&mut local_extra);
        self.file.write_all(&local)?;
        content(self.file)?;
        self.offset += local.len() as u64 + size;

        self.directory.extend(CENTRAL);
        self.directory.extend(version.to_le_bytes());
        self.directory.append(&mut fields);
        self.directory.extend((extra.len() as u16).to_le_bytes());
        // Comment, disk and attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(narrow(offset).to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.directory.extend(extra);
        self.members += 1;
        Ok(())
    }

    /// Writes the directory and the end of the archive.
    pub(crate) fn finish(self) -> io::Result<()> {
        let (start, length) = (self.offset, self.directory.len() as u64);
        let mut end = self.directory;
        let members = u16::try_from(self.members).unwrap_or(u16::MAX);
        if members == u16::MAX || narrow(start) == u32::MAX || narrow(length) == u32::MAX {
            let record = start + length;
            end.extend(WIDE_END);
            end.extend((WIDE_END_SIZE as u64 - 12).to_le_bytes());
            end.extend(WIDE_VERSION.to_le_bytes());
            end.extend(WIDE_VERSION.to_le_bytes());
            end.extend([0; 8]);
            for field in [self.members, self.members, length, start] {
                end.extend(field.to_le_bytes());
            }
            end.extend(WIDE_LOCATOR);
            end.extend([0; 4]);
            end.extend(record.to_le_bytes());
            end.extend(1u32.to_le_bytes());
        }
        end.extend(END);
        end.extend([0; 4]);
        end.extend(members.to_le_bytes());
        end.extend(members.to_le_bytes());
        end.extend(narrow(length).to_le_bytes());
        end.extend(narrow(start).to_le_bytes());
        end.extend([0; 2]);
        self.file.write_all(&end)
    }
}

/// The field of 32 bits: all ones where the number does not fit.
fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The extra field with those of the numbers that 32 bits cannot hold; nothing if all fit.
fn wide_field<const N: usize>(numbers: [u64; N]) -> Vec<u8> {
    let wide = numbers
        .iter()
        .filter(|&&number| narrow(number) == u32::MAX)
        .flat_map(|number| number.to_le_bytes());
    let wide: Vec<u8> = wide.collect();
    if wide.is_empty() {
        return wide;
    }
    let mut field = WIDE_FIELD.to_le_bytes().to_vec();
    field.extend((wide.len() as u16).to_le_bytes());
    field.extend(wide);
    field
}

/// Counts bytes and sums them up, and keeps none.
struct Measure(Crc, u64);

impl Write for Measure {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        self.1 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_32_bits_move_to_the_extra_field() {
        assert!(wide_field([5, u64::from(u32::MAX) - 1]).is_empty());
        let field = wide_field([5, 1 << 32]);
        assert_eq!(field[..4], [1, 0, 8, 0]);
        assert_eq!(field[4..], (1u64 << 32).to_le_bytes());
        assert_eq!(narrow(1 << 32), u32::MAX);
    }

    #[test]
    fn a_name_that_is_too_long_is_an_error() {
        let mut bytes = Vec::new();
        let mut writer = ArchiveWriter::new(&mut bytes, 1);
        let error = writer.add(&"n".repeat(70_000), |_| Ok(())).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a name of 70000 bytes is too long for an archive"
        );
    }
}
