//! Elements that meet at one place, reduced to one.

use std::any::TypeId;
use std::sync::Arc;

use super::gather::{places_and_source, raised};
use super::indexing::expect_entries;
use super::operands::expect_one_dtype;
use super::pick_put::{Pick, put, zeros};
use super::places::{Combine, Places};
use super::{Arithmetic, Shapes};
use crate::{Array, DType, ErrorKind, Op, Result, Saved, Saves, Scalar, Tensor};

/// What becomes of several elements that are scattered to one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScatterReduction {
    /// Their sum.
    Sum,
    /// Their product.
    Prod,
    /// Their mean; among integers rounded down.
    Mean,
    /// The largest; NaN if one of them is.
    Amax,
    /// The smallest; NaN if one of them is.
    Amin,
}

/// A tensor with the elements of another combined into it at places, other than by adding.
#[derive(Clone, Debug)]
struct ScatterReduce {
    places: Arc<Places>,
    how: Combine,
    include_self: bool,
}

impl ScatterReduce {
    /// The tensor with the neutral element at the places, if its own are left out.
    fn start(&self, x: &Tensor) -> Result<Tensor> {
        if self.include_self {
            return Ok(x.clone());
        }
        let neutral = match self.how {
            Combine::Add => return without(&self.places, x),
            Combine::Multiply => Tensor::ones([], x.dtype())?,
            Combine::Larger => lowest(x.dtype())?,
            Combine::Smaller => highest(x.dtype())?,
        };
        let mut out = x.copy();
        self.places
            .write(&mut out, &neutral.expand(self.places.shape())?);
        Ok(out)
    }
}

/// −∞, or the smallest integer.
#[inline]
fn lowest(dtype: DType) -> Result<Tensor> {
    extreme(dtype, f64::NEG_INFINITY, i64::MIN)
}

/// ∞, or the largest integer.
#[inline]
fn highest(dtype: DType) -> Result<Tensor> {
    extreme(dtype, f64::INFINITY, i64::MAX)
}

#[inline]
fn extreme(dtype: DType, float: f64, integer: i64) -> Result<Tensor> {
    let bits = 8 * dtype.size() as u32;
    let value = match dtype {
        _ if dtype.is_float() => Scalar::Float(float),
        DType::Bool => Scalar::Bool(integer > 0),
        DType::U8 => Scalar::Int(if integer > 0 { 255 } else { 0 }),
        _ => Scalar::Int(integer >> (64 - bits)),
    };
    Tensor::full([], value, dtype)
}

impl Op<2> for ScatterReduce {
    const NAME: &'static str = "scatter_reduce";
    const SAVES: Saves = Saves::INPUTS.and(Saves::OUTPUT);

    fn name(&self) -> &'static str {
        self.places.op()
    }

    #[inline]
    fn forward(&self, [x, source]: [&Tensor; 2]) -> Result<Tensor> {
        self.places.combine(&self.start(x)?, source, self.how)
    }

    /// Extremes share the gradient equally among ties; of a product each factor gets the gradient
    /// times the product of the others.
    fn vjp<A: Array>(&self, wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let (x, source, y) = (saved.input(0)?, saved.input(1)?, saved.output()?);
        if self.how == Combine::Multiply {
            return self.product_vjp(wrt, x, source, g);
        }
        let gradient = self.shared_among_ties(x, source, y, g)?;
        if wrt == 1 {
            let tied = A::constant(self.tied(source, y)?);
            return self.pick(&gradient)?.mul(&tied);
        }
        self.own(&gradient.mul(&A::constant(flags(&x.value().eq(&y.value())?, g.dtype())?))?)
    }
}

impl ScatterReduce {
    fn pick<A: Array>(&self, x: &A) -> Result<A> {
        A::apply(Pick(self.places.clone()), [x])
    }

    /// What reaches the tensor's own elements.
    fn own<A: Array>(&self, x: &A) -> Result<A> {
        if self.include_self {
            Ok(x.clone())
        } else {
            without(&self.places, x)
        }
    }

    /// 1 for each element of the source that is the extreme of its place.
    fn tied<A: Array>(&self, source: &A, y: &A) -> Result<Tensor> {
        let extreme = self.places.read(&y.value())?;
        flags(&source.value().eq(&extreme)?, source.dtype())
    }

    /// The gradient divided by the number of elements that are the extreme.
    fn shared_among_ties<A: Array>(&self, x: &A, source: &A, y: &A, g: &A) -> Result<A> {
        let ties = self.own(&flags(&x.value().eq(&y.value())?, g.dtype())?)?;
        let ties = self
            .places
            .combine(&ties, &self.tied(source, y)?, Combine::Add)?;
        // Places that nothing was scattered to keep their own element, unless it is NaN.
        let none = flags(&ties.eq_scalar(0)?, g.dtype())?;
        g.div(&A::constant(ties.add(&none)?))
    }

