//! Tensors as the corpus writes them: their text, and the values it stands for.

use std::str::FromStr;

use gradus_tensor::{bf16, f16};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::case::Stop;

/// Row-major values of one dtype.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    F16(Vec<f16>),
    Bf16(Vec<bf16>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    I8(Vec<i8>),
    I16(Vec<i16>),
    I64(Vec<i64>),
    I32(Vec<i32>),
    U8(Vec<u8>),
    Bool(Vec<bool>),
}

impl Data {
    pub(crate) fn len(&self) -> usize {
        match self {
            Data::F16(v) => v.len(),
            Data::Bf16(v) => v.len(),
            Data::I8(v) => v.len(),
            Data::I16(v) => v.len(),
            Data::F32(v) => v.len(),
            Data::F64(v) => v.len(),
            Data::I64(v) => v.len(),
            Data::I32(v) => v.len(),
            Data::U8(v) => v.len(),
            Data::Bool(v) => v.len(),
        }
    }

    /// The dtype's name in the corpus.
    pub(crate) fn dtype(&self) -> &'static str {
        match self {
            Data::F16(_) => "f16",
            Data::Bf16(_) => "bf16",
            Data::I8(_) => "i8",
            Data::I16(_) => "i16",
            Data::F32(_) => "f32",
            Data::F64(_) => "f64",
            Data::I64(_) => "i64",
            Data::I32(_) => "i32",
            Data::U8(_) => "u8",
            Data::Bool(_) => "bool",
        }
    }

    fn parse(dtype: &str, items: &[&RawValue]) -> Result<Data, String> {
        Ok(match dtype {
            // Halves are written with all their digits, so reading them as f32 first rounds nothing.
            "f16" => Data::F16(numbers(items)?.into_iter().map(f16::from_f32).collect()),
            "bf16" => Data::Bf16(numbers(items)?.into_iter().map(bf16::from_f32).collect()),
            "i8" => Data::I8(numbers(items)?),
            "i16" => Data::I16(numbers(items)?),
            "f32" => Data::F32(numbers(items)?),
            "f64" => Data::F64(numbers(items)?),
            "i64" => Data::I64(numbers(items)?),
            "i32" => Data::I32(numbers(items)?),
            "u8" => Data::U8(numbers(items)?),
            "bool" => Data::Bool(booleans(items)?),
            other => return Err(format!("no dtype `{other}` in this corpus format")),
        })
    }
}

macro_rules! data_from {
    ($($element:ty => $variant:ident),*) => { $(
        impl From<Vec<$element>> for Data {
            fn from(values: Vec<$element>) -> Data {
                Data::$variant(values)
            }
        }
    )* };
}
data_from!(f16 => F16, bf16 => Bf16, f32 => F32, f64 => F64, i8 => I8, i16 => I16, i64 => I64, i32 => I32, u8 => U8, bool => Bool);

/// Index lists are i64, as in the libraries.
impl From<Vec<usize>> for Data {
    fn from(indices: Vec<usize>) -> Data {
        Data::I64(indices.into_iter().map(|index| index as i64).collect())
    }
}

/// Each number straight from its decimal text, so that an f32 is rounded once; `"nan"`, `"inf"`, `"-inf"` are quoted.
fn numbers<T: FromStr>(items: &[&RawValue]) -> Result<Vec<T>, String> {
    items
        .iter()
        .map(|item| {
            let text = item.get().trim_matches('"');
            text.parse()
                .map_err(|_| format!("`{text}` is not a number of this dtype"))
        })
        .collect()
}

fn booleans(items: &[&RawValue]) -> Result<Vec<bool>, String> {
    items
        .iter()
        .map(|item| match item.get() {
            "0" => Ok(false),
            "1" => Ok(true),
            other => Err(format!("`{other}` is not a boolean: 0 or 1")),
        })
        .collect()
}

/// Values with a shape: what a case expects and what the library answered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Array {
    pub(crate) shape: Vec<usize>,
    pub(crate) data: Data,
}

impl Array {
    /// Values in a row.
    pub(crate) fn vector(data: impl Into<Data>) -> Array {
        let data = data.into();
        Array {
            shape: vec![data.len()],
            data,
        }
    }

    /// One number without a dimension.
    pub(crate) fn scalar(value: f64) -> Array {
        Array {
            shape: vec![],
            data: Data::F64(vec![value]),
        }
    }

    /// Row-major values of a shape.
    pub(crate) fn shaped(shape: &[usize], data: impl Into<Data>) -> Result<Array, Stop> {
        Array::new(shape.to_vec(), data.into()).map_err(Stop::wrong)
    }

