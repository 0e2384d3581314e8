//! Whether an answer equals the recorded one: dtype, shape, and each value within the case's tolerance.

use super::case::{Answer, Expected, Tolerance};
use super::tensor_json::{Array, Data};

/// How an answer agrees with the recorded one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Agreement {
    Bitwise,
    WithinTolerance,
}

/// Compares outputs, gradients and final state; `strict_dtype` asks for the recorded dtypes, too.
///
/// The error names the tensor, the first element that is off and how many are.
pub(crate) fn compare(
    expected: &Expected,
    answer: &Answer,
    strict_dtype: bool,
) -> Result<Agreement, String> {
    let rule = Rule {
        tolerance: expected.tolerance,
        strict_dtype,
    };
    let name = |index: usize| match expected.output_names.get(index) {
        Some(name) => format!("output {index} `{name}`"),
        None => format!("output {index}"),
    };
    let mut bitwise = rule.lists(&expected.outputs, &answer.outputs, "outputs", name)?;
    bitwise &= rule.lists(&expected.grads, &answer.grads, "gradients", |index| {
        format!("gradient of input {index}")
    })?;
    bitwise &= rule.lists(
        &expected.grad_grads,
        &answer.grad_grads,
        "second-order gradients",
        |index| format!("second-order gradient of input {index}"),
    )?;
    for (name, array) in &expected.state {
        let found = answer.state.iter().find(|(other, _)| other == name);
        let (_, found) = found.ok_or_else(|| format!("state `{name}` is missing"))?;
        bitwise &= rule
            .arrays(array, found)
            .map_err(|e| format!("state `{name}`: {e}"))?;
    }
    Ok(if bitwise {
        Agreement::Bitwise
    } else {
        Agreement::WithinTolerance
    })
}

struct Rule {
    tolerance: Tolerance,
    strict_dtype: bool,
}

impl Rule {
    /// A recorded null asks for nothing; everything else must have its counterpart.
    fn lists(
        &self,
        expected: &[Option<Array>],
        actual: &[Option<Array>],
        what: &str,
        name: impl Fn(usize) -> String,
    ) -> Result<bool, String> {
        if actual.len() != expected.len() {
            return Err(format!(
                "{} {what}, expected {}",
                actual.len(),
                expected.len()
            ));
        }
        let mut bitwise = true;
        for (index, (want, got)) in expected.iter().zip(actual).enumerate() {
            let Some(want) = want else { continue };
            let got = got
                .as_ref()
                .ok_or_else(|| format!("{} is missing", name(index)))?;
            bitwise &= self
                .arrays(want, got)
                .map_err(|e| format!("{}: {e}", name(index)))?;
        }
        Ok(bitwise)
    }

    /// `Ok(true)` when every bit is equal.
    fn arrays(&self, expected: &Array, actual: &Array) -> Result<bool, String> {
        let (want, got) = (expected.data.dtype(), actual.data.dtype());
        if self.strict_dtype && want != got {
            return Err(format!("dtype {got}, expected {want}"));
        }
        if actual.shape != expected.shape {
            return Err(format!(
                "shape {:?}, expected {:?}",
                actual.shape, expected.shape
            ));
        }
        let off: Vec<usize> = (0..expected.data.len())
            .filter(|&i| !self.close(value(&actual.data, i), value(&expected.data, i)))
            .collect();
        let Some(&first) = off.first() else {
            return Ok(bits_equal(&expected.data, &actual.data));
        };
        Err(format!(
            "element {:?} is {}, expected {}; {} of {} are off (rtol {:e}, atol {:e})",
            position(first, &expected.shape),
            value(&actual.data, first),
            value(&expected.data, first),
            off.len(),
            expected.data.len(),
            self.tolerance.rtol,
            self.tolerance.atol,
        ))
    }

    fn close(&self, x: Value, y: Value) -> bool {
        let allowed = |y: f64| self.tolerance.atol + self.tolerance.rtol * y.abs();
        if let (Value::Integer(x), Value::Integer(y)) = (x, y) {
            // f64 would round integers beyond 2⁵³ before they are subtracted.
            return x.abs_diff(y) as f64 <= allowed(y as f64);
        }
        let (x, y) = (x.to_f64(), y.to_f64());
        if x.is_nan() || y.is_nan() {
            return x.is_nan() && y.is_nan();
        }
        if x.is_infinite() || y.is_infinite() {
            return x == y;
        }
        (x - y).abs() <= allowed(y)
    }
}

#[derive(Clone, Copy)]
enum Value {
    Integer(i64),
    Float(f64),
}

impl Value {
    fn to_f64(self) -> f64 {
        match self {
            Value::Integer(v) => v as f64,
            Value::Float(v) => v,
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Integer(v) => write!(f, "{v}"),
            Value::Float(v) => write!(f, "{v:?}"),
        }
    }
}

fn value(data: &Data, index: usize) -> Value {
    match data {
        Data::F16(v) => Value::Float(f64::from(v[index])),
        Data::Bf16(v) => Value::Float(f64::from(v[index])),
        Data::I8(v) => Value::Integer(v[index].into()),
        Data::I16(v) => Value::Integer(v[index].into()),
        Data::F32(v) => Value::Float(f64::from(v[index])),
        Data::F64(v) => Value::Float(v[index]),
        Data::I64(v) => Value::Integer(v[index]),
        Data::I32(v) => Value::Integer(v[index].into()),
        Data::U8(v) => Value::Integer(v[index].into()),
        Data::Bool(v) => Value::Integer(v[index].into()),
    }
}

