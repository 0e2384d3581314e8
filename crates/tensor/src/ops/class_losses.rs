//! Losses against the class that is right, or against a probability for each.

use std::sync::Arc;

use super::cast::rounded_once;
use super::nll_loss::{Classes, NllLoss, class_dim, expect_weights};
use super::{Arithmetic, Cast, Reduction, Selection, Softmaxes, Sums};
use crate::layout::same_shape;
use crate::{Array, DType, Dims, ErrorKind, Op, Result, Tensor};

/// Losses of classification.
pub trait ClassLosses: Array {
    /// Minus the log-probability of the right class, `−w[y] x[y]`: one for each position, their sum, or
    /// their mean, which divides by the weights `w[y]` of all positions (by how many there are, without
    /// weights).
    ///
    /// # Shapes
    /// x: `(batch, classes, ..)` or `(classes,)`, `target`: `(batch, ..)` or `()`, `weight`: `(classes,)`.
    ///
    /// # Conventions
    /// Positions whose target is `ignore_index` (−100 in PyTorch unless told) count nothing; if there are no
    /// others the mean is NaN.
    ///
    /// # Errors
    /// Shapes that do not fit; a target that is no integer or no class; a weight of another dtype.
    ///
    /// # Source
    /// `torch.nn.functional.nll_loss` 2.15, whose order of adding this has too.
    fn nll_loss(
        &self,
        target: &Tensor,
        weight: Option<&Tensor>,
        ignore_index: i64,
        reduction: Reduction,
    ) -> Result<Self> {
        rounded_in_single(self, weight, |x, weight| {
            let classes = Classes::new(NllLoss::NAME, x, target, weight, ignore_index)?;
            let classes = Arc::new(classes);
            Self::apply(NllLoss { classes, reduction }, [x])
        })
    }

