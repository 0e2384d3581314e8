//! What keeps or reorders the elements of a dimension: normalisation, running results, differences,
//! integrals and sorting.

use gradus_autograd::Var;
use proptest::prelude::*;

use super::{apart, both, config, filled, shape};

type Along = (&'static str, fn(&Var, isize) -> gradus_tensor::Result<Var>);

const ALONG: &[Along] = &[
    ("softmax", Var::softmax),
    ("log_softmax", Var::log_softmax),
    ("softmin", Var::softmin),
    ("cumsum", |x, d| x.square()?.cumsum(d)),
    ("cumprod", Var::cumprod),
    ("cummax", |x, d| Ok(x.square()?.cummax(d)?.0)),
    ("cummin", |x, d| Ok(x.square()?.cummin(d)?.0)),
    ("logcumsumexp", Var::logcumsumexp),
    ("diff", |x, d| x.square()?.diff(1, d)),
    ("sort", |x, d| Ok(x.square()?.sort(d, true)?.0)),
    ("topk", |x, d| Ok(x.square()?.topk(0, d, true)?.0)),
    ("msort", |x, _| x.square()?.msort()),
    ("trapezoid_dx", |x, d| x.square()?.trapezoid_dx(0.5, d)),
    ("cumulative_trapezoid_dx", |x, d| {
        x.square()?.cumulative_trapezoid_dx(0.5, d)
    }),
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn along(shape in shape(1..=3), dim in 0usize..3, seed in 0u64..1000, pick in 0..ALONG.len()) {
        let (_, f) = ALONG[pick];
        let dim = (dim % shape.len()) as isize;
        both(|v| Ok(f(&v[0], dim)?), &[apart(&shape, seed)]);
    }

    #[test]
    fn with_others(shape in prop::collection::vec(2..4usize, 1..=3), dim in 0usize..3, seed in 0u64..1000) {
        let dim = (dim % shape.len()) as isize;
        let inputs = [filled(&shape, -1.0, 1.0, seed), filled(&shape, 0.1, 1.0, seed + 1)];
        both(|v| Ok(v[0].square()?.topk(2, dim, false)?.0), &[apart(&shape, seed)]);
        both(|v| Ok(v[0].trapezoid(&v[1], dim)?), &inputs);
        both(|v| Ok(v[0].cumulative_trapezoid(&v[1], dim)?), &inputs);
        both(|v| Ok(v[0].square()?.diff_with(2, dim, Some(&v[1]), Some(&v[0]))?), &inputs);
        let places = [inputs[0].clone(), filled(&[shape[dim as usize]], 0.1, 1.0, seed)];
        both(|v| Ok(v[0].trapezoid(&v[1], dim)?), &places);
    }
}
