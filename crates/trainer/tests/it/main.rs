//! The trainer as a whole: it learns, it continues exactly, it refuses with reasons.

mod callbacks;
mod determinism;
mod interrupted;
mod learning;
#[cfg(feature = "pytorch")]
mod pytorch;
mod refusals;
mod run;
mod searching;
