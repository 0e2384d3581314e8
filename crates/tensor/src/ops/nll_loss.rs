//! The loss of the right class, one operation with the classes, and what is asked of them.

use std::sync::Arc;

use super::expect::expect_float;
use super::lines::around;
use super::{Arithmetic, Reduction};
use crate::dispatch::for_float;
use crate::kernel::{self, RightClasses};
use crate::{Array, DType, Dims, Element, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// The right classes of an input, checked against its shape.
#[derive(Debug)]
pub(super) struct Classes {
    /// Shape of the input.
    pub(super) shape: Vec<usize>,
    /// Its dimension of classes.
    pub(super) dim: usize,
    pub(super) targets: Vec<i64>,
    pub(super) ignored: i64,
    /// A factor for each class, of the input's dtype.
    pub(super) weights: Option<Tensor>,
}

impl Classes {
    pub(super) fn new<A: Array>(
        op: &'static str,
        input: &A,
        target: &Tensor,
        weights: Option<&Tensor>,
        ignored: i64,
    ) -> Result<Classes> {
        let refuse = |message| Err(ErrorKind::Invalid { op, message }.into());
        expect_float(op, input)?;
        let dim = class_dim(op, input.shape())?;
        let classes = input.shape()[dim];
        if !target.dtype().is_integer() {
            return refuse(format!(
                "the target is {}; classes are integers, convert it with to_dtype",
                target.dtype()
            ));
        }
        let mut expected = input.shape().to_vec();
        expected.remove(dim);
        if target.shape() != expected {
            return refuse(format!(
                "the input is {}, the target {}; it has to be {}",
                Dims(input.shape()),
                Dims(target.shape()),
                Dims(&expected)
            ));
        }
        expect_weights(op, weights, classes, input.dtype())?;
        let targets = target.to_vec::<i64>()?;
        let known = |class: i64| class == ignored || (0..classes as i64).contains(&class);
        if let Some(position) = targets.iter().position(|&class| !known(class)) {
            return refuse(format!(
                "the target {} at position {position} is no class: they are 0 to {}, and {ignored} is ignored",
                targets[position],
                classes as i64 - 1
            ));
        }
        Ok(Classes {
            shape: input.shape().to_vec(),
            dim,
            targets,
            ignored,
            weights: weights.cloned(),
        })
    }

    fn right(&self) -> RightClasses<'_> {
        let (_, classes, inner) = around(&self.shape, self.dim);
        RightClasses {
            targets: &self.targets,
            ignored: self.ignored,
            classes,
            inner,
        }
    }

    /// Shape of the target.
    pub(super) fn positions(&self) -> Vec<usize> {
        let mut shape = self.shape.clone();
        shape.remove(self.dim);
        shape
    }

    /// What a mean divides by: the weights of the classes that are given.
    pub(super) fn total(&self, dtype: DType) -> Result<f64> {
        let weights = self.weights.as_ref();
        for_float!(NllLoss::NAME, dtype, T => {
            Ok(kernel::weight_of_right::<T>(self.right(), weights).to_scalar().to_f64())
        })
    }
}

/// The dimension of the classes: the second, or the only one.
pub(super) fn class_dim(op: &'static str, shape: &[usize]) -> Result<usize> {
    match shape {
        [] => Err(ErrorKind::Invalid {
            op,
            message: "the input has no dimension for the classes".to_owned(),
        }
        .into()),
        [_] => Ok(0),
        _ => Ok(1),
    }
}

pub(super) fn expect_weights(
    op: &'static str,
    weights: Option<&Tensor>,
    classes: usize,
    dtype: DType,
) -> Result<()> {
    match weights {
        Some(w) if w.shape() != [classes] || w.dtype() != dtype => {
            let message = format!(
                "the weight is {} {}; it has one {dtype} for each of {classes} classes",
                Dims(w.shape()),
                w.dtype()
            );
            Err(ErrorKind::Invalid { op, message }.into())
        }
        _ => Ok(()),
    }
}

/// Minus the entry of the right class, times its weight.
#[derive(Clone, Debug)]
pub(super) struct NllLoss {
    pub(super) classes: Arc<Classes>,
    pub(super) reduction: Reduction,
}

impl Op<1> for NllLoss {
    const NAME: &'static str = "nll_loss";
    const SAVES: Saves = Saves::NOTHING;

    /// PyTorch tells that of maps from that of rows.
    fn name(&self) -> &'static str {
        if self.classes.shape.len() > 2 {
            "nll_loss2d"
        } else {
            Self::NAME
        }
    }

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let (right, weights) = (self.classes.right(), self.classes.weights.as_ref());
        for_float!(Self::NAME, x.dtype(), T => {
            if self.reduction == Reduction::None {
                let losses = kernel::right_losses::<T>(x, right, weights);
                return Tensor::from_vec(losses, self.classes.positions());
            }
            let loss = kernel::loss_of_right::<T>(x, right, weights);
            Ok(Tensor::scalar(match self.reduction {
                Reduction::Mean => loss / kernel::weight_of_right::<T>(right, weights),
                _ => loss,
            }))
        })
    }

    /// dL/dx = −w g at the right class, of a mean −w g / Σ w; 0 elsewhere
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let shared;
        let g = if self.reduction == Reduction::Mean {
            shared = g.div_scalar(self.classes.total(g.dtype())?)?;
            &shared
        } else {
            g
        };
        A::apply(AtRightClass(self.clone()), [&g.neg()?])
    }
}

/// `w g` at the entry of the right class, 0 elsewhere: the adjoint of reading it there.
#[derive(Clone, Debug)]
struct AtRightClass(NllLoss);

impl Op<1> for AtRightClass {
    const NAME: &'static str = "nll_loss_grad";
    const SAVES: Saves = Saves::NOTHING;

    fn forward(&self, [g]: [&Tensor; 1]) -> Result<Tensor> {
        let classes = &self.0.classes;
        let mut grad = Tensor::zeros(classes.shape.clone(), g.dtype())?;
        for_float!(Self::NAME, g.dtype(), T => {
            kernel::write_right::<T>(&mut grad, g, classes.right(), classes.weights.as_ref());
            Ok(grad)
        })
    }

    /// dL/dg = w u at the right class, summed up if there is one g for all
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let read = NllLoss {
            classes: self.0.classes.clone(),
            reduction: match self.0.reduction {
                Reduction::None => Reduction::None,
                _ => Reduction::Sum,
            },
        };
        A::apply(read, [u])?.neg()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::check_vjp;

    fn op(
        shape: &[usize],
        target: &Tensor,
        weights: Option<&Tensor>,
        reduction: Reduction,
    ) -> NllLoss {
        let input = Tensor::zeros(shape, DType::F64).unwrap();
        let classes = Classes::new("nll_loss", &input, target, weights, -100).unwrap();
        let classes = Arc::new(classes);
        NllLoss { classes, reduction }
    }

    #[test]
    fn vjp() {
        let weights = Tensor::from_vec(vec![0.5, 2.0, 1.5], [3]).unwrap();
        for reduction in [Reduction::None, Reduction::Sum, Reduction::Mean] {
            for weights in [None, Some(&weights)] {
                let rows = op(&[4, 3], &tensor![2, 0, -100, 0], weights, reduction);
                check_vjp(rows.clone(), [&[4, 3]]);
                let positions: &[usize] = if reduction == Reduction::None {
                    &[4]
                } else {
                    &[]
                };
                check_vjp(AtRightClass(rows), [positions]);
                let images = op(&[2, 3, 2], &tensor![[2, 0], [1, 1]], weights, reduction);
                check_vjp(images, [&[2, 3, 2]]);
            }
        }
    }
}
