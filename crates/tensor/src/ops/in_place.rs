//! The methods with an underscore, which replace a tensor by its result.

use super::ScatterReduction;
use crate::layout::same_shape;
use crate::tensor::expect_fits;
use crate::{Dims, ErrorKind, Indices, Result, Scalar, Tensor};

impl Tensor {
    /// Takes a result's place, in this tensor's dtype.
    ///
    /// # Errors
    /// A result of another shape; floats that should become integers, numbers that should become bools.
    pub(crate) fn replace_by(&mut self, op: &'static str, result: &Tensor) -> Result<()> {
        if !same_shape(self.shape(), result.shape()) {
            let message = format!(
                "a result of shape {} does not fit into {}; use the method without in-place form",
                Dims(result.shape()),
                Dims(self.shape())
            );
            return Err(ErrorKind::Invalid { op, message }.into());
        }
        if result.dtype().category() > self.dtype().category() {
            let message = format!(
                "a result of {} cannot be kept as {}; convert with to_dtype first",
                result.dtype(),
                self.dtype()
            );
            return Err(ErrorKind::Invalid { op, message }.into());
        }
        *self = result.to_dtype(self.dtype())?;
        Ok(())
    }
}

macro_rules! in_place {
    (#[$inline:meta] $($name:ident = $method:ident $arguments:tt;)*) => {
        in_place! { $(#[$inline] $name = $method $arguments;)* }
    };
    ($($(#[$inline:meta])? $name:ident = $method:ident($($arg:ident: $Arg:ty),*);)*) => {
        /// In-place forms. The tensor keeps its shape and dtype; no other name of the same memory sees the
        /// change. Each returns the tensor, so that calls chain.
        impl Tensor {$(
            #[doc = concat!("Replaces the elements by those of [`", stringify!($method), "`](Tensor::", stringify!($method), ").")]
            ///
            /// # Errors
            /// As there; a result of another shape; floats that should become integers, numbers that should
            /// become bools.
            $(#[$inline])?
            pub fn $name(&mut self $(, $arg: $Arg)*) -> Result<&mut Tensor> {
                let result = self.$method($($arg),*)?;
                self.replace_by(stringify!($name), &result)?;
                Ok(self)
            }
        )*}
    };
}

in_place! {
    add_ = add(other: &Tensor);
    add_scalar_ = add_scalar(c: impl Into<Scalar>);
    add_scaled_ = add_scaled(other: &Tensor, alpha: impl Into<Scalar>);
    sub_ = sub(other: &Tensor);
    sub_scalar_ = sub_scalar(c: impl Into<Scalar>);
    sub_scaled_ = sub_scaled(other: &Tensor, alpha: impl Into<Scalar>);
    mul_ = mul(other: &Tensor);
    mul_scalar_ = mul_scalar(c: impl Into<Scalar>);
    div_ = div(other: &Tensor);
    div_scalar_ = div_scalar(c: impl Into<Scalar>);
    clamp_ = clamp(low: impl Into<Scalar>, high: impl Into<Scalar>);
    masked_fill_ = masked_fill(mask: &Tensor, value: impl Into<Scalar>);
    neg_ = neg();
    square_ = square();
    sqrt_ = sqrt();
    exp_ = exp();
    log_ = log();
    tanh_ = tanh();
    sigmoid_ = sigmoid();
    relu_ = relu();
}

// Rarer ones: compiled in the crate that calls them.
in_place! {
    #[inline]
    floor_divide_ = floor_divide(other: &Tensor);
    floor_divide_scalar_ = floor_divide_scalar(c: impl Into<Scalar>);
    remainder_ = remainder(other: &Tensor);
    remainder_scalar_ = remainder_scalar(c: impl Into<Scalar>);
    fmod_ = fmod(other: &Tensor);
    fmod_scalar_ = fmod_scalar(c: impl Into<Scalar>);
    pow_ = pow(exponent: &Tensor);
    pow_scalar_ = pow_scalar(exponent: impl Into<Scalar>);
    addcmul_ = addcmul(b: &Tensor, c: &Tensor, value: impl Into<Scalar>);
    addcdiv_ = addcdiv(b: &Tensor, c: &Tensor, value: impl Into<Scalar>);
    lerp_ = lerp(end: &Tensor, weight: &Tensor);
    lerp_scalar_ = lerp_scalar(end: &Tensor, weight: impl Into<Scalar>);
    clamp_min_ = clamp_min(low: impl Into<Scalar>);
    clamp_max_ = clamp_max(high: impl Into<Scalar>);
    nan_to_num_ = nan_to_num(nan: Option<f64>, posinf: Option<f64>, neginf: Option<f64>);
    copysign_ = copysign(other: &Tensor);
    atan2_ = atan2(other: &Tensor);
    abs_ = abs();
    sign_ = sign();
    reciprocal_ = reciprocal();
    rsqrt_ = rsqrt();
    exp2_ = exp2();
    expm1_ = expm1();
    log1p_ = log1p();
    log2_ = log2();
    log10_ = log10();
    sin_ = sin();
    cos_ = cos();
    tan_ = tan();
    asin_ = asin();
    acos_ = acos();
    atan_ = atan();
    sinh_ = sinh();
    cosh_ = cosh();
    erf_ = erf();
    erfc_ = erfc();
    erfinv_ = erfinv();
    lgamma_ = lgamma();
    digamma_ = digamma();
    floor_ = floor();
    ceil_ = ceil();
    round_ = round();
    trunc_ = trunc();
    frac_ = frac();
    logical_and_ = logical_and(other: &Tensor);
    logical_or_ = logical_or(other: &Tensor);
    logical_xor_ = logical_xor(other: &Tensor);
    logical_not_ = logical_not();
    bitwise_and_ = bitwise_and(other: &Tensor);
    bitwise_or_ = bitwise_or(other: &Tensor);
    bitwise_xor_ = bitwise_xor(other: &Tensor);
    bitwise_not_ = bitwise_not();
    asinh_ = asinh();
    acosh_ = acosh();
    atanh_ = atanh();
    sinc_ = sinc();
    deg2rad_ = deg2rad();
    rad2deg_ = rad2deg();
    logit_ = logit(eps: Option<f64>);
    hypot_ = hypot(other: &Tensor);
    heaviside_ = heaviside(values: &Tensor);
    xlogy_ = xlogy(other: &Tensor);
    float_power_ = float_power(exponent: &Tensor);
    ldexp_ = ldexp(exponent: &Tensor);
    gcd_ = gcd(other: &Tensor);
    lcm_ = lcm(other: &Tensor);
    bitwise_left_shift_ = bitwise_left_shift(other: &Tensor);
    bitwise_right_shift_ = bitwise_right_shift(other: &Tensor);
    clamp_between_ = clamp_between(low: &Tensor, high: &Tensor);
    cumsum_ = cumsum(dim: isize);
    cumprod_ = cumprod(dim: isize);
    tril_ = tril(diagonal: isize);
    triu_ = triu(diagonal: isize);
    renorm_ = renorm(p: f64, dim: isize, maxnorm: f64);
    index_add_ = index_add(dim: isize, index: &Tensor, source: &Tensor, alpha: impl Into<Scalar>);
    index_copy_ = index_copy(dim: isize, index: &Tensor, source: &Tensor);
    index_fill_ = index_fill(dim: isize, index: &Tensor, value: impl Into<Scalar>);
    index_put_ = index_put(indices: impl Indices, values: &Tensor, accumulate: bool);
    scatter_ = scatter(dim: isize, index: &Tensor, source: &Tensor);
    scatter_value_ = scatter_value(dim: isize, index: &Tensor, value: impl Into<Scalar>);
    scatter_add_ = scatter_add(dim: isize, index: &Tensor, source: &Tensor);
    scatter_reduce_ = scatter_reduce(dim: isize, index: &Tensor, source: &Tensor, reduce: ScatterReduction, include_self: bool);
    masked_scatter_ = masked_scatter(mask: &Tensor, source: &Tensor);
    put_ = put(index: &Tensor, source: &Tensor, accumulate: bool);
    addmm_ = addmm(a: &Tensor, b: &Tensor, beta: impl Into<Scalar>, alpha: impl Into<Scalar>);
    addmv_ = addmv(a: &Tensor, v: &Tensor, beta: impl Into<Scalar>, alpha: impl Into<Scalar>);
    addr_ = addr(u: &Tensor, v: &Tensor, beta: impl Into<Scalar>, alpha: impl Into<Scalar>);
    addbmm_ = addbmm(a: &Tensor, b: &Tensor, beta: impl Into<Scalar>, alpha: impl Into<Scalar>);
    baddbmm_ = baddbmm(a: &Tensor, b: &Tensor, beta: impl Into<Scalar>, alpha: impl Into<Scalar>);
}

impl Tensor {
    /// Sets every element; a float is truncated for integers.
    ///
    /// # Errors
    /// A value that the dtype cannot hold.
    #[inline]
    pub fn fill_(&mut self, value: impl Into<Scalar>) -> Result<&mut Tensor> {
        let value = value.into();
        expect_fits("fill_", value, self.dtype())?;
        *self = self.filled(value);
        Ok(self)
    }

    /// Sets the main diagonal of a matrix, of more dimensions the elements whose positions are all equal. Of a
    /// tall matrix the diagonal begins anew below the square with `wrap`, a row being left out before.
    ///
    /// # Errors
    /// Fewer than two dimensions; more than two that differ in size; a value that the dtype cannot hold.
    ///
    /// ```
    /// # use gradus_tensor::{DType, Tensor, tensor};
    /// let mut x = Tensor::zeros([2, 2], DType::I64)?;
    /// assert_eq!(*x.fill_diagonal_(7, false)?, tensor![[7, 0], [0, 7]]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    #[inline]
    pub fn fill_diagonal_(&mut self, value: impl Into<Scalar>, wrap: bool) -> Result<&mut Tensor> {
        const OP: &str = "fill_diagonal_";
        let value = value.into();
        expect_fits(OP, value, self.dtype())?;
        let shape = self.shape().to_vec();
        let (rank, cube) = (shape.len(), shape.iter().all(|&size| size == shape[0]));
        if rank < 2 || (rank > 2 && !cube) {
            let expected = "a matrix, or more dimensions of one size";
            let (op, got) = (OP, shape);
            return Err(ErrorKind::Rank { op, expected, got }.into());
        }
        let columns = shape[rank - 1];
        let below = |size: usize| (0..rank - 1).fold(0, |sum, _| sum * size + 1) * size + 1;
        let step = if rank == 2 {
            columns + 1
        } else {
            below(columns)
        };
        let end = if wrap || rank > 2 {
            self.numel()
        } else {
            self.numel().min(columns * columns)
        };
        let places: Vec<i64> = (0..end).step_by(step).map(|at| at as i64).collect();
        let values = Tensor::wrapped(value, self.dtype())?.expand([places.len()])?;
        let filled = self.put(&places.into(), &values, false)?;
        self.replace_by(OP, &filled)?;
        Ok(self)
    }

    /// Sets every element to zero.
    #[inline]
    pub fn zero_(&mut self) -> &mut Tensor {
        *self = self.filled(0);
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::testkit::assert_close;
    use crate::{DType, Tensor, tensor};

    #[test]
    fn results_take_the_tensors_place() {
        let mut x = tensor![1.0, 4.0];
        let seen = x.clone();
        x.sqrt_().unwrap().add_scalar_(1).unwrap();
        x.mul_(&tensor![2.0]).unwrap().neg_().unwrap();
        assert_close(&x, &[-4.0, -6.0]);
        assert_close(&seen, &[1.0, 4.0]);
        x.add_(&Tensor::ones([2], DType::F64).unwrap()).unwrap();
        assert_eq!(x.dtype(), DType::F32);
        x.fill_(2.5)
            .unwrap()
            .masked_fill_(&tensor![true, false], 0)
            .unwrap();
        assert_close(&x, &[0.0, 2.5]);
        x.logical_not_().unwrap();
        assert_close(&x, &[1.0, 0.0]);
        assert_close(x.zero_(), &[0.0, 0.0]);
        let mut bytes = tensor![1].to_dtype(DType::U8).unwrap();
        bytes.add_(&tensor![300]).unwrap();
        assert_eq!(bytes.to_vec::<u8>().unwrap(), [45]);
    }

    #[test]
    fn a_number_that_does_not_fit_changes_nothing() {
        let mut bytes = tensor![1, 2].to_dtype(DType::U8).unwrap();
        let message = bytes.fill_(300).unwrap_err().to_string();
        assert_eq!(message, "fill_: 300 does not fit in u8; take a wider dtype");
        assert!(bytes.full_like(-300).is_err() && bytes.full_like(f64::NAN).is_err());
        assert_eq!(bytes.to_vec::<u8>().unwrap(), [1, 2]);
    }

    #[test]
    fn elements_are_written_where_an_index_says() {
        let mut x = Tensor::zeros([3, 2], DType::F32).unwrap();
        let rows = tensor![2, 0];
        x.index_add_(0, &rows, &tensor![[1.0, 2.0], [3.0, 4.0]], 2)
            .unwrap();
        assert_close(&x, &[6.0, 8.0, 0.0, 0.0, 2.0, 4.0]);
        x.index_fill_(0, &tensor![1], -1)
            .unwrap()
            .cumsum_(1)
            .unwrap();
        assert_close(&x, &[6.0, 14.0, -1.0, -2.0, 2.0, 6.0]);
        x.scatter_value_(1, &tensor![[0], [1]], 9)
            .unwrap()
            .tril_(0)
            .unwrap();
        assert_close(&x, &[9.0, 0.0, -1.0, 9.0, 2.0, 6.0]);
        x.index_put_((0, 1), &Tensor::scalar(5.0f32), true).unwrap();
        assert_close(&x, &[9.0, 5.0, -1.0, 9.0, 2.0, 6.0]);
        assert!(x.index_copy_(0, &tensor![3], &tensor![[0.0, 0.0]]).is_err());
    }

    /// As PyTorch 2.15 fills them.
    #[test]
    fn diagonals_are_filled() {
        let filled = |shape: &[usize], wrap| {
            let mut x = Tensor::zeros(shape, DType::I64).unwrap();
            x.fill_diagonal_(1, wrap)
                .map(|x| x.to_vec::<i64>().unwrap())
        };
        assert_eq!(filled(&[2, 3], false).unwrap(), [1, 0, 0, 0, 1, 0]);
        assert_eq!(filled(&[4, 2], false).unwrap(), [1, 0, 0, 1, 0, 0, 0, 0]);
        assert_eq!(filled(&[4, 2], true).unwrap(), [1, 0, 0, 1, 0, 0, 1, 0]);
        assert_eq!(filled(&[2, 2, 2], false).unwrap(), [1, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(filled(&[2, 0], true).unwrap(), [0i64; 0]);
        assert!(filled(&[3], false).is_err() && filled(&[2, 2, 3], false).is_err());
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let mut i = tensor![4, 9];
        assert_eq!(
            i.sqrt_().unwrap_err().to_string(),
            "sqrt_: a result of f32 cannot be kept as i64; convert with to_dtype first"
        );
        assert_eq!(
            i.add_(&tensor![[1], [2]]).unwrap_err().to_string(),
            "add_: a result of shape (2, 2) does not fit into (2,); use the method without in-place form"
        );
        assert!(i.add_scalar_(0.5).is_err());
        let mut b = tensor![true];
        assert!(b.add_scalar_(1).is_err());
        assert_eq!(i.to_vec::<i64>().unwrap(), [4, 9]);
    }
}