    fn new(shape: Vec<usize>, data: Data) -> Result<Array, String> {
        let count: usize = shape.iter().product();
        if count == data.len() {
            Ok(Array { shape, data })
        } else {
            Err(format!(
                "shape {shape:?} has {count} elements, the data {}",
                data.len()
            ))
        }
    }
}

/// One step from a contiguous base to a view.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Transpose(usize, usize),
    Slice {
        dim: usize,
        start: usize,
        end: usize,
        step: usize,
    },
}

/// A tensor of a case: its logical content and, for a view, how to make it without a copy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Input {
    pub(crate) array: Array,
    pub(crate) view: Option<(Array, Vec<Step>)>,
}

/// The JSON object of a tensor, numbers still as text.
#[derive(Deserialize)]
pub(crate) struct Text<'a> {
    dtype: &'a str,
    shape: Vec<usize>,
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    base: Option<Box<Text<'a>>>,
    #[serde(default)]
    view: Vec<serde_json::Value>,
}

impl Text<'_> {
    pub(crate) fn parse(&self) -> Result<Input, String> {
        let array = Array::new(self.shape.clone(), Data::parse(self.dtype, &self.data)?)?;
        let view = match &self.base {
            None => None,
            Some(base) => {
                let steps = self.view.iter().map(step).collect::<Result<_, _>>()?;
                Some((base.parse()?.array, steps))
            }
        };
        Ok(Input { array, view })
    }
}

fn step(value: &serde_json::Value) -> Result<Step, String> {
    let parts = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let at = |i: usize| {
        parts
            .get(i)
            .and_then(serde_json::Value::as_u64)
            .map(|v| v as usize)
    };
    let name = parts.first().and_then(serde_json::Value::as_str);
    match (name, at(1), at(2), at(3), at(4)) {
        (Some("transpose"), Some(a), Some(b), None, None) => Ok(Step::Transpose(a, b)),
        (Some("slice"), Some(dim), Some(start), Some(end), Some(step)) => Ok(Step::Slice {
            dim,
            start,
            end,
            step,
        }),
        _ => Err(format!(
            "view step {value} is neither a transpose nor a slice"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Input, String> {
        let text: Text<'_> = serde_json::from_str(text).map_err(|e| e.to_string())?;
        text.parse()
    }

    #[test]
    fn f32_is_rounded_once() {
        // Just above the middle between 1 and the next f32: through f64 it would be rounded down to the middle, then to 1.
        let t = parse(r#"{"dtype":"f32","shape":[1],"data":[1.00000005960464477539062500001]}"#)
            .unwrap();
        assert_eq!(t.array.data, Data::F32(vec![1.0 + f32::EPSILON]));
    }

    #[test]
    fn special_values_scalars_and_booleans() {
        let t = parse(r#"{"dtype":"f64","shape":[3],"data":["nan","-inf",-0.0]}"#).unwrap();
        let Data::F64(v) = &t.array.data else {
            panic!("dtype")
        };
        assert!(v[0].is_nan() && v[1] == f64::NEG_INFINITY && v[2].is_sign_negative());
        let t = parse(r#"{"dtype":"i64","shape":[],"data":[-9223372036854775808]}"#).unwrap();
        assert_eq!(
            (t.array.shape, t.array.data),
            (vec![], Data::I64(vec![i64::MIN]))
        );
        let t = parse(r#"{"dtype":"bool","shape":[2],"data":[0,1]}"#).unwrap();
        assert_eq!(t.array.data, Data::Bool(vec![false, true]));
    }

    #[test]
    fn a_view_keeps_its_base_and_steps() {
        let t = parse(
            r#"{"dtype":"u8","shape":[1,2],"data":[2,4],"base":{"dtype":"u8","shape":[2,2],"data":[1,2,3,4]},
               "view":[["transpose",0,1],["slice",0,1,2,1]]}"#,
        );
        let (base, steps) = t.unwrap().view.unwrap();
        assert_eq!(base.shape, [2, 2]);
        let slice = Step::Slice {
            dim: 0,
            start: 1,
            end: 2,
            step: 1,
        };
        assert_eq!(steps, [Step::Transpose(0, 1), slice]);
    }

    #[test]
    fn malformed_tensors_are_refused() {
        let error = |text| parse(text).unwrap_err();
        assert_eq!(
            error(r#"{"dtype":"f32","shape":[2,2],"data":[1]}"#),
            "shape [2, 2] has 4 elements, the data 1"
        );
        assert_eq!(
            error(r#"{"dtype":"u8","shape":[1],"data":[300]}"#),
            "`300` is not a number of this dtype"
        );
        assert!(error(r#"{"dtype":"c64","shape":[0],"data":[]}"#).contains("c64"));
    }
}
