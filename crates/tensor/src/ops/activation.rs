//! Activations.

use super::bounds::hard_limits;
use super::cast::{on_float, rounded_once};
use super::gelu::{Gelu, GeluTanh};
use super::hard_sigmoid::HardSigmoid;
use super::linear_unit::{Elu, LeakyRelu, Relu};
use super::sigmoid::{Sigmoid, Tanh};
use super::softplus::{Silu, Softplus};
use super::{Arithmetic, Bounds, Comparison, Predicates, Selection, Shapes};
use crate::error::ErrorKind;
use crate::{Array, Result, Scalar};

/// Activations, elementwise; same shape out.
///
/// ```
/// # use gradus_tensor::tensor;
/// let z = tensor![-2.0, 0.0, 3.0];
/// assert_eq!(z.relu()?, tensor![0.0, 0.0, 3.0]);
/// assert_eq!(z.leaky_relu(0.5)?, tensor![-1.0, 0.0, 3.0]);
/// assert_eq!(z.sigmoid()?.index(1)?.item::<f32>()?, 0.5);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Activation: Array {
    /// `max(x, 0)`; the gradient at 0 is 0.
    ///
    /// # Errors
    /// A bool tensor.
    fn relu(&self) -> Result<Self> {
        Self::apply(Relu, [self])
    }

    /// `min(max(x, 0), 6)`; the gradient at 0 and 6 is 0.
    ///
    /// # Errors
    /// A bool tensor.
    fn relu6(&self) -> Result<Self> {
        hard_limits("relu6", self, Scalar::Int(0), Scalar::Int(6))
    }

    /// `1 / (1 + e⁻ˣ)`; saturates to 0 and 1 without overflow. Integers become `f32`.
    ///
    /// # Errors
    /// None today.
    fn sigmoid(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Sigmoid, [x]))
    }

    /// `tanh x`; saturates to ±1 without overflow. Integers become `f32`.
    ///
    /// # Errors
    /// None today.
    fn tanh(&self) -> Result<Self> {
        on_float(self, |x| Self::apply(Tanh, [x]))
    }

    /// `x` above zero, `negative_slope · x` elsewhere; PyTorch's slope is 0.01 if none is given.
    ///
    /// # Errors
    /// Integers and bools.
    fn leaky_relu(&self, negative_slope: f64) -> Result<Self> {
        let slope = negative_slope;
        Self::apply(LeakyRelu { slope }, [self])
    }

    /// As [`leaky_relu`](Activation::leaky_relu), with a slope for each channel (dimension 1), or one for
    /// all, through which the gradient flows.
    ///
    /// # Errors
    /// Integers and bools; dtypes that differ; a weight of another length than there are channels, or
    /// of more than one dimension.
    fn prelu(&self, weight: &Self) -> Result<Self> {
        let weight = slopes(self, weight)?;
        self.where_(&self.gt_scalar(0)?, &weight.mul(self)?)
    }

    /// `x` above zero, `α (eˣ − 1)` elsewhere; PyTorch's α is 1 if none is given.
    ///
    /// # Errors
    /// Integers and bools.
    fn elu(&self, alpha: f64) -> Result<Self> {
        let (scale, inner) = (1.0, 1.0);
        Self::apply(
            Elu {
                alpha,
                scale,
                inner,
            },
            [self],
        )
    }

    /// `max(x, 0) + min(α (e^{x/α} − 1), 0)`; PyTorch's α is 1 if none is given.
    ///
    /// # Errors
    /// Integers and bools; α = 0.
    fn celu(&self, alpha: f64) -> Result<Self> {
        if alpha == 0.0 {
            let (op, message) = ("celu", "alpha is 0, by which x is divided".to_string());
            return Err(ErrorKind::Invalid { op, message }.into());
        }
        let (scale, inner) = (1.0, 1.0 / alpha);
        Self::apply(
            Elu {
                alpha,
                scale,
                inner,
            },
            [self],
        )
    }

    /// `s (max(x, 0) + min(α (eˣ − 1), 0))` with α ≈ 1.6733 and s ≈ 1.0507, which keep mean 0 and
    /// variance 1 (Klambauer et al. 2017).
    ///
    /// # Errors
    /// Integers and bools.
    fn selu(&self) -> Result<Self> {
        let elu = Elu {
            alpha: 1.673_263_242_354_377_2,
            scale: 1.050_700_987_355_480_5,
            inner: 1.0,
        };
        Self::apply(elu, [self])
    }

    /// `x σ(x)`, also called swish.
    ///
    /// # Errors
    /// Integers and bools.
    fn silu(&self) -> Result<Self> {
        Self::apply(Silu, [self])
    }

    /// `x tanh(softplus(x))`.
    ///
    /// # Errors
    /// Integers and bools.
    fn mish(&self) -> Result<Self> {
        // Above softplus' threshold tanh is 1 to the last bit.
        rounded_once(self, |x| x.mul(&x.softplus(1.0, 20.0)?.tanh()?))
    }

    /// `x Φ(x)`, Φ being the normal distribution function: `x (1 + erf(x/√2)) / 2`.
    ///
    /// # Errors
    /// Integers and bools.
    fn gelu(&self) -> Result<Self> {
        Self::apply(Gelu, [self])
    }

    /// An approximation of [`gelu`](Activation::gelu), `x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2`.
    ///
    /// # Errors
    /// Integers and bools.
    fn gelu_tanh(&self) -> Result<Self> {
        Self::apply(GeluTanh, [self])
    }

    /// `ln(1 + e^{βx}) / β`, and `x` where `βx > threshold`; PyTorch's β is 1 and threshold 20 if none is
    /// given.
    ///
    /// # Errors
    /// Integers and bools.
    fn softplus(&self, beta: f64, threshold: f64) -> Result<Self> {
        Self::apply(Softplus { beta, threshold }, [self])
    }

    /// `ln σ(x) = −ln(1 + e⁻ˣ)` without overflow.
    ///
    /// # Errors
    /// Integers and bools.
    fn logsigmoid(&self) -> Result<Self> {
        let op = Softplus {
            beta: 1.0,
            threshold: f64::INFINITY,
        };
        expect_float("logsigmoid", self)?;
        Self::apply(op, [&self.neg()?])?.neg()
    }

    /// `x / (1 + |x|)`. Integers become `f32`.
    ///
    /// # Errors
    /// A bool tensor.
    fn softsign(&self) -> Result<Self> {
        self.div(&self.abs()?.add_scalar(1)?)
    }

    /// `x − tanh x`. Integers become `f32`.
    ///
    /// # Errors
    /// A bool tensor.
    fn tanhshrink(&self) -> Result<Self> {
        self.sub(&self.tanh()?)
    }

    /// `x` outside [−λ, λ], 0 inside; PyTorch's λ is 0.5 if none is given.
    ///
    /// # Errors
    /// Integers and bools.
    fn hardshrink(&self, lambd: f64) -> Result<Self> {
        expect_float("hardshrink", self)?;
        shrunk(self, self, lambd)
    }

    /// `x` moved by λ towards zero, 0 inside [−λ, λ]; PyTorch's λ is 0.5 if none is given.
    ///
    /// # Errors
    /// Integers and bools; λ < 0.
    fn softshrink(&self, lambd: f64) -> Result<Self> {
        const OP: &str = "softshrink";
        expect_float(OP, self)?;
        if lambd < 0.0 {
            let (op, message) = (OP, format!("lambda is {lambd}, it must not be negative"));
            return Err(ErrorKind::Invalid { op, message }.into());
        }
        let shift = self.value().clamp(-lambd, lambd)?;
        shrunk(&self.sub(&Self::constant(shift))?, self, lambd)
    }

    /// `min(max(x, min_val), max_val)`; PyTorch's bounds are ±1 if none are given. The gradient at the
    /// bounds is 0.
    ///
    /// # Errors
    /// A bool tensor; bounds that are crossed.
    fn hardtanh(&self, min_val: impl Into<Scalar>, max_val: impl Into<Scalar>) -> Result<Self> {
        hard_limits("hardtanh", self, min_val.into(), max_val.into())
    }

    /// `min(max(x + 3, 0), 6) / 6`, a sigmoid of three lines.
    ///
    /// # Errors
    /// Integers and bools.
    fn hardsigmoid(&self) -> Result<Self> {
        Self::apply(HardSigmoid, [self])
    }

    /// `x min(max(x + 3, 0), 6) / 6`.
    ///
    /// # Errors
    /// Integers and bools.
    fn hardswish(&self) -> Result<Self> {
        expect_float("hardswish", self)?;
        rounded_once(self, |x| x.mul(&gate(x)?)?.div_scalar(6))
    }

    /// `x` above the threshold, `value` elsewhere.
    ///
    /// # Errors
    /// None today.
    fn threshold(&self, threshold: impl Into<Scalar>, value: impl Into<Scalar>) -> Result<Self> {
        self.masked_fill(&self.le_scalar(threshold)?, value)
    }

    /// The gated linear unit: the first half of the dimension times σ of the second.
    ///
    /// # Errors
    /// Integers and bools; a dimension that does not exist or is odd.
    fn glu(&self, dim: isize) -> Result<Self> {
        const OP: &str = "glu";
        expect_float(OP, self)?;
        let axis = crate::layout::resolve_dim(OP, dim, self.shape().len())?;
        let size = self.shape().get(axis).copied().unwrap_or(1);
        if !size.is_multiple_of(2) {
            let message = format!("dimension {axis} of size {size} cannot be halved");
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let half = |start| self.narrow(dim, start, size / 2);
        half(0)?.mul(&half(size / 2)?.sigmoid()?)
    }
}
impl<A: Array> Activation for A {}

