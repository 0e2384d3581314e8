//! A case's arguments: typed access that notices which were never asked for.

use std::cell::RefCell;
use std::collections::BTreeSet;

use gradus_tensor::Scalar;
use serde_json::{Map, Value};

use super::case::Stop;

/// Keyword arguments. Every accessor marks its key as read; [`Args::unread`] names the others, so that a replay
/// which ignores an option counts as failed instead of passing by luck.
#[derive(Debug)]
pub(crate) struct Args {
    values: Map<String, Value>,
    read: RefCell<BTreeSet<String>>,
}

type Answer<T> = Result<T, Stop>;

impl Args {
    pub(crate) fn new(values: Map<String, Value>) -> Self {
        Args {
            values,
            read: RefCell::default(),
        }
    }

    /// The value under `key`; `None` when absent or null.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.read.borrow_mut().insert(key.to_owned());
        self.values.get(key).filter(|value| !value.is_null())
    }

    /// Marks keys as read that describe the case without changing the call.
    pub(crate) fn describe(&self, keys: &[&str]) {
        for key in keys {
            self.get(key);
        }
    }

    /// The keys no accessor asked for.
    pub(crate) fn unread(&self) -> Vec<&str> {
        let read = self.read.borrow();
        self.values
            .keys()
            .filter(|key| !read.contains(*key))
            .map(String::as_str)
            .collect()
    }

    /// For nested arguments: an error when one was not read.
    pub(crate) fn finish(&self) -> Answer<()> {
        match self.unread().as_slice() {
            [] => Ok(()),
            keys => Err(Stop::wrong(format!(
                "arguments never read: {}",
                keys.join(", ")
            ))),
        }
    }

    fn need<T>(&self, key: &str, found: Option<T>) -> Answer<T> {
        found.ok_or_else(|| match self.values.get(key) {
            Some(value) => Stop::wrong(format!("argument `{key}` has an unexpected value {value}")),
            None => Stop::wrong(format!("argument `{key}` is missing")),
        })
    }

    /// A value that must be there, read by `convert`.
    fn read<T>(&self, key: &str, convert: impl Fn(&Value) -> Option<T>) -> Answer<T> {
        self.need(key, self.get(key).and_then(convert))
    }

    /// `None` when absent or null, an error when of another kind.
    fn optional<T>(&self, key: &str, convert: impl Fn(&Value) -> Option<T>) -> Answer<Option<T>> {
        match self.get(key) {
            None => Ok(None),
            Some(value) => self.need(key, convert(value)).map(Some),
        }
    }

    pub(crate) fn f64(&self, key: &str) -> Answer<f64> {
        self.read(key, float)
    }

    pub(crate) fn f64_or(&self, key: &str, default: f64) -> Answer<f64> {
        Ok(self.f64_opt(key)?.unwrap_or(default))
    }

    pub(crate) fn f64_opt(&self, key: &str) -> Answer<Option<f64>> {
        self.optional(key, float)
    }

    pub(crate) fn i64(&self, key: &str) -> Answer<i64> {
        self.read(key, Value::as_i64)
    }

    pub(crate) fn i64_opt(&self, key: &str) -> Answer<Option<i64>> {
        self.optional(key, Value::as_i64)
    }

    pub(crate) fn u64(&self, key: &str) -> Answer<u64> {
        self.read(key, Value::as_u64)
    }

    pub(crate) fn u64_opt(&self, key: &str) -> Answer<Option<u64>> {
        self.optional(key, Value::as_u64)
    }

    /// As [`scalar_or`](Args::scalar_or), for a number that must be there.
    pub(crate) fn scalar(&self, key: &str) -> Answer<Scalar> {
        self.read(key, scalar)
    }

    /// As [`scalar_or`](Args::scalar_or), `None` when absent or null.
    pub(crate) fn scalar_opt(&self, key: &str) -> Answer<Option<Scalar>> {
        self.optional(key, scalar)
    }

    /// A number as its text says: an integer without a point, a float with one.
    pub(crate) fn scalar_or(&self, key: &str, default: impl Into<Scalar>) -> Answer<Scalar> {
        Ok(self.optional(key, scalar)?.unwrap_or(default.into()))
    }

    pub(crate) fn usize(&self, key: &str) -> Answer<usize> {
        Ok(self.u64(key)? as usize)
    }

    pub(crate) fn usize_opt(&self, key: &str) -> Answer<Option<usize>> {
        Ok(self.u64_opt(key)?.map(|v| v as usize))
    }

    pub(crate) fn bool(&self, key: &str) -> Answer<bool> {
        self.read(key, Value::as_bool)
    }

    pub(crate) fn bool_or(&self, key: &str, default: bool) -> Answer<bool> {
        Ok(self.optional(key, Value::as_bool)?.unwrap_or(default))
    }

    pub(crate) fn str(&self, key: &str) -> Answer<&str> {
        self.need(key, self.get(key).and_then(Value::as_str))
    }

    pub(crate) fn str_or<'a>(&'a self, key: &str, default: &'a str) -> Answer<&'a str> {
        match self.get(key) {
            None => Ok(default),
            Some(_) => self.str(key),
        }
    }

    pub(crate) fn floats(&self, key: &str) -> Answer<Vec<f64>> {
        self.read(key, |value| list(value, float))
    }

    pub(crate) fn floats_opt(&self, key: &str) -> Answer<Option<Vec<f64>>> {
        self.optional(key, |value| list(value, float))
    }

    /// A list of lists of numbers.
    pub(crate) fn rows(&self, key: &str) -> Answer<Vec<Vec<f64>>> {
        self.read(key, |value| list(value, |row| list(row, float)))
    }

    pub(crate) fn integers(&self, key: &str) -> Answer<Vec<i64>> {
        self.read(key, |value| list(value, Value::as_i64))
    }

    /// A dimension, counted from either end.
    pub(crate) fn dim(&self, key: &str) -> Answer<isize> {
        Ok(self.i64(key)? as isize)
    }

    pub(crate) fn dim_or(&self, key: &str, default: isize) -> Answer<isize> {
        Ok(self.dim_opt(key)?.unwrap_or(default))
    }

    pub(crate) fn dim_opt(&self, key: &str) -> Answer<Option<isize>> {
        Ok(self.i64_opt(key)?.map(|dim| dim as isize))
    }

    /// One dimension or a list of them; `None` when absent or null.
    pub(crate) fn dims_opt(&self, key: &str) -> Answer<Option<Vec<isize>>> {
        let dims = self.optional(key, |value| match value.as_i64() {
            Some(dim) => Some(vec![dim]),
            None => list(value, Value::as_i64),
        })?;
        Ok(dims.map(|dims| dims.into_iter().map(|dim| dim as isize).collect()))
    }

    pub(crate) fn sizes(&self, key: &str) -> Answer<Vec<usize>> {
        self.read(key, |value| list(value, |v| v.as_u64().map(|v| v as usize)))
    }

    pub(crate) fn strings(&self, key: &str) -> Answer<Vec<String>> {
        self.read(key, |value| list(value, |v| v.as_str().map(str::to_owned)))
    }

    /// A nested object's arguments.
    pub(crate) fn object(&self, key: &str) -> Answer<Args> {
        self.read(key, |value| value.as_object().cloned().map(Args::new))
    }

    /// A list of nested objects.
    pub(crate) fn objects(&self, key: &str) -> Answer<Vec<Args>> {
        self.read(key, |value| {
            list(value, |v| v.as_object().cloned().map(Args::new))
        })
    }
}

