//! As much of the zip format as npz and PyTorch's files need: stored or deflated members.
//!
//! Written here because the archive of a few plain members takes two pages,
//! and a general zip crate brings more dependencies than this whole crate has.
//! Sizes and positions of 64 bits are read and, where 32 do not suffice, written.

mod read;
mod write;

pub(crate) use read::Archive;
#[cfg(any(test, feature = "pytorch"))]
pub(crate) use read::Member;
pub(crate) use write::ArchiveWriter;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const WIDE_END: &[u8] = b"PK\x06\x06";
const WIDE_LOCATOR: &[u8] = b"PK\x06\x07";

/// Bytes of the records, without names, extra fields and comments.
const LOCAL_SIZE: usize = 30;
const CENTRAL_SIZE: usize = 46;
const END_SIZE: usize = 22;
const WIDE_END_SIZE: usize = 56;
const WIDE_LOCATOR_SIZE: usize = 20;

/// Marks the extra field that holds sizes of 64 bits.
const WIDE_FIELD: u16 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(files: &[(&str, &[u8])], align: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = ArchiveWriter::new(&mut bytes, align);
        for (name, content) in files {
            writer.add(name, |file| file.write_all(content)).unwrap();
        }
        writer.finish().unwrap();
        bytes
    }

    fn members(bytes: &[u8]) -> Result<Vec<Member<'_>>, String> {
        Archive::new(bytes)?.members(1 << 20)
    }

    #[test]
    fn members_come_back_in_order() {
        let files: [(&str, &[u8]); 2] = [("b", &[1, 2, 3]), ("a/é", &[])];
        for align in [1, 64] {
            let bytes = archive(&files, align);
            for (member, (name, content)) in members(&bytes).unwrap().iter().zip(files) {
                assert_eq!(member.name, name);
                assert_eq!(*member.content().unwrap(), *content);
            }
        }
    }

    #[test]
    fn contents_start_at_multiples() {
        let bytes = archive(&[("name", b"\xFE\xFE\xFE"), ("other", b"\xFD\xFD")], 64);
        for content in [&[0xFE; 3][..], &[0xFD; 2]] {
            let at = bytes
                .windows(content.len())
                .position(|window| window == content);
            assert_eq!(at.unwrap() % 64, 0);
        }
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let mut bytes = archive(&[("a", &[1, 2, 3])], 1);
        bytes[LOCAL_SIZE + 1] = 9;
        assert_eq!(
            members(&bytes).unwrap()[0].content().unwrap_err(),
            "size or checksum do not match the content; the archive is damaged"
        );
    }

    #[test]
    fn members_may_not_share_bytes() {
        let many: [(&str, &[u8]); 2] = [("a", &[0; 1000]), ("b", &[0; 1000])];
        let mut bytes = archive(&many, 1);
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
            members(&bytes).unwrap_err(),
            "members of the archive overlap"
        );
    }

    #[test]
    fn too_much_content_is_refused_before_it_is_unpacked() {
        let bytes = archive(&[("a", &[0; 100]), ("b", &[0; 100])], 1);
        assert_eq!(
            Archive::new(&bytes).unwrap().members(150).unwrap_err(),
            "the members unpack to 200 bytes and more, 150 are allowed for an archive of this size"
        );
    }

    #[test]
    fn what_is_no_archive_says_so() {
        assert_eq!(
            Archive::new(b"hello").unwrap_err(),
            "this is not a zip archive, or its end is missing"
        );
    }

    /// The sizes of such an archive are those of a small one, written wide.
    #[test]
    fn wide_records_are_read() {
        let narrow = archive(&[("a", &[1, 2, 3])], 1);
        let (body, end) = narrow.split_at(narrow.len() - END_SIZE);
        let (start, length) = (&end[16..20], &end[12..16]);
        let mut bytes = body.to_vec();
        bytes.extend(WIDE_END);
        bytes.extend((WIDE_END_SIZE as u64 - 12).to_le_bytes());
        bytes.extend([0; 12]);
        for _ in 0..2 {
            bytes.extend(1u64.to_le_bytes());
        }
        for field in [length, start] {
            bytes.extend(field);
            bytes.extend([0; 4]);
        }
        bytes.extend(WIDE_LOCATOR);
        bytes.extend([0; 4]);
        bytes.extend((body.len() as u64).to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(END);
        bytes.extend([0xFF; 16]);
        bytes.extend([0; 2]);
        let members = members(&bytes).unwrap();
        assert_eq!(*members[0].content().unwrap(), [1, 2, 3]);
    }
}
