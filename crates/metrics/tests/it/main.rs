//! Laws that hold for every accumulator.

mod merging;
#[cfg(feature = "serde")]
mod serialising;
