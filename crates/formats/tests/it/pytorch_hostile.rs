//! No file, however damaged or clever, makes the reader panic or ask for much memory.

use std::fs;
use std::path::PathBuf;

use gradus_formats::{Value, pytorch};
use proptest::prelude::*;

const ZIP: &[u8] = include_bytes!("../fixtures/pytorch/views.pt");
const LEGACY: &[u8] = include_bytes!("../fixtures/pytorch/views_legacy.pt");
const CONTAINERS: &[u8] = include_bytes!("../fixtures/pytorch/containers_legacy.pt");

/// A file of the legacy layout around this pickle, without protocol and stop, with these storages.
fn legacy(pickle: &[u8], keys: &[u8], storages: &[u8]) -> Vec<u8> {
    let mut bytes =
        b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}.".to_vec();
    for pickle in [pickle, keys] {
        bytes.extend(b"\x80\x02");
        bytes.extend(pickle);
        bytes.push(b'.');
    }
    bytes.extend(storages);
    bytes
}

/// A pickle of one F32 tensor in storage `0` of `numel` elements; numbers as text, `L`-terminated.
fn tensor(numel: &str, offset: &str, shape: &[&str], strides: &[&str]) -> Vec<u8> {
    let sizes = |sizes: &[&str]| {
        let items: String = sizes.iter().map(|size| format!("L{size}L\n")).collect();
        format!("({items}t")
    };
    format!(
        "ctorch._utils\n_rebuild_tensor_v2\n((X\u{7}\0\0\0storagectorch\nFloatStorage\nX\u{1}\0\0\00X\u{3}\0\0\0cpuL{numel}L\ntQL{offset}L\n{}{}I00\nNtR",
        sizes(shape),
        sizes(strides)
    )
    .into_bytes()
}

/// The file of that tensor, with a storage of `held` elements.
fn file(numel: &str, offset: &str, shape: &[&str], strides: &[&str], held: u64) -> Vec<u8> {
    let mut storages = held.to_le_bytes().to_vec();
    storages.resize(8 + 4 * held as usize, 0);
    legacy(
        &tensor(numel, offset, shape, strides),
        b"]X\x01\0\0\x000a",
        &storages,
    )
}

#[track_caller]
fn refuses(bytes: &[u8], reason: &str) {
    let message = pytorch::from_bytes(bytes).unwrap_err().to_string();
    assert!(message.contains(reason), "{message}");
}

/// How many bytes a value takes, roughly.
fn size(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
                items.iter().map(size).sum()
            }
            Value::Dict(dict) => dict
                .iter()
                .map(|(key, value)| size(key) + size(value))
                .sum(),
            Value::Tensor(tensor) => tensor.numel() * tensor.dtype().size(),
            _ => 0,
        }
}

#[test]
fn every_truncation_is_an_error() {
    for whole in [ZIP, LEGACY, CONTAINERS] {
        pytorch::from_bytes(whole).unwrap();
        for length in 0..whole.len() {
            pytorch::from_bytes(&whole[..length]).unwrap_err();
        }
    }
}

#[test]
fn a_truncated_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.pt");
    fs::write(&path, &LEGACY[..LEGACY.len() - 3]).unwrap();
    assert_eq!(
        pytorch::load(&path).unwrap_err().to_string(),
        format!(
            "{}: storages need 8 more bytes, 5 are left; the file is truncated",
            path.display()
        )
    );
    let message = pytorch::load("/no/such/file").unwrap_err().to_string();
    assert!(
        message.starts_with("cannot read /no/such/file: "),
        "{message}"
    );
}

/// In the zip layout the checksums see every change of what they cover.
#[test]
fn changed_storages_are_noticed() {
    let at = ZIP
        .windows(4)
        .position(|window| window == 59f32.to_le_bytes())
        .unwrap();
    let mut bytes = ZIP.to_vec();
    bytes[at] ^= 1;
    refuses(
        &bytes,
        "`views/data/0`: size or checksum do not match the content; the archive is damaged",
    );
}

