//! The list of methods that `Tensor` and `Var` offer without a trait in scope.

use crate::Tensor;

/// Gives a type the methods of every family as its own. They are compiled once, here for `Tensor`
/// and in `autograd` for `Var`, and not anew in every crate that calls them.
#[doc(hidden)]
#[macro_export]
macro_rules! methods {
    ($T:ty) => {
        $crate::methods! { @family $T, Arithmetic;
            add(other: &Self); sub(other: &Self); mul(other: &Self); div(other: &Self);
            neg(); square(); abs(); sign();
            add_scalar(c: impl Into<$crate::Scalar>); sub_scalar(c: impl Into<$crate::Scalar>);
            rsub_scalar(c: impl Into<$crate::Scalar>); mul_scalar(c: impl Into<$crate::Scalar>);
            div_scalar(c: impl Into<$crate::Scalar>); rdiv_scalar(c: impl Into<$crate::Scalar>);
        }
        $crate::methods! { @family $T, Exponential; exp(); log(); log1p(); sqrt(); }
        $crate::methods! { @family $T, Activation; relu(); sigmoid(); tanh(); }
        $crate::methods! { @family $T, Sums;
            sum(); sum_dims(dims: &[isize], keepdim: bool); sum_to_size(shape: &[usize]); mean(); mean_dims(dims: &[isize], keepdim: bool);
        }
        $crate::methods! { @family $T, Shapes;
            reshape(shape: impl AsRef<[usize]>); flatten(start: isize, end: isize);
            unsqueeze(dim: isize); squeeze(dim: isize); permute(order: &[isize]);
            transpose(a: isize, b: isize); t(); expand(shape: &[usize]);
            narrow(dim: isize, start: usize, len: usize);
            slice(dim: isize, start: isize, end: isize, step: usize); select(dim: isize, index: isize);
        }
        $crate::methods! { @family $T, Diagonals;
            diagonal(offset: isize, dim1: isize, dim2: isize); diag_embed(offset: isize, dim1: isize, dim2: isize); trace();
        }
        $crate::methods! { @family $T, MatrixProduct;
            matmul(other: &Self); mm(other: &Self); bmm(other: &Self); mv(vector: &Self);
            dot(other: &Self); vdot(other: &Self); outer(other: &Self); inner(other: &Self);
        }
        $crate::methods! { @family $T, AddedProduct;
            addmm(a: &Self, b: &Self, beta: impl Into<$crate::Scalar>, alpha: impl Into<$crate::Scalar>);
            addmv(a: &Self, v: &Self, beta: impl Into<$crate::Scalar>, alpha: impl Into<$crate::Scalar>);
            addbmm(a: &Self, b: &Self, beta: impl Into<$crate::Scalar>, alpha: impl Into<$crate::Scalar>);
            baddbmm(a: &Self, b: &Self, beta: impl Into<$crate::Scalar>, alpha: impl Into<$crate::Scalar>);
            addr(u: &Self, v: &Self, beta: impl Into<$crate::Scalar>, alpha: impl Into<$crate::Scalar>);
        }
        $crate::methods! { @family $T, TensorProduct;
            tensordot(other: &Self, dims: impl Into<$crate::ops::Contraction>); kron(other: &Self);
        }
        $crate::methods! { @family $T, VectorProduct;
            cross(other: &Self, dim: Option<isize>); vecdot(other: &Self, dim: isize);
        }
        $crate::methods! { @family $T, Vandermonde; vander(n: Option<usize>); }
        $crate::methods! { @family $T, Linear; linear(weight: &Self, bias: Option<&Self>); }
        $crate::methods! { @family $T, Indexing; index_select(dim: isize, index: &$crate::Tensor); }
        $crate::methods! { @family $T, SquaredError;
            mse_loss(target: &Self, reduction: $crate::ops::Reduction);
        }
        $crate::methods! { @family $T, BinaryCrossEntropy;
            binary_cross_entropy(target: &Self, reduction: $crate::ops::Reduction);
            binary_cross_entropy_with_logits(target: &Self, reduction: $crate::ops::Reduction);
        }
        impl $T {
            /// Joins along an existing dimension; see [`Concatenate::cat`]($crate::ops::Concatenate::cat).
            ///
            /// # Errors
            /// As there.
            pub fn cat(tensors: &[&Self], dim: isize) -> $crate::Result<Self> {
                $crate::ops::Concatenate::cat(tensors, dim)
            }

            /// Joins along a new dimension; see [`Concatenate::stack`]($crate::ops::Concatenate::stack).
            ///
            /// # Errors
            /// As there.
            pub fn stack(tensors: &[&Self], dim: isize) -> $crate::Result<Self> {
                $crate::ops::Concatenate::stack(tensors, dim)
            }

            /// A sum of products, written as an equation; see
            /// [`Einsum::einsum`]($crate::ops::Einsum::einsum).
            ///
            /// # Errors
            /// As there.
            pub fn einsum(equation: &str, operands: &[&Self]) -> $crate::Result<Self> {
                $crate::ops::Einsum::einsum(equation, operands)
            }

            /// The product of a chain of matrices; see
            /// [`ProductChain::multi_dot`]($crate::ops::ProductChain::multi_dot).
            ///
            /// # Errors
            /// As there.
            pub fn multi_dot(chain: &[&Self]) -> $crate::Result<Self> {
                $crate::ops::ProductChain::multi_dot(chain)
            }
        }
    };
    (@family $T:ty, $Family:ident; $($name:ident($($arg:ident: $Arg:ty),*);)*) => {
        impl $T {$(
            #[doc = concat!("See [`", stringify!($Family), "::", stringify!($name), "`](gradus_tensor::ops::", stringify!($Family), "::", stringify!($name), ").")]
            ///
            /// # Errors
            /// As there.
            pub fn $name(&self $(, $arg: $Arg)*) -> $crate::Result<Self> {
                $crate::ops::$Family::$name(self $(, $arg)*)
            }
        )*}
    };
}

crate::methods!(Tensor);
