//! Finding the members of an archive in memory and unpacking them.

use std::borrow::Cow;
use std::io::Read;

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::{
    CENTRAL, CENTRAL_SIZE, END, END_SIZE, LOCAL, LOCAL_SIZE, WIDE_END, WIDE_FIELD, WIDE_LOCATOR,
    WIDE_LOCATOR_SIZE,
};

/// An archive whose directory has been found.
#[derive(Debug)]
pub(crate) struct Archive<'a> {
    bytes: &'a [u8],
    directory: usize,
    members: u64,
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
        let mut archive = Self {
            bytes,
            directory: u32_at(bytes, end + 16)? as usize,
            members: u64::from(u16_at(bytes, end + 10)?),
        };
        // Fields of all ones say that a record of wider fields stands before this one.
        let wide = u32_at(bytes, end + 16)? == u32::MAX || archive.members == u64::from(u16::MAX);
        let locator = end.checked_sub(WIDE_LOCATOR_SIZE);
        if let Some(locator) = locator.filter(|_| wide)
            && slice(bytes, locator, 4)? == WIDE_LOCATOR
        {
            let record = usize::try_from(u64_at(bytes, locator + 8)?).map_err(|_| beyond())?;
            if slice(bytes, record, 4)? != WIDE_END {
                return Err("the end of the archive is damaged".into());
            }
            archive.members = u64_at(bytes, record + 32)?;
            archive.directory =
                usize::try_from(u64_at(bytes, record + 48)?).map_err(|_| beyond())?;
        }
        Ok(archive)
    }

    /// All members, in the order of the directory.
    ///
    /// Members that share bytes are refused, and members that would unpack
    /// into more than `limit` bytes together: a small archive could otherwise
    /// take any amount of memory.
    pub(crate) fn members(&self, limit: u64) -> Result<Vec<Member<'a>>, String> {
        let mut at = self.directory;
        let (mut packed, mut unpacked) = (0, 0u64);
        let mut members = Vec::new();
        for _ in 0..self.members {
            let (member, next) = self.member(at)?;
            packed += member.packed.len();
            if packed > self.bytes.len() {
                return Err("members of the archive overlap".into());
            }
            unpacked = unpacked.saturating_add(member.size);
            if unpacked > limit {
                return Err(format!(
                    "the members unpack to {unpacked} bytes and more, {limit} are allowed for an archive of this size"
                ));
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
        let mut crc = Crc::new();
        crc.update(&content);
        if content.len() as u64 != self.size || crc.sum() != self.crc {
            return Err("size or checksum do not match the content; the archive is damaged".into());
        }
        Ok(content)
    }
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
    while let Some((&[id0, id1, low, high], rest)) = extra.split_first_chunk() {
        let length = usize::from(u16::from_le_bytes([low, high]));
        let Some((field, next)) = rest.split_at_checked(length) else {
            break;
        };
        if u16::from_le_bytes([id0, id1]) == WIDE_FIELD {
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

fn array_at<const SIZE: usize>(bytes: &[u8], at: usize) -> Result<[u8; SIZE], String> {
    let field = slice(bytes, at, SIZE)?;
    Ok(field.try_into().expect("the slice has this size"))
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, String> {
    array_at(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, String> {
    array_at(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Result<u64, String> {
    array_at(bytes, at).map(u64::from_le_bytes)
}

fn beyond() -> String {
    "the archive points beyond its end; it is truncated or damaged".into()
}
