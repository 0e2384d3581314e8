//! Tensors and dtypes in every format that `serde` knows.
//!
//! A tensor is a structure of `dtype`, `shape` and `data`, the elements in row-major order. Text formats
//! have no numbers that are not finite; there these are the texts `"NaN"`, `"inf"` and `"-inf"`.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeSeq, SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};

use crate::dispatch::for_dtype;
use crate::{DType, Element, Scalar, Tensor};

const FIELDS: &[&str] = &["dtype", "shape", "data"];

impl Serialize for DType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for DType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<DType, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = DType;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a dtype: f32, i64, bool …")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<DType, E> {
                let found = DType::ALL.into_iter().find(|dtype| dtype.name() == name);
                found.ok_or_else(|| E::invalid_value(de::Unexpected::Str(name), &self))
            }
        }
        deserializer.deserialize_str(Name)
    }
}

/// `{"dtype": "f32", "shape": [2], "data": [1.5, -2.0]}`
///
/// ```
/// use gradus_tensor::{Tensor, tensor};
///
/// let text = serde_json::to_string(&tensor![[1.5, -2.0]])?;
/// assert_eq!(text, r#"{"dtype":"f32","shape":[1,2],"data":[1.5,-2.0]}"#);
/// assert!(serde_json::from_str::<Tensor>(&text)?.equal(&tensor![[1.5, -2.0]]));
/// # Ok::<(), serde_json::Error>(())
/// ```
impl Serialize for Tensor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Tensor", FIELDS.len())?;
        fields.serialize_field("dtype", &self.dtype())?;
        fields.serialize_field("shape", self.shape())?;
        fields.serialize_field("data", &Elements(&self.contiguous()))?;
        fields.end()
    }
}

/// Refuses elements that the dtype does not hold and another number of them than the shape says.
impl<'de> Deserialize<'de> for Tensor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tensor, D::Error> {
        deserializer.deserialize_struct("Tensor", FIELDS, Fields)
    }
}

/// The elements of a contiguous tensor.
struct Elements<'a>(&'a Tensor);

impl Serialize for Elements<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let as_text = serializer.is_human_readable();
        let mut list = serializer.serialize_seq(Some(self.0.numel()))?;
        for_dtype!(self.0.dtype(), T => {
            for x in self.0.host_slice::<T>() {
                let number = Number { value: x.to_scalar(), dtype: T::DTYPE, as_text };
                list.serialize_element(&number)?;
            }
        });
        list.end()
    }
}

/// An element of a tensor of this dtype.
struct Number {
    value: Scalar,
    dtype: DType,
    as_text: bool,
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.value, self.dtype) {
            (Scalar::Bool(b), _) => serializer.serialize_bool(b),
            (Scalar::Int(i), DType::U8) => serializer.serialize_u8(i as u8),
            (Scalar::Int(i), DType::I8) => serializer.serialize_i8(i as i8),
            (Scalar::Int(i), DType::I16) => serializer.serialize_i16(i as i16),
            (Scalar::Int(i), DType::I32) => serializer.serialize_i32(i as i32),
            (Scalar::Int(i), _) => serializer.serialize_i64(i),
            (Scalar::Float(x), _) if self.as_text && !x.is_finite() => serializer.collect_str(&x),
            (Scalar::Float(x), DType::F64) => serializer.serialize_f64(x),
            (Scalar::Float(x), _) => serializer.serialize_f32(x as f32),
        }
    }
}

