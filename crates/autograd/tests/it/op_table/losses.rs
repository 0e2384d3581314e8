//! Losses of two inputs of one shape.

use gradus_autograd::Var;
use gradus_tensor::Reduction;
use proptest::prelude::*;

use super::{both, config, filled};

type Loss = (&'static str, fn(&Var, &Var) -> gradus_tensor::Result<Var>);

/// Losses of two inputs of one shape.
const LOSSES: &[Loss] = &[
    ("mse mean", |a, b| a.mse_loss(b, Reduction::Mean)),
    ("mse sum", |a, b| a.mse_loss(b, Reduction::Sum)),
    ("mse none", |a, b| a.mse_loss(b, Reduction::None)),
    ("bce mean", |a, b| {
        a.binary_cross_entropy(b, Reduction::Mean)
    }),
    ("bce none", |a, b| {
        a.binary_cross_entropy(b, Reduction::None)
    }),
    ("bce logits mean", |a, b| {
        a.binary_cross_entropy_with_logits(b, Reduction::Mean)
    }),
    ("bce logits none", |a, b| {
        a.binary_cross_entropy_with_logits(b, Reduction::None)
    }),
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn losses(shape in prop::collection::vec(1..4usize, 0..=2), seed in 0u64..1000, pick in 0..LOSSES.len()) {
        let inputs = [filled(&shape, 0.2, 0.8, seed), filled(&shape, 0.1, 0.9, seed + 1)];
        let (_, f) = LOSSES[pick];
        both(|v| Ok(f(&v[0], &v[1])?), &inputs);
    }
}
