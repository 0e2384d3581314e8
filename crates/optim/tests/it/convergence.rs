//! Every optimizer finds the minimum of a quadratic and of Rosenbrock's valley.

use gradus_autograd::{Result, Var};
use gradus_optim::schedule::{ExponentialLr, Schedule};
use gradus_tensor::Tensor;

use crate::optimizers::{ALL, Entry, step};

/// The distance to the minimum after at most `steps` steps.
fn distance(
    entry: &Entry,
    lr: f64,
    start: [f64; 2],
    minimum: [f64; 2],
    steps: usize,
    loss: fn(&Var) -> Result<Var>,
) -> f64 {
    // A matrix of one row, for Muon's sake.
    let start = Tensor::from_vec(start.to_vec(), [1, 2]).unwrap();
    let w = Var::leaf(start).unwrap();
    let mut optimizer = (entry.make)(vec![w.clone()], lr).unwrap();
    // A falling rate: to a millionth at the end.
    let gamma = if entry.restless {
        1e-6_f64.powf(1.0 / steps as f64)
    } else {
        1.0
    };
    let mut schedule = ExponentialLr::new(optimizer.as_mut(), gamma).unwrap();
    let mut nearest = f64::INFINITY;
    for _ in 0..steps {
        step(optimizer.as_mut(), || loss(&w));
        schedule.step(optimizer.as_mut()).unwrap();
        let at = w.to_vec::<f64>().unwrap();
        nearest = (at[0] - minimum[0]).hypot(at[1] - minimum[1]);
        if nearest < 1e-6 {
            break;
        }
    }
    nearest
}

/// `(w₁ − 1)² + 10 (w₂ + 2)²`.
fn quadratic(w: &Var) -> Result<Var> {
    let scale = Var::new(Tensor::from_vec(vec![1.0, 10.0], [1, 2])?);
    let minimum = Var::new(Tensor::from_vec(vec![1.0, -2.0], [1, 2])?);
    Ok(w.sub(&minimum)?.square()?.mul(&scale)?.sum()?)
}

/// `(1 − w₁)² + 100 (w₂ − w₁²)²`.
fn rosenbrock(w: &Var) -> Result<Var> {
    let (x, y) = (w.narrow(1, 0, 1)?, w.narrow(1, 1, 1)?);
    let valley = y.sub(&x.square()?)?.square()?.mul_scalar(100.0)?;
    Ok(x.rsub_scalar(1.0)?.square()?.add(&valley)?.sum()?)
}

#[test]
fn of_a_quadratic() {
    let mut failed = Vec::new();
    for entry in ALL {
        let (start, minimum) = ([3.0, 3.0], [1.0, -2.0]);
        let left = distance(entry, entry.quadratic, start, minimum, 3000, quadratic);
        if left.is_nan() || left > 1e-3 {
            failed.push((entry.name, left));
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn of_rosenbrocks_valley() {
    let mut failed = Vec::new();
    for entry in ALL {
        let (start, minimum) = ([-1.2, 1.0], [1.0, 1.0]);
        let left = distance(entry, entry.rosenbrock, start, minimum, 20_000, rosenbrock);
        if left.is_nan() || left > 0.05 {
            failed.push((entry.name, left));
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}
