//! Corner cases that the operator tests leave out, recorded with PyTorch 2.15.0 on the CPU by the scripts in
//! `corpus/corners`: every dtype with every other, halves and narrow integers, special values with their
//! gradients, tensors without elements or dimensions, in-place forms, conversions.
//!
//! Most lines are those of the operator tests, which these cases follow in form.

use gradus_tensor::{Scalar, Tensor};

use super::Table;
use super::differentiate::{Outcome, inputs};
use super::operands::Operand;
use super::opinfo::{
    activation, creation, indexing, layers, logic, losses, pointwise, products, reduction, scan,
    shape, sorting,
};
use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given, Stop};

/// A line for an in-place method without arguments.
macro_rules! unary {
    ($name:literal, $method:ident) => {
        ($name, |g| {
            in_place(g, |x| {
                x.$method()?;
                Ok(())
            })
        })
    };
}

/// A line for an in-place method with a tensor.
macro_rules! binary {
    ($name:literal, $method:ident) => {
        ($name, |g| {
            let other = g.tensor(1)?;
            in_place(g, |x| {
                x.$method(&other)?;
                Ok(())
            })
        })
    };
}

/// A line for an in-place method with a tensor or a number.
macro_rules! mixed {
    ($name:literal, $other:literal, $tensor:ident, $scalar:ident) => {
        ($name, |g| {
            with_operand(
                g,
                $other,
                |x, other| x.$tensor(other).map(drop),
                |x, c| x.$scalar(c).map(drop),
            )
        })
    };
}

pub(super) const TABLES: &[Table] = &[
    TABLE,
    pointwise::TABLE,
    logic::TABLE,
    creation::TABLE,
    activation::TABLE,
    reduction::TABLE,
    scan::TABLE,
    sorting::TABLE,
    shape::TABLE,
    indexing::TABLE,
    products::TABLE,
    layers::TABLE,
    losses::TABLE,
];

const TABLE: Table = &[
    ("to", |g| {
        let dtype = g.dtype()?.ok_or_else(|| Stop::wrong("no dtype"))?;
        output(&g.tensor(0)?.to_dtype(dtype)?)
    }),
    ("promote", |g| {
        let dtype = g.tensor(0)?.dtype().promote(g.tensor(1)?.dtype());
        output(&Tensor::zeros([], dtype)?)
    }),
    ("zero_", |g| {
        in_place(g, |x| {
            x.zero_();
            Ok(())
        })
    }),
    unary!("neg_", neg_),
    unary!("abs_", abs_),
    unary!("sign_", sign_),
    unary!("square_", square_),
    unary!("reciprocal_", reciprocal_),
    unary!("sqrt_", sqrt_),
    unary!("rsqrt_", rsqrt_),
    unary!("exp_", exp_),
    unary!("exp2_", exp2_),
    unary!("expm1_", expm1_),
    unary!("log_", log_),
    unary!("log1p_", log1p_),
    unary!("log2_", log2_),
    unary!("log10_", log10_),
    unary!("sin_", sin_),
    unary!("cos_", cos_),
    unary!("tan_", tan_),
    unary!("asin_", asin_),
    unary!("acos_", acos_),
    unary!("atan_", atan_),
    unary!("sinh_", sinh_),
    unary!("cosh_", cosh_),
    unary!("tanh_", tanh_),
    unary!("sigmoid_", sigmoid_),
    unary!("relu_", relu_),
    unary!("erf_", erf_),
    unary!("erfc_", erfc_),
    unary!("erfinv_", erfinv_),
    unary!("lgamma_", lgamma_),
    unary!("digamma_", digamma_),
    unary!("floor_", floor_),
    unary!("ceil_", ceil_),
    unary!("round_", round_),
    unary!("trunc_", trunc_),
    unary!("frac_", frac_),
    unary!("logical_not_", logical_not_),
    unary!("bitwise_not_", bitwise_not_),
    binary!("copysign_", copysign_),
    binary!("atan2_", atan2_),
    binary!("logical_and_", logical_and_),
    binary!("logical_or_", logical_or_),
    binary!("logical_xor_", logical_xor_),
    binary!("bitwise_and_", bitwise_and_),
    binary!("bitwise_or_", bitwise_or_),
    binary!("bitwise_xor_", bitwise_xor_),
    mixed!("add_", "other", add_, add_scalar_),
    mixed!("sub_", "other", sub_, sub_scalar_),
    mixed!("mul_", "other", mul_, mul_scalar_),
    mixed!("div_", "other", div_, div_scalar_),
    mixed!(
        "floor_divide_",
        "other",
        floor_divide_,
        floor_divide_scalar_
    ),
    mixed!("remainder_", "other", remainder_, remainder_scalar_),
    mixed!("fmod_", "other", fmod_, fmod_scalar_),
    mixed!("pow_", "exponent", pow_, pow_scalar_),
];

fn output(tensor: &Tensor) -> Outcome<Answer> {
    Ok(Answer::outputs([bridge::array(tensor)?]))
}

fn in_place(
    given: &Given,
    change: impl FnOnce(&mut Tensor) -> gradus_tensor::Result<()>,
) -> Outcome<Answer> {
    let mut x = given.tensor(0)?;
    change(&mut x)?;
    output(&x)
}

fn with_operand(
    given: &Given,
    name: &str,
    tensor: fn(&mut Tensor, &Tensor) -> gradus_tensor::Result<()>,
    scalar: fn(&mut Tensor, Scalar) -> gradus_tensor::Result<()>,
) -> Outcome<Answer> {
    let x = inputs(given)?;
    match given.some_operand(&x, name, 1)? {
        Operand::Array(other) => in_place(given, |x| tensor(x, &other.value())),
        Operand::Number(c) => in_place(given, |x| scalar(x, c)),
    }
}
