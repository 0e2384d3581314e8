//! Checks for gradient rules, used by this crate's tests and by crates that define operations.

use crate::op::Saved;
use crate::{Array, DType, Op, Tensor, VariadicOp};

/// Step of the central differences: the cube root of the rounding error balances truncation.
const STEP: f64 = 6e-6;
/// Relative agreement asked for: truncation h² ≈ 4e-11 and rounding 1e-16 / h ≈ 2e-11, times the
/// size of third derivatives on the values drawn, some hundreds at most.
const TOLERANCE: f64 = 1e-6;

/// Numbers between `low` and `high`, the same for the same `seed`.
#[must_use]
pub fn values(shape: &[usize], low: f64, high: f64, seed: u64) -> Tensor {
    let n = shape.iter().product::<usize>();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let numbers = (0..n).map(|_| {
        // xorshift64*, good enough to avoid symmetric inputs.
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let unit = (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64;
        low + (high - low) * unit
    });
    Tensor::from_vec(numbers.collect(), shape).expect("the length is the shape's product")
}

/// 0, 1, 2 … in row-major order, as `f64`.
#[must_use]
pub fn counting(shape: &[usize]) -> Tensor {
    let n = shape.iter().product::<usize>();
    Tensor::from_vec((0..n).map(|i| i as f64).collect(), shape)
        .expect("the length is the shape's product")
}

/// ⟨a, b⟩ in double precision.
///
/// # Panics
/// If the shapes differ.
#[must_use]
#[track_caller]
pub fn inner(a: &Tensor, b: &Tensor) -> f64 {
    assert_eq!(a.shape(), b.shape(), "an inner product takes equal shapes");
    let (a, b) = (
        a.to_vec::<f64>().expect("host memory"),
        b.to_vec::<f64>().expect("host memory"),
    );
    a.iter().zip(&b).map(|(x, y)| x * y).sum()
}

/// Checks a rule on inputs of these shapes drawn from (0.1, 0.9), where most functions are smooth.
///
/// # Panics
/// If the rule disagrees with central differences.
#[track_caller]
pub fn check_vjp<O: Op<N>, const N: usize>(op: O, shapes: [&[usize]; N]) {
    check_vjp_in(op, shapes, 0.1, 0.9);
}

/// As [`check_vjp`], with inputs drawn between `low` and `high`.
///
/// # Panics
/// If the rule disagrees with central differences.
#[track_caller]
pub fn check_vjp_in<O: Op<N>, const N: usize>(op: O, shapes: [&[usize]; N], low: f64, high: f64) {
    let inputs: [Tensor; N] = std::array::from_fn(|i| values(shapes[i], low, high, i as u64 + 1));
    check_vjp_at(op, std::array::from_fn(|i| &inputs[i]));
}

/// Checks a rule at given `f64` inputs: for each input, ⟨vjp(u), v⟩ must be ⟨u, J v⟩, the latter by
/// central differences. The rule sees exactly what the operation saves.
///
/// # Panics
/// If the rule disagrees with central differences.
#[track_caller]
#[expect(
    clippy::needless_pass_by_value,
    reason = "a test writes its operation in place"
)]
pub fn check_vjp_at<O: Op<N>, const N: usize>(op: O, inputs: [&Tensor; N]) {
    let vjp = |wrt, saved: &Saved<'_, Tensor>, g: &Tensor| {
        let gradient = op.vjp(wrt, saved, g)?;
        assert!(
            !O::PASSES_ON || gradient.same_block(g),
            "{}: the rule for input {wrt} does not pass the gradient on",
            O::NAME
        );
        Ok(gradient)
    };
    let forward = |xs: &[&Tensor]| op.forward(std::array::from_fn(|i| xs[i]));
    check(O::NAME, O::SAVES, &inputs, &forward, &vjp);
}

