//! Operands that a case gives as a tensor or as a number.

use gradus_autograd::Var;
use gradus_tensor::{Scalar, Tensor};

use super::differentiate::Outcome;
use crate::conformance::case::{Given, Stop};

/// Where PyTorch takes a tensor or a number.
#[derive(Clone, Copy)]
pub(super) enum Operand<'v> {
    Array(&'v Var),
    Number(Scalar),
}

type Done = gradus_tensor::Result<Var>;

impl Given {
    /// The operand of this name: an input, or a number among the arguments. Where a case does not name
    /// its inputs, `place` says which one it is.
    pub(super) fn operand<'v>(
        &self,
        inputs: &'v [Var],
        name: &str,
        place: usize,
    ) -> Outcome<Option<Operand<'v>>> {
        if let Some(input) = self.maybe_named(inputs, name) {
            return Ok(Some(Operand::Array(input)));
        }
        if let Some(number) = self.args.scalar_opt(name)? {
            return Ok(Some(Operand::Number(number)));
        }
        let unnamed = self.input_names.is_empty();
        Ok(inputs.get(place).filter(|_| unnamed).map(Operand::Array))
    }

    /// As [`operand`](Given::operand), if it must be there.
    pub(super) fn some_operand<'v>(
        &self,
        inputs: &'v [Var],
        name: &str,
        place: usize,
    ) -> Outcome<Operand<'v>> {
        self.operand(inputs, name, place)?
            .ok_or_else(|| Stop::wrong(format!("no operand `{name}`")))
    }
}

impl Operand<'_> {
    /// A number as PyTorch makes a tensor of it.
    pub(super) fn to_var(self) -> Var {
        match self {
            Operand::Array(x) => x.clone(),
            Operand::Number(c) => {
                let number = Tensor::full([], c, c.default_dtype());
                Var::new(number.expect("a tensor without dimensions"))
            }
        }
    }

    /// Calls what fits: a method of two arrays, of an array and a number, or of a number and an array.
    pub(super) fn with(
        self,
        other: Operand<'_>,
        arrays: impl FnOnce(&Var, &Var) -> Done,
        right: impl FnOnce(&Var, Scalar) -> Done,
        left: impl FnOnce(Scalar, &Var) -> Done,
    ) -> Outcome<Var> {
        Ok(match (self, other) {
            (Operand::Array(a), Operand::Array(b)) => arrays(a, b)?,
            (Operand::Array(a), Operand::Number(c)) => right(a, c)?,
            (Operand::Number(c), Operand::Array(b)) => left(c, b)?,
            (Operand::Number(_), Operand::Number(_)) => {
                return Err(Stop::wrong("two numbers and no tensor"));
            }
        })
    }
}
