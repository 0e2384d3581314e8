//! Files that are damaged, or made to do harm: no reader panics, or takes much more memory than the file has.
//!
//! Everything is in one test, because memory is counted for the whole process.

use gradus_data::{
    ColumnType, CsvReader, IterableDataset, Missing, idx_from_bytes, image_from_bytes,
};
use gradus_random::{Keyed, KeyedStream};
use peak_alloc::PeakAlloc;
use std::path::PathBuf;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn file(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files"));
    std::fs::read(folder.join(name)).unwrap()
}

/// A few bytes changed, a piece cut out, doubled or moved, or the end cut off.
fn mutated(whole: &[u8], stream: &mut KeyedStream) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..1 + stream.below(4) {
        let len = bytes.len() as u64;
        if len == 0 {
            break;
        }
        let at = stream.below(len) as usize;
        let end = (at + 1 + stream.below(40) as usize).min(bytes.len());
        match stream.below(8) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = bytes[at..end].to_vec();
                let to = stream.below(len) as usize;
                bytes.splice(to..to, piece);
            }
            3 => {
                bytes[at] = [0, 0xff, 0x7f, b'"', b'\n', b',', b'-', b'.'][stream.below(8) as usize]
            }
            4 => bytes[at] ^= 1 << stream.below(8),
            5 => bytes[at..end].fill(0xff),
            _ => bytes[at] = stream.below(256) as u8,
        }
    }
    bytes
}

/// Reads changed files and checks what is allocated meanwhile: some times the file, and what any file costs.
fn attack(name: &str, whole: &[u8], rounds: u64, times: usize, read: impl Fn(&[u8])) {
    /// Block buffers, tables of decoders, the pool of the tensors.
    const ANY_FILE: usize = 4 << 20;
    let streams = Keyed::new(7);
    for round in 0..rounds {
        let bytes = mutated(whole, &mut streams.stream(0, round));
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        read(&bytes);
        let taken = MEMORY.peak_usage().saturating_sub(before);
        assert!(
            taken <= ANY_FILE + times * bytes.len(),
            "{name}, round {round}: {taken} bytes for a file of {}",
            bytes.len()
        );
    }
}

fn read_csv(bytes: &[u8]) {
    let reader = CsvReader::new().missing(Missing::Nan);
    let _ = reader.read_from("bytes", bytes);
    let _ = reader
        .clone()
        .header(false)
        .quote(None)
        .named_label(0)
        .read_from("bytes", bytes);
    let _ = reader
        .clone()
        .separator(b';')
        .comment(b'#')
        .read_from("bytes", bytes);
    let text = String::from_utf8_lossy(bytes);
    let _ = reader
        .clone()
        .missing(Missing::DropRow)
        .read_frame_text("text", &text);
    let _ = reader
        .column_type(0, ColumnType::Int)
        .read_frame_text("text", &text);
}

#[test]
fn no_file_does_harm() {
    let table = b"a,b,\"c d\"\n1,2.5,\"x, y\"\n-3,1e5,\n\"4\",NA,\"two\nlines\"\r\n5,6,\"\"\"\"\n";
    attack("CSV", table, 4000, 100, read_csv);
    attack("CSV", &file("people.csv"), 2000, 100, read_csv);
    attack("CSV", &file("semicolon.csv"), 2000, 100, read_csv);
    let long = b"0.125,17,-3.5e-2\n".repeat(60_000);
    attack("long CSV", &long, 12, 16, read_csv);

    let read_idx = |bytes: &[u8]| drop(idx_from_bytes(bytes));
    let idx = b"\0\0\x0d\x02\0\0\0\x02\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    attack("IDX", idx, 4000, 8, read_idx);
    attack(
        "gzipped IDX",
        &file("digits-labels-idx1-ubyte.gz"),
        4000,
        64,
        read_idx,
    );

    let read_image = |bytes: &[u8]| drop(image_from_bytes(bytes));
    for name in ["rgb.png", "rgba.png", "palette.png", "onebit.png"] {
        attack(name, &file(name), 2000, 2048, read_image);
    }
    for name in ["waves.jpg", "grey.jpg"] {
        attack(name, &file(name), 2000, 2048, read_image);
    }
    claims_without_content();
    a_stream_stays_small();
}

/// Headers that promise gigabytes.
fn claims_without_content() {
    let claim = |sizes: &[u32]| -> Vec<u8> {
        let sizes = sizes.iter().flat_map(|size| size.to_be_bytes());
        [0, 0, 8, sizes.clone().count() as u8 / 4]
            .into_iter()
            .chain(sizes)
            .collect()
    };
    let mut jpeg = file("waves.jpg");
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x3f, 0xff, 0x3f, 0xff]);
    let inputs: [(&str, Vec<u8>); 4] = [
        ("IDX", claim(&[1 << 30])),
        ("IDX", claim(&[u32::MAX, u32::MAX])),
        ("IDX", claim(&[0, u32::MAX, u32::MAX, u32::MAX])),
        ("JPEG", jpeg),
    ];
    for (name, bytes) in inputs {
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        assert!(
            idx_from_bytes(&bytes)
                .and_then(|_| image_from_bytes(&bytes))
                .is_err()
        );
        assert!(image_from_bytes(&bytes).is_err());
        let taken = MEMORY.peak_usage().saturating_sub(before);
        assert!(taken < 1 << 20, "{name}: {taken}");
    }
}

/// A file ten times larger than a batch, and one a hundred times larger, take the same memory.
fn a_stream_stays_small() {
    const BATCH: usize = 8192;
    let folder = tempfile::tempdir().unwrap();
    let peak = |batches: usize| {
        let path = folder.path().join("long.csv");
        let rows = b"1.25,-3.5,17,0.0625,2\n".repeat(batches * BATCH);
        std::fs::write(&path, rows).unwrap();
        let stream = CsvReader::new()
            .header(false)
            .class_label(4)
            .stream(&path)
            .unwrap();
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        let mut rows = 0;
        for batch in stream.batches(0, BATCH).unwrap() {
            rows += batch.unwrap()[0].shape()[0];
        }
        assert_eq!(rows, batches * BATCH);
        MEMORY.peak_usage().saturating_sub(before)
    };
    let (ten, hundred) = (peak(10), peak(100));
    assert!(hundred < ten + (1 << 18), "{ten} and {hundred} bytes");
    assert!(ten < 8 << 20, "{ten} bytes");
}