/// A number, or an infinity by name.
fn float(value: &Value) -> Option<f64> {
    match value.as_str() {
        None => value.as_f64(),
        Some("inf") => Some(f64::INFINITY),
        Some("-inf") => Some(f64::NEG_INFINITY),
        Some("nan") => Some(f64::NAN),
        Some(_) => None,
    }
}

fn scalar(value: &Value) -> Option<Scalar> {
    let whole = value.as_i64().map(Scalar::Int);
    whole
        .or(value.as_bool().map(Scalar::Bool))
        .or(float(value).map(Scalar::Float))
}

fn list<T>(value: &Value, item: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    value.as_array()?.iter().map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(text: &str) -> Args {
        Args::new(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn typed_access() {
        let a = args(
            r#"{"lr":0.137,"norm":"inf","n":3,"p":null,"shape":[2,0],"on":true,"deep":{"x":1}}"#,
        );
        assert_eq!(a.f64("lr").unwrap(), 0.137);
        assert_eq!(a.f64("norm").unwrap(), f64::INFINITY);
        assert_eq!(a.f64("n").unwrap(), 3.0);
        assert_eq!(a.f64_or("p", 0.5).unwrap(), 0.5);
        assert_eq!(a.scalar_or("n", 1).unwrap(), Scalar::Int(3));
        assert_eq!(a.scalar_or("lr", 1).unwrap(), Scalar::Float(0.137));
        assert_eq!(a.scalar_or("p", true).unwrap(), Scalar::Bool(true));
        assert_eq!(a.sizes("shape").unwrap(), [2, 0]);
        assert!(a.bool("on").unwrap());
        assert_eq!(a.object("deep").unwrap().i64("x").unwrap(), 1);
        assert_eq!(a.unread(), Vec::<&str>::new());
    }

    #[test]
    fn dimensions_stand_alone_or_in_a_list() {
        let a = args(r#"{"one":-1,"two":[0,-2],"none":null,"word":"x"}"#);
        assert_eq!(a.dims_opt("one").unwrap(), Some(vec![-1]));
        assert_eq!(a.dims_opt("two").unwrap(), Some(vec![0, -2]));
        assert_eq!(a.dims_opt("none").unwrap(), None);
        assert!(a.dims_opt("word").is_err() && a.dim("two").is_err());
        assert_eq!(
            (a.dim("one").unwrap(), a.dim_or("none", 3).unwrap()),
            (-1, 3)
        );
    }

    #[test]
    fn missing_and_unread_arguments_are_named() {
        let a = args(r#"{"lr":"high","maximize":true}"#);
        let message = |r: Answer<f64>| format!("{:?}", r.unwrap_err());
        assert!(message(a.f64("lr")).contains("unexpected value"));
        assert!(message(a.f64("eps")).contains("`eps` is missing"));
        assert_eq!(a.unread(), ["maximize"]);
        assert!(format!("{:?}", a.finish().unwrap_err()).contains("maximize"));
        a.describe(&["maximize"]);
        assert!(a.finish().is_ok());
    }
}
