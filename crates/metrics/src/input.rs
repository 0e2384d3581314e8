//! Reading tensors as labels, scores and weights.

use std::borrow::Cow;

use gradus_tensor::{DType, Tensor};

use crate::{Error, Result};

/// Scores in rows and columns, row-major.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    pub(crate) values: Cow<'a, [f64]>,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

impl Table<'_> {
    pub(crate) fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..][..self.columns]
    }
}

/// `(samples,)` or `(samples, 1)`, as integers.
pub(crate) fn labels<'a>(
    metric: &'static str,
    name: &'static str,
    tensor: &'a Tensor,
) -> Result<Cow<'a, [i64]>> {
    column(metric, name, tensor)?;
    match tensor.dtype() {
        DType::I64 if tensor.is_contiguous() => Ok(Cow::Borrowed(tensor.as_slice::<i64>()?)),
        DType::I64 | DType::I32 | DType::I16 | DType::I8 | DType::U8 | DType::Bool => {
            Ok(Cow::Owned(tensor.to_vec::<i64>()?))
        }
        DType::F64 | DType::F32 | DType::F16 | DType::Bf16 => whole_numbers(metric, name, tensor),
    }
}

/// Targets of a loss are often floats; they are labels if they are whole.
fn whole_numbers<'a>(
    metric: &'static str,
    name: &'static str,
    tensor: &Tensor,
) -> Result<Cow<'a, [i64]>> {
    const LARGEST: f64 = (1u64 << 53) as f64;
    let values = tensor.to_vec::<f64>()?;
    let whole = |value: f64| value.fract() == 0.0 && value.abs() <= LARGEST;
    if let Some(index) = values.iter().position(|&value| !whole(value)) {
        return Err(Error::Value {
            metric,
            name,
            index,
            value: values[index],
            expected: "labels are whole numbers (probabilities become labels by a threshold)",
        });
    }
    Ok(Cow::Owned(
        values.iter().map(|&value| value as i64).collect(),
    ))
}

/// `(samples,)` or `(samples, 1)`, finite.
pub(crate) fn scores<'a>(
    metric: &'static str,
    name: &'static str,
    tensor: &'a Tensor,
) -> Result<Cow<'a, [f64]>> {
    column(metric, name, tensor)?;
    finite(metric, name, tensor)
}

/// `(samples,)`, read as one column, or `(samples, columns)`; finite.
pub(crate) fn table<'a>(
    metric: &'static str,
    name: &'static str,
    tensor: &'a Tensor,
) -> Result<Table<'a>> {
    let (rows, columns) = match *tensor.shape() {
        [rows] => (rows, 1),
        [rows, columns] if columns > 0 => (rows, columns),
        _ => {
            return Err(Error::Shape {
                metric,
                name,
                found: tensor.shape().to_vec(),
                expected: "(samples,) or (samples, columns)".into(),
            });
        }
    };
    Ok(Table {
        values: finite(metric, name, tensor)?,
        rows,
        columns,
    })
}

/// One finite weight ≥ 0 per sample.
pub(crate) fn weights<'a>(
    metric: &'static str,
    tensor: Option<&'a Tensor>,
    samples: usize,
) -> Result<Option<Cow<'a, [f64]>>> {
    const NAME: &str = "sample_weight";
    let Some(tensor) = tensor else {
        return Ok(None);
    };
    let weights = scores(metric, NAME, tensor)?;
    same_length(metric, samples, NAME, weights.len())?;
    match weights.iter().position(|&weight| weight < 0.0) {
        None => Ok(Some(weights)),
        Some(index) => Err(Error::Value {
            metric,
            name: NAME,
            index,
            value: weights[index],
            expected: "weights are not negative",
        }),
    }
}

pub(crate) fn same_length(
    metric: &'static str,
    expected: usize,
    name: &'static str,
    found: usize,
) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(Error::Length {
        metric,
        name,
        expected,
        found,
    })
}

