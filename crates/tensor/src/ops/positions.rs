//! Positions in a dimension: counted from either end, in ranges, and in tensors.

use crate::kernel;
use crate::{DType, ErrorKind, Result, Tensor};

/// A position from the front.
pub(super) fn resolve_position(
    op: &'static str,
    index: i64,
    dim: usize,
    size: usize,
) -> Result<usize> {
    let from_front = if index < 0 {
        index.wrapping_add(size as i64)
    } else {
        index
    };
    if from_front < 0 || from_front as u64 >= size as u64 {
        return Err(ErrorKind::IndexOutOfRange {
            op,
            index,
            dim,
            size,
        }
        .into());
    }
    Ok(from_front as usize)
}

/// First position and length of a Python slice of a dimension.
pub(super) fn resolve_range(
    op: &'static str,
    (start, end, step): (Option<isize>, Option<isize>, isize),
    size: usize,
) -> Result<(usize, usize)> {
    if step < 1 {
        let message = format!("a step is at least 1, got {step}; flip reverses a dimension");
        return Err(ErrorKind::Invalid { op, message }.into());
    }
    let bound = |at: isize| {
        let at = if at < 0 {
            at.saturating_add(size as isize)
        } else {
            at
        };
        at.clamp(0, size as isize) as usize
    };
    let (start, end) = (start.map_or(0, bound), end.map_or(size, bound));
    let len = end.saturating_sub(start).div_ceil(step as usize);
    Ok((if len == 0 { 0 } else { start }, len))
}

/// Integers as contiguous `i64` positions that exist, counted from the front.
pub(super) fn positions(
    op: &'static str,
    index: &Tensor,
    dim: usize,
    size: usize,
    from_end: bool,
) -> Result<Tensor> {
    if !index.dtype().is_integer() {
        return Err(ErrorKind::DType {
            op,
            expected: "an index of integers",
            got: index.dtype(),
        }
        .into());
    }
    let index = index.to_dtype(DType::I64)?.contiguous();
    let found = index.host_slice::<i64>();
    let lowest = if from_end { -(size as i64) } else { 0 };
    let (all_exist, negative) = kernel::within(found, lowest, size as i64);
    if !all_exist && let Some(&index) = found.iter().find(|&&i| i < lowest || i >= size as i64) {
        return Err(ErrorKind::IndexOutOfRange {
            op,
            index,
            dim,
            size,
        }
        .into());
    }
    if !negative {
        return Ok(index);
    }
    let from_front = |&i: &i64| if i < 0 { i + size as i64 } else { i };
    Tensor::from_vec(
        found.iter().map(from_front).collect::<Vec<i64>>(),
        index.shape(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;

    #[test]
    fn positions_count_from_either_end() {
        assert_eq!(resolve_position("t", -1, 0, 3).unwrap(), 2);
        assert_eq!(resolve_position("t", 2, 0, 3).unwrap(), 2);
        for bad in [3, -4, i64::MAX, i64::MIN] {
            assert!(resolve_position("t", bad, 0, 3).is_err());
        }
        assert!(resolve_position("t", 0, 0, 0).is_err());
    }

    #[test]
    fn ranges_are_cut_off_at_the_ends() {
        let range = |start, end, step| resolve_range("t", (start, end, step), 5).unwrap();
        assert_eq!(range(None, None, 1), (0, 5));
        assert_eq!(range(Some(-2), Some(isize::MAX), 1), (3, 2));
        assert_eq!(range(Some(isize::MIN), Some(-1), 3), (0, 2));
        assert_eq!(range(Some(4), Some(2), 1), (0, 0));
        assert_eq!(range(Some(1), None, isize::MAX), (1, 1));
        assert!(resolve_range("t", (None, None, 0), 5).is_err());
        assert!(resolve_range("t", (None, None, isize::MIN), 5).is_err());
    }

    #[test]
    fn tensors_of_positions() {
        let found = positions("t", &tensor![2, -1], 0, 3, true).unwrap();
        assert_eq!(found.to_vec::<i64>().unwrap(), [2, 2]);
        assert_eq!(
            positions("t", &tensor![0, -1], 1, 3, false)
                .unwrap_err()
                .to_string(),
            "t: index -1 is out of range for dimension 1 of size 3"
        );
        assert!(positions("t", &tensor![-4], 0, 3, true).is_err());
        assert!(positions("t", &tensor![i64::MIN], 0, 3, true).is_err());
        assert!(positions("t", &tensor![true], 0, 3, true).is_err());
    }
}
