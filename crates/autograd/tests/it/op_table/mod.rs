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
use gradus_tensor::Tensor;
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

fn both(f: impl Fn(&[Var]) -> Result<Var>, inputs: &[Tensor]) {
    gradcheck(&f, inputs).unwrap();
    gradgradcheck(&f, inputs).unwrap();
}
