//! Every differentiable method of the vocabulary: first and second derivatives against central
//! differences, on shapes and values drawn by proptest.
//!
//! The tables are complete: `cargo xtask tidy` fails if an op's method is missing.

mod along_dimensions;
mod elementwise;
mod indexing;
mod layers;
#[cfg(feature = "linalg")]
mod linalg;
mod losses;
mod products;
mod reductions;
mod shapes;

use gradus_autograd::{Result, Var, gradcheck, gradgradcheck};
use gradus_tensor::{DType, Tensor};
use proptest::prelude::*;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 24,
        ..ProptestConfig::default()
    }
}

/// Shapes with sizes 0 and 1 among them.
fn shape(rank: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(
        prop_oneof![1 => Just(0usize), 2 => Just(1), 6 => 2..4usize],
        rank,
    )
}

/// Values in the open interval, in memory that is sometimes transposed.
fn filled(shape: &[usize], low: f64, high: f64, seed: u64) -> Tensor {
    let x = gradus_tensor::testkit::values(shape, low, high, seed);
    if seed.is_multiple_of(3) && shape.len() >= 2 {
        let swapped = x.transpose(-1, -2).unwrap().copy();
        return swapped.transpose(-1, -2).unwrap();
    }
    x
}

/// Numbers of which no two are near each other, nor two magnitudes: for what orders them. A step of a
/// difference must not turn their order.
fn apart(shape: &[usize], seed: u64) -> Tensor {
    let n = shape.iter().product::<usize>();
    let ranks = gradus_tensor::testkit::values(&[n], 0.0, 1.0, seed).argsort(0, false);
    let ranks = ranks.unwrap().to_dtype(DType::F64).unwrap();
    let spread = ranks.add_scalar(0.5).unwrap().div_scalar(n as f64).unwrap();
    spread.sub_scalar(0.3187).unwrap().reshape(shape).unwrap()
}

fn both(f: impl Fn(&[Var]) -> Result<Var>, inputs: &[Tensor]) {
    gradcheck(&f, inputs).unwrap();
    gradgradcheck(&f, inputs).unwrap();
}
