//! `+ − × ÷ %` between tensors, references and numbers, in place too, and `& | ^ ! << >>` of bits.

use crate::Tensor;

/// Gives a type the five operators in every combination of ownership, in place too, with `f64` and `i64` numbers
/// on either side, negation, and sums over iterators. (With `f32` besides, the type of `(a + 1.0).exp()` could not be
/// inferred.)
///
/// Operators panic with the message of the method's error, as indexing a slice does beside `get`.
#[doc(hidden)]
#[macro_export]
macro_rules! operators {
    ($T:ident) => {
        $crate::operators!(@op $T, Add, add, add_scalar, add_scalar);
        $crate::operators!(@op $T, Sub, sub, sub_scalar, rsub_scalar);
        $crate::operators!(@op $T, Mul, mul, mul_scalar, mul_scalar);
        $crate::operators!(@op $T, Div, div, div_scalar, rdiv_scalar);
        $crate::operators!(@op $T, Rem, remainder, remainder_scalar, rremainder_scalar, rem);
        impl std::iter::Sum for $T {
            fn sum<I: Iterator<Item = $T>>(all: I) -> $T {
                all.reduce(|a, b| a + b).unwrap_or_else(|| <$T as $crate::Array>::constant($crate::Tensor::scalar(0i64)))
            }
        }
        impl<'a> std::iter::Sum<&'a $T> for $T {
            fn sum<I: Iterator<Item = &'a $T>>(all: I) -> $T {
                all.cloned().sum()
            }
        }
        impl std::ops::Neg for $T {
            type Output = $T;
            #[track_caller]
            fn neg(self) -> $T {
                $crate::ops::unwrap_operator($T::neg(&self))
            }
        }
        impl std::ops::Neg for &$T {
            type Output = $T;
            #[track_caller]
            fn neg(self) -> $T {
                $crate::ops::unwrap_operator($T::neg(self))
            }
        }
        $crate::operators!(@assign $T, AddAssign, add_assign, add, add_scalar);
        $crate::operators!(@assign $T, SubAssign, sub_assign, sub, sub_scalar);
        $crate::operators!(@assign $T, MulAssign, mul_assign, mul, mul_scalar);
        $crate::operators!(@assign $T, DivAssign, div_assign, div, div_scalar);
        $crate::operators!(@assign $T, RemAssign, rem_assign, remainder, remainder_scalar);
    };
    (@assign $T:ident, $Trait:ident, $method:ident, $function:ident, $scalar:ident) => {
        $crate::operators!(@assign $T, $Trait, $method, $T, |a, b| $T::$function(a, &b));
        $crate::operators!(@assign $T, $Trait, $method, &$T, |a, b| $T::$function(a, b));
        $crate::operators!(@assign $T, $Trait, $method, f64, |a, c| $T::$scalar(a, c));
        $crate::operators!(@assign $T, $Trait, $method, i64, |a, c| $T::$scalar(a, c));
    };
    (@assign $T:ident, $Trait:ident, $method:ident, $Right:ty, |$a:ident, $b:ident| $result:expr) => {
        impl std::ops::$Trait<$Right> for $T {
            #[track_caller]
            fn $method(&mut self, other: $Right) {
                let ($a, $b) = (&*self, other);
                let result = $crate::ops::unwrap_operator($result);
                $T::assign(self, stringify!($method), result);
            }
        }
    };
    (@op $T:ident, $Trait:ident, $method:ident, $right:ident, $left:ident) => {
        $crate::operators!(@op $T, $Trait, $method, $right, $left, $method);
    };
    (@op $T:ident, $Trait:ident, $function:ident, $right:ident, $left:ident, $method:ident) => {
        $crate::operators!(@impl $T, $Trait, $method, $T, $T, |a, b| $T::$function(&a, &b));
        $crate::operators!(@impl $T, $Trait, $method, $T, &$T, |a, b| $T::$function(&a, b));
        $crate::operators!(@impl $T, $Trait, $method, &$T, $T, |a, b| $T::$function(a, &b));
        $crate::operators!(@impl $T, $Trait, $method, &$T, &$T, |a, b| $T::$function(a, b));
        $crate::operators!(@number $T, $Trait, $method, $right, $left, f64);
        $crate::operators!(@number $T, $Trait, $method, $right, $left, i64);
    };
    (@number $T:ident, $Trait:ident, $method:ident, $right:ident, $left:ident, $number:ident) => {
        $crate::operators!(@impl $T, $Trait, $method, $T, $number, |a, c| $T::$right(&a, c));
        $crate::operators!(@impl $T, $Trait, $method, &$T, $number, |a, c| $T::$right(a, c));
        $crate::operators!(@impl $T, $Trait, $method, $number, $T, |c, a| $T::$left(&a, c));
        $crate::operators!(@impl $T, $Trait, $method, $number, &$T, |c, a| $T::$left(a, c));
    };
    (@impl $T:ident, $Trait:ident, $method:ident, $Left:ty, $Right:ty, |$a:ident, $b:ident| $result:expr) => {
        impl std::ops::$Trait<$Right> for $Left {
            type Output = $T;
            #[track_caller]
            fn $method(self, other: $Right) -> $T {
                let ($a, $b) = (self, other);
                $crate::ops::unwrap_operator($result)
            }
        }
    };
}

operators!(Tensor);

impl Tensor {
    /// What `+=` and its kin do with their result: it must fit into this tensor.
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "one text serves variables too, which move in"
    )]
    fn assign(&mut self, op: &'static str, result: Tensor) {
        unwrap_operator(self.replace_by(op, &result));
    }
}

