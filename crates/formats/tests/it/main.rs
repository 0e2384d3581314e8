//! Files of other programs, and files that are damaged.

mod hostile;
mod interop;
mod round_trip;
