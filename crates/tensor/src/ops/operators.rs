//! `+ − × ÷` between tensors, references and numbers.

use crate::Tensor;

/// Gives a type the four operators in every combination of ownership, with `f64` and `i64` numbers
/// on either side, and negation. (With `f32` besides, the type of `(a + 1.0).exp()` could not be
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
    };
    (@op $T:ident, $Trait:ident, $method:ident, $right:ident, $left:ident) => {
        $crate::operators!(@impl $T, $Trait, $method, $T, $T, |a, b| $T::$method(&a, &b));
        $crate::operators!(@impl $T, $Trait, $method, $T, &$T, |a, b| $T::$method(&a, b));
        $crate::operators!(@impl $T, $Trait, $method, &$T, $T, |a, b| $T::$method(a, &b));
        $crate::operators!(@impl $T, $Trait, $method, &$T, &$T, |a, b| $T::$method(a, b));
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
    use crate::tensor;
    use crate::testkit::assert_close;

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
    #[should_panic(expected = "add: shapes (2,) and (3,) do not broadcast")]
    fn an_operator_panics_with_the_methods_message() {
        let _ = tensor![1.0, 2.0] + tensor![1.0, 2.0, 3.0];
    }
}
