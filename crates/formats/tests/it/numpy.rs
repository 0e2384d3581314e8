//! Files written by NumPy 2.4, and the contents it reported.

use std::path::PathBuf;

use gradus_formats::{TensorMap, npy, npz};
use gradus_tensor::{DType, Tensor};
use proptest::prelude::*;
use serde_json::{Map, Value};

const COMPRESSED: &[u8] = include_bytes!("../fixtures/arrays_compressed.npz");

fn fixture(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", name]
        .iter()
        .collect()
}

fn expected() -> Map<String, Value> {
    let text = std::fs::read_to_string(fixture("numpy.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[track_caller]
fn check(name: &str, tensor: &Tensor, expected: &Value) {
    let shape: Vec<usize> = serde_json::from_value(expected["shape"].clone()).unwrap();
    let number = |value: &Value| match value {
        Value::Bool(truth) => f64::from(*truth),
        number => number.as_f64().unwrap(),
    };
    let values: Vec<f64> = expected["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(number)
        .collect();
    let dtype = match expected["dtype"].as_str().unwrap().trim_start_matches('>') {
        "float64" | "f8" => DType::F64,
        "float32" => DType::F32,
        "int64" => DType::I64,
        "int32" => DType::I32,
        "uint8" => DType::U8,
        "bool" => DType::Bool,
        other => panic!("no {other} in the fixtures"),
    };
    assert_eq!(tensor.dtype(), dtype, "{name}");
    assert_eq!(tensor.shape(), shape, "{name}");
    // The listed values carry 15 digits, more than any f32.
    for (actual, expected) in tensor.to_vec::<f64>().unwrap().iter().zip(&values) {
        assert!(
            (actual - expected).abs() <= 1e-14 * expected.abs(),
            "{name}"
        );
    }
}

#[test]
fn every_npy() {
    for (name, expected) in expected() {
        let path = fixture(&format!("{name}.npy"));
        let tensor = npy::read(&path).unwrap();
        check(&name, &tensor, &expected);
        // Little-endian files are written back byte for byte, from the order of memory they had.
        if name != "bigendian_f64" {
            let in_order = if expected["fortran_order"] == true {
                let backwards: Vec<isize> = (0..tensor.rank() as isize).rev().collect();
                let columns = tensor.permute(&backwards).unwrap().contiguous();
                columns.permute(&backwards).unwrap()
            } else {
                tensor
            };
            assert_eq!(
                npy::to_bytes(&in_order).unwrap(),
                std::fs::read(&path).unwrap(),
                "{name}"
            );
        }
    }
}

#[test]
fn stored_and_compressed_npz() {
    for file in ["arrays.npz", "arrays_compressed.npz"] {
        let map = npz::read(fixture(file)).unwrap();
        let expected = expected();
        assert_eq!(map.len(), expected.len());
        for (name, expected) in &expected {
            check(name, map.get(name).unwrap(), expected);
        }
    }
}

#[test]
fn npz_and_back() {
    let mut map = TensorMap::new();
    for dtype in DType::ALL {
        if dtype != DType::Bf16 {
            let tensor = Tensor::from_vec(vec![0.0f64, 1.0, 3.0], [3, 1]).unwrap();
            map.insert(format!("{dtype:?}/é"), tensor.to_dtype(dtype).unwrap())
                .unwrap();
        }
    }
    let bytes = npz::to_bytes(&map).unwrap();
    let back = npz::from_bytes(&bytes).unwrap();
    assert!(map.names().eq(back.names()));
    for ((name, left), (_, right)) in map.iter().zip(back.iter()) {
        assert!(left.equal(right), "{name}");
    }
}

#[test]
fn every_truncation_is_an_error() {
    for length in 0..COMPRESSED.len() {
        npz::from_bytes(&COMPRESSED[..length]).unwrap_err();
    }
    let whole = std::fs::read(fixture("f32_f3d.npy")).unwrap();
    for length in 0..whole.len() {
        npy::from_bytes(&whole[..length]).unwrap_err();
    }
}

#[test]
fn an_archive_that_unpacks_to_half_a_gigabyte_is_refused() {
    let mut bytes = COMPRESSED.to_vec();
    let entry = bytes.windows(4).position(|window| window == b"PK\x01\x02");
    let size = entry.unwrap() + 24;
    bytes[size..size + 4].copy_from_slice(&(1u32 << 29).to_le_bytes());
    assert_eq!(
        npz::from_bytes(&bytes).unwrap_err().to_string(),
        "npz bytes: the members unpack to 536870912 bytes and more, 268435456 are allowed for an archive of this size"
    );
}

proptest! {
    #[test]
    fn changed_bytes_do_not_panic(changes in prop::collection::vec((0..COMPRESSED.len(), any::<u8>()), 1..6)) {
        let mut bytes = COMPRESSED.to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        let _ = npz::from_bytes(&bytes);
    }

    #[test]
    fn changed_headers_do_not_panic(changes in prop::collection::vec((0usize..128, any::<u8>()), 1..4)) {
        let mut bytes = std::fs::read(fixture("f32_f3d.npy")).unwrap();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        let _ = npy::from_bytes(&bytes);
    }
}
