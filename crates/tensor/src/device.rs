//! Where a tensor's elements live.

use std::fmt;

/// A place for elements. Only host memory exists today; a second device adds a variant here, a
/// folder beside `storage`'s host memory and its kernels, and edits no operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Device {
    /// Host memory, computed on by the CPU.
    #[default]
    Cpu,
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Cpu => f.write_str("cpu"),
        }
    }
}
