//! Normalised exponentials, their logarithms, and the logarithm of their sum.

use super::cast::on_float;
use super::lines::{around, lines_back, lines_last};
use super::reduced::{DimSet, reduced_layout};
use super::{Arithmetic, Cast, Exponential, Shapes, Sums};
use crate::dispatch::for_float;
use crate::kernel;
use crate::layout::{Layout, resolve_dim};
use crate::{Array, DType, Element, Op, Result, Saved, Saves, Tensor};

/// Which of the two: they differ in one line of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Plain,
    Logarithm,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Form::Plain => "softmax",
            Form::Logarithm => "log_softmax",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Softmax {
    form: Form,
    dim: usize,
}

impl Op<1> for Softmax {
    const NAME: &'static str = "softmax";
    const SAVES: Saves = Saves::OUTPUT;

    fn name(&self) -> &'static str {
        self.form.name()
    }

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        on_lines(self.name(), [x], self.dim, |[x], size, layout| {
            for_float!(self.name(), x.dtype(), T => Ok(match self.form {
                Form::Plain => kernel::on_rows::<T, _, 1>([x], size, size, layout, kernel::Softmax),
                Form::Logarithm => kernel::on_rows::<T, _, 1>([x], size, size, layout, kernel::LogSoftmax),
            }))
        })
    }

    /// softmax: dL/dx = y (g − Σ g y);  its logarithm: dL/dx = g − e^y Σ g
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        A::apply(SoftmaxAdjoint(self.clone()), [saved.output()?, g])
    }
}

/// The gradient rule of [`Softmax`] in one pass, as a function of `y` and `g`.
#[derive(Clone, Debug)]
pub(super) struct SoftmaxAdjoint(Softmax);

impl Op<2> for SoftmaxAdjoint {
    const NAME: &'static str = "softmax_adjoint";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [y, g]: [&Tensor; 2]) -> Result<Tensor> {
        let Softmax { form, dim } = self.0;
        on_lines(Self::NAME, [y, g], dim, |[y, g], size, layout| {
            for_float!(Self::NAME, y.dtype(), T => Ok(match form {
                Form::Plain => kernel::on_rows::<T, _, 2>([y, g], size, size, layout, kernel::SoftmaxAdjoint),
                Form::Logarithm => kernel::on_rows::<T, _, 2>([y, g], size, size, layout, kernel::LogSoftmaxAdjoint),
            }))
        })
    }

    /// With σ the sum along the dimension, of softmax: dL/dg = y (u − σ(u y)), dL/dy = u g − u σ(g y) − g σ(u y);
    /// of its logarithm: dL/dg = u − σ(u e^y), dL/dy = −u e^y σ(g)
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let Softmax { form, dim } = self.0;
        let (y, g) = (saved.input(0)?, saved.input(1)?);
        let along = |x: &A| x.sum_dims(&[dim as isize], true);
        match (form, wrt) {
            (Form::Plain, 0) => {
                let of_u = u.mul(&g.sub(&along(&g.mul(y)?)?)?)?;
                of_u.sub(&g.mul(&along(&u.mul(y)?)?)?)
            }
            (Form::Plain, _) => A::apply(self.clone(), [y, u]),
            (Form::Logarithm, 0) => u.mul(&y.exp()?)?.mul(&along(g)?)?.neg(),
            (Form::Logarithm, _) => u.sub(&along(&u.mul(&y.exp()?)?)?),
        }
    }
}

/// Runs a kernel of rows along any dimension: other than the last it is moved there and back.
fn on_lines<const N: usize>(
    op: &'static str,
    operands: [&Tensor; N],
    dim: usize,
    run: impl FnOnce([&Tensor; N], usize, &Layout) -> Result<Tensor>,
) -> Result<Tensor> {
    let (shape, dtype) = (operands[0].shape(), operands[0].dtype());
    let (_, size, inner) = around(shape, dim);
    if inner == 1 && matches!(dtype, DType::F32 | DType::F64) {
        return run(operands, size, &Layout::row_major(op, shape)?);
    }
    let wide = if dtype == DType::F16 || dtype == DType::Bf16 {
        DType::F32
    } else {
        dtype
    };
    let mut rows = operands.map(Tensor::clone);
    for x in &mut rows {
        *x = lines_last(op, &Cast::to_dtype(x, wide)?, dim as isize)?;
    }
    let layout = Layout::row_major(op, rows[0].shape())?;
    let out = run(std::array::from_fn(|k| &rows[k]), size, &layout)?;
    let out = lines_back(&Cast::to_dtype(&out, dtype)?, dim as isize, shape.len())?;
    Ok(out.contiguous())
}

/// `ln Σ eˣ` along dimensions.
#[derive(Clone, Debug)]
pub(super) struct LogSumExp {
    dims: DimSet,
    keepdim: bool,
}

