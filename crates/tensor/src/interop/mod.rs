//! Tensors and the types of other crates, each behind a feature of its own.

#[cfg(feature = "approx")]
mod approx;
#[cfg(feature = "ndarray")]
mod ndarray;
#[cfg(feature = "serde")]
mod serde;
