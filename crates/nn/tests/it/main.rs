//! Programs and laws that cross the files of this crate.

mod derive;
mod gradients;
mod program;
mod round_trip;
mod saturation;