impl LogSumExp {
    /// The dimensions in the order that puts the reduced ones at the end.
    fn order(&self, rank: usize) -> Vec<isize> {
        let (reduced, mut order): (Vec<isize>, Vec<isize>) =
            (0..rank as isize).partition(|&d| self.dims.has(d as usize));
        order.extend(reduced);
        order
    }

    /// The operand in that order, in the type it is computed in.
    fn rows<T: Element>(&self, x: &Tensor) -> Result<Tensor> {
        let x = Cast::to_dtype(x, T::DTYPE)?;
        if self.dims.are_last(x.rank()) {
            return Ok(x);
        }
        x.permute(&self.order(x.rank()))
    }
}

impl Op<1> for LogSumExp {
    const NAME: &'static str = "logsumexp";
    const SAVES: Saves = Saves::INPUTS.and(Saves::OUTPUT);

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let layout = reduced_layout(Self::NAME, x.shape(), self.dims, self.keepdim)?;
        let size = self.dims.count(x.shape());
        for_float!(Self::NAME, x.dtype(), T => {
            let rows = self.rows::<T>(x)?;
            let out = kernel::on_rows::<T, _, 1>([&rows], size, 1, &layout, kernel::LogSumExp);
            Cast::to_dtype(&out, x.dtype())
        })
    }

    /// dL/dx = g eˣ⁻ʸ
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let x = saved.input(0)?;
        A::apply(LogSumExpAdjoint(self.clone()), [x, saved.output()?, g])
    }
}

/// The gradient rule of [`LogSumExp`] in one pass, as a function of `x`, `y` and `g`.
#[derive(Clone, Debug)]
pub(super) struct LogSumExpAdjoint(LogSumExp);

impl Op<3> for LogSumExpAdjoint {
    const NAME: &'static str = "logsumexp_adjoint";
    const SAVES: Saves = Saves::INPUTS;

    fn forward(&self, [x, y, g]: [&Tensor; 3]) -> Result<Tensor> {
        let LogSumExp { dims, .. } = self.0;
        let size = dims.count(x.shape());
        let out = for_float!(Self::NAME, x.dtype(), T => {
            let (y, g) = (Cast::to_dtype(y, T::DTYPE)?, Cast::to_dtype(g, T::DTYPE)?);
            let out = kernel::powers_of_rows::<T>(&self.0.rows::<T>(x)?, &y, &g, size);
            Cast::to_dtype(&out, x.dtype())
        })?;
        if dims.are_last(x.rank()) {
            return Ok(out);
        }
        let mut back = vec![0; x.rank()];
        for (to, from) in self.0.order(x.rank()).into_iter().enumerate() {
            back[from as usize] = to as isize;
        }
        Ok(out.permute(&back)?.contiguous())
    }

    /// With z the result: dL/dx = u z, dL/dy = −Σ u z, dL/dg = Σ u eˣ⁻ʸ
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, u: &A) -> Result<A> {
        let (x, y, g) = (saved.input(0)?, saved.input(1)?, saved.input(2)?);
        if wrt == 2 {
            let ones = A::constant(g.value().ones_like());
            let powers = A::apply(self.clone(), [x, y, &ones])?;
            return self.sum(&u.mul(&powers)?, g.shape());
        }
        let product = u.mul(&A::apply(self.clone(), [x, y, g])?)?;
        if wrt == 0 {
            Ok(product)
        } else {
            self.sum(&product, y.shape())?.neg()
        }
    }
}

impl LogSumExpAdjoint {
    /// The sum along the reduced dimensions, in the shape of the result.
    fn sum<A: Array>(&self, x: &A, shape: &[usize]) -> Result<A> {
        let dims: Vec<isize> = (0..x.shape().len())
            .filter(|&d| self.0.dims.has(d))
            .map(|d| d as isize)
            .collect();
        if dims.is_empty() {
            return x.reshape(shape);
        }
        x.sum_dims(&dims, true)?.reshape(shape)
    }
}

