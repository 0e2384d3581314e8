//! One entry for each element of an index: gather, and scatter with its reductions.

use std::any::TypeId;
use std::sync::Arc;

use super::indexing::{Pick, put};
use super::operands::expect_one_dtype;
use super::places::{Combine, Places};
use super::{Arithmetic, Cast, Shapes};
use crate::layout::{broadcast_shapes, resolve_dim};
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
fn lowest(dtype: DType) -> Result<Tensor> {
    extreme(dtype, f64::NEG_INFINITY, i64::MIN)
}

/// ∞, or the largest integer.
fn highest(dtype: DType) -> Result<Tensor> {
    extreme(dtype, f64::INFINITY, i64::MAX)
}

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
    let zeros = super::indexing::zeros(places.shape(), x.dtype())?;
    put(places.clone(), x, &A::constant(zeros), false)
}

/// Truth values as 0 and 1.
fn flags(mask: &Tensor, dtype: DType) -> Result<Tensor> {
    mask.to_dtype(dtype)
}

/// A number as a vector of one.
fn raised<A: Array>(x: &A) -> Result<A> {
    if x.shape().is_empty() {
        x.reshape([1])
    } else {
        Ok(x.clone())
    }
}

/// The places that `index` names in `x`, and a source cut to the size of the index.
fn places_and_source<A: Array>(
    op: &'static str,
    x: &A,
    dim: isize,
    index: &Tensor,
    source: &A,
) -> Result<(Arc<Places>, A)> {
    expect_one_dtype(op, x, source)?;
    let index = raised(index)?;
    let mut source = raised(source)?;
    let fits = source.shape().len() == index.rank()
        && index
            .shape()
            .iter()
            .zip(source.shape())
            .all(|(i, s)| i <= s);
    if !fits && index.numel() > 0 {
        return Err(ErrorKind::ShapeMismatch {
            op,
            what: "the source has the rank of the index and is nowhere smaller",
            lhs: source.shape().to_vec(),
            rhs: index.shape().to_vec(),
        }
        .into());
    }
    let places = Places::gather(op, x.shape(), dim, &index)?;
    if !fits {
        source = A::constant(Tensor::zeros(index.shape(), x.dtype())?);
    }
    for (d, &size) in index.shape().iter().enumerate() {
        if source.shape()[d] != size {
            source = source.narrow(d as isize, 0, size)?;
        }
    }
    Ok((Arc::new(places), source))
}

/// Elements read and written along one dimension, each at a position of its own.
pub trait Gathering: Array {
    /// `out[i, j, k] = x[index[i, j, k], j, k]` for `dim` 0, and so on.
    ///
    /// # Shapes
    /// `index` has the rank of the tensor and is larger in no dimension other than `dim`; the result
    /// has the shape of `index`.
    ///
    /// # Errors
    /// Shapes that do not fit; positions that do not exist (negative ones do not).
    fn gather(&self, dim: isize, index: &Tensor) -> Result<Self> {
        let x = raised(self)?;
        let places = Places::gather("gather", x.shape(), dim, &raised(index)?)?;
        let picked = Self::apply(Pick(Arc::new(places)), [&x])?;
        if index.rank() == 0 {
            picked.reshape(())
        } else {
            Ok(picked)
        }
    }

    /// As [`gather`](Gathering::gather), with shapes that broadcast in all other dimensions: the
    /// counterpart of what `argmax` and `argsort` give. Without `dim` both are read as vectors.
    ///
    /// # Errors
    /// As there.
    fn take_along_dim(&self, indices: &Tensor, dim: Option<isize>) -> Result<Self> {
        const OP: &str = "take_along_dim";
        let Some(dim) = dim else {
            return self.reshape([-1])?.gather(0, &indices.reshape([-1])?);
        };
        let rank = self.shape().len();
        if rank != indices.rank() {
            return Err(ErrorKind::ShapeMismatch {
                op: OP,
                what: "tensor and indices have one rank",
                lhs: self.shape().to_vec(),
                rhs: indices.shape().to_vec(),
            }
            .into());
        }
        let at = resolve_dim(OP, dim, rank)?;
        if rank == 0 {
            return self.gather(dim, indices);
        }
        let with = |shape: &[usize], size: usize| {
            let mut shape = shape.to_vec();
            shape[at] = size;
            shape
        };
        let (own, entries) = (self.shape()[at], indices.shape()[at]);
        let common = broadcast_shapes(OP, &with(self.shape(), 1), &with(indices.shape(), 1))?;
        self.expand(with(common.as_slice(), own))?
            .gather(dim, &indices.expand(with(common.as_slice(), entries))?)
    }

    /// The tensor with `out[index[i, j, k], j, k] = source[i, j, k]` for `dim` 0, and so on. Of several
    /// elements for one place the last stays; as in PyTorch each of them gets the gradient.
    ///
    /// # Errors
    /// As [`gather`](Gathering::gather); a source of another dtype, or smaller than the index.
    fn scatter(&self, dim: isize, index: &Tensor, source: &Self) -> Result<Self> {
        scatter("scatter", self, dim, index, source, false)
    }

    /// As [`scatter`](Gathering::scatter), with one number for all places.
    ///
    /// # Errors
    /// As there.
    fn scatter_value(&self, dim: isize, index: &Tensor, value: impl Into<Scalar>) -> Result<Self> {
        let value = Tensor::full([], value, self.dtype())?.expand(index.shape())?;
        self.scatter(dim, index, &Self::constant(value))
    }