/// The operators of bits, in every combination of ownership, with integers and, where they mean
/// something, truth values on the right side.
macro_rules! bit_operators {
    ($($Trait:ident, $method:ident, $function:ident, $scalar:ident $(, $truth:ident)?;)*) => {$(
        operators!(@impl Tensor, $Trait, $method, Tensor, Tensor, |a, b| a.$function(&b));
        operators!(@impl Tensor, $Trait, $method, Tensor, &Tensor, |a, b| a.$function(b));
        operators!(@impl Tensor, $Trait, $method, &Tensor, Tensor, |a, b| a.$function(&b));
        operators!(@impl Tensor, $Trait, $method, &Tensor, &Tensor, |a, b| a.$function(b));
        operators!(@impl Tensor, $Trait, $method, Tensor, i64, |a, c| a.$scalar(c));
        operators!(@impl Tensor, $Trait, $method, &Tensor, i64, |a, c| a.$scalar(c));
        $(
            operators!(@impl Tensor, $Trait, $method, Tensor, $truth, |a, c| a.$scalar(c));
            operators!(@impl Tensor, $Trait, $method, &Tensor, $truth, |a, c| a.$scalar(c));
        )?
    )*};
}

bit_operators! {
    BitAnd, bitand, bitwise_and, bitwise_and_scalar, bool;
    BitOr, bitor, bitwise_or, bitwise_or_scalar, bool;
    BitXor, bitxor, bitwise_xor, bitwise_xor_scalar, bool;
    Shl, shl, bitwise_left_shift, bitwise_left_shift_scalar;
    Shr, shr, bitwise_right_shift, bitwise_right_shift_scalar;
}

impl std::ops::Not for Tensor {
    type Output = Tensor;
    #[track_caller]
    fn not(self) -> Tensor {
        unwrap_operator(self.bitwise_not())
    }
}

impl std::ops::Not for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn not(self) -> Tensor {
        unwrap_operator(self.bitwise_not())
    }
}

/// The value, or a panic at the place where the operator stands.
///
/// # Panics
/// With the error's message.
#[doc(hidden)]
#[inline]
#[track_caller]
pub fn unwrap_operator<T>(result: crate::Result<T>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::testkit::assert_close;
    use crate::{Tensor, tensor};

    #[test]
    fn every_ownership_and_numbers_on_either_side() {
        let (a, b) = (tensor![1.0, 2.0], tensor![3.0, 5.0]);
        assert_close(&(&a + &b), &[4.0, 7.0]);
        assert_close(&(a.clone() * b.clone()), &[3.0, 10.0]);
        assert_close(&(a.clone() - &b), &[-2.0, -3.0]);
        assert_close(&(&b / a.clone()), &[3.0, 2.5]);
        assert_close(&(2 * &a - 1.0), &[1.0, 3.0]);
        assert_close(&(1.0 / &a), &[1.0, 0.5]);
        assert_close(&(3 - &a), &[2.0, 1.0]);
        assert_close(&-&a, &[-1.0, -2.0]);
        assert_close(&(&a + 1.0).square().unwrap(), &[4.0, 9.0]);
    }

    #[test]
    fn sums_over_iterators() {
        let rows = tensor![[1.0, 2.0], [3.0, 5.0]].rows().unwrap();
        assert_close(&rows.sum(), &[4.0, 7.0]);
        let none: [Tensor; 0] = [];
        assert_eq!(none.iter().sum::<Tensor>(), Tensor::scalar(0i64));
    }

    #[test]
    fn remainders_have_the_sign_of_the_divisor() {
        let x = tensor![-7, 7];
        assert_close(&(&x % 3), &[2.0, 1.0]);
        assert_close(&(10 % &x), &[-4.0, 3.0]);
        assert_close(&(&x % tensor![4, -4]), &[1.0, -1.0]);
    }

    #[test]
    fn in_place() {
        let mut x = tensor![1.0, 2.0];
        let before = x.clone();
        x += &tensor![1.0, 1.0];
        x *= 3;
        x -= tensor![1.0];
        x /= 2.0;
        assert_close(&x, &[2.5, 4.0]);
        x %= 2;
        assert_close(&x, &[0.5, 0.0]);
        assert_close(&before, &[1.0, 2.0]);
    }

    #[test]
    #[should_panic(expected = "div_assign: a result of f32 cannot be kept as i64")]
    fn in_place_keeps_the_dtype() {
        let mut x = tensor![1, 2];
        x /= 2;
    }

    #[test]
    fn masks_are_combined() {
        let x = tensor![-5.0, 0.0, 3.0, 9.0];
        let inside = x.gt_scalar(-4).unwrap() & x.lt_scalar(4).unwrap();
        assert_eq!(inside.to_vec::<bool>().unwrap(), [false, true, true, false]);
        let outside = !&inside | x.eq_scalar(0).unwrap();
        assert_eq!(outside.to_vec::<bool>().unwrap(), [true, true, false, true]);
        assert_eq!(&inside ^ true, !inside);
        assert_close(&((tensor![6] & 3) ^ 1), &[3.0]);
        assert_close(&((tensor![6] << 2) >> 1), &[12.0]);
    }

    #[test]
    #[should_panic(expected = "add: shapes (2,) and (3,) do not broadcast")]
    fn an_operator_panics_with_the_methods_message() {
        let _ = tensor![1.0, 2.0] + tensor![1.0, 2.0, 3.0];
    }
}
