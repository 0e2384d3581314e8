//! A run that PyTorch began goes on here with the same numbers, and its optimizer states come and go.

use std::path::PathBuf;

use gradus_autograd::Var;
use gradus_formats::{Value, pytorch};
use gradus_nn::{Linear, Module, Relu, Sequential, StateDict, Strictness};
use gradus_optim::{Adam, Optimizer, Sgd};
use gradus_random::Generator;
use gradus_tensor::{DType, Tensor};
use gradus_trainer::pytorch::{optimizer_state, optimizer_value};

/// A file that PyTorch 2.15 wrote.
fn fixture(name: &str) -> Value {
    let folder = "../formats/tests/fixtures/pytorch";
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), folder, name].iter().collect();
    pytorch::load(path).unwrap()
}

fn mlp() -> Sequential {
    let rng = Generator::new(0);
    Sequential::new()
        .with(Linear::new(4, 8, &rng))
        .with(Relu::new())
        .with(Linear::new(8, 3, &rng))
}

/// The mean cross-entropy against classes given as rows of 0 and 1.
fn cross_entropy(logits: &Var, classes: &Var) -> gradus_autograd::Result<Var> {
    let total = logits.exp()?.sum_dims(&[1], false)?.log()?;
    let own = logits.mul(classes)?.sum_dims(&[1], false)?;
    Ok(total.sub(&own)?.mean()?)
}

#[test]
fn the_run_goes_on() {
    let expected = include_str!("../fixtures/checkpoint.json");
    let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
    let numbers = |json: &serde_json::Value| -> Vec<f64> {
        let values = json.as_array().unwrap();
        values.iter().map(|x| x.as_f64().unwrap()).collect()
    };
    let checkpoint = fixture("checkpoint.pt");
    let model = mlp();
    let state = checkpoint.get("model_state_dict").unwrap().clone();
    let state = state.into_tensor_map().unwrap();
    let state: StateDict = state.into_iter().collect();
    model.load_state_dict(&state, Strictness::Strict).unwrap();
    let mut adam = Adam::new(model.parameters(), 0.5).unwrap();
    let state = optimizer_state(checkpoint.get("optimizer_state_dict").unwrap()).unwrap();
    adam.load_state_dict(&state).unwrap();
    assert_eq!(adam.learning_rates(), [0.01]);

    let x = Tensor::from_vec(numbers(&expected["x"]), [5, 4]).unwrap();
    let x = Var::new(x.to_dtype(DType::F32).unwrap());
    let mut classes = vec![0.0_f32; 15];
    for (row, class) in numbers(&expected["y"]).into_iter().enumerate() {
        classes[3 * row + class as usize] = 1.0;
    }
    let classes = Var::new(Tensor::from_vec(classes, [5, 3]).unwrap());
    for loss_there in numbers(&expected["losses_after_resume"]) {
        adam.zero_grad();
        let loss = cross_entropy(&model.forward(&x).unwrap(), &classes).unwrap();
        loss.backward().unwrap();
        adam.step().unwrap();
        let loss_here: f64 = loss.item().unwrap();
        assert!(
            (loss_here - loss_there).abs() < 1e-6,
            "{loss_here} {loss_there}"
        );
    }
    for (name, tensor) in &model.state_dict() {
        let there = numbers(&expected["final_state_dict"][name]["data"]);
        for (a, b) in tensor.to_vec::<f64>().unwrap().into_iter().zip(there) {
            assert!((a - b).abs() < 1e-6, "{name}");
        }
    }
}

#[test]
fn states_survive_the_way_there_and_back() {
    let model = mlp();
    let optimizers: [(&str, Box<dyn Optimizer>); 2] = [
        (
            "optimizer_adam.pt",
            Box::new(Adam::new(model.parameters(), 0.5).unwrap()),
        ),
        (
            "optimizer_sgd.pt",
            Box::new(Sgd::new(model.parameters(), 0.5).unwrap()),
        ),
    ];
    for (file, mut optimizer) in optimizers {
        let state = optimizer_state(&fixture(file)).unwrap();
        optimizer.load_state_dict(&state).unwrap();
        let ours = optimizer.state_dict();
        let back = optimizer_state(&optimizer_value(&ours)).unwrap();
        assert_eq!(back.to_string(), ours.to_string());
        assert_eq!(ours.state.len(), 4, "{file}");
    }
}

#[test]
fn other_values_are_no_states() {
    let refuses = |value: &Value, message: &str| {
        let error = optimizer_state(value).unwrap_err().to_string();
        assert_eq!(error, format!("the value is no optimizer state: {message}"));
    };
    refuses(
        &fixture("checkpoint.pt"),
        "it has no `state`; take the optimizer's own dictionary out of the checkpoint",
    );
    refuses(
        &Value::None,
        "it has no `state`; take the optimizer's own dictionary out of the checkpoint",
    );
}
