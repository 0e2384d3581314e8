//! A model's weights from PyTorch's file and back into one.

use std::path::PathBuf;

use gradus::formats::{TensorMap, pytorch, safetensors};
use gradus::prelude::*;

fn fixture(name: &str) -> PathBuf {
    [
        env!("CARGO_MANIFEST_DIR"),
        "../formats/tests/fixtures",
        name,
    ]
    .iter()
    .collect()
}

const INPUT: [f32; 8] = [
    -1.0,
    -0.714_285_73,
    -0.428_571_4,
    -0.142_857_1,
    0.142_857_1,
    0.428_571_4,
    0.714_285_73,
    1.0,
];
const OUTPUT: [f32; 6] = [
    0.112_503_53,
    0.147_491_48,
    -0.092_749_044,
    -0.178_740_56,
    -0.193_024_81,
    -0.074768275,
];

fn mlp(seed: u64) -> Sequential {
    let rng = Generator::new(seed);
    Sequential::new()
        .with(Linear::new(4, 8, &rng))
        .with(Relu::new())
        .with(Linear::new(8, 3, &rng))
}

/// `mlp(x)` in PyTorch 2.15 for the weights of the file and this input.
#[track_caller]
fn computes_as_pytorch(model: &Sequential) {
    let x = Tensor::from_vec(INPUT.to_vec(), [2, 4]).unwrap();
    model.eval();
    let y = model.forward(&x.into()).unwrap().to_vec::<f32>().unwrap();
    for (ours, theirs) in y.iter().zip(OUTPUT) {
        assert!((ours - theirs).abs() < 1e-6, "{ours} {theirs}");
    }
}

#[test]
fn weights_of_pytorch_give_its_numbers() {
    let model = mlp(0);
    let state = pytorch::load_state_dict(fixture("pytorch/mlp.pt")).unwrap();
    model
        .load_state_dict(&state.into_iter().collect(), Strictness::Strict)
        .unwrap();
    computes_as_pytorch(&model);
    // PyTorch drew them with seed 7.
    for (ours, theirs) in mlp(7)
        .state_dict()
        .values()
        .zip(model.state_dict().values())
    {
        assert!(ours.equal(theirs));
    }

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.pt");
    let state = TensorMap::from_pairs(model.state_dict()).unwrap();
    pytorch::save_state_dict(&path, &state).unwrap();
    let again = mlp(1);
    let state: StateDict = pytorch::load_state_dict(&path)
        .unwrap()
        .into_iter()
        .collect();
    again.load_state_dict(&state, Strictness::Strict).unwrap();
    computes_as_pytorch(&again);
}

#[test]
fn a_part_of_a_checkpoint_is_a_state_dict() {
    let checkpoint = pytorch::load(fixture("pytorch/checkpoint.pt")).unwrap();
    let weights = checkpoint.get("model_state_dict").unwrap().clone();
    let state: StateDict = weights.into_tensor_map().unwrap().into_iter().collect();
    let model = mlp(0);
    model.load_state_dict(&state, Strictness::Strict).unwrap();
    assert!(
        model
            .state_dict()
            .get("0.bias")
            .unwrap()
            .equal(state.get("0.bias").unwrap())
    );
}

#[test]
fn safetensors_hold_the_same_weights() {
    let model = mlp(0);
    let state = safetensors::read(fixture("mlp.safetensors")).unwrap();
    model
        .load_state_dict(&state.into_iter().collect(), Strictness::Strict)
        .unwrap();
    computes_as_pytorch(&model);
}
