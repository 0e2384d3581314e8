//! Reductions of all elements and along dimensions.

use gradus_autograd::Var;
use gradus_tensor::ops::MatrixNorm;
use gradus_tensor::{Tensor, tensor};
use proptest::prelude::*;

use super::{both, config, filled, shape};

type All = (&'static str, fn(&Var) -> gradus_tensor::Result<Var>);

/// Reductions of all elements of which there is at least one; squared first where the second
/// derivative would be zero whatever the rule says.
const ALL: &[All] = &[
    ("mean", |x| x.square()?.mean()),
    ("prod", Var::prod),
    ("max", |x| x.square()?.max()),
    ("min", |x| x.square()?.min()),
    ("norm", Var::norm),
    ("median", |x| x.square()?.median()),
    ("nanmedian", |x| x.square()?.nanmedian()),
];

type Along = (
    &'static str,
    fn(&Var, isize, bool) -> gradus_tensor::Result<Var>,
);

/// Reductions along one dimension, which is not empty.
const ALONG: &[Along] = &[
    ("mean_dims", |x, d, k| x.square()?.mean_dims(&[d], k)),
    ("nanmean", |x, d, k| x.square()?.nanmean(&[d], k)),
    ("prod_dim", Var::prod_dim),
    ("amax", |x, d, k| x.square()?.amax(&[d], k)),
    ("amin", |x, d, k| x.square()?.amin(&[d], k)),
    ("aminmax", |x, d, k| {
        let (low, high) = x.square()?.aminmax(d, k)?;
        low.mul(&high)
    }),
    ("max_dim", |x, d, k| Ok(x.square()?.max_dim(d, k)?.0)),
    ("min_dim", |x, d, k| Ok(x.square()?.min_dim(d, k)?.0)),
    ("median_dim", |x, d, k| Ok(x.square()?.median_dim(d, k)?.0)),
    ("nanmedian_dim", |x, d, k| {
        Ok(x.square()?.nanmedian_dim(d, k)?.0)
    }),
    ("mode", |x, d, k| Ok(x.square()?.mode(d, k)?.0)),
    ("kthvalue", |x, d, k| Ok(x.square()?.kthvalue(1, d, k)?.0)),
    ("logsumexp", |x, d, k| x.logsumexp(&[d], k)),
    ("vector_norm 2", |x, d, k| x.vector_norm(2.0, &[d], k)),
    ("vector_norm 3", |x, d, k| x.vector_norm(3.0, &[d], k)),
    ("vector_norm 1", |x, d, k| {
        x.square()?.vector_norm(1.0, &[d], k)
    }),
    ("vector_norm 0.5", |x, d, k| x.vector_norm(0.5, &[d], k)),
    ("vector_norm inf", |x, d, k| {
        x.square()?.vector_norm(f64::INFINITY, &[d], k)
    }),
    ("var_dims", |x, d, k| x.square()?.var_dims(&[d], 0.0, k)),
    ("var_mean", |x, d, k| {
        let (variance, mean) = x.square()?.var_mean(&[d], 0.0, k)?;
        variance.mul(&mean)
    }),
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn sums(shape in shape(1..=3), dim in 0usize..3, keepdim in any::<bool>(), seed in 0u64..1000) {
        let dim = (dim % shape.len()) as isize;
        // Squared first, or the second derivative would be zero whatever the rule says.
        let x = [filled(&shape, -1.0, 1.0, seed)];
        both(|v| Ok(v[0].square()?.sum()?), &x);
        both(|v| Ok(v[0].square()?.sum_dims(&[dim], keepdim)?.square()?), &x);
        both(|v| Ok(v[0].square()?.nansum(&[dim], keepdim)?.square()?), &x);
    }

    #[test]
    fn of_all_elements(shape in prop::collection::vec(1..4usize, 0..=3), seed in 0u64..1000, pick in 0..ALL.len()) {
        let (_, f) = ALL[pick];
        both(|v| Ok(f(&v[0])?), &[filled(&shape, 0.2, 1.0, seed)]);
    }

    #[test]
    fn along_a_dimension(shape in prop::collection::vec(1..4usize, 1..=3), dim in 0usize..3, keepdim in any::<bool>(), seed in 0u64..1000, pick in 0..ALONG.len()) {
        let (_, f) = ALONG[pick];
        let dim = (dim % shape.len()) as isize;
        both(|v| Ok(f(&v[0], dim, keepdim)?), &[filled(&shape, 0.2, 1.0, seed)]);
    }

    #[test]
    fn spreads(rows in 2..5usize, columns in 1..4usize, keepdim in any::<bool>(), seed in 0u64..1000) {
        let x = [filled(&[rows, columns], -1.0, 1.0, seed)];
        both(|v| Ok(v[0].var()?), &x);
        both(|v| Ok(v[0].std()?), &x);
        both(|v| Ok(v[0].std_dims(&[0], 1.0, keepdim)?), &x);
        both(|v| {
            let (deviation, mean) = v[0].std_mean(&[0], 0.5, keepdim)?;
            Ok(deviation.mul(&mean)?)
        }, &x);
        let often = tensor![1, 2, 3, 4].narrow(0, 0, rows).unwrap();
        let x = [filled(&[columns, rows], -1.0, 1.0, seed), filled(&[rows], 0.2, 1.0, seed + 1)];
        both(|v| Ok(v[0].cov(0.5, Some(&often), Some(&v[1]))?), &x);
    }

    #[test]
    fn correlations(columns in 3..5usize, seed in 0u64..1000) {
        both(|v| Ok(v[0].corrcoef()?), &[filled(&[2, columns], -1.0, 1.0, seed)]);
    }

    #[test]
    fn distances(shape in prop::collection::vec(1..4usize, 1..=2), seed in 0u64..1000) {
        let inputs = [filled(&shape, 1.1, 2.0, seed), filled(&shape[1..], 0.1, 1.0, seed + 1)];
        for p in [2.0, 3.0] {
            both(|v| Ok(v[0].dist(&v[1], p)?), &inputs);
        }
    }

    #[test]
    fn norms_of_matrices(shape in prop::collection::vec(1..4usize, 2..=3), keepdim in any::<bool>(), seed in 0u64..1000) {
        let x = [filled(&shape, 0.2, 1.0, seed)];
        for norm in [MatrixNorm::Frobenius, MatrixNorm::One, MatrixNorm::LeastColumn, MatrixNorm::Infinity, MatrixNorm::LeastRow] {
            both(|v| Ok(v[0].square()?.matrix_norm(norm, [-1, 0], keepdim)?), &x);
        }
    }

    #[test]
    fn quantiles(shape in prop::collection::vec(1..4usize, 1..=2), all in any::<bool>(), keepdim in any::<bool>(), seed in 0u64..1000) {
        use gradus_tensor::ops::QuantileInterpolation::{Linear, Midpoint};
        let dim = (!all).then_some(0);
        let q = Tensor::from_vec(vec![0.15, 0.55], [2]).unwrap();
        let inputs = [filled(&shape, 0.2, 1.0, seed), q];
        both(|v| Ok(v[0].square()?.quantile(&v[1], dim, keepdim, Linear)?), &inputs);
        both(|v| {
            let q = Var::new(inputs[1].clone());
            Ok(v[0].square()?.nanquantile(&q, dim, keepdim, Midpoint)?)
        }, &inputs[..1]);
    }
}
