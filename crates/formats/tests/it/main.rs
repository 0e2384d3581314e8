//! Files of other programs, and files that are damaged.

mod hostile;
mod interop;
#[cfg(feature = "numpy")]
mod numpy;
#[cfg(feature = "pytorch")]
mod pytorch;
#[cfg(feature = "pytorch")]
mod pytorch_hostile;
mod round_trip;