/// Reads the three fields. Their order may be another one, as in a JSON value, which sorts them.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Tensor;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tensor: dtype, shape and data")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<Tensor, A::Error> {
        let missing = |at| de::Error::invalid_length(at, &self);
        let dtype = fields.next_element()?.ok_or_else(|| missing(0))?;
        let shape: Vec<usize> = fields.next_element()?.ok_or_else(|| missing(1))?;
        let data = fields.next_element_seed(Data(Some(dtype)))?;
        assemble(dtype, &shape, &data.ok_or_else(|| missing(2))?)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Tensor, A::Error> {
        let (mut dtype, mut shape, mut data) = (None, None::<Vec<usize>>, None);
        while let Some(name) = fields.next_key::<String>()? {
            let twice = match name.as_str() {
                "dtype" => dtype.replace(fields.next_value()?).is_some(),
                "shape" => shape.replace(fields.next_value()?).is_some(),
                "data" => data.replace(fields.next_value_seed(Data(dtype))?).is_some(),
                other => return Err(de::Error::unknown_field(other, FIELDS)),
            };
            if twice {
                return Err(de::Error::custom(format!(
                    "the field `{name}` stands twice"
                )));
            }
        }
        let dtype = dtype.ok_or_else(|| de::Error::missing_field("dtype"))?;
        let shape = shape.ok_or_else(|| de::Error::missing_field("shape"))?;
        let data = data.ok_or_else(|| de::Error::missing_field("data"))?;
        assemble(dtype, &shape, &data)
    }
}

fn assemble<E: de::Error>(dtype: DType, shape: &[usize], data: &[Scalar]) -> Result<Tensor, E> {
    for_dtype!(dtype, T => {
        let values: Result<Vec<T>, E> = data.iter().map(|&number| element(number)).collect();
        Tensor::from_vec(values?, shape).map_err(E::custom)
    })
}

/// A number as an element: one that the dtype holds, floats rounded to the nearest.
fn element<T: Element, E: de::Error>(number: Scalar) -> Result<T, E> {
    let fits = match number {
        Scalar::Bool(_) => T::DTYPE == DType::Bool,
        Scalar::Int(i) => {
            T::DTYPE.is_float()
                || matches!(T::from_scalar(number).to_scalar(), Scalar::Int(j) if i == j)
        }
        Scalar::Float(_) => T::DTYPE.is_float(),
    };
    if fits {
        return Ok(T::from_scalar(number));
    }
    Err(E::custom(format!(
        "{number} is no element of a tensor of {}",
        T::DTYPE
    )))
}

/// The elements, of this dtype if it is known by now.
#[derive(Clone, Copy)]
struct Data(Option<DType>);

impl<'de> DeserializeSeed<'de> for Data {
    type Value = Vec<Scalar>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Data {
    type Value = Vec<Scalar>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut numbers = Vec::new();
        while let Some(number) = list.next_element_seed(OneNumber(self.0))? {
            numbers.push(number);
        }
        Ok(numbers)
    }
}

/// One element, of this dtype if it is known by now.
struct OneNumber(Option<DType>);

impl<'de> DeserializeSeed<'de> for OneNumber {
    type Value = Scalar;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scalar, D::Error> {
        // Only formats of bytes have to be told what comes next; there the dtype stands first.
        let told = if deserializer.is_human_readable() {
            None
        } else {
            self.0
        };
        match told {
            None => deserializer.deserialize_any(self),
            Some(DType::Bool) => deserializer.deserialize_bool(self),
            Some(DType::U8) => deserializer.deserialize_u8(self),
            Some(DType::I8) => deserializer.deserialize_i8(self),
            Some(DType::I16) => deserializer.deserialize_i16(self),
            Some(DType::I32) => deserializer.deserialize_i32(self),
            Some(DType::I64) => deserializer.deserialize_i64(self),
            Some(DType::F16 | DType::Bf16 | DType::F32) => deserializer.deserialize_f32(self),
            Some(DType::F64) => deserializer.deserialize_f64(self),
        }
    }
}

