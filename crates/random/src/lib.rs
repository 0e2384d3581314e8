//! Random streams: PyTorch's CPU generator, NumPy's RandomState and keyed ChaCha streams, bit for bit.
//!
//! Same seed, same numbers: a program ported from PyTorch, NumPy or scikit-learn draws what it drew there.
//!
//! | type | is | use it for |
//! |---|---|---|
//! | [`Generator`] | `torch.Generator` on the CPU, a shared handle | initialisation, shuffling, dropout |
//! | [`RandomState`] | `numpy.random.RandomState` | toy data, splits, folds: everything from scikit-learn |
//! | [`Keyed`] | a pure function of (seed, epoch, sample, lane) | augmentation, whatever the number of workers |
//!
//! There is no hidden global stream: whoever draws is handed the stream to draw from.
//! All of them implement the traits of `rand_core`, so crates built on `rand` can draw from them too.
//! Seeding by a number, never from the clock, is the only way to make one.
//!
//! # Examples
//! ```
//! use gradus_random::{Generator, RandomState};
//!
//! let torch = Generator::new(0);
//! assert_eq!(torch.randn::<f32>(3), [1.540_996_1, -0.293_428_9, -2.178_789_4]);
//! assert_eq!(torch.randperm(4).len(), 4);
//!
//! let mut numpy = RandomState::new(0);
//! assert_eq!(numpy.random_sample(1), [0.548_813_503_927_324_8]);
//! ```

mod error;
mod generator;
mod keyed;
mod mt19937;
mod numpy;
mod real;
mod snapshot;
mod value;
mod wide;

pub use error::{Error, Result};
pub use generator::{Generator, GeneratorState, Index};
pub use keyed::{Keyed, KeyedStream};
pub use numpy::{NumpyState, RandomState};
pub use rand_core;
pub use real::Real;
pub use value::Value;