/// `min(max(x + 3, 0), 6)`.
fn gate<A: Array>(x: &A) -> Result<A> {
    x.add_scalar(3)?.clamp(0, 6)
}

/// `y` where x is outside [−λ, λ] or NaN, else 0; without a gradient of NaN.
fn shrunk<A: Array>(y: &A, x: &A, lambd: f64) -> Result<A> {
    let outside = x.lt_scalar(-lambd)?.logical_or(&x.gt_scalar(lambd)?)?;
    let nan = x.isnan()?;
    let kept = A::constant(x.value());
    y.where_scalar(&outside, 0)?
        .where_(&nan.logical_not()?, &kept)
}

fn expect_float<A: Array>(op: &'static str, x: &A) -> Result<()> {
    let (expected, got) = ("floating-point numbers", x.dtype());
    if got.is_float() {
        return Ok(());
    }
    Err(ErrorKind::DType { op, expected, got }.into())
}

/// The weight of `prelu` in a shape that broadcasts with `x`.
fn slopes<A: Array>(x: &A, weight: &A) -> Result<A> {
    const OP: &str = "prelu";
    expect_float(OP, x)?;
    if x.dtype() != weight.dtype() {
        let (op, lhs, rhs) = (OP, x.dtype(), weight.dtype());
        return Err(ErrorKind::DTypeMismatch { op, lhs, rhs }.into());
    }
    let &[count] = weight.shape() else {
        if weight.shape().is_empty() {
            return Ok(weight.clone());
        }
        return Err(ErrorKind::Rank {
            op: OP,
            expected: "a weight of at most 1 dimension",
            got: weight.shape().to_vec(),
        }
        .into());
    };
    let rank = x.shape().len();
    if count == 1 {
        return weight.reshape(());
    }
    let channels = if rank > 1 { x.shape()[1] } else { 1 };
    if count != channels {
        let message = format!("{count} slopes for {channels} channels; give one or one for each");
        return Err(ErrorKind::Invalid { op: OP, message }.into());
    }
    let mut shape = [1; crate::MAX_RANK];
    shape[0] = count;
    weight.reshape(&shape[..rank - 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::assert_close;
    use crate::{DType, Tensor, tensor};

    #[test]
    fn lines() {
        let inf = f64::INFINITY;
        let x = tensor![-4.0, -3.0, -0.5, 0.0, 0.5, 3.0, 7.0, f32::INFINITY];
        let check = |y: Result<Tensor>, expected: [f64; 8]| assert_close(&y.unwrap(), &expected);
        check(x.relu6(), [0.0, 0.0, 0.0, 0.0, 0.5, 3.0, 6.0, 6.0]);
        check(
            x.hardtanh(-1, 1),
            [-1.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.0, 1.0],
        );
        check(
            x.hardshrink(0.5),
            [-4.0, -3.0, 0.0, 0.0, 0.0, 3.0, 7.0, inf],
        );
        check(
            x.softshrink(0.5),
            [-3.5, -2.5, 0.0, 0.0, 0.0, 2.5, 6.5, inf],
        );
        check(
            x.threshold(0.5, -9),
            [-9.0, -9.0, -9.0, -9.0, -9.0, 3.0, 7.0, inf],
        );
        check(
            x.hardsigmoid(),
            [0.0, 0.0, 2.5 / 6.0, 0.5, 3.5 / 6.0, 1.0, 1.0, 1.0],
        );
        check(
            x.hardswish(),
            [0.0, 0.0, -1.25 / 6.0, 0.0, 1.75 / 6.0, 3.0, 7.0, inf],
        );
    }

    #[test]
    fn curves() {
        let x = tensor![-1.0, 2.0];
        let check = |y: Result<Tensor>, expected: [f64; 2]| assert_close(&y.unwrap(), &expected);
        check(x.celu(2.0), [2.0 * (-0.5f64).exp_m1(), 2.0]);
        check(x.selu(), [-1.111_330_737, 2.101_401_975]);
        check(x.mish(), [-0.303_401_461, 1.943_958_995]);
        check(x.softsign(), [-0.5, 2.0 / 3.0]);
        check(x.tanhshrink(), [-0.238_405_844, 1.035_972_42]);
        check(
            tensor![-200.0, 0.0].logsigmoid(),
            [-200.0, -std::f64::consts::LN_2],
        );
        let gated = tensor![[1.0, 0.0], [2.0, 0.0]].glu(1).unwrap();
        assert_close(&gated, &[0.5, 1.0]);
    }

    #[test]
    fn slopes_for_channels() {
        let x = tensor![[-1.0, -1.0], [-2.0, 3.0]];
        let y = x.prelu(&tensor![0.1, 0.2]).unwrap();
        assert_close(&y, &[-0.1, -0.2, -0.2, 3.0]);
        assert_close(&tensor![-1.0].prelu(&tensor![0.5]).unwrap(), &[-0.5]);
        assert_eq!(
            x.prelu(&tensor![0.1, 0.2, 0.3]).unwrap_err().to_string(),
            "prelu: 3 slopes for 2 channels; give one or one for each"
        );
        assert!(x.prelu(&tensor![[0.1, 0.2]]).is_err());
        assert!(x.prelu(&Tensor::scalar(0.1f64)).is_err());
    }

    #[test]
    fn dtypes_and_refusals() {
        let i = tensor![-3, 30];
        assert_eq!(i.relu6().unwrap().to_vec::<i64>().unwrap(), [0, 6]);
        assert_eq!(i.hardtanh(-1.0, 1.0).unwrap().dtype(), DType::I64);
        assert_eq!(i.softsign().unwrap().dtype(), DType::F32);
        for refused in [
            i.silu(),
            i.elu(1.0),
            i.gelu(),
            i.mish(),
            i.logsigmoid(),
            i.hardswish(),
        ] {
            let message = refused.unwrap_err().to_string();
            assert!(
                message.contains("expected floating-point numbers, got i64"),
                "{message}"
            );
        }
        assert!(tensor![true].relu().is_err());
        assert!(tensor![1.0].hardtanh(2, 1).is_err());
        assert!(tensor![1.0].celu(0.0).is_err());
        assert!(tensor![1.0].softshrink(-0.5).is_err());
        assert_eq!(
            tensor![1.0, 2.0, 3.0].glu(0).unwrap_err().to_string(),
            "glu: dimension 0 of size 3 cannot be halved"
        );
        assert!(Tensor::scalar(1.0f32).glu(0).is_err());
    }
}
