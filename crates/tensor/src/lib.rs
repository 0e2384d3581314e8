//! Dense n-dimensional arrays with run-time dtypes, and the vocabulary of differentiable operations.
//!
//! A [`Tensor`] is one pointer to a reference-counted block; views share memory, writes never show
//! through another name. Operations are written once, forward and gradient rule side by side, in the
//! words of [`Array`]: a tensor runs them, a recorded variable (crate `gradus-autograd`) runs them
//! and remembers. This crate knows nothing of gradients being recorded.
//!
//! Start with [`Tensor`] and [`tensor!`]; the operations stand in [`ops`], family by family; one of
//! your own starts from [`Op`].

// So that documentation made by macros links to the same paths from here and from other crates.
extern crate self as gradus_tensor;

mod creation;
mod device;
mod dims;
mod dispatch;
mod dtype;
mod element;
mod error;
mod index;
mod interop;
#[expect(
    unsafe_code,
    reason = "loops over raw memory; every place says why it is sound"
)]
mod kernel;
mod layout;
mod nested;
mod op;
pub mod ops;
mod print;
mod random;
mod sizes;
#[expect(
    unsafe_code,
    reason = "the one owner of tensor memory; every place says why it is sound"
)]
mod storage;
mod tensor;
#[doc(hidden)]
pub mod testkit;
mod update;

pub use device::Device;
pub use dims::Dims;
pub use dtype::DType;
pub use element::{Element, Scalar};
pub use error::{Error, ErrorKind, Result};
pub use half::{bf16, f16};
pub use index::{Index, Indices, Position};
pub use kernel::{Real, num_threads, set_num_threads};
pub use layout::MAX_RANK;
pub use nested::Nested;
pub use op::{Array, Op, Saved, Saves, VariadicOp};
pub use ops::{Reduction, RoundingMode};
pub use sizes::{Requested, Sizes};
#[doc(hidden)]
pub use storage::{Lock, Shared};
pub use storage::{MemoryStats, Tensor, memory_stats, release_memory};
pub use update::UpdateRule;
