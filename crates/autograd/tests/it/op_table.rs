//! Every differentiable method of the vocabulary: first and second derivatives against central
//! differences, on shapes and values drawn by proptest.
//!
//! The table is complete: `cargo xtask tidy` fails if an op's method is missing.

use gradus_autograd::{Result, Var, gradcheck, gradgradcheck};
use gradus_tensor::{Reduction, Tensor, tensor};
use proptest::prelude::*;

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

type Unary = (
    &'static str,
    f64,
    f64,
    fn(&Var) -> gradus_tensor::Result<Var>,
);

/// Elementwise functions of one input, with the interval in which they are smooth.
const UNARY: &[Unary] = &[
    ("neg", -2.0, 2.0, Var::neg),
    ("square", -2.0, 2.0, Var::square),
    ("abs", 0.1, 2.0, Var::abs),
    ("sign", 0.1, 2.0, Var::sign),
    ("exp", -2.0, 2.0, Var::exp),
    ("log", 0.2, 2.0, Var::log),
    ("log1p", -0.7, 2.0, Var::log1p),
    ("sqrt", 0.3, 2.0, Var::sqrt),
    ("relu", 0.1, 2.0, Var::relu),
    ("relu below 0", -2.0, -0.1, Var::relu),
    ("sigmoid", -3.0, 3.0, Var::sigmoid),
    ("tanh", -2.0, 2.0, Var::tanh),
    ("add_scalar", -2.0, 2.0, |x| x.add_scalar(1.5)),
    ("sub_scalar", -2.0, 2.0, |x| x.sub_scalar(1.5)),
    ("mul_scalar", -2.0, 2.0, |x| x.mul_scalar(-2.5)),
    ("rsub_scalar", -2.0, 2.0, |x| x.rsub_scalar(1.5)),
    ("div_scalar", -2.0, 2.0, |x| x.div_scalar(3.0)),
    ("rdiv_scalar", 0.3, 2.0, |x| x.rdiv_scalar(3.0)),
];

