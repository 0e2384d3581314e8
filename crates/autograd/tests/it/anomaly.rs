//! Watched passes: who made the first NaN.

use gradus_autograd::{Error, GradOptions, Result, Var, detect_anomaly, grad_with, no_grad};
use gradus_tensor::tensor;

#[test]
fn the_operation_that_made_nan_is_named() -> Result<()> {
    let x = Var::leaf(tensor![[1.0, -1.0], [4.0, -4.0]])?;
    let error = detect_anomaly(|| x.mul_scalar(2)?.log()?.sum()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "log: made NaN at [0, 1], 2 of 4 elements, of inputs without NaN"
    );
    let infinite = Var::new(tensor![f32::INFINITY]);
    let error = detect_anomaly(|| no_grad(|| infinite.sub(&infinite))).unwrap_err();
    assert!(error.to_string().starts_with("sub: made NaN"));
    Ok(())
}

#[test]
fn nan_that_was_there_before_is_not_made() -> Result<()> {
    let x = Var::leaf(tensor![f32::NAN, 1.0])?;
    let y = detect_anomaly(|| x.exp()?.mul_scalar(2)?.sum())?;
    detect_anomaly(|| y.backward())?;
    assert!(x.grad().unwrap().to_vec::<f32>()?[0].is_nan());
    assert!(x.log()?.sum()?.backward().is_ok());
    Ok(())
}

#[test]
fn the_rule_that_made_nan_is_named() -> Result<()> {
    // √x has an infinite slope at 0, and 0 · ∞ is not a number.
    let x = Var::leaf(tensor![4.0, 0.0])?;
    let unwatched = || x.sqrt()?.mul_scalar(0)?.sum();
    unwatched()?.backward()?;
    assert!(x.grad().unwrap().to_vec::<f32>()?[1].is_nan());
    let loss = unwatched()?;
    let error = detect_anomaly(|| loss.backward()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "backward: the gradient rule of `sqrt` made NaN for input 0 at [1], 1 of 2 elements, of values without NaN"
    );
    assert!(matches!(error, Error::Nan { op: "sqrt", .. }));
    let loss = unwatched()?;
    let recorded = GradOptions {
        create_graph: true,
        ..GradOptions::default()
    };
    let error = detect_anomaly(|| grad_with(&[&loss], &[&x], &recorded)).unwrap_err();
    assert!(error.to_string().contains("NaN"), "{error}");
    Ok(())
}