    /// With the zeros replaced by ones the product of the others is a quotient; which zeros there are
    /// tells where it counts.
    fn product_vjp<A: Array>(&self, wrt: usize, x: &A, source: &A, g: &A) -> Result<A> {
        let zeros_of = |x: &A| flags(&x.value().eq_scalar(0)?, g.dtype());
        let (zero_x, zero_source) = (zeros_of(x)?, zeros_of(source)?);
        let any = zero_x.ne_scalar(0)?.nonzero()?.numel()
            + zero_source.ne_scalar(0)?.nonzero()?.numel()
            > 0;
        if any && TypeId::of::<A>() != TypeId::of::<Tensor>() {
            let message =
                "second derivatives of products with zeros among the factors are not available"
                    .into();
            return Err(ErrorKind::Invalid {
                op: self.places.op(),
                message,
            }
            .into());
        }
        let full = |x: &A, zero: &Tensor| x.add(&A::constant(zero.clone()));
        let (full_x, full_source) = (full(x, &zero_x)?, full(source, &zero_source)?);
        let product = A::apply(self.clone(), [&full_x, &full_source])?;
        let zeros = self
            .places
            .combine(&self.own(&zero_x)?, &zero_source, Combine::Add)?;
        let others = |own: &Tensor, zeros: &Tensor| flags(&zeros.eq(own)?, g.dtype());
        let gradient = g.mul(&product)?;
        if wrt == 1 {
            let counts = others(&zero_source, &self.places.read(&zeros)?)?;
            return self
                .pick(&gradient)?
                .div(&full_source)?
                .mul(&A::constant(counts));
        }
        let counts = others(&zero_x, &zeros)?;
        self.own(&gradient.div(&full_x)?.mul(&A::constant(counts))?)
    }
}

/// `x` with zeros at the places.
fn without<A: Array>(places: &Arc<Places>, x: &A) -> Result<A> {
    let zeros = zeros(places.shape(), x.dtype())?;
    put(places.clone(), x, &A::constant(zeros), false)
}

/// Truth values as 0 and 1.
#[inline]
fn flags(mask: &Tensor, dtype: DType) -> Result<Tensor> {
    mask.to_dtype(dtype)
}

/// Elements that meet at one place, reduced to one.
///
/// ```
/// use gradus_tensor::{ops::ScatterReduction, tensor};
/// let (x, index) = (tensor![0.0, 0.0], tensor![0, 0, 1]);
/// let source = tensor![1.0, 5.0, 2.0];
/// let y = x.scatter_reduce(0, &index, &source, ScatterReduction::Amax, true)?;
/// assert_eq!(y, tensor![5.0, 2.0]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
pub trait Scattering: Array {
    /// As [`scatter`](super::Gathering::scatter), with all elements for one place reduced to one, the tensor's
    /// own among them if `include_self`.
    ///
    /// # Conventions
    /// Extremes share the gradient equally among ties. Products have second derivatives only where no
    /// factor is zero.
    ///
    /// # Errors
    /// As there.
    fn scatter_reduce(
        &self,
        dim: isize,
        index: &Tensor,
        source: &Self,
        reduce: ScatterReduction,
        include_self: bool,
    ) -> Result<Self> {
        const OP: &str = "scatter_reduce";
        let x = raised(self)?;
        let (places, source) = places_and_source(OP, &x, dim, index, source)?;
        reduce_into(&places, &x, &source, reduce, include_self)?.reshape(self.shape())
    }

    /// As [`index_add`](super::Indexing::index_add), with the given reduction instead of the sum.
    ///
    /// # Errors
    /// As there.
    fn index_reduce(
        &self,
        dim: isize,
        index: &Tensor,
        source: &Self,
        reduce: ScatterReduction,
        include_self: bool,
    ) -> Result<Self> {
        const OP: &str = "index_reduce";
        expect_one_dtype(OP, self, source)?;
        let x = raised(self)?;
        let places = Places::entries(OP, x.shape(), dim, index)?;
        let source = expect_entries(OP, &places, source)?;
        reduce_into(&Arc::new(places), &x, &source, reduce, include_self)?.reshape(self.shape())
    }
}
impl<A: Array> Scattering for A {}