/// Equal dtype and equal bits; a nan equals any nan.
fn bits_equal(a: &Data, b: &Data) -> bool {
    match (a, b) {
        (Data::F32(a), Data::F32(b)) => {
            (a.iter().zip(b)).all(|(a, b)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()))
        }
        (Data::F64(a), Data::F64(b)) => {
            (a.iter().zip(b)).all(|(a, b)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()))
        }
        (a, b) => a == b,
    }
}

/// The indices of a row-major position.
fn position(mut flat: usize, shape: &[usize]) -> Vec<usize> {
    let mut indices = vec![0; shape.len()];
    for (index, &extent) in indices.iter_mut().zip(shape).rev() {
        *index = flat % extent;
        flat /= extent;
    }
    indices
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(shape: &[usize], data: Data) -> Array {
        Array {
            shape: shape.to_vec(),
            data,
        }
    }

    fn check(
        want: Data,
        got: Data,
        rtol: f64,
        atol: f64,
        strict_dtype: bool,
    ) -> Result<Agreement, String> {
        let expected = Expected {
            outputs: vec![Some(array(&[want.len()], want))],
            output_names: vec!["y".to_owned()],
            grads: vec![],
            grad_grads: vec![],
            error: false,
            state: vec![],
            tolerance: Tolerance { rtol, atol },
        };
        let shape = [got.len()];
        compare(
            &expected,
            &Answer::outputs([array(&shape, got)]),
            strict_dtype,
        )
    }

    fn floats(want: &[f64], got: &[f64], rtol: f64, atol: f64) -> Result<Agreement, String> {
        check(
            Data::F64(want.to_vec()),
            Data::F64(got.to_vec()),
            rtol,
            atol,
            true,
        )
    }

    #[test]
    fn the_tolerance_is_relative_to_the_recorded_value() {
        assert_eq!(
            floats(&[100.0], &[100.9], 0.01, 0.0),
            Ok(Agreement::WithinTolerance)
        );
        assert!(floats(&[100.0], &[101.1], 0.01, 0.0).is_err());
        assert!(floats(&[0.0], &[1e-7], 0.01, 1e-6).is_ok());
        assert_eq!(floats(&[1.5], &[1.5], 0.0, 0.0), Ok(Agreement::Bitwise));
        assert!(floats(&[1.5], &[1.5000000001], 0.0, 0.0).is_err());
    }

    #[test]
    fn special_values() {
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        assert_eq!(
            floats(&[nan, inf, -inf], &[nan, inf, -inf], 0.0, 0.0),
            Ok(Agreement::Bitwise)
        );
        assert!(floats(&[inf], &[-inf], 1.0, 1e9).is_err());
        assert!(floats(&[inf], &[1e300], 1.0, 1e9).is_err());
        assert!(floats(&[1.0], &[inf], 1.0, 1e9).is_err());
        assert!(floats(&[nan], &[1.0], 1.0, 1e9).is_err());
        assert!(floats(&[1.0], &[nan], 1.0, 1e9).is_err());
        assert_eq!(
            floats(&[0.0], &[-0.0], 0.0, 0.0),
            Ok(Agreement::WithinTolerance)
        );
    }

    #[test]
    fn integers_are_compared_exactly() {
        let big = i64::MAX - 1;
        assert!(check(Data::I64(vec![big]), Data::I64(vec![big]), 0.0, 0.0, true).is_ok());
        assert!(
            check(
                Data::I64(vec![big]),
                Data::I64(vec![big + 1]),
                0.0,
                0.0,
                true
            )
            .is_err()
        );
        assert!(check(Data::U8(vec![7]), Data::U8(vec![8]), 0.0, 1.0, true).is_ok());
        assert!(check(Data::U8(vec![7]), Data::U8(vec![9]), 0.0, 1.0, true).is_err());
    }

    #[test]
    fn dtype_counts_only_where_asked() {
        let (want, got) = (Data::F32(vec![0.5]), Data::F64(vec![0.5]));
        let error = check(want.clone(), got.clone(), 0.0, 0.0, true).unwrap_err();
        assert_eq!(error, "output 0 `y`: dtype f64, expected f32");
        assert_eq!(
            check(want, got, 0.0, 0.0, false),
            Ok(Agreement::WithinTolerance)
        );
    }

    #[test]
    fn messages_name_the_place_and_the_count() {
        let expected = Expected {
            outputs: vec![Some(array(&[2, 2], Data::I64(vec![1, 2, 3, 4])))],
            output_names: vec![],
            grads: vec![None],
            grad_grads: vec![],
            error: false,
            state: vec![("0.step".to_owned(), array(&[], Data::F32(vec![3.0])))],
            tolerance: Tolerance {
                rtol: 0.0,
                atol: 0.0,
            },
        };
        let mut answer = Answer::outputs([array(&[2, 2], Data::I64(vec![1, 2, 9, 9]))]);
        answer.grads = vec![None];
        let error = |answer: &Answer| compare(&expected, answer, true).unwrap_err();
        assert_eq!(
            error(&answer),
            "output 0: element [1, 0] is 9, expected 3; 2 of 4 are off (rtol 0e0, atol 0e0)"
        );
        answer.outputs = vec![Some(array(&[4], Data::I64(vec![1, 2, 3, 4])))];
        assert_eq!(error(&answer), "output 0: shape [4], expected [2, 2]");
        answer.outputs = vec![None];
        assert_eq!(error(&answer), "output 0 is missing");
        answer.outputs = vec![];
        assert_eq!(error(&answer), "0 outputs, expected 1");
        answer.outputs = vec![Some(array(&[2, 2], Data::I64(vec![1, 2, 3, 4])))];
        assert_eq!(error(&answer), "state `0.step` is missing");
    }
}
