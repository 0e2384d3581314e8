//! The vocabulary of differentiable operations, one file per family.
//!
//! A family is a trait over [`Array`](crate::Array): its methods are written once and run on plain
//! tensors and on recorded variables alike. Users find the same methods directly on `Tensor` and
//! `Var` (listed in `methods.rs`); gradient rules and generic code use the traits.

mod activation;
mod addmm;
mod arithmetic;
mod assign;
mod binary_cross_entropy;
mod broadcast;
mod cast;
mod compare;
mod concatenate;
mod cross;
mod diagonal;
mod einsum;
mod embedding;
mod expand;
mod exponential;
mod extreme;
mod gather;
mod grid;
mod indexing;
mod linear;
mod mask;
mod matmul;
mod methods;
mod multi_dot;
mod one_hot;
mod operands;
mod operators;
mod pad;
mod permute;
mod pixel_shuffle;
mod places;
mod rearrange;
mod reduction;
mod reshape;
mod shape;
mod slice;
mod split;
mod squared_error;
mod take;
mod tensordot;
mod triangle;
mod vander;
mod windows;

pub use activation::Activation;
pub use addmm::AddedProduct;
pub use arithmetic::Arithmetic;
pub use assign::Values;
pub use binary_cross_entropy::BinaryCrossEntropy;
pub use cast::Cast;
pub use concatenate::Concatenate;
pub use cross::VectorProduct;
pub use diagonal::Diagonals;
pub use einsum::Einsum;
pub use embedding::Embedding;
pub use expand::Broadcasting;
pub use exponential::Exponential;
pub use gather::{Gathering, ScatterReduction};
pub use grid::{Grid, GridIndexing};
pub use indexing::Indexing;
pub use linear::Linear;
pub use mask::Masking;
pub use matmul::MatrixProduct;
pub use multi_dot::ProductChain;
pub use pad::{PadMode, Padding};
pub use pixel_shuffle::PixelShuffle;
pub use rearrange::{Rearrange, Repeats};
pub use reduction::{Reduction, Sums};
pub use shape::Shapes;
pub use slice::SliceScatter;
pub use split::{Sections, Splitting};
pub use squared_error::SquaredError;
pub use take::Take;
pub use tensordot::{Contraction, TensorProduct};
pub use triangle::Triangles;
pub use vander::Vandermonde;
pub use windows::Windows;

#[doc(hidden)]
pub use operators::unwrap_operator;
