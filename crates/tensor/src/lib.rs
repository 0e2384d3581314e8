//! Dense n-dimensional arrays with run-time dtypes, and the vocabulary of differentiable operations.
//!
//! A [`Tensor`] is made of numbers, asked for its shape and dtype, cut and reshaped:
//!
//! ```
//! use gradus_tensor::{DType, Tensor, i, tensor};
//!
//! let x = tensor![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
//! assert_eq!((x.shape(), x.dtype()), (&[2, 3][..], DType::F32));
//! assert_eq!(x.index((0, 1..))?, tensor![2.0, 3.0]);
//! assert_eq!(x.index(i![.., ..;2])?, tensor![[1.0, 3.0], [4.0, 6.0]]);
//! let numbers = Tensor::arange(0, 6, 1, DType::I64)?;
//! assert_eq!(numbers.reshape([2, -1])?.t()?.shape(), [3, 2]);
//! # Ok::<(), gradus_tensor::Error>(())
//! ```
//!
//! Operators and methods broadcast and promote dtypes as PyTorch does. A method returns an error where the
//! operator panics:
//!
//! ```
//! use gradus_tensor::tensor;
//!
//! let (weight, bias) = (tensor![[1.0, 2.0], [3.0, 4.0]], tensor![0.5, -0.5]);
//! let y = (tensor![1.0, 1.0].matmul(&weight)? + &bias) * 2.0;
//! assert_eq!(y, tensor![9.0, 11.0]);
//! assert_eq!(y.sum()?.item::<f32>()?, 20.0);
//! assert_eq!(
//!     weight.add(&tensor![1.0, 2.0, 3.0]).unwrap_err().to_string(),
//!     "add: shapes (2, 2) and (3,) do not broadcast: dimension 1 is 2 against 3; reshape or unsqueeze one of them"
//! );
//! # Ok::<(), gradus_tensor::Error>(())
//! ```
//!
//! Views share memory, and yet a tensor is a value: no write is seen through another name:
//!
//! ```
//! use gradus_tensor::tensor;
//!
//! let mut x = tensor![[1, 2], [3, 4]];
//! let row = x.select(0, 0)?; // shares the memory of x
//! x.set((0, 0), 100)?;
//! assert_eq!((x.index((0, 0))?.item::<i64>()?, row), (100, tensor![1, 2]));
//! # Ok::<(), gradus_tensor::Error>(())
//! ```
//!
//! Whoever draws numbers passes the generator; its streams are those of PyTorch:
//!
//! ```
//! use gradus_tensor::{DType, Generator, Tensor};
//!
//! let x = Tensor::randn([2], DType::F32, &Generator::new(42))?;
//! assert_eq!(x.to_string(), "tensor([0.3367, 0.1288])");
//! # Ok::<(), gradus_tensor::Error>(())
//! ```
//!
//! # Where to find what
//!
//! | | |
//! |---|---|
//! | made of numbers | [`tensor!`], [`from_vec`](Tensor::from_vec), [`zeros`](Tensor::zeros), [`arange`](Tensor::arange), [`linspace`](Tensor::linspace), [`rand`](Tensor::rand) |
//! | numbers again | [`item`](Tensor::item), [`to_vec`](Tensor::to_vec), [`as_slice`](Tensor::as_slice), [`to_vec2`](Tensor::to_vec2), `{}` prints as PyTorch |
//! | parts, read and written | [`index`](Tensor::index) and [`i!`], [`set`](Tensor::set), [`select`](Tensor::select), [`narrow`](Tensor::narrow) |
//! | dtypes | [`DType`], [`to_dtype`](Tensor::to_dtype), [`DType::promote`] |
//! | in place | [`add_`](Tensor::add_) and its kin, [`fill_`](Tensor::fill_), `+=` |
//! | computing | [`ops`]: the families by topic |
//! | an operation of your own | [`Op`], [`VariadicOp`], [`Array`] |
//!
//! # How it is made
//!
//! A tensor is one pointer to a reference-counted block. Operations are written once, forward and gradient
//! rule side by side, in the words of [`Array`]: a tensor runs them, a recorded variable (crate
//! `gradus-autograd`) runs them and remembers. This crate knows nothing of gradients being recorded.

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
#[doc(no_inline)]
pub use gradus_random::Generator;
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
