//! Comparisons, predicates, logical and bitwise operators.

use gradus_tensor::{DType, Scalar, Tensor};

use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given};
use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::{Outcome, inputs};
use crate::conformance::groups::operands::Operand;

/// A line for a comparison of two tensors, or of a tensor and a number.
macro_rules! comparison {
    ($name:literal, $tensors:ident, $scalar:ident) => {
        ($name, |g| {
            mixed(g, |a, b| a.$tensors(b), |a, c| a.$scalar(c))
        })
    };
}

/// A line for a question about each element.
macro_rules! question {
    ($name:literal, $method:ident) => {
        ($name, |g| output(&g.tensor(0)?.$method()?))
    };
}

/// A line for a method of two tensors.
macro_rules! binary {
    ($name:literal, $method:ident) => {
        ($name, |g| output(&g.tensor(0)?.$method(&g.tensor(1)?)?))
    };
}

pub(in crate::conformance::groups) const TABLE: Table = &[
    comparison!("eq", eq, eq_scalar),
    comparison!("ne", ne, ne_scalar),
    comparison!("lt", lt, lt_scalar),
    comparison!("le", le, le_scalar),
    comparison!("gt", gt, gt_scalar),
    comparison!("ge", ge, ge_scalar),
    comparison!("bitwise_and", bitwise_and, bitwise_and_scalar),
    comparison!("bitwise_or", bitwise_or, bitwise_or_scalar),
    comparison!("bitwise_xor", bitwise_xor, bitwise_xor_scalar),
    comparison!(
        "bitwise_left_shift",
        bitwise_left_shift,
        bitwise_left_shift_scalar
    ),
    comparison!(
        "bitwise_right_shift",
        bitwise_right_shift,
        bitwise_right_shift_scalar
    ),
    question!("bitwise_not", bitwise_not),
    question!("logical_not", logical_not),
    question!("isfinite", isfinite),
    question!("isinf", isinf),
    question!("isnan", isnan),
    question!("isneginf", isneginf),
    question!("isposinf", isposinf),
    question!("isreal", isreal),
    question!("signbit", signbit),
    binary!("logical_and", logical_and),
    binary!("logical_or", logical_or),
    binary!("logical_xor", logical_xor),
    binary!("gcd", gcd),
    binary!("lcm", lcm),
    ("isclose", |g| {
        let (rtol, atol, equal_nan) = tolerances(g)?;
        output(&g.tensor(0)?.isclose(&g.tensor(1)?, rtol, atol, equal_nan)?)
    }),
    ("allclose", |g| {
        let (rtol, atol, equal_nan) = tolerances(g)?;
        truth(
            g.tensor(0)?
                .allclose(&g.tensor(1)?, rtol, atol, equal_nan)?,
        )
    }),
    ("equal", |g| truth(g.tensor(0)?.equal(&g.tensor(1)?))),
    ("isin", |g| {
        let invert = g.args.bool_or("invert", false)?;
        g.args.describe(&["assume_unique"]);
        let x = inputs(g)?;
        let elements = g.some_operand(&x, "elements", 0)?.to_var().value();
        let among = g.some_operand(&x, "test_elements", 1)?.to_var().value();
        output(&elements.isin(&among, invert)?)
    }),
];

fn output(tensor: &Tensor) -> Outcome<Answer> {
    Ok(Answer::outputs([bridge::array(tensor)?]))
}

fn truth(value: bool) -> Outcome<Answer> {
    output(&Tensor::full([], value, DType::Bool)?)
}

fn tolerances(given: &Given) -> Outcome<(f64, f64, bool)> {
    Ok((
        given.args.f64_or("rtol", 1e-5)?,
        given.args.f64_or("atol", 1e-8)?,
        given.args.bool_or("equal_nan", false)?,
    ))
}

type Done = gradus_tensor::Result<Tensor>;

fn mixed(
    given: &Given,
    tensors: fn(&Tensor, &Tensor) -> Done,
    scalar: fn(&Tensor, Scalar) -> Done,
) -> Outcome<Answer> {
    let x = inputs(given)?;
    let a = given.some_operand(&x, "input", 0)?;
    let b = given.some_operand(&x, "other", 1)?;
    match (a, b) {
        (Operand::Array(a), Operand::Array(b)) => output(&tensors(&a.value(), &b.value())?),
        (Operand::Array(a), Operand::Number(c)) => output(&scalar(&a.value(), c)?),
        (Operand::Number(_), b) => output(&tensors(&a.to_var().value(), &b.to_var().value())?),
    }
}
