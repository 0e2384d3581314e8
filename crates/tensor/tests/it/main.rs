//! Laws that cross the files of this crate.

mod threads;