    /// As [`scatter`](Gathering::scatter), adding to what is there, in the order of the index.
    ///
    /// # Errors
    /// As there.
    fn scatter_add(&self, dim: isize, index: &Tensor, source: &Self) -> Result<Self> {
        scatter("scatter_add", self, dim, index, source, true)
    }

    /// As [`scatter`](Gathering::scatter), with all elements for one place reduced to one, the tensor's
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
        let one = source.shape().is_empty() && places.shape() == [1];
        let source = if one { raised(source)? } else { source.clone() };
        if source.shape() != places.shape() {
            return Err(ErrorKind::ShapeMismatch {
                op: OP,
                what: "the source has one entry for each of the index and the tensor's shape elsewhere",
                lhs: source.shape().to_vec(),
                rhs: places.shape().to_vec(),
            }
            .into());
        }
        reduce_into(&Arc::new(places), &x, &source, reduce, include_self)?.reshape(self.shape())
    }
}
impl<A: Array> Gathering for A {}

fn scatter<A: Array>(
    op: &'static str,
    x: &A,
    dim: isize,
    index: &Tensor,
    source: &A,
    accumulate: bool,
) -> Result<A> {
    let raised = raised(x)?;
    let (places, source) = places_and_source(op, &raised, dim, index, source)?;
    put(places, &raised, &source, accumulate)?.reshape(x.shape())
}

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
    let sums = Cast::to_dtype(&sum.value(), DType::I64)?.to_vec::<i64>()?;
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
    fn by_hand() {
        let x = tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let index = tensor![[1, 0, 0], [1, 1, 0]];
        assert_close(
            &x.gather(0, &index).unwrap(),
            &[4.0, 2.0, 3.0, 4.0, 5.0, 3.0],
        );
        assert_close(
            &x.gather(1, &tensor![[2, 2, 0, 1]]).unwrap(),
            &[3.0, 3.0, 1.0, 2.0],
        );
        let y = x
            .scatter(1, &tensor![[2], [0]], &tensor![[7.0], [8.0]])
            .unwrap();
        assert_close(&y, &[1.0, 2.0, 7.0, 8.0, 5.0, 6.0]);
        let y = x.scatter_add(0, &index, &x).unwrap();
        assert_close(&y, &[1.0, 4.0, 12.0, 9.0, 10.0, 6.0]);
        let y = x.scatter_value(-1, &tensor![[0, 0]], 9).unwrap();
        assert_close(&y, &[9.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
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

    #[test]
    fn numbers_count_as_vectors() {
        let x = Tensor::scalar(3.0f32);
        assert_eq!(x.gather(0, &tensor![0, 0]).unwrap().shape(), [2]);
        assert_eq!(x.gather(0, &Tensor::scalar(0i64)).unwrap().rank(), 0);
        let y = x.scatter_add(0, &Tensor::scalar(0i64), &x).unwrap();
        assert_eq!((y.rank(), y.item::<f32>().unwrap()), (0, 6.0));
        let empty = Tensor::zeros([2, 0], DType::U8).unwrap();
        assert_eq!(tensor![1.0, 2.0].gather(0, &empty).unwrap().shape(), [2, 0]);
    }

    #[test]
    fn indices_broadcast_along_the_other_dimensions() {
        let x = tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let y = x.take_along_dim(&tensor![[2, 0]], Some(1)).unwrap();
        assert_close(&y, &[3.0, 1.0, 6.0, 4.0]);
        assert_close(
            &x.take_along_dim(&tensor![5, 0], None).unwrap(),
            &[6.0, 1.0],
        );
        assert!(x.take_along_dim(&tensor![0], Some(1)).is_err());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let x = tensor![[1.0, 2.0], [3.0, 4.0]];
        assert!(x.gather(0, &tensor![0, 1]).is_err());
        assert!(x.gather(1, &tensor![[0], [0], [0]]).is_err());
        assert!(x.gather(1, &tensor![[-1]]).is_err() && x.gather(2, &tensor![[0]]).is_err());
        assert!(x.scatter(0, &tensor![[0, 0]], &tensor![[1.0]]).is_err());
        let e = x.scatter(0, &tensor![[34]], &tensor![[1.0]]).unwrap_err();
        assert_eq!(
            e.to_string(),
            "scatter: index 34 is out of range for dimension 0 of size 2"
        );
        assert!(x.scatter_add(0, &tensor![[0]], &tensor![[1]]).is_err());
    }

    #[test]
    fn many_elements_are_added_in_the_same_order_by_any_number_of_threads() {
        let n = 300;
        let index: Vec<i64> = (0..n * n).map(|i| (i * 7919 % 31) as i64).collect();
        let index = Tensor::from_vec(index, [n, n]).unwrap();
        let source = crate::testkit::values(&[n, n], -1.0, 1.0, 3)
            .to_dtype(DType::F32)
            .unwrap();
        let x = Tensor::zeros([31, n], DType::F32).unwrap();
        let run = |threads| {
            crate::set_num_threads(threads);
            x.scatter_add(0, &index, &source).unwrap()
        };
        let (one, three) = (run(1), run(3));
        assert!(one.equal(&three));
        let (index, source) = (
            index.to_vec::<i64>().unwrap(),
            source.to_vec::<f32>().unwrap(),
        );
        let mut want = vec![0.0f32; 31 * n];
        for (i, (&at, &value)) in index.iter().zip(&source).enumerate() {
            want[at as usize * n + i % n] += value;
        }
        assert_eq!(one.to_vec::<f32>().unwrap(), want);
    }
}