/// As [`check_vjp`], for an operation of any number of inputs.
///
/// # Panics
/// If the rule disagrees with central differences.
#[track_caller]
#[expect(
    clippy::needless_pass_by_value,
    reason = "a test writes its operation in place"
)]
pub fn check_variadic_vjp<O: VariadicOp>(op: O, shapes: &[&[usize]]) {
    let inputs: Vec<Tensor> = shapes
        .iter()
        .enumerate()
        .map(|(i, s)| values(s, 0.1, 0.9, i as u64 + 1))
        .collect();
    let inputs: Vec<&Tensor> = inputs.iter().collect();
    check(
        O::NAME,
        O::SAVES,
        &inputs,
        &|xs| op.forward(xs),
        &|wrt, saved, g| op.vjp(wrt, saved, g),
    );
}

type Forward<'a> = &'a dyn Fn(&[&Tensor]) -> crate::Result<Tensor>;
type Vjp<'a> = &'a dyn Fn(usize, &Saved<'_, Tensor>, &Tensor) -> crate::Result<Tensor>;

#[track_caller]
fn check(name: &str, saves: crate::Saves, inputs: &[&Tensor], forward: Forward<'_>, vjp: Vjp<'_>) {
    let y = forward(inputs).expect("the inputs fit the operation");
    let kept: Vec<Option<Tensor>> = inputs
        .iter()
        .enumerate()
        .map(|(i, x)| saves.keep(i, x))
        .collect();
    let u = values(y.shape(), -1.0, 1.0, 77);
    for wrt in 0..inputs.len() {
        let saved = Saved::new("test", saves, &kept, saves.has_output().then_some(&y));
        let gradient = match vjp(wrt, &saved, &u) {
            Ok(gradient) => gradient,
            Err(error) => panic!("{name}: the rule for input {wrt} fails: {error}"),
        };
        assert_eq!(
            gradient.shape(),
            inputs[wrt].shape(),
            "{name}: shape of the gradient of input {wrt}"
        );
        assert_eq!(
            gradient.dtype(),
            DType::F64,
            "{name}: dtype of the gradient of input {wrt}"
        );
        let v = values(inputs[wrt].shape(), -1.0, 1.0, 99);
        let at = |step: f64| {
            let xs = inputs[wrt].to_vec::<f64>().expect("host memory");
            let vs = v.to_vec::<f64>().expect("host memory");
            let moved = xs.iter().zip(&vs).map(|(x, v)| x + step * v).collect();
            let moved = Tensor::from_vec(moved, inputs[wrt].shape()).expect("same shape");
            let mut all = inputs.to_vec();
            all[wrt] = &moved;
            inner(&forward(&all).expect("the inputs fit the operation"), &u)
        };
        let numeric = (at(STEP) - at(-STEP)) / (2.0 * STEP);
        let analytic = inner(&gradient, &v);
        let scale = numeric.abs().max(analytic.abs()).max(1.0);
        assert!(
            (numeric - analytic).abs() <= TOLERANCE * scale,
            "{name}: gradient of input {wrt} is {analytic}, central differences give {numeric}"
        );
    }
}

/// Checks the elements of a result against values worked out by hand.
///
/// # Panics
/// If any element is further than a few roundings away.
#[track_caller]
pub fn assert_close(got: &Tensor, expected: &[f64]) {
    let tolerance = if got.dtype() == DType::F64 {
        1e-12
    } else {
        1e-6
    };
    let got = got.to_vec::<f64>().expect("host memory");
    assert_eq!(got.len(), expected.len(), "number of elements");
    for (i, (g, e)) in got.iter().zip(expected).enumerate() {
        let same = g == e || (g.is_nan() && e.is_nan());
        assert!(
            same || (g - e).abs() <= tolerance * e.abs().max(1.0),
            "element {i}: got {g}, expected {e}"
        );
    }
}

/// Runs an operation on plain tensors and checks the result.
///
/// # Panics
/// If the operation fails or any element differs.
#[track_caller]
pub fn check_forward<O: Op<N>, const N: usize>(op: O, inputs: [&Tensor; N], expected: &[f64]) {
    assert_close(
        &Tensor::apply(op, inputs).expect("the inputs fit the operation"),
        expected,
    );
}
