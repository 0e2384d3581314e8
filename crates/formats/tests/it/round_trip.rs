//! What is written can be read, here and by the reference implementation.

use ::safetensors::SafeTensors;
use gradus_formats::{TensorMap, safetensors};
use gradus_tensor::{DType, Tensor};
use proptest::prelude::*;

#[track_caller]
fn assert_same(left: &TensorMap, right: &TensorMap) {
    assert!(left.names().eq(right.names()));
    assert!(left.metadata_iter().eq(right.metadata_iter()));
    for ((name, left), (_, right)) in left.iter().zip(right.iter()) {
        assert_eq!(
            (left.dtype(), left.shape()),
            (right.dtype(), right.shape()),
            "{name}"
        );
        assert_eq!(
            left.to_vec::<f64>().unwrap(),
            right.to_vec::<f64>().unwrap(),
            "{name}"
        );
    }
}

fn maps() -> impl Strategy<Value = TensorMap> {
    let tensor = (
        prop::collection::vec(0usize..4, 0..4),
        prop::sample::select(DType::ALL.to_vec()),
    );
    let tensors = prop::collection::btree_map("[a-z\"\\\\é ]{0,6}", tensor, 0..6);
    let metadata = prop::collection::btree_map(".{0,5}", ".{0,9}", 0..3);
    (tensors, metadata).prop_map(|(tensors, metadata)| {
        let mut map = TensorMap::new();
        // Not in the order of the names: that order has to be kept.
        for (name, (shape, dtype)) in tensors.into_iter().rev() {
            let count: usize = shape.iter().product();
            let values: Vec<i64> = (0..count as i64).collect();
            let tensor = Tensor::from_vec(values, &shape).unwrap();
            map.insert(name, tensor.to_dtype(dtype).unwrap()).unwrap();
        }
        for (key, value) in metadata {
            map.set_metadata(key, value);
        }
        map
    })
}

proptest! {
    #[test]
    fn bytes_and_back(map in maps()) {
        let bytes = safetensors::to_bytes(&map).unwrap();
        assert_same(&map, &safetensors::from_bytes(&bytes).unwrap());
        prop_assert_eq!(safetensors::to_bytes(&map).unwrap(), bytes);
    }

    #[test]
    fn the_reference_implementation_reads_it(map in maps()) {
        let bytes = safetensors::to_bytes(&map).unwrap();
        let read = SafeTensors::deserialize(&bytes).unwrap();
        prop_assert_eq!(read.len(), map.len());
        for (name, tensor) in map.iter() {
            let view = read.tensor(name).unwrap();
            prop_assert_eq!(view.shape(), tensor.shape());
            prop_assert_eq!(view.data().len(), tensor.numel() * tensor.dtype().size());
            if tensor.dtype() == DType::F32 {
                let (values, _) = view.data().as_chunks::<4>();
                let values: Vec<f32> = values.iter().map(|&v| f32::from_le_bytes(v)).collect();
                prop_assert_eq!(values, tensor.to_vec::<f32>().unwrap());
            }
        }
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        for (key, value) in map.metadata_iter() {
            prop_assert_eq!(&header.metadata().as_ref().unwrap()[key], value);
        }
    }
}

#[test]
fn views_are_written_as_they_read() {
    let tensor = Tensor::from_vec((0..6).collect::<Vec<i64>>(), [2, 3]).unwrap();
    let turned = tensor.transpose(0, 1).unwrap();
    let map = TensorMap::from_pairs([("turned", turned)]).unwrap();
    let back = safetensors::from_bytes(&safetensors::to_bytes(&map).unwrap()).unwrap();
    let back = back.get("turned").unwrap();
    assert_eq!(back.shape(), [3, 2]);
    assert_eq!(back.to_vec::<i64>().unwrap(), [0, 3, 1, 4, 2, 5]);
}

#[test]
fn files_hold_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.safetensors");
    let map = TensorMap::from_pairs([("w", Tensor::scalar(1.5f32))]).unwrap();
    safetensors::write(&path, &map).unwrap();
    assert_eq!(
        std::fs::read(&path).unwrap(),
        safetensors::to_bytes(&map).unwrap()
    );
    assert_same(&safetensors::read(&path).unwrap(), &map);
}