#[test]
fn tensors_stay_inside_their_storages() {
    let whole = file("4", "0", &["2", "2"], &["2", "1"], 4);
    pytorch::from_bytes(&whole).unwrap();
    let beyond = "does not fit into storage `0` of 4 elements: it reaches beyond the end";
    refuses(&file("4", "1", &["2", "2"], &["2", "1"], 4), beyond);
    refuses(&file("4", "0", &["2", "2"], &["3", "1"], 4), beyond);
    refuses(&file("4", "9223372036854775807", &["2"], &["1"], 4), beyond);
    refuses(&file("4", "0", &["2"], &["9223372036854775807"], 4), beyond);
    refuses(
        &file("4", "0", &["2"], &["1", "1"], 4),
        "shape and strides differ in length",
    );
    let arguments = "`_rebuild_tensor_v2` has arguments that it cannot have";
    refuses(&file("4", "0", &["-2"], &["1"], 4), arguments);
    refuses(&file("4", "0", &["2"], &["-1"], 4), arguments);
    refuses(&file("4", "-1", &["2"], &["1"], 4), arguments);
    refuses(
        &file("4", "0", &["99999999999999999999"], &["1"], 4),
        arguments,
    );
    refuses(
        &file("4", "0", &["1"; 9], &["1"; 9], 4),
        "the tensor has 9 dimensions, tensors here have at most 8",
    );
}

#[test]
fn sizes_agree() {
    refuses(
        &file("5", "0", &["2"], &["1"], 4),
        "storage `0` has 4 elements, its tensors expect 5",
    );
    refuses(
        &file("-1", "0", &["2"], &["1"], 4),
        "a persistent object is no storage",
    );
    refuses(
        &file("4611686018427387904", "0", &["2"], &["1"], 1),
        "storage `0` has 1 elements, its tensors expect 4611686018427387904",
    );
    let pickle = tensor("4611686018427387904", "0", &["2"], &["1"]);
    refuses(
        &legacy(&pickle, b"]X\x01\0\0\x000a", &(1u64 << 62).to_le_bytes()),
        "storage `0` is beyond any memory",
    );
}

#[test]
fn shapes_beyond_memory_are_refused() {
    refuses(
        &file("4", "0", &["4294967296", "4294967296"], &["0", "0"], 4),
        "its size is beyond any memory",
    );
    refuses(
        &file("4", "0", &["4294967296", "64"], &["0", "0"], 4),
        "strided tensors take more memory than a file of this size may",
    );
    let empty = file(
        "4",
        "0",
        &["0", "4294967296", "4294967296"],
        &["0", "0", "0"],
        4,
    );
    refuses(&empty, "has more elements than memory can address");
}

/// Each of these tensors alone would be harmless.
#[test]
fn many_copies_of_one_storage_are_refused() {
    let one = tensor("2000000", "1", &["1000", "1000"], &["1", "1000"]);
    let mut pickle = b"](".to_vec();
    for _ in 0..1000 {
        pickle.extend(&one);
    }
    pickle.push(b'e');
    let mut storages = 2_000_000u64.to_le_bytes().to_vec();
    storages.resize(8 + 8_000_000, 0);
    refuses(
        &legacy(&pickle, b"]X\x01\0\0\x000a", &storages),
        "strided tensors take more memory than a file of this size may",
    );
}

#[test]
fn short_pickles_of_endless_values_are_refused() {
    let none: &[u8] = b"](e";
    // A list of itself, and lists of lists of lists of one list, twice each.
    refuses(
        &legacy(b"]q\x00h\x00a", none, &[]),
        "values nest deeper than 128 levels, or contain themselves",
    );
    let mut twice = b"N".to_vec();
    twice.extend(b"2\x86".repeat(60));
    refuses(
        &legacy(&twice, none, &[]),
        "the pickle describes far more than it holds",
    );
    let mut text = b"X\x40\x42\x0f\0".to_vec();
    text.extend(vec![b'a'; 1_000_000]);
    text.extend(b"q\x00](");
    text.extend(b"h\x00".repeat(1_000_000));
    text.push(b'e');
    refuses(
        &legacy(&text, none, &[]),
        "the pickle describes far more than it holds",
    );
    let mut deep = vec![b']'; 100_000];
    deep.extend(vec![b'a'; 99_999]);
    refuses(
        &legacy(&deep, none, &[]),
        "values nest deeper than 128 levels",
    );
    let mut tuples = b")".to_vec();
    tuples.extend(vec![0x85; 100_000]);
    refuses(
        &legacy(&tuples, none, &[]),
        "values nest deeper than 128 levels",
    );
}

