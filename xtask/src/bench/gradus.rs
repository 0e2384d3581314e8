//! The workloads on gradus: the programs a user would write, measured beside the loops by hand.

use super::measure::Contender;
use crate::workspace::Result;

/// The gradus program for a workload; `None` while the library cannot run it.
pub(super) fn contender(workload: &str, threads: usize) -> Result<Option<Box<dyn Contender>>> {
    let _ = (workload, threads);
    Ok(None)
}