    /// The cross-entropy of logits: [`nll_loss`](ClassLosses::nll_loss) of their
    /// [`log_softmax`](Softmaxes::log_softmax) if the target has integers, which are classes;
    /// `−Σ w p log_softmax(x)` over the classes if it has probabilities `p`.
    ///
    /// ```
    /// use gradus_tensor::{Reduction, tensor};
    ///
    /// let logits = tensor![[2.0, 0.0], [0.0, 2.0]];
    /// let loss = logits.cross_entropy(&tensor![0, 0], None, -100, 0.0, Reduction::Mean)?;
    /// assert!((loss.item::<f32>()? - 1.126_928).abs() < 1e-6);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    ///
    /// # Shapes
    /// As of `nll_loss`; probabilities have the shape of the logits.
    ///
    /// # Conventions
    /// `label_smoothing` in `[0, 1]` is the share of each target that is spread evenly over all classes. The
    /// mean of losses against probabilities is over positions, with or without weights.
    ///
    /// # Errors
    /// As of `nll_loss`; a `label_smoothing` outside its range.
    ///
    /// # Source
    /// `torch.nn.functional.cross_entropy` 2.15.
    fn cross_entropy(
        &self,
        target: &Self,
        weight: Option<&Tensor>,
        ignore_index: i64,
        label_smoothing: f64,
        reduction: Reduction,
    ) -> Result<Self> {
        const OP: &str = "cross_entropy";
        if !(0.0..=1.0).contains(&label_smoothing) {
            let message = format!("label_smoothing is {label_smoothing}; it lies in [0, 1]");
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let dim = class_dim(OP, self.shape())?;
        if target.dtype().is_float() {
            expect_probabilities(OP, self, target, dim)?;
            return rounded_in_single(self, weight, |x, weight| {
                let target = target.to_dtype(x.dtype())?;
                expect_weights(OP, weight, x.shape()[dim], x.dtype())?;
                against_probabilities(x, &target, dim, weight, label_smoothing, reduction)
            });
        }
        rounded_in_single(self, weight, |x, weight| {
            let classes = Classes::new(OP, x, &target.value(), weight, ignore_index)?;
            let classes = Arc::new(classes);
            let logs = x.log_softmax(dim as isize)?;
            let op = NllLoss {
                classes: classes.clone(),
                reduction,
            };
            let loss = Self::apply(op, [&logs])?;
            if label_smoothing == 0.0 {
                return Ok(loss);
            }
            let even = evenly(&logs, &classes, reduction)?;
            let share = label_smoothing / classes.shape[dim] as f64;
            loss.mul_scalar(1.0 - label_smoothing)?
                .add(&even.mul_scalar(share)?)
        })
    }
}
impl<A: Array> ClassLosses for A {}

/// Runs a loss on halves as `f32`, its weights too.
#[inline]
fn rounded_in_single<A: Array>(
    x: &A,
    weight: Option<&Tensor>,
    loss: impl FnOnce(&A, Option<&Tensor>) -> Result<A>,
) -> Result<A> {
    match weight {
        Some(weight) if x.dtype().is_half() && weight.dtype() == x.dtype() => {
            let weight = weight.to_dtype(DType::F32)?;
            rounded_once(x, |x| loss(x, Some(&weight)))
        }
        _ => rounded_once(x, |x| loss(x, weight)),
    }
}

/// `x` times the weights of the classes, which are along `dim`.
fn weighted<A: Array>(x: A, weights: Option<&Tensor>, dim: usize) -> Result<A> {
    let Some(weights) = weights else {
        return Ok(x);
    };
    let mut shape = vec![1; x.shape().len()];
    shape[dim] = weights.numel();
    x.mul(&A::constant(weights.reshape(shape)?))
}

/// Minus the sum over all classes, reduced as the loss of the right ones is.
fn evenly<A: Array>(logs: &A, classes: &Classes, reduction: Reduction) -> Result<A> {
    let dim = classes.dim;
    let sum =
        weighted(logs.clone(), classes.weights.as_ref(), dim)?.sum_dims(&[dim as isize], false)?;
    let ignored: Vec<bool> = classes
        .targets
        .iter()
        .map(|&class| class == classes.ignored)
        .collect();
    let ignored = Tensor::from_vec(ignored, classes.positions())?;
    let losses = sum.neg()?.masked_fill(&ignored, 0.0)?;
    match reduction {
        Reduction::None => Ok(losses),
        Reduction::Sum => losses.sum(),
        Reduction::Mean => losses.sum()?.div_scalar(classes.total(logs.dtype())?),
    }
}

fn expect_probabilities<A: Array>(op: &'static str, x: &A, target: &A, dim: usize) -> Result<()> {
    if same_shape(x.shape(), target.shape()) && x.dtype() == target.dtype() {
        return Ok(());
    }
    let mut positions = x.shape().to_vec();
    let classes = positions.remove(dim);
    let message = if target.shape() == positions {
        format!(
            "the target is {}; classes are integers, convert it with to_dtype, or give a probability for \
             each of {classes} classes",
            target.dtype()
        )
    } else if same_shape(x.shape(), target.shape()) {
        format!(
            "the input is {}, the target {}; convert one with to_dtype",
            x.dtype(),
            target.dtype()
        )
    } else {
        format!(
            "the input is {}, the target {}; probabilities have the shape of the input, classes are integers \
             and have {}",
            Dims(x.shape()),
            Dims(target.shape()),
            Dims(&positions)
        )
    };
    Err(ErrorKind::Invalid { op, message }.into())
}

fn against_probabilities<A: Array>(
    x: &A,
    target: &A,
    dim: usize,
    weight: Option<&Tensor>,
    label_smoothing: f64,
    reduction: Reduction,
) -> Result<A> {
    let classes = x.shape()[dim];
    let smooth;
    let target = if label_smoothing > 0.0 {
        smooth = target
            .mul_scalar(1.0 - label_smoothing)?
            .add_scalar(label_smoothing / classes as f64)?;
        &smooth
    } else {
        target
    };
    let terms = weighted(x.log_softmax(dim as isize)?.mul(target)?, weight, dim)?;
    match reduction {
        Reduction::None => terms.sum_dims(&[dim as isize], false)?.neg(),
        Reduction::Sum => terms.sum()?.neg(),
        Reduction::Mean => {
            let positions = x.shape().iter().product::<usize>() as f64 / classes as f64;
            terms.sum()?.neg()?.div_scalar(positions)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::assert_close;

    #[test]
    fn losses_of_rows_of_maps_and_of_one_sample() {
        let x = tensor![[-1.0, -2.0, -3.0], [-4.0, -5.0, -6.0]];
        let w = tensor![1.0, 2.0, 3.0];
        let run = |target: Tensor, weight, reduction| x.nll_loss(&target, weight, -100, reduction);
        assert_close(
            &run(tensor![2, 1], None, Reduction::None).unwrap(),
            &[3.0, 5.0],
        );
        assert_close(&run(tensor![2, 1], None, Reduction::Mean).unwrap(), &[4.0]);
        assert_close(
            &run(tensor![2, 1], Some(&w), Reduction::Sum).unwrap(),
            &[19.0],
        );
        assert_close(
            &run(tensor![2, 1], Some(&w), Reduction::Mean).unwrap(),
            &[19.0 / 5.0],
        );
        assert_close(
            &run(tensor![2, -100], None, Reduction::None).unwrap(),
            &[3.0, 0.0],
        );
        assert_close(
            &run(tensor![-100, -100], None, Reduction::Sum).unwrap(),
            &[0.0],
        );
        assert_close(
            &run(tensor![-100, -100], None, Reduction::Mean).unwrap(),
            &[f64::NAN],
        );
        let map = x.reshape([1, 3, 2]).unwrap();
        let loss = map
            .nll_loss(&tensor![[2, 0]], None, -100, Reduction::None)
            .unwrap();
        assert_eq!(loss.shape(), [1, 2]);
        assert_close(&loss, &[5.0, 2.0]);
        let one = x.select(0, 0).unwrap();
        let loss = one
            .nll_loss(&Tensor::scalar(1i64), Some(&w), -100, Reduction::Mean)
            .unwrap();
        assert!(loss.shape().is_empty());
        assert_close(&loss, &[2.0]);
    }

    #[test]
    fn cross_entropies_by_hand() {
        // ln softmax of 1, 2, 3
        let log = [
            -2.407_605_964_444_38,
            -1.407_605_964_444_38,
            -0.407_605_964_444_38,
        ];
        let x = tensor![[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]];
        let w = tensor![1.0, 2.0, 3.0];
        let run = |target: Tensor, weight, smoothing, reduction| {
            x.cross_entropy(&target, weight, -100, smoothing, reduction)
                .unwrap()
        };
        let mean = run(tensor![2, 1], None, 0.0, Reduction::Mean);
        assert_close(&mean, &[-(log[2] + log[1]) / 2.0]);
        let all: f64 = log.iter().sum();
        let smooth = run(tensor![2, 1], None, 0.3, Reduction::Mean);
        assert_close(
            &smooth,
            &[-(0.7 * (log[2] + log[1]) + 0.1 * 2.0 * all) / 2.0],
        );
        let ignored = run(tensor![2, -100], None, 0.3, Reduction::None);
        assert_close(&ignored, &[-0.7 * log[2] - 0.1 * all, 0.0]);
        let p = tensor![[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]];
        let weighted = run(p, Some(&w), 0.0, Reduction::None);
        assert_close(&weighted, &[-0.5 * (2.0 * log[1] + 3.0 * log[2]), -log[2]]);
    }

    /// Taken from PyTorch 2.15: x[i] = −(i mod 97) / 7, two classes, i mod 2 being right.
    #[test]
    fn sums_have_the_bits_of_pytorch() {
        let count = 5000;
        let x: Vec<f32> = (0..2 * count).map(|i| -((i % 97) as f32) / 7.0).collect();
        let target: Vec<i64> = (0..count as i64).map(|i| i % 2).collect();
        let x = Tensor::from_vec(x, [count, 2]).unwrap();
        let target = Tensor::from_vec(target, [count]).unwrap();
        let w = tensor![0.3, 0.7];
        for (weight, reduction, bits) in [
            (None, Reduction::Sum, 0x4705_d16e),
            (None, Reduction::Mean, 0x40db_3f5f),
            (Some(&w), Reduction::Sum, 0x4685_cda8),
            (Some(&w), Reduction::Mean, 0x40db_3931),
        ] {
            let loss = x.nll_loss(&target, weight, -100, reduction).unwrap();
            assert_eq!(loss.item::<f32>().unwrap().to_bits(), bits, "{reduction:?}");
        }
    }

    #[test]
    fn halves_are_rounded_once() {
        let x = tensor![[0.5, -1.25], [2.0, 0.0]]
            .to_dtype(DType::F16)
            .unwrap();
        let loss = x
            .cross_entropy(&tensor![1, 0], None, -100, 0.0, Reduction::Mean)
            .unwrap();
        assert_eq!(loss.dtype(), DType::F16);
        assert!((loss.item::<f64>().unwrap() - 1.018_4).abs() < 1e-3);
    }

    #[test]
    fn what_is_no_class_and_no_probability_is_refused() {
        let x = tensor![[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]];
        let say = |target: Tensor| {
            let loss = x.cross_entropy(&target, None, -100, 0.0, Reduction::Mean);
            loss.unwrap_err().to_string()
        };
        assert_eq!(
            say(tensor![0, 3]),
            "cross_entropy: the target 3 at position 1 is no class: they are 0 to 2, and -100 is ignored"
        );
        assert_eq!(
            say(tensor![[0], [1]]),
            "cross_entropy: the input is (2, 3), the target (2, 1); it has to be (2,)"
        );
        assert_eq!(
            say(tensor![0.0, 1.0]),
            "cross_entropy: the target is f32; classes are integers, convert it with to_dtype, or give a \
             probability for each of 3 classes"
        );
        assert_eq!(
            say(tensor![[0.0, 1.0]]),
            "cross_entropy: the input is (2, 3), the target (1, 2); probabilities have the shape of the \
             input, classes are integers and have (2,)"
        );
        let error = x
            .nll_loss(
                &tensor![0, 1],
                Some(&tensor![1.0, 2.0]),
                -100,
                Reduction::Sum,
            )
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "nll_loss: the weight is (2,) f32; it has one f32 for each of 3 classes"
        );
        assert!(
            x.nll_loss(&tensor![true, false], None, -100, Reduction::Sum)
                .is_err()
        );
        assert!(
            x.cross_entropy(&tensor![0, 1], None, -100, 1.5, Reduction::Sum)
                .is_err()
        );
        assert!(
            Tensor::scalar(1.0f32)
                .nll_loss(&Tensor::scalar(0i64), None, -100, Reduction::Sum)
                .is_err()
        );
    }
}