#[test]
fn nothing_is_called() {
    refuses(
        &legacy(b"cposix\nsystem\nX\x04\0\0\0true\x85R", b"](e", &[]),
        "`posix.system` is not among the few names",
    );
    refuses(
        &legacy(b"cbuiltins\neval\n", b"](e", &[]),
        "`builtins.eval` is not among the few names",
    );
    refuses(
        &legacy(b"N)R", b"](e", &[]),
        "None is called, which is no function",
    );
}

#[test]
fn unknown_instructions_are_named() {
    refuses(
        &legacy(b"\x82\x01", b"](e", &[]),
        "the pickle is damaged at byte 2: instruction 0x82 is not known",
    );
}

/// 4 MB of zeros in 4 KB.
#[test]
fn a_zip_bomb_is_refused_before_it_is_unpacked() {
    let path: PathBuf = [
        env!("CARGO_MANIFEST_DIR"),
        "tests/fixtures/pytorch/refused_bomb.pt",
    ]
    .iter()
    .collect();
    let mut bytes = fs::read(path).unwrap();
    refuses(&bytes, "1048576 are allowed for an archive of this size");
    // The same with a directory that claims less.
    let size = 4_000_000u32.to_le_bytes();
    while let Some(at) = bytes.windows(4).position(|window| window == size) {
        bytes[at..at + 4].copy_from_slice(&100u32.to_le_bytes());
    }
    let reads_none = pytorch::from_bytes(&bytes).unwrap();
    assert!(
        matches!(reads_none, Value::None),
        "no tensor asks for the storage"
    );
}

/// The most memory that this process has held, in KiB.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.unwrap().trim().trim_end_matches(" kB");
    number.parse().unwrap()
}

/// Files that claim gigabytes; other tests run at the same time and take some megabytes.
#[cfg(target_os = "linux")]
#[test]
fn claims_take_no_memory() {
    let before = peak();
    let mut claims = b"B\xff\xff\xff\xff".to_vec();
    claims.extend(b"\x8b\xff\xff\xff\x7f");
    pytorch::from_bytes(&legacy(&claims, b"](e", &[])).unwrap_err();
    pytorch::from_bytes(&legacy(b"Nr\xff\xff\xff\xff", b"](e", &[])).unwrap();
    let expanded = file("4", "0", &["65536", "65536"], &["0", "0"], 4);
    pytorch::from_bytes(&expanded).unwrap_err();
    let mut twice = b"N".to_vec();
    twice.extend(b"2\x86".repeat(60));
    pytorch::from_bytes(&legacy(&twice, b"](e", &[])).unwrap_err();
    let after = peak();
    assert!(after - before < 300_000, "from {before} to {after} KiB");
}

/// Bytes to set, at places of a file.
fn changes(length: usize) -> impl Strategy<Value = Vec<(usize, u8)>> {
    prop::collection::vec((0..length, any::<u8>()), 1..6)
}

fn changed(bytes: &[u8], changes: Vec<(usize, u8)>) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, byte) in changes {
        bytes[at] = byte;
    }
    bytes
}

/// Whatever still reads takes about what the file does, but for small expanded tensors.
fn check(bytes: &[u8]) {
    if let Ok(value) = pytorch::from_bytes(bytes) {
        assert!(size(&value) <= 200 * bytes.len() + (1 << 24));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn changed_zip_files(changes in changes(ZIP.len())) {
        check(&changed(ZIP, changes));
    }

    #[test]
    fn changed_legacy_files(changes in changes(LEGACY.len())) {
        check(&changed(LEGACY, changes));
    }

    #[test]
    fn changed_containers(changes in changes(CONTAINERS.len())) {
        check(&changed(CONTAINERS, changes));
    }

    #[test]
    fn arbitrary_instructions(
        pickle in prop::collection::vec(prop::sample::select(b"(.0212IJKLMNQRXabcd}ehjl]qrstu)GBC\x80\x81\x85\x86\x87\x88\x89\x8a\x8c\x8f\x90\x91\x93\x94\x95\x00\x01\x02\n".to_vec()), 0..40)
    ) {
        check(&legacy(&pickle, b"](e", &[]));
    }

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes);
    }
}