/// Every value lies in [0, 1].
pub(crate) fn probabilities(
    metric: &'static str,
    name: &'static str,
    values: &[f64],
) -> Result<()> {
    match values.iter().position(|value| !(0.0..=1.0).contains(value)) {
        None => Ok(()),
        Some(index) => Err(Error::Value {
            metric,
            name,
            index,
            value: values[index],
            expected: "probabilities lie in [0, 1] (logits become probabilities by sigmoid or softmax)",
        }),
    }
}

fn column(metric: &'static str, name: &'static str, tensor: &Tensor) -> Result<()> {
    match tensor.shape() {
        [_] | [_, 1] => Ok(()),
        shape => Err(Error::Shape {
            metric,
            name,
            found: shape.to_vec(),
            expected: "(samples,) or (samples, 1)".into(),
        }),
    }
}

fn finite<'a>(
    metric: &'static str,
    name: &'static str,
    tensor: &'a Tensor,
) -> Result<Cow<'a, [f64]>> {
    let values = match tensor.dtype() {
        DType::Bool => {
            return Err(Error::DType {
                metric,
                name,
                found: DType::Bool,
                expected: "numbers are needed here (convert with to_dtype)",
            });
        }
        DType::F64 if tensor.is_contiguous() => Cow::Borrowed(tensor.as_slice::<f64>()?),
        _ => Cow::Owned(tensor.to_vec::<f64>()?),
    };
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(values),
        Some(index) => Err(Error::Value {
            metric,
            name,
            index,
            value: values[index],
            expected: "all values must be finite",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses<T: std::fmt::Debug>(result: Result<T>, message: &str) {
        assert_eq!(result.unwrap_err().to_string(), message);
    }

    fn floats(values: &[f32]) -> Tensor {
        Tensor::from_slice(values, [values.len()]).unwrap()
    }

    #[test]
    fn labels_come_from_any_whole_dtype() {
        let column = Tensor::from_slice(&[1.0f32, 0.0, -1.0], [3, 1]).unwrap();
        assert_eq!(*labels("m", "y_true", &column).unwrap(), [1, 0, -1]);
        let bools = Tensor::from_slice(&[true, false], [2]).unwrap();
        assert_eq!(*labels("m", "y_true", &bools).unwrap(), [1, 0]);
    }

    #[test]
    fn refusals_name_input_value_and_remedy() {
        refuses(
            labels("accuracy_score", "y_pred", &floats(&[1.0, 0.5])),
            "accuracy_score: y_pred is 0.5 at position 1; labels are whole numbers (probabilities become labels by a threshold)",
        );
        refuses(
            scores("roc_curve", "y_score", &floats(&[f32::NAN])),
            "roc_curve: y_score is NaN at position 0; all values must be finite",
        );
        refuses(
            weights("r2_score", Some(&floats(&[1.0, 2.0])), 3),
            "r2_score: y_true has 3 samples, sample_weight has 2",
        );
        refuses(
            weights("r2_score", Some(&floats(&[1.0, -2.0])), 2),
            "r2_score: sample_weight is -2 at position 1; weights are not negative",
        );
        let bools = Tensor::from_slice(&[true], [1]).unwrap();
        refuses(
            scores("roc_curve", "y_score", &bools),
            "roc_curve: y_score is Bool; numbers are needed here (convert with to_dtype)",
        );
        let cube = Tensor::from_slice(&[1.0f32], [1, 1, 1]).unwrap();
        refuses(
            table("r2_score", "y_true", &cube),
            "r2_score: y_true has shape [1, 1, 1]; expected (samples,) or (samples, columns)",
        );
        refuses(
            probabilities("log_loss", "y_proba", &[0.5, 1.5]),
            "log_loss: y_proba is 1.5 at position 1; probabilities lie in [0, 1] (logits become probabilities by sigmoid or softmax)",
        );
    }
}
