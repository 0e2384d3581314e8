//! Python's pickle format, read as a description and never run.
//!
//! A pickle is a program for a small machine with a stack, and in Python it
//! may call anything. Here the machine builds only inert [`Object`]s: a call
//! is a record of what would be called with which arguments, and whoever asked
//! for the pickle decides what the few names it knows stand for.

mod input;
mod machine;
mod object;
mod opcode;
mod writer;

pub(crate) use machine::read;
pub(crate) use object::{Call, Id, Object, Pickle};
pub(crate) use writer::PickleWriter;
