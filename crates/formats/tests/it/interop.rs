//! Files written by PyTorch 2.15 with safetensors, and the contents it reported.

use std::path::PathBuf;

use gradus_formats::{TensorMap, safetensors};
use gradus_tensor::DType;
use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", name]
        .iter()
        .collect()
}

fn dtype(name: &str) -> DType {
    match name {
        "float64" => DType::F64,
        "float32" => DType::F32,
        "float16" => DType::F16,
        "bfloat16" => DType::Bf16,
        "int64" => DType::I64,
        "int32" => DType::I32,
        "uint8" => DType::U8,
        "bool" => DType::Bool,
        other => panic!("no {other} in the fixtures"),
    }
}

#[track_caller]
fn check(file: &str) -> TensorMap {
    let text = std::fs::read_to_string(fixture("safetensors.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let expected = expected[file].as_object().unwrap();
    let map = safetensors::read(fixture(&format!("{file}.safetensors"))).unwrap();
    assert_eq!(map.len(), expected.len());
    for (name, expected) in expected {
        let tensor = map.get(name).unwrap();
        let shape: Vec<usize> = serde_json::from_value(expected["shape"].clone()).unwrap();
        let values: Vec<f64> = serde_json::from_value(expected["data"].clone()).unwrap();
        assert_eq!(
            tensor.dtype(),
            dtype(expected["dtype"].as_str().unwrap()),
            "{name}"
        );
        assert_eq!(tensor.shape(), shape, "{name}");
        // The listed values carry 15 digits, more than any f32.
        for (actual, expected) in tensor.to_vec::<f64>().unwrap().iter().zip(&values) {
            assert!(
                (actual - expected).abs() <= 1e-14 * expected.abs(),
                "{name}"
            );
        }
    }
    map
}

#[test]
fn every_dtype_shape_and_name() {
    let map = check("mixed");
    let order: Vec<&str> = map.names().collect();
    assert_eq!(order[..3], ["b.i64", "a.f64", "c.scalar"]);
}

#[test]
fn state_dicts() {
    let map = check("mlp");
    assert_eq!(map.metadata("model"), Some("mlp"));
    assert_eq!(map.metadata("format"), Some("pt"));
    check("cnn");
}

#[test]
fn optimizer_state_with_metadata() {
    let map = safetensors::read(fixture("optimizer_adam.safetensors")).unwrap();
    assert_eq!(map.get("state.0.exp_avg").unwrap().shape(), [8, 4]);
    assert_eq!(map.get("state.3.step").unwrap().shape(), [0usize; 0]);
    let groups: Value = serde_json::from_str(map.metadata("param_groups").unwrap()).unwrap();
    assert_eq!(groups[0]["betas"][1], 0.999);
}
