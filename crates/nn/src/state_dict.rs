//! Named tensors in order: what a model is saved as.

use std::collections::HashMap;

use gradus_tensor::Tensor;

/// Tensors by name, in the order of insertion.
///
/// A snapshot: tensors have value semantics, so training on does not change it, and taking one
/// copies no element until then.
///
/// ```
/// use gradus_nn::StateDict;
/// use gradus_tensor::tensor;
///
/// let mut state = StateDict::new();
/// state.insert("weight", tensor![[0.5]]);
/// state.insert("bias", tensor![0.1]);
/// assert_eq!(state.keys().collect::<Vec<_>>(), ["weight", "bias"]);
/// assert_eq!(state.get("bias").unwrap().shape(), [1]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct StateDict {
    entries: Vec<(String, Tensor)>,
    positions: HashMap<String, usize>,
}

impl StateDict {
    /// No tensors.
    #[must_use]
    pub fn new() -> StateDict {
        StateDict::default()
    }

    /// How many tensors there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The tensor of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.positions.get(name).map(|&i| &self.entries[i].1)
    }

    /// Whether there is a tensor of this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.positions.contains_key(name)
    }

    /// Adds a tensor at the end; one of the same name is replaced where it stands, and returned.
    pub fn insert(&mut self, name: impl Into<String>, tensor: Tensor) -> Option<Tensor> {
        let name = name.into();
        if let Some(&i) = self.positions.get(&name) {
            return Some(std::mem::replace(&mut self.entries[i].1, tensor));
        }
        self.positions.insert(name.clone(), self.entries.len());
        self.entries.push((name, tensor));
        None
    }

    /// Takes a tensor out; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<Tensor> {
        let position = self.positions.remove(name)?;
        let (_, tensor) = self.entries.remove(position);
        for (i, (name, _)) in self.entries.iter().enumerate().skip(position) {
            self.positions.insert(name.clone(), i);
        }
        Some(tensor)
    }

    /// Names and tensors in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Tensor)> + ExactSizeIterator {
        self.entries
            .iter()
            .map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// The names in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    /// The tensors in order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Tensor> + ExactSizeIterator {
        self.entries.iter().map(|(_, tensor)| tensor)
    }

    /// The tensors whose names start with `prefix`, without it: `under("encoder.")` is what the child
    /// `encoder` loads.
    #[must_use]
    pub fn under(&self, prefix: &str) -> StateDict {
        self.iter()
            .filter_map(|(name, tensor)| {
                Some((name.strip_prefix(prefix)?.to_owned(), tensor.clone()))
            })
            .collect()
    }
}

impl<N: Into<String>> FromIterator<(N, Tensor)> for StateDict {
    fn from_iter<I: IntoIterator<Item = (N, Tensor)>>(iter: I) -> StateDict {
        let mut state = StateDict::new();
        state.extend(iter);
        state
    }
}

impl<N: Into<String>> Extend<(N, Tensor)> for StateDict {
    fn extend<I: IntoIterator<Item = (N, Tensor)>>(&mut self, iter: I) {
        for (name, tensor) in iter {
            self.insert(name, tensor);
        }
    }
}

impl IntoIterator for StateDict {
    type Item = (String, Tensor);
    type IntoIter = std::vec::IntoIter<(String, Tensor)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'a> IntoIterator for &'a StateDict {
    type Item = (&'a str, &'a Tensor);
    type IntoIter = Box<dyn Iterator<Item = Self::Item> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;

    fn abc() -> StateDict {
        ["b", "a.x", "c", "a.y"]
            .into_iter()
            .map(|name| (name, tensor![1.0]))
            .collect()
    }

    #[test]
    fn order_is_that_of_insertion() {
        let mut state = abc();
        assert!(state.insert("a.x", tensor![2.0]).is_some());
        assert_eq!(state.keys().collect::<Vec<_>>(), ["b", "a.x", "c", "a.y"]);
        assert_eq!(state.get("a.x").unwrap().item::<f32>().unwrap(), 2.0);
        assert!(state.remove("b").is_some() && state.remove("b").is_none());
        assert_eq!(state.keys().collect::<Vec<_>>(), ["a.x", "c", "a.y"]);
        assert!(state.get("a.y").is_some() && state.contains("c") && !state.contains("b"));
        let names: Vec<String> = state.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a.x", "c", "a.y"]);
    }

    #[test]
    fn a_part_loses_its_prefix() {
        assert_eq!(abc().under("a.").keys().collect::<Vec<_>>(), ["x", "y"]);
    }
}
