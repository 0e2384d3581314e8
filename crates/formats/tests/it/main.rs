//! Files of other programs, and files that are damaged.

mod hostile;
mod interop;
#[cfg(feature = "numpy")]
mod numpy;
mod round_trip;
