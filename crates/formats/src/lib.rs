//! Files of tensors: safetensors, with the feature `numpy` npy and npz, with `pytorch` its `.pt`.
//!
//! A [`TensorMap`] is what such a file holds: tensors by name in a fixed
//! order, and text about them. A `Value` is what PyTorch nests around them in
//! a checkpoint. The same map or value always becomes the same bytes.
//! Files are written whole or not at all ([`atomic_write`]), and a file that
//! is truncated, damaged or hostile is an error that names it, found before
//! memory is taken for what it claims.
//!
//! This crate knows nothing of models: whoever has state to keep turns it into
//! a map and back.

mod atomic_write;
mod elements;
mod error;
#[cfg(feature = "numpy")]
pub mod npy;
#[cfg(feature = "numpy")]
mod npy_header;
#[cfg(feature = "numpy")]
pub mod npz;
#[cfg(feature = "pytorch")]
mod pickle;
#[cfg(feature = "pytorch")]
pub mod pytorch;
pub mod safetensors;
mod safetensors_header;
mod tensor_map;
#[cfg(feature = "pytorch")]
mod value;
#[cfg(any(feature = "numpy", feature = "pytorch"))]
mod zip;

pub use atomic_write::atomic_write;
pub use error::{Error, Result};
pub use tensor_map::TensorMap;
#[cfg(feature = "pytorch")]
pub use value::{Dict, Value};
