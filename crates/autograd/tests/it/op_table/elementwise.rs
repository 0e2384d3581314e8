//! Functions of one element, and of two that broadcast.

use gradus_autograd::{Var, grad};
use gradus_tensor::{RoundingMode, tensor};
use proptest::prelude::*;

use super::{both, config, filled, shape};

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
    ("positive", -2.0, 2.0, Var::positive),
    ("reciprocal", 0.3, 2.0, Var::reciprocal),
    ("pow_scalar", 0.3, 2.0, |x| x.pow_scalar(2.5)),
    ("pow_scalar square", -2.0, 2.0, |x| x.pow_scalar(2)),
    ("pow_scalar cube", -2.0, 2.0, |x| x.pow_scalar(3)),
    ("pow_scalar one", -2.0, 2.0, |x| x.pow_scalar(1)),
    ("pow_scalar root", 0.3, 2.0, |x| x.pow_scalar(0.5)),
    ("pow_scalar inverse", 0.3, 2.0, |x| x.pow_scalar(-1)),
    ("rpow_scalar", -1.0, 1.0, |x| x.rpow_scalar(2.5)),
    ("float_power_scalar", 0.3, 2.0, |x| {
        x.float_power_scalar(1.5)
    }),
    ("div_rounded_scalar", 0.1, 0.9, |x| {
        x.div_rounded_scalar(1.0, RoundingMode::Floor)
    }),
    ("fmod_scalar", 0.1, 0.9, |x| x.fmod_scalar(1.0)),
    ("remainder_scalar", -0.9, -0.1, |x| x.remainder_scalar(1.0)),
    ("rremainder_scalar", 0.6, 0.9, |x| x.rremainder_scalar(1.0)),
    ("clamp inside", 0.1, 0.9, |x| x.clamp(0, 1)),
    ("clamp outside", 1.1, 1.9, |x| x.clamp(0, 1)),
    ("clamp_min", 0.1, 0.9, |x| x.clamp_min(0)),
    ("clamp_max", 1.1, 1.9, |x| x.clamp_max(1)),
    ("floor", 0.1, 0.9, Var::floor),
    ("ceil", 0.1, 0.9, Var::ceil),
    ("round", 0.6, 0.9, Var::round),
    ("round_decimals", 0.06, 0.09, |x| x.round_decimals(1)),
    ("trunc", 0.1, 0.9, Var::trunc),
    ("frac", 0.1, 0.9, Var::frac),
    ("copysign_scalar", 0.1, 2.0, |x| x.copysign_scalar(-1)),
    ("nan_to_num", -2.0, 2.0, |x| x.nan_to_num(None, None, None)),
    ("where_scalar", 0.1, 2.0, |x| {
        x.where_scalar(&x.gt_scalar(1)?, -3)
    }),
    ("masked_fill", 0.1, 2.0, |x| {
        x.masked_fill(&x.gt_scalar(1)?, -3)
    }),
    ("expm1", -2.0, 2.0, Var::expm1),
    ("exp2", -2.0, 2.0, Var::exp2),
    ("log2", 0.2, 2.0, Var::log2),
    ("log10", 0.2, 2.0, Var::log10),
    ("rsqrt", 0.3, 2.0, Var::rsqrt),
    ("xlogy_scalar", 0.2, 2.0, |x| x.xlogy_scalar(3.0)),
    ("rxlogy_scalar", 0.2, 2.0, |x| x.rxlogy_scalar(3.0)),
    ("xlog1py_scalar", 0.2, 2.0, |x| x.xlog1py_scalar(3.0)),
    ("rxlog1py_scalar", 0.2, 2.0, |x| x.rxlog1py_scalar(3.0)),
    ("entr", 0.2, 2.0, Var::entr),
    ("logit", 0.2, 0.8, |x| x.logit(None)),
    ("logit with eps", 0.2, 0.8, |x| x.logit(Some(0.1))),
    ("sin", -3.0, 3.0, Var::sin),
    ("cos", -3.0, 3.0, Var::cos),
    ("tan", -1.0, 1.0, Var::tan),
    ("asin", -0.8, 0.8, Var::asin),
    ("acos", -0.8, 0.8, Var::acos),
    ("atan", -2.0, 2.0, Var::atan),
    ("sinh", -2.0, 2.0, Var::sinh),
    ("cosh", -2.0, 2.0, Var::cosh),
    ("asinh", -2.0, 2.0, Var::asinh),
    ("acosh", 1.5, 3.0, Var::acosh),
    ("atanh", -0.8, 0.8, Var::atanh),
    ("deg2rad", -90.0, 90.0, Var::deg2rad),
    ("rad2deg", -2.0, 2.0, Var::rad2deg),
    ("erf", -2.0, 2.0, Var::erf),
    ("erfc", -2.0, 2.0, Var::erfc),
    ("erfinv", -0.8, 0.8, Var::erfinv),
    ("lgamma", 1.0, 4.0, Var::lgamma),
    ("digamma", 1.0, 4.0, Var::digamma),
    ("polygamma", 1.0, 4.0, |x| x.polygamma(1)),
    ("sinc", -2.0, 2.0, Var::sinc),
    ("relu6", 0.1, 5.9, Var::relu6),
    ("leaky_relu", 0.1, 2.0, |x| x.leaky_relu(0.1)),
    ("leaky_relu below 0", -2.0, -0.1, |x| x.leaky_relu(0.1)),
    ("elu", 0.1, 2.0, |x| x.elu(1.5)),
    ("elu below 0", -2.0, -0.1, |x| x.elu(1.5)),
    ("celu", -2.0, -0.1, |x| x.celu(1.5)),
    ("selu", -2.0, -0.1, Var::selu),
    ("silu", -3.0, 3.0, Var::silu),
    ("mish", -3.0, 3.0, Var::mish),
    ("gelu", -3.0, 3.0, Var::gelu),
    ("gelu_tanh", -3.0, 3.0, Var::gelu_tanh),
    ("softplus", -3.0, 3.0, |x| x.softplus(1.5, 20.0)),
    ("softplus above", 1.0, 3.0, |x| x.softplus(2.0, 1.5)),
    ("logsigmoid", -3.0, 3.0, Var::logsigmoid),
    ("softsign", 0.1, 2.0, Var::softsign),
    ("tanhshrink", -2.0, 2.0, Var::tanhshrink),
    ("hardshrink", 0.6, 2.0, |x| x.hardshrink(0.5)),
    ("softshrink", 0.6, 2.0, |x| x.softshrink(0.5)),
    ("hardtanh", -0.9, 0.9, |x| x.hardtanh(-1, 1)),
    ("hardsigmoid", -2.9, 2.9, Var::hardsigmoid),
    ("hardswish", -2.9, 2.9, Var::hardswish),
    ("hardswish above", 3.1, 5.0, Var::hardswish),
    ("threshold", 0.6, 2.0, |x| x.threshold(0.5, -1)),
];

