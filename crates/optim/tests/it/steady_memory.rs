//! A training loop in its steady state asks the system for no tensor memory.

use gradus_autograd::Var;
use gradus_tensor::{Reduction, Result, Tensor, memory_stats};

use crate::workload::Training;

/// Runs until every size has been met, then 200 steps and more, which must find what they need.
#[track_caller]
fn check(mut train: impl FnMut(usize)) {
    train(20);
    let before = memory_stats().system_allocations;
    assert!(before > 0, "nothing was counted");
    train(200);
    let after = memory_stats().system_allocations;
    assert_eq!(after - before, 0, "system allocations in steady state");
}

#[test]
fn logistic_regression_through_the_loader() {
    let mut training = Training::logistic();
    check(|steps| drop(training.run(steps)));
}

#[test]
fn two_variables() {
    let number = |x: f32| Tensor::scalar(x);
    let (w, b) = (
        Var::leaf(number(0.0)).unwrap(),
        Var::leaf(number(0.0)).unwrap(),
    );
    let step = |i: usize| -> gradus_autograd::Result<()> {
        let x = (i % 60) as f32 / 30.0 - 1.0;
        let (x, y) = (Var::new(number(x)), Var::new(number(3.0 * x + 2.0)));
        let loss = w.mul(&x)?.add(&b)?.mse_loss(&y, Reduction::Mean)?;
        loss.backward()?;
        for parameter in [&w, &b] {
            parameter.update(|value, grad| -> Result<()> {
                let grad = grad.expect("both variables take part");
                *value = value.sub(&grad.mul_scalar(0.1)?)?;
                Ok(())
            })??;
            parameter.zero_grad();
        }
        Ok(())
    };
    check(|steps| (0..steps).for_each(|i| step(i).unwrap()));
    assert!((w.item::<f32>().unwrap() - 3.0).abs() < 0.1);
}

#[test]
fn an_mlp_with_adam() {
    let mut training = Training::mlp(64, 16);
    check(|steps| drop(training.run(steps)));
}
