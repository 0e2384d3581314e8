//! Named tensors in a fixed order.

use std::collections::HashMap;

use gradus_tensor::Tensor;

use crate::{Error, Result};

/// Tensors by name, in the order they were put in, and some text about them.
///
/// This is what a file of weights holds: a model's state, an optimizer's state.
///
/// ```
/// use gradus_formats::TensorMap;
/// use gradus_tensor::Tensor;
///
/// let mut map = TensorMap::new();
/// map.insert("linear.weight", Tensor::from_vec(vec![0.5f32, -1.0], [1, 2])?)?;
/// map.insert("linear.bias", Tensor::from_vec(vec![0.0f32], [1])?)?;
/// map.set_metadata("epoch", "3");
/// assert_eq!(map.names().collect::<Vec<_>>(), ["linear.weight", "linear.bias"]);
/// assert_eq!(map.get("linear.bias").unwrap().shape(), [1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TensorMap {
    tensors: Vec<(String, Tensor)>,
    /// Where each name stands in `tensors`.
    places: HashMap<String, usize>,
    metadata: Vec<(String, String)>,
}

impl TensorMap {
    /// Without tensors.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes pairs of name and tensor in their order.
    ///
    /// # Errors
    /// A name that occurs twice.
    pub fn from_pairs<N: Into<String>>(
        pairs: impl IntoIterator<Item = (N, Tensor)>,
    ) -> Result<Self> {
        let mut map = Self::new();
        for (name, tensor) in pairs {
            map.insert(name, tensor)?;
        }
        Ok(map)
    }

    /// Adds a tensor at the end.
    ///
    /// # Errors
    /// A name that is there already; the map stays as it was.
    pub fn insert(&mut self, name: impl Into<String>, tensor: Tensor) -> Result<()> {
        let name = name.into();
        if self.places.contains_key(&name) {
            return Err(Error::DuplicateName { name });
        }
        self.places.insert(name.clone(), self.tensors.len());
        self.tensors.push((name, tensor));
        Ok(())
    }

    /// The tensor of this name.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.places.get(name).map(|&place| &self.tensors[place].1)
    }

    /// How many tensors there are.
    pub fn len(&self) -> usize {
        self.tensors.len()
    }

    /// Whether there is no tensor.
    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }

    /// The names, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.tensors.iter().map(|(name, _)| name.as_str())
    }

    /// Names and tensors, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Tensor)> {
        self.tensors
            .iter()
            .map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// The text stored under a key.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        let found = self.metadata.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.as_str())
    }

    /// Stores text under a key; replaces what was there.
    pub fn set_metadata(&mut self, key: impl Into<String>, value: impl Into<String>) {
        let (key, value) = (key.into(), value.into());
        match self.metadata.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => self.metadata.push((key, value)),
        }
    }

    /// All keys and texts, in order.
    pub fn metadata_iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.metadata
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl IntoIterator for TensorMap {
    type Item = (String, Tensor);
    type IntoIter = std::vec::IntoIter<(String, Tensor)>;

    fn into_iter(self) -> Self::IntoIter {
        self.tensors.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_once() {
        let mut map = TensorMap::new();
        map.insert("w", Tensor::scalar(1.0f32)).unwrap();
        let error = map.insert("w", Tensor::scalar(2.0f32)).unwrap_err();
        assert_eq!(error.to_string(), "tensor `w` is in the map already");
        assert_eq!(map.get("w").unwrap().item::<f32>().unwrap(), 1.0);
        assert_eq!(map.len(), 1);
    }

    #[test]
    fn metadata_is_replaced_in_place() {
        let mut map = TensorMap::new();
        map.set_metadata("a", "1");
        map.set_metadata("b", "2");
        map.set_metadata("a", "3");
        assert_eq!(
            map.metadata_iter().collect::<Vec<_>>(),
            [("a", "3"), ("b", "2")]
        );
        assert_eq!(map.metadata("c"), None);
    }
}
