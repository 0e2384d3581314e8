//! As much of the zip format as npz needs: stored or deflated members.
//!
//! Written here because the archive of a few plain members takes two pages,
//! and a general zip crate brings more dependencies than this whole crate has.

use std::borrow::Cow;
use std::io::Read;

use flate2::Crc;
use flate2::read::DeflateDecoder;

const END: &[u8] = b"PK\x05\x06";
const CENTRAL: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
/// Bytes of the end record, without its comment.
const END_SIZE: usize = 22;
const CENTRAL_SIZE: usize = 46;
const LOCAL_SIZE: usize = 30;

/// An archive whose directory has been found.
#[derive(Debug)]
pub(crate) struct Archive<'a> {
    bytes: &'a [u8],
    directory: usize,
    members: usize,
}

/// One file of an archive, as the directory describes it.
#[derive(Debug)]
pub(crate) struct Member<'a> {
    pub(crate) name: String,
    method: u16,
    crc: u32,
    size: u64,
    packed: &'a [u8],
}

impl<'a> Archive<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, String> {
        // The record is the last thing in the file but for a comment of at most 64 KiB.
        let first = bytes.len().saturating_sub(END_SIZE + usize::from(u16::MAX));
        let end = bytes[first..]
            .windows(END.len())
            .rposition(|window| window == END)
            .map(|at| first + at)
            .filter(|end| end + END_SIZE <= bytes.len())
            .ok_or("this is not a zip archive, or its end is missing")?;
        Ok(Self {
            bytes,
            directory: u32_at(bytes, end + 16)? as usize,
            members: usize::from(u16_at(bytes, end + 10)?),
        })
    }

    /// All members, in the order of the directory.
    ///
    /// Members that share bytes are refused: a small archive could otherwise
    /// unpack into any amount.
    pub(crate) fn members(&self) -> Result<Vec<Member<'a>>, String> {
        let mut at = self.directory;
        let mut packed = 0;
        let mut members = Vec::new();
        for _ in 0..self.members {
            let (member, next) = self.member(at)?;
            packed += member.packed.len();
            if packed > self.bytes.len() {
                return Err("members of the archive overlap".into());
            }
            members.push(member);
            at = next;
        }
        Ok(members)
    }

    /// The member whose directory entry starts at `at`, and where the next one starts.
    fn member(&self, at: usize) -> Result<(Member<'a>, usize), String> {
        let bytes = self.bytes;
        if slice(bytes, at, 4)? != CENTRAL {
            return Err("the directory of the archive is damaged".into());
        }
        let name_length = usize::from(u16_at(bytes, at + 28)?);
        let extra_length = usize::from(u16_at(bytes, at + 30)?);
        let comment_length = usize::from(u16_at(bytes, at + 32)?);
        let name = slice(bytes, at + CENTRAL_SIZE, name_length)?;
        let extra = slice(bytes, at + CENTRAL_SIZE + name_length, extra_length)?;
        let mut wide = WideFields(wide_extra(extra));
        let size = wide.or_wide(u32_at(bytes, at + 24)?)?;
        let packed_size = wide.or_wide(u32_at(bytes, at + 20)?)?;
        let local = wide.or_wide(u32_at(bytes, at + 42)?)?;
        let local = usize::try_from(local).map_err(|_| beyond())?;
        let packed_size = usize::try_from(packed_size).map_err(|_| beyond())?;
        if slice(bytes, local, 4)? != LOCAL {
            return Err("a member is not where the directory says".into());
        }
        let skip = LOCAL_SIZE
            + usize::from(u16_at(bytes, local + 26)?)
            + usize::from(u16_at(bytes, local + 28)?);
        let member = Member {
            name: String::from_utf8_lossy(name).into_owned(),
            method: u16_at(bytes, at + 10)?,
            crc: u32_at(bytes, at + 16)?,
            size,
            packed: slice(
                bytes,
                local.checked_add(skip).ok_or_else(beyond)?,
                packed_size,
            )?,
        };
        let next = at + CENTRAL_SIZE + name_length + extra_length + comment_length;
        Ok((member, next))
    }
}

impl<'a> Member<'a> {
    /// The unpacked content, checked against its size and checksum.
    pub(crate) fn content(&self) -> Result<Cow<'a, [u8]>, String> {
        let content = match self.method {
            0 => Cow::Borrowed(self.packed),
            8 => {
                // One more than promised is enough to see that there is more.
                let mut content = Vec::new();
                DeflateDecoder::new(self.packed)
                    .take(self.size.saturating_add(1))
                    .read_to_end(&mut content)
                    .map_err(|error| format!("the compressed data is damaged: {error}"))?;
                Cow::Owned(content)
            }
            other => {
                return Err(format!(
                    "compression method {other} is not known; 0 and 8 are"
                ));
            }
        };
        if content.len() as u64 != self.size || checksum(&content) != self.crc {
            return Err("size or checksum do not match the content; the archive is damaged".into());
        }
        Ok(content)
    }
}

