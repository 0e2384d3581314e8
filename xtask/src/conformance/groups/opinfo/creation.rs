//! Tensors from numbers.

use gradus_tensor::{DType, Scalar, Tensor};

use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given};
use crate::conformance::groups::Table;
use crate::conformance::groups::differentiate::{Outcome, inputs};
use crate::conformance::groups::operands::Operand;

pub(in crate::conformance::groups) const TABLE: Table = &[
    ("arange", |g| {
        let (start, step) = (g.args.scalar_or("start", 0)?, g.args.scalar_or("step", 1)?);
        let (end, dtype) = (g.args.scalar("end")?, g.dtype()?);
        output(&Tensor::arange(start, end, step, dtype)?)
    }),
    ("linspace", |g| {
        let (start, end) = ends(g)?;
        let (steps, dtype) = (g.args.usize("steps")?, g.dtype()?);
        output(&Tensor::linspace(start, end, steps, dtype)?)
    }),
    ("logspace", |g| {
        let (start, end) = ends(g)?;
        let (steps, dtype) = (g.args.usize("steps")?, g.dtype()?);
        let base = g.args.f64_or("base", 10.0)?;
        output(&Tensor::logspace(start, end, steps, base, dtype)?)
    }),
    ("eye", |g| {
        let rows = g.args.usize("n")?;
        let columns = g.args.usize_opt("m")?.unwrap_or(rows);
        let dtype = g.dtype()?.unwrap_or(DType::F32);
        output(&Tensor::eye(rows, columns, dtype)?)
    }),
    ("full", |g| {
        let value = g.args.scalar("fill_value")?;
        let dtype = g.dtype()?.unwrap_or(value.default_dtype());
        output(&Tensor::full(g.args.sizes("size")?, value, dtype)?)
    }),
    ("zeros", |g| {
        let dtype = g.dtype()?.unwrap_or(DType::F32);
        output(&Tensor::zeros(g.args.sizes("size")?, dtype)?)
    }),
    ("ones", |g| {
        let dtype = g.dtype()?.unwrap_or(DType::F32);
        output(&Tensor::ones(g.args.sizes("size")?, dtype)?)
    }),
    ("scalar_tensor", |g| {
        let value = g.args.scalar("s")?;
        let dtype = g.dtype()?.unwrap_or(DType::F32);
        output(&Tensor::full([], value, dtype)?)
    }),
    ("full_like", |g| {
        let value = g.args.scalar("fill_value")?;
        like(g, |x| x.full_like(value))
    }),
    ("zeros_like", |g| like(g, |x| Ok(x.zeros_like()))),
    ("ones_like", |g| like(g, |x| Ok(x.ones_like()))),
];

fn output(tensor: &Tensor) -> Outcome<Answer> {
    Ok(Answer::outputs([bridge::array(tensor)?]))
}

/// A tensor of the shape of the input, and of its dtype if no other is asked for.
fn like(
    given: &Given,
    make: impl FnOnce(&Tensor) -> gradus_tensor::Result<Tensor>,
) -> Outcome<Answer> {
    let x = given.tensor(0)?;
    let dtype = given.dtype()?.unwrap_or(x.dtype());
    output(&make(&x.to_dtype(dtype)?)?)
}

/// Both ends of a range, numbers or tensors without dimensions.
fn ends(given: &Given) -> Outcome<(Scalar, Scalar)> {
    let x = inputs(given)?;
    let number = |name, place| -> Outcome<Scalar> {
        Ok(match given.some_operand(&x, name, place)? {
            Operand::Number(number) => number,
            Operand::Array(x) => x.value().to_scalar()?,
        })
    };
    Ok((number("start", 0)?, number("end", 1)?))
}
