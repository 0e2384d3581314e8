//! Short ways to make tensors, for the unit tests.

use gradus_tensor::Tensor;

pub(crate) fn ints(values: &[i64]) -> Tensor {
    Tensor::from_slice(values, [values.len()]).expect("the shape is the length")
}

pub(crate) fn floats(values: &[f64]) -> Tensor {
    Tensor::from_slice(values, [values.len()]).expect("the shape is the length")
}

pub(crate) fn rows<const COLUMNS: usize>(rows: &[[f64; COLUMNS]]) -> Tensor {
    Tensor::from_slice(rows.as_flattened(), [rows.len(), COLUMNS]).expect("rows are full")
}

/// Equal to 13 digits: hand values are written rounded.
#[track_caller]
pub(crate) fn assert_close(actual: f64, expected: f64) {
    let same = (actual - expected).abs() <= 1e-13 * expected.abs().max(1.0);
    assert!(
        same || (actual.is_nan() && expected.is_nan()),
        "{actual} is not {expected}"
    );
}
