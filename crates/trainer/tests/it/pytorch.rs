//! A run that PyTorch began goes on here with the same numbers, and its optimizer states come and go.

use std::path::PathBuf;

use gradus_autograd::Var;
use gradus_formats::{Value, pytorch};
use gradus_nn::{Linear, Module, Relu, Sequential, StateDict, Strictness};
use gradus_optim::{
    Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Asgd, Lbfgs, Muon, NAdam, Optimizer, RAdam,
    RmsProp, Rprop, Sgd,
};
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

/// One optimizer of PyTorch's, its rate to be replaced by the state's.
fn optimizer_named(name: &str, parameters: Vec<Var>) -> Box<dyn Optimizer> {
    fn boxed<O: Optimizer + 'static>(optimizer: gradus_optim::Result<O>) -> Box<dyn Optimizer> {
        Box::new(optimizer.unwrap())
    }
    match name {
        "SGD" => boxed(Sgd::new(parameters, 0.7)),
        "Adam" => boxed(Adam::new(parameters, 0.7)),
        "AdamW" => boxed(AdamW::new(parameters, 0.7)),
        "Adamax" => boxed(Adamax::new(parameters, 0.7)),
        "NAdam" => boxed(NAdam::new(parameters, 0.7)),
        "RAdam" => boxed(RAdam::new(parameters, 0.7)),
        "Adagrad" => boxed(Adagrad::new(parameters, 0.7)),
        "Adadelta" => boxed(Adadelta::new(parameters, 0.7)),
        "RMSprop" => boxed(RmsProp::new(parameters, 0.7)),
        "Rprop" => boxed(Rprop::new(parameters, 0.7)),
        "ASGD" => boxed(Asgd::new(parameters, 0.7)),
        "Adafactor" => boxed(Adafactor::new(parameters, 0.7)),
        "Muon" => boxed(Muon::new(parameters, 0.7)),
        "LBFGS" => boxed(Lbfgs::new(parameters, 0.7)),
        other => panic!("{other}"),
    }
}

/// `optimizers.pt` is what `optimizers.py` wrote with PyTorch 2.15.
#[test]
fn every_optimizer_goes_on_from_pytorchs_own_state() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/optimizers.pt");
    let cases = pytorch::load(path).unwrap();
    let cases = cases.as_dict().unwrap();
    assert_eq!(cases.iter().count(), 18);
    for (_, case) in cases.iter() {
        let name = case.get("optimizer").unwrap().as_str().unwrap();
        let pairs = |key: &str| -> Vec<Vec<Tensor>> {
            let steps = case.get(key).unwrap().as_slice().unwrap().iter();
            steps.map(tensors).collect()
        };
        let start = tensors(case.get("start").unwrap());
        let leaf = |start: &Tensor| Var::leaf(start.clone()).unwrap();
        let parameters: Vec<Var> = start.iter().map(leaf).collect();
        let mut optimizer = optimizer_named(name, parameters.clone());
        let state = optimizer_state(case.get("state_dict").unwrap()).unwrap();
        optimizer.load_state_dict(&state).unwrap();
        // PyTorch's Muon iterates in bf16, and its Adafactor and ASGD round numbers to f32.
        let tolerance = match name {
            "Muon" => 5e-3,
            "Adafactor" | "ASGD" | "LBFGS" => 1e-6,
            _ => 1e-12,
        };
        let gradients = pairs("gradients");
        for (step, after) in pairs("after").iter().enumerate() {
            if name == "LBFGS" {
                let quadratic = || quadratic(&parameters, &gradients[0], &gradients[1]);
                optimizer.step_with(&mut || Ok(quadratic()?)).unwrap();
            } else {
                for (p, gradient) in parameters.iter().zip(&gradients[step]) {
                    p.set_grad(Some(gradient.clone())).unwrap();
                }
                optimizer.step().unwrap();
            }
            for (here, there) in parameters.iter().zip(after) {
                let (here, there) = (here.to_vec::<f64>(), there.to_vec::<f64>());
                for (a, b) in here.unwrap().into_iter().zip(there.unwrap()) {
                    let near = (a - b).abs() <= tolerance * (1.0 + b.abs());
                    assert!(near, "{name}, step {step}: {a} against {b}");
                }
            }
        }
    }
}

fn tensors(value: &Value) -> Vec<Tensor> {
    let values = value.as_slice().unwrap().iter();
    values
        .map(|value| value.as_tensor().unwrap().clone())
        .collect()
}

/// The loss Σ c (p − m)², its gradients left at the parameters.
fn quadratic(
    parameters: &[Var],
    curvature: &[Tensor],
    minimum: &[Tensor],
) -> gradus_autograd::Result<f64> {
    let mut total = 0.0;
    for ((p, c), m) in parameters.iter().zip(curvature).zip(minimum) {
        p.zero_grad();
        let loss = p.sub(&Var::new(m.clone()))?.square()?;
        let loss = loss.mul(&Var::new(c.clone()))?.sum()?;
        loss.backward()?;
        total += loss.item::<f64>()?;
    }
    Ok(total)
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
