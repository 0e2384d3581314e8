//! `load` then `step` equals never having stopped, bit for bit, for every optimizer.

use gradus_autograd::Var;
use gradus_optim::{Optimizer, OptimizerState, Value};
use gradus_tensor::{DType, Tensor, testkit};

use crate::optimizers::{ALL, Entry, step};

const STEPS: usize = 8;

/// Two matrices in single precision.
fn parameters() -> Vec<Var> {
    [1, 2]
        .map(|seed| {
            let start = testkit::values(&[3, 4], -1.0, 1.0, seed);
            Var::leaf(start.to_dtype(DType::F32).unwrap()).unwrap()
        })
        .into()
}

/// A step whose gradient differs from that of other steps.
fn numbered_step(optimizer: &mut dyn Optimizer, parameters: &[Var], number: usize) {
    step(optimizer, || {
        let mut total = Var::new(Tensor::scalar(0.0_f32));
        for (at, w) in parameters.iter().enumerate() {
            let seed = (10 * number + at) as u64;
            let target = testkit::values(&[3, 4], -1.0, 1.0, seed).to_dtype(DType::F32)?;
            let loss = w.sub(&Var::new(target))?.square()?.sum()?;
            total = total.add(&loss)?;
        }
        Ok(total)
    });
}

fn bits(parameters: &[Var]) -> Vec<Vec<u32>> {
    let bits = |w: &Var| {
        let values = w.to_vec::<f32>().unwrap();
        values.into_iter().map(f32::to_bits).collect()
    };
    parameters.iter().map(bits).collect()
}

fn run(entry: &Entry, interrupted: Option<usize>) -> (Vec<Vec<u32>>, String) {
    let parameters = parameters();
    let make = |lr| (entry.make)(parameters.clone(), lr).unwrap();
    let mut optimizer = make(0.05);
    for number in 0..STEPS {
        if interrupted == Some(number) {
            let state = optimizer.state_dict();
            // Its options come from the state, too.
            optimizer = make(0.5);
            optimizer.load_state_dict(&state).unwrap();
        }
        numbered_step(optimizer.as_mut(), &parameters, number);
    }
    (bits(&parameters), optimizer.state_dict().to_string())
}

#[test]
fn after_any_step_with_any_optimizer() {
    for entry in ALL {
        let whole = run(entry, None);
        for k in 0..STEPS {
            assert!(run(entry, Some(k)) == whole, "{}, step {k}", entry.name);
        }
    }
}

/// A state that was damaged, and the word that its error names.
fn damaged(state: &OptimizerState) -> Vec<(OptimizerState, String)> {
    let mut damages = Vec::new();
    for name in state.state[&0].iter().map(|(name, _)| name) {
        let mut partial = state.clone();
        let entries = partial.state.get_mut(&0).unwrap();
        entries.retain(|(other, _)| other != name);
        damages.push((partial, name.clone()));
    }
    for (at, (name, _)) in state.param_groups[0].options.iter().enumerate() {
        let mut partial = state.clone();
        partial.param_groups[0].options[at].1 = Value::Text("wrong".into());
        damages.push((partial, name.clone()));
    }
    let mut foreign = state.clone();
    let other = ("other".to_string(), Value::Int(1));
    foreign.param_groups[0].options.push(other);
    damages.push((foreign, "other".to_string()));
    damages
}

#[test]
fn a_cold_or_partial_state_is_refused_and_changes_nothing() {
    for entry in ALL {
        let parameters = parameters();
        let mut optimizer = (entry.make)(parameters.clone(), 0.05).unwrap();
        for number in 0..4 {
            numbered_step(optimizer.as_mut(), &parameters, number);
        }
        let state = optimizer.state_dict();
        let mut other = (entry.make)(parameters.clone(), 0.5).unwrap();
        let before = other.state_dict().to_string();
        if state.state.is_empty() {
            continue;
        }
        for (damaged, word) in damaged(&state) {
            let error = other.load_state_dict(&damaged).unwrap_err().to_string();
            assert!(error.contains(&word), "{}: {word} in {error}", entry.name);
            assert!(error.ends_with("nothing was changed"), "{error}");
            assert_eq!(other.state_dict().to_string(), before, "{}", entry.name);
        }
        let mut cold = state.clone();
        cold.state.clear();
        let error = other.load_state_dict(&cold).unwrap_err().to_string();
        assert!(
            error.contains("would start cold"),
            "{}: {error}",
            entry.name
        );
        let started = other.load_partial_state_dict(&cold).unwrap();
        assert_eq!(started[0], 0, "{}", entry.name);
        let options = |state: &OptimizerState| format!("{:?}", state.param_groups[0].options);
        assert_eq!(options(&other.state_dict()), options(&state));
    }
}
