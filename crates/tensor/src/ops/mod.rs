//! The vocabulary of differentiable operations, one file per family.
//!
//! A family is a trait over [`Array`](crate::Array): its methods are written once and run on plain
//! tensors and on recorded variables alike. Programs call the same methods on `Tensor` and `Var` without a
//! trait in scope (`methods.rs` lists them); gradient rules and generic code use the traits.
//!
//! | topic | families |
//! |---|---|
//! | numbers | [`Arithmetic`], [`Powers`], [`Divisions`], [`Roundings`], [`Signs`], [`Bounds`], [`ScaledSums`], [`Interpolation`] |
//! | functions | [`Exponential`], [`Logarithmic`], [`Trigonometric`], [`SpecialFunctions`], [`Activation`], [`Softmaxes`] |
//! | questions | [`Comparison`], [`Predicates`] |
//! | reductions | [`Sums`], [`Products`], [`Extremes`], [`Variance`], [`Norms`], [`Quantiles`] |
//! | along a dimension | [`Cumulative`], [`Differences`], [`Sorting`], [`Windows`] |
//! | shapes | [`Shapes`], [`Broadcasting`], [`Concatenate`], [`Splitting`], [`Rearrange`], [`Padding`], [`Grid`] |
//! | elements by index | [`Indexing`], [`Gathering`], [`Scattering`], [`Take`], [`SliceScatter`], [`Embedding`] |
//! | elements by mask | [`Selection`], [`Masking`] |
//! | products | [`MatrixProduct`], [`AddedProduct`], [`TensorProduct`], [`Einsum`], [`ProductChain`], [`VectorProduct`] |
//! | matrices | [`Diagonals`], [`Triangles`], [`Vandermonde`], and `linalg` behind the feature of that name |
//! | layers | [`Linear`], [`Convolution`], [`Pooling`], [`Normalization`], [`Resampling`], [`PixelShuffle`] |
//! | losses, distances | [`SquaredError`], [`ClassLosses`], [`BinaryCrossEntropy`], [`Distances`], [`Similarity`], [`Renorm`] |
//! | copies | [`Cast`], [`Copying`] |
//!
//! What has no gradient is a method of [`Tensor`](crate::Tensor) alone: positions
//! ([`argmax`](crate::Tensor::argmax), [`nonzero`](crate::Tensor::nonzero),
//! [`searchsorted`](crate::Tensor::searchsorted)), truth ([`all`](crate::Tensor::all),
//! [`logical_and`](crate::Tensor::logical_and)), bits, counts ([`bincount`](crate::Tensor::bincount),
//! [`histc`](crate::Tensor::histc), [`unique`](crate::Tensor::unique)) and
//! [`one_hot`](crate::Tensor::one_hot).

mod activation;
mod addmm;
mod any_all;
mod arithmetic;
mod assign;
mod average_pool;
mod binary_cross_entropy;
mod bitwise;
mod bounds;
mod broadcast;
mod cast;
mod class_losses;
mod compare;
mod concatenate;
mod convolution;
mod convolution_forms;
mod convolution_options;
mod copying;
mod cross;
mod cumulative;
mod diagonal;
mod difference;
mod distance;
mod division;
mod einsum;
mod embedding;
mod equation;
mod expand;
mod expect;
mod exponential;
mod extreme;
mod gather;
mod gelu;
mod grid;
mod hard_sigmoid;
mod histogram;
mod in_place;
mod indexing;
mod integer;
mod interpolate;
mod lerp;
#[cfg(feature = "linalg")]
pub mod linalg;
mod linear;
mod linear_unit;
mod lines;
mod logarithmic;
mod logical;
mod mask;
mod matmul;
mod max_pool;
mod methods;
mod mixed;
mod multi_dot;
mod nll_loss;
mod norm;
mod normalization;
mod one_hot;
mod operands;
mod operators;
mod pad;
mod permute;
mod pick_put;
mod pixel_shuffle;
mod places;
mod pooling;
mod pooling_options;
mod pooling_windows;
mod positions;
mod power;
mod predicates;
mod product;
mod quantile;
mod rearrange;
mod recurrence;
mod reduced;
mod reduction;
mod renorm;
mod reshape;
mod root;
mod rounding;
mod scaled;
mod scatter_reduce;
mod search;
mod selection;
mod shape;
mod sigmoid;
mod sign;
mod similarity;
mod slice;
mod softmax;
mod softplus;
mod sort;
mod spatial;
mod special;
mod split;
mod squared_error;
mod standardize;
mod take;
mod take_rows;
mod tensordot;
mod triangle;
mod trigonometric;
mod unique;
mod vander;
mod variance;
mod windows;

pub use activation::Activation;
pub use addmm::AddedProduct;
pub use arithmetic::Arithmetic;
pub use assign::Values;
pub use binary_cross_entropy::BinaryCrossEntropy;
pub use bounds::Bounds;
pub use cast::Cast;
pub use class_losses::ClassLosses;
pub use compare::Comparison;
pub use concatenate::Concatenate;
pub use convolution::Convolution;
pub use convolution_options::{ConvOptions, ConvPadding, ConvTransposeOptions};
pub use copying::Copying;
pub use cross::VectorProduct;
pub use cumulative::Cumulative;
pub use diagonal::Diagonals;
pub use difference::Differences;
pub use distance::Distances;
pub use division::{Divisions, RoundingMode};
pub use einsum::Einsum;
pub use embedding::Embedding;
pub use expand::Broadcasting;
pub use exponential::Exponential;
pub use extreme::Extremes;
pub use gather::Gathering;
pub use grid::{Grid, GridIndexing};
pub use indexing::Indexing;
pub use interpolate::{InterpolateMode, Resampling, Resize};
pub use lerp::Interpolation;
pub use linear::Linear;
pub use logarithmic::Logarithmic;
pub use mask::Masking;
pub use matmul::MatrixProduct;
pub use multi_dot::ProductChain;
pub use norm::{MatrixNorm, Norms};
pub use normalization::Normalization;
pub use pad::{PadMode, Padding};
pub use pixel_shuffle::PixelShuffle;
pub use pooling::Pooling;
pub use pooling_options::{AvgPoolOptions, MaxPoolOptions};
pub use power::Powers;
pub use predicates::Predicates;
pub use product::Products;
pub use quantile::{QuantileInterpolation, Quantiles};
pub use rearrange::{Rearrange, Repeats};
pub use reduction::{Reduction, Sums};
pub use renorm::Renorm;
pub use rounding::Roundings;
pub use scaled::ScaledSums;
pub use scatter_reduce::{ScatterReduction, Scattering};
pub use selection::Selection;
pub use shape::Shapes;
pub use sign::Signs;
pub use similarity::Similarity;
pub use slice::SliceScatter;
pub use softmax::Softmaxes;
pub use sort::Sorting;
pub use spatial::PerDim;
pub use special::SpecialFunctions;
pub use split::{Sections, Splitting};
pub use squared_error::SquaredError;
pub use take::Take;
pub use tensordot::{Contraction, TensorProduct};
pub use triangle::Triangles;
pub use trigonometric::Trigonometric;
pub use unique::Unique;
pub use vander::Vandermonde;
pub use variance::Variance;
pub use windows::Windows;

#[doc(hidden)]
pub use operators::unwrap_operator;
