//! Files of named tensors: safetensors, and with the feature `numpy` npy and npz.
//!
//! A [`TensorMap`] is what such a file holds: tensors by name in a fixed
//! order, and text about them. The same map always becomes the same bytes.
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
pub mod safetensors;
mod safetensors_header;
mod tensor_map;
#[cfg(feature = "numpy")]
mod zip;

pub use atomic_write::atomic_write;
pub use error::{Error, Result};
pub use tensor_map::TensorMap;
