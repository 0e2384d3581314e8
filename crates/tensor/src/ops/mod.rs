//! The vocabulary of differentiable operations, one file per family.
//!
//! A family is a trait over [`Array`](crate::Array): its methods are written once and run on plain
//! tensors and on recorded variables alike. Users find the same methods directly on `Tensor` and
//! `Var` (listed in `methods.rs`); gradient rules and generic code use the traits.

mod activation;
mod addmm;
mod arithmetic;
mod binary_cross_entropy;
mod broadcast;
mod cast;
mod compare;
mod concatenate;
mod cross;
mod diagonal;
mod einsum;
mod expand;
mod exponential;
mod extreme;
mod indexing;
mod linear;
mod matmul;
mod methods;
mod multi_dot;
mod operands;
mod operators;
mod permute;
mod reduction;
mod reshape;
mod shape;
mod slice;
mod squared_error;
mod tensordot;
mod vander;

pub use activation::Activation;
pub use addmm::AddedProduct;
pub use arithmetic::Arithmetic;
pub use binary_cross_entropy::BinaryCrossEntropy;
pub use cast::Cast;
pub use concatenate::Concatenate;
pub use cross::VectorProduct;
pub use diagonal::Diagonals;
pub use einsum::Einsum;
pub use exponential::Exponential;
pub use indexing::Indexing;
pub use linear::Linear;
pub use matmul::MatrixProduct;
pub use multi_dot::ProductChain;
pub use reduction::{Reduction, Sums};
pub use shape::Shapes;
pub use squared_error::SquaredError;
pub use tensordot::{Contraction, TensorProduct};
pub use vander::Vandermonde;

#[doc(hidden)]
pub use operators::unwrap_operator;
