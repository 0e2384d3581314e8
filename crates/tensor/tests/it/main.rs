//! Laws that cross the files of this crate.

mod hostile_arguments;
mod threads;