/// Normalised exponentials and the logarithm of a sum of exponentials. The largest element is
/// subtracted first, so nothing overflows.
pub trait Softmaxes: Array {
    /// `eˣ / Σ eˣ` along `dim`: positive numbers that sum to 1.
    ///
    /// For PyTorch's `dtype` argument convert first.
    ///
    /// # Errors
    /// A dimension that does not exist; integers and bools.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let p = tensor![[0.0, 0.0], [1000.0, 0.0]].softmax(1)?;
    /// assert_eq!(p.to_vec::<f32>()?, [0.5, 0.5, 1.0, 0.0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn softmax(&self, dim: isize) -> Result<Self> {
        softmax(self, dim, Form::Plain)
    }

    /// `x − ln Σ eˣ` along `dim`: the logarithm of [`softmax`](Softmaxes::softmax), accurate also
    /// where that rounds to 0 or 1.
    ///
    /// # Errors
    /// As [`softmax`](Softmaxes::softmax).
    fn log_softmax(&self, dim: isize) -> Result<Self> {
        softmax(self, dim, Form::Logarithm)
    }

    /// `e⁻ˣ / Σ e⁻ˣ` along `dim`.
    ///
    /// # Errors
    /// As [`softmax`](Softmaxes::softmax).
    fn softmin(&self, dim: isize) -> Result<Self> {
        self.neg()?.softmax(dim)
    }

    /// `ln Σ eˣ` along these dimensions, along all of them if none is named; −∞ where there is
    /// nothing to sum. Integers become `f32`.
    ///
    /// # Errors
    /// A dimension that does not exist or is named twice.
    fn logsumexp(&self, dims: &[isize], keepdim: bool) -> Result<Self> {
        let dims = DimSet::or_all(LogSumExp::NAME, dims, self.shape().len())?;
        on_float(self, |x| Self::apply(LogSumExp { dims, keepdim }, [x]))
    }
}
impl<A: Array> Softmaxes for A {}

fn softmax<A: Array>(x: &A, dim: isize, form: Form) -> Result<A> {
    let dim = resolve_dim(form.name(), dim, x.shape().len())?;
    A::apply(Softmax { form, dim }, [x])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp};

    const FORMS: [Form; 2] = [Form::Plain, Form::Logarithm];

    #[test]
    fn forward() {
        let ln2 = std::f64::consts::LN_2;
        let x = tensor![[0.0, 0.0], [1e4, 1e4 - 1e3]];
        assert_close(&x.softmax(-1).unwrap(), &[0.5, 0.5, 1.0, 0.0]);
        assert_close(&x.log_softmax(1).unwrap(), &[-ln2, -ln2, 0.0, -1e3]);
        assert_close(&x.logsumexp(&[1], true).unwrap(), &[ln2, 1e4]);
        assert_close(&x.logsumexp(&[], false).unwrap(), &[1e4]);
        let column = tensor![[1.0, 2.0], [1.0, 2.0]].softmax(0).unwrap();
        assert_close(&column, &[0.5; 4]);
        assert_close(&tensor![0.0, 1e4].softmin(0).unwrap(), &[1.0, 0.0]);
        assert_close(&tensor![0, 0].logsumexp(&[0], false).unwrap(), &[ln2]);
        assert!(tensor![0, 0].softmax(0).is_err() && x.softmax(2).is_err());
    }

    #[test]
    fn vjp() {
        for form in FORMS {
            for (dim, shape) in [(1, &[3, 4][..]), (0, &[3, 2]), (1, &[2, 3, 2])] {
                let softmax = Softmax { form, dim };
                check_vjp(softmax.clone(), [shape]);
                check_vjp(SoftmaxAdjoint(softmax), [shape, shape]);
            }
        }
        let (dims, keepdim) = (DimSet::new("logsumexp", &[0, 2], 3).unwrap(), false);
        check_vjp(LogSumExp { dims, keepdim }, [&[2, 3, 2]]);
        let of_lines = LogSumExp {
            dims: DimSet::all(1),
            keepdim,
        };
        check_vjp(of_lines, [&[5]]);
        let adjoint = LogSumExpAdjoint(LogSumExp { dims, keepdim });
        check_vjp(adjoint, [&[2, 3, 2], &[3], &[3]]);
    }

    #[test]
    fn infinities_and_nothing() {
        let inf = f32::INFINITY;
        let x = tensor![[-inf, -inf], [inf, 0.0], [0.0, -inf], [f32::NAN, 0.0]];
        let nan = f64::NAN;
        let wide = f64::INFINITY;
        assert_close(&x.logsumexp(&[1], false).unwrap(), &[-wide, wide, 0.0, nan]);
        assert_close(
            &x.log_softmax(1).unwrap(),
            &[nan, nan, nan, nan, 0.0, -wide, nan, nan],
        );
        let nothing = Tensor::zeros([0, 2], DType::F32).unwrap();
        assert_close(&nothing.logsumexp(&[0], false).unwrap(), &[-wide; 2]);
        assert_eq!(nothing.softmax(0).unwrap().shape(), [0, 2]);
        assert_close(&Tensor::scalar(3.0f32).softmax(0).unwrap(), &[1.0]);
    }

    #[test]
    fn halves_are_computed_in_f32() {
        let x = tensor![1.0, 2.0].to_dtype(DType::F16).unwrap();
        let y = x.softmax(0).unwrap();
        assert_eq!(y.dtype(), DType::F16);
        assert!((y.to_vec::<f32>().unwrap()[0] - 0.268_94).abs() < 2e-4);
        assert_eq!(x.logsumexp(&[0], true).unwrap().dtype(), DType::F16);
    }
}