impl Visitor<'_> for OneNumber {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a truth value, \"NaN\", \"inf\" or \"-inf\"")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Int(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Scalar, E> {
        match i64::try_from(value) {
            Ok(value) => Ok(Scalar::Int(value)),
            // An integer too large for any dtype; a float dtype still takes it.
            Err(_) => Ok(Scalar::Float(value as f64)),
        }
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar::Float(value))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
        match text {
            "NaN" => Ok(Scalar::Float(f64::NAN)),
            "inf" => Ok(Scalar::Float(f64::INFINITY)),
            "-inf" => Ok(Scalar::Float(f64::NEG_INFINITY)),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_str, from_value, json, to_string, to_value};

    use super::*;
    use crate::tensor;

    #[test]
    fn every_dtype_there_and_back() {
        let numbers = tensor![[1.0, 0.0, 2.5], [100.0, 7.0, 1.0]];
        for dtype in DType::ALL {
            let x = numbers.to_dtype(dtype).unwrap().t().unwrap();
            let back: Tensor = from_str(&to_string(&x).unwrap()).unwrap();
            assert!(back.equal(&x), "{dtype}");
            // A value sorts its keys, so `data` comes first.
            let value = to_value(&x).unwrap();
            assert!(from_value::<Tensor>(value).unwrap().equal(&x), "{dtype}");
        }
        let extremes = tensor![i64::MIN, i64::MAX];
        let back: Tensor = from_str(&to_string(&extremes).unwrap()).unwrap();
        assert!(back.equal(&extremes));
    }

    #[test]
    fn numbers_that_are_not_finite() {
        let x = tensor![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0];
        let text = to_string(&x).unwrap();
        assert_eq!(
            text,
            r#"{"dtype":"f32","shape":[4],"data":["NaN","inf","-inf",-0.0]}"#
        );
        let back: Tensor = from_str(&text).unwrap();
        assert_eq!(to_string(&back).unwrap(), text);
    }

    #[test]
    fn shapes_without_elements_and_without_dimensions() {
        for x in [
            Tensor::zeros([2, 0], DType::I16).unwrap(),
            Tensor::scalar(1.5f64),
        ] {
            let back: Tensor = from_str(&to_string(&x).unwrap()).unwrap();
            assert!(back.equal(&x));
        }
    }

    /// A format of bytes that lists the fields and does not say what comes next.
    #[test]
    fn a_list_of_fields() {
        let fields = json!(["i8", [2], [1, -128]]);
        let x: Tensor = from_value(fields).unwrap();
        assert_eq!(
            (x.dtype(), x.to_vec::<i64>().unwrap()),
            (DType::I8, vec![1, -128])
        );
        assert!(from_value::<Tensor>(json!(["i8", [2]])).is_err());
    }

    #[test]
    fn wrong_tensors_are_refused() {
        let refuses = |value: Value, reason: &str| {
            assert_eq!(from_value::<Tensor>(value).unwrap_err().to_string(), reason);
        };
        let tensor = |dtype, shape: &[usize], data: Value| json!({"dtype": dtype, "shape": shape, "data": data});
        refuses(
            tensor("f32", &[2, 2], json!([1.0])),
            "from_vec: (1,) has 1 elements, (2, 2) has 4",
        );
        refuses(
            tensor("u8", &[1], json!([300])),
            "300 is no element of a tensor of u8",
        );
        refuses(
            tensor("i64", &[1], json!([1.5])),
            "1.5 is no element of a tensor of i64",
        );
        refuses(
            tensor("bool", &[1], json!([1])),
            "1 is no element of a tensor of bool",
        );
        refuses(
            tensor("f32", &[1], json!([true])),
            "true is no element of a tensor of f32",
        );
        refuses(
            tensor("complex64", &[0], json!([])),
            "invalid value: string \"complex64\", expected the name of a dtype: f32, i64, bool …",
        );
        refuses(
            json!({"dtype": "f32", "shape": [0]}),
            "missing field `data`",
        );
        refuses(
            json!({"dtype": "f32", "shape": [0], "data": [], "device": "cpu"}),
            "unknown field `device`, expected one of `dtype`, `shape`, `data`",
        );
        let twice = r#"{"shape":[0],"shape":[0],"dtype":"f32","data":[]}"#;
        let e = from_str::<Tensor>(twice).unwrap_err().to_string();
        assert!(e.starts_with("the field `shape` stands twice"), "{e}");
        assert!(from_value::<Tensor>(tensor("f32", &[usize::MAX, 2], json!([]))).is_err());
        assert!(from_value::<Tensor>(tensor("f32", &[1], json!(["many"]))).is_err());
    }
}