/// An archive of stored files. `None` if it does not fit the plain format.
pub(crate) fn archive(files: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    /// Names are UTF-8.
    const FLAGS: u16 = 1 << 11;
    /// 1 January 1980, so that the same content gives the same bytes.
    const DATE: u16 = 1 << 5 | 1;
    const VERSION: u16 = 20;
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let size = u32::try_from(content.len()).ok()?;
        let offset = u32::try_from(bytes.len()).ok()?;
        let name_length = u16::try_from(name.len()).ok()?;
        let mut fields = Vec::new();
        for field in [VERSION, FLAGS, 0, 0, DATE] {
            fields.extend(field.to_le_bytes());
        }
        for field in [checksum(content), size, size] {
            fields.extend(field.to_le_bytes());
        }
        fields.extend(name_length.to_le_bytes());
        fields.extend([0; 2]);

        bytes.extend(LOCAL);
        bytes.extend(&fields);
        bytes.extend(name.as_bytes());
        bytes.extend(content);

        directory.extend(CENTRAL);
        directory.extend(VERSION.to_le_bytes());
        directory.extend(&fields);
        // Comment, disk and attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = u32::try_from(bytes.len()).ok()?;
    let count = u16::try_from(files.len()).ok()?;
    let length = u32::try_from(directory.len()).ok()?;
    bytes.append(&mut directory);
    bytes.extend(END);
    bytes.extend([0; 4]);
    bytes.extend(count.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0; 2]);
    Some(bytes)
}

fn checksum(content: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(content);
    crc.sum()
}

/// The 64-bit values that stand in for fields of all ones, in their order.
struct WideFields<'a>(&'a [u8]);

impl WideFields<'_> {
    fn or_wide(&mut self, field: u32) -> Result<u64, String> {
        if field != u32::MAX {
            return Ok(u64::from(field));
        }
        let (wide, rest) = self
            .0
            .split_first_chunk()
            .ok_or("a 64-bit size is missing")?;
        self.0 = rest;
        Ok(u64::from_le_bytes(*wide))
    }
}

/// The content of the extra field for 64-bit sizes, or nothing.
fn wide_extra(mut extra: &[u8]) -> &[u8] {
    const ZIP64: [u8; 2] = [1, 0];
    while let Some((&[id0, id1, low, high], rest)) = extra.split_first_chunk() {
        let length = usize::from(u16::from_le_bytes([low, high]));
        let Some((field, next)) = rest.split_at_checked(length) else {
            break;
        };
        if [id0, id1] == ZIP64 {
            return field;
        }
        extra = next;
    }
    &[]
}

fn slice(bytes: &[u8], at: usize, length: usize) -> Result<&[u8], String> {
    let end = at.checked_add(length).ok_or_else(beyond)?;
    bytes.get(at..end).ok_or_else(beyond)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, String> {
    let field = slice(bytes, at, 2)?;
    Ok(u16::from_le_bytes(field.try_into().expect("two bytes")))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, String> {
    let field = slice(bytes, at, 4)?;
    Ok(u32::from_le_bytes(field.try_into().expect("four bytes")))
}

fn beyond() -> String {
    "the archive points beyond its end; it is truncated or damaged".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_back_in_order() {
        let files = [
            ("b".to_string(), vec![1, 2, 3]),
            ("a/é".to_string(), vec![]),
        ];
        let bytes = archive(&files).unwrap();
        let members: Vec<_> = Archive::new(&bytes)
            .unwrap()
            .members()
            .unwrap()
            .into_iter()
            .map(|member| (member.name.clone(), member.content().unwrap().into_owned()))
            .collect();
        assert_eq!(members, files);
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let mut bytes = archive(&[("a".into(), vec![1, 2, 3])]).unwrap();
        bytes[LOCAL_SIZE + 1] = 9;
        let archive = Archive::new(&bytes).unwrap();
        let members = archive.members().unwrap();
        assert_eq!(
            members[0].content().unwrap_err(),
            "size or checksum do not match the content; the archive is damaged"
        );
    }

    #[test]
    fn members_may_not_share_bytes() {
        let many = [
            ("a".to_string(), vec![0; 1000]),
            ("b".to_string(), vec![0; 1000]),
        ];
        let mut bytes = archive(&many).unwrap();
        let second = bytes
            .windows(4)
            .rposition(|window| window == CENTRAL)
            .unwrap();
        bytes.drain(LOCAL_SIZE + 1001..second - CENTRAL_SIZE - 1);
        let second = second - (LOCAL_SIZE + 1001);
        bytes[second + 42..second + 46].fill(0);
        let end = bytes.len() - END_SIZE;
        let start = (second - CENTRAL_SIZE - 1) as u32;
        bytes[end + 16..end + 20].copy_from_slice(&start.to_le_bytes());
        assert_eq!(
            Archive::new(&bytes).unwrap().members().unwrap_err(),
            "members of the archive overlap"
        );
    }

    #[test]
    fn what_is_no_archive_says_so() {
        assert_eq!(
            Archive::new(b"hello").unwrap_err(),
            "this is not a zip archive, or its end is missing"
        );
    }
}
