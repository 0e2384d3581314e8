//! Files written by PyTorch 2.15 in all its layouts, and the contents it reported.

use std::fs;
use std::path::PathBuf;

use gradus_formats::{Dict, TensorMap, Value, pytorch};
use gradus_tensor::{DType, Element, Tensor, bf16, f16};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn fixture(name: &str) -> PathBuf {
    [
        env!("CARGO_MANIFEST_DIR"),
        "tests/fixtures/pytorch",
        &format!("{name}.pt"),
    ]
    .iter()
    .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn elements<T: Element, const SIZE: usize>(tensor: &Tensor, bytes: fn(T) -> [u8; SIZE]) -> String {
    let elements = tensor.to_vec::<T>().unwrap();
    hex(&elements.into_iter().flat_map(bytes).collect::<Vec<u8>>())
}

/// A value in the form in which `pytorch.py` wrote down what PyTorch has in its place.
fn describe(value: &Value) -> Json {
    let all = |items: &[Value]| items.iter().map(describe).collect::<Json>();
    match value {
        Value::None => Json::Null,
        Value::Bool(truth) => json!({ "bool": truth }),
        Value::Int(number) => json!({ "int": number.to_string() }),
        Value::Float(number) => json!({ "float": hex(&number.to_be_bytes()) }),
        Value::Text(text) => json!({ "text": text }),
        Value::Bytes(bytes) => json!({ "bytes": hex(bytes) }),
        Value::List(items) => json!({ "list": all(items) }),
        Value::Tuple(items) => json!({ "tuple": all(items) }),
        Value::Set(items) => json!({ "set": all(items) }),
        Value::Dict(dict) => {
            let entry = |(key, value)| json!([describe(key), describe(value)]);
            json!({ "dict": dict.iter().map(entry).collect::<Json>() })
        }
        Value::Tensor(tensor) => {
            let (dtype, bytes) = match tensor.dtype() {
                DType::Bool => ("bool", elements(tensor, |x: bool| [u8::from(x)])),
                DType::U8 => ("uint8", elements(tensor, u8::to_le_bytes)),
                DType::I8 => ("int8", elements(tensor, i8::to_le_bytes)),
                DType::I16 => ("int16", elements(tensor, i16::to_le_bytes)),
                DType::I32 => ("int32", elements(tensor, i32::to_le_bytes)),
                DType::I64 => ("int64", elements(tensor, i64::to_le_bytes)),
                DType::F16 => ("float16", elements(tensor, f16::to_le_bytes)),
                DType::Bf16 => ("bfloat16", elements(tensor, bf16::to_le_bytes)),
                DType::F32 => ("float32", elements(tensor, f32::to_le_bytes)),
                DType::F64 => ("float64", elements(tensor, f64::to_le_bytes)),
            };
            json!({ "tensor": dtype, "shape": tensor.shape(), "bytes": bytes })
        }
        Value::DType(DType::Bf16) => json!({ "dtype": "bfloat16" }),
        Value::Device(name) => json!({ "device": name }),
        other => panic!("no {other:?} in the fixtures"),
    }
}

fn contents() -> serde_json::Map<String, Json> {
    let path = fixture("..").with_file_name("../pytorch.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_file_is_read_exactly_and_written_again() {
    let contents = contents();
    assert_eq!(contents.len(), 28);
    for (name, expected) in &contents {
        let value = pytorch::load(fixture(name)).unwrap();
        assert_eq!(&describe(&value), expected, "{name}");
        let again = pytorch::from_bytes(&pytorch::to_bytes(&value).unwrap()).unwrap();
        assert_eq!(&describe(&again), expected, "{name}");
    }
}

#[test]
fn a_state_dict_is_a_map_of_tensors() {
    let map = pytorch::load_state_dict(fixture("cnn")).unwrap();
    let names: Vec<&str> = map.names().collect();
    assert_eq!(names[..3], ["0.weight", "0.bias", "1.weight"]);
    assert_eq!(
        map.get("1.num_batches_tracked").unwrap().dtype(),
        DType::I64
    );

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("again.pt");
    pytorch::save_state_dict(&path, &map).unwrap();
    let again = pytorch::load_state_dict(&path).unwrap();
    assert!(map.names().eq(again.names()));
    for ((name, left), (_, right)) in map.iter().zip(again.iter()) {
        assert!(left.equal(right), "{name}");
    }
    assert_eq!(
        fs::read(&path).unwrap(),
        pytorch::to_bytes(&Value::from(map)).unwrap()
    );
}

/// PyTorch 2.15.0 opened this file with `torch.load(weights_only=True)`, also mapped into memory,
/// and found every value in it equal to those of `dtypes.pt`, `views.pt` and `containers.pt`.
#[test]
fn bytes_are_those_that_pytorch_has_read() {
    let mut value = Dict::new();
    for name in ["dtypes", "views", "containers"] {
        value.insert(name, pytorch::load(fixture(name)).unwrap());
    }
    let bytes = pytorch::to_bytes(&value.into()).unwrap();
    assert!(bytes == fs::read(fixture("written")).unwrap());
}

#[test]
fn shared_storages_stay_shared_until_they_are_written_to() {
    let value = pytorch::load(fixture("views")).unwrap();
    let address = |name: &str| {
        let tensor = value.get(name).and_then(Value::as_tensor).unwrap();
        tensor.as_slice::<f32>().unwrap().as_ptr().addr()
    };
    assert_eq!(address("tail"), address("whole") + 50 * size_of::<f32>());
    let mut tail = value
        .get("tail")
        .and_then(Value::as_tensor)
        .unwrap()
        .clone();
    tail.as_slice_mut::<f32>().unwrap().fill(0.0);
    let whole = value.get("whole").and_then(Value::as_tensor).unwrap();
    assert_eq!(whole.to_vec::<f32>().unwrap()[50], 50.0);
}

#[track_caller]
fn refuses(name: &str, reason: &str) {
    let path = fixture(name);
    let message = pytorch::load(&path).unwrap_err().to_string();
    assert_eq!(message, format!("{}: {reason}", path.display()));
}

#[test]
fn what_is_no_tensor_number_or_container_is_named() {
    let unknown = "is not among the few names that may stand in a file of tensors, numbers, texts and containers; of a whole model save its state_dict()";
    refuses(
        "refused_model",
        &format!("`torch.nn.modules.linear.Linear` {unknown}"),
    );
    refuses(
        "refused_sparse",
        &format!("`torch._utils._rebuild_sparse_tensor` {unknown}"),
    );
    refuses(
        "refused_number",
        &format!("entry [\"z\"]: `__builtin__.complex` {unknown}"),
    );
    refuses(
        "refused_float8",
        &format!("`torch.float8_e4m3fn` {unknown}"),
    );
    refuses(
        "refused_complex",
        "tensors here have no storage `torch.ComplexFloatStorage`",
    );
    refuses(
        "refused_conjugate",
        "entry [0]: the tensor is a lazy view; save a clone of it",
    );
    refuses(
        "refused_deep",
        "entry [0]: the tensor has 9 dimensions, tensors here have at most 8",
    );
    refuses(
        "refused_script",
        "this is a TorchScript program; save the state_dict() of the model with torch.save",
    );
}

#[test]
fn a_checkpoint_is_no_state_dict() {
    let path = fixture("checkpoint");
    assert_eq!(
        pytorch::load_state_dict(&path).unwrap_err().to_string(),
        format!(
            "{}: the value is no state dict: entry `epoch` is an integer, not a tensor",
            path.display()
        )
    );
}

#[test]
fn an_archive_of_another_program_is_named() {
    let npz: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/fixtures/arrays.npz"]
        .iter()
        .collect();
    let message = pytorch::load(&npz).unwrap_err().to_string();
    assert!(
        message.ends_with(
            "this zip archive was not written by torch.save: no folder in it has a data.pkl"
        ),
        "{message}"
    );
}

fn values() -> impl Strategy<Value = Value> {
    let shape = prop::collection::vec(0usize..4, 0..4);
    let tensor = (shape, prop::sample::select(DType::ALL.to_vec())).prop_map(|(shape, dtype)| {
        let count: usize = shape.iter().product();
        let values: Vec<i64> = (0..count as i64).collect();
        let tensor = Tensor::from_vec(values, &shape).unwrap();
        Value::from(tensor.to_dtype(dtype).unwrap())
    });
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i128>().prop_map(Value::Int),
        (-300i128..70_000).prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        ".{0,9}".prop_map(Value::Text),
        prop::collection::vec(any::<u8>(), 0..9).prop_map(Value::Bytes),
        tensor,
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        let items = || prop::collection::vec(inner.clone(), 0..5);
        let entries = prop::collection::btree_map("[a-z]{0,3}", inner.clone(), 0..5);
        prop_oneof![
            items().prop_map(Value::List),
            items().prop_map(Value::Tuple),
            entries.prop_map(|entries| {
                let mut dict = Dict::new();
                for (key, value) in entries {
                    dict.insert(key, value);
                }
                Value::Dict(dict)
            }),
        ]
    })
}

proptest! {
    #[test]
    fn bytes_and_back(value in values()) {
        let bytes = pytorch::to_bytes(&value).unwrap();
        let back = pytorch::from_bytes(&bytes).unwrap();
        prop_assert_eq!(describe(&back), describe(&value));
        prop_assert_eq!(pytorch::to_bytes(&back).unwrap(), bytes);
    }
}

#[test]
fn maps_of_tensors_are_values() {
    let map = TensorMap::from_pairs([("a", Tensor::scalar(1.5f32))]).unwrap();
    assert_eq!(
        describe(&map.into()),
        json!({ "dict": [[{ "text": "a" }, { "tensor": "float32", "shape": [], "bytes": "0000c03f" }]] })
    );
}
