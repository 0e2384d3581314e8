//! Where elements live: one reference-counted block per tensor, and who owns its memory.
//!
//! Everything that knows that elements are host memory is in this folder and in `kernel`.

mod block;
mod layout;
mod lock;
mod pool;
mod scratch;
mod shared;

pub use block::Tensor;
pub(crate) use layout::Layout;
pub use lock::Lock;
pub use pool::{MemoryStats, memory_stats, release_memory};
pub(crate) use scratch::Scratch;
pub use shared::Shared;