fn reduce_into<A: Array>(
    places: &Arc<Places>,
    x: &A,
    source: &A,
    reduce: ScatterReduction,
    include_self: bool,
) -> Result<A> {
    let how = match reduce {
        ScatterReduction::Sum | ScatterReduction::Mean => Combine::Add,
        ScatterReduction::Prod => Combine::Multiply,
        ScatterReduction::Amax => Combine::Larger,
        ScatterReduction::Amin => Combine::Smaller,
    };
    if how != Combine::Add {
        let op = ScatterReduce {
            places: places.clone(),
            how,
            include_self,
        };
        return A::apply(op, [x, source]);
    }
    let own = if include_self {
        x.clone()
    } else {
        without(places, x)?
    };
    let sum = put(places.clone(), &own, source, true)?;
    if reduce == ScatterReduction::Sum {
        return Ok(sum);
    }
    let one = Tensor::ones([], DType::I64)?;
    let ones = one.expand(x.shape())?;
    let own = if include_self {
        ones
    } else {
        without(places, &ones)?
    };
    let counts = places.combine(&own, &one.expand(source.shape())?, Combine::Add)?;
    // Where nothing is left, nothing is divided.
    let counts = counts.add(&counts.eq_scalar(0)?.to_dtype(DType::I64)?)?;
    if x.dtype().is_float() {
        return sum.div(&A::constant(counts.to_dtype(x.dtype())?));
    }
    let sums = sum.value().to_dtype(DType::I64)?.to_vec::<i64>()?;
    let counts = counts.to_vec::<i64>()?;
    let means = sums.iter().zip(&counts).map(|(sum, n)| sum.div_euclid(*n));
    let means = Tensor::from_vec(means.collect::<Vec<i64>>(), x.shape())?;
    Ok(A::constant(means.to_dtype(x.dtype())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::{assert_close, check_vjp};

    fn op(how: Combine, include_self: bool) -> ScatterReduce {
        let index = tensor![[0, 1, 1], [2, 2, 0]];
        ScatterReduce {
            places: Arc::new(Places::gather("scatter_reduce", &[3, 4], 0, &index).unwrap()),
            how,
            include_self,
        }
    }

    #[test]
    fn vjp() {
        for include_self in [true, false] {
            check_vjp(op(Combine::Multiply, include_self), [&[3, 4], &[2, 3]]);
            check_vjp(op(Combine::Larger, include_self), [&[3, 4], &[2, 3]]);
            check_vjp(op(Combine::Smaller, include_self), [&[3, 4], &[2, 3]]);
        }
    }

    #[test]
    fn reductions_with_and_without_the_own_element() {
        let x = tensor![10.0, 20.0, 30.0];
        let (index, source) = (tensor![0, 0, 2], tensor![1.0, 2.0, 40.0]);
        let of = |reduce, include_self| {
            x.scatter_reduce(0, &index, &source, reduce, include_self)
                .unwrap()
        };
        assert_close(&of(ScatterReduction::Sum, true), &[13.0, 20.0, 70.0]);
        assert_close(&of(ScatterReduction::Sum, false), &[3.0, 20.0, 40.0]);
        assert_close(&of(ScatterReduction::Prod, false), &[2.0, 20.0, 40.0]);
        assert_close(&of(ScatterReduction::Mean, true), &[13.0 / 3.0, 20.0, 35.0]);
        assert_close(&of(ScatterReduction::Mean, false), &[1.5, 20.0, 40.0]);
        assert_close(&of(ScatterReduction::Amax, true), &[10.0, 20.0, 40.0]);
        assert_close(&of(ScatterReduction::Amin, false), &[1.0, 20.0, 40.0]);
        let whole = tensor![-3, 5].index_reduce(
            0,
            &tensor![0, 0],
            &tensor![0, 1],
            ScatterReduction::Mean,
            true,
        );
        assert_eq!(whole.unwrap().to_vec::<i64>().unwrap(), [-1, 5]);
        let small = tensor![100, 7].to_dtype(DType::U8).unwrap();
        let larger = small.index_reduce(
            0,
            &tensor![1],
            &small.narrow(0, 0, 1).unwrap(),
            ScatterReduction::Amin,
            false,
        );
        assert_eq!(larger.unwrap().to_vec::<i64>().unwrap(), [100, 100]);
    }

    #[test]
    fn a_product_with_zeros_has_the_product_of_the_others_as_derivative() {
        let op = ScatterReduce {
            places: Arc::new(
                Places::entries("index_reduce", &[3], 0, &tensor![0, 0, 1, 1, 2]).unwrap(),
            ),
            how: Combine::Multiply,
            include_self: true,
        };
        let x = tensor![2.0, 3.0, 0.0].to_dtype(DType::F64).unwrap();
        let source = tensor![0.0, 5.0, 0.0, 0.0, 7.0]
            .to_dtype(DType::F64)
            .unwrap();
        let inputs = [Some(x.clone()), Some(source.clone())];
        let y = op.forward([&x, &source]).unwrap();
        let saved = Saved::new("index_reduce", ScatterReduce::SAVES, &inputs, Some(&y));
        let g = y.ones_like();
        assert_close(&op.vjp(0, &saved, &g).unwrap(), &[0.0, 0.0, 7.0]);
        assert_close(&op.vjp(1, &saved, &g).unwrap(), &[10.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
