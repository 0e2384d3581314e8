//! The methods with an underscore, which replace a tensor by its result.

use crate::layout::same_shape;
use crate::tensor::expect_fits;
use crate::{Dims, ErrorKind, Result, Scalar, Tensor};

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
    ($($name:ident = $method:ident($($arg:ident: $Arg:ty),*);)*) => {
        /// In-place forms. The tensor keeps its shape and dtype; no other name of the same memory sees the
        /// change. Each returns the tensor, so that calls chain.
        impl Tensor {$(
            #[doc = concat!("Replaces the elements by those of [`", stringify!($method), "`](Tensor::", stringify!($method), ").")]
            ///
            /// # Errors
            /// As there; a result of another shape; floats that should become integers, numbers that should
            /// become bools.
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
    clamp_ = clamp(low: impl Into<Scalar>, high: impl Into<Scalar>);
    clamp_min_ = clamp_min(low: impl Into<Scalar>);
    clamp_max_ = clamp_max(high: impl Into<Scalar>);
    masked_fill_ = masked_fill(mask: &Tensor, value: impl Into<Scalar>);
    nan_to_num_ = nan_to_num(nan: Option<f64>, posinf: Option<f64>, neginf: Option<f64>);
    copysign_ = copysign(other: &Tensor);
    atan2_ = atan2(other: &Tensor);
    neg_ = neg();
    abs_ = abs();
    sign_ = sign();
    square_ = square();
    reciprocal_ = reciprocal();
    sqrt_ = sqrt();
    rsqrt_ = rsqrt();
    exp_ = exp();
    exp2_ = exp2();
    expm1_ = expm1();
    log_ = log();
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
    tanh_ = tanh();
    sigmoid_ = sigmoid();
    relu_ = relu();
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
