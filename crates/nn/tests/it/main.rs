//! Programs and laws that cross the files of this crate.

mod derive;
mod extremes;
mod gradients;
mod printing;
mod program;
mod refusals;
mod round_trip;
mod saturation;