type Binary = (&'static str, fn(&Var, &Var) -> gradus_tensor::Result<Var>);

/// Functions of two inputs that broadcast.
const BINARY: &[Binary] = &[
    ("add", Var::add),
    ("sub", Var::sub),
    ("mul", Var::mul),
    ("div", Var::div),
];

/// Losses of two inputs of one shape.
const LOSSES: &[Binary] = &[
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
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn unary(shape in shape(0..=3), seed in 0u64..1000, pick in 0..UNARY.len()) {
        let (_, low, high, f) = UNARY[pick];
        both(|v| Ok(f(&v[0])?), &[filled(&shape, low, high, seed)]);
    }

    #[test]
    fn binary(shape in shape(1..=3), keep in 0usize..3, one in any::<bool>(), seed in 0u64..1000, pick in 0..BINARY.len()) {
        // The second operand lacks leading dimensions or has a size of 1 somewhere.
        let mut other = shape[keep.min(shape.len() - 1)..].to_vec();
        if one {
            other[0] = 1;
        }
        let inputs = [filled(&shape, 0.3, 2.0, seed), filled(&other, 0.4, 2.0, seed + 1)];
        let (_, f) = BINARY[pick];
        both(|v| Ok(f(&v[0], &v[1])?), &inputs);
        both(|v| Ok(f(&v[1], &v[0])?), &inputs);
    }

    #[test]
    fn losses(shape in prop::collection::vec(1..4usize, 0..=2), seed in 0u64..1000, pick in 0..LOSSES.len()) {
        let inputs = [filled(&shape, 0.2, 0.8, seed), filled(&shape, 0.1, 0.9, seed + 1)];
        let (_, f) = LOSSES[pick];
        both(|v| Ok(f(&v[0], &v[1])?), &inputs);
    }

    #[test]
    fn products(m in 0..4usize, k in 0..4usize, n in 0..4usize, batch in 1..3usize, seed in 0u64..1000) {
        let matmul = |v: &[Var]| Ok(v[0].matmul(&v[1])?);
        both(matmul, &[filled(&[m, k], -1.0, 1.0, seed), filled(&[k, n], -1.0, 1.0, seed + 1)]);
        both(matmul, &[filled(&[batch, m, k], -1.0, 1.0, seed), filled(&[k, n], -1.0, 1.0, seed + 1)]);
        both(matmul, &[filled(&[k], -1.0, 1.0, seed), filled(&[batch, k, n], -1.0, 1.0, seed + 1)]);
        let dot = |v: &[Var]| Ok(v[0].dot(&v[1])?);
        both(dot, &[filled(&[k], -1.0, 1.0, seed), filled(&[k], -1.0, 1.0, seed + 1)]);
        let mm = |v: &[Var]| Ok(v[0].mm(&v[1].t()?)?);
        both(mm, &[filled(&[m, k], -1.0, 1.0, seed), filled(&[n, k], -1.0, 1.0, seed + 1)]);
        let linear = |v: &[Var]| Ok(v[0].linear(&v[1], v.get(2))?);
        let (x, w) = (filled(&[batch, m, k], -1.0, 1.0, seed), filled(&[n, k], -1.0, 1.0, seed + 1));
        both(linear, &[x.clone(), w.clone(), filled(&[n], -1.0, 1.0, seed + 2)]);
        both(linear, &[x, w]);
    }

    #[test]
    fn reductions(shape in shape(1..=3), dim in 0usize..3, keepdim in any::<bool>(), seed in 0u64..1000) {
        let dim = (dim % shape.len()) as isize;
        // Squared first, or the second derivative would be zero whatever the rule says.
        let x = [filled(&shape, -1.0, 1.0, seed)];
        both(|v| Ok(v[0].square()?.sum()?), &x);
        both(|v| Ok(v[0].square()?.sum_dims(&[dim], keepdim)?.square()?), &x);
        if !shape.contains(&0) {
            both(|v| Ok(v[0].square()?.mean_dims(&[dim], keepdim)?.square()?), &x);
            both(|v| Ok(v[0].square()?.mean()?), &x);
        }
    }

    #[test]
    fn shapes(shape in shape(2..=3), seed in 0u64..1000) {
        let x = [filled(&shape, -1.0, 1.0, seed)];
        let n: usize = shape.iter().product();
        both(|v| Ok(v[0].reshape([n])?.square()?), &x);
        both(|v| Ok(v[0].transpose(0, -1)?.square()?), &x);
        let order: Vec<isize> = (1..shape.len() as isize).chain([0]).collect();
        both(|v| Ok(v[0].permute(&order)?.square()?), &x);
        both(|v| Ok(v[0].flatten(0, 1)?.unsqueeze(0)?.squeeze(0)?.square()?), &x);
        let wider = [&[2], &shape[..]].concat();
        both(|v| Ok(v[0].expand(&wider)?.square()?), &x);
        both(|v| Ok(v[0].square()?.sum_to_size(&[&[1], &shape[1..]].concat())?.square()?), &x);
        both(|v| Ok(v[0].slice(0, 0, -1, 2)?.square()?), &x);
        both(|v| Ok(v[0].narrow(1, 0, shape[1] / 2)?.square()?), &x);
        if shape[0] > 0 {
            both(|v| Ok(v[0].select(0, -1)?.square()?), &x);
            both(|v| Ok(v[0].index_select(0, &tensor![0, 0])?.square()?), &x);
        }
        both(|v| Ok(Var::cat(&[&v[0], &v[0].square()?], 0)?.square()?), &x);
        both(|v| Ok(Var::stack(&[&v[0], &v[0].square()?], 1)?.square()?), &x);
        both(|v| Ok(v[0].to_dtype(gradus_tensor::DType::F64)?.square()?), &x);
    }
}