type Binary = (&'static str, fn(&Var, &Var) -> gradus_tensor::Result<Var>);

/// Functions of two inputs that broadcast.
const BINARY: &[Binary] = &[
    ("add", Var::add),
    ("sub", Var::sub),
    ("mul", Var::mul),
    ("div", Var::div),
    ("rsub", Var::rsub),
    ("add_scaled", |a, b| a.add_scaled(b, 1.5)),
    ("sub_scaled", |a, b| a.sub_scaled(b, -0.5)),
    ("div_rounded", |a, b| {
        a.add_scalar(10)?
            .div_rounded(&b.mul_scalar(0.1)?.add_scalar(20)?, RoundingMode::Trunc)
    }),
    ("fmod", |a, b| {
        a.add_scalar(10)?.fmod(&b.mul_scalar(0.1)?.add_scalar(20)?)
    }),
    ("remainder", |a, b| {
        a.add_scalar(30)?
            .remainder(&b.mul_scalar(0.1)?.add_scalar(20)?)
    }),
    ("pow", Var::pow),
    ("float_power", Var::float_power),
    ("maximum", |a, b| a.maximum(&b.add_scalar(3)?)),
    ("minimum", |a, b| a.minimum(&b.add_scalar(3)?)),
    ("fmax", |a, b| a.add_scalar(3)?.fmax(b)),
    ("fmin", |a, b| a.add_scalar(3)?.fmin(b)),
    ("copysign", |a, b| a.copysign(&b.neg()?)),
    ("ldexp", Var::ldexp),
    ("logaddexp", Var::logaddexp),
    ("logaddexp2", Var::logaddexp2),
    ("xlogy", Var::xlogy),
    ("xlog1py", Var::xlog1py),
    ("atan2", Var::atan2),
    ("hypot", Var::hypot),
    ("where_", |a, b| a.where_(&a.gt_scalar(1)?, b)),
    ("lerp_scalar", |a, b| {
        a.add(&b.mul_scalar(0)?)?.lerp_scalar(b, 0.3)
    }),
    ("prelu", |a, b| a.neg()?.prelu(&b.sum()?)),
    ("masked_fill_tensor", |a, b| {
        a.masked_fill_tensor(&a.gt_scalar(1)?, &b.sum()?)
    }),
];

type Ternary = (
    &'static str,
    fn(&Var, &Var, &Var) -> gradus_tensor::Result<Var>,
);

/// Functions of three inputs that broadcast.
const TERNARY: &[Ternary] = &[
    ("addcmul", |a, b, c| a.addcmul(b, c, 1.5)),
    ("addcdiv", |a, b, c| a.addcdiv(b, c, 1.5)),
    ("lerp", Var::lerp),
    ("clamp_between", |a, b, c| {
        a.clamp_between(&b.sub_scalar(3)?, &c.add_scalar(3)?)
    }),
    ("clamp_between below", |a, b, c| {
        a.clamp_between(&b.add_scalar(3)?, &c.add_scalar(6)?)
    }),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..config() })]

    #[test]
    fn unary(shape in shape(0..=3), seed in 0u64..1000) {
        for (_, low, high, f) in UNARY {
            both(|v| Ok(f(&v[0])?), &[filled(&shape, *low, *high, seed)]);
        }
    }

    #[test]
    fn binary(shape in shape(1..=3), keep in 0usize..3, one in any::<bool>(), seed in 0u64..1000) {
        // The second operand lacks leading dimensions or has a size of 1 somewhere.
        let mut other = shape[keep.min(shape.len() - 1)..].to_vec();
        if one {
            other[0] = 1;
        }
        let inputs = [filled(&shape, 0.3, 2.0, seed), filled(&other, 0.4, 2.0, seed + 1)];
        for (_, f) in BINARY {
            both(|v| Ok(f(&v[0], &v[1])?), &inputs);
            both(|v| Ok(f(&v[1], &v[0])?), &inputs);
        }
    }

    #[test]
    fn ternary(shape in shape(1..=3), seed in 0u64..1000) {
        let mut narrow = shape.clone();
        narrow[0] = 1;
        let inputs = [
            filled(&shape, 0.3, 2.0, seed),
            filled(&narrow, 0.4, 2.0, seed + 1),
            filled(&shape[shape.len() - 1..], 0.4, 2.0, seed + 2),
        ];
        for (_, f) in TERNARY {
            both(|v| Ok(f(&v[0], &v[1], &v[2])?), &inputs);
            both(|v| Ok(f(&v[2], &v[0], &v[1])?), &inputs);
        }
    }

    #[test]
    fn gates(rows in 0..3usize, half in 0..3usize, seed in 0u64..1000) {
        let x = [filled(&[rows, 2 * half], -2.0, 2.0, seed)];
        both(|v| Ok(v[0].glu(-1)?), &x);
        both(|v| Ok(v[0].copy()?.square()?), &x);
        both(|v| Ok(v[0].t()?.contiguous()?.square()?), &x);
    }
}

/// What has no derivative says so, as in PyTorch.
#[test]
fn functions_without_derivatives() {
    let x = Var::leaf(tensor![1.5, -2.5]).unwrap();
    let steps = x.heaviside(&Var::new(tensor![0.5])).unwrap();
    let quotients = [
        x.floor_divide(&Var::new(tensor![2.0])).unwrap(),
        x.floor_divide_scalar(2).unwrap(),
    ];
    for y in quotients.iter().chain([&steps]) {
        let error = grad(&[&y.sum().unwrap()], &[&x], false)
            .unwrap_err()
            .to_string();
        assert!(error.contains("not differentiable"), "{error}");
    }
}
