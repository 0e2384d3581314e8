//! The list of this family's methods that `Tensor` and `Var` offer without a trait in scope.

use crate::Tensor;

/// As [`methods`](crate::methods), for linear algebra.
#[doc(hidden)]
#[macro_export]
macro_rules! linalg_methods {
    ($T:ty) => {
        $crate::linalg_methods! { @family $T, Solve; solve(b: &Self) -> Self; inv() -> Self; }
        $crate::linalg_methods! { @family $T, SolveTriangular;
            solve_triangular(b: &Self, half: $crate::ops::linalg::Triangular) -> Self;
        }
        $crate::linalg_methods! { @family $T, Determinants;
            det() -> Self; slogdet() -> (Self, Self); logdet() -> Self;
        }
        $crate::linalg_methods! { @family $T, Cholesky; cholesky(upper: bool) -> Self; }
        $crate::linalg_methods! { @family $T, Qr; qr(mode: $crate::ops::linalg::QrMode) -> (Self, Self); }
        $crate::linalg_methods! { @family $T, SingularValues;
            svd(full: bool) -> (Self, Self, Self); svdvals() -> Self;
        }
        $crate::linalg_methods! { @family $T, Eigen;
            eigh(half: $crate::ops::linalg::Half) -> (Self, Self);
            eigvalsh(half: $crate::ops::linalg::Half) -> Self;
        }
        $crate::linalg_methods! { @family $T, PseudoInverse;
            pinv(tolerance: &$crate::ops::linalg::Tolerance, symmetric: bool) -> Self;
        }
        $crate::linalg_methods! { @family $T, LeastSquares;
            lstsq(b: &Self, tolerance: &$crate::ops::linalg::Tolerance) -> Self;
        }
        $crate::linalg_methods! { @family $T, ConditionNumber; cond(norm: $crate::ops::MatrixNorm) -> Self; }
        $crate::linalg_methods! { @family $T, MatrixPower; matrix_power(n: i64) -> Self; }
    };
    (@family $T:ty, $Family:ident; $($name:ident($($arg:ident: $Arg:ty),*) -> $Out:ty;)*) => {
        #[doc = concat!("Methods of [`", stringify!($Family), "`](gradus_tensor::ops::linalg::", stringify!($Family), ").")]
        impl $T {$(
            #[doc = concat!("See [`", stringify!($Family), "::", stringify!($name), "`](gradus_tensor::ops::linalg::", stringify!($Family), "::", stringify!($name), ") for formula, shapes and errors.")]
            pub fn $name(&self $(, $arg: $Arg)*) -> $crate::Result<$Out> {
                $crate::ops::linalg::$Family::$name(self $(, $arg)*)
            }
        )*}
    };
}

crate::linalg_methods!(Tensor);
