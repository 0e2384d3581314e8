//! Losses: of two inputs of one shape, and of classes.

use gradus_autograd::Var;
use gradus_tensor::{Reduction, Tensor};
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

const REDUCTIONS: [Reduction; 3] = [Reduction::None, Reduction::Sum, Reduction::Mean];

proptest! {
    #![proptest_config(config())]

    /// Of rows, maps and single samples, some of them ignored.
    #[test]
    fn class_losses(
        batch in 1..4usize, classes in 1..4usize, inner in 1..4usize, rank in 1..4usize, seed in 0u64..1000,
        weighted in any::<bool>(), reduction in 0..3usize, smoothing in prop_oneof![Just(0.0), Just(0.2)],
    ) {
        let (shape, positions) = match rank {
            1 => (vec![classes], vec![]),
            2 => (vec![batch, classes], vec![batch]),
            _ => (vec![batch, classes, inner], vec![batch, inner]),
        };
        let count = positions.iter().product::<usize>() as u64;
        // The first one counts, so that there is a mean.
        let right = (0..count).map(|i| match (seed + i) * 7 % 5 {
            0 if i > 0 => -100,
            class => class as i64 % classes as i64,
        });
        let target = Tensor::from_vec(right.collect::<Vec<_>>(), &positions).unwrap();
        let weights = filled(&[classes], 0.5, 2.0, seed);
        let weights = weighted.then_some(&weights);
        let reduction = REDUCTIONS[reduction];
        let inputs = [filled(&shape, -2.0, 2.0, seed)];
        both(|v| Ok(v[0].nll_loss(&target, weights, -100, reduction)?), &inputs);
        let classes = Var::new(target.clone());
        both(
            |v| Ok(v[0].cross_entropy(&classes, weights, -100, smoothing, reduction)?),
            &inputs,
        );
        let [logits] = inputs;
        let inputs = [logits, filled(&shape, 0.1, 0.9, seed + 1)];
        both(
            |v| Ok(v[0].cross_entropy(&v[1], weights, -100, smoothing, reduction)?),
            &inputs,
        );
    }
}
