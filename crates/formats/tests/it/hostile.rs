//! No file, however damaged, makes the reader panic or ask for much memory.

use gradus_formats::safetensors;
use proptest::prelude::*;

const MIXED: &[u8] = include_bytes!("../fixtures/mixed.safetensors");

#[test]
fn every_truncation_is_an_error() {
    for length in 0..MIXED.len() {
        safetensors::from_bytes(&MIXED[..length]).unwrap_err();
    }
}

#[test]
fn a_truncated_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.safetensors");
    std::fs::write(&path, &MIXED[..MIXED.len() - 3]).unwrap();
    assert_eq!(
        safetensors::read(&path).unwrap_err().to_string(),
        format!(
            "{}: the tensors need 148 bytes, the file has 145: 3 are missing; the file is truncated",
            path.display()
        )
    );
}

#[test]
fn a_missing_file_is_named() {
    let message = safetensors::read("/no/such/file").unwrap_err().to_string();
    assert!(
        message.starts_with("cannot read /no/such/file: "),
        "{message}"
    );
}

proptest! {
    /// Whatever still reads holds no more than the file does.
    #[test]
    fn changed_bytes(changes in prop::collection::vec((0..MIXED.len(), any::<u8>()), 1..6)) {
        let mut bytes = MIXED.to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        if let Ok(map) = safetensors::from_bytes(&bytes) {
            let held: usize = map.iter().map(|(_, t)| t.numel() * t.dtype().size()).sum();
            prop_assert!(held <= bytes.len());
        }
    }

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = safetensors::from_bytes(&bytes);
    }

    #[test]
    fn arbitrary_headers(header in "[{}\\[\\]\":,0-9a-zA-Z_ ]{0,120}") {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        let _ = safetensors::from_bytes(&bytes);
    }
}
